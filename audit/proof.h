/* Offline proofs of one entry (C2SP tlog-proof): one text that is verified with nothing but the log's key and the
 * entry. */
#ifndef AUDIT_PROOF_H
#define AUDIT_PROOF_H

#include "audit/checkpoint.h"
#include "audit/tree.h"

enum {
    AUDIT_PROOF_EXTRA_MAX = (AUDIT_LEAF_MAX + 2) / 3 * 4,
    AUDIT_PROOF_TEXT_MAX = (8 << 10) + AUDIT_PROOF_EXTRA_MAX, /* bytes that encode writes at most for our own log */
};

struct audit_proof {
    uint64_t index;
    size_t count;
    struct audit_hash path[AUDIT_PROOF_HASHES_MAX];
    struct base_bytes extra;      /* base64 text of the optional line, borrowed; empty for none */
    struct base_bytes checkpoint; /* the signed note, borrowed */
};

/* Appends the text. */
int audit_proof_encode(const struct audit_proof *proof, struct base_buffer *out) BASE_MUST_USE;
/* As encode, with the entry itself in the extra line instead of the proof's own, so that the text can be checked with
 * nothing but the log's key. An empty leaf gives no such line. */
int audit_proof_leaf_encode(const struct audit_proof *proof, struct base_bytes leaf, struct base_buffer *out) BASE_MUST_USE;
/* -EBADMSG for a wrong form. Says nothing about the proof being right. */
int audit_proof_parse(struct base_bytes text, struct audit_proof *ret_proof) BASE_MUST_USE;

/* What is wrong with a proof text, or nothing. */
enum audit_proof_check {
    AUDIT_PROOF_CHECK_MALFORMED = 0,
    AUDIT_PROOF_CHECK_CHECKPOINT, /* malformed, of another log, or not signed by its key */
    AUDIT_PROOF_CHECK_PATH,       /* the leaf is not entry index of that checkpoint */
    AUDIT_PROOF_CHECK_RIGHT,
};

/* Verifies that the log signed a checkpoint in which entry ret_proof->index has this leaf hash. ret_proof and
 * ret_checkpoint are filled only when RIGHT. Any thread. */
enum audit_proof_check audit_proof_verify(struct base_bytes text, const struct audit_vkey *log,
                                          const struct audit_hash *leaf_hash, struct audit_proof *ret_proof,
                                          struct audit_checkpoint *ret_checkpoint);

#endif
