/* Proves that what is sealed opens for each recipient and for nobody else, that a changed seal opens to nothing, and
 * that the openssl program opens it too. */
#include "certs/der.h"
#include "certs/seal.h"
#include "fixture.h"

#include <errno.h>
#include <stdlib.h>

static struct fixture fixture;
static struct certs_dev_leaf vault, escrow, stranger;
static struct certs_recipients *recipients;
static const char plain[] = "the signed answer";

static struct certs_dev_leaf sealing_issue(const char *name, enum certs_dev_key key)
{
    struct certs_dev_request request = {.kind = CERTS_DEV_SEALING, .common_name = name, .key = key};
    return fixture_issue(&fixture, &request);
}

static int recipients_new(const struct certs_dev_leaf *one, const struct certs_dev_leaf *two,
                          struct certs_recipients **ret_recipients, char **ret_error)
{
    struct base_buffer pem BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&pem, 1 << 20);
    base_buffer_append(&pem, base_buffer_view(&one->cert_pem));
    if (two)
        base_buffer_append(&pem, base_buffer_view(&two->cert_pem));
    return certs_recipients_new(base_buffer_view(&pem), ret_recipients, ret_error);
}

static void setup(void)
{
    fixture_init(&fixture);
    vault = sealing_issue("vault", CERTS_DEV_KEY_DEFAULT);
    escrow = sealing_issue("escrow", CERTS_DEV_KEY_DEFAULT);
    stranger = sealing_issue("stranger", CERTS_DEV_KEY_DEFAULT);
    ck_assert_int_eq(recipients_new(&vault, &escrow, &recipients, NULL), 0);
    ck_assert_uint_eq(certs_recipients_count(recipients), 2);
}

static void teardown(void)
{
    certs_recipients_free(recipients);
    certs_dev_leaf_clear(&vault);
    certs_dev_leaf_clear(&escrow);
    certs_dev_leaf_clear(&stranger);
    fixture_clear(&fixture);
}

static int unseal(const struct certs_dev_leaf *leaf, struct base_bytes sealed, struct base_buffer *out)
{
    base_buffer_init(out, 1 << 24);
    struct certs_signer *opener = fixture_signer(leaf);
    int r = certs_unseal(opener, sealed, out);
    certs_signer_free(opener);
    return r;
}

static struct base_buffer seal(struct base_bytes bytes)
{
    struct base_buffer sealed;
    base_buffer_init(&sealed, CERTS_SEAL_BYTES_MAX + (64 << 10));
    ck_assert_int_eq(certs_seal(recipients, bytes, &sealed), 0);
    return sealed;
}

START_TEST(test_each_recipient)
{
    static const size_t lengths[] = {0, 1, 17, 4096, 3 << 20};
    uint8_t *bytes = calloc(1, lengths[_i] + 1);
    struct base_buffer sealed = seal(base_bytes_of(bytes, lengths[_i])), opened;
    const struct certs_dev_leaf *each[] = {&vault, &escrow};
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(unseal(each[i], base_buffer_view(&sealed), &opened), 0);
        ck_assert(base_bytes_equal(base_buffer_view(&opened), base_bytes_of(bytes, lengths[_i])));
        base_buffer_clear(&opened);
    }
    ck_assert_int_eq(unseal(&stranger, base_buffer_view(&sealed), &opened), -ENOKEY);
    ck_assert_uint_eq(opened.len, 0);
    base_buffer_clear(&opened);
    base_buffer_clear(&sealed);
    free(bytes);
}
END_TEST

START_TEST(test_never_alike)
{
    struct base_buffer one = seal(base_bytes_text(plain)), two = seal(base_bytes_text(plain));
    ck_assert(!base_bytes_equal(base_buffer_view(&one), base_buffer_view(&two)));
    ck_assert_ptr_null(memmem(one.data, one.len, plain, strlen(plain)));
    base_buffer_clear(&one);
    base_buffer_clear(&two);
}
END_TEST

/* The members of AuthEnvelopedData, by the room's own reader of DER. */
static struct base_bytes nth(struct base_bytes message, unsigned index)
{
    struct certs_der element = {0};
    ck_assert(certs_der_take(&message, CERTS_DER_SEQUENCE, &element)); /* ContentInfo */
    struct base_bytes rest = element.content;
    ck_assert(certs_der_take(&rest, CERTS_DER_OID, &element) && certs_der_take(&rest, CERTS_DER_CONTEXT_0, &element));
    rest = element.content;
    ck_assert(certs_der_take(&rest, CERTS_DER_SEQUENCE, &element));
    rest = element.content;
    for (unsigned i = 0; i <= index; i++)
        ck_assert(certs_der_read(&rest, &element));
    return element.whole;
}

/* A content key serves a bounded number of messages, and no two messages under it share a nonce: the members that hold
 * key wrappings and nonce are never both the same. */
