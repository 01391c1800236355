/* Checkpoints (C2SP tlog-checkpoint): the origin, size and root of a log as a signed note. */
#ifndef AUDIT_CHECKPOINT_H
#define AUDIT_CHECKPOINT_H

#include "audit/note.h"

struct audit_checkpoint {
    struct base_bytes origin; /* borrowed from the text */
    uint64_t size;
    struct audit_hash root;
};

/* The unsigned text. -EBADMSG for a wrong form. Extension lines are allowed and skipped. */
int audit_checkpoint_parse(struct base_bytes text, struct audit_checkpoint *ret_checkpoint) BASE_MUST_USE;

/* Fills a head with the checkpoint signed by the log's key, whose name is the origin. */
int audit_checkpoint_sign(const struct audit_signer *signer, uint64_t size, const struct audit_hash *root,
                          struct audit_head *ret_head) BASE_MUST_USE;

/* Opens the note with the log's key, and checks that the origin is the key's name. The checkpoint's texts are borrowed
 * from note. Anything but AUDIT_NOTE_VERIFIED leaves ret_checkpoint alone. */
enum audit_note_verdict audit_checkpoint_verify(struct base_bytes note, const struct audit_vkey *log,
                                                struct audit_checkpoint *ret_checkpoint);

/* VERIFIED when the head's note is signed by the log's key and names the head's own size and root; WRONG when it names
 * others. */
enum audit_note_verdict audit_head_verify(const struct audit_head *head, const struct audit_vkey *log);

#endif
