/* What front and gateway say to each other: every message comes back as it went, and nothing that is damaged is taken
 * for a message that was never sent in those bytes. */
#include "gateway/link/front_message.h"
#include "tests/check_main.h"

#include <errno.h>
#include <stdlib.h>

static struct base_bytes text(const char *value)
{
    return base_bytes_text(value);
}

static struct link_request sample_request(void)
{
    return (struct link_request){.id = 0x0102030405060708,
                                 .connection = 7,
                                 .arrival_us = 1795330800000000,
                                 .listener = LINK_LISTENER_OFFICERS,
                                 .peer_address = text("2001:db8::1"),
                                 .method = text("POST"),
                                 .path = text("/v1/queries?x=1"),
                                 .content_type = text("application/cms"),
                                 .accept = text("*/*"),
                                 .accept_language = text("kk"),
                                 .certificate = base_bytes_of("\x30\x03\x02\x01\x05", 5),
                                 .body = base_bytes_of("\0body", 5)};
}

static struct link_reply sample_reply(void)
{
    return (struct link_reply){
        .id = 9,
        .status = 200,
        .wants_delivery = true,
        .header_count = 2,
        .headers = {{text("Content-Type"), text("application/json")}, {text("Content-Language"), text("ru")}},
        .body = text("{}")};
}

static struct link_refusal sample_refusal(void)
{
    return (struct link_refusal){.at_us = 5,
                                 .count = 3,
                                 .verdict = 4,
                                 .peer_address = text("127.0.0.1"),
                                 .certificate = base_bytes_of("\x30\x00", 2),
                                 .detail = text("expired")};
}

/* One message of each kind as a pair "encode the sample" and "parse, then encode again". */
enum kind { REQUEST, REPLY, DELIVERY, REFUSAL, KINDS };

static int encode_sample(enum kind kind, struct base_buffer *out)
{
    struct link_request request = sample_request();
    struct link_reply reply = sample_reply();
    struct link_delivery delivery = {.id = 11, .delivered = true};
    struct link_refusal refusal = sample_refusal();
    return kind == REQUEST    ? link_request_encode(&request, out)
           : kind == REPLY    ? link_reply_encode(&reply, out)
           : kind == DELIVERY ? link_delivery_encode(&delivery, out)
                              : link_refusal_encode(&refusal, out);
}

static int encode_again(enum kind kind, struct base_bytes body, struct base_buffer *out)
{
    struct link_request request;
    struct link_reply reply;
    struct link_delivery delivery;
    struct link_refusal refusal;
    int r = kind == REQUEST    ? link_request_parse(body, &request)
            : kind == REPLY    ? link_reply_parse(body, &reply)
            : kind == DELIVERY ? link_delivery_parse(body, &delivery)
                               : link_refusal_parse(body, &refusal);
    if (r != 0)
        return r;
    r = kind == REQUEST    ? link_request_encode(&request, out)
        : kind == REPLY    ? link_reply_encode(&reply, out)
        : kind == DELIVERY ? link_delivery_encode(&delivery, out)
                           : link_refusal_encode(&refusal, out);
    ck_assert_int_eq(r, 0);
    return 0;
}

static void sample(enum kind kind, struct base_buffer *ret_bytes)
{
    base_buffer_init(ret_bytes, LINK_REQUEST_FRAME_MAX);
    ck_assert_int_eq(encode_sample(kind, ret_bytes), 0);
}

START_TEST(a_request_comes_back_as_it_went)
{
    struct base_buffer bytes BASE_CLEANUP(base_buffer_clear);
    sample(REQUEST, &bytes);
    struct link_request sent = sample_request(), got;
    ck_assert_int_eq(link_request_parse(base_buffer_view(&bytes), &got), 0);
    ck_assert_uint_eq(got.id, sent.id);
    ck_assert_uint_eq(got.connection, sent.connection);
    ck_assert_int_eq(got.arrival_us, sent.arrival_us);
    ck_assert_int_eq(got.listener, LINK_LISTENER_OFFICERS);
    ck_assert(base_bytes_equal(got.peer_address, sent.peer_address));
    ck_assert(base_bytes_equal(got.method, sent.method));
    ck_assert(base_bytes_equal(got.path, sent.path));
    ck_assert(base_bytes_equal(got.content_type, sent.content_type));
    ck_assert(base_bytes_equal(got.accept, sent.accept));
    ck_assert(base_bytes_equal(got.accept_language, sent.accept_language));
    ck_assert(base_bytes_equal(got.certificate, sent.certificate));
    ck_assert(base_bytes_equal(got.body, sent.body));
}
END_TEST

