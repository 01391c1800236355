/* Signed messages: CMS SignedData (RFC 5652) with attached content, as officers send and the gateway answers. */
#ifndef CERTS_CMS_H
#define CERTS_CMS_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "certs/cache.h"
#include "certs/identity.h"
#include "certs/signer.h"
#include "certs/trust.h"
#include "certs/verdict.h"

enum { CERTS_CMS_BYTES_MAX = 256 << 10, CERTS_CMS_CONTENT_MAX = 64 << 10 };
/* An answer of a registry may be larger than a query. */
enum { CERTS_ANSWER_BYTES_MAX = 24 << 20, CERTS_ANSWER_CONTENT_MAX = 16 << 20 };

#define CERTS_TIME_NONE INT64_MIN

struct certs_message {
    struct certs_identity signer;
    struct base_buffer content;
    const char *digest;      /* "sha256", "sha384", "sha512"; static */
    const char *signature;   /* "rsa", "ecdsa-p256", "ecdsa-p384"; static */
    int64_t signing_time_us; /* as the signer claims; CERTS_TIME_NONE when absent. Proves nothing */
};

/* Accepts a zeroed struct. */
void certs_message_clear(struct certs_message *message);

/* Verifies an officer's signed message over the bytes as received: DER, BER (indefinite length), PEM (label CMS or
 * PKCS7) or bare base64 with line breaks; at most CERTS_CMS_BYTES_MAX. Exactly one signer, its certificate inside, the
 * content attached and id-data, at most CERTS_CMS_CONTENT_MAX; signed attributes with content-type and message-digest;
 * SHA-256/384/512 with RSA >= 2048 (PKCS #1 v1.5) or ECDSA P-256/P-384; nothing after the message.
 * cache may be NULL. ret_message (cleared by the caller) is written only with CERTS_VERDICT_VALID. Any thread. */
struct certs_finding certs_cms_verify(struct certs_trust *trust, struct certs_cache *cache, struct base_bytes received,
                                      int64_t now_us, struct certs_message *ret_message) BASE_MUST_USE;

/* The same for a message that is kept since at_us, the moment of its entry of the log (an application, a decision, an
 * agreement): as it stood then. Its certificate, or an authority's, may have come to its end or been revoked since; what was
 * revoked at that moment or before, or is said to have been in other hands by then, refuses. The CRLs must reach to that moment;
 * the newest there are serve. */
struct certs_finding certs_cms_past_verify(struct certs_trust *trust, struct base_bytes received, int64_t at_us,
                                           struct certs_message *ret_message) BASE_MUST_USE;

/* The same for the gateway's answers, by a client: the signer must be an information system (its BIN in the identity,
 * no IIN); limits CERTS_ANSWER_*. */
struct certs_finding certs_cms_answer_verify(struct certs_trust *trust, struct certs_cache *cache,
                                             struct base_bytes received, int64_t now_us,
                                             struct certs_message *ret_message) BASE_MUST_USE;

/* Appends the DER of a message with content attached and the signer's certificate inside; signed attributes
 * content-type, message-digest, signing-time (now_us) and signing-certificate-v2; SHA-256 (SHA-384 with P-384).
 * -EMSGSIZE over CERTS_ANSWER_CONTENT_MAX, out's append errors, -EIO when OpenSSL fails. Any thread. */
int certs_cms_sign(const struct certs_signer *signer, struct base_bytes content, int64_t now_us,
                   struct base_buffer *out) BASE_MUST_USE;

#endif
