/* Values of a registry's answer as the description wants them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/adapters/map_part.h"

enum { NUMBER_MAX = 24, WORD_MAX = 128, FRACTION_MAX = 6 };

#define INTEGER_MAX ((int64_t) 1 << 53)

bool adapter_map_date_of_dmy(const char *text, char ret_date[static 11])
{
    for (size_t i = 0; i < 10; i++)
        if (i == 2 || i == 5 ? text[i] != '.' : text[i] < '0' || text[i] > '9')
            return false;
    if (text[10] != '\0')
        return false;
    snprintf(ret_date, 11, "%.4s-%.2s-%.2s", text + 6, text + 3, text);
    return true;
}

bool adapter_map_dmy_of_date(const char *date, char ret_text[static 11])
{
    for (size_t i = 0; i < 10; i++)
        if (i == 4 || i == 7 ? date[i] != '-' : date[i] < '0' || date[i] > '9')
            return false;
    if (date[10] != '\0')
        return false;
    snprintf(ret_text, 11, "%.2s.%.2s.%.4s", date + 8, date + 5, date);
    return true;
}

/* ---- Lines ---- */

static char *trim(char *text)
{
    text += strspn(text, " ");
    size_t len = strlen(text);
    while (len > 0 && text[len - 1] == ' ')
        text[--len] = '\0';
    return text;
}

static const char *parse_words(const char *text, struct adapter_map_value *value)
{
    char *copy = strdup(text), *save = NULL;
    value->words = json_object();
    const char *what = copy && value->words ? NULL : "out of memory";
    for (char *pair = what ? NULL : strtok_r(copy, ",", &save); pair && !what; pair = strtok_r(NULL, ",", &save)) {
        char *equals = strchr(pair, '=');
        if (!equals) {
            what = "the conversion is none of tenge, hundredths, dmy, text, a=b,c=d";
            break;
        }
        *equals = '\0';
        const char *theirs = trim(pair), *ours = trim(equals + 1);
        if (!*theirs || !*ours || strlen(theirs) > WORD_MAX)
            what = "a word is empty or too long";
        else if (json_object_get(value->words, theirs))
            what = "a word stands twice";
        else if (json_object_set_new(value->words, theirs, json_string(ours)) != 0)
            what = "a word is no UTF-8";
    }
    free(copy);
    return what;
}

const char *adapter_map_conversion_parse(const char *text, struct adapter_map_value *value)
{
    if (strcmp(text, "tenge") == 0)
        value->conversion = ADAPTER_MAP_TENGE;
    else if (strcmp(text, "hundredths") == 0)
        value->conversion = ADAPTER_MAP_HUNDREDTHS;
    else if (strcmp(text, "dmy") == 0)
        value->conversion = ADAPTER_MAP_DMY;
    else if (strcmp(text, "text") == 0)
        value->conversion = ADAPTER_MAP_TEXT;
    else
        value->conversion = ADAPTER_MAP_WORDS;
    return value->conversion == ADAPTER_MAP_WORDS ? parse_words(text, value) : NULL;
}

/* ---- Values ---- */

static int misfit(const char *reason, const char **ret_reason)
{
    *ret_reason = reason;
    return ADAPTER_MAP_MISFIT;
}

static int hand_over(json_t *take_value, json_t **ret_value)
{
    *ret_value = take_value;
    return take_value ? 0 : -ENOMEM;
}

/* A decimal number without a sign of plus, a point or anything around it. */
static bool parse_integer(const char *text, int64_t *ret_value)
{
    size_t sign = text[0] == '-' ? 1 : 0, digits = strspn(text + sign, "0123456789");
    if (digits == 0 || digits > 16 || text[sign + digits] != '\0')
        return false;
    long long value = strtoll(text, NULL, 10);
    if (value >= INTEGER_MAX || value <= -INTEGER_MAX)
        return false;
    *ret_value = value;
    return true;
}

/* "1234", "1234.5", "-0.07", "12.3400": hundredths; a third digit after the point must be nought. */
static bool parse_hundredths(const char *text, int64_t *ret_hundredths)
{
    char digits[NUMBER_MAX];
    const char *point = strchr(text, '.');
    size_t whole = point ? (size_t) (point - text) : strlen(text);
    const char *fraction = point ? point + 1 : "";
    size_t given = strlen(fraction);
    if (whole == 0 || whole > 16 || (point && given == 0) || given > FRACTION_MAX ||
        strspn(fraction, "0123456789") != given || (text[0] == '-' && whole == 1))
        return false;
    if (given > 2 && strspn(fraction + 2, "0") != given - 2)
        return false;
    snprintf(digits, sizeof(digits), "%.*s%c%c", (int) whole, text, given > 0 ? fraction[0] : '0',
             given > 1 ? fraction[1] : '0');
    return parse_integer(digits, ret_hundredths);
}

