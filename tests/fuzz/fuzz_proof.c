/* Proof texts from anybody: what is read without an extra line is written again byte for byte, and nothing but a right
 * proof verifies. */
#include "audit/proof.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char log_key[] = "qao-aaj.example/journal+8fa0327e+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct audit_vkey key;
    if (audit_vkey_parse(base_bytes_text(log_key), &key) != 0)
        abort();
    struct base_bytes input = base_bytes_of(data, size);
    struct audit_hash leaf_hash = audit_hash_leaf(base_bytes_text("entry-260"));
    struct audit_proof proof;
    struct audit_checkpoint checkpoint;
    if (audit_proof_verify(input, &key, &leaf_hash, &proof, &checkpoint) == AUDIT_PROOF_CHECK_RIGHT &&
        (proof.index != 260 || checkpoint.size != 300))
        abort();
    if (audit_proof_parse(input, &proof) != 0 || proof.extra.data)
        return 0;
    struct base_buffer again;
    base_buffer_init(&again, 2 * AUDIT_NOTE_MAX);
    if (audit_proof_encode(&proof, &again) != 0 || !base_bytes_equal(base_buffer_view(&again), input))
        abort();
    base_buffer_clear(&again);
    return 0;
}
