/* Imports through the real gateway: every row checked before anything is changed, all of them registered afterwards, also over
 * the end of a gateway that was killed. */
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/encoding.h"
#include "tests/integration/gateway/world.h"
#include "tests/integration/schema/cluster.h"

static struct world world;

/* SECOND is the operator's administrator; POLICE_BIN is a body of App. 4. */
static void begin(void)
{
    world_init(&world);
    world_appoint(SECOND, "administrator");
    world.settings = "[query]\nrefusals_per_minute = 1000\n";
    world_start(&world);
}

static void end(void)
{
    world_stop(&world);
    world_verify(&world);
    world_clear(&world);
}

/* ---- rows ---- */

/* An IIN of 1850s with its check digit (the series' number, then the two rounds of weights); "" when that serial is never
 * issued. */
static void iin_make(unsigned serial, char ret_iin[13])
{
    unsigned digits[12], sum = 0;
    char text[64];
    snprintf(text, sizeof(text), "5%u%02u%02u1%04u0", serial / 10000 % 10, 1 + serial / 100000 % 12, 1 + serial / 1200000 % 28,
             serial % 10000);
    memcpy(ret_iin, text, 12);
    ret_iin[12] = '\0';
    for (unsigned i = 0; i < 11; i++)
        digits[i] = (unsigned)(ret_iin[i] - '0');
    for (unsigned i = 0; i < 11; i++)
        sum += digits[i] * (i + 1);
    if (sum % 11 == 10) {
        sum = 0;
        for (unsigned i = 0; i < 11; i++)
            sum += digits[i] * ((i + 2) % 11 + 1);
    }
    if (sum % 11 == 10)
        ret_iin[0] = '\0';
    else
        ret_iin[11] = (char)('0' + sum % 11);
}

static unsigned next_serial; /* each test has rows of its own */

static void rows_append(struct base_buffer *rows, unsigned count)
{
    char iin[13];
    for (unsigned made = 0; made < count; next_serial++) {
        iin_make(next_serial, iin);
        if (!iin[0])
            continue;
        base_buffer_printf(rows, "%s{\"iin\":\"%s\",\"bin\":\"" POLICE_BIN "\",\"unit\":null,\"surname\":\"ТЕСТ\",\"given\":\"ТЕСТ\","
                           "\"patronymic\":null,\"position\":\"П\",\"role\":2,\"bases\":[\"operative_search\",\"other_duties\"],"
                           "\"duties\":[\"app4.1\"],\"until\":null}",
                           rows->len > 1 ? "," : "", iin);
        made++;
    }
    ck_assert_int_eq(base_buffer_error(rows), 0);
}

/* Uploads an array; appends it to the list of parts. */
static void part_upload(struct base_buffer *rows, char *parts, size_t size)
{
    uint8_t hash[32];
    char digest[65];
    struct world_reply reply = world_send_as(&world, SECOND, "POST", "/v1/uploads", "application/json", NULL, NULL, NULL,
                                             base_buffer_view(rows));
    ck_assert_msg(reply.status == 200, "%.*s", (int)reply.body.len, (const char *)reply.body.data);
    world_reply_clear(&reply);
    SHA256(rows->data, rows->len, hash);
    base_hex_digest(hash, digest);
    size_t used = strlen(parts);
    snprintf(parts + used, size - used, "%s{\"sha256\":\"%s\",\"bytes\":%zu}", used ? "," : "", digest, rows->len);
}

static void part_make(unsigned count, char *parts, size_t size)
{
    struct base_buffer rows;
    base_buffer_init(&rows, 10 << 20);
    base_buffer_append_text(&rows, "[");
    rows_append(&rows, count);
    base_buffer_append_text(&rows, "]");
    part_upload(&rows, parts, size);
    base_buffer_clear(&rows);
}

static uint64_t act_post(const char *type, const char *act, char ret_id[37])
{
    struct base_buffer message = world_act_sign(&world, SECOND, &(struct world_act){.type = type, .act = act}, ret_id);
    uint64_t post = world_post(&world, SECOND, "/v1/acts", base_buffer_view(&message));
    base_buffer_clear(&message);
    return post;
}

static struct world_reply act_send(const char *type, const char *act)
{
    char id[37];
    return world_take(&world, act_post(type, act, id));
}

static uint64_t import_post(const char *parts, unsigned rows, char ret_id[37])
{
    char *act = NULL;
    ck_assert_int_gt(asprintf(&act, "{\"rows\":%u,\"source\":\"сынақ\",\"parts\":[%s]}", rows, parts), 0);
    uint64_t post = act_post("import", act, ret_id);
    free(act);
    return post;
}

