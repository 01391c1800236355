/* Strict hexadecimal and base64 (RFC 4648 §4, padded, canonical): one text for one value, white space is an error. */
#ifndef BASE_ENCODING_H
#define BASE_ENCODING_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/result.h"

/* Lower-case hex; both return the buffer's append result. */
int base_hex_encode(struct base_bytes bytes, struct base_buffer *out);
int base_base64_encode(struct base_bytes bytes, struct base_buffer *out);

/* Lower-case hex of 32 bytes as a NUL-terminated text. */
void base_hex_digest(const uint8_t digest[static 32], char ret_text[static 65]);

/* Append the decoded bytes. -EBADMSG when the text is not the canonical encoding of any bytes; then nothing is
 * appended. Hex accepts lower case only. */
int base_hex_decode(struct base_bytes text, struct base_buffer *out) BASE_MUST_USE;
int base_base64_decode(struct base_bytes text, struct base_buffer *out) BASE_MUST_USE;

#endif
