/* What the gateway says of a query: canonical, whole, in the language asked for, with the citations where they belong. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/data.h"
#include "gateway/wire/json.h"
#include "gateway/wire/reply.h"
#include "tests/check_main.h"

static struct wire_messages *messages;

static void begin(void)
{
    char *path = NULL, *error = NULL;
    ck_assert_int_eq(base_clock_zone_init(), 0);
    ck_assert_int_eq(base_data_path("schema/messages.tsv", &path), 0);
    ck_assert_int_eq(wire_messages_read(path, &messages, &error), 0);
    free(path);
}

/* The bytes parse as strict JSON and are their own canonical form. */
static json_t *canonical(const struct base_buffer *out)
{
    json_t *value = NULL;
    char fault[WIRE_JSON_FAULT_MAX];
    struct base_buffer again;
    ck_assert_msg(wire_json_parse(base_buffer_view(out), 1 << 20, &value, fault) == 0, "%s", fault);
    base_buffer_init(&again, 1 << 20);
    ck_assert_int_eq(wire_json_canonical(value, &again), 0);
    ck_assert_msg(base_bytes_equal(base_buffer_view(out), base_buffer_view(&again)), "%.*s", (int)out->len,
                  (const char *)out->data);
    base_buffer_clear(&again);
    return value;
}

static const char *text(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

static const struct policy_decision refused = {
    .effect = POLICY_EFFECT_DENY,
    .needs = POLICY_NEED_CASE | POLICY_NEED_ARTICLE,
    .reasons = 1u << POLICY_REASON_CASE_MISSING | 1u << POLICY_REASON_ARTICLE_MISSING,
    .citation_count = 3,
    .citations = {{.clause = 4, .appendix = 3, .row = 37, .column = 1},
                  {.clause = 19, .reason = POLICY_REASON_CASE_MISSING},
                  {.clause = 9, .appendix = 8, .readings = 1u << 9, .reason = POLICY_REASON_ARTICLE_MISSING}},
};

static const uint8_t leaf_hash[32] = {0xab};

static struct wire_receipt receipt_of(size_t count)
{
    return (struct wire_receipt){
        .log = "qao.example/log",
        .count = count,
        .records = {{1041, leaf_hash, base_bytes_text("proof one")}, {1042, leaf_hash, base_bytes_text("proof two")}},
    };
}

START_TEST(a_problem_lists_every_reason)
{
    begin();
    struct base_buffer out;
    struct wire_receipt receipt = receipt_of(1);
    struct wire_problem problem = {.status = 403, .language = WIRE_RU, .query = "id", .fault = "why", .decision = &refused};
    wire_codes_add(&problem.codes, WIRE_CODE_ARTICLE_MISSING);
    wire_codes_add(&problem.codes, WIRE_CODE_CASE_MISSING);
    wire_codes_add(&problem.codes, WIRE_CODE_OFFICER_BLOCKED);
    base_buffer_init(&out, 1 << 20);
    ck_assert_int_eq(wire_problem_encode(messages, &problem, base_bytes_text("DER"), &receipt, &out), 0);
    json_t *json = canonical(&out);
    ck_assert_str_eq(text(json, "type"), "urn:qao:problem:officer-blocked");
    ck_assert_str_eq(text(json, "title"), "Пользователь заблокирован");
    ck_assert_str_eq(text(json, "signed"), "REVS");
    ck_assert_str_eq(text(json, "fault"), "why");
    const json_t *reasons = json_object_get(json, "reasons");
    ck_assert_uint_eq(json_array_size(reasons), 3);
    ck_assert_str_eq(text(json_array_get(reasons, 0), "code"), "officer-blocked");
    ck_assert_ptr_null(json_object_get(json_array_get(reasons, 0), "citations"));
    ck_assert_str_eq(text(json_array_get(reasons, 1), "code"), "case-missing");
    const json_t *citations = json_object_get(json_array_get(reasons, 1), "citations");
    ck_assert_uint_eq(json_array_size(citations), 1); /* not that of the column, not that of the article */
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(citations, 0), "clause")), 19);
    const json_t *records = json_object_get(json, "receipt");
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(records, "request"), "index")), 1041);
    ck_assert_ptr_null(json_object_get(records, "result"));
    json_decref(json);
    /* what is signed is the same without signature and receipt */
    base_buffer_reset(&out);
    ck_assert_int_eq(wire_problem_encode(messages, &problem, base_bytes_of(NULL, 0), NULL, &out), 0);
    json = canonical(&out);
    ck_assert_ptr_null(json_object_get(json, "signed"));
    ck_assert_ptr_null(json_object_get(json, "receipt"));
    json_decref(json);
    base_buffer_clear(&out);
    wire_messages_free(messages);
}
END_TEST

