/* Keyed digests of subjects: HMAC-SHA-256, the newest key, and a strict key file. */
#include <errno.h>
#include <string.h>

#include "base/buffer.h"
#include "base/encoding.h"
#include "gateway/core/subject.h"
#include "tests/check_main.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define ONES "1111111111111111111111111111111111111111111111111111111111111111"
#define ASCENDING "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define MAC_IIN "5ea6f8305df6955e8d8611f50f70c32f13d0c57ae0b1a57daa21fccb7333440e"
#define MAC_PLATE "dfb64245b90099500294ea94c35f063e7f07d3d1f59dfab22d42b88d33bf1b11"

static int parse(const char *text, struct core_subjects **ret_subjects)
{
    return core_subjects_parse(base_bytes_text(text), ret_subjects);
}

static void expect(const struct core_subjects *subjects, uint32_t kid, const char *kind, const char *value,
                   const char *hex)
{
    uint8_t mac[CORE_SUBJECT_MAC_BYTES];
    char text[65];
    ck_assert_int_eq(core_subject_mac(subjects, kid, kind, base_bytes_text(value), mac), 0);
    base_hex_digest(mac, text);
    ck_assert_str_eq(text, hex);
}

/* Expected values: printf 'iin:500101100000' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0001...1f */
START_TEST(macs_are_hmac_sha256)
{
    struct core_subjects *subjects = NULL;
    ck_assert_int_eq(parse("1 " ASCENDING "\n", &subjects), 0);
    ck_assert_uint_eq(core_subjects_kid(subjects), 1);
    expect(subjects, 1, "iin", "500101100000", MAC_IIN);
    expect(subjects, 1, "plate", "500101100000", MAC_PLATE);
    uint8_t mac[CORE_SUBJECT_MAC_BYTES];
    ck_assert_int_eq(core_subject_mac(subjects, 2, "iin", base_bytes_text("500101100000"), mac), -ENOENT);
    core_subjects_free(subjects);
    core_subjects_free(NULL);
}
END_TEST

START_TEST(the_highest_number_is_used)
{
    struct core_subjects *subjects = NULL;
    ck_assert_int_eq(parse("3 " ZEROS "\n12 " ASCENDING "\n7 " ONES, &subjects), 0);
    ck_assert_uint_eq(core_subjects_kid(subjects), 12);
    expect(subjects, 12, "iin", "500101100000", MAC_IIN);
    core_subjects_free(subjects);
}
END_TEST

START_TEST(other_files_are_refused)
{
    static const char *const bad[] = {
        "", "\n", "1\n", "1 \n", "0 " ZEROS "\n", "-1 " ZEROS "\n", "x " ZEROS "\n", "1  " ZEROS "\n", "1 " ZEROS "0\n",
        "1 " ZEROS " \n", "1 00\n", "1 " ZEROS "\n1 " ONES "\n", "1 " ZEROS "\n\n", "10000000000 " ZEROS "\n",
        "1 0G0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct core_subjects *subjects = NULL;
        ck_assert_msg(parse(bad[i], &subjects) == -EBADMSG, "%s", bad[i]);
        ck_assert_ptr_null(subjects);
    }
}
END_TEST

CHECK_MAIN("subjects", macs_are_hmac_sha256, the_highest_number_is_used, other_files_are_refused)
