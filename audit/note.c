#include "audit/note.h"

#include "audit/signer.h"
#include "base/encoding.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>

enum { SIGNATURE_BYTES = 64, LINE_BYTES_MAX = 4096 };

/* U+2014 and a space. */
static const char line_start[] = "\xe2\x80\x94 ";
enum { LINE_START_BYTES = sizeof(line_start) - 1 };

static void context_free(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

static void pkey_free(EVP_PKEY **pkey)
{
    EVP_PKEY_free(*pkey);
}

/* UTF-8 without control characters but the newline. */
static bool text_check(struct base_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < 0x20 && text.data[i] != '\n')
            return false;
    return base_text_is_utf8(text);
}

static int sign(const struct audit_signer *signer, struct base_bytes message, uint8_t ret_signature[SIGNATURE_BYTES])
{
    BASE_CLEANUP(context_free) EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t len = SIGNATURE_BYTES;
    if (!context || !EVP_DigestSignInit(context, NULL, NULL, NULL, signer->pkey) ||
        !EVP_DigestSign(context, ret_signature, &len, message.data, message.len))
        return -EIO;
    return 0;
}

static bool verify(const struct audit_vkey *key, struct base_bytes message, const uint8_t signature[SIGNATURE_BYTES])
{
    BASE_CLEANUP(pkey_free)
    EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key->key, AUDIT_KEY_BYTES);
    BASE_CLEANUP(context_free) EVP_MD_CTX *context = EVP_MD_CTX_new();
    return pkey && context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, pkey) == 1 &&
           EVP_DigestVerify(context, signature, SIGNATURE_BYTES, message.data, message.len) == 1;
}

static void line_append(const struct audit_vkey *key, struct base_bytes blob, struct base_buffer *out)
{
    uint8_t bytes[4 + 8 + SIGNATURE_BYTES];
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t) (key->id >> (24 - 8 * i));
    memcpy(bytes + 4, blob.data, blob.len);
    base_buffer_append_text(out, line_start);
    base_buffer_append_text(out, key->name);
    base_buffer_append_text(out, " ");
    base_base64_encode(base_bytes_of(bytes, 4 + blob.len), out);
    base_buffer_append_text(out, "\n");
}

int audit_note_sign(const struct audit_signer *signer, struct base_bytes text, struct base_buffer *out)
{
    uint8_t signature[SIGNATURE_BYTES];
    if (text.len == 0 || text.data[text.len - 1] != '\n' || !text_check(text))
        return -EINVAL;
    int r = sign(signer, text, signature);
    if (r < 0)
        return r;
    base_buffer_append(out, text);
    base_buffer_append_text(out, "\n");
    line_append(&signer->vkey, base_bytes_of(signature, sizeof(signature)), out);
    return base_buffer_error(out);
}

/* What a witness signs (C2SP tlog-cosignature). */
static int cosigned_message(struct base_bytes text, uint64_t time_s, struct base_buffer *out)
{
    base_buffer_printf(out, "cosignature/v1\ntime %" PRIu64 "\n", time_s);
    base_buffer_append(out, text);
    return base_buffer_error(out);
}

int audit_note_cosign(const struct audit_signer *signer, struct base_bytes text, uint64_t time_s,
                      struct base_buffer *out)
{
    if (text.len == 0 || text.data[text.len - 1] != '\n' || !text_check(text))
        return -EINVAL;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer message;
    base_buffer_init(&message, AUDIT_NOTE_MAX + 64);
    uint8_t blob[8 + SIGNATURE_BYTES];
    for (int i = 0; i < 8; i++)
        blob[i] = (uint8_t) (time_s >> (56 - 8 * i));
    int r = cosigned_message(text, time_s, &message);
    if (r == 0)
        r = sign(signer, base_buffer_view(&message), blob + 8);
    if (r < 0)
        return r;
    struct audit_vkey cosigner = audit_vkey_cosigner(&signer->vkey);
    line_append(&cosigner, base_bytes_of(blob, sizeof(blob)), out);
    return base_buffer_error(out);
}

