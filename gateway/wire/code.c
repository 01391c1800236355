#include "gateway/wire/code.h"

#include "base/result.h"

static const char *const code_text[WIRE_CODE_COUNT] = {
    [WIRE_CODE_NONE] = "none",
    [WIRE_CODE_BAD_REQUEST] = "bad-request",
    [WIRE_CODE_NOT_FOUND] = "not-found",
    [WIRE_CODE_METHOD_NOT_ALLOWED] = "method-not-allowed",
    [WIRE_CODE_LENGTH_REQUIRED] = "length-required",
    [WIRE_CODE_TOO_LARGE] = "too-large",
    [WIRE_CODE_UNSUPPORTED_TYPE] = "unsupported-type",
    [WIRE_CODE_TOO_MANY] = "too-many",
    [WIRE_CODE_NOT_PERMITTED] = "not-permitted",
    [WIRE_CODE_SIGNATURE_INVALID] = "signature-invalid",
    [WIRE_CODE_CERTIFICATE_UNTRUSTED] = "certificate-untrusted",
    [WIRE_CODE_CERTIFICATE_EXPIRED] = "certificate-expired",
    [WIRE_CODE_CERTIFICATE_REVOKED] = "certificate-revoked",
    [WIRE_CODE_CERTIFICATE_PROFILE] = "certificate-profile",
    [WIRE_CODE_SIGNER_NOT_CONNECTION] = "signer-not-connection",
    [WIRE_CODE_QUERY_MALFORMED] = "query-malformed",
    [WIRE_CODE_PARAMS_INVALID] = "params-invalid",
    [WIRE_CODE_QUERY_STALE] = "query-stale",
    [WIRE_CODE_QUERY_REPLAYED] = "query-replayed",
    [WIRE_CODE_OFFICER_UNKNOWN] = "officer-unknown",
    [WIRE_CODE_OFFICER_BLOCKED] = "officer-blocked",
    [WIRE_CODE_NETWORK_NOT_ALLOWED] = "network-not-allowed",
    [WIRE_CODE_AGREEMENT_UNSIGNED] = "agreement-unsigned",
    [WIRE_CODE_ROLE_BASIS] = "role-basis",
    [WIRE_CODE_BASIS_NOT_GRANTED] = "basis-not-granted",
    [WIRE_CODE_DUTY_MISSING] = "duty-missing",
    [WIRE_CODE_DUTY_NOT_OF_ROLE] = "duty-not-of-role",
    [WIRE_CODE_DUTY_NOT_GRANTED] = "duty-not-granted",
    [WIRE_CODE_SERVICE_CLOSED] = "service-closed",
    [WIRE_CODE_CASE_MISSING] = "case-missing",
    [WIRE_CODE_CASE_MALFORMED] = "case-malformed",
    [WIRE_CODE_ARTICLE_MISSING] = "article-missing",
    [WIRE_CODE_ARTICLE_NOT_LISTED] = "article-not-listed",
    [WIRE_CODE_CASE_UNKNOWN] = "case-unknown",
    [WIRE_CODE_CASE_CLOSED] = "case-closed",
    [WIRE_CODE_CASE_NOT_OF_BODY] = "case-not-of-body",
    [WIRE_CODE_ARTICLE_NOT_OF_CASE] = "article-not-of-case",
    [WIRE_CODE_CASE_UNCHECKED] = "case-unchecked",
    [WIRE_CODE_ACT_MALFORMED] = "act-malformed",
    [WIRE_CODE_ROLE_NOT_HELD] = "role-not-held",
    [WIRE_CODE_OWN_ACT] = "own-act",
    [WIRE_CODE_NOT_COMPETENT] = "not-competent",
    [WIRE_CODE_BODY_UNKNOWN] = "body-unknown",
    [WIRE_CODE_UNIT_UNKNOWN] = "unit-unknown",
    [WIRE_CODE_OBJECT_UNKNOWN] = "object-unknown",
    [WIRE_CODE_APPLICATION_OPEN] = "application-open",
    [WIRE_CODE_APPLICATION_CLOSED] = "application-closed",
    [WIRE_CODE_DIGEST_MISMATCH] = "digest-mismatch",
    [WIRE_CODE_FORM_MISMATCH] = "form-mismatch",
    [WIRE_CODE_FORM_INCOMPLETE] = "form-incomplete",
    [WIRE_CODE_SCAN_MISSING] = "scan-missing",
    [WIRE_CODE_ROLE_NOT_OF_BODY] = "role-not-of-body",
    [WIRE_CODE_ALREADY_SO] = "already-so",
    [WIRE_CODE_TEXT_NOT_IN_FORCE] = "text-not-in-force",
    [WIRE_CODE_PERIOD_WRONG] = "period-wrong",
    [WIRE_CODE_IMPORT_WRONG] = "import-wrong",
    [WIRE_CODE_IMPORT_RUNNING] = "import-running",
    [WIRE_CODE_REGISTRY_FAILED] = "registry-failed",
    [WIRE_CODE_REGISTRY_TIMEOUT] = "registry-timeout",
    [WIRE_CODE_SERVICE_UNAVAILABLE] = "service-unavailable",
    [WIRE_CODE_LOG_UNAVAILABLE] = "log-unavailable",
    [WIRE_CODE_OVERLOADED] = "overloaded",
    [WIRE_CODE_MAINTENANCE] = "maintenance",
};

const char *wire_code_text(enum wire_code code)
{
    return (unsigned)code < WIRE_CODE_COUNT ? code_text[code] : code_text[WIRE_CODE_NONE];
}

enum wire_code wire_code_parse(struct base_bytes text)
{
    for (unsigned code = WIRE_CODE_NONE + 1; code < WIRE_CODE_COUNT; code++)
        if (base_bytes_equal_text(text, code_text[code]))
            return (enum wire_code)code;
    return WIRE_CODE_NONE;
}
