/* What the client wants to get: Accept-Language and Accept (RFC 9110 §12.5). Any thread. */
#ifndef GATEWAY_WIRE_ACCEPT_H
#define GATEWAY_WIRE_ACCEPT_H

#include <stdbool.h>

#include "base/bytes.h"
#include "gateway/wire/language.h"

/* "kk", "ru", "en"; static. */
const char *wire_language_text(enum wire_language language);

/* The language to use for an Accept-Language header (RFC 9110 §12.5.4): the highest quality wins, the earlier of equals;
 * sub-tags are ignored; "*" stands for those not named. Kazakh when the header is empty, unusable, or names no other. */
enum wire_language wire_language_find(struct base_bytes accept_language);

/* True when the signed answer alone (application/pkcs7-mime) is named, and JSON is not wanted at least as much. */
bool wire_accept_signed(struct base_bytes accept);

#endif