/* xs:date may have a time zone behind it; a day has none. */
static int make_date(const char *text, json_t **ret_value, const char **ret_reason)
{
    size_t len = strlen(text);
    if (len > 10 && strcmp(text + 10, "Z") != 0 &&
        !(len == 16 && (text[10] == '+' || text[10] == '-') && text[13] == ':'))
        return misfit("not a date", ret_reason);
    return hand_over(json_stringn(text, len < 10 ? len : 10), ret_value);
}

static int make_typed(const struct adapter_map_value *how, const char *text, json_t **ret_value,
                      const char **ret_reason)
{
    int64_t number;
    switch (how->type) {
    case ADAPTER_MAP_STRING:
        return how->is_date ? make_date(text, ret_value, ret_reason) : hand_over(json_string(text), ret_value);
    case ADAPTER_MAP_INTEGER:
        if (!parse_integer(text, &number))
            return misfit("not a whole number", ret_reason);
        return hand_over(json_integer(number), ret_value);
    case ADAPTER_MAP_BOOLEAN:
        if (strcmp(text, "true") == 0 || strcmp(text, "1") == 0)
            return hand_over(json_true(), ret_value);
        if (strcmp(text, "false") == 0 || strcmp(text, "0") == 0)
            return hand_over(json_false(), ret_value);
        return misfit("neither true nor false", ret_reason);
    case ADAPTER_MAP_OBJECT:
    case ADAPTER_MAP_ARRAY:
        break;
    }
    return misfit("not a single value", ret_reason);
}

static int make_dmy(const char *text, json_t **ret_value, const char **ret_reason)
{
    char date[11];
    if (!adapter_map_date_of_dmy(text, date))
        return misfit("not a date as dd.mm.yyyy", ret_reason);
    return hand_over(json_string(date), ret_value);
}

static int make_hundredths(const char *text, const char *reason, json_t **ret_value, const char **ret_reason)
{
    int64_t hundredths;
    return parse_hundredths(text, &hundredths) ? hand_over(json_integer(hundredths), ret_value)
                                               : misfit(reason, ret_reason);
}

static int make_of_word(const struct adapter_map_value *how, const char *text, json_t **ret_value,
                        const char **ret_reason)
{
    const char *ours = json_string_value(json_object_get(how->words, text));
    return ours ? make_typed(how, ours, ret_value, ret_reason) : misfit("an unknown word", ret_reason);
}

static int make_of_text(const struct adapter_map_value *how, const char *text, json_t **ret_value,
                        const char **ret_reason)
{
    switch (how->conversion) {
    case ADAPTER_MAP_TENGE:
        return make_hundredths(text, "not an amount in tenge", ret_value, ret_reason);
    case ADAPTER_MAP_HUNDREDTHS:
        return make_hundredths(text, "not a number of two decimals", ret_value, ret_reason);
    case ADAPTER_MAP_DMY:
        return make_dmy(text, ret_value, ret_reason);
    case ADAPTER_MAP_WORDS:
        return make_of_word(how, text, ret_value, ret_reason);
    case ADAPTER_MAP_AS_IT_IS:
    case ADAPTER_MAP_TEXT:
        break;
    }
    return make_typed(how, text, ret_value, ret_reason);
}

/* A scalar as text; NULL for anything else. */
static const char *text_of(const json_t *found, char *number, size_t size)
{
    if (json_is_string(found))
        return json_string_value(found);
    if (json_is_boolean(found))
        return json_is_true(found) ? "true" : "false";
    if (!json_is_integer(found))
        return NULL;
    snprintf(number, size, "%" JSON_INTEGER_FORMAT, json_integer_value(found));
    return number;
}

int adapter_map_value_make(const struct adapter_map_value *how, const json_t *found, bool is_text, json_t **ret_value,
                           const char **ret_reason)
{
    char number[NUMBER_MAX];
    const char *text = text_of(found, number, sizeof(number));
    if (!text)
        return misfit("not a single value", ret_reason);
    if (!is_text && how->conversion == ADAPTER_MAP_AS_IT_IS)
        return hand_over(json_deep_copy(found), ret_value);
    return make_of_text(how, text, ret_value, ret_reason);
}
