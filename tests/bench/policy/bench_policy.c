/* Rates of the policy on the requests of requests.py. usage: qao-bench-policy REQUESTS EDITIONS [effects|sql]
 *
 * Prints `name<TAB>decisions a second`. With "effects" it prints one effect a line instead, for the peers to agree
 * with; with "sql" it measures one prepared PostgreSQL query on PGHOST that decides the same (tables made by
 * setup.sql). */
#include "base/clock.h"
#include "base/file.h"
#include "policy/case.h"
#include "policy/encode.h"
#include "policy/listing.h"
#include "policy/rules.h"
#include "tests/bench/policy/flat.h"

#include <errno.h>
#include <jansson.h>
#include <libpq-fe.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

enum { REQUESTS_MAX = 20000, REQUESTS_BYTES_MAX = 16 << 20, ANSWER_BYTES_MAX = 16 << 10 };

struct bench {
    const struct policy_edition *edition;
    struct policy_case_pattern pattern;
    struct base_buffer text;
    struct base_bytes line[REQUESTS_MAX];
    struct policy_facts facts[REQUESTS_MAX];
    json_t *document[REQUESTS_MAX]; /* from which facts borrow */
    unsigned granted_bases[POLICY_ROLE_MAX + 1], granted_duties[POLICY_ROLE_MAX + 1];
    size_t count;
    struct base_buffer answer;
    uint64_t sum; /* of what was computed, so that it is computed */
};

static void die(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static int sha256(struct base_bytes bytes, uint8_t ret_digest[static POLICY_DIGEST_BYTES])
{
    return EVP_Digest(bytes.data, bytes.len, ret_digest, NULL, EVP_sha256(), NULL) == 1 ? 0 : -EIO;
}

static void facts_complete(const struct bench *bench, struct base_bytes case_number, struct policy_facts *facts)
{
    facts->case_state = policy_case_check(&bench->pattern, case_number);
    if (facts->role > POLICY_ROLE_MAX)
        die("role out of range");
    facts->granted_bases = bench->granted_bases[facts->role];
    facts->granted_duties = bench->granted_duties[facts->role];
}

static struct base_bytes text_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value))
        return base_bytes_of(NULL, 0);
    return base_bytes_of(json_string_value(value), json_string_length(value));
}

static json_t *facts_of_jansson(const struct bench *bench, struct base_bytes line, struct policy_facts *facts)
{
    json_t *object = json_loadb((const char *) line.data, line.len, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(object) || json_object_size(object) != 6)
        die("a request is no request");
    *facts = (struct policy_facts){
        .role = (unsigned) json_integer_value(json_object_get(object, "role")),
        .basis = policy_basis_parse(text_of(object, "basis")),
        .duty = policy_duty_parse(text_of(object, "duty")),
        .service = (unsigned) json_integer_value(json_object_get(object, "service")),
        .article = text_of(object, "article"),
    };
    facts_complete(bench, text_of(object, "case"), facts);
    return object;
}

static void facts_of_flat(const struct bench *bench, struct base_bytes line, struct policy_facts *facts)
{
    struct flat_request request;
    if (!flat_request_parse(line, &request))
        die("a request is no request");
    *facts = (struct policy_facts){
        .role = request.role,
        .basis = policy_basis_parse(request.basis),
        .duty = policy_duty_parse(request.duty),
        .service = request.service,
        .article = request.article,
    };
    facts_complete(bench, request.case_number, facts);
}

static void answer(struct bench *bench, const struct policy_facts *facts)
{
    struct policy_decision decision;
    struct base_json json;
    policy_decide(bench->edition, facts, &decision);
    base_buffer_reset(&bench->answer);
    base_json_begin(&json, &bench->answer);
    policy_decision_encode_whole(&decision, bench->edition, &json);
    if (base_json_end(&json) < 0)
        die("cannot encode");
    bench->sum += bench->answer.len;
}

static void pass_table(struct bench *bench)
{
    for (size_t i = 0; i < bench->count; i++) {
        struct policy_decision decision;
        policy_decide(bench->edition, &bench->facts[i], &decision);
        bench->sum += decision.effect;
    }
}

static void pass_rules(struct bench *bench)
{
    for (size_t i = 0; i < bench->count; i++) {
        struct policy_decision decision;
        policy_rules_decide(bench->edition, &bench->facts[i], &decision);
        bench->sum += decision.effect;
    }
}

static void pass_encode(struct bench *bench)
{
    for (size_t i = 0; i < bench->count; i++)
        answer(bench, &bench->facts[i]);
}

static void pass_jansson_only(struct bench *bench)
{
    for (size_t i = 0; i < bench->count; i++) {
        struct policy_facts facts;
        json_t *object = facts_of_jansson(bench, bench->line[i], &facts);
        bench->sum += facts.service;
        json_decref(object);
    }
}

static void pass_jansson(struct bench *bench)
{
    for (size_t i = 0; i < bench->count; i++) {
        struct policy_facts facts;
        json_t *object = facts_of_jansson(bench, bench->line[i], &facts);
        answer(bench, &facts);
        json_decref(object);
    }
}

static void pass_flat(struct bench *bench)
{
    for (size_t i = 0; i < bench->count; i++) {
        struct policy_facts facts;
        facts_of_flat(bench, bench->line[i], &facts);
        answer(bench, &facts);
    }
}

/* The best of several passes over all requests, in at least half a second. */
static void measure(struct bench *bench, const char *name, void pass(struct bench *))
{
    int64_t best_us = INT64_MAX, spent_us = 0;
    for (int i = 0; i < 1000 && (i < 5 || spent_us < 500000); i++) {
        int64_t began_us = base_clock_monotonic_us();
        pass(bench);
        int64_t took_us = base_clock_monotonic_us() - began_us;
        spent_us += took_us;
        if (took_us < best_us)
            best_us = took_us;
    }
    printf("%s\t%.0f\n", name, (double) bench->count * 1e6 / (double) best_us);
}

