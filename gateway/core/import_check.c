#include "gateway/core/import_check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "gateway/core/import_rows.h"
#include "gateway/registry/row.h"
#include "gateway/wire/json.h"
#include "schema/store/act.h"

enum {
    CHUNK_ROWS = 1000, /* asked of the register at once */
    CHUNK_BYTES_MAX = 16 << 20,
    TEXT_BYTES_MAX = 64 << 10,
};

struct fault {
    uint32_t row; /* from 1; 0: the act */
    char column[REGISTRY_ROW_WORD_MAX], code[REGISTRY_ROW_WORD_MAX];
};

struct person {
    uint64_t iin;
    uint32_t row;
};

struct check {
    struct core_gateway *gateway;
    const struct policy_edition *edition;
    char importer[256];
    size_t fault_count; /* may pass the maximum by those of one chunk */
    struct fault *faults;
    size_t person_count, person_room;
    struct person *people;
    struct base_buffer chunk;
    size_t chunk_count;
    uint32_t chunk_rows[CHUNK_ROWS]; /* numbers of its rows */
};

enum { FAULTS_ROOM = CORE_IMPORT_FAULTS_MAX + CHUNK_ROWS };

static bool is_full(const struct check *check)
{
    return check->fault_count >= CORE_IMPORT_FAULTS_MAX;
}

static void fault_put(struct check *check, uint32_t row, const char *column, const char *code)
{
    if (check->fault_count == FAULTS_ROOM)
        return;
    struct fault *fault = &check->faults[check->fault_count++];
    fault->row = row;
    snprintf(fault->column, sizeof(fault->column), "%s", column ? column : "row");
    snprintf(fault->code, sizeof(fault->code), "%s", code ? code : "misfit");
}

static int person_put(struct check *check, const char *iin, uint32_t row)
{
    if (check->person_count == check->person_room) {
        size_t room = check->person_room ? check->person_room * 2 : 4096;
        struct person *people = realloc(check->people, room * sizeof(*people));
        if (!people)
            return -ENOMEM;
        check->people = people;
        check->person_room = room;
    }
    check->people[check->person_count++] = (struct person){.iin = strtoull(iin, NULL, 10), .row = row};
    return 0;
}

/* ---- the register ---- */

static int register_ask(struct check *check, json_t **ret_found)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer text;
    base_buffer_init(&text, TEXT_BYTES_MAX);
    int r = store_import_check(check->gateway->pool, check->importer, (const char *)check->chunk.data, &text);
    if (r == 0)
        r = wire_json_parse(base_buffer_view(&text), TEXT_BYTES_MAX, ret_found, NULL);
    return r > 0 || (r == 0 && !json_is_array(*ret_found)) ? -EBADMSG : r;
}

static int chunk_check(struct check *check)
{
    BASE_CLEANUP(wire_json_cleanup) json_t *found = NULL;
    size_t i;
    const json_t *fault;
    if (check->chunk_count == 0)
        return 0;
    base_buffer_append_text(&check->chunk, "]");
    base_buffer_append_u8(&check->chunk, 0);
    int r = base_buffer_error(&check->chunk);
    if (r == 0)
        r = register_ask(check, &found);
    if (r < 0)
        return r;
    json_array_foreach(found, i, fault)
    {
        json_int_t at = json_integer_value(json_object_get(fault, "row"));
        if (at < 0 || (size_t)at >= check->chunk_count)
            return -EBADMSG;
        fault_put(check, check->chunk_rows[at], json_string_value(json_object_get(fault, "column")),
                  json_string_value(json_object_get(fault, "code")));
    }
    base_buffer_reset(&check->chunk);
    check->chunk_count = 0;
    return 0;
}

static int chunk_put(struct check *check, uint32_t number, const json_t *row)
{
    base_buffer_append_text(&check->chunk, check->chunk_count ? "," : "[");
    int r = registry_row_encode(check->edition, row, &check->chunk);
    if (r < 0)
        return r;
    check->chunk_rows[check->chunk_count++] = number;
    return check->chunk_count == CHUNK_ROWS ? chunk_check(check) : 0;
}

/* ---- rows ---- */

