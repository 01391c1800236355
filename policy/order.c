#include "policy/order.h"

#include "base/clock.h"
#include "base/encoding.h"
#include "policy/order_parse.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

unsigned policy_matrix_columns(unsigned appendix)
{
    return appendix == 4 ? 5 : appendix == 5 ? 2 : 1;
}

struct file {
    const char *name;
    const char *header[POLICY_TSV_FIELDS_MAX + 2];
    int (*parse)(struct policy_tsv *tsv, struct policy_order *order);
    unsigned appendix; /* of a matrix, which has no parse function */
};

/* services.tsv stands before the matrices, which look at its marks. */
static const struct file files_known[POLICY_FILE_COUNT] = {
    {"edition.tsv", {"key", "value", "readings"}, NULL, 0},
    {"services.tsv", {"service", "marked", "acts", "readings", "kk", "ru", "en"}, policy_services_parse, 0},
    {"bases.tsv", {"basis", "clause", "appendix", "case", "marked_readings", "kk", "ru", "en"}, policy_bases_parse, 0},
    {"duties.tsv", {"duty", "clause", "granted_by", "readings", "kk", "ru", "en"}, policy_duties_parse, 0},
    {"appendix-1.tsv", {"service", "1"}, NULL, 1},
    {"appendix-2.tsv", {"service", "1"}, NULL, 2},
    {"appendix-3.tsv", {"service", "1"}, NULL, 3},
    {"appendix-4.tsv", {"service", "1", "2", "3", "4", "5"}, NULL, 4},
    {"appendix-5.tsv", {"service", "1", "2"}, NULL, 5},
    {"appendix-6.tsv", {"service", "1"}, NULL, 6},
    {"appendix-7.tsv", {"service", "1"}, NULL, 7},
    {"appendix-8.tsv", {"entry", "article", "part", "kk", "ru", "en"}, policy_articles_parse, 0},
    {"appendix-12.tsv",
     {"role", "row", "operative_search", "covert_investigation", "search_measures", "other_duties", "appendix",
      "columns", "readings", "doubtful", "kk", "ru", "en"},
     policy_roles_parse,
     0},
    {"remarks.tsv", {"appendix", "row", "column", "readings", "doubtful"}, policy_remarks_parse, 0},
    {"readings.tsv", {"reading", "en"}, policy_readings_parse, 0},
};

const char *policy_order_file_name(unsigned index)
{
    return index < POLICY_FILE_COUNT ? files_known[index].name : NULL;
}

enum key { KEY_ID, KEY_FROM, KEY_TO, KEY_SOURCE, KEY_ARTICLE_FORM, KEY_CASE_FORM };
enum { KEY_FILES = KEY_CASE_FORM + 1 };
static const char *const keys[KEY_FILES] = {"id",     "in_force_from", "in_force_to",
                                            "source", "article_form",  "case_form"};

static int key_parse(struct policy_tsv *tsv, struct policy_order *order, enum key key)
{
    uint64_t readings;
    char *value = tsv->field[1].text;
    int r = policy_tsv_readings(tsv, 2, &readings);
    if (r < 0)
        return r;
    switch (key) {
    case KEY_ID:
        order->id = value;
        if (strlen(value) > 32 || strspn(value, "0123456789abcdefghijklmnopqrstuvwxyz-") != strlen(value))
            return policy_tsv_fail(tsv, 1, "an id is 1-32 of a-z, 0-9 and '-'");
        return 0;
    case KEY_FROM:
        if (base_time_parse(base_bytes_text(value), &order->from_us) < 0)
            return policy_tsv_fail(tsv, 1, "'%s' is no time with offset (2022-05-10T00:00:00+06:00)", value);
        return 0;
    case KEY_TO:
        order->to_us = INT64_MAX;
        if (strcmp(value, "-") != 0 && base_time_parse(base_bytes_text(value), &order->to_us) < 0)
            return policy_tsv_fail(tsv, 1, "'%s' is no time with offset, nor '-' for open", value);
        if (order->to_us <= order->from_us)
            return policy_tsv_fail(tsv, 1, "the edition ends before it begins");
        return 0;
    case KEY_SOURCE:
        order->source = value;
        return 0;
    case KEY_ARTICLE_FORM:
        order->article_readings = readings;
        return strcmp(value, "exact") == 0 ? 0 : policy_tsv_fail(tsv, 1, "the form of an article is 'exact'");
    case KEY_CASE_FORM:
        order->case_readings = readings;
        return strcmp(value, "pattern") == 0 ? 0 : policy_tsv_fail(tsv, 1, "the form of a case number is 'pattern'");
    }
    return -EINVAL;
}

