#include "gateway/core/subject.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/encoding.h"
#include "base/file.h"

enum { KEY_BYTES = 32, FILE_MAX = 16 << 10 };

struct core_subjects {
    EVP_MAC *hmac;
    size_t count;
    size_t newest;
    struct {
        uint32_t kid;
        uint8_t bytes[KEY_BYTES];
    } keys[CORE_SUBJECT_KEYS_MAX];
};

void core_subjects_free(struct core_subjects *subjects)
{
    if (!subjects)
        return;
    EVP_MAC_free(subjects->hmac);
    OPENSSL_cleanse(subjects, sizeof(*subjects));
    free(subjects);
}

static void freep(struct core_subjects **subjects)
{
    core_subjects_free(*subjects);
}

/* "number hex": at most nine digits, one space. */
static int line_parse(struct core_subjects *subjects, struct base_bytes line)
{
    uint32_t kid = 0;
    size_t i = 0;
    while (i < line.len && i < 9 && line.data[i] >= '0' && line.data[i] <= '9')
        kid = kid * 10 + (uint32_t)(line.data[i++] - '0');
    if (kid == 0 || i >= line.len || line.data[i] != ' ' || subjects->count == CORE_SUBJECT_KEYS_MAX)
        return -EBADMSG;
    for (size_t k = 0; k < subjects->count; k++)
        if (subjects->keys[k].kid == kid)
            return -EBADMSG;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer key;
    base_buffer_init(&key, KEY_BYTES);
    int r = base_hex_decode(base_bytes_of(line.data + i + 1, line.len - i - 1), &key);
    if (r < 0 || key.len != KEY_BYTES)
        return -EBADMSG;
    subjects->keys[subjects->count].kid = kid;
    memcpy(subjects->keys[subjects->count].bytes, key.data, KEY_BYTES);
    if (subjects->count == 0 || kid > subjects->keys[subjects->newest].kid)
        subjects->newest = subjects->count;
    subjects->count++;
    return 0;
}

int core_subjects_parse(struct base_bytes text, struct core_subjects **ret_subjects)
{
    BASE_CLEANUP(freep) struct core_subjects *subjects = calloc(1, sizeof(*subjects));
    if (!subjects)
        return -ENOMEM;
    subjects->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (!subjects->hmac)
        return -ENOMEM;
    while (text.len > 0) {
        const uint8_t *end = memchr(text.data, '\n', text.len);
        size_t len = end ? (size_t)(end - text.data) : text.len;
        int r = line_parse(subjects, base_bytes_of(text.data, len));
        if (r < 0)
            return r;
        size_t used = end ? len + 1 : len;
        text = base_bytes_of(text.data + used, text.len - used);
    }
    if (subjects->count == 0)
        return -EBADMSG;
    *ret_subjects = BASE_TAKE(subjects);
    return 0;
}

int core_subjects_read(const char *path, struct core_subjects **ret_subjects)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer text;
    base_buffer_init(&text, FILE_MAX);
    int r = base_file_read(path, BASE_FILE_SECRET, &text);
    return r < 0 ? r : core_subjects_parse(base_buffer_view(&text), ret_subjects);
}

uint32_t core_subjects_kid(const struct core_subjects *subjects)
{
    return subjects->keys[subjects->newest].kid;
}

int core_subject_mac(const struct core_subjects *subjects, uint32_t kid, const char *kind, struct base_bytes value,
                     uint8_t ret_mac[static CORE_SUBJECT_MAC_BYTES])
{
    size_t i = 0;
    while (i < subjects->count && subjects->keys[i].kid != kid)
        i++;
    if (i == subjects->count)
        return -ENOENT;
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                           OSSL_PARAM_construct_end()};
    size_t len = 0;
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(subjects->hmac);
    bool done = context && EVP_MAC_init(context, subjects->keys[i].bytes, KEY_BYTES, params) == 1 &&
                EVP_MAC_update(context, (const uint8_t *)kind, strlen(kind)) == 1 &&
                EVP_MAC_update(context, (const uint8_t *)":", 1) == 1 &&
                EVP_MAC_update(context, value.data, value.len) == 1 &&
                EVP_MAC_final(context, ret_mac, &len, CORE_SUBJECT_MAC_BYTES) == 1 && len == CORE_SUBJECT_MAC_BYTES;
    EVP_MAC_CTX_free(context);
    return done ? 0 : -EIO;
}
