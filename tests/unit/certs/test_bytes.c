/* Proves that a changed message never passes as something else: every bit of a signed message flipped, and every
 * truncation and extension of it, is either refused or still says the same by the same person. (Bits outside what is
 * signed, as the message's version number, may change without consequence.) */
#include "fixture.h"

static struct fixture fixture;
static struct certs_cache *cache;
static const char content[] = "{\"v\":\"qao.query/1\",\"id\":1}";

static void setup(void)
{
    fixture_init(&fixture);
    ck_assert_int_eq(certs_cache_new(16, &cache), 0);
}

static void teardown(void)
{
    certs_cache_free(cache);
    fixture_clear(&fixture);
}

/* True when it still verifies; then it must be the same message. */
static bool is_same_or_refused(struct base_bytes bytes)
{
    struct certs_message message = {0};
    struct certs_finding finding = certs_cms_verify(fixture.trust, cache, bytes, NOW_US, &message);
    if (finding.verdict != CERTS_VERDICT_VALID) {
        ck_assert_uint_ne(finding.verdict, CERTS_VERDICT_UNKNOWN);
        return false;
    }
    ck_assert(base_bytes_equal_text(base_buffer_view(&message.content), content));
    ck_assert_str_eq(message.signer.iin, IIN);
    ck_assert_str_eq(message.signer.bin, BIN);
    ck_assert_str_eq(message.digest, "sha256");
    certs_message_clear(&message);
    return true;
}

/* Number of flips of one bit in [from, until) that still verify. */
static size_t flip_all(struct base_buffer *message, size_t from, size_t until, size_t stride)
{
    size_t same = 0;
    for (size_t bit = 8 * from; bit < 8 * until; bit += stride) {
        message->data[bit / 8] ^= (uint8_t) (1 << bit % 8);
        same += is_same_or_refused(base_buffer_view(message));
        message->data[bit / 8] ^= (uint8_t) (1 << bit % 8);
    }
    return same;
}

static size_t position_of(const struct base_buffer *message, struct base_bytes part)
{
    const uint8_t *at = memmem(message->data, message->len, part.data, part.len);
    ck_assert_ptr_nonnull(at);
    return (size_t) (at - message->data);
}

/* Before the certificate: header and content. After it: signer info. Every bit of both. */
START_TEST(test_flips)
{
    struct base_buffer message = fixture_message(&fixture.rsa, content);
    size_t cert = position_of(&message, base_buffer_view(&fixture.rsa.cert_der));
    size_t cert_end = cert + fixture.rsa.cert_der.len;
    size_t text = position_of(&message, base_bytes_text(content));
    ck_assert(is_same_or_refused(base_buffer_view(&message)));
    ck_assert_uint_eq(flip_all(&message, text, text + strlen(content), 1), 0);
    /* The signature is the last 256 bytes of an RSA-2048 signer info without unsigned attributes. */
    ck_assert_uint_eq(flip_all(&message, message.len - 256, message.len, 1), 0);
    ck_assert_uint_lt(flip_all(&message, 0, cert, 1), 100);
    ck_assert_uint_lt(flip_all(&message, cert_end, message.len - 256, 1), 100);
    base_buffer_clear(&message);
}
END_TEST

/* The certificate's bits, each third: with any of them changed it is another certificate, which nobody issued. */
START_TEST(test_certificate_flips)
{
    struct base_buffer message = fixture_message(&fixture.rsa, content);
    size_t cert = position_of(&message, base_buffer_view(&fixture.rsa.cert_der));
    ck_assert_uint_eq(flip_all(&message, cert, cert + fixture.rsa.cert_der.len, 3), 0);
    base_buffer_clear(&message);
}
END_TEST

/* BER with indefinite lengths takes another way through the parser: each fifth bit. */
START_TEST(test_ber_flips)
{
    struct base_buffer message BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&message, CERTS_CMS_BYTES_MAX);
    const struct fixture_file files[] = {{"content", base_bytes_text(content)},
                                         {"cert.pem", base_buffer_view(&fixture.rsa.cert_pem)},
                                         {"key.pem", base_buffer_view(&fixture.rsa.key_pem)}};
    fixture_openssl("cms -sign -binary -in content -signer cert.pem -inkey key.pem -nodetach -stream -outform DER",
                    files, 3, &message);
    ck_assert_uint_eq(message.data[1], 0x80); /* indefinite indeed */
    ck_assert(is_same_or_refused(base_buffer_view(&message)));
    size_t text = position_of(&message, base_bytes_text(content));
    ck_assert_uint_eq(flip_all(&message, text, text + strlen(content), 1), 0);
    flip_all(&message, 0, message.len, 5);
    for (size_t len = 0; len < message.len; len += 3)
        ck_assert(!is_same_or_refused(base_bytes_of(message.data, len)));
}
END_TEST

/* No truncation of a DER message verifies; nor does any message with something after it. */
START_TEST(test_lengths)
{
    struct base_buffer message = fixture_message(&fixture.rsa, content), longer;
    base_buffer_init(&longer, CERTS_CMS_BYTES_MAX);
    for (size_t len = 0; len < message.len; len++)
        ck_assert(!is_same_or_refused(base_bytes_of(message.data, len)));
    for (unsigned byte = 0; byte < 256; byte++) {
        base_buffer_reset(&longer);
        base_buffer_append(&longer, base_buffer_view(&message));
        base_buffer_append_u8(&longer, (uint8_t) byte);
        ck_assert_int_eq(base_buffer_error(&longer), 0);
        ck_assert(!is_same_or_refused(base_buffer_view(&longer)));
    }
    base_buffer_clear(&longer);
    base_buffer_clear(&message);
}
END_TEST

/* The signature of one message under the content of another. */
START_TEST(test_mixed)
{
    struct base_buffer one = fixture_message(&fixture.rsa, content);
    struct base_buffer two = fixture_message(&fixture.rsa, "{\"v\":\"qao.query/1\",\"id\":2}");
    ck_assert_uint_eq(one.len, two.len);
    memcpy(two.data + two.len - 256, one.data + one.len - 256, 256);
    ck_assert(!is_same_or_refused(base_buffer_view(&two)));
    base_buffer_clear(&one);
    base_buffer_clear(&two);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("certs/bytes");
    TCase *tests = tcase_create("bytes");
    tcase_add_unchecked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 300);
    tcase_add_test(tests, test_flips);
    tcase_add_test(tests, test_certificate_flips);
    tcase_add_test(tests, test_ber_flips);
    tcase_add_test(tests, test_lengths);
    tcase_add_test(tests, test_mixed);
    suite_add_tcase(suite, tests);
    return fixture_run(suite);
}