static struct world_reply import_send(const char *parts, unsigned rows)
{
    char id[37];
    return world_take(&world, import_post(parts, rows, id));
}

static void accepted(const char *parts, unsigned rows)
{
    struct world_reply reply = import_send(parts, rows);
    ck_assert_msg(reply.status == 202, "%u %.*s", reply.status, (int)reply.body.len, (const char *)reply.body.data);
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(reply.json, "answer"), "kind")), "admin.import");
    world_reply_clear(&reply);
}

static long officers(void)
{
    return cluster_number("select count(*) from registration_now where system_role = 'officer' and state = 'active'", NULL);
}

/* As long as a busy machine may need. */
static void officers_wait(long count)
{
    for (int i = 0; i < 240 && officers() != count; i++) {
        struct timespec step = {.tv_nsec = 250000000};
        nanosleep(&step, NULL);
    }
    ck_assert_int_eq(officers(), count);
}

static void body_make(void)
{
    free(cluster_sql("with off as (select set_config('session_replication_role', 'replica', true))"
                     " insert into body_version (body_id, version, code, appendix, name_kk, name_ru, name_en, at, act)"
                     " select b.body_id, coalesce((select max(version) from body_version v where v.body_id = b.body_id), 0) + 1,"
                     " 'police', 4, 'П', 'П', 'P', now(), sha256('x') from body b, off where b.bin = '" POLICE_BIN "'"
                     " and not exists (select from body_version v where v.body_id = b.body_id and v.appendix = 4)", NULL));
}

/* ---- tests ---- */

START_TEST(rows_in_parts_become_officers)
{
    static char parts[1024];
    begin();
    body_make();
    next_serial = 20000;
    long before = officers();
    parts[0] = '\0';
    part_make(700, parts, sizeof(parts));
    part_make(800, parts, sizeof(parts));
    accepted(parts, 1500);
    officers_wait(before + 1500);
    /* 500 in each part, across the uploads; each an entry that claims its own part of the message. */
    ck_assert_int_eq(world_count(&world, "kind = 'admin.import_part' and e.iin = '" SECOND_IIN "'"), 3);
    ck_assert_int_eq(cluster_number("select count(*) from import_part p join import i using (import_id) join act a on a.leaf = i.act"
                                    " join log l using (log_id) where l.origin = $1 and p.rows = 500",
                                    world.origin, NULL),
                     3);
    struct world_reply reply = world_send_as(&world, SECOND, "GET", "/v1/registry/imports?limit=500", "", NULL, NULL, NULL,
                                             (struct base_bytes){0});
    const json_t *list = json_object_get(reply.json, "items");
    const json_t *last = json_array_get(list, json_array_size(list) - 1);
    ck_assert_str_eq(json_string_value(json_object_get(last, "state")), "done");
    ck_assert_int_eq(json_integer_value(json_object_get(last, "done")), 1500);
    world_reply_clear(&reply);
    end();
}
END_TEST

static void wrong(const char *row, const char *column, const char *code)
{
    char parts[512] = "";
    struct base_buffer rows;
    base_buffer_init(&rows, 1 << 20);
    base_buffer_append_text(&rows, "[");
    rows_append(&rows, 2);
    base_buffer_printf(&rows, ",%s]", row);
    part_upload(&rows, parts, sizeof(parts));
    struct world_reply reply = import_send(parts, 3);
    world_expect(&reply, 422, "import-wrong");
    size_t i;
    const json_t *fault;
    bool is_named = false;
    json_array_foreach(json_object_get(reply.json, "faults"), i, fault)
    {
        ck_assert_int_eq(json_integer_value(json_object_get(fault, "row")), 3); /* the others are right */
        is_named = is_named || (strcmp(json_string_value(json_object_get(fault, "column")), column) == 0 &&
                                strcmp(json_string_value(json_object_get(fault, "code")), code) == 0);
    }
    ck_assert_msg(is_named, "%s %s: %.*s", column, code, (int)reply.body.len, (const char *)reply.body.data);
    world_reply_clear(&reply);
    base_buffer_clear(&rows);
}

#define ROW(iin, bin, unit, role, bases, duties, until)                                                                            \
    "{\"iin\":\"" iin "\",\"bin\":\"" bin "\",\"unit\":" unit ",\"surname\":\"А\",\"given\":\"А\",\"patronymic\":null,"                       \
    "\"position\":\"П\",\"role\":" role ",\"bases\":[" bases "],\"duties\":[" duties "],\"until\":" until "}"

