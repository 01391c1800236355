/* Whatever a registry answers, and whatever the lines are: records that come out have only members of the description,
 * no more than allowed, and can be written canonically; what is refused says so in printable words. The first line of
 * the input is lines of a file ("member = path;..."), the rest the answer. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "gateway/adapters/map.h"
#include "gateway/wire/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES_MAX = 16, ANSWER_MAX = 1 << 16, RECORDS_MAX = 20 };

static const char description_text[] =
    "{\"answer\":{\"type\":\"array\",\"$defs\":{\"day\":{\"type\":[\"string\",\"null\"],\"format\":\"date\"}},"
    "\"items\":{\"type\":\"object\",\"required\":[\"a\",\"l\"],\"properties\":{"
    "\"a\":{\"type\":\"integer\",\"x-unit\":\"tiyn\"},\"b\":{\"type\":[\"boolean\",\"null\"]},"
    "\"d\":{\"$ref\":\"#/$defs/day\"},\"s\":{\"type\":\"string\",\"enum\":[\"x\",\"y\"]},"
    "\"o\":{\"type\":\"object\",\"required\":[\"n\"],\"properties\":{\"n\":{\"type\":\"integer\"}}},"
    "\"l\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"t\":{\"type\":\"string\"},"
    "\"m\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}}}}}}}}";

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_record(const json_t *record)
{
    static const char *const known[] = {"a", "b", "d", "s", "o", "l"};
    const char *name;
    json_t *value;
    check(json_is_object(record));
    json_object_foreach ((json_t *) record, name, value) {
        bool is_known = false;
        for (size_t i = 0; i < BASE_ARRAY_LENGTH(known); i++)
            is_known = is_known || strcmp(known[i], name) == 0;
        check(is_known);
    }
}

static void apply(const struct adapter_map *map, const json_t *answer, bool is_text)
{
    char detail[ADAPTER_MAP_DETAIL_MAX];
    json_t *records BASE_CLEANUP(wire_json_cleanup) = NULL;
    int r = adapter_map_apply(map, answer, is_text, RECORDS_MAX, &records, detail);
    check(r == 0 || r == ADAPTER_MAP_MISFIT);
    check(base_text_is_printable(base_bytes_text(detail)) && (r == 0) == (detail[0] == '\0'));
    if (r != 0)
        return;
    check(json_array_size(records) <= RECORDS_MAX);
    size_t i;
    json_t *record;
    json_array_foreach (records, i, record)
        check_record(record);
}

static size_t split_lines(char *text, struct base_config_pair *items)
{
    size_t count = 0;
    char *save = NULL;
    for (char *line = strtok_r(text, ";", &save); line && count < LINES_MAX; line = strtok_r(NULL, ";", &save)) {
        char *equals = strstr(line, " = ");
        if (!equals)
            continue;
        *equals = '\0';
        items[count++] = (struct base_config_pair){.name = line, .value = equals + 3};
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    if (!end)
        return 0;
    size_t len = (size_t) (end - data);
    char *text = strndup((const char *) data, len), *error = NULL;
    struct base_config_pair items[LINES_MAX];
    struct base_config_pairs lines = {.items = items, .count = split_lines(text, items)};
    json_t *description = json_loads(description_text, 0, NULL), *answer = NULL;
    struct adapter_map *map = NULL;
    int r = adapter_map_new(description, &lines, &map, &error);
    check((r == 0) == (map != NULL) && (r == 0 || error));
    if (r == 0 && wire_json_parse(base_bytes_of(end + 1, size - len - 1), ANSWER_MAX, &answer, NULL) == 0) {
        apply(map, answer, false);
        apply(map, answer, true);
    }
    json_decref(answer);
    json_decref(description);
    adapter_map_free(map);
    free(error);
    free(text);
    return 0;
}
