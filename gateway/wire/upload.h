/* What may be uploaded, and whether the content is what it says (docs/PROTOCOL-ACCESS.md, section 3). Looks at the outer form
 * alone: what is inside is opened by people, not by the gateway. Any thread. */
#ifndef GATEWAY_WIRE_UPLOAD_H
#define GATEWAY_WIRE_UPLOAD_H

#include "base/bytes.h"

enum { WIRE_UPLOAD_BYTES_MAX = 10 << 20 };

enum wire_upload_type {
    WIRE_UPLOAD_NONE = 0,
    WIRE_UPLOAD_PDF,
    WIRE_UPLOAD_PNG,
    WIRE_UPLOAD_JPEG,
    WIRE_UPLOAD_JSON, /* rows of an import */
    WIRE_UPLOAD_COUNT
};

/* By a Content-Type without parameters but "charset=utf-8" of JSON; case does not matter (RFC 9110 §8.3.1). */
enum wire_upload_type wire_upload_type_find(struct base_bytes content_type);

/* "application/pdf"; static. NULL for NONE. */
const char *wire_upload_type_text(enum wire_upload_type type);

enum wire_upload_verdict {
    WIRE_UPLOAD_OTHER = 0, /* empty, too long, or not of the form of its type */
    WIRE_UPLOAD_FITS,
};

/* PDF: "%PDF-1." or "%PDF-2." first, "%%EOF" last but for white space (ISO 32000-2 §7.5). PNG: signature and whole chunks
 * with right checksums from IHDR to IEND, nothing behind (RFC 2083). JPEG: segments from SOI over a frame and a scan to EOI,
 * nothing behind (ITU-T T.81 Annex B). JSON: UTF-8 text from "[" to "]". */
enum wire_upload_verdict wire_upload_check(enum wire_upload_type type, struct base_bytes content);

#endif