START_TEST(one_wrong_row_and_nothing_is_changed)
{
    begin();
    body_make();
    next_serial = 40000;
    long before = officers();
    wrong(ROW(THIRD_IIN, POLICE_BIN, "null", "2", "\"other_duties\"", "\"app7.1\"", "null"), "duties", "duty-not-of-role");
    wrong(ROW(THIRD_IIN, POLICE_BIN, "null", "2", "\"operative_search\"", "\"app4.1\"", "null"), "duties", "form-incomplete");
    wrong(ROW(THIRD_IIN, POLICE_BIN, "null", "8", "\"operative_search\"", "", "null"), "bases", "role-basis");
    wrong(ROW(THIRD_IIN, POLICE_BIN, "null", "1", "\"operative_search\"", "", "null"), "role", "role-not-of-body");
    wrong(ROW("500615100016", POLICE_BIN, "null", "2", "\"operative_search\"", "", "null"), "iin", "check-digit-wrong");
    wrong(ROW(THIRD_IIN, POLICE_BIN, "\"no.such\"", "2", "\"operative_search\"", "", "null"), "unit", "unit-unknown");
    wrong(ROW(THIRD_IIN, POLICE_BIN, "null", "2", "\"operative_search\"", "", "\"2020-01-01T00:00:00+05:00\""), "until", "period-wrong");
    wrong(ROW(SECOND_IIN, POLICE_BIN, "null", "2", "\"operative_search\"", "", "null"), "iin", "own-act");
    wrong(ROW(POLICE_IIN, POLICE_BIN, "null", "2", "\"operative_search\"", "", "null"), "iin", "already-so");
    wrong("7", "row", "type-wrong");
    ck_assert_int_eq(officers(), before);
    ck_assert_int_eq(world_count(&world, "kind in ('admin.import', 'admin.import_part')"), 0);
    ck_assert_int_ge(world_count(&world, "kind = 'admin.refused'"), 10);
    end();
}
END_TEST

/* Both of one person, in different uploads and more rows apart than are asked of the register at once. */
START_TEST(one_person_twice)
{
    static char parts[1024];
    begin();
    body_make();
    next_serial = 60000;
    parts[0] = '\0';
    unsigned serial = next_serial;
    part_make(1200, parts, sizeof(parts));
    unsigned after = next_serial;
    next_serial = serial;
    part_make(1, parts, sizeof(parts));
    next_serial = after;
    struct world_reply reply = import_send(parts, 1201);
    world_expect(&reply, 422, "import-wrong");
    const json_t *faults = json_object_get(reply.json, "faults");
    ck_assert_uint_eq(json_array_size(faults), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(faults, 0), "row")), 1201);
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(faults, 0), "code")), "already-so");
    world_reply_clear(&reply);
    /* The count said must be the count there is. */
    parts[0] = '\0';
    part_make(3, parts, sizeof(parts));
    reply = import_send(parts, 4);
    world_expect(&reply, 422, "import-wrong");
    world_reply_clear(&reply);
    end();
}
END_TEST

/* The row of that number, from 1, of those made from that serial on: whoever registers this person waits until the
 * connection is closed. */
static PGconn *row_hold(unsigned serial, unsigned number)
{
    char iin[13], sql[200];
    PGconn *connection = cluster_connect("user=postgres");
    for (unsigned left = number; left > 0; serial++) {
        iin_make(serial, iin);
        left -= iin[0] != '\0';
    }
    snprintf(sql, sizeof(sql), "begin; insert into qao.person (iin, body_id) select '%s', body_id from qao.body where bin = '" POLICE_BIN "'",
             iin);
    ck_assert_str_eq(cluster_say(connection, sql), "");
    return connection;
}

/* Killed while its second part is under way, which is there or not when the next gateway looks. */
START_TEST(an_import_goes_on_after_a_kill)
{
    static char parts[1024];
    begin();
    body_make();
    next_serial = 80000;
    long before = officers();
    parts[0] = '\0';
    PGconn *held = row_hold(next_serial, 501);
    part_make(4000, parts, sizeof(parts));
    accepted(parts, 4000);
    world_wait_count(&world, "kind = 'admin.import_part'", 1);
    world_kill(&world);
    ck_assert_int_eq(officers() - before, 500);
    PQfinish(held);
    world_start(&world);
    officers_wait(before + 4000);
    ck_assert_int_eq(world_count(&world, "kind = 'admin.import_part'"), 8);
    end();
}
END_TEST

