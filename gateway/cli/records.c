#include "gateway/cli/records.h"

#include "gateway/cli/grid.h"
#include "gateway/cli/member.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TITLE_MAX = 600, DEPTH_MAX = 16, HTML_COLUMNS_MAX = 8 };

/* Where in the description we are, and what was found there. */
struct walk {
    const json_t *answer; /* the answer's schema, where $defs lie; NULL without a description */
    enum cli_language language;
    struct cli_grid *pairs; /* two columns: title, value */
};

static const json_t *resolve(const struct walk *walk, const json_t *schema)
{
    return cli_member_resolve(walk->answer, schema);
}

static const char *title_of(const struct walk *walk, const json_t *schema, const char *name)
{
    const json_t *titles = json_object_get(schema, "x-titles");
    if (!titles)
        titles = json_object_get(resolve(walk, schema), "x-titles");
    const char *title = json_string_value(json_object_get(titles, cli_language_name(walk->language)));
    return title ? title : name;
}

/* A dictionary entry of a registry: a code with its names. Shown by the name alone. */
static const char *dictionary_name(const struct walk *walk, const json_t *value)
{
    if (!json_object_get(value, "code") || json_object_size(value) > 4)
        return NULL;
    const char *name =
        json_string_value(json_object_get(value, walk->language == CLI_LANGUAGE_KK ? "name_kk" : "name_ru"));
    return name;
}

/* A word of an enum as people read it. */
static const char *word_text(const struct walk *walk, const json_t *schema, const char *word)
{
    const json_t *texts = json_object_get(json_object_get(resolve(walk, schema), "x-values"), word);
    const char *text = json_string_value(json_object_get(texts, cli_language_name(walk->language)));
    return text ? text : word;
}

/* A picture or a document is named, not shown: its bytes are no text. */
static bool content_text(const struct walk *walk, const json_t *schema, const json_t *value, char *text, size_t size)
{
    const json_t *described = resolve(walk, schema);
    const char *type = json_string_value(json_object_get(value, "type"));
    if (!json_is_true(json_object_get(described, "x-content")) || !type)
        return false;
    const json_t *kind = json_object_get(json_object_get(described, "properties"), "type");
    snprintf(text, size, "%s, %lld B", word_text(walk, kind, type),
             (long long) json_integer_value(json_object_get(value, "size")));
    return true;
}

/* Units are written alike in all three languages. */
static const char *unit_text(const char *unit)
{
    static const char *const raised[][2] = {{"cm3", "cm³"}, {"m2", "m²"}, {"m3", "m³"}, {"kg/m3", "kg/m³"}};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(raised); i++)
        if (strcmp(unit, raised[i][0]) == 0)
            return raised[i][1];
    return unit;
}

static void scalar_text(const struct walk *walk, const json_t *schema, const json_t *value, char *text, size_t size)
{
    if (json_is_integer(value)) {
        long long number = json_integer_value(value);
        const char *unit = json_string_value(json_object_get(resolve(walk, schema), "x-unit"));
        if (unit && strcmp(unit, "tiyn") == 0)
            snprintf(text, size, "%s%lld.%02lld KZT", number < 0 ? "-" : "", llabs(number / 100), llabs(number % 100));
        else if (unit && strncmp(unit, "0.01 ", 5) == 0)
            snprintf(text, size, "%s%lld.%02lld %.16s", number < 0 ? "-" : "", llabs(number / 100), llabs(number % 100),
                     unit_text(unit + 5));
        else
            snprintf(text, size, "%lld%s%.16s", number, unit ? " " : "", unit ? unit_text(unit) : "");
    } else if (json_is_boolean(value)) {
        snprintf(text, size, "%s", cli_text(json_is_true(value) ? CLI_TEXT_YES : CLI_TEXT_NO, walk->language));
    } else {
        snprintf(text, size, "–");
    }
}

static int pair_add(struct walk *walk, const char *title, struct base_bytes value)
{
    int r = cli_grid_add_text(walk->pairs, title);
    return r ? r : cli_grid_add(walk->pairs, value);
}

static int value_walk(struct walk *walk, const json_t *schema, const char *title, const json_t *value, unsigned depth);

/* Members in the description's order, then those it does not name. */
static int object_walk(struct walk *walk, const json_t *schema, const char *above, const json_t *object, unsigned depth)
{
    json_t *properties = json_object_get(resolve(walk, schema), "properties");
    const char *name = NULL;
    json_t *member = NULL;
    for (int known = 1; known >= 0; known--) {
        json_t *order = known ? properties : (json_t *) (uintptr_t) object;
        json_object_foreach(order, name, member)
        {
            const json_t *value = json_object_get(object, name);
            const json_t *described = json_object_get(properties, name);
            if (!value || (!known && described))
                continue;
            char title[TITLE_MAX];
            snprintf(title, sizeof title, "%s%s%s", above, above[0] ? " / " : "", title_of(walk, described, name));
            int r = value_walk(walk, described, title, value, depth + 1);
            if (r)
                return r;
        }
    }
    return 0;
}

