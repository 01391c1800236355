#include "audit/canonical.h"

#include "base/text.h"

#include <errno.h>

static bool fail(struct audit_canonical *json)
{
    json->failed = true;
    json->at = json->end;
    return false;
}

static bool take(struct audit_canonical *json, char c)
{
    if (json->at == json->end || *json->at != (uint8_t) c)
        return fail(json);
    json->at++;
    return true;
}

static bool peek(const struct audit_canonical *json, char c)
{
    return json->at < json->end && *json->at == (uint8_t) c;
}

/* The comma or the end. True when an item follows. */
static bool next_item(struct audit_canonical *json, struct audit_canonical_items *items, char open, char close)
{
    if (json->failed)
        return false;
    if (!items->has_begun) {
        items->has_begun = true;
        if (!take(json, open))
            return false;
        if (!peek(json, close))
            return true;
        json->at++;
        return false;
    }
    if (peek(json, close)) {
        json->at++;
        return false;
    }
    return take(json, ',');
}

static bool name_is_greater(struct base_bytes name, struct base_bytes last)
{
    size_t common = last.len < name.len ? last.len : name.len;
    int order = common > 0 ? memcmp(name.data, last.data, common) : 0;
    return order > 0 || (order == 0 && name.len > last.len);
}

bool audit_canonical_member(struct audit_canonical *json, struct audit_canonical_items *items,
                            struct base_bytes *ret_name)
{
    bool is_first = !items->has_begun;
    if (!next_item(json, items, '{', '}') || !take(json, '"'))
        return false;
    struct base_bytes name = base_bytes_of(json->at, 0);
    while (json->at<json->end && * json->at> 0x20 && *json->at < 0x7f && *json->at != '"' && *json->at != '\\')
        json->at++;
    name.len = (size_t) (json->at - name.data);
    if (name.len == 0 || !take(json, '"') || !take(json, ':'))
        return fail(json);
    if (!is_first && !name_is_greater(name, items->last_name))
        return fail(json);
    items->last_name = name;
    *ret_name = name;
    return true;
}

bool audit_canonical_element(struct audit_canonical *json, struct audit_canonical_items *items)
{
    return next_item(json, items, '[', ']');
}

/* The two hex digits of a \u00xx escape that RFC 8785 writes: a control character without a short form. */
static bool control_escape(const uint8_t *digits, uint8_t *ret_value)
{
    uint8_t high = digits[0], low = digits[1];
    if ((high != '0' && high != '1') || !((low >= '0' && low <= '9') || (low >= 'a' && low <= 'f')))
        return false;
    uint8_t value = (uint8_t) ((high - '0') << 4 | (low <= '9' ? low - '0' : low - 'a' + 10));
    *ret_value = value;
    return value != '\b' && value != '\t' && value != '\n' && value != '\f' && value != '\r';
}

/* The character an escape means and its length after the backslash; 0 for what is no canonical escape. */
static size_t escape_length(const uint8_t *at, size_t left, uint8_t *ret_value)
{
    static const char letters[] = "\"\\btnfr", values[] = "\"\\\b\t\n\f\r";
    if (left == 0)
        return 0;
    const char *letter = memchr(letters, at[0], sizeof(letters) - 1);
    if (letter) {
        *ret_value = (uint8_t) values[letter - letters];
        return 1;
    }
    if (left < 5 || memcmp(at, "u00", 3) != 0 || !control_escape(at + 3, ret_value))
        return 0;
    return 5;
}

struct base_bytes audit_canonical_string(struct audit_canonical *json)
{
    static const struct base_bytes none = {0};
    if (json->failed || !take(json, '"'))
        return none;
    const uint8_t *begin = json->at;
    bool is_ascii = true;
    while (json->at < json->end && *json->at != '"') {
        uint8_t c = *json->at++, value;
        if (c >= 0x80) {
            is_ascii = false;
        } else if (c == '\\') {
            size_t len = escape_length(json->at, (size_t) (json->end - json->at), &value);
            if (len == 0) {
                fail(json);
                return none;
            }
            json->at += len;
        } else if (c < 0x20) {
            fail(json);
            return none;
        }
    }
    struct base_bytes string = base_bytes_of(begin, (size_t) (json->at - begin));
    if (!take(json, '"') || (!is_ascii && !base_text_is_utf8(string))) {
        fail(json);
        return none;
    }
    return string;
}

int64_t audit_canonical_integer(struct audit_canonical *json)
{
    static const int64_t max = (INT64_C(1) << 53) - 1;
    if (json->failed)
        return 0;
    bool is_negative = peek(json, '-');
    if (is_negative)
        json->at++;
    const uint8_t *begin = json->at;
    int64_t value = 0;
    while (json->at < json->end && *json->at >= '0' && *json->at <= '9' && json->at - begin < 17)
        value = value * 10 + (*json->at++ - '0');
    bool has_leading_zero = json->at > begin && *begin == '0' && (json->at - begin > 1 || is_negative);
    if (json->at == begin || has_leading_zero || value > max) {
        fail(json);
        return 0;
    }
    return is_negative ? -value : value;
}

static bool word(struct audit_canonical *json, const char *text)
{
    size_t len = strlen(text);
    if ((size_t) (json->end - json->at) < len || memcmp(json->at, text, len) != 0)
        return false;
    json->at += len;
    return true;
}

bool audit_canonical_bool(struct audit_canonical *json)
{
    if (json->failed)
        return false;
    if (word(json, "true"))
        return true;
    if (!word(json, "false"))
        fail(json);
    return false;
}

static void value_read(struct audit_canonical *json, unsigned depth)
{
    struct audit_canonical_items items = {.has_begun = false};
    struct base_bytes name;
    if (json->failed || json->at == json->end || depth == AUDIT_CANONICAL_DEPTH_MAX) {
        fail(json);
    } else if (*json->at == '{') {
        while (audit_canonical_member(json, &items, &name))
            value_read(json, depth + 1);
    } else if (*json->at == '[') {
        while (audit_canonical_element(json, &items))
            value_read(json, depth + 1);
    } else if (*json->at == '"') {
        audit_canonical_string(json);
    } else if (*json->at == 't' || *json->at == 'f') {
        audit_canonical_bool(json);
    } else if (*json->at == 'n') {
        if (!word(json, "null"))
            fail(json);
    } else {
        audit_canonical_integer(json);
    }
}

struct base_bytes audit_canonical_value(struct audit_canonical *json)
{
    const uint8_t *begin = json->at;
    value_read(json, 0);
    return json->failed ? base_bytes_of(NULL, 0) : base_bytes_of(begin, (size_t) (json->at - begin));
}

bool audit_canonical_end(const struct audit_canonical *json)
{
    return !json->failed && json->at == json->end;
}

bool audit_canonical_check(struct base_bytes bytes, char first)
{
    struct audit_canonical json = audit_canonical_of(bytes);
    if (!peek(&json, first))
        return false;
    audit_canonical_value(&json);
    return audit_canonical_end(&json);
}

int audit_canonical_decode(struct base_bytes string, struct base_buffer *out)
{
    size_t plain = 0;
    for (size_t i = 0; i < string.len;) {
        if (string.data[i] != '\\') {
            i++;
            continue;
        }
        uint8_t value;
        size_t len = escape_length(string.data + i + 1, string.len - i - 1, &value);
        if (len == 0)
            return -EBADMSG;
        base_buffer_append(out, base_bytes_of(string.data + plain, i - plain));
        base_buffer_append_u8(out, value);
        i += 1 + len;
        plain = i;
    }
    base_buffer_append(out, base_bytes_of(string.data + plain, string.len - plain));
    return base_buffer_error(out);
}
