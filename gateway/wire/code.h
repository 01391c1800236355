/* The codes by which a reply says what is wrong: the tables of docs/PROTOCOL-QUERY.md and, before
 * registry-failed, docs/PROTOCOL-ACCESS.md, in their order. */
#ifndef GATEWAY_WIRE_CODE_H
#define GATEWAY_WIRE_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* The order is the table's: of several reasons the first one here names the problem. At most 63 codes. */
enum wire_code {
    WIRE_CODE_NONE = 0,
    WIRE_CODE_BAD_REQUEST,
    WIRE_CODE_NOT_FOUND,
    WIRE_CODE_METHOD_NOT_ALLOWED,
    WIRE_CODE_LENGTH_REQUIRED,
    WIRE_CODE_TOO_LARGE,
    WIRE_CODE_UNSUPPORTED_TYPE,
    WIRE_CODE_TOO_MANY,
    WIRE_CODE_NOT_PERMITTED,
    WIRE_CODE_SIGNATURE_INVALID,
    WIRE_CODE_CERTIFICATE_UNTRUSTED,
    WIRE_CODE_CERTIFICATE_EXPIRED,
    WIRE_CODE_CERTIFICATE_REVOKED,
    WIRE_CODE_CERTIFICATE_PROFILE,
    WIRE_CODE_SIGNER_NOT_CONNECTION,
    WIRE_CODE_QUERY_MALFORMED,
    WIRE_CODE_PARAMS_INVALID,
    WIRE_CODE_QUERY_STALE,
    WIRE_CODE_QUERY_REPLAYED,
    WIRE_CODE_OFFICER_UNKNOWN,
    WIRE_CODE_OFFICER_BLOCKED,
    WIRE_CODE_NETWORK_NOT_ALLOWED,
    WIRE_CODE_AGREEMENT_UNSIGNED,
    WIRE_CODE_ROLE_BASIS,
    WIRE_CODE_BASIS_NOT_GRANTED,
    WIRE_CODE_DUTY_MISSING,
    WIRE_CODE_DUTY_NOT_OF_ROLE,
    WIRE_CODE_DUTY_NOT_GRANTED,
    WIRE_CODE_SERVICE_CLOSED,
    WIRE_CODE_CASE_MISSING,
    WIRE_CODE_CASE_MALFORMED,
    WIRE_CODE_ARTICLE_MISSING,
    WIRE_CODE_ARTICLE_NOT_LISTED,
    WIRE_CODE_CASE_UNKNOWN,
    WIRE_CODE_CASE_CLOSED,
    WIRE_CODE_CASE_NOT_OF_BODY,
    WIRE_CODE_ARTICLE_NOT_OF_CASE,
    WIRE_CODE_CASE_UNCHECKED,
    WIRE_CODE_ACT_MALFORMED,
    WIRE_CODE_ROLE_NOT_HELD,
    WIRE_CODE_OWN_ACT,
    WIRE_CODE_NOT_COMPETENT,
    WIRE_CODE_BODY_UNKNOWN,
    WIRE_CODE_UNIT_UNKNOWN,
    WIRE_CODE_OBJECT_UNKNOWN,
    WIRE_CODE_APPLICATION_OPEN,
    WIRE_CODE_APPLICATION_CLOSED,
    WIRE_CODE_DIGEST_MISMATCH,
    WIRE_CODE_FORM_MISMATCH,
    WIRE_CODE_FORM_INCOMPLETE,
    WIRE_CODE_SCAN_MISSING,
    WIRE_CODE_ROLE_NOT_OF_BODY,
    WIRE_CODE_ALREADY_SO,
    WIRE_CODE_TEXT_NOT_IN_FORCE,
    WIRE_CODE_PERIOD_WRONG,
    WIRE_CODE_IMPORT_WRONG,
    WIRE_CODE_IMPORT_RUNNING,
    WIRE_CODE_REGISTRY_FAILED,
    WIRE_CODE_REGISTRY_TIMEOUT,
    WIRE_CODE_SERVICE_UNAVAILABLE,
    WIRE_CODE_LOG_UNAVAILABLE,
    WIRE_CODE_OVERLOADED,
    WIRE_CODE_MAINTENANCE,
    WIRE_CODE_COUNT /* no code: how many values the enum has */
};

/* "case-missing"; static. "none" for what is no code. */
const char *wire_code_text(enum wire_code code);

/* WIRE_CODE_NONE when no code has this text. */
enum wire_code wire_code_parse(struct base_bytes text);

/* Every reason that holds. A plain value; zero is none. */
struct wire_codes {
    uint64_t set;
};

static inline void wire_codes_add(struct wire_codes *codes, enum wire_code code)
{
    if (code != WIRE_CODE_NONE)
        codes->set |= UINT64_C(1) << code;
}

static inline bool wire_codes_have(struct wire_codes codes, enum wire_code code)
{
    return (codes.set >> code & 1) != 0;
}

static inline bool wire_codes_empty(struct wire_codes codes)
{
    return codes.set == 0;
}

/* The first in the table's order; WIRE_CODE_NONE of none. */
static inline enum wire_code wire_codes_first(struct wire_codes codes)
{
    return codes.set ? (enum wire_code)__builtin_ctzll(codes.set) : WIRE_CODE_NONE;
}

/* The next one after code, WIRE_CODE_NONE after the last: for (c = first; c != NONE; c = after(codes, c)). */
static inline enum wire_code wire_codes_after(struct wire_codes codes, enum wire_code code)
{
    codes.set &= ~((UINT64_C(2) << code) - 1);
    return wire_codes_first(codes);
}

#endif
