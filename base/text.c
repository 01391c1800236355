#include "base/text.h"

/* The length of the well-formed sequence at the front, 0 when there is none (RFC 3629 §4). */
static size_t sequence_length(const uint8_t *at, size_t left)
{
    uint8_t first = at[0];
    if (first < 0x80)
        return 1;
    size_t len = first >= 0xc2 && first <= 0xdf   ? 2
                 : first >= 0xe0 && first <= 0xef ? 3
                 : first >= 0xf0 && first <= 0xf4 ? 4
                                                  : 0;
    if (len == 0 || len > left)
        return 0;
    uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (at[1] < low || at[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if (at[i] < 0x80 || at[i] > 0xbf)
            return 0;
    return len;
}

bool base_text_is_utf8(struct base_bytes text)
{
    for (size_t i = 0; i < text.len;) {
        size_t len = sequence_length(text.data + i, text.len - i);
        if (len == 0)
            return false;
        i += len;
    }
    return true;
}

bool base_text_is_printable(struct base_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < 0x20 || text.data[i] > 0x7e)
            return false;
    return true;
}

/* A sequence of two or three bytes that no plain text holds; longer ones are all letters and signs. */
static bool is_hidden(const uint8_t *at, size_t len)
{
    if (len == 2)
        return at[0] == 0xc2 && at[1] < 0xa0; /* U+0080-U+009F */
    if (len != 3 || at[0] != 0xe2)
        return false;
    return (at[1] == 0x80 && at[2] >= 0xaa && at[2] <= 0xae) || (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9);
}

bool base_text_is_plain(struct base_bytes text, enum base_text_lines lines)
{
    for (size_t i = 0; i < text.len;) {
        const uint8_t *at = text.data + i;
        size_t len = sequence_length(at, text.len - i);
        bool is_control = at[0] == 0x7f || (at[0] < 0x20 && !(at[0] == '\n' && lines == BASE_TEXT_LINES));
        if (len == 0 || is_control || is_hidden(at, len))
            return false;
        i += len;
    }
    return true;
}

size_t base_text_length(struct base_bytes text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += (text.data[i] & 0xc0) != 0x80;
    return count;
}
