/* Reads and writes one definite-length DER element at a time. Inside the room only; whole messages are parsed by OpenSSL. */
#ifndef CERTS_DER_H
#define CERTS_DER_H

#include "base/buffer.h"
#include "base/bytes.h"

enum certs_der_tag {
    CERTS_DER_INTEGER = 0x02,
    CERTS_DER_OCTET_STRING = 0x04,
    CERTS_DER_OID = 0x06,
    CERTS_DER_SEQUENCE = 0x30,
    CERTS_DER_SET = 0x31,
    CERTS_DER_CONTEXT_0 = 0xa0, /* constructed */
    CERTS_DER_CONTEXT_1 = 0xa1,
};

struct certs_der {
    uint8_t tag;
    struct base_bytes content; /* borrowed */
    struct base_bytes whole;   /* with tag and length */
};

/* Takes the first element off rest. False, with rest unchanged, when there is none whole, its length is indefinite or
 * not minimal, or its tag needs more than one byte. */
bool certs_der_read(struct base_bytes *rest, struct certs_der *ret_element);

/* The same, but also false when the tag is another one. */
bool certs_der_take(struct base_bytes *rest, uint8_t tag, struct certs_der *ret_element);

/* The header of an element of that length; at most 6 bytes, their number returned. */
size_t certs_der_header(uint8_t tag, size_t content_bytes, uint8_t ret_header[static 6]);

/* The bytes of an element whose content has so many. */
size_t certs_der_size(size_t content_bytes);

/* Append a header, or a whole element. Failures are out's sticky error. */
void certs_der_header_append(struct base_buffer *out, uint8_t tag, size_t content_bytes);
void certs_der_append(struct base_buffer *out, uint8_t tag, struct base_bytes content);

#endif
