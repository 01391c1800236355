/* Seals bytes so that only the vault, or the escrow key kept offline, can open them: CMS AuthEnvelopedData (RFC 5083,
 * 5084) with AES-256-GCM, the content key wrapped for each recipient by RSAES-OAEP with SHA-256 (RFC 3560). */
#ifndef CERTS_SEAL_H
#define CERTS_SEAL_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/result.h"
#include "certs/signer.h"

struct certs_recipients;

enum { CERTS_RECIPIENTS_MAX = 8, CERTS_SEAL_BYTES_MAX = 24 << 20 };

/* Every certificate in the PEM text is a recipient, in that order: RSA of 3,072 bits or more with key usage
 * keyEncipherment. Give vault and escrow in one text. The operator pinned them in the configuration: no chain is
 * checked. -EBADMSG with ret_error (freed by the caller; may be NULL), -ENOMEM. */
int certs_recipients_new(struct base_bytes certs_pem, struct certs_recipients **ret_recipients,
                         char **ret_error) BASE_MUST_USE;
void certs_recipients_free(struct certs_recipients *recipients); /* accepts NULL */
size_t certs_recipients_count(const struct certs_recipients *recipients);

/* Appends the DER, 1 KiB longer than the plain bytes. Wrapping a content key costs about 50 us for each recipient, so one
 * content key serves CERTS_CONTENT_KEY_USES messages, or CERTS_CONTENT_KEY_US, whichever ends first, each message with a
 * nonce of its own; then it is wiped. -EMSGSIZE over CERTS_SEAL_BYTES_MAX, out's append errors, -EIO when OpenSSL fails.
 * Any thread. */
enum { CERTS_CONTENT_KEY_USES = 256, CERTS_CONTENT_KEY_US = 1000000 };
int certs_seal(struct certs_recipients *recipients, struct base_bytes plain, struct base_buffer *out) BASE_MUST_USE;

/* Wipes a content key whose time is over: to be called now and then, for an hour without messages. Any thread. */
void certs_seal_expire(struct certs_recipients *recipients);

/* Appends what was sealed. -EBADMSG when it is no such message or was changed, -ENOKEY when it was not sealed for this
 * key, else out's append errors. Any thread. */
int certs_unseal(const struct certs_signer *opener, struct base_bytes sealed, struct base_buffer *out) BASE_MUST_USE;

#endif
