/* A call and an answer survive the way over the link, and nothing that is not exactly one of them is taken for one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/link/adapter_message.h"
#include "tests/check_main.h"

static struct link_call example_call(void)
{
    return (struct link_call){
        .id = 0x0102030405060708,
        .service = 5,
        .query = base_bytes_text("0b8a1a30-0000-4000-8000-000000000001"),
        .timeout_us = 5000000,
        .param_count = 2,
        .params = {{base_bytes_text("iin"), base_bytes_text("500101100000")},
                   {base_bytes_text("plate"), base_bytes_text("")}},
    };
}

static void encode_call(const struct link_call *call, struct base_buffer *out)
{
    base_buffer_init(out, LINK_CALL_FRAME_MAX);
    ck_assert_int_eq(link_call_encode(call, out), 0);
}

START_TEST(test_call_survives)
{
    struct link_call call = example_call(), read;
    struct base_buffer body BASE_CLEANUP(base_buffer_clear);
    encode_call(&call, &body);
    ck_assert_int_eq(link_call_parse(base_buffer_view(&body), &read), 0);
    ck_assert_uint_eq(read.id, call.id);
    ck_assert_uint_eq(read.service, 5);
    ck_assert_int_eq(read.mode, LINK_CALL_ASK);
    ck_assert_int_eq(read.timeout_us, 5000000);
    ck_assert(base_bytes_equal(read.query, call.query));
    ck_assert_uint_eq(read.param_count, 2);
    ck_assert(base_bytes_equal_text(read.params[0].value, "500101100000"));
    ck_assert(base_bytes_equal_text(read.params[1].name, "plate"));
    ck_assert_uint_eq(read.params[1].value.len, 0);
}
END_TEST

/* The bytes as ARCHITECTURE gives them, written by hand. */
START_TEST(test_call_bytes)
{
    static const uint8_t expected[] = {0, 0, 0, 0, 0, 0, 0, 7, 0, 57, 1, 0, 0, 0, 1, 'q', 0, 0, 0,   0, 0, 0,
                                       0, 9, 0, 1, 0, 0, 0, 1, 'n', 0, 0, 0, 2, 'v', 'w'};
    struct link_call call = {.id = 7, .service = 57, .mode = LINK_CALL_SETTLE, .query = base_bytes_text("q"), .timeout_us = 9, .param_count = 1};
    call.params[0] = (struct link_param){base_bytes_text("n"), base_bytes_text("vw")};
    struct base_buffer body BASE_CLEANUP(base_buffer_clear);
    encode_call(&call, &body);
    ck_assert(base_bytes_equal(base_buffer_view(&body), base_bytes_of(expected, sizeof(expected))));
}
END_TEST

START_TEST(test_every_truncation_of_a_call_is_refused)
{
    struct link_call call = example_call(), read;
    struct base_buffer body BASE_CLEANUP(base_buffer_clear);
    encode_call(&call, &body);
    for (size_t len = 0; len < body.len; len++) {
        uint8_t *copy = malloc(len + 1); /* of its own, so that a sanitizer sees a read past its end */
        memcpy(copy, body.data, len);
        ck_assert_int_eq(link_call_parse(base_bytes_of(copy, len), &read), -EBADMSG);
        free(copy);
    }
    base_buffer_append_u8(&body, 0);
    ck_assert_int_eq(link_call_parse(base_buffer_view(&body), &read), -EBADMSG);
}
END_TEST

static void check_refused_call(const struct link_call *call)
{
    struct link_call read;
    struct base_buffer body BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&body, 1 << 20);
    ck_assert_int_eq(link_call_encode(call, &body), 0);
    ck_assert_int_eq(link_call_parse(base_buffer_view(&body), &read), -EBADMSG);
}

