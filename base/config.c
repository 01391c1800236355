#include "base/config.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 128, TEXT_MAX_BYTES = 4095 };

struct loading {
    const char *path;
    const struct base_config_key *keys;
    size_t count;
    bool seen[KEYS_MAX];
    bool failed;
    char *error; /* of the first failure; NULL also when there was no memory to say it */
};

/* libinih tells the line only of its own errors; ours are found by section and key. */
static void set_error(struct loading *loading, int line, const char *section, const char *name, const char *what)
{
    if (loading->failed)
        return;
    loading->failed = true;
    int len = line > 0 ? asprintf(&loading->error, "%s:%d: %s", loading->path, line, what)
                       : asprintf(&loading->error, "%s: [%s] %s: %s", loading->path, section, name, what);
    if (len < 0)
        loading->error = NULL;
}

static const char *set_text(const struct base_config_key *key, const char *text)
{
    size_t len = strlen(text);
    size_t max = key->max > 0 ? (size_t) key->max : TEXT_MAX_BYTES;
    if (len < (size_t) key->min || len > max)
        return "length not allowed";
    char *copy = strdup(text);
    if (!copy)
        return "out of memory";
    *(char **) key->value = copy;
    return NULL;
}

static const char *set_integer(const struct base_config_key *key, const char *text)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0')
        return "not a whole number";
    if (value < key->min || value > key->max)
        return "number outside the allowed range";
    *(int64_t *) key->value = value;
    return NULL;
}

static const char *set_bool(const struct base_config_key *key, const char *text)
{
    static const char *const yes[] = {"yes", "true", "on", "1"}, *const no[] = {"no", "false", "off", "0"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(yes); i++) {
        if (strcmp(text, yes[i]) != 0 && strcmp(text, no[i]) != 0)
            continue;
        *(bool *) key->value = strcmp(text, yes[i]) == 0;
        return NULL;
    }
    return "neither yes nor no";
}

static const char *add_pair(const struct base_config_key *key, const char *name, const char *text)
{
    struct base_config_pairs *pairs = key->value;
    for (size_t i = 0; i < pairs->count; i++)
        if (strcmp(pairs->items[i].name, name) == 0)
            return "given twice";
    if (pairs->count >= (size_t) key->max)
        return "too many keys in this section";
    struct base_config_pair *items = reallocarray(pairs->items, pairs->count + 1, sizeof(items[0]));
    if (!items)
        return "out of memory";
    pairs->items = items;
    struct base_config_pair pair = {.name = strdup(name), .value = strdup(text)};
    if (!pair.name || !pair.value) {
        free(pair.name);
        free(pair.value);
        return "out of memory";
    }
    pairs->items[pairs->count++] = pair;
    return NULL;
}

static const char *set_value(const struct base_config_key *key, const char *text)
{
    switch (key->type) {
    case BASE_CONFIG_TEXT:
        return set_text(key, text);
    case BASE_CONFIG_INTEGER:
        return set_integer(key, text);
    case BASE_CONFIG_BOOL:
        return set_bool(key, text);
    case BASE_CONFIG_PAIRS:
        break;
    }
    return "unknown type";
}

/* libinih's callback: 1 goes on, 0 marks this line as the error. */
static int take_pair(void *user, const char *section, const char *name, const char *value)
{
    struct loading *loading = user;
    for (size_t i = 0; i < loading->count; i++) {
        const struct base_config_key *key = &loading->keys[i];
        bool takes_all = key->type == BASE_CONFIG_PAIRS;
        if (strcmp(key->section, section) != 0 || (!takes_all && strcmp(key->name, name) != 0))
            continue;
        const char *what;
        if (takes_all)
            what = add_pair(key, name, value);
        else
            what = loading->seen[i] ? "given twice" : set_value(key, value);
        if (what) {
            set_error(loading, 0, section, name, what);
            return 0;
        }
        loading->seen[i] = true;
        return 1;
    }
    set_error(loading, 0, section, name, "unknown key");
    return 0;
}

