/* An edition shown as a list: what each role may ask on each ground, and how two editions differ. */
#ifndef POLICY_LISTING_H
#define POLICY_LISTING_H

#include "policy/decide.h"

/* What a role may do in a slot with a service when it has every right that App. 12 allows it, and the query names all
 * that is demanded. */
struct policy_line {
    unsigned role, slot, service; /* 1-15, 0-11, 1-76 */
    enum policy_effect effect;
    unsigned needs; /* bits of enum policy_need; 0 where the effect is deny */
};

enum { POLICY_LINE_COUNT = POLICY_ROLE_MAX * POLICY_SLOT_COUNT * POLICY_SERVICE_MAX };

/* Line 0-13,679, ordered by role, slot, service. */
struct policy_line policy_line_at(const struct policy_edition *edition, unsigned index);

/* "case", "article", "case,article" or "-". Static text. */
const char *policy_needs_name(unsigned needs);

/* Every right that App. 12 allows the role: granted_bases and granted_duties of the facts. */
void policy_facts_grant_all(const struct policy_edition *edition, struct policy_facts *facts);

#endif
