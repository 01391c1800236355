#include "policy/decide.h"

#include "policy/table.h"

#define BIT(n) (1u << (n))

/* Where the facts lie in the table. */
struct place {
    const struct policy_table *table;
    const struct policy_facts *facts;
    unsigned role, ground, service; /* indexes from 0 */
    unsigned article;               /* entry of App. 8, or 0 */
    bool marked;
};

static bool find_place(const struct policy_edition *edition, const struct policy_facts *facts, struct place *ret_place)
{
    bool other = facts->basis == POLICY_BASIS_OTHER_DUTIES;
    if (!edition || facts->role - 1 >= POLICY_ROLE_MAX || facts->service - 1 >= POLICY_SERVICE_MAX)
        return false;
    if ((unsigned) facts->basis - 1 >= POLICY_BASIS_MAX || (unsigned) facts->duty > POLICY_DUTY_MAX)
        return false;
    if (!other && facts->duty != POLICY_DUTY_NONE)
        return false;
    unsigned ground = !other ? facts->basis - 1u : facts->duty ? facts->duty + 2u : POLICY_GROUND_NO_DUTY;
    *ret_place = (struct place){
        .table = &edition->table,
        .facts = facts,
        .role = facts->role - 1,
        .ground = ground,
        .service = facts->service - 1,
    };
    return true;
}

/* What the registration and the rest of the query add to the table's own reasons. */
static unsigned reasons_find(struct place *place, const struct policy_entry *entry)
{
    const struct policy_table *table = place->table;
    const struct policy_facts *facts = place->facts;
    unsigned reasons = entry->reasons;
    unsigned duties = facts->granted_duties;
    if (facts->granted_bases & BIT(POLICY_BASIS_OTHER_DUTIES))
        duties |= table->duties_by_registration[place->role];
    if (!(reasons & BIT(POLICY_REASON_ROLE_BASIS)) && !(facts->granted_bases & BIT(facts->basis)))
        reasons |= BIT(POLICY_REASON_BASIS_NOT_GRANTED);
    if (facts->duty && !(duties & BIT(facts->duty)))
        reasons |= BIT(POLICY_REASON_DUTY_NOT_GRANTED);
    if (facts->case_state == POLICY_CASE_ABSENT && (entry->needs & POLICY_NEED_CASE))
        reasons |= BIT(POLICY_REASON_CASE_MISSING);
    if (facts->case_state != POLICY_CASE_ABSENT && facts->case_state != POLICY_CASE_WELLFORMED)
        reasons |= BIT(POLICY_REASON_CASE_MALFORMED);
    if (place->marked) {
        if (!facts->article.data)
            reasons |= BIT(POLICY_REASON_ARTICLE_MISSING);
        else if ((place->article = policy_table_article(table, facts->article)) == 0)
            reasons |= BIT(POLICY_REASON_ARTICLE_NOT_LISTED);
    } else if (facts->article.data && !policy_article_is_wellformed(facts->article)) {
        reasons |= BIT(POLICY_REASON_ARTICLE_NOT_LISTED);
    }
    return reasons;
}

static void cite(struct policy_decision *decision, struct policy_citation citation, enum policy_reason reason)
{
    if (decision->citation_count == POLICY_CITATION_MAX)
        return;
    citation.reason = (uint8_t) reason;
    decision->citations[decision->citation_count++] = citation;
}

/* The cell of App. 1-7, with the readings by which this role came to that appendix. */
static struct policy_citation cell_of(const struct place *place)
{
    struct policy_citation cell = place->table->cell[place->ground][place->service];
    if (place->table->role_duties[place->role] & BIT(place->facts->duty))
        cell.readings |= place->table->role_readings[place->role];
    return cell;
}

static struct policy_citation article_of(const struct place *place, bool named)
{
    const struct policy_table *table = place->table;
    return (struct policy_citation){
        .clause = 9,
        .appendix = 8,
        .row = (uint8_t) place->article,
        .readings =
            (place->marked ? table->marked_readings[place->facts->basis] : 0) | (named ? table->article_readings : 0),
    };
}

