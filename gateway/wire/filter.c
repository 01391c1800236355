#include "gateway/wire/filter.h"

#include <errno.h>

#include "base/idnum.h"
#include "base/json.h"
#include "base/text.h"
#include "base/uuid.h"

enum { TEXT_CHARACTERS_MAX = 100, NUMBER_DIGITS_MAX = 18, PLACE_MAX = 60 };

/* What is on every list. */
#define AFTER {"after", WIRE_FILTER_PLACE}
#define LIMIT {"limit", WIRE_FILTER_LIMIT}

static const struct wire_collection collections[] = {
    {"absences", true, {AFTER, {"bin", WIRE_FILTER_IDNUM}, LIMIT}},
    {"agreement", false, {{"version", WIRE_FILTER_NUMBER}}},
    {"agreements",
     true,
     {AFTER, {"bin", WIRE_FILTER_IDNUM}, {"iin", WIRE_FILTER_IDNUM}, LIMIT, {"version", WIRE_FILTER_NUMBER}}},
    {"announcements", false, {AFTER, {"all", WIRE_FILTER_TRUE}, LIMIT}},
    {"application", true, {{"application", WIRE_FILTER_UUID}}},
    {"applications",
     true,
     {AFTER,
      {"bin", WIRE_FILTER_IDNUM},
      {"iin", WIRE_FILTER_IDNUM},
      {"kind", WIRE_FILTER_WORD},
      LIMIT,
      {"overdue", WIRE_FILTER_TRUE},
      {"state", WIRE_FILTER_WORD}}},
    {"bodies", false, {AFTER, {"bin", WIRE_FILTER_IDNUM}, LIMIT}},
    {"contacts", false, {{NULL, WIRE_FILTER_WORD}}},
    {"imports", false, {AFTER, {"import", WIRE_FILTER_UUID}, LIMIT}},
    {"incidents", false, {AFTER, LIMIT, {"open", WIRE_FILTER_TRUE}}},
    {"journal", false, {AFTER, {"corrected", WIRE_FILTER_TRUE}, LIMIT, {"section", WIRE_FILTER_NUMBER}}},
    {"me", false, {{NULL, WIRE_FILTER_WORD}}},
    {"registration", true, {AFTER, LIMIT, {"registration", WIRE_FILTER_NUMBER}}},
    {"registrations",
     true,
     {AFTER,
      {"bin", WIRE_FILTER_IDNUM},
      {"iin", WIRE_FILTER_IDNUM},
      LIMIT,
      {"name", WIRE_FILTER_TEXT},
      {"role", WIRE_FILTER_NUMBER},
      {"state", WIRE_FILTER_WORD},
      {"system_role", WIRE_FILTER_WORD},
      {"unit", WIRE_FILTER_TEXT}}},
    {"settings", false, {{NULL, WIRE_FILTER_WORD}}},
    {"units", false, {AFTER, {"bin", WIRE_FILTER_IDNUM}, LIMIT}},
    {"violations",
     true,
     {AFTER,
      {"bin", WIRE_FILTER_IDNUM},
      {"cause", WIRE_FILTER_TEXT},
      {"iin", WIRE_FILTER_IDNUM},
      LIMIT,
      {"state", WIRE_FILTER_WORD}}},
};

const struct wire_collection *wire_collection_find(struct base_bytes name)
{
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(collections); i++)
        if (base_bytes_equal_text(name, collections[i].name))
            return &collections[i];
    return NULL;
}

/* ---- one value ---- */

static bool is_of(struct base_bytes text, size_t max, bool (*fits)(uint8_t))
{
    for (size_t i = 0; i < text.len; i++)
        if (!fits(text.data[i]))
            return false;
    return text.len > 0 && text.len <= max;
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_word_byte(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || byte == '_';
}

static bool is_place_byte(uint8_t byte)
{
    return is_digit(byte) || byte == '.';
}

static bool is_number(struct base_bytes text)
{
    return is_of(text, NUMBER_DIGITS_MAX, is_digit) && (text.data[0] != '0' || text.len == 1);
}

static bool is_limit(struct base_bytes text)
{
    unsigned limit = 0;
    if (!is_number(text) || text.len > 3)
        return false;
    for (size_t i = 0; i < text.len; i++)
        limit = limit * 10 + (unsigned)(text.data[i] - '0');
    return limit >= 1 && limit <= WIRE_FILTER_LIMIT_MAX;
}

static bool is_text(struct base_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < 0x20 || text.data[i] == 0x7f)
            return false;
    return text.len > 0 && base_text_is_utf8(text) && base_text_length(text) <= TEXT_CHARACTERS_MAX;
}

