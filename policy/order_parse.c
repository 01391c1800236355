#include "policy/order_parse.h"

#include <stdio.h>

static const char *const mark_words[] = {"-", "+", "short", "articles", NULL};
static const char *const yes_words[] = {"-", "+", NULL};
static const char *const doubtful_words[] = {"-", "doubtful", NULL};

static int flag(struct policy_tsv *tsv, unsigned field, const char *const *words, bool *ret_flag)
{
    unsigned index;
    int r = policy_tsv_word(tsv, field, words, &index);
    if (r == 0)
        *ret_flag = index == 1;
    return r;
}

static void take_names(const struct policy_tsv *tsv, unsigned field, const char *ret_names[static 3])
{
    ret_names[POLICY_LANGUAGE_KK] = tsv->field[field].text;
    ret_names[POLICY_LANGUAGE_RU] = tsv->field[field + 1].text;
    ret_names[POLICY_LANGUAGE_EN] = tsv->field[field + 2].text;
}

/* Rows are numbered 1, 2, 3, ...: says which one is missing or stands twice. */
static int row_number(struct policy_tsv *tsv, unsigned expected, unsigned max)
{
    unsigned number;
    int r = policy_tsv_number(tsv, 0, 1, max, &number);
    if (r < 0)
        return r;
    if (number < expected)
        return policy_tsv_fail(tsv, 0, "a second row for %s %u", tsv->header[0], number);
    if (number > expected)
        return policy_tsv_fail(tsv, 0, "the row for %s %u is missing", tsv->header[0], expected);
    return 0;
}

/* The next row of a file with one row for each number from 1 to max. *number is the last row read. */
static int next_of(struct policy_tsv *tsv, unsigned max, unsigned *number)
{
    int r = policy_tsv_next(tsv);
    if (r == POLICY_TSV_END && *number < max)
        return policy_tsv_fail(tsv, POLICY_TSV_FIELDS_MAX, "the row for %s %u is missing", tsv->header[0], *number + 1);
    if (r != 0)
        return r;
    (*number)++;
    return row_number(tsv, *number, max);
}

int policy_services_parse(struct policy_tsv *tsv, struct policy_order *order)
{
    static const char *const marked_words[] = {"-", "marked", NULL}, *const acts_words[] = {"-", "acts", NULL};
    unsigned number = 0;
    int r;
    while ((r = next_of(tsv, POLICY_SERVICE_MAX, &number)) == 0) {
        struct policy_service *service = &order->services[number];
        take_names(tsv, 4, service->name);
        if ((r = flag(tsv, 1, marked_words, &service->marked)) < 0 ||
            (r = flag(tsv, 2, acts_words, &service->acts)) < 0 ||
            (r = policy_tsv_readings(tsv, 3, &service->readings)) < 0)
            return r;
    }
    return r;
}

/* bases.tsv and duties.tsv begin each row with a name, in the order of the enumeration. */
static int next_named(struct policy_tsv *tsv, unsigned max, const char *name(unsigned), unsigned *number)
{
    int r = policy_tsv_next(tsv);
    if (r == POLICY_TSV_END && *number == max)
        return r;
    if (r == POLICY_TSV_END || (r == 0 && *number == max))
        return policy_tsv_fail(tsv, r == 0 ? 0 : POLICY_TSV_FIELDS_MAX, "there must be %u rows, not %u", max,
                               r == 0 ? *number + 1 : *number);
    if (r < 0)
        return r;
    (*number)++;
    if (strcmp(tsv->field[0].text, name(*number)) != 0)
        return policy_tsv_fail(tsv, 0, "'%s' stands where the row for %s belongs", tsv->field[0].text, name(*number));
    return 0;
}

static const char *basis_name(unsigned number)
{
    return policy_basis_name((enum policy_basis) number);
}

static const char *duty_name(unsigned number)
{
    return policy_duty_name((enum policy_duty) number);
}

