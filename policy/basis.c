#include "policy/basis.h"

static const char *const basis_names[POLICY_BASIS_MAX + 1] = {
    [POLICY_BASIS_NONE] = "-",
    [POLICY_BASIS_OPERATIVE_SEARCH] = "operative_search",
    [POLICY_BASIS_COVERT_INVESTIGATION] = "covert_investigation",
    [POLICY_BASIS_SEARCH_MEASURES] = "search_measures",
    [POLICY_BASIS_OTHER_DUTIES] = "other_duties",
};

static const struct {
    const char *name;
    unsigned appendix, column;
} duties[POLICY_DUTY_MAX + 1] = {
    [POLICY_DUTY_NONE] = {"-", 0, 0},        [POLICY_DUTY_APP4_1] = {"app4.1", 4, 1},
    [POLICY_DUTY_APP4_2] = {"app4.2", 4, 2}, [POLICY_DUTY_APP4_3] = {"app4.3", 4, 3},
    [POLICY_DUTY_APP4_4] = {"app4.4", 4, 4}, [POLICY_DUTY_APP4_5] = {"app4.5", 4, 5},
    [POLICY_DUTY_APP5_1] = {"app5.1", 5, 1}, [POLICY_DUTY_APP5_2] = {"app5.2", 5, 2},
    [POLICY_DUTY_APP6_1] = {"app6.1", 6, 1}, [POLICY_DUTY_APP7_1] = {"app7.1", 7, 1},
};

enum policy_basis policy_basis_parse(struct base_bytes text)
{
    for (unsigned i = 1; i <= POLICY_BASIS_MAX; i++)
        if (base_bytes_equal_text(text, basis_names[i]))
            return (enum policy_basis) i;
    return POLICY_BASIS_NONE;
}

enum policy_duty policy_duty_parse(struct base_bytes text)
{
    if (text.len != sizeof("app4.1") - 1)
        return POLICY_DUTY_NONE;
    for (unsigned i = 1; i <= POLICY_DUTY_MAX; i++)
        if (base_bytes_equal_text(text, duties[i].name))
            return (enum policy_duty) i;
    return POLICY_DUTY_NONE;
}

const char *policy_basis_name(enum policy_basis basis)
{
    return basis_names[(unsigned) basis <= POLICY_BASIS_MAX ? basis : POLICY_BASIS_NONE];
}

const char *policy_duty_name(enum policy_duty duty)
{
    return duties[(unsigned) duty <= POLICY_DUTY_MAX ? duty : POLICY_DUTY_NONE].name;
}

unsigned policy_duty_appendix(enum policy_duty duty)
{
    return duties[(unsigned) duty <= POLICY_DUTY_MAX ? duty : POLICY_DUTY_NONE].appendix;
}

unsigned policy_duty_column(enum policy_duty duty)
{
    return duties[(unsigned) duty <= POLICY_DUTY_MAX ? duty : POLICY_DUTY_NONE].column;
}

struct policy_slot policy_slot_at(unsigned index)
{
    if (index < 3)
        return (struct policy_slot){.basis = (enum policy_basis)(index + 1), .duty = POLICY_DUTY_NONE};
    if (index < POLICY_SLOT_COUNT)
        return (struct policy_slot){.basis = POLICY_BASIS_OTHER_DUTIES, .duty = (enum policy_duty)(index - 2)};
    return (struct policy_slot){.basis = POLICY_BASIS_NONE, .duty = POLICY_DUTY_NONE};
}

unsigned policy_slot_find(enum policy_basis basis, enum policy_duty duty)
{
    for (unsigned i = 0; i < POLICY_SLOT_COUNT; i++) {
        struct policy_slot slot = policy_slot_at(i);
        if (slot.basis == basis && slot.duty == duty)
            return i;
    }
    return POLICY_SLOT_COUNT;
}