START_TEST(a_reply_comes_back_as_it_went)
{
    struct base_buffer bytes BASE_CLEANUP(base_buffer_clear);
    sample(REPLY, &bytes);
    struct link_reply sent = sample_reply(), got;
    ck_assert_int_eq(link_reply_parse(base_buffer_view(&bytes), &got), 0);
    ck_assert_uint_eq(got.id, sent.id);
    ck_assert_uint_eq(got.status, 200);
    ck_assert(got.wants_delivery);
    ck_assert_uint_eq(got.header_count, 2);
    ck_assert(base_bytes_equal_text(got.headers[1].name, "Content-Language"));
    ck_assert(base_bytes_equal_text(got.headers[1].value, "ru"));
    ck_assert(base_bytes_equal(got.body, sent.body));
}
END_TEST

START_TEST(a_refusal_comes_back_as_it_went)
{
    struct base_buffer bytes BASE_CLEANUP(base_buffer_clear);
    sample(REFUSAL, &bytes);
    struct link_refusal sent = sample_refusal(), got;
    ck_assert_int_eq(link_refusal_parse(base_buffer_view(&bytes), &got), 0);
    ck_assert_int_eq(got.at_us, 5);
    ck_assert_uint_eq(got.count, 3);
    ck_assert_uint_eq(got.verdict, 4);
    ck_assert(base_bytes_equal(got.certificate, sent.certificate));
    ck_assert(base_bytes_equal_text(got.detail, "expired"));
}
END_TEST

START_TEST(the_layout_is_the_documented_one)
{
    struct base_buffer bytes BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&bytes, 64);
    struct link_delivery delivery = {.id = 0x0102, .delivered = true};
    ck_assert_int_eq(link_delivery_encode(&delivery, &bytes), 0);
    ck_assert(base_bytes_equal(base_buffer_view(&bytes), base_bytes_of("\0\0\0\0\0\0\1\2\1", 9)));
    base_buffer_reset(&bytes);
    struct link_reply reply = {.id = 1, .status = 503, .body = text("x")};
    ck_assert_int_eq(link_reply_encode(&reply, &bytes), 0);
    ck_assert(base_bytes_equal(base_buffer_view(&bytes), base_bytes_of("\0\0\0\0\0\0\0\1\1\xf7\0\0\0\0\0\1x", 17)));
}
END_TEST

static void cut_and_lengthen(enum kind kind)
{
    struct base_buffer bytes BASE_CLEANUP(base_buffer_clear);
    struct base_buffer again BASE_CLEANUP(base_buffer_clear);
    sample(kind, &bytes);
    base_buffer_init(&again, LINK_REQUEST_FRAME_MAX);
    for (size_t len = 0; len < bytes.len; len++) {
        uint8_t *exact = malloc(len > 0 ? len : 1); /* an own block, so that a sanitizer sees a read past the end */
        ck_assert_ptr_nonnull(exact);
        memcpy(exact, bytes.data, len);
        ck_assert_int_eq(encode_again(kind, base_bytes_of(exact, len), &again), -EBADMSG);
        free(exact);
    }
    ck_assert_int_eq(base_buffer_append_u8(&bytes, 0), 0);
    ck_assert_int_eq(encode_again(kind, base_buffer_view(&bytes), &again), -EBADMSG);
}

START_TEST(a_truncated_or_longer_message_is_refused)
{
    for (unsigned kind = REQUEST; kind < KINDS; kind++)
        cut_and_lengthen((enum kind) kind);
}
END_TEST

