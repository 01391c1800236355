#include "base/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/encoding.h"
#include "base/text.h"

static const int64_t integer_max = (INT64_C(1) << 53) - 1;

static void fail(struct base_json *json, int error)
{
    if (json->error == 0)
        json->error = error;
}

static void put(struct base_json *json, const char *text, size_t len)
{
    int r = base_buffer_append(json->out, base_bytes_of(text, len));
    if (r < 0)
        fail(json, r);
}

void base_json_begin(struct base_json *json, struct base_buffer *out)
{
    json->out = out;
    json->error = 0;
    json->depth = 0;
    json->level[0].is_object = false;
    json->level[0].has_member = false;
    json->level[0].expects_value = true;
}

int base_json_end(struct base_json *json)
{
    if (json->error == 0 && (json->depth != 0 || !json->level[0].has_member))
        fail(json, -EINVAL);
    if (json->error == 0)
        json->error = base_buffer_error(json->out);
    return json->error;
}

/* Called before every value: the comma of an array, and whether a value may stand here at all. */
static bool value_begin(struct base_json *json)
{
    if (json->error)
        return false;
    bool in_array = json->depth > 0 && !json->level[json->depth].is_object;
    if (!in_array && !json->level[json->depth].expects_value) {
        fail(json, -EINVAL);
        return false;
    }
    if (in_array && json->level[json->depth].has_member)
        put(json, ",", 1);
    json->level[json->depth].has_member = true;
    json->level[json->depth].expects_value = false;
    return json->error == 0;
}

static void nest(struct base_json *json, bool is_object)
{
    if (!value_begin(json))
        return;
    if (json->depth + 1 >= BASE_JSON_DEPTH_MAX) {
        fail(json, -EINVAL);
        return;
    }
    json->depth++;
    json->level[json->depth].is_object = is_object;
    json->level[json->depth].has_member = false;
    json->level[json->depth].expects_value = false;
    put(json, is_object ? "{" : "[", 1);
}

static void unnest(struct base_json *json, bool is_object)
{
    if (json->error)
        return;
    if (json->depth == 0 || json->level[json->depth].is_object != is_object || json->level[json->depth].expects_value) {
        fail(json, -EINVAL);
        return;
    }
    json->depth--;
    put(json, is_object ? "}" : "]", 1);
}

void base_json_object_begin(struct base_json *json)
{
    nest(json, true);
}

void base_json_object_end(struct base_json *json)
{
    unnest(json, true);
}

void base_json_array_begin(struct base_json *json)
{
    nest(json, false);
}

void base_json_array_end(struct base_json *json)
{
    unnest(json, false);
}

/* RFC 8785 §3.2.2.2: two-character escapes where JSON has them, else lower-case \u00xx, everything else as it is. */
static void put_escaped(struct base_json *json, struct base_bytes utf8)
{
    static const char short_escapes[32] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    size_t start = 0;
    for (size_t i = 0; i < utf8.len; i++) {
        uint8_t c = utf8.data[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        if (i > start)
            put(json, (const char *) utf8.data + start, i - start);
        start = i + 1;
        char escape[7];
        int len;
        if (c == '"' || c == '\\')
            len = snprintf(escape, sizeof(escape), "\\%c", c);
        else if (short_escapes[c])
            len = snprintf(escape, sizeof(escape), "\\%c", short_escapes[c]);
        else
            len = snprintf(escape, sizeof(escape), "\\u%04x", c);
        put(json, escape, (size_t) len);
    }
    if (utf8.len > start)
        put(json, (const char *) utf8.data + start, utf8.len - start);
}

static bool name_is_greater(const struct base_json *json, struct base_bytes name)
{
    struct base_bytes last = base_bytes_of(json->out->data + json->level[json->depth].last_name,
                                           json->level[json->depth].last_name_len);
    size_t common = last.len < name.len ? last.len : name.len;
    int order = common > 0 ? memcmp(name.data, last.data, common) : 0;
    return order > 0 || (order == 0 && name.len > last.len);
}

void base_json_name_bytes(struct base_json *json, struct base_bytes name)
{
    if (json->error)
        return;
    if (json->depth == 0 || !json->level[json->depth].is_object || json->level[json->depth].expects_value ||
        !base_text_is_utf8(name)) {
        fail(json, -EINVAL);
        return;
    }
    if (json->level[json->depth].has_member) {
        if (!name_is_greater(json, name)) {
            fail(json, -EINVAL);
            return;
        }
        put(json, ",", 1);
    }
    put(json, "\"", 1);
    size_t offset = json->out->len;
    put_escaped(json, name);
    /* The order is checked on what was written: right only while that is the name itself. */
    if (json->out->len - offset != name.len)
        fail(json, -EINVAL);
    json->level[json->depth].last_name = offset;
    json->level[json->depth].last_name_len = json->out->len - offset;
    put(json, "\":", 2);
    json->level[json->depth].expects_value = true;
}

void base_json_name(struct base_json *json, const char *name)
{
    base_json_name_bytes(json, base_bytes_text(name));
}

void base_json_string(struct base_json *json, struct base_bytes utf8)
{
    if (!base_text_is_utf8(utf8)) {
        fail(json, -EINVAL);
        return;
    }
    if (!value_begin(json))
        return;
    put(json, "\"", 1);
    put_escaped(json, utf8);
    put(json, "\"", 1);
}

void base_json_text(struct base_json *json, const char *text)
{
    if (text)
        base_json_string(json, base_bytes_text(text));
    else
        base_json_null(json);
}

void base_json_integer(struct base_json *json, int64_t value)
{
    if (value > integer_max || value < -integer_max) {
        fail(json, -EINVAL);
        return;
    }
    if (!value_begin(json))
        return;
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%" PRId64, value);
    put(json, digits, (size_t) len);
}

void base_json_bool(struct base_json *json, bool value)
{
    if (value_begin(json))
        put(json, value ? "true" : "false", value ? 4 : 5);
}

void base_json_null(struct base_json *json)
{
    if (value_begin(json))
        put(json, "null", 4);
}

static void encoded(struct base_json *json, struct base_bytes bytes,
                    int (*encode)(struct base_bytes, struct base_buffer *))
{
    if (!value_begin(json))
        return;
    put(json, "\"", 1);
    int r = encode(bytes, json->out);
    if (r < 0)
        fail(json, r);
    put(json, "\"", 1);
}

void base_json_hex(struct base_json *json, struct base_bytes bytes)
{
    encoded(json, bytes, base_hex_encode);
}

void base_json_base64(struct base_json *json, struct base_bytes bytes)
{
    encoded(json, bytes, base_base64_encode);
}

void base_json_raw(struct base_json *json, struct base_bytes canonical)
{
    if (canonical.len == 0)
        fail(json, -EINVAL);
    if (value_begin(json))
        put(json, (const char *) canonical.data, canonical.len);
}

void base_json_member_text(struct base_json *json, const char *name, const char *text)
{
    base_json_name(json, name);
    base_json_text(json, text);
}

void base_json_member_string(struct base_json *json, const char *name, struct base_bytes utf8)
{
    base_json_name(json, name);
    base_json_string(json, utf8);
}

void base_json_member_integer(struct base_json *json, const char *name, int64_t value)
{
    base_json_name(json, name);
    base_json_integer(json, value);
}

void base_json_member_hex(struct base_json *json, const char *name, struct base_bytes bytes)
{
    base_json_name(json, name);
    base_json_hex(json, bytes);
}
