/* Signed notes and vkeys from anybody. A note that verifies must split into what it is made of. */
#include "audit/note.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char log_key[] = "qao-aaj.example/journal+8fa0327e+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
static const char witness_key[] = "witness.example/prosecutor+2f496204+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct audit_vkey keys[3];
    if (audit_vkey_parse(base_bytes_text(log_key), &keys[0]) != 0 ||
        audit_vkey_parse(base_bytes_text(witness_key), &keys[1]) != 0)
        abort();
    struct base_bytes input = base_bytes_of(data, size);
    struct audit_note note;
    if (audit_note_verify(input, keys, 2, &note) == AUDIT_NOTE_VERIFIED &&
        (note.known_mask == 0 || note.text.len + 1 + note.lines.len != size))
        abort();

    char text[AUDIT_VKEY_MAX];
    if (audit_vkey_parse(input, &keys[2]) != 0)
        return 0;
    audit_vkey_encode(&keys[2], text);
    size_t len = size - (data[size - 1] == '\n');
    if (!base_bytes_equal_text(base_bytes_of(data, len), text))
        abort();
    return 0;
}
