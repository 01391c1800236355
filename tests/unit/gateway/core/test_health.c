/* Ready only while the program serves, its log runs and was heard lately, and the revocation lists are in date: each alone
 * makes it 503 and is named. Healthy whatever they say. What the page rests on is played here. */
#include <stdio.h>
#include <string.h>

#include "gateway/core/health.h"
#include "tests/check_main.h"

static const int64_t NOW_US = INT64_C(1800000000000000);
static struct core_settings settings = {.heartbeat_seconds = 10};
static struct core_gateway gateway = {.settings = &settings};
static struct audit_writer_status writer;
static int64_t next_update_us;
static unsigned status;
static char body[64 << 10], cache_control[32];

static int64_t now(void *context)
{
    (void)context;
    return NOW_US;
}

int link_channel_send(struct link_channel *channel, uint16_t type, struct base_bytes frame)
{
    struct link_reply reply;
    (void)channel;
    ck_assert_int_eq(type, LINK_FRONT_REPLY);
    ck_assert_int_eq(link_reply_parse(frame, &reply), 0);
    status = reply.status;
    snprintf(body, sizeof(body), "%.*s", (int)reply.body.len, (const char *)reply.body.data);
    for (size_t i = 0; i < reply.header_count; i++)
        if (base_bytes_equal_text(reply.headers[i].name, "Cache-Control"))
            snprintf(cache_control, sizeof(cache_control), "%.*s", (int)reply.headers[i].value.len,
                     (const char *)reply.headers[i].value.data);
    return 0;
}

void audit_writer_status_read(struct audit_writer *of, struct audit_writer_status *ret_status)
{
    (void)of;
    *ret_status = writer;
}

struct certs_trust *core_trust_ref(struct core_trust *trust)
{
    (void)trust;
    return NULL;
}

void certs_trust_unref(struct certs_trust *trust)
{
    (void)trust;
}

int64_t certs_trust_next_update_us(const struct certs_trust *trust)
{
    (void)trust;
    return next_update_us;
}

struct certs_cache_counts certs_cache_counts(struct certs_cache *cache)
{
    (void)cache;
    return (struct certs_cache_counts){0};
}

size_t core_waiting_count(struct core_waiting *waiting)
{
    (void)waiting;
    return 0;
}

size_t core_hold_count(struct core_hold *hold)
{
    (void)hold;
    return 0;
}

static void all_well(void)
{
    gateway.clock = (struct base_clock){.now_us = now};
    ck_assert_int_eq(base_queue_new(1, &gateway.work), 0);
    atomic_store(&gateway.stopping, false);
    writer = (struct audit_writer_status){.state = AUDIT_WRITER_STATE_RUNNING, .last_durable_us = NOW_US - 1000000};
    next_update_us = NOW_US + 1;
}

static void expect(const char *path, unsigned wanted, const char *line)
{
    const struct link_request http = {
        .listener = LINK_LISTENER_LOCAL, .method = base_bytes_text("GET"), .path = base_bytes_text(path)};
    status = 0;
    core_health_serve(&gateway, NULL, &http);
    ck_assert_msg(status == wanted, "%s: %u: %.500s", path, status, body);
    ck_assert_msg(strstr(body, line) != NULL, "%s: %.500s", line, body);
    ck_assert_str_eq(cache_control, "no-store");
}

START_TEST(ready_when_all_is_well)
{
    all_well();
    expect("/readyz", 200, "serving: ok\nlog: ok\nrevocation lists: ok\n");
    writer.last_durable_us = NOW_US - INT64_C(34999999); /* three heartbeats and five seconds */
    expect("/readyz", 200, "log: ok\n");
    base_queue_free(gateway.work);
}
END_TEST

START_TEST(each_ill_alone_is_named)
{
    all_well();
    atomic_store(&gateway.stopping, true);
    expect("/readyz", 503, "serving: stopping\nlog: ok\nrevocation lists: ok\n");
    expect("/healthz", 200, "ok\n");
    base_queue_free(gateway.work);
    all_well();
    writer.state = AUDIT_WRITER_STATE_UNAVAILABLE;
    expect("/readyz", 503, "serving: ok\nlog: unavailable\n");
    base_queue_free(gateway.work);
    all_well();
    writer.last_durable_us = NOW_US - INT64_C(35000000);
    expect("/readyz", 503, "log: silent\n");
    base_queue_free(gateway.work);
    all_well();
    next_update_us = NOW_US;
    expect("/readyz", 503, "revocation lists: out of date\n");
    base_queue_free(gateway.work);
}
END_TEST

START_TEST(other_pages)
{
    all_well();
    expect("/metrics", 200, "qao_log_running 1\n");
    expect("/v1/queries", 404, "");
    base_queue_free(gateway.work);
}
END_TEST

CHECK_MAIN("health", ready_when_all_is_well, each_ill_alone_is_named, other_pages)
