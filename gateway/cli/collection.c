#include "gateway/cli/collection.h"

#include "gateway/cli/exit.h"
#include "gateway/cli/fetch.h"
#include "gateway/cli/grid.h"
#include "gateway/cli/show.h"
#include "gateway/cli/title.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
    PATH_MAX_BYTES = 4096,
    NAME_MAX_BYTES = 32,
    CELL_MAX = 1 << 14,
    FILTERS_MAX = 12,
    ITEMS_MAX = 1000000
};

static const struct cli_collection collections[] = {
    {"bodies", "bodies", "list the bodies", "bin code appendix name networks version", "bin", NULL, NULL},
    {"units", "units", "list the units of bodies", "bin code above name version", "bin", NULL, NULL},
    {"registrations", "registrations", "list officers and officials",
     "registration iin bin unit surname given patronymic position system_role role state bases duties until",
     "iin bin unit state system_role role name", NULL, "active, suspended, blocked or ended"},
    {"registration", "registration", "show every version of one registration",
     "version at state system_role role unit bases duties until act_number act_date reason", "registration",
     "registration", NULL},
    {"applications", "applications", "list applications, with the time that is left",
     "application kind state iin bin filed_at due_at left_s overdue decided_at", "state kind bin iin overdue", NULL,
     "filed, registered, refused or withdrawn"},
    {"agreements", "agreements", "list signed agreements", "iin bin version language signed_at act", "iin bin version",
     NULL, NULL},
    {"absences", "absences", "list officers without an entry for two months", "iin bin unit last_entry_at suspends_at",
     "bin", NULL, NULL},
    {"violations", "violations", "list violations", "violation iin bin cause state measure note at by entry versions",
     "state cause bin iin", NULL, "open or closed"},
    {"journal", "journal", "list the emergency journal (Appendix 13)",
     "row section number actions minutes_max responsible started_at ended_at causes measures corrects corrected_by "
     "incident",
     "section corrected", NULL, NULL},
    {"incidents", "incidents", "list stops of over an hour", "incident kind service since until entry row", "open",
     NULL, NULL},
    {"announcements", "announcements", "list planned work", "announcement begins_at ends_at running withdrawn text",
     "past", NULL, NULL},
    {"contacts", "contacts", "show the operator's telephones and e-mail", "telephones emails at", "", NULL, NULL},
    {"settings", "settings", "list the settings", "name value at by", "", NULL, NULL},
    {"imports", "imports", "show how far imports are", "import rows done state at by", "import", NULL, NULL},
};

/* Options of lists. A flag's value is "true". A listed one takes the words of its help and no other: of a word that the
 * register does not know it would give an empty list, which reads as good news. */
static const struct {
    const char *option, *filter, *argument, *help;
    bool is_listed;
} filter_rows[] = {
    {"application", "application", "ID", "this application", false},
    {"bin", "bin", "X", "of the body with this number", false},
    {"cause", "cause", "WORD", "of this cause", false},
    {"corrected", "corrected", NULL, "rows that were corrected too", false},
    {"iin", "iin", "X", "of the person with this number", false},
    {"import", "import", "ID", "this import", false},
    {"kind", "kind", "WORD", "register, transfer or block", true},
    {"name", "name", "TEXT", "surnames that begin so", false},
    {"open", "open", NULL, "those without a row in the journal", false},
    {"overdue", "overdue", NULL, "those whose term is over", false},
    {"past", "all", NULL, "past and withdrawn ones too", false},
    {"registration", "registration", "N", "this registration", false},
    {"role", "role", "N", "of this role, 1-15", false},
    {"section", "section", "N", "of this section of the journal, 1-6", false},
    {"state", "state", "WORD", NULL, true},
    {"system-role", "system_role", "WORD", "officer, responsible, administrator, official, prosecutor or witness", true},
    {"unit", "unit", "CODE", "of this unit", false},
    {"version", "version", "N", "of this version", false},
};

const struct cli_collection *cli_collection_at(size_t index)
{
    return index < BASE_ARRAY_LENGTH(collections) ? &collections[index] : NULL;
}

