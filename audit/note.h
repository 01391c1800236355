/* Signed notes (C2SP signed-note): a text, an empty line, and signature lines of named keys. Signing with Ed25519;
 * verified are Ed25519 signatures (type 1) and timestamped Ed25519 cosignatures (type 4, C2SP tlog-cosignature). */
#ifndef AUDIT_NOTE_H
#define AUDIT_NOTE_H

#include "audit/store.h"

enum {
    AUDIT_KEY_NAME_MAX = 256, /* bytes with the NUL */
    AUDIT_VKEY_MAX = 384,     /* bytes of an encoded vkey with the NUL */
    AUDIT_KEY_BYTES = 32,     /* of a public key and of a seed */
    AUDIT_NOTE_SIGNATURES_MAX = 64,
    AUDIT_NOTE_MAX = 64 << 10, /* bytes of a note that is opened */
};

enum audit_key_type {
    AUDIT_KEY_ED25519 = 1,
    AUDIT_KEY_COSIGNATURE = 4,
};

/* A verifier key: a plain value. */
struct audit_vkey {
    char name[AUDIT_KEY_NAME_MAX];
    uint32_t id;
    enum audit_key_type type;
    uint8_t key[AUDIT_KEY_BYTES];
};

/* "<name>+<8 hex>+<base64(type || key)>", one trailing newline allowed. -EBADMSG for a wrong form or an id that is not
 * the key's, -ENOTSUP for a type other than the two. */
int audit_vkey_parse(struct base_bytes text, struct audit_vkey *ret_vkey) BASE_MUST_USE;
void audit_vkey_encode(const struct audit_vkey *vkey, char ret_text[static AUDIT_VKEY_MAX]);

/* A name may stand in a note: not empty, no white space, no '+', no control character, valid UTF-8, not too long. */
bool audit_key_name_check(struct base_bytes name);

/* A signing key with its name; immutable, any thread. */
struct audit_signer;

/* From the 32-byte seed of RFC 8032. -EINVAL for a name that may not stand in a note. */
int audit_signer_new(const char *name, const uint8_t seed[static AUDIT_KEY_BYTES],
                     struct audit_signer **ret_signer) BASE_MUST_USE;
/* From a PEM file (PKCS#8) that only its owner may read. -EPERM for open rights, -EBADMSG for another kind of key. */
int audit_signer_read(const char *path, const char *name, struct audit_signer **ret_signer) BASE_MUST_USE;
/* Makes a key and writes it to path (mode 0600, durable), which must not exist: -EEXIST. */
int audit_signer_write_new(const char *path, const char *name, struct audit_signer **ret_signer) BASE_MUST_USE;
/* Accepts NULL. */
void audit_signer_free(struct audit_signer *signer);
const struct audit_vkey *audit_signer_vkey(const struct audit_signer *signer);

/* Appends text, empty line and one signature line. The text must end with a newline and hold no other control
 * character: -EINVAL. */
int audit_note_sign(const struct audit_signer *signer, struct base_bytes text, struct base_buffer *out) BASE_MUST_USE;
/* The line a witness adds: a type 4 signature with a time in seconds over the same text. The signer's vkey stays of
 * type 1; the witness is known by audit_vkey_cosigner(). */
int audit_note_cosign(const struct audit_signer *signer, struct base_bytes text, uint64_t time_s,
                      struct base_buffer *out) BASE_MUST_USE;
struct audit_vkey audit_vkey_cosigner(const struct audit_vkey *vkey);

enum audit_note_verdict {
    AUDIT_NOTE_MALFORMED = 0,
    AUDIT_NOTE_WRONG,    /* a known key's signature fails */
    AUDIT_NOTE_UNSIGNED, /* no signature of a known key */
    AUDIT_NOTE_VERIFIED, /* at least one known key signed, and each one that did is right */
};

/* What a note said. Borrowed from the note's bytes. */
struct audit_note {
    struct base_bytes text;                            /* with its last newline */
    struct base_bytes lines;                           /* the signature lines */
    uint64_t known_mask;                               /* bit i: keys[i] signed */
    uint64_t cosigned_at_s[AUDIT_NOTE_SIGNATURES_MAX]; /* of each key of type 4 that signed, at the key's place */
};

/* Opens a note with the keys one knows (1 to 64). Signatures of unknown keys are ignored. ret_note is filled unless
 * MALFORMED; its text may be used only when VERIFIED. Any thread. */
enum audit_note_verdict audit_note_verify(struct base_bytes note, const struct audit_vkey *keys, size_t key_count,
                                          struct audit_note *ret_note);

#endif
