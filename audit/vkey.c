/* Keys of notes: names, ids, the vkey text, the signing key. */
#include "audit/note.h"
#include "audit/signer.h"
#include "base/encoding.h"
#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Unicode's White_Space beyond ASCII, as the code points come in UTF-8. */
static bool is_wide_space(const uint8_t *at, size_t left)
{
    if (left >= 2 && at[0] == 0xc2)
        return at[1] == 0x85 || at[1] == 0xa0;
    if (left < 3)
        return false;
    unsigned point = (unsigned) (at[0] & 15) << 12 | (unsigned) (at[1] & 63) << 6 | (unsigned) (at[2] & 63);
    if ((at[0] & 0xf0) != 0xe0)
        return false;
    return point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 ||
           point == 0x202f || point == 0x205f || point == 0x3000;
}

bool audit_key_name_check(struct base_bytes name)
{
    if (name.len == 0 || name.len >= AUDIT_KEY_NAME_MAX || !base_text_is_utf8(name))
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (name.data[i] <= 0x20 || name.data[i] == 0x7f || name.data[i] == '+' ||
            is_wide_space(name.data + i, name.len - i))
            return false;
    return true;
}

/* First four bytes of SHA-256(name || 0x0A || type || key) (C2SP signed-note). */
static uint32_t key_id(const char *name, enum audit_key_type type, const uint8_t key[static AUDIT_KEY_BYTES])
{
    uint8_t input[AUDIT_KEY_NAME_MAX + 2 + AUDIT_KEY_BYTES];
    size_t len = strlen(name);
    memcpy(input, name, len);
    input[len++] = '\n';
    input[len++] = (uint8_t) type;
    memcpy(input + len, key, AUDIT_KEY_BYTES);
    len += AUDIT_KEY_BYTES;
    uint8_t digest[32];
    audit_sha256(base_bytes_of(input, len), digest);
    return (uint32_t) digest[0] << 24 | (uint32_t) digest[1] << 16 | (uint32_t) digest[2] << 8 | digest[3];
}

static bool hex_id_parse(struct base_bytes text, uint32_t *ret_id)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer bytes;
    base_buffer_init(&bytes, 4);
    if (text.len != 8 || base_hex_decode(text, &bytes) != 0)
        return false;
    *ret_id =
        (uint32_t) bytes.data[0] << 24 | (uint32_t) bytes.data[1] << 16 | (uint32_t) bytes.data[2] << 8 | bytes.data[3];
    return true;
}

int audit_vkey_parse(struct base_bytes text, struct audit_vkey *ret_vkey)
{
    if (text.len > 0 && text.data[text.len - 1] == '\n')
        text.len--;
    /* Only the first two '+' part the text: base64 has its own. */
    const uint8_t *first = text.len > 0 ? memchr(text.data, '+', text.len) : NULL;
    if (!first)
        return -EBADMSG;
    struct base_bytes name = base_bytes_of(text.data, (size_t) (first - text.data));
    struct base_bytes rest = base_bytes_of(first + 1, text.len - name.len - 1);
    struct audit_vkey vkey = {.id = 0};
    if (!audit_key_name_check(name) || rest.len < 9 || rest.data[8] != '+' ||
        !hex_id_parse(base_bytes_of(rest.data, 8), &vkey.id))
        return -EBADMSG;
    memcpy(vkey.name, name.data, name.len);

    BASE_CLEANUP(base_buffer_clear) struct base_buffer key;
    base_buffer_init(&key, 2048);
    if (base_base64_decode(base_bytes_of(rest.data + 9, rest.len - 9), &key) != 0 || key.len == 0)
        return -EBADMSG;
    if (key.data[0] != AUDIT_KEY_ED25519 && key.data[0] != AUDIT_KEY_COSIGNATURE)
        return -ENOTSUP;
    if (key.len != 1 + AUDIT_KEY_BYTES)
        return -EBADMSG;
    vkey.type = key.data[0] == AUDIT_KEY_ED25519 ? AUDIT_KEY_ED25519 : AUDIT_KEY_COSIGNATURE;
    memcpy(vkey.key, key.data + 1, AUDIT_KEY_BYTES);
    if (vkey.id != key_id(vkey.name, vkey.type, vkey.key))
        return -EBADMSG;
    *ret_vkey = vkey;
    return 0;
}

