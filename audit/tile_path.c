#include "audit/tile_path.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

void audit_tile_path_encode(const struct audit_tile_path *path, char ret_text[static AUDIT_TILE_PATH_MAX])
{
    /* Groups of three digits, last one first. */
    unsigned groups[7];
    size_t count = 0;
    uint64_t rest = path->index;
    do {
        groups[count++] = (unsigned) (rest % 1000);
        rest /= 1000;
    } while (rest > 0);

    int at = path->is_entries ? snprintf(ret_text, AUDIT_TILE_PATH_MAX, "tile/entries")
                              : snprintf(ret_text, AUDIT_TILE_PATH_MAX, "tile/%u", path->level & 63);
    while (count > 0) {
        count--;
        at += snprintf(ret_text + at, (size_t) (AUDIT_TILE_PATH_MAX - at), "/%s%03u", count > 0 ? "x" : "",
                       groups[count]);
    }
    if (path->width < AUDIT_TILE_WIDTH)
        snprintf(ret_text + at, (size_t) (AUDIT_TILE_PATH_MAX - at), ".p/%u", path->width);
}

struct cursor {
    const char *at, *end;
};

static bool skip(struct cursor *cursor, const char *text)
{
    size_t len = strlen(text);
    if ((size_t) (cursor->end - cursor->at) < len || memcmp(cursor->at, text, len) != 0)
        return false;
    cursor->at += len;
    return true;
}

/* Decimal digits up to the next other character; 0 digits or more than digits_max fail. */
static bool number(struct cursor *cursor, size_t digits_max, uint64_t *ret_value, size_t *ret_digits)
{
    uint64_t value = 0;
    size_t digits = 0;
    for (; cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9'; cursor->at++, digits++) {
        if (digits == digits_max)
            return false;
        value = value * 10 + (uint64_t) (*cursor->at - '0');
    }
    *ret_value = value;
    *ret_digits = digits;
    return digits > 0;
}

static bool index_parse(struct cursor *cursor, uint64_t *ret_index)
{
    uint64_t index = 0, group;
    size_t digits;
    for (bool is_last = false; !is_last;) {
        is_last = !skip(cursor, "x");
        if (!number(cursor, 3, &group, &digits) || digits != 3 || index > (UINT64_MAX - group) / 1000)
            return false;
        index = index * 1000 + group;
        if (!is_last && !skip(cursor, "/"))
            return false;
    }
    *ret_index = index;
    return true;
}

int audit_tile_path_parse(struct base_bytes text, struct audit_tile_path *ret_path)
{
    struct audit_tile_path path = {.width = AUDIT_TILE_WIDTH};
    struct cursor cursor = {(const char *) text.data, (const char *) text.data + text.len};
    uint64_t value;
    size_t digits;
    if (text.len == 0 || text.len >= AUDIT_TILE_PATH_MAX || !skip(&cursor, "tile/"))
        return -EBADMSG;
    path.is_entries = skip(&cursor, "entries");
    if (!path.is_entries) {
        if (!number(&cursor, 2, &value, &digits) || value > 63)
            return -EBADMSG;
        path.level = (unsigned) value;
    }
    if (!skip(&cursor, "/") || !index_parse(&cursor, &path.index))
        return -EBADMSG;
    if (skip(&cursor, ".p/")) {
        if (!number(&cursor, 3, &value, &digits) || value < 1 || value >= AUDIT_TILE_WIDTH)
            return -EBADMSG;
        path.width = (unsigned) value;
    }
    /* Leading zeros and leading empty groups are caught by writing it again. */
    char again[AUDIT_TILE_PATH_MAX];
    audit_tile_path_encode(&path, again);
    if (cursor.at != cursor.end || !base_bytes_equal_text(text, again))
        return -EBADMSG;
    *ret_path = path;
    return 0;
}
