/* Signed acts (docs/PROTOCOL-ACCESS.md, section 1): checked here by the descriptions the gateway reads too, shown,
 * signed, sent, and the acknowledgement checked like an answer. */
#ifndef GATEWAY_CLI_ACT_H
#define GATEWAY_CLI_ACT_H

#include "certs/cms.h"
#include "gateway/cli/field.h"
#include "gateway/cli/session.h"
#include "gateway/wire/act.h"

/* One act that is to be taken. Borrowed. */
struct cli_act {
    enum wire_act_name name;
    const json_t *act;
    const struct cli_field *fields; /* to call a fault by its option; may be NULL */
    size_t field_count;
    const char *id; /* of an act that may have been sent before; NULL: a new one */
};

/* True when the act fits its description. Else all its faults were told on standard error, and *ret_exit is what to
 * return. Nothing is signed. */
bool cli_act_check(struct cli_session *session, const struct cli_act *act, int *ret_exit);

/* Appends the content: checks first, with a new id (or the act's) and the present moment. False as of cli_act_check(). */
bool cli_act_encode(struct cli_session *session, const struct cli_act *act, char ret_id[static BASE_UUID_TEXT_MAX],
                    struct base_buffer *out, int *ret_exit);

/* Prints the content that would be signed; CLI_EXIT_OK or what to return. */
int cli_act_print(struct cli_session *session, const struct cli_act *act);

/* Shows the act with its title and asks whether to sign it, where somebody is there to be asked. True when it may go
 * on: also when nobody can be asked and is_needed is false. Else *ret_exit is what to return. */
bool cli_act_confirm(struct cli_session *session, const struct cli_act *act, bool is_needed, int *ret_exit);

/* What came back, checked: an acknowledgement or a problem. */
struct cli_act_reply {
    char id[BASE_UUID_TEXT_MAX]; /* of the act; session->asked borrows it: it must not move before the caller zeroes that */
    struct cli_reply reply;
    long status, retry_after_s;
};

/* Signs and sends it. True when a checked reply came, of either kind. Else it was shown what went wrong, and *ret_exit is
 * what to return. The caller clears ret_reply->reply in any case. */
bool cli_act_exchange(struct cli_session *session, const struct cli_act *act, struct cli_act_reply *ret_reply,
                      int *ret_exit);

/* The same, and shows what was acknowledged or refused. Returns an enum cli_exit. */
int cli_act_send(struct cli_session *session, const struct cli_act *act);

/* A person's CMS that the register gave back as base64, verified now. ret_der gets its bytes; the caller clears
 * ret_message. False: ret_why says what is wrong. */
enum { CLI_ACT_WHY_MAX = 240 };
bool cli_act_verify(struct cli_session *session, const char *base64, struct base_buffer *ret_der,
                    struct certs_message *ret_message, char ret_why[static CLI_ACT_WHY_MAX]);

#endif
