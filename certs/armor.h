/* The text forms in which signed messages arrive. Inside the room only. */
#ifndef CERTS_ARMOR_H
#define CERTS_ARMOR_H

#include "base/buffer.h"

/* Gives the binary of a message: itself when it begins with a SEQUENCE tag, else the decoded PEM block (RFC 7468; label
 * CMS or PKCS7, exactly one, nothing but white space around it) or the decoded bare base64 with line breaks. The view
 * is of received or of scratch, and lives as long as both. -EBADMSG, or scratch's append errors. */
int certs_armor_decode(struct base_bytes received, struct base_buffer *scratch,
                       struct base_bytes *ret_binary) BASE_MUST_USE;

#endif