static bool value_fits(enum wire_filter_kind kind, struct base_bytes value)
{
    uint8_t uuid[BASE_UUID_BYTES];
    switch (kind) {
    case WIRE_FILTER_WORD:
        return is_of(value, WIRE_FILTER_VALUE_MAX, is_word_byte);
    case WIRE_FILTER_TEXT:
        return is_text(value);
    case WIRE_FILTER_IDNUM:
        return base_idnum_check(value) == BASE_IDNUM_VALID;
    case WIRE_FILTER_UUID:
        return base_uuid_parse(value, BASE_UUID_LOWER_CASE, uuid) == 0;
    case WIRE_FILTER_NUMBER:
        return is_number(value);
    case WIRE_FILTER_LIMIT:
        return is_limit(value);
    case WIRE_FILTER_PLACE:
        return is_of(value, PLACE_MAX, is_place_byte);
    case WIRE_FILTER_TRUE:
        return base_bytes_equal_text(value, "true");
    }
    return false;
}

/* ---- the text ---- */

static bool is_plain(uint8_t byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '.' ||
           byte == '_' || byte == '~';
}

/* 16 for what is no hex digit. */
static unsigned hex_value(uint8_t byte)
{
    if (is_digit(byte))
        return (unsigned)(byte - '0');
    if (byte >= 'A' && byte <= 'F')
        return (unsigned)(byte - 'A') + 10;
    return byte >= 'a' && byte <= 'f' ? (unsigned)(byte - 'a') + 10 : 16;
}

/* Unreserved characters stand for themselves, all others are "%" and two digits. A "+" is refused: some mean a space by it. */
static int decode(struct base_bytes text, char ret_value[static WIRE_FILTER_VALUE_MAX + 1], size_t *ret_len)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned byte = text.data[i];
        if (byte == '%') {
            if (text.len - i < 3)
                return -EBADMSG;
            unsigned high = hex_value(text.data[i + 1]), low = hex_value(text.data[i + 2]);
            if (high > 15 || low > 15)
                return -EBADMSG;
            byte = high << 4 | low;
            i += 2;
        } else if (!is_plain(text.data[i])) {
            return -EBADMSG;
        }
        if (byte == 0 || len == WIRE_FILTER_VALUE_MAX)
            return -EBADMSG;
        ret_value[len++] = (char)byte;
    }
    ret_value[len] = '\0';
    *ret_len = len;
    return 0;
}

/* Where the byte stands, or the end. */
static size_t find(struct base_bytes text, size_t from, uint8_t byte)
{
    while (from < text.len && text.data[from] != byte)
        from++;
    return from;
}

/* Index of the name among the collection's, or WIRE_FILTER_ITEMS_MAX. */
static size_t name_find(const struct wire_collection *collection, struct base_bytes name)
{
    for (size_t i = 0; i < WIRE_FILTER_ITEMS_MAX && collection->filters[i].name; i++)
        if (base_bytes_equal_text(name, collection->filters[i].name))
            return i;
    return WIRE_FILTER_ITEMS_MAX;
}

/* The pair goes to the place of its name, so that the order given does not matter. */
static int pair_take(const struct wire_collection *collection, struct base_bytes pair, struct wire_filter *filter,
                     bool given[static WIRE_FILTER_ITEMS_MAX])
{
    size_t split = find(pair, 0, '='), len = 0;
    size_t at = name_find(collection, base_bytes_of(pair.data, split));
    if (split == pair.len || at == WIRE_FILTER_ITEMS_MAX || given[at])
        return -EBADMSG;
    struct wire_filter_item *item = &filter->items[at];
    item->name = &collection->filters[at];
    int r = decode(base_bytes_of(pair.data + split + 1, pair.len - split - 1), item->value, &len);
    if (r < 0 || !value_fits(item->name->kind, base_bytes_of(item->value, len)))
        return -EBADMSG;
    given[at] = true;
    return 0;
}

int wire_filter_parse(const struct wire_collection *collection, struct base_bytes text, struct wire_filter *ret_filter)
{
    struct wire_filter filter = {.count = 0};
    bool given[WIRE_FILTER_ITEMS_MAX] = {false};
    for (size_t at = 0;;) {
        size_t end = find(text, at, '&');
        int r = pair_take(collection, base_bytes_of(text.data + at, end - at), &filter, given);
        if (r < 0)
            return r;
        if (end == text.len)
            break;
        at = end + 1;
    }
    for (size_t i = 0; i < WIRE_FILTER_ITEMS_MAX; i++)
        if (given[i])
            filter.items[filter.count++] = filter.items[i];
    *ret_filter = filter;
    return 0;
}

const char *wire_filter_value(const struct wire_filter *filter, const char *name)
{
    for (size_t i = 0; i < filter->count; i++)
        if (strcmp(filter->items[i].name->name, name) == 0)
            return filter->items[i].value;
    return NULL;
}

int wire_filter_encode(const struct wire_filter *filter, struct base_buffer *out)
{
    struct base_json json;
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    for (size_t i = 0; i < filter->count; i++)
        base_json_member_text(&json, filter->items[i].name->name, filter->items[i].value);
    base_json_object_end(&json);
    return base_json_end(&json);
}
