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
static const char *const note_text[WIRE_NOTE_COUNT] = {"notice",      "outcome-unknown", "explained",
                                                         "no-registry", "answer-later", "act-later", "explain-later"};

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
