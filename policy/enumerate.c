#include "policy/enumerate.h"

#include "policy/article.h"
#include "policy/rules.h"

enum { OTHERS_COUNT = 5, ARTICLES_MAX = 256 + OTHERS_COUNT };

/* Texts that are no entry of App. 8: none, empty, no article, an article that is not listed, and (filled in) an entry
 * listed by its parts named without one. */
struct articles {
    struct base_bytes text[ARTICLES_MAX];
    size_t count;
    char without_part[POLICY_ARTICLE_LEN_MAX + 1];
};

static void articles_fill(const struct policy_edition *edition, struct articles *articles)
{
    const char *without_part = articles->without_part;
    for (size_t i = 0; i < policy_edition_article_count(edition) && !*without_part; i++) {
        const char *entry = policy_edition_article(edition, i), *part = strchr(entry, '/');
        if (part)
            memcpy(articles->without_part, entry, (size_t) (part - entry));
    }
    articles->text[0] = base_bytes_text(NULL);
    articles->text[1] = base_bytes_text("");
    articles->text[2] = base_bytes_text("216/02");
    articles->text[3] = base_bytes_text("999/9");
    articles->text[4] = base_bytes_text(without_part);
    articles->count = OTHERS_COUNT;
    for (size_t i = 0; i < policy_edition_article_count(edition) && articles->count < ARTICLES_MAX; i++)
        articles->text[articles->count++] = base_bytes_text(policy_edition_article(edition, i));
}

static void compare(const struct policy_edition *edition, const struct policy_facts *facts,
                    struct policy_enumeration *enumeration)
{
    struct policy_decision by_table, by_rules;
    policy_decide(edition, facts, &by_table);
    policy_rules_decide(edition, facts, &by_rules);
    enumeration->combinations++;
    if (policy_decision_equal(&by_table, &by_rules))
        return;
    if (enumeration->differences++ == 0)
        enumeration->first = *facts;
}

/* All services, case states and articles below count for one role, ground and registration. */
static void compare_queries(const struct policy_edition *edition, struct policy_facts facts,
                            const struct articles *articles, size_t count, struct policy_enumeration *enumeration)
{
    for (facts.service = 1; facts.service <= POLICY_SERVICE_MAX; facts.service++)
        for (unsigned state = POLICY_CASE_ABSENT; state <= POLICY_CASE_WELLFORMED; state++)
            for (size_t i = 0; i < count; i++) {
                facts.case_state = (enum policy_case) state;
                facts.article = articles->text[i];
                compare(edition, &facts, enumeration);
            }
}

static void compare_ground(const struct policy_edition *edition, struct policy_facts facts,
                           const struct articles *articles, struct policy_enumeration *enumeration)
{
    unsigned bases = policy_edition_role_bases(edition, facts.role);
    unsigned duties = policy_edition_role_duties(edition, facts.role);
    facts.granted_bases = bases;
    facts.granted_duties = duties;
    if (facts.basis != POLICY_BASIS_OTHER_DUTIES || facts.duty != POLICY_DUTY_NONE)
        compare_queries(edition, facts, articles, articles->count, enumeration);
    for (unsigned grant = 0; grant < 4; grant++) {
        facts.granted_bases = grant & 1 ? 1u << facts.basis : bases & ~(1u << facts.basis);
        facts.granted_duties = grant & 2 ? 1u << facts.duty : duties & ~(1u << facts.duty);
        compare_queries(edition, facts, articles, OTHERS_COUNT + 1, enumeration);
    }
}

void policy_enumerate(const struct policy_edition *edition, struct policy_enumeration *ret_enumeration)
{
    struct articles articles = {.count = 0};
    *ret_enumeration = (struct policy_enumeration){.combinations = 0};
    articles_fill(edition, &articles);
    for (unsigned role = 1; role <= POLICY_ROLE_MAX; role++) {
        for (unsigned i = 0; i < POLICY_SLOT_COUNT; i++) {
            struct policy_slot slot = policy_slot_at(i);
            struct policy_facts facts = {.role = role, .basis = slot.basis, .duty = slot.duty};
            compare_ground(edition, facts, &articles, ret_enumeration);
        }
        struct policy_facts facts = {.role = role, .basis = POLICY_BASIS_OTHER_DUTIES, .duty = POLICY_DUTY_NONE};
        compare_ground(edition, facts, &articles, ret_enumeration);
    }
}