START_TEST(test_content_key_is_bounded)
{
    enum { MESSAGES = CERTS_CONTENT_KEY_USES * 2 + 1 };
    static struct base_buffer messages[MESSAGES];
    unsigned run = 0, keys = 0;
    for (unsigned i = 0; i < MESSAGES; i++) {
        messages[i] = seal(base_bytes_text(plain));
        bool same_key = i > 0 && base_bytes_equal(nth(base_buffer_view(&messages[i]), 1),
                                                  nth(base_buffer_view(&messages[i - 1]), 1));
        run = same_key ? run + 1 : 1;
        keys += !same_key;
        ck_assert_uint_le(run, CERTS_CONTENT_KEY_USES);
        for (unsigned j = i + 1 - run; j < i; j++) /* the encrypted content's head: its last bytes are its nonce */
            ck_assert(!base_bytes_equal(nth(base_buffer_view(&messages[i]), 2), nth(base_buffer_view(&messages[j]), 2)));
    }
    ck_assert_uint_ge(keys, 3);
    struct base_buffer opened;
    ck_assert_int_eq(unseal(&escrow, base_buffer_view(&messages[MESSAGES - 1]), &opened), 0);
    ck_assert(base_bytes_equal_text(base_buffer_view(&opened), plain));
    base_buffer_clear(&opened);
    certs_seal_expire(recipients); /* a fresh key stays, or goes: the next message is sealed all the same */
    struct base_buffer next = seal(base_bytes_text(plain));
    ck_assert_int_eq(unseal(&vault, base_buffer_view(&next), &opened), 0);
    base_buffer_clear(&opened);
    base_buffer_clear(&next);
    for (unsigned i = 0; i < MESSAGES; i++)
        base_buffer_clear(&messages[i]);
}
END_TEST

/* One bit of each third byte, and every 40th length: either refused, or (outside what is authenticated, or in the other
 * recipient's part) the same plain bytes. RSA opening costs milliseconds, hence the strides. */
START_TEST(test_changed)
{
    struct base_buffer sealed = seal(base_bytes_text(plain)), opened;
    ck_assert_int_eq(unseal(&vault, base_buffer_view(&sealed), &opened), 0);
    base_buffer_clear(&opened);
    for (size_t i = 0; i < sealed.len; i += 3) {
        sealed.data[i] ^= (uint8_t) (1 << i % 8);
        if (unseal(&vault, base_buffer_view(&sealed), &opened) == 0)
            ck_assert(base_bytes_equal_text(base_buffer_view(&opened), plain));
        base_buffer_clear(&opened);
        sealed.data[i] ^= (uint8_t) (1 << i % 8);
    }
    for (size_t i = sealed.len - 16 - strlen(plain); i < sealed.len; i++) { /* encrypted bytes and tag */
        sealed.data[i] ^= 1;
        ck_assert_int_eq(unseal(&vault, base_buffer_view(&sealed), &opened), -EBADMSG);
        ck_assert_uint_eq(opened.len, 0);
        sealed.data[i] ^= 1;
        base_buffer_clear(&opened);
    }
    for (size_t len = 0; len < sealed.len; len += 40) {
        ck_assert_int_eq(unseal(&vault, base_bytes_of(sealed.data, len), &opened), -EBADMSG);
        base_buffer_clear(&opened);
    }
    base_buffer_clear(&sealed);
}
END_TEST

static void length_lower(uint8_t *header, size_t by)
{
    ck_assert_uint_eq(header[1], 0x82);
    size_t len = ((size_t) header[2] << 8 | header[3]) - by;
    header[2] = (uint8_t) (len >> 8);
    header[3] = (uint8_t) len;
}

/* A shorter authentication tag is easier to forge: refused, though its bytes are right. */
START_TEST(test_tag_cut)
{
    struct base_buffer whole = seal(base_bytes_text(plain)), opened;
    for (size_t cut = 1; cut < 16; cut++) {
        uint8_t *bytes = malloc(whole.len);
        memcpy(bytes, whole.data, whole.len);
        ck_assert_uint_eq(bytes[whole.len - 18], 0x04);
        ck_assert_uint_eq(bytes[whole.len - 17], 16);
        bytes[whole.len - 17] = (uint8_t) (16 - cut);
        length_lower(bytes, cut);                /* ContentInfo */
        length_lower(bytes + 4 + 13, cut);       /* [0], after the 13 bytes of the type's OID */
        length_lower(bytes + 4 + 13 + 4, cut);   /* AuthEnvelopedData */
        ck_assert_int_eq(unseal(&vault, base_bytes_of(bytes, whole.len - cut), &opened), -EBADMSG);
        base_buffer_clear(&opened);
        free(bytes);
    }
    base_buffer_clear(&whole);
}
END_TEST

