/* What is stored beside a leaf: the key and columns that reports read, what the record claims and confirms, its
 * subjects and its sealed blobs. audit_entry.beside points to one of these. Everything in it is borrowed until the
 * append is answered. Columns repeat what the leaf says ("qao audit verify" compares the two); the leaf is the truth.
 */
#ifndef SCHEMA_STORE_RECORD_H
#define SCHEMA_STORE_RECORD_H

#include "schema/store/store.h"

enum {
    STORE_RECORD_SUBJECTS_MAX = 64,
    STORE_RECORD_BLOBS_MAX = 4,
    STORE_BLOB_SMALL_MAX = 64 << 10, /* bytes; a larger one is put before by store_blob_put() */
    STORE_BLOB_MAX = 16 << 20,
    STORE_ACT_BYTES_MAX = 512 << 10, /* of an envelope, and of a signed message */
};

struct store_subject {
    uint32_t kid; /* which subject-hash key */
    uint8_t mac[32];
};

struct store_blob {
    const char *kind;                   /* "query", "answer", "scan" … unique within the record */
    uint8_t digest[STORE_DIGEST_BYTES]; /* SHA-256 of the sealed content, as the leaf names it */
    struct base_bytes content;          /* sealed; empty when large is set */
    int64_t large;                      /* from store_blob_put(); 0: content */
};

/* A change of the register that this record is the entry of: made in the record's own transaction, or neither is.
 * AUDIT_REFUSAL_CHANGED when the register has a reason against it. */
struct store_act {
    const char *envelope;             /* JSON, for qao.act_apply() */
    struct base_bytes signed_message; /* as received; empty: the gateway's own act, which has no signer */
};

struct store_confirm {
    int64_t registration; /* 0: nothing to confirm */
    int32_t version;      /* must still be the newest when the record commits, else AUDIT_REFUSAL_CHANGED */
};

/* Text is UTF-8, NULL means: not there. */
struct store_record {
    const char *kind;  /* "query.request" …; mandatory */
    int64_t at_us;     /* arrival, or when it happened */
    const char *iin;   /* of the actor */
    const uint8_t *id; /* 16 bytes of the UUID, or NULL */
    int part;
    const char *body; /* BIN */
    const char *unit; /* unit code */
    int role;         /* 0: none */
    int service;      /* 0: none */
    const char *basis;
    const char *duty;
    const char *article;
    const char *case_number;
    const char *effect;  /* permit | abbreviated | deny */
    const char *outcome; /* how a conclusion ended: answered | failed | unknown | withheld | undelivered … */
    const char *reasons; /* all, the first first, separated by one space */

    bool claims; /* claims (iin, id, part), which must then be set; a second claim is AUDIT_REFUSAL_CLAIMED */
    struct store_confirm confirm;
    bool opens;         /* a conclusion must follow: found by store_unfinished_read() until it does */
    uint64_t concludes; /* index of the entry it concludes, or STORE_SEQ_NONE. Each entry is concluded once:
                         * a second conclusion is AUDIT_REFUSAL_CLAIMED */

    /* Violations of the Rules that this refusal shows (clause 44), each once, separated by one space: of its reasons
     * those of queries/violation_append.sql, and "refusals". NULL: none. Opened in the record's own transaction for iin
     * of body, both set, where there is none open of that cause and that day in the capital. */
    const char *violation;

    const struct store_act *act; /* NULL: changes nothing */

    const struct store_subject *subjects;
    size_t subject_count;
    const struct store_blob *blobs;
    size_t blob_count;
};

/* A record in which nothing is set but that it concludes nothing. */
#define STORE_RECORD_INIT ((struct store_record){.concludes = STORE_SEQ_NONE})

/* What audit_entry.beside_bytes must be: the bytes this record adds to a batch. */
size_t store_record_weight(const struct store_record *record);

/* 0, or -EINVAL when the record breaks a limit above (too many subjects, too large a blob, a claim without a key, text
 * that is not UTF-8 or over 1,000 bytes): such a record would be refused by the log as poison. */
int store_record_check(const struct store_record *record) BASE_MUST_USE;

/* The cause at *ret_at (0 at first) of the record's violations, borrowed; moves *ret_at to the next. False: no more. */
bool store_record_violation(const struct store_record *record, size_t *ret_at, struct base_bytes *ret_cause);

#endif