static int sha256_parse(struct policy_tsv *tsv, uint8_t ret_digest[static POLICY_DIGEST_BYTES])
{
    struct base_buffer digest;
    base_buffer_init(&digest, POLICY_DIGEST_BYTES);
    int r = base_hex_decode(base_bytes_text(tsv->field[1].text), &digest);
    if (r == 0 && digest.len == POLICY_DIGEST_BYTES)
        memcpy(ret_digest, digest.data, POLICY_DIGEST_BYTES);
    else if (r != -ENOMEM)
        r = policy_tsv_fail(tsv, 1, "no SHA-256: 64 digits of lower-case hexadecimal are due");
    base_buffer_clear(&digest);
    return r;
}

static int edition_parse(struct policy_tsv *tsv, struct policy_order *order,
                         uint8_t ret_sha256[static POLICY_FILE_COUNT][POLICY_DIGEST_BYTES])
{
    unsigned count = KEY_FILES + POLICY_FILE_COUNT - 1, number = 0;
    int r;
    while ((r = policy_tsv_next(tsv)) == 0) {
        if (number == count)
            return policy_tsv_fail(tsv, 0, "nothing may follow the last file");
        unsigned file = number < KEY_FILES ? 0 : number - KEY_FILES + 1;
        const char *key = file == 0 ? keys[number] : files_known[file].name;
        if (strcmp(tsv->field[0].text, key) != 0)
            return policy_tsv_fail(tsv, 0, "'%s' stands where the row for %s belongs", tsv->field[0].text, key);
        r = file == 0 ? key_parse(tsv, order, (enum key) number) : sha256_parse(tsv, ret_sha256[file]);
        if (r < 0)
            return r;
        number++;
    }
    if (r == POLICY_TSV_END && number < count)
        return policy_tsv_fail(tsv, POLICY_TSV_FIELDS_MAX, "the row for %s is missing",
                               number < KEY_FILES ? keys[number] : files_known[number - KEY_FILES + 1].name);
    return r;
}

static int BASE_PRINTF(3, 4) file_fail(const struct policy_source *source, char **ret_error, const char *format, ...)
{
    char *what = NULL, *all = NULL;
    va_list arguments;
    va_start(arguments, format);
    int r = vasprintf(&what, format, arguments);
    va_end(arguments);
    if (r < 0)
        return -ENOMEM;
    r = asprintf(&all, "%s/%s", source->path, what);
    free(what);
    if (r < 0)
        return -ENOMEM;
    free(*ret_error);
    *ret_error = all;
    return -EINVAL;
}

/* Every reading that is cited must be carried, and a marked service behind a plain "+" must say by which reading its
 * article is asked all the same. */
