/* One application as the register shows it, against the bytes that were signed: what is shown and decided about is what
 * the applicant signed, and what a decision says is what its signer signed. */
#ifndef GATEWAY_CLI_APPLICATION_H
#define GATEWAY_CLI_APPLICATION_H

#include "gateway/cli/session.h"

struct cli_application {
    json_t *item;     /* of the collection "application"; owned */
    json_t *decision; /* the decision's signed content; NULL: none yet. Owned */
};

/* Reads and verifies. False: told, and *ret_exit is what to return. The caller clears ret_application in any case. */
bool cli_application_read(struct cli_session *session, const char *id, struct cli_application *ret_application,
                          int *ret_exit);
/* Accepts a zeroed struct. */
void cli_application_clear(struct cli_application *application);

/* Appends all of it as text. The buffer's errors. */
int cli_application_show(const struct cli_session *session, const struct cli_application *application,
                         struct base_buffer *out) BASE_MUST_USE;

/* Prints it as text or JSON; returns an enum cli_exit. */
int cli_application_print(const struct cli_session *session, const struct cli_application *application);

/* A member of the item that is a text; "" when it is none. */
const char *cli_application_text(const struct cli_application *application, const char *member);

#endif
