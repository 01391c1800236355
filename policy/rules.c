/* To be read beside the order: one function for each clause. The numbers of clauses and appendices are written out
 * here; the table has them from the edition's files, so that comparing the two checks both. */
#include "policy/rules.h"

#include "policy/table.h"

struct query {
    const struct policy_order *order;
    const struct policy_facts *facts;
    const struct policy_role *role;
    const struct policy_service *service;
    struct policy_decision *decision;
    /* Clauses 2-8: the column that the ground opens. */
    bool has_column;
    struct policy_citation place; /* of the service in that column */
    struct policy_cell cell;
};

static void cite(struct query *query, enum policy_reason reason, struct policy_citation place)
{
    struct policy_decision *decision = query->decision;
    place.reason = (uint8_t) reason;
    decision->reasons |= reason == POLICY_REASON_NONE ? 0 : 1u << reason;
    if (decision->citation_count < POLICY_CITATION_MAX)
        decision->citations[decision->citation_count++] = place;
}

static bool is_other_duties(const struct query *query)
{
    return query->facts->basis == POLICY_BASIS_OTHER_DUTIES;
}

static bool is_duty_of_role(const struct query *query)
{
    return (query->role->duties >> query->facts->duty) & 1;
}

/* Clause 2: operative-search activity opens App. 1. Clause 3: covert investigation, App. 2. Clause 4: search measures,
 * App. 3. Clauses 5-8: other duties, the duty's column of App. 4-7; without a duty there is no column. */
static void clauses_2_to_8_find_column(struct query *query)
{
    static const unsigned clause_of_appendix[] = {0, 2, 3, 4, 5, 6, 7, 8};
    unsigned appendix = 0, column = 1;
    switch (query->facts->basis) {
    case POLICY_BASIS_NONE:
        return;
    case POLICY_BASIS_OPERATIVE_SEARCH:
        appendix = 1;
        break;
    case POLICY_BASIS_COVERT_INVESTIGATION:
        appendix = 2;
        break;
    case POLICY_BASIS_SEARCH_MEASURES:
        appendix = 3;
        break;
    case POLICY_BASIS_OTHER_DUTIES:
        if (query->facts->duty == POLICY_DUTY_NONE)
            return;
        appendix = policy_duty_appendix(query->facts->duty);
        column = policy_duty_column(query->facts->duty);
        break;
    }
    query->has_column = true;
    query->cell = query->order->cells[appendix][query->facts->service][column];
    query->place = (struct policy_citation){
        .clause = (uint8_t) clause_of_appendix[appendix],
        .appendix = (uint8_t) appendix,
        .row = (uint8_t) query->facts->service,
        .column = (uint8_t) column,
        .readings = query->cell.readings,
    };
    if (is_other_duties(query)) {
        query->place.readings |= query->order->duties[query->facts->duty].readings;
        if (is_duty_of_role(query))
            query->place.readings |= query->role->readings;
    }
}

/* Clause 15: App. 12 must give the role this basis, and the registration must be for it. */
static void clause_15_registration(struct query *query)
{
    struct policy_citation place = {.clause = 15, .appendix = 12, .row = (uint8_t) query->role->row};
    place.column = (uint8_t) query->facts->basis;
    if (query->role->row == 0) /* a role by reading, not by App. 12 (R05) */
        place.readings = query->role->readings;
    if (!query->role->allowed[query->facts->basis])
        cite(query, POLICY_REASON_ROLE_BASIS, place);
    else if (!((query->facts->granted_bases >> query->facts->basis) & 1))
        cite(query, POLICY_REASON_BASIS_NOT_GRANTED, place);
}

/* Clause 20: for other duties the user picks one of the grounds of App. 4-7: of the own body's appendix (R06, R07), and
 * one that the registration names or brings with it (R08). */
static void clause_20_duty(struct query *query)
{
    const struct policy_facts *facts = query->facts;
    struct policy_citation place = {.clause = 20};
    if (!is_other_duties(query))
        return;
    if (facts->duty == POLICY_DUTY_NONE) {
        cite(query, POLICY_REASON_DUTY_MISSING, place);
        return;
    }
    if (!is_duty_of_role(query)) {
        place.appendix = (uint8_t) query->role->appendix;
        place.readings = query->role->readings;
        cite(query, POLICY_REASON_DUTY_NOT_OF_ROLE, place);
    }
    bool named = (facts->granted_duties >> facts->duty) & 1;
    bool registered = (facts->granted_bases >> POLICY_BASIS_OTHER_DUTIES) & 1;
    bool comes_along = registered && is_duty_of_role(query) && query->order->duties[facts->duty].by_registration;
    if (!named && !comes_along) {
        place.appendix = (uint8_t) policy_duty_appendix(facts->duty);
        place.column = (uint8_t) policy_duty_column(facts->duty);
        place.readings = query->order->duties[facts->duty].readings;
        cite(query, POLICY_REASON_DUTY_NOT_GRANTED, place);
    }
}

