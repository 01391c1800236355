/* From the bytes of a file to UTF-8. */
#include "base/text.h"
#include "gateway/cli/csv.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>

static const char *const names[] = {
    [CLI_CSV_UNKNOWN] = "unknown",
    [CLI_CSV_UTF8] = "utf-8",
    [CLI_CSV_WINDOWS_1251] = "windows-1251",
    [CLI_CSV_KZ_1048] = "kz-1048",
};

enum cli_csv_encoding cli_csv_encoding_parse(const char *text)
{
    for (size_t i = CLI_CSV_UTF8; i < BASE_ARRAY_LENGTH(names); i++)
        if (strcmp(names[i], text) == 0)
            return (enum cli_csv_encoding) i;
    return CLI_CSV_UNKNOWN;
}

const char *cli_csv_encoding_name(enum cli_csv_encoding encoding)
{
    return names[encoding];
}

static int unreadable(char ret_why[static CLI_CSV_WHY_MAX], const char *why)
{
    snprintf(ret_why, CLI_CSV_WHY_MAX, "%s", why);
    return CLI_CSV_UNREADABLE;
}

/* Letters in the reading as Windows-1251. */
static bool is_capital(uint8_t byte)
{
    return (byte >= 0xc0 && byte <= 0xdf) || byte == 0xa8 || byte == 0xb2;
}

static bool is_small(uint8_t byte)
{
    return byte >= 0xe0 || byte == 0xb8 || byte == 0xb3;
}

/* Dashes, quotation marks, the number sign, a space that does not break: the same in KZ-1048. */
static bool is_mark(uint8_t byte)
{
    static const uint8_t marks[] = {0x82, 0x84, 0x85, 0x91, 0x92, 0x93, 0x94, 0x96, 0x97, 0xa0, 0xa7, 0xab, 0xb9, 0xbb};
    return memchr(marks, byte, sizeof marks) != NULL;
}

/* Why the bytes above ASCII are not clearly Windows-1251; NULL when they are. KOI8-R has small letters where Windows-1251 has
 * capitals, and the reverse: its words would begin small and go on in capitals. */
static const char *doubt(struct base_bytes file)
{
    bool has_capital = false;
    uint8_t before = ' ';
    for (size_t i = 0; i < file.len; i++) {
        uint8_t byte = file.data[i];
        if (byte >= 0x80 && !is_capital(byte) && !is_small(byte) && !is_mark(byte))
            return "the file is no UTF-8, and holds bytes that are Kazakh letters in KZ-1048 and something else in "
                   "Windows-1251; save it as UTF-8, or say which it is with --encoding";
        has_capital |= is_capital(byte);
        if (is_small(before) && is_capital(byte))
            return "the file is no UTF-8, and read as Windows-1251 its words have capitals inside: it may be KOI8-R; save it "
                   "as UTF-8, or say --encoding windows-1251";
        before = byte;
    }
    return has_capital ? NULL : "the file is no UTF-8, and read as Windows-1251 it holds no capital letter; save it as UTF-8, "
                                "or say which it is with --encoding";
}

static int convert(struct base_bytes file, enum cli_csv_encoding from, struct base_buffer *out,
                   char ret_why[static CLI_CSV_WHY_MAX])
{
    /* Each step has few enough bytes that what they become fits. */
    enum { STEP = 4096 };
    iconv_t state = iconv_open("UTF-8", from == CLI_CSV_KZ_1048 ? "STRK1048-2002" : "CP1251");
    if (state == (iconv_t) -1) {
        snprintf(ret_why, CLI_CSV_WHY_MAX, "this machine cannot convert %s to UTF-8: %s", cli_csv_encoding_name(from),
                 strerror(errno));
        return CLI_CSV_UNREADABLE;
    }
    int r = 0;
    for (size_t done = 0; r == 0 && done < file.len;) {
        char step[STEP], converted[3 * STEP];
        size_t taken = file.len - done < STEP ? file.len - done : STEP;
        char *from_at = step, *to_at = converted;
        size_t from_left = taken, to_left = sizeof converted;
        memcpy(step, file.data + done, taken);
        if (iconv(state, &from_at, &from_left, &to_at, &to_left) == (size_t) -1) {
            snprintf(ret_why, CLI_CSV_WHY_MAX, "byte %zu of the file is no character of %s",
                     done + (taken - from_left) + 1, cli_csv_encoding_name(from));
            r = CLI_CSV_UNREADABLE;
            break;
        }
        r = base_buffer_append(out, base_bytes_of(converted, sizeof converted - to_left));
        done += taken;
    }
    iconv_close(state);
    return r;
}

int cli_csv_decode(struct base_bytes file, enum cli_csv_encoding asked, struct base_buffer *out,
                   enum cli_csv_encoding *ret_found, char ret_why[static CLI_CSV_WHY_MAX])
{
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
    bool has_mark = file.len >= sizeof mark && memcmp(file.data, mark, sizeof mark) == 0;
    bool is_wide = file.len >= 2 && ((file.data[0] == 0xff && file.data[1] == 0xfe) ||
                                     (file.data[0] == 0xfe && file.data[1] == 0xff));
    if (is_wide)
        return unreadable(ret_why, "the file is UTF-16 (a spreadsheet's \"Unicode text\"); save it as CSV UTF-8");
    if (asked == CLI_CSV_UNKNOWN && !has_mark && !base_text_is_utf8(file)) {
        const char *why = doubt(file);
        if (why)
            return unreadable(ret_why, why);
        asked = CLI_CSV_WINDOWS_1251;
    }
    if (has_mark && asked != CLI_CSV_UNKNOWN && asked != CLI_CSV_UTF8)
        return unreadable(ret_why, "the file begins with the byte order mark of UTF-8");
    *ret_found = asked == CLI_CSV_UNKNOWN ? CLI_CSV_UTF8 : asked;
    if (*ret_found != CLI_CSV_UTF8)
        return convert(file, *ret_found, out, ret_why);
    struct base_bytes text = has_mark ? base_bytes_of(file.data + sizeof mark, file.len - sizeof mark) : file;
    if (!base_text_is_utf8(text))
        return unreadable(ret_why, "the file is no well-formed UTF-8");
    return base_buffer_append(out, text);
}