int policy_bases_parse(struct policy_tsv *tsv, struct policy_order *order)
{
    static const char *const case_words[] = {"-", "case", NULL};
    unsigned number = 0;
    int r;
    while ((r = next_named(tsv, POLICY_BASIS_MAX, basis_name, &number)) == 0) {
        struct policy_basis_rule *basis = &order->bases[number];
        take_names(tsv, 5, basis->name);
        if ((r = policy_tsv_number(tsv, 1, 1, 99, &basis->clause)) < 0 ||
            (r = policy_tsv_number_or_none(tsv, 2, 1, 3, &basis->appendix)) < 0 ||
            (r = flag(tsv, 3, case_words, &basis->needs_case)) < 0 ||
            (r = policy_tsv_readings(tsv, 4, &basis->marked_readings)) < 0)
            return r;
        if ((number == POLICY_BASIS_OTHER_DUTIES) != (basis->appendix == 0))
            return policy_tsv_fail(tsv, 2, "other_duties has '-' here (the duty names the appendix), all others one");
    }
    return r;
}

int policy_duties_parse(struct policy_tsv *tsv, struct policy_order *order)
{
    static const char *const granted_words[] = {"name", "registration", NULL};
    unsigned number = 0;
    int r;
    while ((r = next_named(tsv, POLICY_DUTY_MAX, duty_name, &number)) == 0) {
        struct policy_duty_rule *duty = &order->duties[number];
        take_names(tsv, 4, duty->name);
        if ((r = policy_tsv_number(tsv, 1, 1, 99, &duty->clause)) < 0 ||
            (r = flag(tsv, 2, granted_words, &duty->by_registration)) < 0 ||
            (r = policy_tsv_readings(tsv, 3, &duty->readings)) < 0)
            return r;
    }
    return r;
}

int policy_matrix_parse(struct policy_tsv *tsv, struct policy_order *order, unsigned appendix)
{
    unsigned number = 0;
    int r;
    while ((r = next_of(tsv, POLICY_SERVICE_MAX, &number)) == 0)
        for (unsigned column = 1; column <= policy_matrix_columns(appendix); column++) {
            unsigned mark;
            r = policy_tsv_word(tsv, column, mark_words, &mark);
            if (r < 0)
                return r;
            if (mark == POLICY_MARK_ARTICLES && !order->services[number].marked)
                return policy_tsv_fail(tsv, column, "service %u is not marked in services.tsv", number);
            if (mark == POLICY_MARK_SHORT && order->services[number].marked)
                return policy_tsv_fail(tsv, column, "service %u is marked and cannot be short", number);
            order->cells[appendix][number][column].mark = (enum policy_mark) mark;
        }
    return r;
}

int policy_articles_parse(struct policy_tsv *tsv, struct policy_order *order)
{
    int r;
    while ((r = policy_tsv_next(tsv)) == 0) {
        if (order->article_count == POLICY_ARTICLES_MAX)
            return policy_tsv_fail(tsv, 0, "more than %d entries", POLICY_ARTICLES_MAX);
        struct policy_article *article = &order->articles[++order->article_count];
        r = row_number(tsv, order->article_count, POLICY_ARTICLES_MAX);
        if (r < 0)
            return r;
        bool whole = strcmp(tsv->field[2].text, "-") == 0;
        int len = snprintf(article->text, sizeof(article->text), "%s%s%s", tsv->field[1].text, whole ? "" : "/",
                           whole ? "" : tsv->field[2].text);
        if (len < 0 || (size_t) len >= sizeof(article->text) ||
            !policy_article_is_wellformed(base_bytes_text(article->text)))
            return policy_tsv_fail(tsv, 1, "'%s' part '%s' is no article", tsv->field[1].text, tsv->field[2].text);
        article->len = (size_t) len;
        memset(article->text + len, 0, sizeof(article->text) - article->len);
        for (unsigned i = 1; i < order->article_count; i++)
            if (strcmp(order->articles[i].text, article->text) == 0)
                return policy_tsv_fail(tsv, 1, "a second entry for %s", article->text);
        article->title_kk = tsv->field[3].text;
        article->title_ru = strcmp(tsv->field[4].text, "-") == 0 ? NULL : tsv->field[4].text;
        article->title_en = tsv->field[5].text;
    }
    return r == POLICY_TSV_END && order->article_count == 0 ? policy_tsv_fail(tsv, POLICY_TSV_FIELDS_MAX, "no entry")
                                                            : r;
}