static int whole_check(const struct policy_order *order, const struct policy_source *source, char **ret_error)
{
    uint64_t cited = order->article_readings | order->case_readings;
    for (unsigned i = 1; i <= POLICY_SERVICE_MAX; i++)
        cited |= order->services[i].readings;
    for (unsigned i = 1; i <= POLICY_ROLE_MAX; i++)
        cited |= order->roles[i].readings;
    for (unsigned i = 1; i <= POLICY_BASIS_MAX; i++)
        cited |= order->bases[i].marked_readings;
    for (unsigned i = 1; i <= POLICY_DUTY_MAX; i++)
        cited |= order->duties[i].readings;
    for (unsigned appendix = 1; appendix <= POLICY_MATRIX_MAX; appendix++)
        for (unsigned row = 1; row <= POLICY_SERVICE_MAX; row++)
            for (unsigned column = 1; column <= policy_matrix_columns(appendix); column++) {
                const struct policy_cell *cell = &order->cells[appendix][row][column];
                cited |= cell->readings;
                if (cell->mark == POLICY_MARK_OPEN && order->services[row].marked && cell->readings == 0)
                    return file_fail(source, ret_error,
                                     "appendix-%u.tsv:%u:1: service %u is marked, but column %u says '+': write "
                                     "'articles', or a remark with the reading",
                                     appendix, row + 1, row, column);
            }
    for (unsigned i = 1; i <= POLICY_READING_MAX; i++)
        if ((cited >> i & 1) != 0 && !order->readings[i])
            return file_fail(source, ret_error, "readings.tsv:1:1: R%02u is cited, but has no row", i);
    return 0;
}

static int file_read(const struct policy_source *source, const struct file *file, policy_digest_function *digest,
                     char **ret_text, size_t *ret_len, uint8_t ret_digest[static POLICY_DIGEST_BYTES], char **ret_error)
{
    struct base_buffer content;
    base_buffer_init(&content, POLICY_FILE_BYTES_MAX);
    int r = source->read(source->context, file->name, &content);
    if (r == -ENOENT)
        r = file_fail(source, ret_error, "%s:1:1: the file is missing", file->name);
    else if (r == -ENOBUFS)
        r = file_fail(source, ret_error, "%s:1:1: the file is longer than %d bytes", file->name, POLICY_FILE_BYTES_MAX);
    if (r == 0)
        r = digest(base_buffer_view(&content), ret_digest);
    if (r == 0) {
        char *text = malloc(content.len + 1);
        if (text) {
            if (content.len > 0)
                memcpy(text, content.data, content.len);
            text[content.len] = '\0';
            *ret_text = text;
            *ret_len = content.len;
        } else {
            r = -ENOMEM;
        }
    }
    base_buffer_clear(&content);
    return r;
}

int policy_order_load(const struct policy_source *source, policy_digest_function *digest,
                      struct policy_order_files *ret_files, char **ret_error)
{
    uint8_t listed[POLICY_FILE_COUNT][POLICY_DIGEST_BYTES], found[POLICY_FILE_COUNT][POLICY_DIGEST_BYTES];
    struct policy_order *order = &ret_files->order;
    for (unsigned i = 0; i < POLICY_FILE_COUNT; i++) {
        const struct file *file = &files_known[i];
        char path[PATH_MAX];
        struct policy_tsv tsv;
        size_t len = 0;
        int r = file_read(source, file, digest, &ret_files->text[i], &len, found[i], ret_error);
        if (r < 0)
            return r;
        snprintf(path, sizeof(path), "%s/%s", source->path, file->name);
        r = policy_tsv_begin(&tsv, path, ret_files->text[i], len, file->header, ret_error);
        if (r == 0)
            r = i == 0               ? edition_parse(&tsv, order, listed)
                : file->appendix > 0 ? policy_matrix_parse(&tsv, order, file->appendix)
                                     : file->parse(&tsv, order);
        if (r < 0)
            return r;
    }
    int r = whole_check(order, source, ret_error);
    if (r < 0)
        return r;
    for (unsigned i = 1; i < POLICY_FILE_COUNT; i++)
        if (memcmp(listed[i], found[i], POLICY_DIGEST_BYTES) != 0) {
            char text[2 * POLICY_DIGEST_BYTES + 1];
            base_hex_digest(found[i], text);
            return file_fail(source, ret_error, "edition.tsv:%u:1: %s has changed: its SHA-256 is %s",
                             KEY_FILES + i + 1, files_known[i].name, text);
        }
    memcpy(ret_files->sha256, found[0], POLICY_DIGEST_BYTES);
    return 0;
}

void policy_order_clear(struct policy_order_files *files)
{
    for (unsigned i = 0; i < POLICY_FILE_COUNT; i++)
        free(files->text[i]);
    memset(files, 0, sizeof(*files));
}
