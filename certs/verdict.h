/* The answer to "is this certificate or signature to be trusted". Zero is unknown and refuses. */
#ifndef CERTS_VERDICT_H
#define CERTS_VERDICT_H

enum certs_verdict {
    CERTS_VERDICT_UNKNOWN = 0, /* not decided (out of memory and the like): refuse */
    CERTS_VERDICT_VALID,
    CERTS_VERDICT_SIGNATURE_INVALID, /* not a message of the profile, or its signature is wrong */
    CERTS_VERDICT_UNTRUSTED,         /* no chain to the trust; also a missing or out-of-date CRL */
    CERTS_VERDICT_EXPIRED,           /* past its time, or not yet valid */
    CERTS_VERDICT_REVOKED,
    CERTS_VERDICT_PROFILE, /* trusted, but not a certificate for this use */
};

enum { CERTS_DETAIL_MAX = 120 };

/* detail is a fixed English text for problem details and logs: printable ASCII, no name, no number of a person, nothing
 * that the sender chose but algorithm OIDs. It begins with a stable word: "crl-missing", "crl-out-of-date", ... */
struct certs_finding {
    enum certs_verdict verdict;
    char detail[CERTS_DETAIL_MAX];
};

/* "valid", "signature-invalid", "untrusted", "expired", "revoked", "profile", "unknown". Static. */
const char *certs_verdict_name(enum certs_verdict verdict);

#endif