static int row_check(void *context, uint32_t index, const json_t *row)
{
    struct check *check = context;
    struct registry_row_faults faults;
    uint32_t number = index + 1;
    registry_row_check(check->gateway->acts, check->edition, row, &faults);
    for (size_t i = 0; i < faults.count; i++)
        fault_put(check, number, faults.items[i].column, faults.items[i].code);
    int r = 0;
    if (faults.count == 0)
        r = person_put(check, json_string_value(json_object_get(row, "iin")), number);
    if (faults.count == 0 && r == 0)
        r = chunk_put(check, number, row);
    return r == 0 && is_full(check) ? CORE_IMPORT_STOP : r;
}

static int person_order(const void *left, const void *right)
{
    const struct person *a = left, *b = right;
    if (a->iin != b->iin)
        return a->iin < b->iin ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* One person twice, wherever the rows lie: the register sees only those of one chunk together. */
static void twice_check(struct check *check)
{
    if (check->person_count > 0)
        qsort(check->people, check->person_count, sizeof(check->people[0]), person_order);
    for (size_t i = 1; i < check->person_count && !is_full(check); i++)
        if (check->people[i].iin == check->people[i - 1].iin)
            fault_put(check, check->people[i].row, "iin", wire_code_text(WIRE_CODE_ALREADY_SO));
}

static int fault_order(const void *left, const void *right)
{
    const struct fault *a = left, *b = right;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    int r = strcmp(a->column, b->column);
    return r != 0 ? r : strcmp(a->code, b->code);
}

static int faults_encode(struct check *check, struct base_buffer *out)
{
    size_t told = 0;
    struct base_json json;
    qsort(check->faults, check->fault_count, sizeof(check->faults[0]), fault_order);
    base_json_begin(&json, out);
    base_json_array_begin(&json);
    for (size_t i = 0; i < check->fault_count && told < CORE_IMPORT_FAULTS_MAX; i++) {
        if (i > 0 && fault_order(&check->faults[i], &check->faults[i - 1]) == 0)
            continue;
        base_json_object_begin(&json);
        base_json_member_text(&json, "code", check->faults[i].code);
        base_json_member_text(&json, "column", check->faults[i].column);
        base_json_member_integer(&json, "row", check->faults[i].row);
        base_json_object_end(&json);
        told++;
    }
    base_json_array_end(&json);
    return base_json_end(&json);
}

static int rows_check(struct check *check, const char *iin, const json_t *act)
{
    uint32_t rows = 0;
    int r = core_import_walk(check->gateway, iin, json_object_get(act, "parts"), row_check, check, &rows);
    if (r < 0)
        return r;
    if (r == CORE_IMPORT_UNREADABLE)
        fault_put(check, rows + 1, "row", wire_fault_code(WIRE_FAULT_MISFIT));
    else if (r == 0 && json_integer_value(json_object_get(act, "rows")) != rows)
        fault_put(check, 0, "rows", wire_code_text(WIRE_CODE_FORM_MISMATCH));
    r = chunk_check(check);
    twice_check(check);
    return r;
}

static int importer_encode(const struct certs_identity *importer, int64_t at_us, struct check *check)
{
    char at[BASE_TIME_TEXT_MAX];
    base_time_format_us(at_us, at);
    int len = snprintf(check->importer, sizeof(check->importer), "{\"at\":\"%s\",\"bin\":\"%s\",\"iin\":\"%s\"}", at,
                       importer->bin, importer->iin);
    return len > 0 && (size_t)len < sizeof(check->importer) ? 0 : -EINVAL;
}

int core_import_check(struct core_gateway *gateway, const struct certs_identity *importer, int64_t at_us, const json_t *act,
                      struct base_buffer *faults)
{
    struct check *check = calloc(1, sizeof(*check));
    if (!check)
        return -ENOMEM;
    check->gateway = gateway;
    check->edition = policy_edition_at(gateway->editions, at_us);
    check->faults = calloc(FAULTS_ROOM, sizeof(check->faults[0]));
    base_buffer_init(&check->chunk, CHUNK_BYTES_MAX);
    int r = check->faults ? importer_encode(importer, at_us, check) : -ENOMEM;
    if (r == 0)
        r = rows_check(check, importer->iin, act);
    if (r == 0 && check->fault_count > 0) {
        r = faults_encode(check, faults);
        r = r < 0 ? r : CORE_IMPORT_WRONG;
    }
    base_buffer_clear(&check->chunk);
    free(check->people);
    free(check->faults);
    free(check);
    return r;
}
