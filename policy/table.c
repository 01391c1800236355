#include "policy/table.h"

#include <stdlib.h>

#define BIT(n) (1u << (n))

static struct policy_slot ground_slot(unsigned ground)
{
    if (ground == POLICY_GROUND_NO_DUTY)
        return (struct policy_slot){.basis = POLICY_BASIS_OTHER_DUTIES, .duty = POLICY_DUTY_NONE};
    return policy_slot_at(ground);
}

/* The column of App. 1-7 that a ground opens; NULL where a duty is missing. */
static const struct policy_cell *ground_cell(const struct policy_order *order, struct policy_slot slot,
                                             unsigned service, unsigned *ret_appendix, unsigned *ret_column)
{
    bool by_duty = slot.basis == POLICY_BASIS_OTHER_DUTIES;
    *ret_appendix = by_duty ? policy_duty_appendix(slot.duty) : order->bases[slot.basis].appendix;
    *ret_column = by_duty ? policy_duty_column(slot.duty) : 1;
    return *ret_appendix == 0 ? NULL : &order->cells[*ret_appendix][service][*ret_column];
}

static struct policy_entry entry_of(const struct policy_order *order, const struct policy_role *role,
                                    struct policy_slot slot, unsigned service)
{
    unsigned appendix, column, reasons = 0, needs = 0;
    const struct policy_cell *cell = ground_cell(order, slot, service, &appendix, &column);
    if (!role->allowed[slot.basis])
        reasons |= BIT(POLICY_REASON_ROLE_BASIS);
    if (!cell)
        reasons |= BIT(POLICY_REASON_DUTY_MISSING);
    else if (cell->mark == POLICY_MARK_CLOSED)
        reasons |= BIT(POLICY_REASON_SERVICE_CLOSED);
    if (slot.duty != POLICY_DUTY_NONE && !(role->duties & BIT(slot.duty)))
        reasons |= BIT(POLICY_REASON_DUTY_NOT_OF_ROLE);
    if (order->bases[slot.basis].needs_case)
        needs |= POLICY_NEED_CASE;
    if (order->services[service].marked)
        needs |= POLICY_NEED_ARTICLE;
    return (struct policy_entry){
        .effect = cell && cell->mark == POLICY_MARK_SHORT ? POLICY_EFFECT_ABBREVIATED : POLICY_EFFECT_PERMIT,
        .needs = (uint8_t) needs,
        .reasons = (uint16_t) reasons,
    };
}

static void cells_compile(const struct policy_order *order, struct policy_table *table)
{
    for (unsigned ground = 0; ground < POLICY_GROUND_COUNT; ground++)
        for (unsigned service = 1; service <= POLICY_SERVICE_MAX; service++) {
            struct policy_slot slot = ground_slot(ground);
            unsigned appendix, column;
            const struct policy_cell *cell = ground_cell(order, slot, service, &appendix, &column);
            if (!cell)
                continue;
            unsigned clause = slot.duty ? order->duties[slot.duty].clause : order->bases[slot.basis].clause;
            table->doubtful_cell[ground][service - 1] = cell->doubtful;
            table->cell[ground][service - 1] = (struct policy_citation){
                .readings = cell->readings | (slot.duty ? order->duties[slot.duty].readings : 0),
                .clause = (uint8_t) clause,
                .appendix = (uint8_t) appendix,
                .row = (uint8_t) service,
                .column = (uint8_t) column,
            };
        }
}

static void role_compile(const struct policy_order *order, unsigned number, struct policy_table *table)
{
    const struct policy_role *role = &order->roles[number];
    unsigned by_registration = 0;
    for (unsigned duty = 1; duty <= POLICY_DUTY_MAX; duty++)
        if ((role->duties & BIT(duty)) && order->duties[duty].by_registration)
            by_registration |= BIT(duty);
    table->duties_by_registration[number - 1] = (uint16_t) by_registration;
    table->role_duties[number - 1] = (uint16_t) role->duties;
    table->role_readings[number - 1] = role->readings;
    table->doubtful_role[number - 1] = role->doubtful;
    table->duty[number - 1] =
        (struct policy_citation){.clause = 20, .appendix = (uint8_t) role->appendix, .readings = role->readings};
    for (unsigned basis = 1; basis <= POLICY_BASIS_MAX; basis++)
        table->role_basis[number - 1][basis] = (struct policy_citation){
            .clause = 15,
            .appendix = 12,
            .row = (uint8_t) role->row,
            .column = (uint8_t) basis,
            .readings = role->row == 0 ? role->readings : 0,
        };
}

static int key_compare(const void *a, const void *b)
{
    return memcmp(a, b, POLICY_ARTICLE_LEN_MAX + 1);
}

static void articles_compile(const struct policy_order *order, struct policy_table *table)
{
    table->key_count = order->article_count;
    for (unsigned i = 0; i < order->article_count; i++) {
        memcpy(table->keys[i].text, order->articles[i + 1].text, sizeof(table->keys[i].text));
        table->keys[i].entry = (uint8_t) (i + 1);
    }
    qsort(table->keys, table->key_count, sizeof(table->keys[0]), key_compare);
}

void policy_table_compile(const struct policy_order *order, struct policy_table *ret_table)
{
    memset(ret_table, 0, sizeof(*ret_table));
    for (unsigned role = 1; role <= POLICY_ROLE_MAX; role++) {
        role_compile(order, role, ret_table);
        for (unsigned ground = 0; ground < POLICY_GROUND_COUNT; ground++)
            for (unsigned service = 1; service <= POLICY_SERVICE_MAX; service++)
                ret_table->entry[role - 1][ground][service - 1] =
                    entry_of(order, &order->roles[role], ground_slot(ground), service);
    }
    cells_compile(order, ret_table);
    articles_compile(order, ret_table);
    for (unsigned duty = 1; duty <= POLICY_DUTY_MAX; duty++)
        ret_table->duty_readings[duty] = order->duties[duty].readings;
    for (unsigned basis = 1; basis <= POLICY_BASIS_MAX; basis++)
        ret_table->marked_readings[basis] = order->bases[basis].marked_readings;
    for (unsigned service = 1; service <= POLICY_SERVICE_MAX; service++)
        ret_table->service_readings[service - 1] = order->services[service].readings;
    ret_table->article_readings = order->article_readings;
    ret_table->case_readings = order->case_readings;
}

unsigned policy_table_article(const struct policy_table *table, struct base_bytes text)
{
    struct policy_key key = {.text = ""};
    /* A NUL would pass for the padding of a shorter entry. */
    if (text.len == 0 || text.len > POLICY_ARTICLE_LEN_MAX || memchr(text.data, '\0', text.len))
        return 0;
    memcpy(key.text, text.data, text.len);
    unsigned from = 0, to = table->key_count;
    while (from < to) {
        unsigned middle = (from + to) / 2;
        int order = memcmp(key.text, table->keys[middle].text, sizeof(key.text));
        if (order == 0)
            return table->keys[middle].entry;
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return 0;
}