START_TEST(test_call_out_of_bounds)
{
    struct link_call call = example_call();
    call.service = 77;
    check_refused_call(&call);
    call = example_call();
    call.mode = LINK_CALL_MODE_COUNT;
    check_refused_call(&call);
    call = example_call();
    call.timeout_us = -1;
    check_refused_call(&call);
    call = example_call();
    call.query = base_bytes_text("");
    check_refused_call(&call);
    call.query = base_bytes_text("0b8a1a30-0000-4000-8000-0000000000012");
    check_refused_call(&call);
    call = example_call();
    call.params[0].name = base_bytes_text("");
    check_refused_call(&call);
    call = example_call();
    call.params[0].value = base_bytes_of("a\0b", 3);
    check_refused_call(&call);
    call.params[0].value = base_bytes_text("\xc3\x28");
    check_refused_call(&call);
    char long_text[LINK_PARAM_BYTES_MAX + 1];
    memset(long_text, 'x', sizeof(long_text));
    call.params[0].value = base_bytes_of(long_text, sizeof(long_text));
    check_refused_call(&call);
}
END_TEST

START_TEST(test_answer_survives)
{
    struct link_answer answer = {.id = 9, .outcome = LINK_OUTCOME_ANSWERED, .duration_us = 17,
                                 .records = base_bytes_text("[]")}, read;
    struct base_buffer body BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&body, LINK_ANSWER_FRAME_MAX);
    ck_assert_int_eq(link_answer_encode(&answer, &body), 0);
    ck_assert_int_eq(link_answer_parse(base_buffer_view(&body), &read), 0);
    ck_assert_uint_eq(read.id, 9);
    ck_assert_int_eq(read.outcome, LINK_OUTCOME_ANSWERED);
    ck_assert_int_eq(read.duration_us, 17);
    ck_assert(base_bytes_equal_text(read.records, "[]"));
    for (size_t len = 0; len < body.len; len++)
        ck_assert_int_eq(link_answer_parse(base_bytes_of(body.data, len), &read), -EBADMSG);
}
END_TEST

START_TEST(test_answer_that_contradicts_itself)
{
    const struct link_answer wrong[] = {
        {.outcome = LINK_OUTCOME_ANSWERED},                                          /* an answer without records */
        {.outcome = LINK_OUTCOME_FAILED, .records = base_bytes_text("[]")},          /* a failure with some */
        {.outcome = LINK_OUTCOME_UNKNOWN, .records = base_bytes_text("[]")},
        {.outcome = LINK_OUTCOME_PENDING, .records = base_bytes_text("[]")},
        {.outcome = LINK_OUTCOME_COUNT},
        {.outcome = LINK_OUTCOME_FAILED, .detail = base_bytes_text("two\nlines")},
        {.outcome = LINK_OUTCOME_FAILED, .duration_us = -1},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(wrong); i++) {
        struct link_answer read;
        struct base_buffer body BASE_CLEANUP(base_buffer_clear);
        base_buffer_init(&body, LINK_ANSWER_FRAME_MAX);
        ck_assert_int_eq(link_answer_encode(&wrong[i], &body), 0);
        ck_assert_msg(link_answer_parse(base_buffer_view(&body), &read) == -EBADMSG, "case %zu", i);
    }
}
END_TEST

/* An answer may be "not yet": it holds no records. */
START_TEST(test_pending_survives)
{
    struct link_answer answer = {.id = 10, .outcome = LINK_OUTCOME_PENDING, .detail = base_bytes_text("later")}, read;
    struct base_buffer body BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&body, LINK_ANSWER_FRAME_MAX);
    ck_assert_int_eq(link_answer_encode(&answer, &body), 0);
    ck_assert_uint_eq(body.data[8], 6);
    ck_assert_int_eq(link_answer_parse(base_buffer_view(&body), &read), 0);
    ck_assert_int_eq(read.outcome, LINK_OUTCOME_PENDING);
    ck_assert_uint_eq(read.records.len, 0);
}
END_TEST

CHECK_MAIN("link/adapter_message", test_call_survives, test_call_bytes, test_every_truncation_of_a_call_is_refused,
           test_call_out_of_bounds, test_answer_survives, test_pending_survives, test_answer_that_contradicts_itself)
