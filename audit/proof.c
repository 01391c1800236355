#include "audit/proof.h"

#include "audit/line.h"
#include "base/encoding.h"

#include <errno.h>
#include <inttypes.h>

static const char first_line[] = "c2sp.org/tlog-proof@v1";

int audit_proof_encode(const struct audit_proof *proof, struct base_buffer *out)
{
    base_buffer_printf(out, "%s\n", first_line);
    if (proof->extra.len > 0) {
        base_buffer_append_text(out, "extra ");
        base_buffer_append(out, proof->extra);
        base_buffer_append_text(out, "\n");
    }
    base_buffer_printf(out, "index %" PRIu64 "\n", proof->index);
    for (size_t i = 0; i < proof->count; i++) {
        base_base64_encode(base_bytes_of(proof->path[i].bytes, AUDIT_HASH_BYTES), out);
        base_buffer_append_text(out, "\n");
    }
    base_buffer_append_text(out, "\n");
    base_buffer_append(out, proof->checkpoint);
    return base_buffer_error(out);
}

int audit_proof_leaf_encode(const struct audit_proof *proof, struct base_bytes leaf, struct base_buffer *out)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer extra;
    base_buffer_init(&extra, AUDIT_PROOF_EXTRA_MAX);
    int r = base_base64_encode(leaf, &extra);
    if (r < 0)
        return r;
    struct audit_proof carrying = *proof;
    carrying.extra = base_buffer_view(&extra);
    return audit_proof_encode(&carrying, out);
}

static bool starts_with(struct base_bytes line, const char *text)
{
    size_t len = strlen(text);
    return line.len >= len && memcmp(line.data, text, len) == 0;
}

static bool extra_parse(struct base_bytes line, struct audit_proof *proof)
{
    struct base_bytes base64 = base_bytes_of(line.data + 6, line.len - 6);
    BASE_CLEANUP(base_buffer_clear) struct base_buffer decoded;
    base_buffer_init(&decoded, AUDIT_LEAF_MAX);
    if (base_base64_decode(base64, &decoded) != 0)
        return false;
    proof->extra = base64;
    return true;
}

int audit_proof_parse(struct base_bytes text, struct audit_proof *ret_proof)
{
    struct audit_proof proof = {.count = 0};
    struct base_bytes line;
    if (text.len > AUDIT_NOTE_MAX + AUDIT_PROOF_EXTRA_MAX || !audit_line_take(&text, &line) || !base_bytes_equal_text(line, first_line) ||
        !audit_line_take(&text, &line))
        return -EBADMSG;
    if (starts_with(line, "extra ") && (!extra_parse(line, &proof) || !audit_line_take(&text, &line)))
        return -EBADMSG;
    if (!starts_with(line, "index ") || !audit_decimal_parse(base_bytes_of(line.data + 6, line.len - 6), &proof.index))
        return -EBADMSG;
    while (audit_line_take(&text, &line) && line.len > 0)
        if (proof.count == AUDIT_PROOF_HASHES_MAX || !audit_hash_parse(line, &proof.path[proof.count++]))
            return -EBADMSG;
    /* The loop ends at the empty line, or where no whole line is left. */
    if (line.len > 0 || text.len == 0)
        return -EBADMSG;
    proof.checkpoint = text;
    *ret_proof = proof;
    return 0;
}

enum audit_proof_check audit_proof_verify(struct base_bytes text, const struct audit_vkey *log,
                                          const struct audit_hash *leaf_hash, struct audit_proof *ret_proof,
                                          struct audit_checkpoint *ret_checkpoint)
{
    struct audit_proof proof;
    struct audit_checkpoint checkpoint;
    if (audit_proof_parse(text, &proof) != 0)
        return AUDIT_PROOF_CHECK_MALFORMED;
    if (audit_checkpoint_verify(proof.checkpoint, log, &checkpoint) != AUDIT_NOTE_VERIFIED)
        return AUDIT_PROOF_CHECK_CHECKPOINT;
    if (audit_inclusion_verify(leaf_hash, proof.index, checkpoint.size, proof.path, proof.count, &checkpoint.root) !=
        AUDIT_PROOF_RIGHT)
        return AUDIT_PROOF_CHECK_PATH;
    *ret_proof = proof;
    *ret_checkpoint = checkpoint;
    return AUDIT_PROOF_CHECK_RIGHT;
}