static void cite_reason(const struct place *place, enum policy_reason reason, struct policy_decision *decision)
{
    const struct policy_table *table = place->table;
    struct policy_citation case_number = {.clause = 19};
    struct policy_citation duty = {.clause = 20};
    switch (reason) {
    case POLICY_REASON_NONE:
        break;
    case POLICY_REASON_ROLE_BASIS:
    case POLICY_REASON_BASIS_NOT_GRANTED:
        cite(decision, table->role_basis[place->role][place->facts->basis], reason);
        break;
    case POLICY_REASON_DUTY_MISSING:
        cite(decision, duty, reason);
        break;
    case POLICY_REASON_DUTY_NOT_OF_ROLE:
        cite(decision, table->duty[place->role], reason);
        break;
    case POLICY_REASON_DUTY_NOT_GRANTED:
        duty.appendix = (uint8_t) policy_duty_appendix(place->facts->duty);
        duty.column = (uint8_t) policy_duty_column(place->facts->duty);
        duty.readings = table->duty_readings[place->facts->duty];
        cite(decision, duty, reason);
        break;
    case POLICY_REASON_SERVICE_CLOSED:
        cite(decision, cell_of(place), reason);
        break;
    case POLICY_REASON_CASE_MISSING:
        cite(decision, case_number, reason);
        break;
    case POLICY_REASON_CASE_MALFORMED:
        case_number.readings = table->case_readings;
        cite(decision, case_number, reason);
        break;
    case POLICY_REASON_ARTICLE_MISSING:
    case POLICY_REASON_ARTICLE_NOT_LISTED:
        cite(decision, article_of(place, reason == POLICY_REASON_ARTICLE_NOT_LISTED), reason);
        /* An open cell of a marked service is open on this condition: by its own words, or by R01. */
        if (place->marked && table->cell[place->ground][place->service].clause != 0 &&
            !policy_decision_has(decision, POLICY_REASON_SERVICE_CLOSED))
            cite(decision, cell_of(place), reason);
        break;
    }
}

static void cite_permit(const struct place *place, unsigned needs, struct policy_decision *decision)
{
    struct policy_citation cell = cell_of(place);
    cell.readings |= place->table->service_readings[place->service];
    cite(decision, cell, POLICY_REASON_NONE);
    if (needs & POLICY_NEED_ARTICLE)
        cite(decision, article_of(place, true), POLICY_REASON_NONE);
    if (needs & POLICY_NEED_CASE) {
        struct policy_citation case_number = {.clause = 19, .readings = place->table->case_readings};
        cite(decision, case_number, POLICY_REASON_NONE);
    }
}

void policy_decide(const struct policy_edition *edition, const struct policy_facts *facts,
                   struct policy_decision *ret_decision)
{
    struct place place;
    policy_decision_init(ret_decision);
    if (!find_place(edition, facts, &place))
        return;
    const struct policy_entry *entry = &place.table->entry[place.role][place.ground][place.service];
    place.marked = (entry->needs & POLICY_NEED_ARTICLE) != 0;
    unsigned reasons = reasons_find(&place, entry);
    ret_decision->reasons = reasons;
    ret_decision->needs = entry->needs;
    ret_decision->doubtful = place.table->doubtful_cell[place.ground][place.service] ||
                             (facts->basis == POLICY_BASIS_OTHER_DUTIES && place.table->doubtful_role[place.role]);
    if (reasons == 0) {
        cite_permit(&place, entry->needs, ret_decision);
        ret_decision->effect = (enum policy_effect) entry->effect;
        return;
    }
    for (; reasons != 0; reasons &= reasons - 1)
        cite_reason(&place, (enum policy_reason) __builtin_ctz(reasons), ret_decision);
}