/* The next of the words parted by spaces; false at the end. */
static bool word_next(const char **at, char ret_word[static NAME_MAX_BYTES])
{
    *at += strspn(*at, " ");
    size_t len = strcspn(*at, " ");
    snprintf(ret_word, NAME_MAX_BYTES, "%.*s", (int) (len < NAME_MAX_BYTES ? len : NAME_MAX_BYTES - 1), *at);
    *at += len;
    return len > 0;
}

/* --- reading --- */

static void percent_append(const char *text, struct base_buffer *out)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (const char *at = text; *at; at++) {
        if (strchr(plain, *at))
            (void) base_buffer_append_u8(out, (uint8_t) *at);
        else
            (void) base_buffer_printf(out, "%%%02X", (unsigned) (unsigned char) *at);
    }
}

static bool path_make(const char *name, const struct cli_filter *filters, size_t count, const char *after,
                      struct base_buffer *out)
{
    char between = '?';
    base_buffer_reset(out);
    (void) base_buffer_printf(out, "/v1/registry/%s", name);
    for (size_t i = 0; i <= count; i++) {
        const char *filter = i < count ? filters[i].name : "after";
        const char *value = i < count && after && strcmp(filter, "after") == 0 ? NULL
                            : i < count                                        ? filters[i].value
                                                                               : after;
        if (!value)
            continue;
        (void) base_buffer_printf(out, "%c%s=", between, filter);
        percent_append(value, out);
        between = '&';
    }
    return base_buffer_append_u8(out, 0) == 0;
}

static bool is_list(const json_t *document)
{
    const json_t *items = json_object_get(document, "items");
    const json_t *next = json_object_get(document, "next");
    bool right = json_is_array(items) && (json_is_string(next) || json_is_null(next));
    for (size_t i = 0; i < json_array_size(items); i++)
        right = right && json_is_object(json_array_get(items, i));
    return right;
}

static bool page_read(struct cli_session *session, const char *path, json_t **ret_document, int *ret_exit)
{
    json_t *document = NULL;
    if (!cli_fetch(session, path, "qao.list/1", &document, ret_exit))
        return false;
    if (!is_list(document)) {
        json_decref(document);
        *ret_exit = cli_session_fault(session, CLI_FAULT_REPLY_MALFORMED, "no list", NULL);
        return false;
    }
    *ret_document = document;
    return true;
}

/* Puts the items of one page behind those of the others; the place where it ends is theirs. */
static bool page_join(json_t *list, const json_t *page)
{
    const json_t *next = json_object_get(page, "next");
    const char *before = json_string_value(json_object_get(list, "next"));
    const char *after = json_string_value(next);
    json_t *items = json_object_get(list, "items");
    if (after && before && strcmp(after, before) == 0)
        return false;
    return json_array_size(items) < ITEMS_MAX && json_array_extend(items, json_object_get(page, "items")) == 0 &&
           json_object_set(list, "next", (json_t *) (uintptr_t) next) == 0;
}

bool cli_collection_read(struct cli_session *session, const char *name, const struct cli_filter *filters, size_t count,
                         enum cli_pages pages, json_t **ret_document, int *ret_exit)
{
    struct base_buffer path BASE_CLEANUP(base_buffer_clear);
    json_t *list = NULL;
    const char *after = NULL;
    base_buffer_init(&path, PATH_MAX_BYTES);
    do {
        json_t *page = NULL;
        if (!path_make(name, filters, count, after, &path)) {
            fputs("qao: the filters are too long\n", stderr);
            *ret_exit = CLI_EXIT_USAGE;
            goto fail;
        }
        if (!page_read(session, (const char *) path.data, &page, ret_exit))
            goto fail;
        bool joined = !list || page_join(list, page);
        if (!list)
            list = json_incref(page);
        json_decref(page);
        if (!joined) {
            *ret_exit = cli_session_fault(session, CLI_FAULT_REPLY_MALFORMED, "pages without end", NULL);
            goto fail;
        }
        after = json_string_value(json_object_get(list, "next"));
    } while (pages == CLI_PAGES_ALL && after);
    *ret_document = list;
    return true;
fail:
    json_decref(list);
    return false;
}