/* A flipped bit either makes the message unusable or is another message, written in exactly those bytes. */
static void flip_each_bit(enum kind kind)
{
    struct base_buffer bytes BASE_CLEANUP(base_buffer_clear);
    struct base_buffer again BASE_CLEANUP(base_buffer_clear);
    sample(kind, &bytes);
    base_buffer_init(&again, LINK_REQUEST_FRAME_MAX);
    size_t refused = 0;
    for (size_t bit = 0; bit < bytes.len * 8; bit++) {
        bytes.data[bit / 8] ^= (uint8_t) (1U << bit % 8);
        base_buffer_reset(&again);
        int r = encode_again(kind, base_buffer_view(&bytes), &again);
        if (r == 0)
            ck_assert(base_bytes_equal(base_buffer_view(&bytes), base_buffer_view(&again)));
        else
            ck_assert_int_eq(r, -EBADMSG);
        refused += r != 0;
        bytes.data[bit / 8] ^= (uint8_t) (1U << bit % 8);
    }
    ck_assert_uint_gt(refused, 0);
}

START_TEST(a_flipped_bit_never_gives_a_second_form)
{
    for (unsigned kind = REQUEST; kind < KINDS; kind++)
        flip_each_bit((enum kind) kind);
}
END_TEST

START_TEST(what_is_over_a_limit_is_not_sent)
{
    static uint8_t large[LINK_BODY_MAX + 1];
    struct base_buffer bytes BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&bytes, LINK_REPLY_FRAME_MAX);
    struct link_request request = sample_request();
    request.body = base_bytes_of(large, LINK_BODY_MAX + 1);
    ck_assert_int_eq(link_request_encode(&request, &bytes), -EINVAL);
    request = sample_request();
    request.path = base_bytes_of(large, LINK_HEADER_MAX + 1);
    ck_assert_int_eq(link_request_encode(&request, &bytes), -EINVAL);
    request = sample_request();
    request.listener = LINK_LISTENER_UNKNOWN;
    ck_assert_int_eq(link_request_encode(&request, &bytes), -EINVAL);
    struct link_reply reply = sample_reply();
    reply.status = 99;
    ck_assert_int_eq(link_reply_encode(&reply, &bytes), -EINVAL);
    reply = sample_reply();
    reply.header_count = LINK_REPLY_HEADERS_MAX + 1;
    ck_assert_int_eq(link_reply_encode(&reply, &bytes), -EINVAL);
    struct link_refusal refusal = sample_refusal();
    refusal.count = 0;
    ck_assert_int_eq(link_refusal_encode(&refusal, &bytes), -EINVAL);
    ck_assert_uint_eq(bytes.len, 0);
}
END_TEST

/* The largest request and reply the limits allow fit the frames the header promises. */
START_TEST(the_largest_message_fits_its_frame)
{
    static uint8_t large[LINK_REPLY_BODY_MAX];
    struct base_bytes value = base_bytes_of(large, LINK_HEADER_MAX);
    struct base_buffer bytes BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&bytes, LINK_REQUEST_FRAME_MAX);
    struct link_request request = sample_request();
    request.path = request.content_type = request.accept = request.accept_language = value;
    request.certificate = base_bytes_of(large, LINK_CERTIFICATE_MAX);
    request.body = base_bytes_of(large, LINK_BODY_MAX);
    ck_assert_int_eq(link_request_encode(&request, &bytes), 0);
    struct base_buffer reply_bytes BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&reply_bytes, LINK_REPLY_FRAME_MAX);
    struct link_reply reply = {.id = 1,
                               .status = 200,
                               .header_count = LINK_REPLY_HEADERS_MAX,
                               .body = base_bytes_of(large, LINK_REPLY_BODY_MAX)};
    for (size_t i = 0; i < LINK_REPLY_HEADERS_MAX; i++)
        reply.headers[i] = (struct link_header){value, value};
    ck_assert_int_eq(link_reply_encode(&reply, &reply_bytes), 0);
}
END_TEST

START_TEST(a_full_buffer_is_told)
{
    struct base_buffer bytes BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&bytes, 16);
    struct link_request request = sample_request();
    ck_assert_int_eq(link_request_encode(&request, &bytes), -ENOBUFS);
}
END_TEST

CHECK_MAIN("link/front_message", a_request_comes_back_as_it_went, a_reply_comes_back_as_it_went,
           a_refusal_comes_back_as_it_went, the_layout_is_the_documented_one, a_truncated_or_longer_message_is_refused,
           a_flipped_bit_never_gives_a_second_form, what_is_over_a_limit_is_not_sent,
           the_largest_message_fits_its_frame, a_full_buffer_is_told)
