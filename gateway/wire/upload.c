#include "gateway/wire/upload.h"

#include <strings.h>

#include "base/reader.h"
#include "base/text.h"

static const char *const type_text[WIRE_UPLOAD_COUNT] = {
    [WIRE_UPLOAD_PDF] = "application/pdf",
    [WIRE_UPLOAD_PNG] = "image/png",
    [WIRE_UPLOAD_JPEG] = "image/jpeg",
    [WIRE_UPLOAD_JSON] = "application/json",
};

const char *wire_upload_type_text(enum wire_upload_type type)
{
    return (unsigned)type < WIRE_UPLOAD_COUNT ? type_text[type] : NULL;
}

static bool text_is(struct base_bytes text, const char *wanted)
{
    return text.len == strlen(wanted) && strncasecmp((const char *)text.data, wanted, text.len) == 0;
}

enum wire_upload_type wire_upload_type_find(struct base_bytes content_type)
{
    for (unsigned type = WIRE_UPLOAD_NONE + 1; type < WIRE_UPLOAD_COUNT; type++)
        if (text_is(content_type, type_text[type]))
            return (enum wire_upload_type)type;
    if (text_is(content_type, "application/json;charset=utf-8") || text_is(content_type, "application/json; charset=utf-8"))
        return WIRE_UPLOAD_JSON;
    return WIRE_UPLOAD_NONE;
}

static bool is_space(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static struct base_bytes trim(struct base_bytes text)
{
    while (text.len > 0 && is_space(text.data[text.len - 1]))
        text.len--;
    while (text.len > 0 && is_space(text.data[0]))
        text = base_bytes_of(text.data + 1, text.len - 1);
    return text;
}

static bool begins(struct base_bytes content, const char *with)
{
    size_t len = strlen(with);
    return content.len >= len && memcmp(content.data, with, len) == 0;
}

static bool ends(struct base_bytes content, const char *with)
{
    size_t len = strlen(with);
    return content.len >= len && memcmp(content.data + content.len - len, with, len) == 0;
}

/* ---- PNG ---- */

static const uint8_t png_signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

static void crc_table_make(uint32_t ret_table[static 256])
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ UINT32_C(0xedb88320) : crc >> 1;
        ret_table[byte] = crc;
    }
}

static uint32_t crc_of(const uint32_t table[static 256], struct base_bytes bytes)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < bytes.len; i++)
        crc = crc >> 8 ^ table[(crc ^ bytes.data[i]) & 0xff];
    return crc ^ UINT32_MAX;
}

enum png_place { PNG_BEGIN, PNG_INSIDE, PNG_END };

static bool header_fits(struct base_bytes data)
{
    struct base_reader reader = base_reader_of(data);
    uint32_t width = base_reader_u32(&reader), height = base_reader_u32(&reader);
    return data.len == 13 && width > 0 && height > 0 && width <= INT32_MAX && height <= INT32_MAX;
}

static bool png_fits(struct base_bytes content)
{
    uint32_t table[256];
    crc_table_make(table);
    struct base_reader reader = base_reader_of(content);
    struct base_bytes signature = base_reader_bytes(&reader, sizeof(png_signature));
    if (!base_bytes_equal(signature, base_bytes_of(png_signature, sizeof(png_signature))))
        return false;
    enum png_place place = PNG_BEGIN;
    bool has_image = false;
    while (place != PNG_END) {
        uint32_t len = base_reader_u32(&reader);
        struct base_bytes chunk = base_reader_bytes(&reader, (size_t)len + 4);
        uint32_t crc = base_reader_u32(&reader);
        if (reader.failed || crc_of(table, chunk) != crc)
            return false;
        struct base_bytes type = base_bytes_of(chunk.data, 4), data = base_bytes_of(chunk.data + 4, len);
        bool is_header = base_bytes_equal_text(type, "IHDR");
        if (is_header != (place == PNG_BEGIN) || (is_header && !header_fits(data)))
            return false;
        has_image = has_image || base_bytes_equal_text(type, "IDAT");
        place = base_bytes_equal_text(type, "IEND") ? PNG_END : PNG_INSIDE;
    }
    return has_image && base_reader_end(&reader) == 0;
}

/* ---- JPEG ---- */

enum {
    JPEG_SOI = 0xd8,
    JPEG_EOI = 0xd9,
    JPEG_SOS = 0xda,
};

/* Start of a frame: C0 to CF but for three that are tables (T.81 table B.1). */
static bool is_frame(uint8_t marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* Skips entropy-coded data: up to the next marker that is neither a stuffed byte nor a restart. */
static void scan_skip(struct base_reader *reader)
{
    struct base_bytes rest = reader->rest;
    size_t at = 0;
    while (at + 1 < rest.len && (rest.data[at] != 0xff || rest.data[at + 1] == 0 ||
                                 (rest.data[at + 1] >= 0xd0 && rest.data[at + 1] <= 0xd7)))
        at++;
    (void)base_reader_bytes(reader, at);
}

/* The next marker; 0 where there is none. It may be filled with any number of 0xff. */
static uint8_t marker_read(struct base_reader *reader)
{
    if (base_reader_u8(reader) != 0xff)
        return 0;
    uint8_t marker = base_reader_u8(reader);
    while (!reader->failed && marker == 0xff)
        marker = base_reader_u8(reader);
    return reader->failed ? 0 : marker;
}

static bool jpeg_fits(struct base_bytes content)
{
    struct base_reader reader = base_reader_of(content);
    bool has_frame = false, has_scan = false;
    if (marker_read(&reader) != JPEG_SOI)
        return false;
    for (;;) {
        uint8_t marker = marker_read(&reader);
        if (marker == JPEG_EOI)
            return has_frame && has_scan && base_reader_end(&reader) == 0;
        if (marker < 0xc0 || marker == JPEG_SOI || (marker >= 0xd0 && marker <= 0xd7))
            return false;
        uint16_t len = base_reader_u16(&reader);
        if (len < 2)
            return false;
        (void)base_reader_bytes(&reader, (size_t)len - 2);
        has_frame = has_frame || is_frame(marker);
        if (marker == JPEG_SOS) {
            has_scan = true;
            scan_skip(&reader);
        }
        if (reader.failed)
            return false;
    }
}

enum wire_upload_verdict wire_upload_check(enum wire_upload_type type, struct base_bytes content)
{
    bool fits = false;
    if (content.len == 0 || content.len > WIRE_UPLOAD_BYTES_MAX)
        return WIRE_UPLOAD_OTHER;
    switch (type) {
    case WIRE_UPLOAD_PDF:
        fits = (begins(content, "%PDF-1.") || begins(content, "%PDF-2.")) && ends(trim(content), "%%EOF");
        break;
    case WIRE_UPLOAD_PNG:
        fits = png_fits(content);
        break;
    case WIRE_UPLOAD_JPEG:
        fits = jpeg_fits(content);
        break;
    case WIRE_UPLOAD_JSON:
        fits = begins(trim(content), "[") && ends(trim(content), "]") && !memchr(content.data, 0, content.len) &&
               base_text_is_utf8(content);
        break;
    case WIRE_UPLOAD_NONE:
    case WIRE_UPLOAD_COUNT:
        break;
    }
    return fits ? WIRE_UPLOAD_FITS : WIRE_UPLOAD_OTHER;
}