bool cli_collection_item(struct cli_session *session, const char *name, const struct cli_filter *filters, size_t count,
                         json_t **ret_item, int *ret_exit)
{
    static const char *const none[CLI_LANGUAGE_COUNT] = {
        "Жүйе тізілімінде мұндай жазба жоқ", "в реестре Системы такой записи нет", "the register has no such thing"};
    json_t *document = NULL;
    if (!cli_collection_read(session, name, filters, count, CLI_PAGES_ONE, &document, ret_exit))
        return false;
    json_t *item = json_incref(json_array_get(json_object_get(document, "items"), 0));
    json_decref(document);
    if (!item) {
        fprintf(stderr, "qao: %s\n", none[session->language]);
        *ret_exit = CLI_EXIT_REFUSED;
        return false;
    }
    *ret_item = item;
    return true;
}

/* --- showing --- */

static int cell_add(const struct cli_session *session, const char *member, const json_t *item, struct cli_grid *grid)
{
    struct base_buffer cell BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&cell, CELL_MAX);
    if (cli_title_value(member, json_object_get(item, member), session->language, &cell)) {
        base_buffer_reset(&cell);
        (void) base_buffer_append_text(&cell, "...");
    }
    return cli_grid_add(grid, base_buffer_view(&cell));
}

static size_t columns_count(const char *columns)
{
    char word[NAME_MAX_BYTES];
    size_t count = 0;
    while (word_next(&columns, word))
        count++;
    return count;
}

int cli_collection_table(const struct cli_session *session, const char *columns, const json_t *items,
                         struct base_buffer *out)
{
    char member[NAME_MAX_BYTES];
    struct cli_grid grid BASE_CLEANUP(cli_grid_clear);
    cli_grid_init(&grid, columns_count(columns));
    int r = 0;
    for (const char *at = columns; r == 0 && word_next(&at, member);)
        r = cli_grid_add_text(&grid, cli_title(member, session->language));
    for (size_t i = 0; i < json_array_size(items); i++)
        for (const char *at = columns; r == 0 && word_next(&at, member);)
            r = cell_add(session, member, json_array_get(items, i), &grid);
    if (r == 0)
        r = cli_grid_print(&grid, cli_show_width(), cli_text(CLI_TEXT_RECORD, session->language), 1, out);
    return r;
}

int cli_collection_show(const struct cli_session *session, const char *columns, const json_t *document)
{
    const json_t *items = json_object_get(document, "items");
    const char *next = json_string_value(json_object_get(document, "next"));
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, CLI_SHOW_MAX);
    int r = json_array_size(items) > 0
                ? cli_collection_table(session, columns, items, &out)
                : base_buffer_printf(&out, "%s\n", cli_text(CLI_TEXT_NO_RECORDS, session->language));
    if (r) {
        fputs("qao: the list is too large to be shown; use --json or fewer rows\n", stderr);
        return CLI_EXIT_USAGE;
    }
    cli_session_print(&out);
    if (next && strspn(next, "0123456789.abcdef-") == strlen(next)) {
        static const char *const more[CLI_LANGUAGE_COUNT] = {"Жалғасы бар", "Есть продолжение", "There is more"};
        fprintf(stderr, "%s: --after %s, --all\n", more[session->language], next);
    }
    return CLI_EXIT_OK;
}

/* --- the command --- */

struct list_options {
    struct cli_common common;
    const char *limit, *after;
    bool all;
    size_t count;
    struct {
        const char *option, *filter, *value;
        const char *listed; /* the words that it takes; NULL: any */
        bool flag;
    } filters[FILTERS_MAX];
};

/* Appends the options of the collection's filters; returns how many. */
static size_t filter_options(const struct cli_collection *collection, struct list_options *list,
                             struct cli_option *ret_options)
{
    char word[NAME_MAX_BYTES];
    const char *at = collection->filters;
    list->count = 0;
    while (word_next(&at, word) && list->count < FILTERS_MAX) {
        for (size_t i = 0; i < BASE_ARRAY_LENGTH(filter_rows); i++) {
            bool is_flag = !filter_rows[i].argument;
            if (strcmp(filter_rows[i].filter, word) != 0 && strcmp(filter_rows[i].option, word) != 0)
                continue;
            const char *help = filter_rows[i].help ? filter_rows[i].help : collection->states;
            list->filters[list->count].option = filter_rows[i].option;
            list->filters[list->count].filter = filter_rows[i].filter;
            list->filters[list->count].listed = filter_rows[i].is_listed ? help : NULL;
            ret_options[list->count] = (struct cli_option){
                filter_rows[i].option, is_flag ? CLI_OPTION_FLAG : CLI_OPTION_TEXT,
                is_flag ? (void *) &list->filters[list->count].flag : (void *) &list->filters[list->count].value,
                filter_rows[i].argument, help};
            list->count++;
            break;
        }
    }
    return list->count;
}

