#include "gateway/core/refusals.h"

#include <errno.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/leaf.h"
#include "base/log.h"
#include "certs/verdict.h"
#include "schema/store/record.h"

enum { SINGLES_MAX = 60, ADDRESS_MAX = 64, VERDICT_COUNT = CERTS_VERDICT_PROFILE + 1 };
static const int64_t window_us = 60 * INT64_C(1000000);

struct single {
    int64_t at_us;
    int64_t count;
    enum certs_verdict verdict;
    char address[ADDRESS_MAX];
    uint8_t certificate[STORE_DIGEST_BYTES];
};

struct core_refusals {
    pthread_mutex_t mutex;
    int64_t since_us; /* of the window; 0 before the first */
    size_t single_count, recorded;
    struct single singles[SINGLES_MAX]; /* of this window */
    int64_t others[VERDICT_COUNT];
};

int core_refusals_new(struct core_refusals **ret_refusals)
{
    struct core_refusals *refusals = calloc(1, sizeof(*refusals));
    if (!refusals)
        return -ENOMEM;
    pthread_mutex_init(&refusals->mutex, NULL);
    *ret_refusals = refusals;
    return 0;
}

void core_refusals_free(struct core_refusals *refusals)
{
    if (!refusals)
        return;
    pthread_mutex_destroy(&refusals->mutex);
    free(refusals);
}

void core_refusals_add(struct core_refusals *refusals, const struct link_refusal *refusal)
{
    unsigned verdict = refusal->verdict < VERDICT_COUNT ? refusal->verdict : CERTS_VERDICT_UNKNOWN;
    pthread_mutex_lock(&refusals->mutex);
    if (refusals->since_us == 0)
        refusals->since_us = refusal->at_us;
    if (refusal->certificate.len > 0 && refusals->single_count < SINGLES_MAX &&
        refusal->peer_address.len < ADDRESS_MAX) {
        struct single *single = &refusals->singles[refusals->single_count++];
        *single = (struct single){.at_us = refusal->at_us, .count = refusal->count,
                                  .verdict = (enum certs_verdict)verdict};
        snprintf(single->address, sizeof(single->address), "%.*s", (int)refusal->peer_address.len,
                 (const char *)refusal->peer_address.data);
        SHA256(refusal->certificate.data, refusal->certificate.len, single->certificate);
    } else {
        refusals->others[verdict] += refusal->count;
    }
    pthread_mutex_unlock(&refusals->mutex);
}

static enum certs_verdict verdict_of(enum wire_code code)
{
    for (unsigned verdict = 0; verdict < VERDICT_COUNT; verdict++) {
        char text[48];
        snprintf(text, sizeof(text), "certificate-%s", certs_verdict_name((enum certs_verdict)verdict));
        if (strcmp(text, wire_code_text(code)) == 0)
            return (enum certs_verdict)verdict;
    }
    return CERTS_VERDICT_UNKNOWN;
}

void core_refusals_add_request(struct core_refusals *refusals, const struct link_request *request, enum wire_code code,
                               int64_t at_us)
{
    const struct link_refusal refusal = {
        .at_us = at_us,
        .count = 1,
        .verdict = (uint8_t)verdict_of(code),
        .peer_address = request->peer_address,
        .certificate = request->certificate,
    };
    core_refusals_add(refusals, &refusal);
}

/* The record's done belongs to append_wait; it is only named here. */
static enum audit_outcome append(struct audit_writer *writer, const struct audit_leaf_refusal *refusal)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer leaf;
    base_buffer_init(&leaf, AUDIT_LEAF_MAX);
    if (audit_leaf_refusal_encode(refusal, &leaf) < 0)
        return AUDIT_OUTCOME_POISON;
    struct store_record columns = STORE_RECORD_INIT;
    columns.kind = audit_kind_name(AUDIT_KIND_CONNECTION_REFUSED);
    columns.at_us = refusal->at_us;
    struct audit_record record;
    audit_record_init(&record, base_buffer_view(&leaf), &columns, store_record_weight(&columns), NULL, NULL);
    return audit_writer_append_wait(writer, &record);
}

/* False: try again later. */
static bool single_record(struct audit_writer *writer, const struct single *single)
{
    const struct audit_leaf_refusal_count reason = {certs_verdict_name(single->verdict), single->count};
    const struct audit_leaf_refusal refusal = {
        .at_us = single->at_us,
        .connection = {.address = single->address[0] ? single->address : NULL, .certificate = single->certificate},
        .reasons = &reason,
        .reason_count = 1,
    };
    enum audit_outcome outcome = append(writer, &refusal);
    if (outcome == AUDIT_OUTCOME_POISON)
        base_log(BASE_LOG_ERROR, "event=refusal-not-recorded");
    return outcome != AUDIT_OUTCOME_UNAVAILABLE;
}

static int count_order(const void *left, const void *right)
{
    const struct audit_leaf_refusal_count *a = left, *b = right;
    return strcmp(a->reason, b->reason);
}

static bool counts_record(struct audit_writer *writer, const int64_t others[VERDICT_COUNT], int64_t since_us,
                          int64_t now_us)
{
    struct audit_leaf_refusal_count reasons[VERDICT_COUNT];
    struct audit_leaf_refusal refusal = {.at_us = now_us, .since_us = since_us, .reasons = reasons};
    for (unsigned verdict = 0; verdict < VERDICT_COUNT; verdict++)
        if (others[verdict] > 0)
            reasons[refusal.reason_count++] =
                (struct audit_leaf_refusal_count){certs_verdict_name((enum certs_verdict)verdict), others[verdict]};
    if (refusal.reason_count == 0)
        return true;
    qsort(reasons, refusal.reason_count, sizeof(reasons[0]), count_order);
    return append(writer, &refusal) != AUDIT_OUTCOME_UNAVAILABLE;
}

void core_refusals_record(struct core_refusals *refusals, struct audit_writer *writer, int64_t now_us, bool force)
{
    for (;;) {
        pthread_mutex_lock(&refusals->mutex);
        bool more = refusals->recorded < refusals->single_count;
        struct single single = more ? refusals->singles[refusals->recorded] : (struct single){0};
        pthread_mutex_unlock(&refusals->mutex);
        if (!more || !single_record(writer, &single))
            break;
        pthread_mutex_lock(&refusals->mutex);
        refusals->recorded++;
        pthread_mutex_unlock(&refusals->mutex);
    }
    pthread_mutex_lock(&refusals->mutex);
    int64_t since_us = refusals->since_us;
    bool over = since_us != 0 && refusals->recorded == refusals->single_count &&
                (force || now_us - since_us >= window_us || now_us < since_us);
    int64_t others[VERDICT_COUNT];
    memcpy(others, refusals->others, sizeof(others));
    if (over) {
        memset(refusals->others, 0, sizeof(refusals->others));
        refusals->single_count = refusals->recorded = 0;
        refusals->since_us = 0;
    }
    pthread_mutex_unlock(&refusals->mutex);
    if (!over || counts_record(writer, others, since_us, now_us))
        return;
    pthread_mutex_lock(&refusals->mutex); /* kept for the next attempt */
    for (unsigned verdict = 0; verdict < VERDICT_COUNT; verdict++)
        refusals->others[verdict] += others[verdict];
    refusals->since_us = since_us;
    pthread_mutex_unlock(&refusals->mutex);
}
