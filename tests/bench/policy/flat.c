#include "tests/bench/policy/flat.h"

struct cursor {
    const uint8_t *at, *end;
};

static bool take(struct cursor *cursor, char sign)
{
    if (cursor->at == cursor->end || *cursor->at != (uint8_t) sign)
        return false;
    cursor->at++;
    return true;
}

/* A text of printable ASCII without escapes. */
static bool take_text(struct cursor *cursor, struct base_bytes *ret_text)
{
    if (!take(cursor, '"'))
        return false;
    const uint8_t *begin = cursor->at;
    while (cursor->at < cursor->end && *cursor->at != '"') {
        if (*cursor->at < 0x20 || *cursor->at > 0x7e || *cursor->at == '\\')
            return false;
        cursor->at++;
    }
    *ret_text = base_bytes_of(begin, (size_t) (cursor->at - begin));
    return take(cursor, '"');
}

static bool take_text_or_null(struct cursor *cursor, struct base_bytes *ret_text)
{
    if (cursor->end - cursor->at >= 4 && memcmp(cursor->at, "null", 4) == 0) {
        cursor->at += 4;
        *ret_text = base_bytes_of(NULL, 0);
        return true;
    }
    return take_text(cursor, ret_text);
}

static bool take_number(struct cursor *cursor, unsigned *ret_number)
{
    const uint8_t *begin = cursor->at;
    unsigned number = 0;
    while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9' && cursor->at - begin < 4)
        number = number * 10 + (unsigned) (*cursor->at++ - '0');
    *ret_number = number;
    return cursor->at > begin && (*begin != '0' || cursor->at == begin + 1);
}

static bool take_member(struct cursor *cursor, struct flat_request *request, unsigned *seen)
{
    static const char *const names[] = {"article", "basis", "case", "duty", "role", "service"};
    struct base_bytes name;
    unsigned member = 0;
    if (!take_text(cursor, &name) || !take(cursor, ':'))
        return false;
    while (member < 6 && !base_bytes_equal_text(name, names[member]))
        member++;
    if (member == 6 || (*seen >> member & 1) != 0)
        return false;
    *seen |= 1u << member;
    switch (member) {
    case 0:
        return take_text_or_null(cursor, &request->article);
    case 1:
        return take_text(cursor, &request->basis);
    case 2:
        return take_text_or_null(cursor, &request->case_number);
    case 3:
        return take_text_or_null(cursor, &request->duty);
    case 4:
        return take_number(cursor, &request->role);
    default:
        return take_number(cursor, &request->service);
    }
}

bool flat_request_parse(struct base_bytes text, struct flat_request *ret_request)
{
    struct cursor cursor = {.at = text.data, .end = text.data + text.len};
    unsigned seen = 0;
    if (!take(&cursor, '{'))
        return false;
    do {
        if (!take_member(&cursor, ret_request, &seen))
            return false;
    } while (take(&cursor, ','));
    return take(&cursor, '}') && cursor.at == cursor.end && seen == 0x3f;
}
