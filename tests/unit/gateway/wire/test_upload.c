/* Uploads are taken for what they are, not for what they are called: whole PDF, PNG, JPEG and JSON and nothing else. */
#include <stdlib.h>

#include "base/buffer.h"
#include "gateway/wire/upload.h"
#include "tests/check_main.h"

/* One grey pixel; checksums and compressed data by zlib. */
static const uint8_t png[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b,
    0x55, 0x00, 0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xa8, 0x07, 0x00, 0x00,
    0x81, 0x00, 0x80, 0xd3, 0x94, 0x53, 0x4a, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae,
    0x42, 0x60, 0x82,
};

/* SOI, APP0, DQT, SOF0, DHT, SOS, a scan with a stuffed 0xff and a restart, EOI. */
static const uint8_t jpeg[] = {
    0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46, 0x00, 0x01, 0x01, 0x00, 0x00, 0x01,
    0x00, 0x01, 0x00, 0x00, 0xff, 0xdb, 0x00, 0x43, 0x00, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
    0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
    0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
    0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
    0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0xff, 0xc0, 0x00, 0x0b, 0x08, 0x00, 0x01,
    0x00, 0x01, 0x01, 0x01, 0x11, 0x00, 0xff, 0xc4, 0x00, 0x14, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xda, 0x00, 0x08,
    0x01, 0x01, 0x00, 0x00, 0x3f, 0x00, 0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56, 0xff, 0xd9,
};

static const char pdf[] = "%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n0\n%%EOF\n";

static bool fits(enum wire_upload_type type, struct base_bytes content)
{
    return wire_upload_check(type, content) == WIRE_UPLOAD_FITS;
}

static bool text_fits(enum wire_upload_type type, const char *text)
{
    return fits(type, base_bytes_text(text));
}

START_TEST(each_type_is_itself_and_no_other)
{
    const struct base_bytes contents[WIRE_UPLOAD_COUNT] = {
        [WIRE_UPLOAD_NONE] = base_bytes_text("anything"),
        [WIRE_UPLOAD_PDF] = base_bytes_text(pdf),
        [WIRE_UPLOAD_PNG] = base_bytes_of(png, sizeof(png)),
        [WIRE_UPLOAD_JPEG] = base_bytes_of(jpeg, sizeof(jpeg)),
        [WIRE_UPLOAD_JSON] = base_bytes_text("[{\"iin\":\"500101100000\"}]"),
    };
    for (unsigned type = 0; type < WIRE_UPLOAD_COUNT; type++)
        for (unsigned content = 0; content < WIRE_UPLOAD_COUNT; content++)
            ck_assert_msg(fits((enum wire_upload_type)type, contents[content]) ==
                              (type == content && type != WIRE_UPLOAD_NONE),
                          "type %u content %u", type, content);
}
END_TEST

START_TEST(media_types_are_named_exactly)
{
    ck_assert_int_eq(wire_upload_type_find(base_bytes_text("application/pdf")), WIRE_UPLOAD_PDF);
    ck_assert_int_eq(wire_upload_type_find(base_bytes_text("Image/PNG")), WIRE_UPLOAD_PNG);
    ck_assert_int_eq(wire_upload_type_find(base_bytes_text("image/jpeg")), WIRE_UPLOAD_JPEG);
    ck_assert_int_eq(wire_upload_type_find(base_bytes_text("application/json; charset=UTF-8")), WIRE_UPLOAD_JSON);
    ck_assert_int_eq(wire_upload_type_find(base_bytes_text("image/jpg")), WIRE_UPLOAD_NONE);
    ck_assert_int_eq(wire_upload_type_find(base_bytes_text("application/pdf; x=y")), WIRE_UPLOAD_NONE);
    ck_assert_int_eq(wire_upload_type_find(base_bytes_text("")), WIRE_UPLOAD_NONE);
    for (unsigned type = WIRE_UPLOAD_NONE + 1; type < WIRE_UPLOAD_COUNT; type++)
        ck_assert_uint_eq(wire_upload_type_find(base_bytes_text(wire_upload_type_text((enum wire_upload_type)type))), type);
    ck_assert_ptr_null(wire_upload_type_text(WIRE_UPLOAD_NONE));
}
END_TEST

