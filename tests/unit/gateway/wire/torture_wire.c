/* Proves: whatever allocation of gateway/wire/, or of jansson on its behalf, fails: a query that is not well-formed
 * never becomes so, nor does a well-formed one become malformed; amounts are never left in an abbreviated answer; a
 * reply is whole or an error; nothing leaks. */
#include "base/clock.h"
#include "base/data.h"
#include "gateway/wire/query.h"
#include "gateway/wire/reply.h"
#include "gateway/wire/service.h"
#include "tests/check_main.h"
#include "tests/unit/torture/torture.h"

#include <stdlib.h>

#define ORIGIN "qao.example/log"
#define BEGIN "{\"v\":\"qao.query/1\",\"id\":\"5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10\",\"at\":\"2026-11-22T12:00:00+05:00\",\"to\":\"" ORIGIN "\","

static const char right[] = BEGIN "\"service\":37,\"basis\":\"search_measures\",\"case\":\"265500121000123\","
                                  "\"article\":\"216/2\",\"ground\":\"a\\\"\\u0431\",\"params\":{\"bin\":\"300140000015\"}}";
static const char wrong_member[] = BEGIN "\"service\":37,\"basis\":\"search_measures\",\"role\":1,\"params\":{}}";
static const char wrong_twice[] = BEGIN "\"service\":37,\"service\":11,\"basis\":\"search_measures\",\"params\":{}}";
static const char wrong_end[] = BEGIN "\"service\":37";

static struct wire_services *services;
static struct wire_messages *messages;

static int query(void *context)
{
    json_t *document = NULL;
    struct wire_query read;
    int r = wire_query_parse(base_bytes_text(context), ORIGIN, &document, &read);
    if (r == 0) {
        torture_assert(read.wellformed == (context == right));
        torture_assert(!read.wellformed || (read.service == 37 && base_bytes_equal_text(read.article, "216/2") &&
                                            base_bytes_equal_text(read.ground, "a\"б")));
    }
    json_decref(document);
    return r;
}

static int canonical(void *context)
{
    (void) context;
    BASE_CLEANUP(wire_json_cleanup) json_t *value = NULL;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer out = {.max = 1 << 16};
    int r = wire_json_parse(base_bytes_text("{\"b\":[1,true,null],\"a\":{\"c\":\"x\"}}"), 1 << 10, &value, NULL);
    torture_assert(r <= 0);
    if (r == 0)
        r = wire_json_canonical(value, &out);
    torture_assert(r < 0 ||
                   base_bytes_equal_text(base_buffer_view(&out), "{\"a\":{\"c\":\"x\"},\"b\":[1,true,null]}"));
    return r;
}

/* Right and wrong parameters of the service for pensions. */
static int params(void *context)
{
    const char *text = context;
    BASE_CLEANUP(wire_json_cleanup) json_t *value = NULL;
    struct wire_params made = {.count = 0};
    struct wire_faults faults;
    int r = wire_json_parse(base_bytes_text(text), 1 << 10, &value, NULL);
    if (r == 0)
        r = wire_service_params_check(wire_service_find(services, 11), value, &made, &faults);
    bool is_right = strstr(text, "500101100000") != NULL;
    torture_assert(r != 0 || (is_right && made.count >= 1));
    torture_assert(!(is_right && r > 0));
    wire_params_clear(&made);
    return is_right ? r : r != WIRE_SERVICE_MISFIT;
}

static int abbreviate(void *context)
{
    const char *text = context;
    BASE_CLEANUP(wire_json_cleanup) json_t *value = NULL;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer out = {.max = 1 << 16};
    size_t removed;
    int r = wire_json_parse(base_bytes_text(text), 1 << 16, &value, NULL);
    if (r == 0)
        r = wire_service_answer_abbreviate(wire_service_find(services, 11), value, &removed);
    torture_assert(r <= 0);
    if (r < 0)
        return r;
    r = wire_json_canonical(value, &out);
    torture_assert(removed > 0 && !memmem(out.data, out.len, "7654321", 7));
    return r;
}

