#include "gateway/registry/row.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gateway/registry/rights.h"
#include "gateway/wire/code.h"
#include "gateway/wire/json.h"

static void put(struct registry_row_faults *faults, const char *column, const char *code)
{
    if (faults->count == REGISTRY_ROW_FAULTS_MAX)
        return;
    snprintf(faults->items[faults->count].column, REGISTRY_ROW_WORD_MAX, "%s", column);
    snprintf(faults->items[faults->count].code, REGISTRY_ROW_WORD_MAX, "%s", code);
    faults->count++;
}

/* The first part of a pointer is the column: "/bases/0" is of "bases". A name that no row has is not repeated: it is the
 * sender's. */
static void schema_fault(struct registry_row_faults *faults, const char *pointer, enum wire_fault_kind kind)
{
    char column[REGISTRY_ROW_WORD_MAX] = "row";
    if (pointer[0] == '/' && kind != WIRE_FAULT_UNKNOWN)
        snprintf(column, sizeof(column), "%.*s", (int)strcspn(pointer + 1, "/"), pointer + 1);
    put(faults, column, wire_fault_code(kind));
}

static void rights_check(const struct policy_edition *edition, const json_t *row, struct registry_row_faults *faults)
{
    const struct policy_rights rights = registry_rights_read(row);
    struct wire_codes codes = {0};
    registry_rights_check(edition, &rights, &codes);
    for (enum wire_code code = wire_codes_first(codes); code != WIRE_CODE_NONE; code = wire_codes_after(codes, code))
        put(faults, code == WIRE_CODE_ROLE_BASIS ? "bases" : "duties", wire_code_text(code));
}

void registry_row_check(const struct wire_acts *acts, const struct policy_edition *edition, const json_t *row,
                        struct registry_row_faults *ret_faults)
{
    struct wire_faults faults;
    ret_faults->count = 0;
    wire_acts_row_check(acts, row, &faults);
    for (size_t i = 0; i < faults.count; i++)
        schema_fault(ret_faults, faults.items[i].member, faults.items[i].kind);
    /* Of rights that cannot be read nothing more is said. */
    if (faults.count == 0)
        rights_check(edition, row, ret_faults);
}

int registry_row_encode(const struct policy_edition *edition, const json_t *row, struct base_buffer *out)
{
    unsigned role = (unsigned)json_integer_value(json_object_get(row, "role"));
    unsigned appendix = edition ? policy_edition_role_appendix(edition, role) : 0;
    BASE_CLEANUP(wire_json_cleanup) json_t *copy = json_copy((json_t *)(uintptr_t)row);
    if (!copy || json_object_set_new(copy, "appendix", appendix ? json_integer((json_int_t)appendix) : json_null()) < 0)
        return -ENOMEM;
    return wire_json_canonical(copy, out);
}