/* Clauses 2-8: an empty cell opens nothing. */
static void clauses_2_to_8_cell(struct query *query)
{
    if (query->has_column && query->cell.mark == POLICY_MARK_CLOSED)
        cite(query, POLICY_REASON_SERVICE_CLOSED, query->place);
}

/* Clause 19: covert investigation and search measures name the case. A number that is given has its form everywhere. */
static void clause_19_case(struct query *query)
{
    struct policy_citation place = {.clause = 19};
    bool demanded =
        query->facts->basis == POLICY_BASIS_COVERT_INVESTIGATION || query->facts->basis == POLICY_BASIS_SEARCH_MEASURES;
    if (demanded)
        query->decision->needs |= POLICY_NEED_CASE;
    switch (query->facts->case_state) {
    case POLICY_CASE_ABSENT:
        if (demanded)
            cite(query, POLICY_REASON_CASE_MISSING, place);
        return;
    case POLICY_CASE_WELLFORMED:
        return;
    case POLICY_CASE_MALFORMED:
        break;
    }
    place.readings = query->order->case_readings;
    cite(query, POLICY_REASON_CASE_MALFORMED, place);
}

static unsigned entry_of_appendix_8(const struct policy_order *order, struct base_bytes article)
{
    for (unsigned entry = 1; entry <= order->article_count; entry++)
        if (base_bytes_equal(article, base_bytes_of(order->articles[entry].text, order->articles[entry].len)))
            return entry;
    return 0;
}

/* Clause 9: a marked service is open only for an article of App. 8, named exactly (R09), whatever its cell says (R01)
 * and with or without a case number (R10). Returns the place in App. 8 for the permit. */
static struct policy_citation clause_9_article(struct query *query)
{
    const struct policy_order *order = query->order;
    struct base_bytes article = query->facts->article;
    struct policy_citation place = {.clause = 9, .appendix = 8};
    enum policy_reason reason = POLICY_REASON_NONE;
    if (!query->service->marked) {
        place.readings = order->article_readings;
        if (article.data && !policy_article_is_wellformed(article))
            cite(query, POLICY_REASON_ARTICLE_NOT_LISTED, place);
        return place;
    }
    query->decision->needs |= POLICY_NEED_ARTICLE;
    place.readings = order->bases[query->facts->basis].marked_readings;
    if (!article.data) {
        reason = POLICY_REASON_ARTICLE_MISSING;
    } else {
        place.readings |= order->article_readings;
        place.row = (uint8_t) entry_of_appendix_8(order, article);
        if (place.row == 0)
            reason = POLICY_REASON_ARTICLE_NOT_LISTED;
    }
    if (reason != POLICY_REASON_NONE) {
        cite(query, reason, place);
        if (query->has_column && query->cell.mark != POLICY_MARK_CLOSED)
            cite(query, reason, query->place);
    }
    return place;
}

static void permit(struct query *query, struct policy_citation article)
{
    struct policy_decision *decision = query->decision;
    struct policy_citation case_number = {.clause = 19, .readings = query->order->case_readings};
    query->place.readings |= query->service->readings;
    cite(query, POLICY_REASON_NONE, query->place);
    if (decision->needs & POLICY_NEED_ARTICLE)
        cite(query, POLICY_REASON_NONE, article);
    if (decision->needs & POLICY_NEED_CASE)
        cite(query, POLICY_REASON_NONE, case_number);
    decision->effect = query->cell.mark == POLICY_MARK_SHORT ? POLICY_EFFECT_ABBREVIATED : POLICY_EFFECT_PERMIT;
}

/* What no query and no registration can state. */
static bool is_unusable(const struct policy_facts *facts)
{
    if (facts->role < 1 || facts->role > POLICY_ROLE_MAX || facts->service < 1 || facts->service > POLICY_SERVICE_MAX)
        return true;
    if (facts->basis == POLICY_BASIS_OTHER_DUTIES)
        return (unsigned) facts->duty > POLICY_DUTY_MAX;
    return facts->duty != POLICY_DUTY_NONE || facts->basis == POLICY_BASIS_NONE ||
           (unsigned) facts->basis > POLICY_BASIS_MAX;
}

void policy_rules_decide(const struct policy_edition *edition, const struct policy_facts *facts,
                         struct policy_decision *ret_decision)
{
    policy_decision_init(ret_decision);
    if (!edition || is_unusable(facts))
        return;
    struct query query = {
        .order = &edition->files.order,
        .facts = facts,
        .role = &edition->files.order.roles[facts->role],
        .service = &edition->files.order.services[facts->service],
        .decision = ret_decision,
    };
    clauses_2_to_8_find_column(&query);
    ret_decision->doubtful = query.cell.doubtful || (is_other_duties(&query) && query.role->doubtful);
    clause_15_registration(&query);
    clause_20_duty(&query);
    clauses_2_to_8_cell(&query);
    clause_19_case(&query);
    struct policy_citation article = clause_9_article(&query);
    if (ret_decision->reasons == 0)
        permit(&query, article);
}
