/* A signed query or inquiry: its bytes, and what can be read of them. */
#ifndef GATEWAY_CLI_SENT_H
#define GATEWAY_CLI_SENT_H

#include "gateway/cli/content.h"
#include "gateway/cli/session.h"

#include <openssl/sha.h>

struct cli_sent {
    struct base_buffer content, bytes; /* unsigned, signed */
    uint8_t sha256[SHA256_DIGEST_LENGTH];
    json_t *json;                /* the content; NULL when not known */
    char id[BASE_UUID_TEXT_MAX]; /* "" when it could not be read */
    long service;                /* 0: not known, or several */
    struct cli_holder holder;    /* who signed */
    bool has_holder;
};

/* Nothing sent yet. The caller clears. */
void cli_sent_init(struct cli_sent *sent);
void cli_sent_clear(struct cli_sent *sent);

/* sent->content signed by the session's person. -errno of the signature. */
int cli_sent_sign(struct cli_sent *sent, struct cli_session *session) BASE_MUST_USE;
/* Reads what can be read of sent->bytes, which somebody signed before. */
void cli_sent_parse(struct cli_sent *sent, struct cli_session *session);
/* Ready signed bytes, right or wrong: what can be read of them is needed to tell whose answer comes back; whoever signed
 * need not be the one whose keys are here. base_file_read()'s errors. */
int cli_sent_read(struct cli_sent *sent, struct cli_session *session, const char *path) BASE_MUST_USE;

/* What becomes of a folder for the case file; false: it was told why not, and *ret_exit is what to return. */
bool cli_sent_folder_prepare(const struct cli_sent *sent, const char *dir, int *ret_exit);
bool cli_sent_folder_told(const char *dir, int error, int *ret_exit);

/* Keeps a checked reply in dir. part and service: of an inquiry, else 0. Returns result, or CLI_EXIT_USAGE when it could
 * not be kept: what the officer must not lose is told, although the query went well. dir NULL keeps nothing. */
int cli_sent_reply_save(const struct cli_sent *sent, const struct cli_session *session, const struct cli_reply *reply,
                        unsigned part, long service, const char *dir, int result);

#endif
