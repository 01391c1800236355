#include "base/clock.h"
#include "base/idnum.h"
#include "base/network.h"
#include "base/text.h"
#include "gateway/wire/schema_part.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void wire_schema_fault(struct wire_schema_checking *checking, enum wire_fault_kind kind)
{
    struct wire_faults *faults = checking->faults;
    if (faults->count == WIRE_FAULTS_MAX) {
        faults->items[WIRE_FAULTS_MAX - 1].member[0] = '\0';
        faults->items[WIRE_FAULTS_MAX - 1].kind = WIRE_FAULT_TOO_MANY;
        return;
    }
    snprintf(faults->items[faults->count].member, WIRE_FAULT_MEMBER_MAX, "%s", checking->pointer);
    faults->items[faults->count++].kind = kind;
}

/* A name from outside is repeated only when it is harmless. */
static size_t enter_name(struct wire_schema_checking *checking, const char *name)
{
    size_t len = strlen(checking->pointer), plain = 0;
    while (plain < WIRE_PARAM_NAME_MAX && name[plain] &&
           strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", name[plain]))
        plain++;
    snprintf(checking->pointer + len, sizeof(checking->pointer) - len, "/%s",
             plain > 0 && name[plain] == '\0' ? name : "?");
    return len;
}

static size_t enter_index(struct wire_schema_checking *checking, size_t index)
{
    size_t len = strlen(checking->pointer);
    snprintf(checking->pointer + len, sizeof(checking->pointer) - len, "/%zu", index);
    return len;
}

static void leave(struct wire_schema_checking *checking, size_t len)
{
    checking->pointer[len] = '\0';
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* People in a registry are older than base_time_parse()'s first year. */
static bool is_date(const char *text, size_t len)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (len != 10)
        return false;
    for (size_t i = 0; i < len; i++)
        if (i == 4 || i == 7 ? text[i] != '-' : text[i] < '0' || text[i] > '9')
            return false;
    int year = (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
    int month = (text[5] - '0') * 10 + (text[6] - '0'), day = (text[8] - '0') * 10 + (text[9] - '0');
    if (year < 1 || month < 1 || month > 12 || day < 1)
        return false;
    return day <= days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* An RFC 3339 time with offset. The day of an old one is checked by itself, and the time as that of a day of our own. */
static bool is_date_time(const char *text, size_t len, bool is_any_year)
{
    static const char known_day[] = "2000-01-01";
    enum { DAY = sizeof(known_day) - 1, TIME_MAX = 40 };
    char time[TIME_MAX];
    int64_t at_us;
    if (!is_any_year)
        return base_time_parse(base_bytes_of(text, len), &at_us) == 0;
    if (len <= DAY || len > sizeof(time) || !is_date(text, DAY))
        return false;
    memcpy(time, known_day, DAY);
    memcpy(time + DAY, text + DAY, len - DAY);
    return base_time_parse(base_bytes_of(time, len), &at_us) == 0;
}

/* Canonical base64 by its form, without decoding: the unused bits of the last letter are for the decoder. */
static bool is_base64(struct base_bytes text)
{
    size_t len = text.len;
    if (len == 0 || len % 4 != 0)
        return false;
    len -= text.data[len - 1] == '=' ? 1 : 0;
    len -= len < text.len && text.data[len - 1] == '=' ? 1 : 0;
    for (size_t i = 0; i < len; i++) {
        uint8_t c = text.data[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/'))
            return false;
    }
    return true;
}

static void check_format(const struct wire_schema *schema, struct base_bytes text,
                         struct wire_schema_checking *checking)
{
    switch (schema->format) {
    case WIRE_FORMAT_NONE:
        return;
    case WIRE_FORMAT_DATE:
        if (!is_date((const char *) text.data, text.len))
            wire_schema_fault(checking, WIRE_FAULT_DATE);
        return;
    case WIRE_FORMAT_DATE_TIME:
        if (!is_date_time((const char *) text.data, text.len, schema->is_any_year))
            wire_schema_fault(checking, WIRE_FAULT_DATE);
        return;
    case WIRE_FORMAT_TEXT:
        if (!base_text_is_plain(text, BASE_TEXT_ONE_LINE))
            wire_schema_fault(checking, WIRE_FAULT_CHARACTER);
        return;
    case WIRE_FORMAT_LINES:
        if ((int64_t) text.len > schema->max)
            wire_schema_fault(checking, WIRE_FAULT_LENGTH);
        else if (!base_text_is_plain(text, BASE_TEXT_LINES))
            wire_schema_fault(checking, WIRE_FAULT_CHARACTER);
        return;
    case WIRE_FORMAT_CIDR:
        if (!base_network_is_wellformed(text))
            wire_schema_fault(checking, WIRE_FAULT_PATTERN);
        return;
    case WIRE_FORMAT_BASE64:
        if (!is_base64(text))
            wire_schema_fault(checking, WIRE_FAULT_PATTERN);
        return;
    case WIRE_FORMAT_IIN:
    case WIRE_FORMAT_BIN:
        break;
    }
    switch (base_idnum_check(text)) {
    case BASE_IDNUM_MALFORMED:
        wire_schema_fault(checking, WIRE_FAULT_PATTERN);
        return;
    case BASE_IDNUM_CHECK_WRONG:
        wire_schema_fault(checking, WIRE_FAULT_CHECK_DIGIT);
        return;
    case BASE_IDNUM_VALID:
        return;
    }
}

static bool is_listed(const json_t *values, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(values); i++)
        if (json_equal(json_array_get(values, i), value))
            return true;
    return false;
}

/* The registry answered about whom it was asked about, and about nobody else. */
static void check_same(const struct wire_schema *schema, const json_t *value, struct wire_schema_checking *checking)
{
    struct base_bytes text = base_bytes_of(json_string_value(value), json_string_length(value));
    const struct wire_params *asked = checking->asked;
    for (size_t i = 0; asked && i < asked->count; i++)
        if (strcmp(asked->items[i].name, schema->same_as) == 0 && !base_bytes_equal_text(text, asked->items[i].value))
            wire_schema_fault(checking, WIRE_FAULT_OTHER_SUBJECT);
}

static void check_string(const struct wire_schema *schema, const json_t *value, struct wire_schema_checking *checking)
{
    struct base_bytes text = base_bytes_of(json_string_value(value), json_string_length(value));
    int64_t length = (int64_t) base_text_length(text);
    if (length < schema->min || length > schema->max) {
        wire_schema_fault(checking, WIRE_FAULT_LENGTH);
        return; /* what is too long is not looked at any further */
    }
    if (schema->has_pattern && regexec(&schema->pattern, json_string_value(value), 0, NULL, 0) != 0)
        wire_schema_fault(checking, WIRE_FAULT_PATTERN);
    if (schema->values && !is_listed(schema->values, value))
        wire_schema_fault(checking, WIRE_FAULT_VALUE);
    check_format(schema, text, checking);
    if (schema->same_as)
        check_same(schema, value, checking);
}

static bool has_all(const json_t *object, const json_t *names)
{
    for (size_t i = 0; i < json_array_size(names); i++)
        if (!json_object_get(object, json_string_value(json_array_get(names, i))))
            return false;
    return true;
}

static void check_object(const struct wire_schema *schema, const json_t *value, struct wire_schema_checking *checking)
{
    size_t known = checking->faults->count;
    for (size_t i = 0; i < schema->property_count; i++) {
        if (!schema->properties[i].is_required || json_object_get(value, schema->properties[i].name))
            continue;
        size_t len = enter_name(checking, schema->properties[i].name);
        wire_schema_fault(checking, WIRE_FAULT_MISSING);
        leave(checking, len);
    }
    const char *name;
    json_t *member;
    json_object_foreach((json_t *) value, name, member)
    {
        const struct wire_schema_property *property = wire_schema_property_find(schema, name);
        size_t len = enter_name(checking, name);
        if (property)
            wire_schema_check(property->schema, member, checking);
        else
            wire_schema_fault(checking, WIRE_FAULT_UNKNOWN);
        leave(checking, len);
    }
    size_t chosen = 0;
    for (size_t i = 0; i < json_array_size(schema->alternatives); i++)
        chosen += has_all(value, json_array_get(schema->alternatives, i)) ? 1 : 0;
    if (schema->alternatives && chosen != 1)
        wire_schema_fault(checking, WIRE_FAULT_COMBINATION);
    if (schema->is_content && checking->faults->count == known && known < WIRE_FAULTS_MAX)
        wire_schema_content_check(value, checking);
}

static void check_array(const struct wire_schema *schema, const json_t *value, struct wire_schema_checking *checking)
{
    int64_t count = (int64_t) json_array_size(value);
    if (count < schema->min || count > schema->max) {
        wire_schema_fault(checking, WIRE_FAULT_LENGTH);
        return;
    }
    for (size_t i = 0; schema->is_unique && i < json_array_size(value); i++)
        for (size_t j = 0; j < i; j++)
            if (json_equal(json_array_get(value, i), json_array_get(value, j))) {
                wire_schema_fault(checking, WIRE_FAULT_TWICE);
                return;
            }
    for (size_t i = 0; i < json_array_size(value); i++) {
        size_t len = enter_index(checking, i);
        wire_schema_check(schema->items, json_array_get(value, i), checking);
        leave(checking, len);
    }
}

static bool type_fits(const struct wire_schema *schema, const json_t *value)
{
    switch (schema->type) {
    case WIRE_SCHEMA_OBJECT:
        return json_is_object(value);
    case WIRE_SCHEMA_ARRAY:
        return json_is_array(value);
    case WIRE_SCHEMA_STRING:
        return json_is_string(value);
    case WIRE_SCHEMA_INTEGER:
        return json_is_integer(value);
    case WIRE_SCHEMA_BOOLEAN:
        return json_is_boolean(value);
    }
    return false;
}

void wire_schema_check(const struct wire_schema *schema, const json_t *value, struct wire_schema_checking *checking)
{
    if (checking->faults->count == WIRE_FAULTS_MAX &&
        checking->faults->items[WIRE_FAULTS_MAX - 1].kind == WIRE_FAULT_TOO_MANY)
        return;
    if (schema->is_nullable && json_is_null(value)) {
        if (schema->same_as)
            check_same(schema, value, checking);
        return;
    }
    if (!type_fits(schema, value)) {
        wire_schema_fault(checking, WIRE_FAULT_TYPE);
        return;
    }
    switch (schema->type) {
    case WIRE_SCHEMA_OBJECT:
        check_object(schema, value, checking);
        return;
    case WIRE_SCHEMA_ARRAY:
        check_array(schema, value, checking);
        return;
    case WIRE_SCHEMA_STRING:
        check_string(schema, value, checking);
        return;
    case WIRE_SCHEMA_INTEGER:
        if (json_integer_value(value) < schema->min || json_integer_value(value) > schema->max)
            wire_schema_fault(checking, WIRE_FAULT_RANGE);
        return;
    case WIRE_SCHEMA_BOOLEAN:
        return;
    }
}

size_t wire_schema_abbreviate(const struct wire_schema *schema, json_t *value)
{
    size_t removed = 0;
    for (size_t i = 0; schema->items && i < json_array_size(value); i++)
        removed += wire_schema_abbreviate(schema->items, json_array_get(value, i));
    for (size_t i = 0; i < schema->property_count; i++) {
        json_t *member = json_object_get(value, schema->properties[i].name);
        if (!member)
            continue;
        if (schema->properties[i].schema->is_amount)
            removed += json_object_del(value, schema->properties[i].name) == 0 ? 1 : 0;
        else
            removed += wire_schema_abbreviate(schema->properties[i].schema, member);
    }
    return removed;
}
