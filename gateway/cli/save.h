/* What goes into the case file: a folder with the signed query, the signed answer, the receipt and a printable page. */
#ifndef GATEWAY_CLI_SAVE_H
#define GATEWAY_CLI_SAVE_H

#include "gateway/cli/page.h"

/* Makes the folder (mode 0700) when it is missing; -EPERM when it belongs to another user or others may write to it; -EEXIST when it holds an answer already, so that one query's papers
 * never replace another's. */
int cli_save_prepare(const char *dir) BASE_MUST_USE;

/* query.p7m, before anything is sent: whatever happens then, the bytes are there to be sent again. */
int cli_save_query(const char *dir, struct base_bytes signed_query) BASE_MUST_USE;

/* A folder whose query was sent before, and whose answer comes now: -EEXIST when that is there already. ret_query gets
 * query.p7m where there is one. The other errors of cli_save_prepare(). */
int cli_save_continue(const char *dir, struct base_buffer *ret_query) BASE_MUST_USE;

/* The folder of one part of an inquiry below dir, "part-02-service-35", made when it is missing: -EEXIST when it holds an
 * answer already. The caller frees *ret_path. */
int cli_save_part(const char *dir, unsigned part, long service, char **ret_path) BASE_MUST_USE;

/* receipt/ alone: that the query is recorded, where its answer comes in parts. */
int cli_save_receipt(const char *dir, const struct cli_reply *reply, const struct audit_vkey *log) BASE_MUST_USE;

/* answer.p7m, answer.json (the signed bytes; problem.json for a refusal), receipt/request.tlog-proof,
 * receipt/result.tlog-proof, receipt/receipt.json, receipt/log.vkey and case.html: mode 0600, on the disk after 0. */
int cli_save_reply(const char *dir, const struct cli_page *page, const struct audit_vkey *log) BASE_MUST_USE;

/* One file that must not be there yet, mode 0600, on the disk after CLI_EXIT_OK; told either way. */
int cli_save_file(const char *path, struct base_bytes content, enum cli_language language);

#endif
