/* What can be said against a signed act without the register: its form, the rights it asks for or gives, the inner signature
 * of an agreement. What needs the register is qao.act_check()'s; both get the same envelope. Any thread. */
#ifndef GATEWAY_REGISTRY_ACT_H
#define GATEWAY_REGISTRY_ACT_H

#include "base/buffer.h"
#include "gateway/wire/act.h"
#include "gateway/wire/code.h"
#include "policy/edition.h"

/* The signature inside an agreement, verified by the caller. */
struct registry_inner {
    bool is_valid;         /* CMS, signature, certificate */
    const char *iin, *bin; /* of its signer */
    uint8_t digest[32];    /* SHA-256 of the content attached */
};

/* What an act rests on besides its own words. Borrowed. */
struct registry_act_facts {
    const char *iin, *bin; /* of the signer */
    int64_t at_us;         /* arrival */
    const struct policy_edition *edition; /* in force then; NULL: no rights can be asked for or given */
    const struct registry_inner *inner;   /* of an agreement; NULL: not verified, refused */
    const char *import_mark; /* of an import: store_import_mark_read() before its rows are checked; NULL: refused */
};

/* Adds every code that holds against a well-formed act. */
void registry_act_check(const struct wire_act *act, const struct registry_act_facts *facts, struct wire_codes *codes);

/* What the register is handed: the act and who took it. Borrowed. */
struct registry_envelope {
    const struct wire_act *act;
    const struct registry_act_facts *facts;
    const char *peer;      /* address; NULL or empty: none, in no network */
    const uint8_t *digest; /* 32 bytes, SHA-256 of the signed message as it was received */
};

/* Appends the envelope of a well-formed act as canonical JSON, at most REGISTRY_ENVELOPE_BYTES_MAX. The buffer's errors,
 * -EINVAL, -ENOMEM. */
enum { REGISTRY_ENVELOPE_BYTES_MAX = 160 << 10 };
int registry_envelope_encode(const struct registry_envelope *envelope, struct base_buffer *out) BASE_MUST_USE;

#endif
