/* The compiled table: what role, ground and service alone decide, one entry for each. Inner header of the room. */
#ifndef POLICY_TABLE_H
#define POLICY_TABLE_H

#include "policy/decision.h"
#include "policy/order.h"

/* A slot, or "other duties without a duty", which is the last. */
enum { POLICY_GROUND_COUNT = POLICY_SLOT_COUNT + 1, POLICY_GROUND_NO_DUTY = POLICY_SLOT_COUNT };

struct policy_entry {
    uint8_t effect;   /* enum policy_effect when no reason holds */
    uint8_t needs;    /* bits of enum policy_need */
    uint16_t reasons; /* those that hold whatever else the query says: bits 1u << enum policy_reason */
};

struct policy_key { /* an article's text, zero-padded */
    char text[POLICY_ARTICLE_LEN_MAX + 1];
    uint8_t entry; /* of App. 8 */
};

struct policy_table {
    struct policy_entry entry[POLICY_ROLE_MAX][POLICY_GROUND_COUNT][POLICY_SERVICE_MAX];
    bool doubtful_role[POLICY_ROLE_MAX]; /* for other duties */
    bool doubtful_cell[POLICY_GROUND_COUNT][POLICY_SERVICE_MAX];
    uint16_t duties_by_registration[POLICY_ROLE_MAX];                         /* bits 1u << enum policy_duty (R08) */
    struct policy_citation role_basis[POLICY_ROLE_MAX][POLICY_BASIS_MAX + 1]; /* App. 12 */
    struct policy_citation cell[POLICY_GROUND_COUNT][POLICY_SERVICE_MAX];     /* App. 1-7 */
    struct policy_citation duty[POLICY_ROLE_MAX];                             /* the role's own appendix (20) */
    uint64_t role_readings[POLICY_ROLE_MAX];                                  /* for other duties */
    uint16_t role_duties[POLICY_ROLE_MAX];                                    /* bits 1u << enum policy_duty */
    uint64_t duty_readings[POLICY_DUTY_MAX + 1];
    uint64_t service_readings[POLICY_SERVICE_MAX];
    uint64_t marked_readings[POLICY_BASIS_MAX + 1];
    uint64_t article_readings, case_readings;
    unsigned key_count;
    struct policy_key keys[POLICY_ARTICLES_MAX]; /* sorted */
};

struct policy_edition {
    struct policy_order_files files;
    struct policy_table table;
    char sha256_text[2 * POLICY_DIGEST_BYTES + 1];
};

/* Fills the table from the order. */
void policy_table_compile(const struct policy_order *order, struct policy_table *ret_table);

/* The entry of App. 8 that this text names exactly, or 0. */
unsigned policy_table_article(const struct policy_table *table, struct base_bytes text);

#endif