START_TEST(pdf_begins_and_ends)
{
    ck_assert(text_fits(WIRE_UPLOAD_PDF, "%PDF-2.0\n%%EOF"));
    ck_assert(text_fits(WIRE_UPLOAD_PDF, "%PDF-1.7 %%EOF \r\n\n"));
    ck_assert(!text_fits(WIRE_UPLOAD_PDF, " %PDF-1.7 %%EOF"));
    ck_assert(!text_fits(WIRE_UPLOAD_PDF, "%PDF-3.0 %%EOF"));
    ck_assert(!text_fits(WIRE_UPLOAD_PDF, "%PDF-1.7 %%EOF MZ"));
    ck_assert(!text_fits(WIRE_UPLOAD_PDF, ""));
}
END_TEST

/* A torn or lengthened image, and one with any byte of its structure changed, is none. */
START_TEST(png_is_whole_and_unchanged)
{
    for (size_t len = 0; len < sizeof(png); len++)
        ck_assert(!fits(WIRE_UPLOAD_PNG, base_bytes_of(png, len)));
    uint8_t changed[sizeof(png) + 1];
    for (size_t i = 0; i < sizeof(png); i++) {
        memcpy(changed, png, sizeof(png));
        changed[i] ^= 0x20;
        ck_assert_msg(!fits(WIRE_UPLOAD_PNG, base_bytes_of(changed, sizeof(png))), "byte %zu", i);
    }
    memcpy(changed, png, sizeof(png));
    changed[sizeof(png)] = 0;
    ck_assert(!fits(WIRE_UPLOAD_PNG, base_bytes_of(changed, sizeof(changed))));
}
END_TEST

START_TEST(jpeg_has_frame_scan_and_end)
{
    for (size_t len = 0; len < sizeof(jpeg); len++)
        ck_assert(!fits(WIRE_UPLOAD_JPEG, base_bytes_of(jpeg, len)));
    uint8_t longer[sizeof(jpeg) + 1] = {0};
    memcpy(longer, jpeg, sizeof(jpeg));
    ck_assert(!fits(WIRE_UPLOAD_JPEG, base_bytes_of(longer, sizeof(longer))));
    static const uint8_t without_scan[] = {0xff, 0xd8, 0xff, 0xc0, 0, 2, 0xff, 0xd9};
    static const uint8_t without_frame[] = {0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 0xff, 0xd9};
    static const uint8_t filled[] = {0xff, 0xd8, 0xff, 0xff, 0xc0, 0, 2, 0xff, 0xda, 0, 2, 1, 0xff, 0xd9};
    static const uint8_t short_segment[] = {0xff, 0xd8, 0xff, 0xc0, 0, 1, 0xff, 0xda, 0, 2, 1, 0xff, 0xd9};
    ck_assert(!fits(WIRE_UPLOAD_JPEG, base_bytes_of(without_scan, sizeof(without_scan))));
    ck_assert(!fits(WIRE_UPLOAD_JPEG, base_bytes_of(without_frame, sizeof(without_frame))));
    ck_assert(fits(WIRE_UPLOAD_JPEG, base_bytes_of(filled, sizeof(filled))));
    ck_assert(!fits(WIRE_UPLOAD_JPEG, base_bytes_of(short_segment, sizeof(short_segment))));
}
END_TEST

START_TEST(json_is_an_array_of_text)
{
    ck_assert(text_fits(WIRE_UPLOAD_JSON, " [1] \n"));
    ck_assert(!text_fits(WIRE_UPLOAD_JSON, "{}"));
    ck_assert(!text_fits(WIRE_UPLOAD_JSON, "[1"));
    ck_assert(!text_fits(WIRE_UPLOAD_JSON, "[\xff]"));
    ck_assert(!fits(WIRE_UPLOAD_JSON, base_bytes_of("[\0]", 3)));
}
END_TEST

START_TEST(the_limit_is_the_limit)
{
    char *text = malloc(WIRE_UPLOAD_BYTES_MAX + 1);
    ck_assert_ptr_nonnull(text);
    memset(text, ' ', WIRE_UPLOAD_BYTES_MAX + 1);
    text[0] = '[';
    text[WIRE_UPLOAD_BYTES_MAX - 1] = ']';
    ck_assert(fits(WIRE_UPLOAD_JSON, base_bytes_of(text, WIRE_UPLOAD_BYTES_MAX)));
    ck_assert(!fits(WIRE_UPLOAD_JSON, base_bytes_of(text, WIRE_UPLOAD_BYTES_MAX + 1)));
    free(text);
}
END_TEST

CHECK_MAIN("uploads", each_type_is_itself_and_no_other, media_types_are_named_exactly, pdf_begins_and_ends,
           png_is_whole_and_unchanged, jpeg_has_frame_scan_and_end, json_is_an_array_of_text, the_limit_is_the_limit)