START_TEST(a_reply_carries_the_answer_as_signed)
{
    begin();
    struct base_buffer out;
    struct wire_receipt receipt = receipt_of(2);
    static const char answer[] = "{\"v\":\"qao.answer/1\"}";
    base_buffer_init(&out, 1 << 20);
    ck_assert_int_eq(wire_reply_encode(base_bytes_text(answer), base_bytes_text("DER"), &receipt, &out), 0);
    ck_assert_ptr_nonnull(memmem(out.data, out.len, answer, strlen(answer)));
    json_t *json = canonical(&out);
    const json_t *records = json_object_get(json, "receipt");
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(records, "result"), "index")), 1042);
    ck_assert_uint_eq(json_array_size(json_object_get(records, "proofs")), 2);
    ck_assert_str_eq(text(json_object_get(records, "request"), "leaf"),
                     "ab00000000000000000000000000000000000000000000000000000000000000");
    json_decref(json);
    base_buffer_clear(&out);
    wire_messages_free(messages);
}
END_TEST

/* The same bytes as if the receipt had been there at once; and a receipt is never put over another. */
START_TEST(a_receipt_comes_later)
{
    struct base_buffer without, with, later;
    struct wire_receipt receipt = receipt_of(2);
    struct base_bytes answer = base_bytes_text("{\"result\":{\"records\":[{\"name\":\"Ә\"}]},\"v\":\"qao.answer/1\"}");
    base_buffer_init(&without, 1 << 20);
    base_buffer_init(&with, 1 << 20);
    base_buffer_init(&later, 1 << 20);
    ck_assert_int_eq(wire_reply_encode(answer, base_bytes_text("DER"), NULL, &without), 0);
    ck_assert_int_eq(wire_reply_encode(answer, base_bytes_text("DER"), &receipt, &with), 0);
    ck_assert_int_eq(wire_reply_receipt_add(base_buffer_view(&without), &receipt, &later), 0);
    ck_assert(base_bytes_equal(base_buffer_view(&later), base_buffer_view(&with)));
    ck_assert_int_eq(wire_reply_receipt_add(base_buffer_view(&with), &receipt, &later), -EBADMSG);
    ck_assert_int_eq(wire_reply_receipt_add(base_bytes_text("[]"), &receipt, &later), -EBADMSG);
    ck_assert_int_eq(wire_reply_receipt_add(base_bytes_text("{"), &receipt, &later), -EBADMSG);
    base_buffer_clear(&without);
    base_buffer_clear(&with);
    base_buffer_clear(&later);
}
END_TEST

START_TEST(an_explanation_without_an_edition)
{
    begin();
    struct base_buffer out;
    struct wire_receipt receipt = receipt_of(1);
    struct wire_explanation explanation = {.query = "id", .service = 37, .decision = &refused, .language = WIRE_EN};
    wire_codes_add(&explanation.codes, WIRE_CODE_CASE_MISSING);
    base_buffer_init(&out, 1 << 20);
    ck_assert_int_eq(wire_explanation_encode(messages, &explanation, &receipt, &out), 0);
    json_t *json = canonical(&out);
    const json_t *told = json_object_get(json, "explanation");
    ck_assert_ptr_null(json_object_get(told, "decision"));
    ck_assert_uint_eq(json_array_size(json_object_get(told, "needs")), 2);
    ck_assert_str_eq(text(told, "at"), "1970-01-01T06:00:00+06:00"); /* the capital's offset of that day */
    json_decref(json);
    base_buffer_clear(&out);
    wire_messages_free(messages);
}
END_TEST

CHECK_MAIN("replies", a_problem_lists_every_reason, a_reply_carries_the_answer_as_signed, a_receipt_comes_later,
           an_explanation_without_an_edition)