/* Text and signature lines part at the last empty line. */
static bool split(struct base_bytes note, struct base_bytes *ret_text, struct base_bytes *ret_lines)
{
    if (note.len < 4 || note.len > AUDIT_NOTE_MAX || note.data[note.len - 1] != '\n' || !text_check(note))
        return false;
    size_t at = note.len - 1;
    while (at > 0 && !(note.data[at] == '\n' && note.data[at - 1] == '\n'))
        at--;
    if (at == 0 || at + 1 == note.len)
        return false;
    *ret_text = base_bytes_of(note.data, at);
    *ret_lines = base_bytes_of(note.data + at + 1, note.len - at - 1);
    return true;
}

struct line {
    struct base_bytes name;
    uint32_t id;
    struct base_buffer blob; /* without the id */
};

/* Takes one line off *lines. */
static bool line_parse(struct base_bytes *lines, struct line *line)
{
    const uint8_t *end = memchr(lines->data, '\n', lines->len);
    if (!end || lines->len < LINE_START_BYTES || memcmp(lines->data, line_start, LINE_START_BYTES) != 0)
        return false;
    const uint8_t *name = lines->data + LINE_START_BYTES;
    if (name > end)
        return false;
    const uint8_t *space = memchr(name, ' ', (size_t) (end - name));
    if (!space)
        return false;
    line->name = base_bytes_of(name, (size_t) (space - name));
    base_buffer_reset(&line->blob);
    if (!audit_key_name_check(line->name) ||
        base_base64_decode(base_bytes_of(space + 1, (size_t) (end - space - 1)), &line->blob) != 0 ||
        line->blob.len < 5)
        return false;
    const uint8_t *id = line->blob.data;
    line->id = (uint32_t) id[0] << 24 | (uint32_t) id[1] << 16 | (uint32_t) id[2] << 8 | id[3];
    lines->len -= (size_t) (end + 1 - lines->data);
    lines->data = end + 1;
    return true;
}

static bool line_verify(const struct audit_vkey *key, struct base_bytes text, const struct line *line,
                        uint64_t *ret_time_s)
{
    const uint8_t *blob = line->blob.data + 4;
    size_t len = line->blob.len - 4;
    if (key->type == AUDIT_KEY_ED25519)
        return len == SIGNATURE_BYTES && verify(key, text, blob);
    if (len != 8 + SIGNATURE_BYTES)
        return false;
    uint64_t time_s = 0;
    for (int i = 0; i < 8; i++)
        time_s = time_s << 8 | blob[i];
    BASE_CLEANUP(base_buffer_clear) struct base_buffer message;
    base_buffer_init(&message, AUDIT_NOTE_MAX + 64);
    if (cosigned_message(text, time_s, &message) != 0 || !verify(key, base_buffer_view(&message), blob + 8))
        return false;
    *ret_time_s = time_s;
    return true;
}

static void line_clear(struct line *line)
{
    base_buffer_clear(&line->blob);
}

enum audit_note_verdict audit_note_verify(struct base_bytes note, const struct audit_vkey *keys, size_t key_count,
                                          struct audit_note *ret_note)
{
    struct audit_note opened = {.known_mask = 0};
    if (key_count > AUDIT_NOTE_SIGNATURES_MAX || !split(note, &opened.text, &opened.lines))
        return AUDIT_NOTE_MALFORMED;
    BASE_CLEANUP(line_clear) struct line line;
    base_buffer_init(&line.blob, LINE_BYTES_MAX);
    struct base_bytes rest = opened.lines;
    bool is_wrong = false;
    for (size_t count = 0; rest.len > 0; count++) {
        if (count == AUDIT_NOTE_SIGNATURES_MAX || !line_parse(&rest, &line))
            return AUDIT_NOTE_MALFORMED;
        for (size_t i = 0; i < key_count; i++) {
            if (line.id != keys[i].id || !base_bytes_equal_text(line.name, keys[i].name))
                continue;
            if (!line_verify(&keys[i], opened.text, &line, &opened.cosigned_at_s[i]))
                is_wrong = true;
            opened.known_mask |= UINT64_C(1) << i;
        }
    }
    *ret_note = opened;
    if (is_wrong)
        return AUDIT_NOTE_WRONG;
    return opened.known_mask != 0 ? AUDIT_NOTE_VERIFIED : AUDIT_NOTE_UNSIGNED;
}