/* "all" or one column: the duties of the role's appendix that are open to it. */
static int role_columns(struct policy_tsv *tsv, struct policy_role *role)
{
    unsigned only = 0;
    bool none = strcmp(tsv->field[7].text, "-") == 0;
    if (none != (role->appendix == 0))
        return policy_tsv_fail(tsv, 7, "'-' belongs here exactly when the appendix is '-'");
    if (!none && strcmp(tsv->field[7].text, "all") != 0) {
        int r = policy_tsv_number(tsv, 7, 1, policy_matrix_columns(role->appendix), &only);
        if (r < 0)
            return r;
    }
    for (unsigned i = 1; i <= POLICY_DUTY_MAX; i++)
        if (policy_duty_appendix((enum policy_duty) i) == role->appendix &&
            (only == 0 || policy_duty_column((enum policy_duty) i) == only))
            role->duties |= 1u << i;
    return 0;
}

int policy_roles_parse(struct policy_tsv *tsv, struct policy_order *order)
{
    unsigned number = 0;
    int r;
    while ((r = next_of(tsv, POLICY_ROLE_MAX, &number)) == 0) {
        struct policy_role *role = &order->roles[number];
        take_names(tsv, 10, role->name);
        if ((r = policy_tsv_number_or_none(tsv, 1, 1, 99, &role->row)) < 0)
            return r;
        for (unsigned basis = 1; basis <= POLICY_BASIS_MAX; basis++)
            if ((r = flag(tsv, 1 + basis, yes_words, &role->allowed[basis])) < 0)
                return r;
        if ((r = policy_tsv_number_or_none(tsv, 6, 4, POLICY_MATRIX_MAX, &role->appendix)) < 0 ||
            (r = role_columns(tsv, role)) < 0 || (r = policy_tsv_readings(tsv, 8, &role->readings)) < 0 ||
            (r = flag(tsv, 9, doubtful_words, &role->doubtful)) < 0)
            return r;
    }
    return r;
}

int policy_remarks_parse(struct policy_tsv *tsv, struct policy_order *order)
{
    unsigned appendix, row, column, last = 0;
    int r;
    while ((r = policy_tsv_next(tsv)) == 0) {
        if ((r = policy_tsv_number(tsv, 0, 1, POLICY_MATRIX_MAX, &appendix)) < 0 ||
            (r = policy_tsv_number(tsv, 1, 1, POLICY_SERVICE_MAX, &row)) < 0 ||
            (r = policy_tsv_number(tsv, 2, 1, policy_matrix_columns(appendix), &column)) < 0)
            return r;
        unsigned place = appendix * 10000 + row * 100 + column;
        if (place <= last)
            return policy_tsv_fail(tsv, 0, "remarks stand in order of appendix, row, column, one for each cell");
        last = place;
        struct policy_cell *cell = &order->cells[appendix][row][column];
        if ((r = policy_tsv_readings(tsv, 3, &cell->readings)) < 0 ||
            (r = flag(tsv, 4, doubtful_words, &cell->doubtful)) < 0)
            return r;
        if (cell->readings == 0)
            return policy_tsv_fail(tsv, 3, "a remark names a reading");
    }
    return r;
}

int policy_readings_parse(struct policy_tsv *tsv, struct policy_order *order)
{
    uint64_t reading, seen = 0;
    int r;
    while ((r = policy_tsv_next(tsv)) == 0) {
        if ((r = policy_tsv_readings(tsv, 0, &reading)) < 0)
            return r;
        if (reading == 0 || (reading & (reading - 1)) != 0 || reading <= seen)
            return policy_tsv_fail(tsv, 0, "readings stand one to a row, in order");
        seen |= reading;
        order->readings[__builtin_ctzll(reading)] = tsv->field[1].text;
    }
    return r;
}