/* Whether the word is one of "one, two or three". */
static bool is_listed(const char *listed, const char *word)
{
    for (size_t len; *listed; listed += len + strspn(listed + len, ", ")) {
        len = strcspn(listed, ", ");
        if (len == strlen(word) && strncmp(listed, word, len) == 0)
            return strcmp(word, "or") != 0;
    }
    return false;
}

static bool filters_check(const struct list_options *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *value = list->filters[i].value, *listed = list->filters[i].listed;
        if (value && listed && !is_listed(listed, value)) {
            fprintf(stderr, "qao: --%s takes %s\n", list->filters[i].option, listed);
            return false;
        }
    }
    return true;
}

static int list_run(const struct cli_collection *collection, const struct list_options *list, const char *argument)
{
    struct cli_filter filters[FILTERS_MAX + 3];
    struct cli_session session = {0};
    json_t *document = NULL;
    size_t count = 0;
    int result = CLI_EXIT_USAGE;
    for (size_t i = 0; i < list->count; i++)
        filters[count++] =
            (struct cli_filter){list->filters[i].filter, list->filters[i].flag ? "true" : list->filters[i].value};
    filters[count++] = (struct cli_filter){"limit", list->limit ? list->limit : list->all ? "500" : NULL};
    filters[count++] = (struct cli_filter){"after", list->after};
    if (argument)
        filters[count++] = (struct cli_filter){collection->argument, argument};
    if (cli_session_open(&session, &list->common, false, &result) &&
        cli_collection_read(&session, collection->name, filters, count, list->all ? CLI_PAGES_ALL : CLI_PAGES_ONE,
                            &document, &result))
        result = session.json ? cli_session_json(document) : cli_collection_show(&session, collection->columns, document);
    json_decref(document);
    cli_session_close(&session);
    return result;
}

int cli_collection_run(int argc, char **argv)
{
    const struct cli_collection *collection = collections;
    while (strcmp(collection->command, argv[0]) != 0)
        collection++;
    struct list_options list = {0};
    struct cli_option options[CLI_COMMON_OPTIONS + FILTERS_MAX + 3];
    struct cli_list rest;
    char synopsis[96];
    char summary[160];
    int result = CLI_EXIT_USAGE;
    cli_common_options(&list.common, options);
    size_t count = CLI_COMMON_OPTIONS;
    if (!collection->argument)
        count += filter_options(collection, &list, options + count);
    options[count++] = (struct cli_option){"limit", CLI_OPTION_TEXT, &list.limit, "N", "rows of one page, 1-500"};
    options[count++] = (struct cli_option){"after", CLI_OPTION_TEXT, &list.after, "X", "go on where a page ended"};
    options[count++] = (struct cli_option){"all", CLI_OPTION_FLAG, &list.all, NULL, "every page"};
    snprintf(synopsis, sizeof synopsis, "admin %s%s --as NAME [OPTIONS]", collection->command,
             collection->argument ? " ID" : "");
    snprintf(summary, sizeof summary, "%s.", collection->summary);
    summary[0] = (char) (summary[0] - 'a' + 'A');
    if (!cli_options_take(argc, argv, synopsis, summary, options, count, collection->argument ? 1 : 0, &rest, &result))
        return result;
    if (collection->argument && rest.count != 1) {
        fprintf(stderr, "usage: qao %s\n", synopsis);
        return CLI_EXIT_USAGE;
    }
    if (!filters_check(&list))
        return CLI_EXIT_USAGE;
    return list_run(collection, &list, collection->argument ? rest.items[0] : NULL);
}
