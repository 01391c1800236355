#include "audit/checkpoint.h"

#include "audit/line.h"
#include "audit/tree.h"
#include "base/encoding.h"

#include <errno.h>
#include <inttypes.h>

int audit_checkpoint_parse(struct base_bytes text, struct audit_checkpoint *ret_checkpoint)
{
    struct audit_checkpoint checkpoint;
    struct base_bytes size, root, extension;
    if (!audit_line_take(&text, &checkpoint.origin) || checkpoint.origin.len == 0 || !audit_line_take(&text, &size) ||
        !audit_decimal_parse(size, &checkpoint.size) || !audit_line_take(&text, &root) ||
        !audit_hash_parse(root, &checkpoint.root))
        return -EBADMSG;
    while (text.len > 0)
        if (!audit_line_take(&text, &extension) || extension.len == 0)
            return -EBADMSG;
    *ret_checkpoint = checkpoint;
    return 0;
}

int audit_checkpoint_sign(const struct audit_signer *signer, uint64_t size, const struct audit_hash *root,
                          struct audit_head *ret_head)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer text;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer note;
    base_buffer_init(&text, AUDIT_CHECKPOINT_MAX);
    base_buffer_init(&note, AUDIT_CHECKPOINT_MAX);
    base_buffer_printf(&text, "%s\n%" PRIu64 "\n", audit_signer_vkey(signer)->name, size);
    base_base64_encode(base_bytes_of(root->bytes, AUDIT_HASH_BYTES), &text);
    base_buffer_append_text(&text, "\n");
    int r = base_buffer_error(&text);
    if (r == 0)
        r = audit_note_sign(signer, base_buffer_view(&text), &note);
    if (r < 0)
        return r;
    ret_head->size = size;
    ret_head->root = *root;
    ret_head->checkpoint_len = note.len;
    memcpy(ret_head->checkpoint, note.data, note.len);
    return 0;
}

enum audit_note_verdict audit_checkpoint_verify(struct base_bytes note, const struct audit_vkey *log,
                                                struct audit_checkpoint *ret_checkpoint)
{
    struct audit_note opened;
    enum audit_note_verdict verdict = audit_note_verify(note, log, 1, &opened);
    if (verdict != AUDIT_NOTE_VERIFIED)
        return verdict;
    struct audit_checkpoint checkpoint;
    if (audit_checkpoint_parse(opened.text, &checkpoint) != 0 || !base_bytes_equal_text(checkpoint.origin, log->name))
        return AUDIT_NOTE_MALFORMED;
    *ret_checkpoint = checkpoint;
    return AUDIT_NOTE_VERIFIED;
}

enum audit_note_verdict audit_head_verify(const struct audit_head *head, const struct audit_vkey *log)
{
    if (head->checkpoint_len > AUDIT_CHECKPOINT_MAX)
        return AUDIT_NOTE_MALFORMED;
    struct audit_checkpoint checkpoint;
    struct base_bytes note = base_bytes_of(head->checkpoint, head->checkpoint_len);
    enum audit_note_verdict verdict = audit_checkpoint_verify(note, log, &checkpoint);
    if (verdict != AUDIT_NOTE_VERIFIED)
        return verdict;
    bool is_same = checkpoint.size == head->size && audit_hash_equal(&checkpoint.root, &head->root);
    return is_same ? AUDIT_NOTE_VERIFIED : AUDIT_NOTE_WRONG;
}