static void set_initial(struct loading *loading)
{
    for (size_t i = 0; i < loading->count; i++) {
        const struct base_config_key *key = &loading->keys[i];
        if (loading->seen[i] || key->type == BASE_CONFIG_PAIRS)
            continue;
        const char *what = key->initial ? set_value(key, key->initial) : "missing";
        if (what)
            set_error(loading, 0, key->section, key->name, what);
    }
}

/* libinih's defaults cut lines at 200 bytes and values at " ;": paths may hold both. */
static int read_file(const char *path, ini_handler take, void *user)
{
    ini_use_stack = false;
    ini_max_line = TEXT_MAX_BYTES + 256;
    ini_initial_alloc = ini_max_line;
    ini_stop_on_first_error = true;
    ini_allow_inline_comments = false;
    ini_allow_multiline = false;
    return ini_parse(path, take, user);
}

static void set_file_error(struct loading *loading, int line)
{
    if (line != 0)
        set_error(loading, line, "-", "-", line == -1 ? "cannot be opened" : "not a line of an INI file");
}

int base_config_load(const char *path, const struct base_config_key *keys, size_t count, char **ret_error)
{
    if (count > KEYS_MAX)
        return -E2BIG;
    struct loading loading = {.path = path, .keys = keys, .count = count};
    for (size_t i = 0; i < count; i++) {
        if (keys[i].type == BASE_CONFIG_TEXT)
            *(char **) keys[i].value = NULL;
        else if (keys[i].type == BASE_CONFIG_PAIRS)
            *(struct base_config_pairs *) keys[i].value = (struct base_config_pairs){0};
    }
    int line = read_file(path, take_pair, &loading);
    set_file_error(&loading, line);
    if (!loading.failed)
        set_initial(&loading);
    if (!loading.failed)
        return 0;
    base_config_clear(keys, count);
    *ret_error = loading.error;
    return line == -1 ? -ENOENT : -EINVAL;
}

void base_config_help_write(const struct base_config_key *keys, size_t count, FILE *out)
{
    const char *section = "";
    for (size_t i = 0; i < count; i++) {
        const struct base_config_key *key = &keys[i];
        if (strcmp(section, key->section) != 0)
            fprintf(out, "\n[%s]\n", key->section);
        section = key->section;
        fprintf(out, "  %-28s %s (%s%s)\n", key->name, key->help, key->initial ? "default " : "mandatory",
                !key->initial ? "" : key->initial[0] ? key->initial : "empty");
    }
}

struct peeking {
    struct loading loading; /* first: it says what is wrong */
    const char *section, *name;
    char *value;
};

static int peek_pair(void *user, const char *section, const char *name, const char *value)
{
    struct peeking *peeking = user;
    if (peeking->value || strcmp(section, peeking->section) != 0 || strcmp(name, peeking->name) != 0)
        return 1;
    peeking->value = strdup(value);
    if (!peeking->value)
        set_error(&peeking->loading, 0, section, name, "out of memory");
    return peeking->value ? 1 : 0;
}

int base_config_peek(const char *path, const char *section, const char *name, char **ret_value, char **ret_error)
{
    struct peeking peeking = {.loading = {.path = path}, .section = section, .name = name};
    int line = read_file(path, peek_pair, &peeking);
    set_file_error(&peeking.loading, line);
    if (!peeking.loading.failed) {
        *ret_value = peeking.value;
        return 0;
    }
    free(peeking.value);
    *ret_error = peeking.loading.error;
    return line == -1 ? -ENOENT : -EINVAL;
}

static void clear_pairs(struct base_config_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        free(pairs->items[i].name);
        free(pairs->items[i].value);
    }
    free(pairs->items);
    *pairs = (struct base_config_pairs){0};
}

void base_config_clear(const struct base_config_key *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (keys[i].type == BASE_CONFIG_PAIRS)
            clear_pairs(keys[i].value);
        if (keys[i].type != BASE_CONFIG_TEXT)
            continue;
        free(*(char **) keys[i].value);
        *(char **) keys[i].value = NULL;
    }
}