static struct base_buffer run_openssl(const char *arguments, struct base_bytes message)
{
    struct base_buffer out;
    base_buffer_init(&out, 1 << 20);
    const struct fixture_file files[] = {
        {"m", message}, {"cert.pem", base_buffer_view(&vault.cert_pem)}, {"key.pem", base_buffer_view(&vault.key_pem)}};
    fixture_openssl(arguments, files, 3, &out);
    return out;
}

START_TEST(test_openssl_opens_ours)
{
    struct base_buffer sealed = seal(base_bytes_text(plain));
    struct base_buffer opened =
        run_openssl("cms -decrypt -binary -inform DER -in m -recip cert.pem -inkey key.pem", base_buffer_view(&sealed));
    ck_assert(base_bytes_equal_text(base_buffer_view(&opened), plain));
    base_buffer_clear(&opened);
    struct base_buffer shown = run_openssl("cms -cmsout -print -inform DER -in m", base_buffer_view(&sealed));
    ck_assert_ptr_nonnull(memmem(shown.data, shown.len, "id-smime-ct-authEnvelopedData", 29));
    ck_assert_ptr_nonnull(memmem(shown.data, shown.len, "aes-256-gcm", 11));
    ck_assert_ptr_nonnull(memmem(shown.data, shown.len, "rsaesOaep", 9));
    base_buffer_clear(&shown);
    base_buffer_clear(&sealed);
}
END_TEST

/* The same recipient, but without authentication of the bytes. */
START_TEST(test_not_authenticated)
{
    struct base_buffer enveloped =
        run_openssl("cms -encrypt -binary -aes-256-cbc -in m -outform DER cert.pem", base_bytes_text(plain));
    struct base_buffer opened;
    ck_assert_int_eq(unseal(&vault, base_buffer_view(&enveloped), &opened), -EBADMSG);
    base_buffer_clear(&opened);
    base_buffer_clear(&enveloped);
}
END_TEST

START_TEST(test_recipients_refused)
{
    struct certs_dev_leaf weak = sealing_issue("weak", CERTS_DEV_KEY_RSA_2048);
    struct certs_dev_leaf curve = sealing_issue("curve", CERTS_DEV_KEY_P256);
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SIGN);
    request.reuse_key_pem = base_buffer_view(&vault.key_pem);
    struct certs_dev_leaf signing = fixture_issue(&fixture, &request);
    const struct {
        const struct certs_dev_leaf *one, *two;
        const char *text;
    } cases[] = {
        {&weak, NULL, "sealing certificate 1: the key must have 3072 to 8192 bits"},
        {&vault, &curve, "sealing certificate 2: not an RSA key"},
        {&signing, NULL, "sealing certificate 1: no key usage keyEncipherment"},
        {&vault, &vault, "sealing certificate 2: the same key twice"},
    };
    struct certs_recipients *refused = NULL;
    char *error = NULL;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        ck_assert_int_eq(recipients_new(cases[i].one, cases[i].two, &refused, &error), -EBADMSG);
        ck_assert_str_eq(error, cases[i].text);
        free(error);
    }
    ck_assert_int_eq(certs_recipients_new(base_bytes_text(""), &refused, &error), -EBADMSG);
    ck_assert_str_eq(error, "sealing certificate 1: missing or unreadable");
    free(error);
    ck_assert_ptr_null(refused);
    certs_dev_leaf_clear(&weak);
    certs_dev_leaf_clear(&curve);
    certs_dev_leaf_clear(&signing);
}
END_TEST

START_TEST(test_too_large)
{
    uint8_t *bytes = calloc(1, (size_t) CERTS_SEAL_BYTES_MAX + 1);
    struct base_buffer sealed;
    base_buffer_init(&sealed, 1024);
    ck_assert_int_eq(certs_seal(recipients, base_bytes_of(bytes, (size_t) CERTS_SEAL_BYTES_MAX + 1), &sealed),
                     -EMSGSIZE);
    ck_assert_int_eq(certs_seal(recipients, base_bytes_of(bytes, 4096), &sealed), -ENOBUFS);
    ck_assert_uint_eq(sealed.len, 0);
    base_buffer_clear(&sealed);
    free(bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("certs/seal");
    TCase *tests = tcase_create("seal");
    tcase_add_unchecked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, test_each_recipient, 0, 5);
    tcase_add_test(tests, test_never_alike);
    tcase_add_test(tests, test_content_key_is_bounded);
    tcase_add_test(tests, test_changed);
    tcase_add_test(tests, test_tag_cut);
    tcase_add_test(tests, test_openssl_opens_ours);
    tcase_add_test(tests, test_not_authenticated);
    tcase_add_test(tests, test_recipients_refused);
    tcase_add_test(tests, test_too_large);
    suite_add_tcase(suite, tests);
    return fixture_run(suite);
}
