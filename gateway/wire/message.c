#include "gateway/wire/message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/text.h"

enum { ROW_COUNT = WIRE_CODE_COUNT + WIRE_NOTE_COUNT, COLUMN_COUNT = 7 };

/* Rows: the codes by number, then the notes. Texts lie one behind the other in one allocation. */
struct wire_messages {
    char *text;
    const char *title[ROW_COUNT][WIRE_LANGUAGE_COUNT];
    const char *detail[ROW_COUNT][WIRE_LANGUAGE_COUNT];
};

static const char *const columns[COLUMN_COUNT] = {"code",     "title_kk", "detail_kk", "title_ru",
                                                  "detail_ru", "title_en", "detail_en"};
static const char *const language_text[WIRE_LANGUAGE_COUNT] = {"kk", "ru", "en"};
static const char *const note_text[WIRE_NOTE_COUNT] = {"notice", "outcome-unknown", "explained"};

const char *wire_language_text(enum wire_language language)
{
    return language_text[language];
}

static void freep(struct wire_messages **messages)
{
    wire_messages_free(*messages);
}

void wire_messages_free(struct wire_messages *messages)
{
    if (!messages)
        return;
    free(messages->text);
    free(messages);
}

static int complain(char **ret_error, unsigned line, unsigned column, const char *what)
{
    if (ret_error && asprintf(ret_error, "messages: line %u, column %u: %s", line, column, what) < 0)
        *ret_error = NULL;
    return -EBADMSG;
}

/* The row of a code's or a note's name; -1 for neither. */
static int row_find(const char *name)
{
    enum wire_code code = wire_code_parse(base_bytes_text(name));
    if (code != WIRE_CODE_NONE)
        return (int)code;
    for (int note = 0; note < WIRE_NOTE_COUNT; note++)
        if (strcmp(name, note_text[note]) == 0)
            return WIRE_CODE_COUNT + note;
    return -1;
}

/* Cuts the line into its cells, in place. The count of cells, COLUMN_COUNT + 1 for more. */
static unsigned cells_split(char *line, char *cells[COLUMN_COUNT])
{
    unsigned count = 0;
    while (line) {
        char *tab = strchr(line, '\t');
        if (tab)
            *tab++ = '\0';
        if (count == COLUMN_COUNT)
            return COLUMN_COUNT + 1;
        cells[count++] = line;
        line = tab;
    }
    return count;
}

static int row_parse(struct wire_messages *messages, unsigned line, char *const cells[COLUMN_COUNT], char **ret_error)
{
    int row = row_find(cells[0]);
    if (row < 0)
        return complain(ret_error, line, 1, "no such code");
    if (messages->title[row][0])
        return complain(ret_error, line, 1, "a second line for one code");
    for (unsigned column = 1; column < COLUMN_COUNT; column++) {
        size_t len = strlen(cells[column]);
        if (len == 0 || len > WIRE_MESSAGE_TEXT_MAX)
            return complain(ret_error, line, column + 1, "an empty or too long text");
        if (column % 2)
            messages->title[row][column / 2] = cells[column];
        else
            messages->detail[row][column / 2 - 1] = cells[column];
    }
    return 0;
}

static int header_check(char *const cells[COLUMN_COUNT], char **ret_error)
{
    for (unsigned column = 0; column < COLUMN_COUNT; column++)
        if (strcmp(cells[column], columns[column]) != 0)
            return complain(ret_error, 1, column + 1, "not the column that belongs here");
    return 0;
}

static int rows_check(const struct wire_messages *messages, char **ret_error)
{
    for (int row = WIRE_CODE_NONE + 1; row < ROW_COUNT; row++) {
        if (messages->title[row][0])
            continue;
        const char *name = row < WIRE_CODE_COUNT ? wire_code_text((enum wire_code)row) : note_text[row - WIRE_CODE_COUNT];
        if (ret_error && asprintf(ret_error, "messages: no line for %s", name) < 0)
            *ret_error = NULL;
        return -EBADMSG;
    }
    return 0;
}

int wire_messages_parse(struct base_bytes tsv, struct wire_messages **ret_messages, char **ret_error)
{
    BASE_CLEANUP(freep) struct wire_messages *messages = calloc(1, sizeof(*messages));
    if (!messages)
        return -ENOMEM;
    if (!base_text_is_utf8(tsv) || memchr(tsv.data ? tsv.data : (const uint8_t *)"", '\0', tsv.len))
        return complain(ret_error, 1, 1, "not UTF-8 text");
    messages->text = malloc(tsv.len + 1);
    if (!messages->text)
        return -ENOMEM;
    if (tsv.len > 0)
        memcpy(messages->text, tsv.data, tsv.len);
    messages->text[tsv.len] = '\0';

    unsigned number = 0;
    for (char *line = messages->text; line && *line;) {
        char *end = strchr(line, '\n');
        if (end)
            *end++ = '\0';
        number++;
        char *cells[COLUMN_COUNT];
        unsigned count = cells_split(line, cells);
        if (count != COLUMN_COUNT)
            return complain(ret_error, number, count, "not seven columns");
        int r = number == 1 ? header_check(cells, ret_error) : row_parse(messages, number, cells, ret_error);
        if (r < 0)
            return r;
        line = end;
    }
    int r = rows_check(messages, ret_error);
    if (r < 0)
        return r;
    *ret_messages = BASE_TAKE(messages);
    return 0;
}

int wire_messages_read(const char *path, struct wire_messages **ret_messages, char **ret_error)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer content;
    base_buffer_init(&content, WIRE_MESSAGES_BYTES_MAX);
    int r = base_file_read(path, BASE_FILE_PUBLIC, &content);
    if (r < 0) {
        if (ret_error && asprintf(ret_error, "messages: %s: %s", path, strerror(-r)) < 0)
            *ret_error = NULL;
        return r;
    }
    return wire_messages_parse(base_buffer_view(&content), ret_messages, ret_error);
}

const char *wire_message_title(const struct wire_messages *messages, enum wire_code code, enum wire_language language)
{
    return messages->title[code][language];
}

const char *wire_message_detail(const struct wire_messages *messages, enum wire_code code,
                                enum wire_language language)
{
    return messages->detail[code][language];
}

const char *wire_message_note(const struct wire_messages *messages, enum wire_note note, enum wire_language language)
{
    return messages->detail[WIRE_CODE_COUNT + note][language];
}

/* ---- Accept-Language ---- */

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
        struct base_bytes parameter = cut(&rest, ',');
        struct base_bytes tag = cut(&parameter, ';');
        int q = 1000;
        if (parameter.len > 0) {
            struct base_bytes value = parameter;
            struct base_bytes name = cut(&value, '=');
            if (!base_bytes_equal_text(name, "q") || (q = quality_parse(trim(value))) < 0)
                continue;
        }
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