static void load(struct bench *bench, const char *requests)
{
    base_buffer_init(&bench->text, REQUESTS_BYTES_MAX);
    base_buffer_init(&bench->answer, ANSWER_BYTES_MAX);
    if (policy_case_pattern_parse(base_bytes_text(POLICY_CASE_PATTERN_DEFAULT), &bench->pattern) < 0 ||
        base_file_read(requests, BASE_FILE_PUBLIC, &bench->text) < 0)
        die("cannot read the requests");
    for (unsigned role = 1; role <= POLICY_ROLE_MAX; role++) {
        bench->granted_bases[role] = policy_edition_role_bases(bench->edition, role);
        bench->granted_duties[role] = policy_edition_role_duties(bench->edition, role);
    }
    for (size_t at = 0; at < bench->text.len && bench->count < REQUESTS_MAX; bench->count++) {
        const uint8_t *end = memchr(bench->text.data + at, '\n', bench->text.len - at);
        if (!end)
            die("the last line is cut");
        bench->line[bench->count] = base_bytes_of(bench->text.data + at, (size_t) (end - bench->text.data) - at);
        bench->document[bench->count] = facts_of_jansson(bench, bench->line[bench->count], &bench->facts[bench->count]);
        at = (size_t) (end - bench->text.data) + 1;
    }
}

static void print_effects(const struct bench *bench)
{
    for (size_t i = 0; i < bench->count; i++) {
        struct policy_decision decision, again;
        struct policy_facts facts;
        policy_decide(bench->edition, &bench->facts[i], &decision);
        facts_of_flat(bench, bench->line[i], &facts);
        policy_decide(bench->edition, &facts, &again);
        if (!policy_decision_equal(&decision, &again))
            die("the two readers of requests disagree");
        puts(policy_effect_name(decision.effect));
    }
}

/* ---- PostgreSQL ---- */

static void sql_pass(struct bench *bench, PGconn *connection, bool check)
{
    for (size_t i = 0; i < bench->count; i++) {
        const json_t *object = bench->document[i];
        char role[16], service[16];
        snprintf(role, sizeof(role), "%u", bench->facts[i].role);
        snprintf(service, sizeof(service), "%u", bench->facts[i].service);
        const char *values[] = {role,
                                json_string_value(json_object_get(object, "basis")),
                                json_string_value(json_object_get(object, "duty")),
                                service,
                                json_string_value(json_object_get(object, "case")),
                                json_string_value(json_object_get(object, "article"))};
        PGresult *result = PQexecPrepared(connection, "decide", 6, values, NULL, NULL, 0);
        if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1)
            die(PQerrorMessage(connection));
        struct policy_decision decision;
        policy_decide(bench->edition, &bench->facts[i], &decision);
        if (check && strcmp(PQgetvalue(result, 0, 0), policy_effect_name(decision.effect)) != 0)
            die("PostgreSQL decides otherwise");
        PQclear(result);
    }
}

static void measure_sql(struct bench *bench)
{
    PGconn *connection = PQconnectdb("dbname=qao user=postgres");
    if (PQstatus(connection) != CONNECTION_OK)
        die(PQerrorMessage(connection));
    PGresult *prepared = PQprepare(connection, "decide",
                                   "select coalesce((select case when l.effect = 'deny' then 'deny' "
                                   "when l.needs_case and $5::text is null then 'deny' "
                                   "when $5::text is not null and $5 !~ '^[0-9]{15}$' then 'deny' "
                                   "when l.marked and not exists (select from article a where a.name = $6) then 'deny' "
                                   "else l.effect end "
                                   "from line l where l.role = $1::int and l.basis = $2 "
                                   "and l.duty = coalesce($3, '-') and l.service = $4::int), 'deny')",
                                   6, NULL);
    if (PQresultStatus(prepared) != PGRES_COMMAND_OK)
        die(PQerrorMessage(connection));
    PQclear(prepared);
    sql_pass(bench, connection, true);
    int64_t began_us = base_clock_monotonic_us();
    sql_pass(bench, connection, false);
    sql_pass(bench, connection, false);
    printf("postgresql, one prepared query\t%.0f\n",
           (double) bench->count * 2e6 / (double) (base_clock_monotonic_us() - began_us));
    PQfinish(connection);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    struct policy_editions *set = NULL;
    char *error = NULL;
    if (argc < 3)
        die("usage: qao-bench-policy REQUESTS EDITIONS [effects|sql]");
    if (policy_editions_load(argv[2], sha256, &set, &error) < 0)
        die(error ? error : "out of memory");
    bench.edition = policy_edition_by_index(set, policy_editions_count(set) - 1);
    load(&bench, argv[1]);
    if (argc > 3 && strcmp(argv[3], "effects") == 0) {
        print_effects(&bench);
    } else if (argc > 3) {
        measure_sql(&bench);
    } else {
        measure(&bench, "table look-up, ready facts", pass_table);
        measure(&bench, "rules, ready facts", pass_rules);
        measure(&bench, "ready facts -> JSON", pass_encode);
        measure(&bench, "JSON -> facts, jansson", pass_jansson_only);
        measure(&bench, "JSON -> JSON, jansson", pass_jansson);
        measure(&bench, "JSON -> JSON, strict flat reader", pass_flat);
    }
    for (size_t i = 0; i < bench.count; i++)
        json_decref(bench.document[i]);
    base_buffer_clear(&bench.text);
    base_buffer_clear(&bench.answer);
    policy_editions_free(set);
    free(error);
    return bench.count == 0;
}
