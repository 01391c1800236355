/* The table of codes and statuses of docs/PROTOCOL-QUERY.md, read from the page itself, is what the program does; and
 * what others tell us becomes the right code. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "gateway/core/outcome.h"
#include "policy/decision.h"
#include "gateway/wire/reply.h"
#include "tests/check_main.h"

/* The codes of acts are a block of their own, described on the page of access. */
static bool is_of_acts(enum wire_code code)
{
    return code >= WIRE_CODE_ACT_MALFORMED && code <= WIRE_CODE_IMPORT_RUNNING;
}

/* Rows "| `a`, `b` | when | 403 |" of the page's table whose head is this. Fills statuses by code; the codes in their order. */
static size_t table_read(const char *path, const char *head, unsigned statuses[WIRE_CODE_COUNT], enum wire_code order[WIRE_CODE_COUNT])
{
    struct base_buffer page;
    base_buffer_init(&page, 256 << 10);
    ck_assert_int_eq(base_file_read(path, BASE_FILE_PUBLIC, &page), 0);
    char *text = base_buffer_take_text(&page);
    ck_assert_ptr_nonnull(text);
    size_t count = 0;
    char *rest = strstr(text, head);
    ck_assert_ptr_nonnull(rest);
    strtok_r(rest, "\n", &rest);
    for (char *line = strtok_r(NULL, "\n", &rest); line && line[0] == '|'; line = strtok_r(NULL, "\n", &rest)) {
        char *last = strrchr(line, '|');
        *last = '\0';
        unsigned status = (unsigned)atoi(strrchr(line, '|') + 1);
        if (status == 0)
            continue; /* the line below the head */
        char *cell_end = strchr(line + 1, '|');
        for (char *code = strchr(line, '`'); code && code < cell_end; code = strchr(code, '`')) {
            char *end = strchr(code + 1, '`');
            enum wire_code found = wire_code_parse(base_bytes_of(code + 1, (size_t)(end - code - 1)));
            ck_assert_msg(found != WIRE_CODE_NONE, "%.*s", (int)(end - code), code);
            statuses[found] = status;
            order[count++] = found;
            code = end + 1;
        }
    }
    free(text);
    return count;
}

START_TEST(the_page_is_the_table)
{
    unsigned statuses[WIRE_CODE_COUNT] = {0};
    enum wire_code order[WIRE_CODE_COUNT];
    size_t count = table_read(DOCS_DIR "/PROTOCOL-QUERY.md", "| code | when | status |", statuses, order), at = 0;
    for (unsigned code = WIRE_CODE_NONE + 1; code < WIRE_CODE_COUNT; code++) {
        if (is_of_acts((enum wire_code)code))
            continue;
        ck_assert_uint_lt(at, count);
        ck_assert_msg(order[at] == (enum wire_code)code, "%s is out of order", wire_code_text(order[at]));
        ck_assert_msg(core_outcome_status(order[at]) == statuses[code], "%s: %u", wire_code_text(order[at]), statuses[code]);
        at++;
    }
    ck_assert_uint_eq(at, count);
    ck_assert_uint_eq(core_outcome_status(WIRE_CODE_NONE), 500);
    ck_assert_uint_eq(core_outcome_status(WIRE_CODE_COUNT), 500);
}
END_TEST

START_TEST(the_page_of_access_is_the_table)
{
    unsigned statuses[WIRE_CODE_COUNT] = {0};
    enum wire_code order[WIRE_CODE_COUNT], expected = WIRE_CODE_ACT_MALFORMED;
    size_t count = table_read(DOCS_DIR "/PROTOCOL-ACCESS.md", "| code | when | status |", statuses, order);
    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(core_outcome_act_status(order[i]) == statuses[order[i]], "%s: %u", wire_code_text(order[i]),
                      statuses[order[i]]);
        if (!is_of_acts(order[i]))
            continue; /* shared with queries */
        ck_assert_msg(order[i] == expected, "%s is out of order", wire_code_text(order[i]));
        expected++;
    }
    ck_assert_int_eq(expected, WIRE_CODE_IMPORT_RUNNING + 1);
    ck_assert_uint_eq(core_outcome_act_status(WIRE_CODE_QUERY_REPLAYED), 409);
}
END_TEST

START_TEST(what_others_tell_us)
{
    ck_assert_int_eq(core_outcome_of_verdict(CERTS_VERDICT_VALID), WIRE_CODE_NONE);
    ck_assert_int_eq(core_outcome_of_verdict(CERTS_VERDICT_UNKNOWN), WIRE_CODE_CERTIFICATE_UNTRUSTED);
    ck_assert_int_eq(core_outcome_of_verdict(CERTS_VERDICT_UNTRUSTED), WIRE_CODE_CERTIFICATE_UNTRUSTED);
    ck_assert_int_eq(core_outcome_of_verdict(CERTS_VERDICT_EXPIRED), WIRE_CODE_CERTIFICATE_EXPIRED);
    ck_assert_int_eq(core_outcome_of_verdict(CERTS_VERDICT_REVOKED), WIRE_CODE_CERTIFICATE_REVOKED);
    ck_assert_int_eq(core_outcome_of_verdict(CERTS_VERDICT_PROFILE), WIRE_CODE_CERTIFICATE_PROFILE);
    ck_assert_int_eq(core_outcome_of_verdict(CERTS_VERDICT_SIGNATURE_INVALID), WIRE_CODE_SIGNATURE_INVALID);
    ck_assert_int_eq(core_outcome_of_registry(LINK_OUTCOME_ANSWERED), WIRE_CODE_NONE);
    ck_assert_int_eq(core_outcome_of_registry(LINK_OUTCOME_UNKNOWN), WIRE_CODE_REGISTRY_FAILED);
    ck_assert_int_eq(core_outcome_of_registry(LINK_OUTCOME_FAILED), WIRE_CODE_REGISTRY_FAILED);
    ck_assert_int_eq(core_outcome_of_registry(LINK_OUTCOME_TIMEOUT), WIRE_CODE_REGISTRY_TIMEOUT);
    ck_assert_int_eq(core_outcome_of_registry(LINK_OUTCOME_UNAVAILABLE), WIRE_CODE_SERVICE_UNAVAILABLE);
    ck_assert_int_eq(core_outcome_of_registry((enum link_outcome)99), WIRE_CODE_REGISTRY_FAILED);
    for (unsigned reason = POLICY_REASON_NONE + 1; reason <= POLICY_REASON_MAX; reason++)
        ck_assert_str_eq(wire_code_text(wire_code_of_reason((enum policy_reason)reason)),
                         policy_reason_name((enum policy_reason)reason));
}
END_TEST

CHECK_MAIN("outcomes", the_page_is_the_table, the_page_of_access_is_the_table, what_others_tell_us)
