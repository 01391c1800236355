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

static bool steers(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x200e || point == 0x200f || point == 0x61c ||
           (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
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