/* As a decision leaves it that is recorded between the check of the rows and the record of the import. */
START_TEST(an_officer_registered_meanwhile_is_a_wrong_row)
{
    char parts[512] = "", id[37];
    struct base_buffer rows;
    world_init(&world);
    world_appoint(SECOND, "administrator");
    world_register(THIRD, "ended", 2, "{operative_search}", "{}", false);
    world_start(&world);
    body_make();
    base_buffer_init(&rows, 1 << 20);
    base_buffer_append_text(&rows, "[" ROW(THIRD_IIN, POLICE_BIN, "null", "2", "\"operative_search\"", "", "null") "]");
    part_upload(&rows, parts, sizeof(parts));
    PGconn *connection = world_register_begin(THIRD, "blocked");
    uint64_t post = import_post(parts, 1, id);
    world_wait_confirming(); /* the rows are checked, and right */
    PGresult *result = PQexec(connection,
                              "alter table qao.act disable trigger act_entered;"
                              "insert into qao.act (log_id, seq, kind, iin, bin, id, at, leaf, envelope, signed) select log_id, 1000000,"
                              " 'admin.decision', '1', '1', gen_random_uuid(), now(), sha256('late'), '{\"act\":{\"outcome\":\"registered\"}}',"
                              " '' from qao.log order by log_id desc limit 1;"
                              "alter table qao.act enable always trigger act_entered");
    ck_assert_msg(PQresultStatus(result) == PGRES_COMMAND_OK, "%s", PQerrorMessage(connection));
    PQclear(result);
    world_register_commit(connection);
    struct world_reply reply = world_take(&world, post);
    world_expect(&reply, 422, "import-wrong");
    const json_t *fault = json_array_get(json_object_get(reply.json, "faults"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(fault, "code")), "already-so");
    world_reply_clear(&reply);
    base_buffer_clear(&rows);
    ck_assert_int_eq(world_count(&world, "kind in ('admin.import', 'admin.import_part')"), 0);
    world_stop(&world);
    world_clear(&world); /* the log has no entry of that decision */
}
END_TEST

/* Its uploads cannot be read any more: it would hold up all other registrations for ever. */
START_TEST(an_import_that_is_stuck_is_ended)
{
    char parts[512] = "", id[37], *act = NULL;
    begin();
    body_make();
    next_serial = 90000;
    long before = officers();
    part_make(3, parts, sizeof(parts));
    free(cluster_sql("alter table blob_large disable trigger all", NULL));
    PGconn *connection = world_register_begin(POLICE, "active");
    uint64_t post = import_post(parts, 3, id);
    world_wait_confirming();
    free(cluster_sql("update blob_large set content = 'lost' where large_id = (select max(large_id) from blob_large)", NULL));
    world_register_commit(connection);
    struct world_reply reply = world_take(&world, post);
    ck_assert_int_eq(reply.status, 202);
    world_reply_clear(&reply);
    ck_assert_int_eq(cluster_number("select count(*) from import_now where state = 'running' and import_id = $1::uuid", id, NULL), 1);
    ck_assert_int_gt(asprintf(&act, "{\"import\":\"%s\",\"reason\":\"оқылмайды\"}", id), 0);
    reply = act_send("import-end", act);
    ck_assert_msg(reply.status == 200, "%u %.*s", reply.status, (int)reply.body.len, (const char *)reply.body.data);
    world_reply_clear(&reply);
    free(act);
    ck_assert_int_eq(cluster_number("select count(*) from import_now where state = 'running'", NULL), 0);
    ck_assert_int_eq(officers(), before);
    /* The next one is done. */
    parts[0] = '\0';
    part_make(4, parts, sizeof(parts));
    accepted(parts, 4);
    officers_wait(before + 4);
    end();
}
END_TEST

/* A new pair for uploads: what was uploaded before opens by the old one, as long as it is named. */
START_TEST(an_old_upload_opens_by_its_key)
{
    char parts[512] = "", settings[256];
    begin();
    body_make();
    next_serial = 95000;
    long before = officers();
    part_make(3, parts, sizeof(parts));
    world_stop(&world);
    snprintf(settings, sizeof(settings), "[earlier_uploads]\n2026 = %s\n", world_uploads_renew());
    world.settings = NULL;
    world_start(&world);
    struct world_reply reply = import_send(parts, 3);
    world_expect(&reply, 503, "log-unavailable"); /* it cannot be read, and nothing is taken */
    world_reply_clear(&reply);
    world_stop(&world);
    world.settings = settings;
    world_start(&world);
    accepted(parts, 3);
    officers_wait(before + 3);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {rows_in_parts_become_officers, one_wrong_row_and_nothing_is_changed, one_person_twice,
                                  an_import_goes_on_after_a_kill,
                                  an_officer_registered_meanwhile_is_a_wrong_row, an_import_that_is_stuck_is_ended, an_old_upload_opens_by_its_key};
    return world_run("import", tests, sizeof(tests) / sizeof(tests[0]));
}
