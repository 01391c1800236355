/* What the operator keeps besides rights: settings, violations, journal, incidents, announcements, contacts. Each act
 * as the gateway's role takes it, each reason against it, and what is read of it afterwards. */
#include "base/clock.h"
#include "schema/store/gauge.h"
#include "schema/store/officer.h"
#include "schema/store/setting.h"
#include "tests/check_main.h"
#include "tests/integration/schema/cluster.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define OFFICER "500101100000"
#define ADMINISTRATOR "500101200007"
#define RESPONSIBLE "500615100015"
#define OFFICIAL "500615200011"
#define POLICE "300140000015"
#define OPERATOR "300141000010"
#define NOBODY "300142000016" /* no body of the register */

/* Of every act that does not say otherwise: 07:00 in UTC. */
#define NOON "2026-11-22T12:00:00.000000+05:00"
#define NOON_US INT64_C(1795330800000000)
#define HOUR_US INT64_C(3600000000)

#define MISSING "00000000-0000-4000-8000-000000000000" /* names nothing */

enum { TEXT_MAX = 8000 };

/* The first column of the first row as the gateway's role sees it, "" for null; after an error its SQLSTATE. */
static const char *ask(PGconn *connection, const char *sql, ...)
{
    static char texts[8][TEXT_MAX]; /* so that a few answers can be compared */
    static unsigned next;
    const char *values[16];
    int count = 0;
    va_list arguments;
    va_start(arguments, sql);
    for (const char *value; (value = va_arg(arguments, const char *)) != NULL;)
        values[count++] = *value ? value : NULL;
    va_end(arguments);
    PGresult *result = PQexecParams(connection, sql, count, NULL, values, NULL, NULL, 0);
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    char *text = texts[next++ % BASE_ARRAY_LENGTH(texts)];
    snprintf(text, TEXT_MAX, "%s", state ? state : PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
    return text;
}

static PGconn *gateway;
static struct store_pool *pool;
static char log_number[16];
static char newest[40];    /* id of the newest act */
static const char *moment; /* of the next acts and readings */
static char superuser[] = "user=postgres options='-c search_path=qao'";

static void body(const char *bin)
{
    free(cluster_sql("with b as (insert into body (bin) values ($1) on conflict do nothing returning body_id)"
                     ", v as (insert into body_version (body_id, version, code, name_kk, name_ru, name_en, source)"
                     " select body_id, 1, 'code', 'а', 'б', 'c', 'test' from b)"
                     " insert into body_network (body_id, version, networks, source)"
                     " select body_id, 1, '{127.0.0.0/8}', 'test' from b",
                     bin, NULL));
}

static void set_up(void)
{
    cluster_officer(OFFICER);
    body(OPERATOR);
    cluster_appoint(ADMINISTRATOR, OPERATOR, "administrator", "");
    cluster_appoint(OFFICIAL, OPERATOR, "official", "");
    cluster_appoint(RESPONSIBLE, POLICE, "responsible", "");
    cluster_log_make("duty.example/log", 65536);
    snprintf(log_number, sizeof(log_number), "%ld",
             cluster_number("select log_id from log where origin = 'duty.example/log'", NULL));
    gateway = cluster_connect(CLUSTER_GATEWAY);
    ask(gateway, "select qao.log_lock($1::integer)", log_number, NULL);
    pool = cluster_pool(CLUSTER_GATEWAY);
    moment = NOON;
}

static void tear_down(void)
{
    PQfinish(gateway);
    store_pool_free(pool);
}

/* Takes an act as the writer does: told of, then changed with its entry in one transaction. Gives the reasons against
 * it,
 * "" when it was taken. What is told before is what the transaction says, too. */
static const char *act(const char *kind, const char *iin, const char *json)
{
    const char *bin = strcmp(iin, ADMINISTRATOR) == 0 || strcmp(iin, OFFICIAL) == 0 ? OPERATOR : *iin ? POLICE : "";
    snprintf(newest, sizeof(newest), "%s", ask(gateway, "select gen_random_uuid()", NULL));
    const char *envelope =
        ask(gateway,
            "select jsonb_build_object('kind', $1::text, 'id', $2::text, 'iin', $3::text, 'bin',"
            " $4::text, 'peer', case when $3 is not null then '127.0.0.1' end, 'at', $5::text, 'act',"
            " $6::jsonb) || case when $3 <> '' then jsonb_build_object('digest', encode(sha256('signed'), 'hex'))"
            " else '{}' end",
            kind, *iin ? newest : "", iin, bin, moment, json, NULL);
    /* As much of an entry's leaf as the register looks at. */
    const char *leaf =
        ask(gateway,
            "select jsonb_build_object('kind', $1::text, 'n', gen_random_uuid()) || case when $2 <> '' then"
            " jsonb_build_object('act', jsonb_build_object('sha256', encode(sha256('signed'), 'hex'))) else '{}' end",
            kind, iin, NULL);
    const char *reasons = ask(gateway, "select array_to_string(qao.act_check($1::jsonb), ' ')", envelope, NULL);
    const char *seq = ask(gateway, "select count(*) from qao.entry where log_id = $1::integer", log_number, NULL);
    ask(gateway, "begin", NULL);
    const char *applied = ask(gateway,
                              "select qao.act_apply($1::integer, array[$2::bigint],"
                              " array[sha256('\\x00'::bytea || convert_to($3, 'UTF8'))], array[$4::jsonb],"
                              " array[case when $5 <> '' then 'signed'::bytea end])",
                              log_number, seq, leaf, envelope, *iin ? "yes" : "", NULL);
    ck_assert_str_eq(applied, *reasons ? "QAO02" : "");
    if (!*reasons)
        ck_assert_str_eq(
            ask(gateway,
                "insert into qao.entry (log_id, seq, opens, at, kind, leaf, iin, body) values ($1::integer, $2::bigint,"
                " false, $3::timestamptz, $4, convert_to($5, 'UTF8'), nullif($6, ''), nullif($7, ''))",
                log_number, seq, moment, kind, leaf, iin, bin, NULL),
            "");
    ck_assert_str_eq(ask(gateway, "commit", NULL), "");
    return reasons;
}

/* One value of a page, by its path: "items,0,state". "none" when the collection is not the reader's. */
static const char *page(const char *collection, const char *iin, const char *filter, const char *path)
{
    const char *bin = strcmp(iin, ADMINISTRATOR) == 0 || strcmp(iin, OFFICIAL) == 0 ? OPERATOR : POLICE;
    return ask(
        gateway,
        "with p as (select qao.read($1, jsonb_build_object('iin', $2::text, 'bin', $3::text, 'peer', '127.0.0.1',"
        " 'at', $4::text), $5::jsonb) as page)"
        " select case when page is null then 'none' else page #>> string_to_array($6, ',') end from p",
        collection, iin, bin, moment, filter, path, NULL);
}

static long page_count(const char *collection, const char *iin, const char *filter)
{
    const char *items = page(collection, iin, filter, "items");
    return strtol(ask(gateway, "select jsonb_array_length($1::jsonb)", items, NULL), NULL, 10);
}

static const char *json(const char *format, ...) __attribute__((format(printf, 1, 2)));
static const char *json(const char *format, ...)
{
    static char text[TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    return text;
}

/* ---- time ---- */

/* The capital changed from UTC+6 to UTC+5 at the midnight between 29 February and 1 March 2024 (clause 22). */
START_TEST(times_of_the_capital)
{
    static const char *const cases[][2] = {
        {"2024-02-29T17:59:59.999999Z", "2024-02-29T23:59:59.999999+06:00"},
        {"2024-02-29T18:59:59Z", "2024-02-29T23:59:59.000000+05:00"},
        {"2024-02-29T19:00:00Z", "2024-03-01T00:00:00.000000+05:00"},
        {"2026-11-22T07:00:00Z", NOON},
    };
    PGconn *owner = cluster_connect(superuser);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++)
        ck_assert_str_eq(ask(owner, "select time_text($1::timestamptz)", cases[i][0], NULL), cases[i][1]);
    ck_assert_str_eq(ask(owner, "select time_text(null)", NULL), "");
    PQfinish(owner);
}
END_TEST

/* ---- settings ---- */

START_TEST(settings_read)
{
    struct store_settings settings;
    ck_assert_int_eq(store_settings_read(pool, &settings), 0);
    ck_assert_int_eq(settings.absence_suspension_days, 0);
    ck_assert_int_eq(settings.refusals_per_hour, 60);
    ck_assert_str_eq(page("settings", OFFICIAL, "{}", "items,1,name"), "refusals_per_hour");
    ck_assert_str_eq(page("settings", OFFICIAL, "{}", "items,1,value"), "60");
    ck_assert_str_eq(page("settings", OFFICIAL, "{}", "items,1,by"), "");
    ck_assert_str_eq(page("settings", OFFICER, "{}", ""), "none");

    const char *set = "{\"name\":\"refusals_per_hour\",\"value\":0}";
    ck_assert_str_eq(act("admin.setting", OFFICIAL, set), "role-not-held");
    ck_assert_str_eq(act("admin.setting", ADMINISTRATOR, "{\"name\":\"refusals_per_hour\",\"value\":60}"),
                     "already-so");
    ck_assert_str_eq(act("admin.setting", ADMINISTRATOR, "{\"name\":\"other\",\"value\":1}"), "act-malformed");
    ck_assert_str_eq(act("admin.setting", ADMINISTRATOR, "{\"name\":\"refusals_per_hour\",\"value\":-1}"),
                     "act-malformed");
    ck_assert_str_eq(act("admin.setting", ADMINISTRATOR, set), "");
    ck_assert_str_eq(act("admin.setting", ADMINISTRATOR, set), "already-so");
    ck_assert_str_eq(act("admin.setting", ADMINISTRATOR, "{\"name\":\"absence_suspension_days\",\"value\":14}"), "");
    ck_assert_int_eq(store_settings_read(pool, &settings), 0);
    ck_assert_int_eq(settings.absence_suspension_days, 14);
    ck_assert_int_eq(settings.refusals_per_hour, 0);
    ck_assert_str_eq(page("settings", ADMINISTRATOR, "{}", "items,1,by"), ADMINISTRATOR);
    ck_assert_str_eq(page("settings", ADMINISTRATOR, "{}", "items,1,at"), NOON);
}
END_TEST

/* ---- violations ---- */

static const char *violation(const char *iin, const char *number, const char *of, const char *bin, const char *rest)
{
    return act("admin.violation", iin,
               json("{\"violation\":%s%s%s,\"iin\":\"%s\",\"bin\":\"%s\",%s}", *number ? "\"" : "",
                    *number ? number : "null", *number ? "\"" : "", of, bin, rest));
}

#define FOUND "\"cause\":\"key lent\",\"state\":\"open\",\"measure\":null,\"note\":\"seen by the guard\""
#define DONE "\"cause\":\"key lent\",\"state\":\"closed\",\"measure\":\"blocked\",\"note\":null"

START_TEST(violation_by_hand)
{
    char number[40];
    ck_assert_str_eq(violation(OFFICER, "", OFFICER, POLICE, FOUND), "role-not-held");
    ck_assert_str_eq(violation(RESPONSIBLE, "", OFFICER, OPERATOR, FOUND), "not-competent");
    ck_assert_str_eq(violation(ADMINISTRATOR, "", OFFICER, NOBODY, FOUND), "body-unknown object-unknown");
    ck_assert_str_eq(violation(ADMINISTRATOR, "", "500615200011", POLICE, FOUND), "object-unknown");
    ck_assert_str_eq(violation(ADMINISTRATOR, "", OFFICER, POLICE,
                               "\"cause\":\"x\",\"state\":\"closed\",\"measure\":null,\"note\":null"),
                     "form-incomplete");
    ck_assert_str_eq(violation(RESPONSIBLE, "", OFFICER, POLICE, FOUND), "");
    snprintf(number, sizeof(number), "%s", newest);
    ck_assert_str_eq(page("violations", RESPONSIBLE, "{}", "items,0,violation"), number);
    ck_assert_str_eq(page("violations", RESPONSIBLE, "{}", "items,0,by"), RESPONSIBLE);
    ck_assert_str_eq(page("violations", RESPONSIBLE, "{}", "items,0,entry"), "");
    ck_assert_str_eq(page("violations", OFFICER, "{}", ""), "none");

    /* Versions: of the same person, body and cause, and something must be new. */
    ck_assert_str_eq(violation(OFFICIAL, MISSING, OFFICER, POLICE, DONE), "object-unknown");
    ck_assert_str_eq(violation(OFFICIAL, number, RESPONSIBLE, POLICE, DONE), "object-unknown");
    ck_assert_str_eq(violation(OFFICIAL, number, OFFICER, POLICE,
                               "\"cause\":\"other\",\"state\":\"closed\",\"measure\":\"m\",\"note\":null"),
                     "object-unknown");
    ck_assert_str_eq(violation(OFFICIAL, number, OFFICER, POLICE, FOUND), "already-so");
    ck_assert_str_eq(violation(OFFICIAL, number, OFFICER, POLICE, DONE), "");
    ck_assert_str_eq(page("violations", ADMINISTRATOR, "{\"cause\":\"key lent\",\"state\":\"open\"}", "items"), "[]");
    const char *closed = "{\"cause\":\"key lent\",\"state\":\"closed\",\"bin\":\"" POLICE "\",\"iin\":\"" OFFICER "\"}";
    ck_assert_str_eq(page("violations", ADMINISTRATOR, closed, "items,0,versions"), "2");
    ck_assert_str_eq(page("violations", ADMINISTRATOR, closed, "items,0,measure"), "blocked");
    ck_assert_str_eq(violation(ADMINISTRATOR, number, OFFICER, POLICE, FOUND), "");
    ck_assert_str_eq(violation(ADMINISTRATOR, number, OFFICER, POLICE, DONE), "");
    ck_assert_str_eq(page("violations", ADMINISTRATOR, closed, "items,0,versions"), "4");
    ck_assert_str_eq(page("violations", ADMINISTRATOR, closed, "items,0,by"), ADMINISTRATOR);
}
END_TEST

/* Who is responsible for a unit reaches the officers of that unit and of those below, and sees no others. */
START_TEST(violation_of_a_unit)
{
    free(cluster_sql("with u as (insert into unit (body_id, code) select body_id, c from body,"
                     " unnest('{upper,lower,beside}'::text[]) c where bin = '" POLICE "' returning *)"
                     " insert into unit_version (unit_id, version, body_id, parent_id, name_kk, name_ru, name_en, source)"
                     " select u.unit_id, 1, u.body_id, case u.code when 'lower' then p.unit_id end, 'а', 'б', 'c', 'test'"
                     " from u, u p where p.code = 'upper'",
                     NULL));
    cluster_appoint(OFFICIAL, POLICE, "responsible", "upper");
    const char *in_unit =
        "insert into registration_version (registration_id, version, system_role, state, role, unit_id, source)"
        " select registration_id, max(version) + 1, 'officer', 'active', 2,"
        " (select unit_id from unit where code = $2), 'test'"
        " from registration_version join registration using (registration_id)"
        " join person using (person_id) where iin = $1 and registration.system_role = 'officer'"
        " group by 1";
    /* The helper above takes the official for one of the operator's: here the envelope is written out. */
    const char *check = "select array_to_string(qao.act_check(jsonb_build_object('kind', 'admin.violation', 'id',"
                        " gen_random_uuid(), 'iin', '" OFFICIAL "', 'bin', '" POLICE "', 'peer', '127.0.0.1', 'at',"
                        " now(), 'act', $1::jsonb)), ' ')";
    const char *new = "{\"violation\":null,\"iin\":\"" OFFICER "\",\"bin\":\"" POLICE "\"," FOUND "}";
    ck_assert_str_eq(ask(gateway, check, new, NULL), "not-competent");
    free(cluster_sql(in_unit, OFFICER, "beside", NULL));
    ck_assert_str_eq(ask(gateway, check, new, NULL), "not-competent");
    free(cluster_sql(in_unit, OFFICER, "lower", NULL));
    ck_assert_str_eq(ask(gateway, check, new, NULL), "");
    free(cluster_sql(in_unit, OFFICER, "upper", NULL));
    ck_assert_str_eq(ask(gateway, check, new, NULL), "");

    ck_assert_str_eq(violation(ADMINISTRATOR, "", OFFICER, POLICE, FOUND), "");
    const char *read =
        "select jsonb_array_length(qao.read('violations', jsonb_build_object('iin', '" OFFICIAL "',"
        " 'bin', '" POLICE "', 'peer', '127.0.0.1', 'at', now()), '{\"state\":\"open\"}') -> 'items') > 0";
    ck_assert_str_eq(ask(gateway, read, NULL), "t");
    free(cluster_sql(in_unit, OFFICER, "beside", NULL));
    ck_assert_str_eq(ask(gateway, read, NULL), "f");
}
END_TEST

static struct store_record refusal(const char *iin, const char *reasons, const char *causes, int64_t at_us)
{
    struct store_record record = cluster_record();
    record.kind = "query.request";
    record.effect = "deny";
    record.iin = iin;
    record.body = POLICE;
    record.reasons = reasons;
    record.violation = causes;
    record.at_us = at_us;
    return record;
}

static long opened(const char *cause)
{
    return cluster_number("select count(*) from violation where cause = $1 and log_id is not null", cause, NULL);
}

/* At most one open row for a person, body, cause and day of the capital, in the transaction of the refusal. */
START_TEST(violation_append)
{
    struct cluster_log log = cluster_log_open("violation.example/log", 65536);
    struct store_record records[3] = {
        refusal(OFFICER, "query-replayed officer-blocked", "query-replayed officer-blocked", NOON_US),
        refusal(OFFICER, "query-replayed", "query-replayed", NOON_US + 1),
        refusal(OFFICER, "case-missing", NULL, NOON_US + 2)};
    ck_assert_int_eq(cluster_append(&log.store, 0, records, 3).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(opened("query-replayed"), 1);
    ck_assert_int_eq(opened("officer-blocked"), 1);
    ck_assert_int_eq(opened("case-missing"), 0);
    ck_assert_str_eq(page("violations", ADMINISTRATOR, "{\"cause\":\"query-replayed\"}", "items,0,entry"), "0");
    ck_assert_str_eq(page("violations", ADMINISTRATOR, "{\"cause\":\"query-replayed\"}", "items,0,at"), NOON);
    ck_assert_str_eq(page("violations", ADMINISTRATOR, "{\"cause\":\"query-replayed\"}", "items,0,by"), "");

    /* A later batch of the same day; another person; the day after begins at 19:00 in UTC. */
    ck_assert_int_eq(cluster_append(&log.store, 3, records, 1).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(opened("query-replayed"), 1);
    struct store_record other = refusal(RESPONSIBLE, "query-replayed", "query-replayed", NOON_US);
    ck_assert_int_eq(cluster_append_one(&log, 4, other).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(opened("query-replayed"), 2);
    struct store_record late = refusal(OFFICER, "query-replayed", "query-replayed", NOON_US + 12 * HOUR_US - 1);
    ck_assert_int_eq(cluster_append_one(&log, 5, late).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(opened("query-replayed"), 2);
    late.at_us++;
    ck_assert_int_eq(cluster_append_one(&log, 6, late).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(opened("query-replayed"), 3);

    /* Too many refusals are no reason of any one of them. */
    struct store_record many = refusal(OFFICER, "case-missing", "refusals", NOON_US);
    ck_assert_int_eq(cluster_append_one(&log, 7, many).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(opened("refusals"), 1);

    /* Closed, it is opened anew by the next one; opened again by hand, it stays the one. */
    char number[40];
    snprintf(number, sizeof(number), "%s",
             page("violations", ADMINISTRATOR, "{\"cause\":\"refusals\"}", "items,0,violation"));
    const char *closed = "\"cause\":\"refusals\",\"state\":\"closed\",\"measure\":null,\"note\":\"a test\"";
    ck_assert_str_eq(violation(OFFICIAL, number, OFFICER, POLICE, closed), "");
    ck_assert_int_eq(cluster_append_one(&log, 8, many).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(cluster_append_one(&log, 9, many).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(opened("refusals"), 2);
    ck_assert_str_eq(page("violations", ADMINISTRATOR, "{\"cause\":\"refusals\",\"state\":\"open\"}", "items,0,entry"),
                     "8");
    ck_assert_str_eq(violation(OFFICIAL, number, OFFICER, POLICE,
                               "\"cause\":\"refusals\",\"state\":\"open\",\"measure\":null,\"note\":\"too early\""),
                     "");
    ck_assert_int_eq(cluster_append_one(&log, 10, many).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(opened("refusals"), 2);

    /* Who signed and who sent: both are to be looked at, and the sender once where he is the signer of others. */
    struct store_record sent = refusal(OFFICER, "signer-not-connection", "signer-not-connection", NOON_US);
    ck_assert_int_eq(cluster_append_one(&log, 11, sent).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(opened("signer-not-connection"), 2);
    ck_assert_int_eq(page_count("violations", ADMINISTRATOR, "{\"cause\":\"signer-not-connection\",\"iin\":\"" CLUSTER_SENDER "\"}"), 1);
    ck_assert_int_eq(page_count("violations", ADMINISTRATOR, "{\"cause\":\"signer-not-connection\",\"iin\":\"" OFFICER "\"}"), 1);
    ck_assert_int_eq(cluster_append_one(&log, 12, sent).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(opened("signer-not-connection"), 2);

    /* A batch that is refused leaves none. */
    static const uint8_t id[BASE_UUID_BYTES] = {7};
    struct store_record twice[2] = {cluster_claim(OFFICER, id), cluster_claim(OFFICER, id)};
    twice[0].reasons = twice[0].violation = "network-not-allowed";
    twice[0].body = POLICE;
    ck_assert_int_eq(cluster_append(&log.store, 13, twice, 2).refusal, AUDIT_REFUSAL_CLAIMED);
    ck_assert_int_eq(opened("network-not-allowed"), 0);
    cluster_log_close(&log);

    /* No violation without an entry that shows it, whoever has the gateway's role. */
    const char *forged = "select qao.violation_append((select log_id from qao.log where origin ="
                         " 'violation.example/log'), array[$1::bigint], array[$2])";
    ck_assert_str_eq(ask(gateway, forged, "99", "query-replayed", NULL), "22023");
    ck_assert_str_eq(ask(gateway, forged, "0", "signature-invalid", NULL), "22023");
    ck_assert_str_eq(ask(gateway, forged, "2", "case-missing", NULL), "22023");
}
END_TEST

/* Pages hold each row once, newest first. */
START_TEST(violation_pages)
{
    char first[40], next[40];
    for (int i = 0; i < 5; i++)
        ck_assert_str_eq(violation(OFFICIAL, "", RESPONSIBLE, POLICE,
                                   "\"cause\":\"paged\",\"state\":\"open\",\"measure\":null,\"note\":null"),
                         "");
    snprintf(first, sizeof(first), "%s", newest);
    ck_assert_str_eq(page("violations", OFFICIAL, "{\"cause\":\"paged\",\"limit\":\"3\"}", "items,0,violation"), first);
    snprintf(next, sizeof(next), "%s", page("violations", OFFICIAL, "{\"cause\":\"paged\",\"limit\":\"3\"}", "next"));
    ck_assert_int_eq(page_count("violations", OFFICIAL, json("{\"cause\":\"paged\",\"after\":\"%s\"}", next)), 2);
    ck_assert_str_eq(page("violations", OFFICIAL, "{\"cause\":\"paged\"}", "next"), "");
    ck_assert_str_eq(page("violations", OFFICIAL, "{\"after\":\"x\"}", "next"), "QAO08");
}
END_TEST

/* ---- journal and incidents ---- */

#define ACTIONS "\"actions\":\"moved to the other room\",\"minutes_max\":90,\"responsible\":\"the duty engineer\""
#define TIMES "\"started_at\":\"2026-11-22T10:00:00+05:00\",\"ended_at\":null"
#define CAUSES "\"causes\":\"a pipe\",\"measures\":null"

static const char *journal(const char *iin, int section, const char *times, const char *corrects, const char *incident)
{
    bool corrected = *corrects, of = *incident;
    return act("admin.journal", iin,
               json("{\"section\":%d," ACTIONS ",%s," CAUSES ",\"corrects\":%s%s%s,\"incident\":%s%s%s}", section,
                    times, corrected ? "\"" : "", corrected ? corrects : "null", corrected ? "\"" : "", of ? "\"" : "",
                    of ? incident : "null", of ? "\"" : ""));
}

START_TEST(journal_rows)
{
    char first[40], second[40];
    ck_assert_str_eq(journal(OFFICER, 6, TIMES, "", ""), "role-not-held");
    ck_assert_str_eq(journal(RESPONSIBLE, 6, TIMES, "", ""), "role-not-held");
    static const char *const wrong[] = {
        "\"started_at\":\"2026-11-22T10:00:00+05:00\",\"ended_at\":\"2026-11-22T09:59:59+05:00\"",
        "\"started_at\":\"2026-11-22T12:05:01+05:00\",\"ended_at\":null",
        "\"started_at\":\"2026-11-22T10:00:00+05:00\",\"ended_at\":\"2026-11-22T12:05:01+05:00\""};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(wrong); i++)
        ck_assert_str_eq(journal(OFFICIAL, 6, wrong[i], "", ""), "period-wrong");

    /* Numbers count in each section. */
    ck_assert_str_eq(journal(OFFICIAL, 6, TIMES, "", ""), "");
    snprintf(first, sizeof(first), "%s", newest);
    ck_assert_str_eq(journal(ADMINISTRATOR, 2, TIMES, "", ""), "");
    ck_assert_str_eq(page("journal", OFFICIAL, "{\"section\":\"2\"}", "items,0,number"), "1");
    ck_assert_str_eq(page("journal", OFFICIAL, "{\"section\":\"2\"}", "items,0,by"), ADMINISTRATOR);
    ck_assert_str_eq(page("journal", OFFICER, "{}", ""), "none");
    ck_assert_str_eq(page("journal", RESPONSIBLE, "{}", ""), "none");

    /* A correction is a new row that names the old; each row is corrected once, and a correction can be corrected. */
    ck_assert_str_eq(journal(OFFICIAL, 6, TIMES, OFFICIAL "-0000-0000-0000-000000000000", ""), "act-malformed");
    ck_assert_str_eq(journal(OFFICIAL, 6, TIMES, MISSING, ""), "object-unknown");
    ck_assert_str_eq(journal(OFFICIAL, 6, TIMES, first, ""), "");
    snprintf(second, sizeof(second), "%s", newest);
    ck_assert_str_eq(journal(OFFICIAL, 6, TIMES, first, ""), "already-so");
    ck_assert_str_eq(journal(OFFICIAL, 6, TIMES, second, ""), "");
    ck_assert_str_eq(journal(OFFICIAL, 6, TIMES, second, ""), "already-so");
    ck_assert_int_eq(page_count("journal", OFFICIAL, "{\"section\":\"6\"}"), 1);
    ck_assert_str_eq(page("journal", OFFICIAL, "{\"section\":\"6\"}", "items,0,number"), "3");
    ck_assert_str_eq(page("journal", OFFICIAL, "{\"section\":\"6\"}", "items,0,corrects"), second);
    const char *all = "{\"section\":\"6\",\"corrected\":\"true\"}";
    ck_assert_int_eq(page_count("journal", OFFICIAL, all), 3);
    ck_assert_str_eq(page("journal", OFFICIAL, all, "items,0,row"), first);
    ck_assert_str_eq(page("journal", OFFICIAL, all, "items,0,corrected_by"), second);
    ck_assert_str_eq(page("journal", OFFICIAL, all, "items,0,started_at"), "2026-11-22T10:00:00.000000+05:00");
    const char *next = page("journal", OFFICIAL, "{\"section\":\"6\",\"corrected\":\"true\",\"limit\":\"2\"}", "next");
    ck_assert_str_eq(
        page("journal", OFFICIAL, json("{\"corrected\":\"true\",\"after\":\"%s\"}", next), "items,0,number"), "3");
}
END_TEST

static const char *incident(const char *kind, const char *service, const char *since, const char *until)
{
    return act(kind, "", json("{\"service\":%s,\"since\":\"%s\",\"until\":\"%s\"}", service, since, until));
}

/* Written by the gateway itself, once each, and completed by a row of the journal (clauses 41, 45). */
START_TEST(incidents)
{
    const char *since = "2026-11-22T08:00:00.000001+05:00", *until = "2026-11-22T09:30:00+05:00";
    ck_assert_str_eq(incident("incident.gateway", "null", until, since), "period-wrong");
    ck_assert_str_eq(incident("incident.gateway", "5", since, until), "act-malformed");
    ck_assert_str_eq(incident("incident.registry", "null", since, until), "act-malformed");
    ck_assert_str_eq(incident("incident.registry", "77", since, until), "act-malformed");
    ck_assert_str_eq(incident("incident.gateway", "null", since, until), "");
    ck_assert_str_eq(incident("incident.gateway", "null", since, until), "already-so");
    ck_assert_str_eq(incident("incident.registry", "5", since, until), "");
    ck_assert_str_eq(incident("incident.registry", "6", since, until), "");
    ck_assert_str_eq(incident("incident.registry", "6", since, NOON), "already-so");

    const char *newest_entry =
        ask(gateway, "select max(seq) from qao.entry where log_id = $1::integer", log_number, NULL);
    ck_assert_str_eq(page("incidents", OFFICIAL, "{}", "items,0,entry"), newest_entry);
    ck_assert_str_eq(page("incidents", OFFICIAL, "{}", "items,0,service"), "6");
    ck_assert_str_eq(page("incidents", OFFICIAL, "{}", "items,2,kind"), "gateway");
    ck_assert_str_eq(page("incidents", OFFICIAL, "{}", "items,2,since"), since);
    ck_assert_str_eq(page("incidents", RESPONSIBLE, "{}", ""), "none");

    char number[40], row[40];
    snprintf(number, sizeof(number), "%s", page("incidents", OFFICIAL, "{}", "items,0,incident"));
    ck_assert_str_eq(journal(OFFICIAL, 5, TIMES, "", MISSING), "object-unknown");
    ck_assert_str_eq(journal(OFFICIAL, 5, TIMES, "", number), "");
    snprintf(row, sizeof(row), "%s", newest);
    ck_assert_str_eq(page("incidents", OFFICIAL, "{}", "items,0,row"), row);
    ck_assert_str_eq(page("incidents", OFFICIAL, "{\"open\":\"true\"}", "items,0,service"), "5");
    ck_assert_str_eq(journal(OFFICIAL, 5, TIMES, "", number), "already-so");
    ck_assert_str_eq(journal(OFFICIAL, 5, TIMES, row, number), ""); /* the correction takes its place */
    snprintf(row, sizeof(row), "%s", newest);
    ck_assert_str_eq(page("incidents", OFFICIAL, "{}", "items,0,row"), row);
    ck_assert_str_eq(journal(OFFICIAL, 5, TIMES, row, ""), ""); /* it was about something else */
    ck_assert_str_eq(page("incidents", OFFICIAL, "{}", "items,0,row"), "");
    ck_assert_str_eq(journal(OFFICIAL, 5, TIMES, "", number), "");
}
END_TEST

static struct store_gauges gauges_at(int64_t at_us)
{
    struct store_gauges gauges;
    ck_assert_int_eq(store_gauges_read(pool, at_us, &gauges), 0);
    return gauges;
}

/* An application filed at noon, from the log's last entry as its act. */
static void application(const char *state)
{
    free(cluster_sql("with a as (insert into application (application_id, kind, person_id, form, statements, digest,"
                     " filed_at, act) select gen_random_uuid(), 'block', person_id, '{}', '{}', sha256(''),"
                     " '" NOON "', (select leaf from act limit 1) from person limit 1 returning application_id, act)"
                     " insert into application_version (application_id, version, state, iin, at, act)"
                     " select application_id, 1, $1, '" OFFICER "', now(), act from a",
                     state, NULL));
}

/* Each count grows by what is added, and by nothing that is done with. */
START_TEST(gauges_read)
{
    struct store_gauges before = gauges_at(NOON_US);
    char number[40], row[40];
    ck_assert_str_eq(violation(OFFICIAL, "", OFFICER, POLICE, FOUND), "");
    snprintf(number, sizeof(number), "%s", newest);
    ck_assert_int_eq(gauges_at(NOON_US).violations, before.violations + 1);
    ck_assert_str_eq(violation(OFFICIAL, number, OFFICER, POLICE, DONE), "");
    ck_assert_int_eq(gauges_at(NOON_US).violations, before.violations);

    ck_assert_str_eq(incident("incident.registry", "9", "2026-11-22T08:00:00+05:00", "2026-11-22T09:30:00+05:00"), "");
    snprintf(number, sizeof(number), "%s", page("incidents", OFFICIAL, "{}", "items,0,incident"));
    ck_assert_int_eq(gauges_at(NOON_US).incidents, before.incidents + 1);
    ck_assert_str_eq(journal(OFFICIAL, 5, TIMES, "", number), "");
    snprintf(row, sizeof(row), "%s", newest);
    ck_assert_int_eq(gauges_at(NOON_US).incidents, before.incidents);
    ck_assert_str_eq(journal(OFFICIAL, 5, TIMES, row, ""), "");
    ck_assert_int_eq(gauges_at(NOON_US).incidents, before.incidents + 1);

    application("filed");
    application("registered");
    ck_assert_int_eq(gauges_at(NOON_US).applications, before.applications + 1);
    ck_assert_int_eq(gauges_at(NOON_US + 24 * HOUR_US - 1).overdue, before.overdue);
    ck_assert_int_eq(gauges_at(NOON_US + 24 * HOUR_US).overdue, before.overdue + 1);
}
END_TEST

/* When the newest entry was made, by its place and not by its time. */
START_TEST(log_newest)
{
    int64_t at_us = 0;
    struct cluster_log log = cluster_log_open("newest.example/log", 65536);
    int32_t log_id;
    ck_assert_int_eq(store_log_find(pool, "newest.example/log", &log_id), 0);
    ck_assert_int_eq(store_log_newest(pool, log_id, &at_us), STORE_NONE);
    struct store_record records[2] = {cluster_record(), cluster_record()};
    records[0].at_us = NOON_US + 5;
    records[1].at_us = NOON_US + 3;
    ck_assert_int_eq(cluster_append(&log.store, 0, records, 2).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(store_log_newest(pool, log_id, &at_us), 0);
    ck_assert_int_eq(at_us, NOON_US + 3);
    cluster_log_close(&log);
}
END_TEST

/* ---- announcements and contacts ---- */

static const char *announce(const char *iin, const char *old, const char *begins_at, const char *ends_at,
                            bool withdrawn)
{
    return act(
        "admin.announcement", iin,
        json("{\"announcement\":%s%s%s,\"begins_at\":\"%s\",\"ends_at\":\"%s\",\"text\":{\"kk\":\"қ\",\"ru\":\"я\","
             "\"en\":\"w\"},\"withdrawn\":%s}",
             *old ? "\"" : "", *old ? old : "null", *old ? "\"" : "", begins_at, ends_at,
             withdrawn ? "true" : "false"));
}

static int64_t maintenance_at(int64_t at_us)
{
    struct store_officer officer;
    struct store_officer_key key = {.iin = OFFICER, .bin = POLICE, .at_us = at_us};
    ck_assert_int_eq(store_officer_find(pool, &key, &officer), 0);
    return officer.maintenance_until_us;
}

#define ONE "2026-11-22T13:00:00+05:00"
#define TWO "2026-11-22T14:00:00+05:00"
#define THREE "2026-11-22T15:00:00+05:00"

/* Runs from its begin up to, not including, its end, unless it was withdrawn or replaced (clause 35). */
START_TEST(announcements)
{
    char first[40], second[40];
    ck_assert_str_eq(announce(OFFICIAL, "", ONE, TWO, false), "role-not-held");
    ck_assert_str_eq(announce(ADMINISTRATOR, "", TWO, ONE, false), "period-wrong");
    ck_assert_str_eq(announce(ADMINISTRATOR, "", "2026-11-22T10:00:00+05:00", NOON, false), "period-wrong");
    ck_assert_str_eq(announce(ADMINISTRATOR, "", ONE, TWO, true), "object-unknown");
    ck_assert_str_eq(announce(ADMINISTRATOR, MISSING, ONE, TWO, false), "object-unknown");
    ck_assert_int_eq(maintenance_at(NOON_US + HOUR_US), 0);
    ck_assert_str_eq(announce(ADMINISTRATOR, "", ONE, TWO, false), "");
    snprintf(first, sizeof(first), "%s", newest);
    ck_assert_int_eq(maintenance_at(NOON_US + HOUR_US - 1), 0);
    ck_assert_int_eq(maintenance_at(NOON_US + HOUR_US), NOON_US + 2 * HOUR_US);
    ck_assert_int_eq(maintenance_at(NOON_US + 2 * HOUR_US - 1), NOON_US + 2 * HOUR_US);
    ck_assert_int_eq(maintenance_at(NOON_US + 2 * HOUR_US), 0);
    ck_assert_str_eq(page("announcements", OFFICER, "{}", "items,0,running"), "false");
    ck_assert_str_eq(page("announcements", OFFICER, "{}", "items,0,text,kk"), "қ");
    moment = ONE;
    ck_assert_str_eq(page("announcements", OFFICER, "{}", "items,0,running"), "true");
    moment = NOON;

    /* Replaced: the new one counts alone. */
    ck_assert_str_eq(announce(ADMINISTRATOR, first, ONE, TWO, false), "already-so");
    ck_assert_str_eq(announce(ADMINISTRATOR, first, TWO, THREE, false), "");
    snprintf(second, sizeof(second), "%s", newest);
    ck_assert_str_eq(announce(ADMINISTRATOR, first, ONE, THREE, false), "already-so");
    ck_assert_int_eq(maintenance_at(NOON_US + HOUR_US), 0);
    ck_assert_int_eq(maintenance_at(NOON_US + 2 * HOUR_US), NOON_US + 3 * HOUR_US);
    ck_assert_int_eq(page_count("announcements", OFFICER, "{}"), 1);
    ck_assert_int_eq(page_count("announcements", OFFICER, "{\"all\":\"true\"}"), 2);
    moment = ONE;
    ck_assert_str_eq(page("announcements", OFFICER, "{\"all\":\"true\"}", "items,1,running"), "false");

    /* Withdrawn, even after its end has passed; then it can only be announced anew. */
    moment = THREE;
    ck_assert_str_eq(announce(ADMINISTRATOR, second, TWO, THREE, true), "");
    snprintf(first, sizeof(first), "%s", newest);
    moment = NOON;
    ck_assert_int_eq(maintenance_at(NOON_US + 2 * HOUR_US), 0);
    ck_assert_int_eq(page_count("announcements", OFFICER, "{}"), 0);
    ck_assert_str_eq(page("announcements", OFFICER, "{\"all\":\"true\"}", "items,0,withdrawn"), "true");
    ck_assert_str_eq(announce(ADMINISTRATOR, second, TWO, THREE, true), "already-so");
    ck_assert_str_eq(announce(ADMINISTRATOR, first, TWO, THREE, true), "already-so");
    ck_assert_str_eq(announce(ADMINISTRATOR, first, TWO, THREE, false), "");
    ck_assert_str_eq(announce(ADMINISTRATOR, "", "2026-11-22T14:30:00+05:00", "2026-11-22T14:40:00+05:00", false), "");
    /* Of two that run, the later end. */
    ck_assert_int_eq(maintenance_at(NOON_US + 2 * HOUR_US + HOUR_US / 2), NOON_US + 3 * HOUR_US);
}
END_TEST

START_TEST(contacts)
{
    const char *set = "{\"telephones\":[\"+7 7172 000000\"],\"emails\":[]}";
    ck_assert_str_eq(page("contacts", OFFICER, "{}", "items"), "[]");
    ck_assert_str_eq(act("admin.contact", OFFICIAL, set), "role-not-held");
    ck_assert_str_eq(act("admin.contact", ADMINISTRATOR, "{\"telephones\":[],\"emails\":[]}"), "form-incomplete");
    ck_assert_str_eq(act("admin.contact", ADMINISTRATOR, set), "");
    ck_assert_str_eq(act("admin.contact", ADMINISTRATOR, set), "already-so");
    ck_assert_str_eq(
        act("admin.contact", ADMINISTRATOR, "{\"telephones\":[],\"emails\":[\"a@b.example\",\"c@d.example\"]}"), "");
    ck_assert_str_eq(page("contacts", OFFICER, "{}", "items,0,emails,1"), "c@d.example");
    ck_assert_str_eq(page("contacts", OFFICER, "{}", "items,0,telephones"), "[]");
    ck_assert_str_eq(page("contacts", OFFICER, "{}", "items,0,at"), NOON);
    ck_assert_int_eq(page_count("contacts", OFFICER, "{}"), 1);
}
END_TEST

CHECK_MAIN_WITH("duty on PostgreSQL", set_up, tear_down, times_of_the_capital, settings_read, violation_append,
                violation_by_hand, violation_of_a_unit, violation_pages, journal_rows, incidents, gauges_read,
                log_newest, announcements, contacts)
