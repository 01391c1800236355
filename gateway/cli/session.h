/* What every command that talks to the gateway has: the instance, who we are, whom to trust, the language. */
#ifndef GATEWAY_CLI_SESSION_H
#define GATEWAY_CLI_SESSION_H

#include "gateway/cli/http.h"
#include "gateway/cli/keys.h"
#include "gateway/cli/names.h"
#include "gateway/cli/options.h"
#include "gateway/cli/reply.h"
#include "gateway/cli/seen.h"
#include "gateway/wire/act.h"
#include "gateway/wire/message.h"

/* Options that these commands share. */
struct cli_common {
    const char *instance, *language;
    struct cli_keys_options keys;
    bool json;
};

enum { CLI_COMMON_OPTIONS = 11 };
/* Writes the CLI_COMMON_OPTIONS options; values go into common. */
void cli_common_options(struct cli_common *common, struct cli_option ret_options[static CLI_COMMON_OPTIONS]);

struct cli_session {
    struct cli_instance instance;
    struct cli_keys keys;
    struct cli_names names;
    struct cli_seen seen;
    struct certs_trust *trust;
    struct wire_messages *messages;
    struct wire_acts *acts; /* read when the first act is made */
    struct audit_vkey log;
    enum cli_language language;
    bool json;
    struct cli_asked asked; /* the caller's to set, for what is told of a refusal */
    char *url, *ca_path, *crl_path;
    char *system_bin;   /* gateway.bin of the instance; NULL when it has none */
    char *case_pattern; /* case.pattern of the instance (R12); NULL: only the gateway knows the form */
    struct base_buffer cert_pem, key_pem;
};

/* Opens everything. False when something is missing: it was told on standard error, and *ret_exit is what to return.
 * The session must not move afterwards, and is closed in either case. needs_gateway: the gateway must be running. */
bool cli_session_open(struct cli_session *session, const struct cli_common *common, bool needs_signer, int *ret_exit);
/* Opens what an act is made with, and nothing of the gateway: instance, both pairs of keys, the log's key. Else like the
 * other. */
bool cli_session_open_offline(struct cli_session *session, const struct cli_common *common, int *ret_exit);
/* Accepts a zeroed struct. */
void cli_session_close(struct cli_session *session);

/* Sends one request and tells nobody how it went. */
enum cli_http cli_session_try(struct cli_session *session, const struct cli_http_request *request,
                              struct cli_http_reply *ret_reply, char ret_error[static CLI_HTTP_ERROR_MAX]);

/* What a request came to: true when there is a reply. Else it is told like cli_session_send() does. */
bool cli_session_replied(const struct cli_session *session, enum cli_http outcome, const char *error, const char *query,
                         int *ret_exit);

/* Sends one request. True when an HTTP reply came. On false the failure was shown as text or JSON (the same problem
 * object as the gateway's; query may be NULL), and *ret_exit is what to return. */
bool cli_session_send(struct cli_session *session, const struct cli_http_request *request, const char *query,
                      struct cli_http_reply *ret_reply, int *ret_exit);

/* What replies are checked against; query, service and digest are the caller's to set. */
struct cli_reply_rule cli_session_rule(const struct cli_session *session);

/* Judges the checkpoint of a checked receipt against what was seen before, and keeps it. */
enum cli_fault cli_session_see(struct cli_session *session, const struct cli_reply *reply);
/* The same of a reply that was made before this session: its checkpoint may be older than what was seen since. */
enum cli_fault cli_session_see_held(struct cli_session *session, const struct cli_reply *reply);

/* Shows what the client found wrong; returns CLI_EXIT_REFUSED. */
int cli_session_fault(const struct cli_session *session, enum cli_fault fault, const char *detail, const char *query);

/* The same fault as an object like the gateway's problems. NULL: out of memory. The caller releases it. */
json_t *cli_session_fault_object(const struct cli_session *session, enum cli_fault fault, const char *detail,
                                 const char *query);

/* Shows a checked problem of the gateway; returns the exit status it means. */
int cli_session_problem(const struct cli_session *session, const struct cli_reply *reply, long status,
                        long retry_after_s);

/* Writes the document as one line of canonical JSON. CLI_EXIT_OK, or CLI_EXIT_USAGE when it cannot be written. */
int cli_session_json(const json_t *document);

/* Writes the buffer to standard output. */
void cli_session_print(const struct base_buffer *text);

struct cli_show;
struct cli_show cli_session_show(const struct cli_session *session);

#endif
