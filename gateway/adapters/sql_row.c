#include "gateway/adapters/sql_row.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/link/adapter_message.h"
#include "gateway/wire/json.h"

/* Object identifiers of PostgreSQL's own types (pg_type.dat): the same in every installation. */
enum {
    TYPE_BOOL = 16,
    TYPE_NAME = 19,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_TEXT = 25,
    TYPE_JSON = 114,
    TYPE_BPCHAR = 1042,
    TYPE_VARCHAR = 1043,
    TYPE_DATE = 1082,
    TYPE_TIMESTAMPTZ = 1184,
    TYPE_NUMERIC = 1700,
    TYPE_UUID = 2950,
    TYPE_JSONB = 3802,
};

static json_t *parse(const char *text, size_t len)
{
    json_t *value = NULL;
    return wire_json_parse(base_bytes_of(text, len), LINK_RECORDS_MAX, &value, NULL) == 0 ? value : NULL;
}

static json_t *integer_value(const char *text)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' ? json_integer(value) : NULL;
}

/* "2030-01-02 03:04:05.6+05" or "+05:30" becomes RFC 3339. */
static json_t *time_value(const char *text, size_t len)
{
    char time[48];
    if (len < 20 || len + 4 > sizeof(time) || text[10] != ' ')
        return NULL;
    memcpy(time, text, len + 1);
    time[10] = 'T';
    if (time[len - 3] == '+' || time[len - 3] == '-')
        memcpy(time + len, ":00", sizeof(":00"));
    return json_string(time);
}

/* NULL for what does not fit or when memory is short. */
static json_t *column_value(const PGresult *result, int column)
{
    if (PQgetisnull(result, 0, column))
        return json_null();
    const char *text = PQgetvalue(result, 0, column);
    size_t len = (size_t) PQgetlength(result, 0, column);
    switch (PQftype(result, column)) {
    case TYPE_BOOL:
        return json_boolean(text[0] == 't');
    case TYPE_INT8:
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_NUMERIC:
        return integer_value(text);
    case TYPE_TEXT:
    case TYPE_NAME:
    case TYPE_BPCHAR:
    case TYPE_VARCHAR:
    case TYPE_DATE:
    case TYPE_UUID:
        return json_stringn(text, len);
    case TYPE_TIMESTAMPTZ:
        return time_value(text, len);
    case TYPE_JSON:
    case TYPE_JSONB:
        return parse(text, len);
    default:
        return NULL;
    }
}

static bool is_record_column(const PGresult *result)
{
    return PQnfields(result) == 1 && (PQftype(result, 0) == TYPE_JSON || PQftype(result, 0) == TYPE_JSONB);
}

static json_t *record_of(const PGresult *result)
{
    if (is_record_column(result))
        return column_value(result, 0);
    json_t *record = json_object();
    for (int column = 0; record && column < PQnfields(result); column++) {
        const char *name = PQfname(result, column);
        json_t *value = json_object_get(record, name) ? NULL : column_value(result, column);
        if (value && json_object_set_new(record, name, value) == 0)
            continue;
        json_decref(record);
        return NULL;
    }
    return record;
}

int adapter_row_append(const PGresult *result, struct base_buffer *records)
{
    for (int column = 0; column < PQnfields(result); column++)
        if (PQgetlength(result, 0, column) > LINK_RECORDS_MAX)
            return ADAPTER_ROW_TOO_LARGE;
    json_t *record BASE_CLEANUP(wire_json_cleanup) = record_of(result);
    if (!json_is_object(record))
        return ADAPTER_ROW_MISFIT;
    if (records->len > 1)
        base_buffer_append_u8(records, ',');
    int r = wire_json_canonical(record, records);
    if (r == 0)
        r = base_buffer_error(records);
    if (r == -EINVAL)
        return ADAPTER_ROW_MISFIT;
    return r == -ENOBUFS ? ADAPTER_ROW_TOO_LARGE : r;
}
