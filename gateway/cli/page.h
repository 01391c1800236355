/* The printable page for the case file (clause 26): who asked what, on which ground, what was decided and by which
 * rule, the result, the numbers in the log, what was checked, when and against which certificate and key, and the
 * notice. One HTML file without script or outside reference. */
#ifndef GATEWAY_CLI_PAGE_H
#define GATEWAY_CLI_PAGE_H

#include "gateway/cli/keys.h"
#include "gateway/cli/names.h"
#include "gateway/cli/reply.h"

/* Borrowed. */
struct cli_page {
    enum cli_language language;
    const struct cli_names *names;
    const struct cli_holder *holder; /* who signed; NULL when only the number is known */
    const json_t *query;             /* the signed content; NULL when it could not be read */
    unsigned part;                   /* of an inquiry, and its service; 0: as the query says */
    long service;
    const struct cli_reply *reply;   /* checked */
    const struct audit_vkey *log;
};

/* Appends the page. The buffer's errors, -ENOMEM. */
int cli_page_encode(const struct cli_page *page, struct base_buffer *out) BASE_MUST_USE;

#endif