static int array_walk(struct walk *walk, const json_t *schema, const char *title, const json_t *array, unsigned depth)
{
    const json_t *items = json_object_get(resolve(walk, schema), "items");
    size_t index = 0;
    json_t *item = NULL;
    if (json_array_size(array) == 0)
        return pair_add(walk, title, base_bytes_text("–"));
    json_array_foreach(array, index, item)
    {
        char numbered[TITLE_MAX];
        snprintf(numbered, sizeof numbered, "%s %zu", title, index + 1);
        int r = value_walk(walk, items, numbered, item, depth + 1);
        if (r)
            return r;
    }
    return 0;
}

static int value_walk(struct walk *walk, const json_t *schema, const char *title, const json_t *value, unsigned depth)
{
    char text[128];
    if (depth > DEPTH_MAX)
        return pair_add(walk, title, base_bytes_text("..."));
    if (json_is_string(value) && json_object_get(resolve(walk, schema), "enum"))
        return pair_add(walk, title, base_bytes_text(word_text(walk, schema, json_string_value(value))));
    if (json_is_string(value))
        return pair_add(walk, title, base_bytes_of(json_string_value(value), json_string_length(value)));
    if (json_is_array(value))
        return array_walk(walk, schema, title, value, depth);
    if (json_is_object(value)) {
        if (content_text(walk, schema, value, text, sizeof text))
            return pair_add(walk, title, base_bytes_text(text));
        const char *name = dictionary_name(walk, value);
        if (name)
            return pair_add(walk, title, base_bytes_text(name));
        if (json_object_size(value) > 0)
            return object_walk(walk, schema, title, value, depth);
    }
    scalar_text(walk, schema, value, text, sizeof text);
    return pair_add(walk, title, base_bytes_text(text));
}

static bool same_titles(const struct cli_grid *a, const struct cli_grid *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i += 2)
        if (strcmp(a->cells[i], b->cells[i]) != 0)
            return false;
    return true;
}

/* Rows first .. end-1, which have the same titles, as one table. */
static int rows_show(const struct cli_grid *rows, size_t first, size_t end, enum cli_language language,
                     enum cli_form form, size_t width, struct base_buffer *out)
{
    const char *record = cli_text(CLI_TEXT_RECORD, language);
    struct cli_grid grid;
    cli_grid_init(&grid, rows[first].count / 2);
    int r = grid.columns ? 0 : -EINVAL;
    for (size_t i = 0; i < rows[first].count && r == 0; i += 2)
        r = cli_grid_add_text(&grid, rows[first].cells[i]);
    for (size_t row = first; row < end && r == 0; row++)
        for (size_t i = 1; i < rows[row].count && r == 0; i += 2)
            r = cli_grid_add_text(&grid, rows[row].cells[i]);
    if (r == 0)
        r = form == CLI_FORM_HTML ? cli_grid_html(&grid, HTML_COLUMNS_MAX, record, first + 1, out)
                                  : cli_grid_print(&grid, width, record, first + 1, out);
    cli_grid_clear(&grid);
    return r;
}

static int rows_fill(const json_t *records, const json_t *description, enum cli_language language,
                     struct cli_grid *rows)
{
    const json_t *answer = json_object_get(description, "answer");
    size_t index = 0;
    json_t *record = NULL;
    json_array_foreach(records, index, record)
    {
        struct walk walk = {.answer = answer, .language = language, .pairs = &rows[index]};
        cli_grid_init(&rows[index], 2);
        int r = json_is_object(record) && json_object_size(record) > 0
                    ? object_walk(&walk, json_object_get(answer, "items"), "", record, 0)
                    : pair_add(&walk, "?", base_bytes_text("–"));
        if (r)
            return r;
    }
    return 0;
}

int cli_records_show(const json_t *records, const json_t *description, enum cli_language language, enum cli_form form,
                     size_t width, struct base_buffer *out)
{
    size_t count = json_array_size(records);
    if (count == 0)
        return base_buffer_printf(out, form == CLI_FORM_HTML ? "<p>%s</p>\n" : "%s\n",
                                  cli_text(CLI_TEXT_NO_RECORDS, language));
    struct cli_grid *rows = calloc(count, sizeof *rows);
    if (!rows)
        return -ENOMEM;
    int r = rows_fill(records, description, language, rows);
    for (size_t first = 0; first < count && r == 0;) {
        size_t end = first + 1;
        while (end < count && same_titles(&rows[first], &rows[end]))
            end++;
        if (first > 0)
            r = base_buffer_append_text(out, "\n");
        if (r == 0)
            r = rows_show(rows, first, end, language, form, width, out);
        first = end;
    }
    for (size_t i = 0; i < count; i++)
        cli_grid_clear(&rows[i]);
    free(rows);
    return r;
}
