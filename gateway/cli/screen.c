#include "gateway/cli/screen.h"

#include "base/text.h"

/* The length of the well-formed UTF-8 sequence at the start, 0 when there is none, and its code point. */
static size_t sequence_read(struct base_bytes text, uint32_t *ret_point)
{
    uint8_t first = text.data[0];
    size_t len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (len > text.len || !base_text_is_utf8(base_bytes_of(text.data, len)))
        return 0;
    uint32_t point = len == 1 ? first : first & (0x7fu >> len);
    for (size_t i = 1; i < len; i++)
        point = point << 6 | (text.data[i] & 0x3f);
    *ret_point = point;
    return len;
}

/* Moves the cursor, turns the writing direction, or cannot be seen, so that two texts look like one. */
static bool steers(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0, 0x1f},         {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},      {0x200b, 0x200b},   {0x200e, 0x200f},
        {0x2028, 0x202e},  {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb},     {0xfffe, 0xffff},
        {0xe0000, 0xe007f},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(ranges); i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    return false;
}

int cli_screen_text(struct base_bytes text, struct base_buffer *out)
{
    while (text.len > 0) {
        uint32_t point = 0;
        size_t len = sequence_read(text, &point);
        struct base_bytes shown = len == 0 || steers(point) ? base_bytes_text("?") : base_bytes_of(text.data, len);
        int r = base_buffer_append(out, shown);
        if (r)
            return r;
        text = base_bytes_of(text.data + (len ? len : 1), text.len - (len ? len : 1));
    }
    return 0;
}

int cli_screen_json(struct base_bytes text, struct base_buffer *out)
{
    int r = 0;
    while (text.len > 0 && r == 0) {
        uint32_t point = 0;
        size_t len = sequence_read(text, &point);
        if (len == 0)
            r = base_buffer_append_text(out, "?");
        else if (point < 0x20 || !steers(point))
            r = base_buffer_append(out, base_bytes_of(text.data, len));
        else if (point < 0x10000)
            r = base_buffer_printf(out, "\\u%04x", (unsigned) point);
        else
            r = base_buffer_printf(out, "\\u%04x\\u%04x", (unsigned) (0xd7c0 + (point >> 10)),
                                   (unsigned) (0xdc00 + (point & 0x3ff)));
        text = base_bytes_of(text.data + (len ? len : 1), text.len - (len ? len : 1));
    }
    return r;
}

size_t cli_screen_width(struct base_bytes text)
{
    size_t width = 0;
    while (text.len > 0) {
        uint32_t point = 0;
        size_t len = sequence_read(text, &point);
        if (!(point >= 0x300 && point <= 0x36f))
            width++;
        text = base_bytes_of(text.data + (len ? len : 1), text.len - (len ? len : 1));
    }
    return width;
}

int cli_screen_html(struct base_bytes text, struct base_buffer *out)
{
    while (text.len > 0) {
        uint32_t point = 0;
        size_t len = sequence_read(text, &point);
        const char *instead = NULL;
        if (len == 0 || (steers(point) && point != '\n' && point != '\t'))
            instead = "?";
        else if (point == '&')
            instead = "&amp;";
        else if (point == '<')
            instead = "&lt;";
        else if (point == '>')
            instead = "&gt;";
        else if (point == '"')
            instead = "&quot;";
        else if (point == '\'')
            instead = "&#39;";
        int r = base_buffer_append(out, instead ? base_bytes_text(instead) : base_bytes_of(text.data, len));
        if (r)
            return r;
        text = base_bytes_of(text.data + (len ? len : 1), text.len - (len ? len : 1));
    }
    return 0;
}
