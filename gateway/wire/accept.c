#include "gateway/wire/accept.h"

#include <stdbool.h>
#include <strings.h>

static const char *const language_text[WIRE_LANGUAGE_COUNT] = {"kk", "ru", "en"};

const char *wire_language_text(enum wire_language language)
{
    return language_text[language];
}

static struct base_bytes trim(struct base_bytes text)
{
    while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = base_bytes_of(text.data + 1, text.len - 1);
    while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
        text.len--;
    return text;
}

/* Splits at the first separator; rest is empty when there is none. */
static struct base_bytes cut(struct base_bytes *rest, char separator)
{
    const uint8_t *at = rest->len ? memchr(rest->data, separator, rest->len) : NULL;
    struct base_bytes head = *rest;
    if (at) {
        head.len = (size_t)(at - rest->data);
        *rest = base_bytes_of(at + 1, rest->len - head.len - 1);
    } else {
        *rest = base_bytes_of(NULL, 0);
    }
    return trim(head);
}

/* Thousandths, or -1 for what is no quality value: ("0" | "1") ["." up to three digits]. */
static int quality_parse(struct base_bytes text)
{
    if (text.len == 0 || text.len > 5 || (text.data[0] != '0' && text.data[0] != '1') ||
        (text.len > 1 && text.data[1] != '.'))
        return -1;
    int quality = (text.data[0] - '0') * 1000;
    int weight = 100;
    for (size_t i = 2; i < text.len; i++, weight /= 10) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return -1;
        quality += (text.data[i] - '0') * weight;
    }
    return quality <= 1000 ? quality : -1;
}

/* The next item of a list: its name, and its quality, -1 for an unusable item. */
static int item_take(struct base_bytes *rest, struct base_bytes *ret_name)
{
    struct base_bytes parameter = cut(rest, ',');
    *ret_name = cut(&parameter, ';');
    if (parameter.len == 0)
        return 1000;
    struct base_bytes value = parameter;
    struct base_bytes name = cut(&value, '=');
    return base_bytes_equal_text(name, "q") ? quality_parse(trim(value)) : -1;
}

static bool is_language(struct base_bytes tag, const char *language)
{
    return tag.len >= 2 && (tag.data[0] | 0x20) == language[0] && (tag.data[1] | 0x20) == language[1] &&
           (tag.len == 2 || tag.data[2] == '-');
}

enum wire_language wire_language_find(struct base_bytes accept_language)
{
    int quality[WIRE_LANGUAGE_COUNT] = {-1, -1, -1};
    unsigned place[WIRE_LANGUAGE_COUNT] = {0};
    int others = -1;
    unsigned others_place = 0;
    struct base_bytes rest = accept_language;
    for (unsigned item = 1; rest.len > 0; item++) {
        struct base_bytes tag;
        int q = item_take(&rest, &tag);
        if (q < 0)
            continue;
        if (base_bytes_equal_text(tag, "*")) {
            others = q;
            others_place = item;
        }
        for (unsigned language = 0; language < WIRE_LANGUAGE_COUNT; language++)
            if (is_language(tag, language_text[language]) && quality[language] < q) {
                quality[language] = q;
                place[language] = item;
            }
    }
    enum wire_language best = WIRE_KK;
    int best_quality = 0;
    unsigned best_place = 0;
    for (unsigned language = 0; language < WIRE_LANGUAGE_COUNT; language++) {
        int q = quality[language] >= 0 ? quality[language] : others;
        unsigned p = quality[language] >= 0 ? place[language] : others_place;
        if (q > best_quality || (q == best_quality && q > 0 && p < best_place)) {
            best = (enum wire_language)language;
            best_quality = q;
            best_place = p;
        }
    }
    return best;
}

static bool is_type(struct base_bytes name, const char *type)
{
    return name.len == strlen(type) && strncasecmp((const char *)name.data, type, name.len) == 0;
}

bool wire_accept_signed(struct base_bytes accept)
{
    int signed_quality = -1, json_quality = -1;
    struct base_bytes rest = accept;
    while (rest.len > 0) {
        struct base_bytes name;
        int q = item_take(&rest, &name);
        if (is_type(name, "application/pkcs7-mime") && q > signed_quality)
            signed_quality = q;
        if (is_type(name, "application/json") && q > json_quality)
            json_quality = q;
    }
    return signed_quality > 0 && signed_quality > json_quality;
}
