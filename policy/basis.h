/* The four legal grounds of a query (clauses 2-8) and the duties among which a user of "other duties" picks one
 * (clause 20): each duty is a column of App. 4-7 (R08). */
#ifndef POLICY_BASIS_H
#define POLICY_BASIS_H

#include "base/bytes.h"

enum policy_basis {
    POLICY_BASIS_NONE = 0,
    POLICY_BASIS_OPERATIVE_SEARCH,
    POLICY_BASIS_COVERT_INVESTIGATION,
    POLICY_BASIS_SEARCH_MEASURES,
    POLICY_BASIS_OTHER_DUTIES,
};
enum { POLICY_BASIS_MAX = POLICY_BASIS_OTHER_DUTIES };

enum policy_duty {
    POLICY_DUTY_NONE = 0,
    POLICY_DUTY_APP4_1,
    POLICY_DUTY_APP4_2,
    POLICY_DUTY_APP4_3,
    POLICY_DUTY_APP4_4,
    POLICY_DUTY_APP4_5,
    POLICY_DUTY_APP5_1,
    POLICY_DUTY_APP5_2,
    POLICY_DUTY_APP6_1,
    POLICY_DUTY_APP7_1,
};
enum { POLICY_DUTY_MAX = POLICY_DUTY_APP7_1 };

/* "operative_search", ... and "app4.1", ...: exactly, else NONE. No text means NONE, so NONE says "unknown text". */
enum policy_basis policy_basis_parse(struct base_bytes text);
enum policy_duty policy_duty_parse(struct base_bytes text);

/* The same words back; "-" for NONE and for a value that is none of the enumeration. Static text. */
const char *policy_basis_name(enum policy_basis basis);
const char *policy_duty_name(enum policy_duty duty);

/* The matrix a duty is a column of: appendix 4-7, column 1-5. Both 0 for NONE. */
unsigned policy_duty_appendix(enum policy_duty duty);
unsigned policy_duty_column(enum policy_duty duty);

/* A slot is what a query may name as its ground: the three bases that need no duty (slots 0-2), then other duties with
 * each of the nine duties (3-11). The order of all tables. */
struct policy_slot {
    enum policy_basis basis;
    enum policy_duty duty;
};
enum { POLICY_SLOT_COUNT = 12 };

/* Slot 0-11; the slot of NONE and NONE for any other number. */
struct policy_slot policy_slot_at(unsigned index);

/* The number of a slot, or POLICY_SLOT_COUNT where basis and duty make none. */
unsigned policy_slot_find(enum policy_basis basis, enum policy_duty duty);

#endif