static int load(void *context)
{
    struct wire_services *made = NULL;
    char *error = NULL;
    int r = wire_services_new(context, &made, &error);
    free(error);
    if (r == 0) {
        for (unsigned i = 1; i <= WIRE_SERVICE_COUNT; i++)
            torture_assert(!wire_service_find(made, i) == !wire_service_find(services, i));
        wire_services_free(made);
    }
    return r;
}

static int texts(void *context)
{
    struct wire_messages *made = NULL;
    char *error = NULL;
    int r = wire_messages_read(context, &made, &error);
    free(error);
    if (r == 0)
        torture_assert(strcmp(wire_message_title(made, WIRE_CODE_CASE_MISSING, WIRE_EN),
                              wire_message_title(messages, WIRE_CODE_CASE_MISSING, WIRE_EN)) == 0);
    wire_messages_free(made);
    return r;
}

static int problem(void *context)
{
    const struct base_buffer *expected = context;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer out = {.max = 1 << 16};
    static const uint8_t hash[32] = {1};
    const struct policy_decision decision = {
        .reasons = 1u << POLICY_REASON_CASE_MISSING,
        .citation_count = 1,
        .citations = {{.clause = 19, .readings = 2, .reason = POLICY_REASON_CASE_MISSING}},
    };
    const struct wire_receipt receipt = {ORIGIN, 1, {{7, hash, base_bytes_text("proof")}}};
    struct wire_problem refused = {.status = 403, .language = WIRE_KK, .decision = &decision};
    wire_codes_add(&refused.codes, WIRE_CODE_CASE_MISSING);
    wire_codes_add(&refused.codes, WIRE_CODE_QUERY_STALE);
    int r = wire_problem_encode(messages, &refused, base_bytes_text("signed"), &receipt, &out);
    if (r < 0)
        return r;
    torture_assert(!expected || base_bytes_equal(base_buffer_view(&out), base_buffer_view(expected)));
    json_t *value = NULL;
    torture_pause();
    torture_assert(wire_json_parse(base_buffer_view(&out), 1 << 16, &value, NULL) == 0);
    torture_assert(json_array_size(json_object_get(value, "reasons")) == 2);
    json_decref(value);
    torture_resume();
    return 0;
}

static char pensions[] = "[{\"iin\":\"500101100000\",\"period\":\"2026-10\",\"date\":\"2026-10-25\",\"kind\":"
                         "\"mandatory\",\"payer_bin\":\"300140000015\",\"payer_name\":\"a\",\"amount\":7654321,\"income\":76543210}]";

START_TEST(all)
{
    char *path = NULL, *folder = NULL, *error = NULL;
    char right_params[] = "{\"iin\":\"500101100000\"}", wrong_params[] = "{\"iin\":\"500101100001\"}";
    ck_assert_int_eq(base_clock_zone_init(), 0);
    ck_assert_int_eq(base_data_path("schema/messages.tsv", &path), 0);
    ck_assert_int_eq(base_data_path("schema/services", &folder), 0);
    ck_assert_int_eq(wire_messages_read(path, &messages, &error), 0);
    ck_assert_int_eq(wire_services_new(folder, &services, &error), 0);
    torture_failing("query", query, (void *) right);
    torture_failing("query with a member too many", query, (void *) wrong_member);
    torture_run("query with a member twice", query, (void *) wrong_twice);
    torture_run("query without an end", query, (void *) wrong_end);
    torture_failing("canonical", canonical, NULL);
    torture_failing("params", params, right_params);
    torture_run("wrong params", params, wrong_params);
    torture_failing("abbreviation", abbreviate, pensions);
    torture_run("services", load, folder);
    torture_failing("texts", texts, path);
    torture_failing("problem", problem, NULL);
    wire_services_free(services);
    wire_messages_free(messages);
    free(path);
    free(folder);
}
END_TEST

CHECK_MAIN("allocations of gateway/wire/ that fail", all)
