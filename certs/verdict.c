#include "certs/verdict.h"

const char *certs_verdict_name(enum certs_verdict verdict)
{
    switch (verdict) {
    case CERTS_VERDICT_UNKNOWN:
        break;
    case CERTS_VERDICT_VALID:
        return "valid";
    case CERTS_VERDICT_SIGNATURE_INVALID:
        return "signature-invalid";
    case CERTS_VERDICT_UNTRUSTED:
        return "untrusted";
    case CERTS_VERDICT_EXPIRED:
        return "expired";
    case CERTS_VERDICT_REVOKED:
        return "revoked";
    case CERTS_VERDICT_PROFILE:
        return "profile";
    }
    return "unknown";
}
