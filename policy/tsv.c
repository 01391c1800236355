#include "policy/tsv.h"

#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static int fail_at(struct policy_tsv *tsv, unsigned column, const char *format, va_list arguments)
{
    char *what = NULL, *all = NULL;
    if (vasprintf(&what, format, arguments) < 0)
        return -ENOMEM;
    int r = asprintf(&all, "%s:%u:%u: %s", tsv->path, tsv->line, column, what);
    free(what);
    if (r < 0)
        return -ENOMEM;
    free(*tsv->error);
    *tsv->error = all;
    return -EINVAL;
}

static int BASE_PRINTF(3, 4) fail_column(struct policy_tsv *tsv, unsigned column, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int r = fail_at(tsv, column, format, arguments);
    va_end(arguments);
    return r;
}

int policy_tsv_fail(struct policy_tsv *tsv, unsigned field, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int r = fail_at(tsv, field < tsv->width ? tsv->field[field].column : 1, format, arguments);
    va_end(arguments);
    return r;
}

static unsigned characters(const char *text, size_t len)
{
    return (unsigned) base_text_length(base_bytes_of(text, len));
}

/* One line without its LF: printable UTF-8 and tabs. */
static int line_check(struct policy_tsv *tsv, const char *text, size_t len)
{
    if (len > POLICY_TSV_LINE_MAX)
        return fail_column(tsv, 1, "the line is longer than %d bytes", POLICY_TSV_LINE_MAX);
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char) text[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
            return fail_column(tsv, characters(text, i) + 1, "control character 0x%02x", byte);
    }
    if (!base_text_is_utf8(base_bytes_of(text, len)))
        return fail_column(tsv, 1, "the line is not UTF-8");
    if (len == 0)
        return fail_column(tsv, 1, "empty line");
    return 0;
}

static int text_check(struct policy_tsv *tsv, const char *text, size_t len)
{
    tsv->line = 1;
    if (len == 0)
        return fail_column(tsv, 1, "the file is empty");
    for (size_t at = 0; at < len; tsv->line++) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t line_len = (end ? (size_t) (end - text) : len) - at;
        int r = line_check(tsv, text + at, line_len);
        if (r < 0)
            return r;
        if (!end)
            return fail_column(tsv, characters(text + at, line_len) + 1, "the last line is cut: it has no line end");
        at += line_len + 1;
    }
    return 0;
}

int policy_tsv_next(struct policy_tsv *tsv)
{
    tsv->line++;
    if (*tsv->rest == '\0')
        return POLICY_TSV_END;
    unsigned column = 1, count = 0;
    bool more = true;
    while (more) {
        size_t len = strcspn(tsv->rest, "\t\n");
        more = tsv->rest[len] == '\t';
        tsv->rest[len] = '\0';
        if (count == tsv->width)
            return fail_column(tsv, column, "the line has more fields than the header (%u)", tsv->width);
        if (len == 0)
            return fail_column(tsv, column, "field %s is empty: write '-' for none", tsv->header[count]);
        if (tsv->rest[0] == ' ' || tsv->rest[len - 1] == ' ')
            return fail_column(tsv, column, "field %s begins or ends with a space", tsv->header[count]);
        tsv->field[count].text = tsv->rest;
        tsv->field[count].column = column;
        count++;
        column += characters(tsv->rest, len) + 1;
        tsv->rest += len + 1;
    }
    if (count < tsv->width)
        return fail_column(tsv, column - 1, "field %s is missing: the line ends here", tsv->header[count]);
    return 0;
}

int policy_tsv_begin(struct policy_tsv *tsv, const char *path, char *text, size_t len, const char *const *header,
                     char **ret_error)
{
    *tsv = (struct policy_tsv){.path = path, .rest = text, .header = header, .error = ret_error};
    while (header[tsv->width])
        tsv->width++;
    int r = text_check(tsv, text, len);
    if (r < 0)
        return r;
    tsv->line = 0;
    r = policy_tsv_next(tsv);
    if (r < 0)
        return r;
    for (unsigned i = 0; i < tsv->width; i++)
        if (strcmp(tsv->field[i].text, header[i]) != 0)
            return policy_tsv_fail(tsv, i, "wrong header: '%s' stands where '%s' belongs", tsv->field[i].text,
                                   header[i]);
    return 0;
}

int policy_tsv_number(struct policy_tsv *tsv, unsigned field, unsigned min, unsigned max, unsigned *ret_number)
{
    const char *text = tsv->field[field].text;
    size_t len = strlen(text);
    unsigned number = 0;
    if (len <= 9 && strspn(text, "0123456789") == len && (text[0] != '0' || len == 1))
        for (const char *digit = text; *digit; digit++)
            number = number * 10 + (unsigned) (*digit - '0');
    else
        return policy_tsv_fail(tsv, field, "%s '%s' is no number", tsv->header[field], text);
    if (number < min || number > max)
        return policy_tsv_fail(tsv, field, "%s %u is not in %u-%u", tsv->header[field], number, min, max);
    *ret_number = number;
    return 0;
}

int policy_tsv_number_or_none(struct policy_tsv *tsv, unsigned field, unsigned min, unsigned max, unsigned *ret_number)
{
    if (strcmp(tsv->field[field].text, "-") != 0)
        return policy_tsv_number(tsv, field, min, max, ret_number);
    *ret_number = 0;
    return 0;
}

int policy_tsv_word(struct policy_tsv *tsv, unsigned field, const char *const *words, unsigned *ret_index)
{
    char known[128] = "";
    size_t at = 0;
    for (unsigned i = 0; words[i]; i++) {
        if (strcmp(tsv->field[field].text, words[i]) == 0) {
            *ret_index = i;
            return 0;
        }
        int put = snprintf(known + at, sizeof(known) - at, "%s'%s'", i > 0 ? ", " : "", words[i]);
        at += put > 0 && (size_t) put < sizeof(known) - at ? (size_t) put : 0;
    }
    return policy_tsv_fail(tsv, field, "unknown mark '%s' in %s: it may be %s", tsv->field[field].text,
                           tsv->header[field], known);
}

int policy_tsv_readings(struct policy_tsv *tsv, unsigned field, uint64_t *ret_readings)
{
    const char *text = tsv->field[field].text;
    uint64_t readings = 0;
    if (strcmp(text, "-") == 0) {
        *ret_readings = 0;
        return 0;
    }
    for (unsigned last = 0;; text++) {
        if (text[0] != 'R' || text[1] < '0' || text[1] > '6' || text[2] < '0' || text[2] > '9')
            break;
        unsigned number = (unsigned) (text[1] - '0') * 10 + (unsigned) (text[2] - '0');
        if (number <= last || number > 63)
            break;
        last = number;
        readings |= UINT64_C(1) << number;
        text += 3;
        if (*text == '\0') {
            *ret_readings = readings;
            return 0;
        }
        if (*text != ',')
            break;
    }
    return policy_tsv_fail(tsv, field, "'%s' is no list of readings such as R01,R11", tsv->field[field].text);
}
