/* Uploads opened again by the gateway's own upload key. */
#ifndef GATEWAY_CORE_UPLOAD_H
#define GATEWAY_CORE_UPLOAD_H

#include "gateway/core/gateway.h"

/* Appends the content of a stored upload. -EBADMSG when it is not that of the digest, certs_unseal()'s and the store's errors,
 * STORE_NONE: nothing lies there. Any thread. */
int core_upload_open(struct core_gateway *gateway, int64_t large, const uint8_t digest[static STORE_DIGEST_BYTES],
                     struct base_buffer *out) BASE_MUST_USE;

#endif