void audit_vkey_encode(const struct audit_vkey *vkey, char ret_text[static AUDIT_VKEY_MAX])
{
    uint8_t typed[1 + AUDIT_KEY_BYTES];
    typed[0] = (uint8_t) vkey->type;
    memcpy(typed + 1, vkey->key, AUDIT_KEY_BYTES);
    unsigned char base64[4 * ((sizeof(typed) + 2) / 3) + 1];
    EVP_EncodeBlock(base64, typed, sizeof(typed));
    snprintf(ret_text, AUDIT_VKEY_MAX, "%s+%08x+%s", vkey->name, vkey->id, (const char *) base64);
}

struct audit_vkey audit_vkey_cosigner(const struct audit_vkey *vkey)
{
    struct audit_vkey cosigner = *vkey;
    cosigner.type = AUDIT_KEY_COSIGNATURE;
    cosigner.id = key_id(cosigner.name, cosigner.type, cosigner.key);
    return cosigner;
}

static void pkey_free(EVP_PKEY **pkey)
{
    EVP_PKEY_free(*pkey);
}

static int signer_of(const char *name, EVP_PKEY *take_pkey, struct audit_signer **ret_signer)
{
    BASE_CLEANUP(pkey_free) EVP_PKEY *pkey = take_pkey;
    if (!audit_key_name_check(base_bytes_text(name)))
        return -EINVAL;
    struct audit_signer *signer = calloc(1, sizeof(*signer));
    if (!signer)
        return -ENOMEM;
    size_t len = AUDIT_KEY_BYTES;
    if (!EVP_PKEY_get_raw_public_key(pkey, signer->vkey.key, &len) || len != AUDIT_KEY_BYTES) {
        free(signer);
        return -EBADMSG;
    }
    strcpy(signer->vkey.name, name);
    signer->vkey.type = AUDIT_KEY_ED25519;
    signer->vkey.id = key_id(name, AUDIT_KEY_ED25519, signer->vkey.key);
    signer->pkey = BASE_TAKE(pkey);
    *ret_signer = signer;
    return 0;
}

int audit_signer_new(const char *name, const uint8_t seed[static AUDIT_KEY_BYTES], struct audit_signer **ret_signer)
{
    EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, AUDIT_KEY_BYTES);
    return pkey ? signer_of(name, pkey, ret_signer) : -ENOMEM;
}

static void bio_free(BIO **bio)
{
    BIO_free(*bio);
}

/* A key file is never opened with a pass phrase asked from a terminal. */
static int no_passphrase(char *text, int size, int is_writing, void *context)
{
    (void) text, (void) size, (void) is_writing, (void) context;
    return -1;
}

int audit_signer_read(const char *path, const char *name, struct audit_signer **ret_signer)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer pem;
    base_buffer_init(&pem, 16384);
    int r = base_file_read(path, BASE_FILE_SECRET, &pem);
    if (r < 0)
        return r;
    BASE_CLEANUP(bio_free) BIO *bio = BIO_new_mem_buf(pem.data, (int) pem.len);
    EVP_PKEY *pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
    if (!pkey)
        return -EBADMSG;
    if (EVP_PKEY_get_id(pkey) != EVP_PKEY_ED25519) {
        EVP_PKEY_free(pkey);
        return -EBADMSG;
    }
    return signer_of(name, pkey, ret_signer);
}

static int key_write(const char *path, EVP_PKEY *pkey)
{
    BASE_CLEANUP(bio_free) BIO *bio = BIO_new(BIO_s_secmem());
    char *pem = NULL;
    if (!bio || !PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL))
        return -ENOMEM;
    long len = BIO_get_mem_data(bio, &pem);
    return base_file_replace(path, base_bytes_of(pem, (size_t) len), 0600);
}

int audit_signer_write_new(const char *path, const char *name, struct audit_signer **ret_signer)
{
    if (!audit_key_name_check(base_bytes_text(name)))
        return -EINVAL;
    /* The name is taken first, so that of two that make a key at once one is told. */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    close(fd);
    BASE_CLEANUP(pkey_free) EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    int r = pkey ? key_write(path, pkey) : -ENOMEM;
    if (r == 0)
        r = signer_of(name, BASE_TAKE(pkey), ret_signer);
    if (r < 0)
        unlink(path);
    return r;
}

void audit_signer_free(struct audit_signer *signer)
{
    if (!signer)
        return;
    EVP_PKEY_free(signer->pkey);
    free(signer);
}

const struct audit_vkey *audit_signer_vkey(const struct audit_signer *signer)
{
    return &signer->vkey;
}
