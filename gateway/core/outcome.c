#include "gateway/core/outcome.h"

unsigned core_outcome_status(enum wire_code code)
{
    switch (code) {
    case WIRE_CODE_BAD_REQUEST:
    case WIRE_CODE_QUERY_MALFORMED:
    case WIRE_CODE_ACT_MALFORMED:
        return 400;
    case WIRE_CODE_SIGNATURE_INVALID:
    case WIRE_CODE_CERTIFICATE_UNTRUSTED:
    case WIRE_CODE_CERTIFICATE_EXPIRED:
    case WIRE_CODE_CERTIFICATE_REVOKED:
    case WIRE_CODE_CERTIFICATE_PROFILE:
        return 401;
    case WIRE_CODE_NOT_PERMITTED:
    case WIRE_CODE_SIGNER_NOT_CONNECTION:
    case WIRE_CODE_QUERY_STALE:
    case WIRE_CODE_OFFICER_UNKNOWN:
    case WIRE_CODE_OFFICER_BLOCKED:
    case WIRE_CODE_NETWORK_NOT_ALLOWED:
    case WIRE_CODE_AGREEMENT_UNSIGNED:
    case WIRE_CODE_ROLE_BASIS:
    case WIRE_CODE_BASIS_NOT_GRANTED:
    case WIRE_CODE_DUTY_MISSING:
    case WIRE_CODE_DUTY_NOT_OF_ROLE:
    case WIRE_CODE_DUTY_NOT_GRANTED:
    case WIRE_CODE_SERVICE_CLOSED:
    case WIRE_CODE_CASE_MISSING:
    case WIRE_CODE_CASE_MALFORMED:
    case WIRE_CODE_ARTICLE_MISSING:
    case WIRE_CODE_ARTICLE_NOT_LISTED:
    case WIRE_CODE_CASE_UNKNOWN:
    case WIRE_CODE_CASE_CLOSED:
    case WIRE_CODE_CASE_NOT_OF_BODY:
    case WIRE_CODE_ARTICLE_NOT_OF_CASE:
    case WIRE_CODE_ROLE_NOT_HELD:
    case WIRE_CODE_OWN_ACT:
    case WIRE_CODE_NOT_COMPETENT:
        return 403;
    case WIRE_CODE_NOT_FOUND:
        return 404;
    case WIRE_CODE_METHOD_NOT_ALLOWED:
        return 405;
    case WIRE_CODE_QUERY_REPLAYED:
    case WIRE_CODE_APPLICATION_OPEN:
    case WIRE_CODE_APPLICATION_CLOSED:
    case WIRE_CODE_DIGEST_MISMATCH:
    case WIRE_CODE_ALREADY_SO:
    case WIRE_CODE_TEXT_NOT_IN_FORCE:
    case WIRE_CODE_IMPORT_RUNNING:
        return 409;
    case WIRE_CODE_LENGTH_REQUIRED:
        return 411;
    case WIRE_CODE_TOO_LARGE:
        return 413;
    case WIRE_CODE_UNSUPPORTED_TYPE:
        return 415;
    case WIRE_CODE_PARAMS_INVALID:
    case WIRE_CODE_BODY_UNKNOWN:
    case WIRE_CODE_UNIT_UNKNOWN:
    case WIRE_CODE_OBJECT_UNKNOWN:
    case WIRE_CODE_FORM_MISMATCH:
    case WIRE_CODE_FORM_INCOMPLETE:
    case WIRE_CODE_SCAN_MISSING:
    case WIRE_CODE_ROLE_NOT_OF_BODY:
    case WIRE_CODE_PERIOD_WRONG:
    case WIRE_CODE_IMPORT_WRONG:
        return 422;
    case WIRE_CODE_TOO_MANY:
        return 429;
    case WIRE_CODE_REGISTRY_FAILED:
        return 502;
    case WIRE_CODE_CASE_UNCHECKED:
    case WIRE_CODE_SERVICE_UNAVAILABLE:
    case WIRE_CODE_LOG_UNAVAILABLE:
    case WIRE_CODE_OVERLOADED:
    case WIRE_CODE_MAINTENANCE:
        return 503;
    case WIRE_CODE_REGISTRY_TIMEOUT:
        return 504;
    case WIRE_CODE_NONE:
    case WIRE_CODE_COUNT:
        break;
    }
    return 500;
}

unsigned core_outcome_act_status(enum wire_code code)
{
    /* Here they speak of rights that are to be given, not of the signer's own. */
    if (code == WIRE_CODE_ROLE_BASIS || code == WIRE_CODE_DUTY_NOT_OF_ROLE || code == WIRE_CODE_DUTY_MISSING)
        return 422;
    return core_outcome_status(code);
}

enum wire_code core_outcome_of_verdict(enum certs_verdict verdict)
{
    switch (verdict) {
    case CERTS_VERDICT_VALID:
        return WIRE_CODE_NONE;
    case CERTS_VERDICT_SIGNATURE_INVALID:
        return WIRE_CODE_SIGNATURE_INVALID;
    case CERTS_VERDICT_EXPIRED:
        return WIRE_CODE_CERTIFICATE_EXPIRED;
    case CERTS_VERDICT_REVOKED:
        return WIRE_CODE_CERTIFICATE_REVOKED;
    case CERTS_VERDICT_PROFILE:
        return WIRE_CODE_CERTIFICATE_PROFILE;
    case CERTS_VERDICT_UNKNOWN:
    case CERTS_VERDICT_UNTRUSTED:
        break;
    }
    return WIRE_CODE_CERTIFICATE_UNTRUSTED;
}

enum wire_code core_outcome_of_registry(enum link_outcome outcome)
{
    switch (outcome) {
    case LINK_OUTCOME_ANSWERED:
        return WIRE_CODE_NONE;
    case LINK_OUTCOME_UNAVAILABLE:
    case LINK_OUTCOME_UNCONNECTED:
        return WIRE_CODE_SERVICE_UNAVAILABLE;
    case LINK_OUTCOME_TIMEOUT:
        return WIRE_CODE_REGISTRY_TIMEOUT;
    case LINK_OUTCOME_UNKNOWN:
    case LINK_OUTCOME_FAILED:
    case LINK_OUTCOME_PENDING:
    case LINK_OUTCOME_COUNT:
        break;
    }
    return WIRE_CODE_REGISTRY_FAILED;
}

const char *core_outcome_text(enum link_outcome outcome)
{
    switch (outcome) {
    case LINK_OUTCOME_ANSWERED:
        return "answered";
    case LINK_OUTCOME_UNAVAILABLE:
        return "unavailable";
    case LINK_OUTCOME_UNCONNECTED:
        return "unconnected";
    case LINK_OUTCOME_TIMEOUT:
        return "timeout";
    case LINK_OUTCOME_FAILED:
        return "failed";
    case LINK_OUTCOME_PENDING:
        return "pending";
    case LINK_OUTCOME_UNKNOWN:
    case LINK_OUTCOME_COUNT:
        break;
    }
    return "unknown";
}
