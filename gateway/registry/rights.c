#include "gateway/registry/rights.h"

#include "gateway/wire/reply.h"
#include "policy/basis.h"

/* Whether nothing is against these rights. */
static bool may(const struct policy_edition *edition, unsigned role, unsigned bases, unsigned duties)
{
    const struct policy_rights rights = {.role = role, .bases = bases, .duties = duties};
    return policy_rights_check(edition, &rights) == 0;
}

json_t *registry_allowed_encode(const struct policy_edition *edition, unsigned role)
{
    json_t *bases = json_array(), *duties = json_array();
    const unsigned other = 1u << POLICY_BASIS_OTHER_DUTIES;
    int r = bases && duties ? 0 : -1;
    for (unsigned basis = 1; basis <= POLICY_BASIS_MAX && r == 0; basis++)
        if (may(edition, role, 1u << basis, 0))
            r = json_array_append_new(bases, json_string(policy_basis_name((enum policy_basis)basis)));
    for (unsigned duty = 1; duty <= POLICY_DUTY_MAX && r == 0; duty++)
        if (may(edition, role, other, 1u << duty))
            r = json_array_append_new(duties, json_string(policy_duty_name((enum policy_duty)duty)));
    if (r == 0)
        return json_pack("{s:o,s:o}", "bases", bases, "duties", duties);
    json_decref(bases);
    json_decref(duties);
    return NULL;
}

void registry_rights_check(const struct policy_edition *edition, const struct policy_rights *rights, struct wire_codes *codes)
{
    unsigned reasons = policy_rights_check(edition, rights);
    for (unsigned reason = POLICY_REASON_NONE + 1; reason <= POLICY_REASON_MAX; reason++)
        if (reasons >> reason & 1)
            wire_codes_add(codes, wire_code_of_reason((enum policy_reason)reason));
    if (rights->duties != 0 && !(rights->bases >> POLICY_BASIS_OTHER_DUTIES & 1))
        wire_codes_add(codes, WIRE_CODE_FORM_INCOMPLETE);
}

struct policy_rights registry_rights_read(const json_t *rights)
{
    struct policy_rights found = {.role = (unsigned)json_integer_value(json_object_get(rights, "role"))};
    const json_t *bases = json_object_get(rights, "bases"), *duties = json_object_get(rights, "duties");
    for (size_t i = 0; i < json_array_size(bases); i++)
        found.bases |= 1u << policy_basis_parse(base_bytes_text(json_string_value(json_array_get(bases, i))));
    for (size_t i = 0; i < json_array_size(duties); i++)
        found.duties |= 1u << policy_duty_parse(base_bytes_text(json_string_value(json_array_get(duties, i))));
    return found;
}
