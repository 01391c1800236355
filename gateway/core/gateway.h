/* What every part of the program works with. Made by gateway.c at start, shared by all threads until the stop. */
#ifndef GATEWAY_CORE_GATEWAY_H
#define GATEWAY_CORE_GATEWAY_H

#include <pthread.h>
#include <stdatomic.h>

#include "audit/writer.h"
#include "base/clock.h"
#include "base/queue.h"
#include "certs/cache.h"
#include "certs/seal.h"
#include "certs/signer.h"
#include "gateway/core/hold.h"
#include "gateway/core/metrics.h"
#include "gateway/core/outage.h"
#include "gateway/core/rate.h"
#include "gateway/core/settings.h"
#include "gateway/core/subject.h"
#include "gateway/core/trust.h"
#include "gateway/core/waiting.h"
#include "gateway/link/channel.h"
#include "gateway/wire/act.h"
#include "gateway/wire/message.h"
#include "gateway/wire/service.h"
#include "policy/case.h"
#include "policy/edition.h"
#include "schema/store/log.h"
#include "schema/store/record.h"
#include "schema/store/store.h"

enum { CORE_FRONTS_MAX = 16 };

struct core_refusals;
struct core_workers;
struct core_timer;
struct core_import;
struct core_settle;

struct core_gateway {
    const struct core_settings *settings;
    struct base_clock clock;

    /* read-only */
    struct policy_editions *editions;
    struct policy_case_pattern case_pattern;
    struct wire_services *services;
    struct wire_acts *acts;
    struct wire_messages *messages;
    struct core_subjects *subjects;
    struct certs_signer *answer_signer;
    struct certs_recipients *recipients;
    struct certs_recipients *upload_recipients; /* vault, escrow, and the gateway itself */
    struct certs_signer *upload_openers[CORE_UPLOAD_OPENERS_MAX]; /* the first is that of upload_recipients */
    size_t upload_opener_count;

    /* with locks of their own */
    struct core_trust *trust;
    struct certs_cache *cache;
    struct store_pool *pool;
    struct store_log *store_log;
    struct audit_store audit_store;
    struct audit_signer *log_signer;
    struct audit_writer *writer;
    int32_t log_id;
    struct core_rate *rate;     /* recorded refusals */
    struct core_rate *explains; /* explanations asked for */
    struct core_rate *queries;  /* all of them; with 0 of the settings nobody asks it */
    struct core_rate *act_rate; /* acts asked for */
    struct core_rate *reads;    /* pages of the register */
    struct core_rate *uploads;  /* of people who are no administrators */
    struct core_rate *runs;     /* refusals of an hour (clause 44) */
    atomic_llong refusals_per_hour; /* as set by an administrator; 0: any number is no violation */
    struct core_hold *hold;
    struct core_refusals *refusals;
    struct core_settle *settle;
    struct core_outages *outages; /* of registries */
    struct core_outage stop;      /* of the gateway before this start; until_us 0: none to be told */
    struct core_metrics metrics;

    /* where requests are */
    atomic_size_t in_flight;
    atomic_size_t owing; /* of them, those that were answered and still owe the log their conclusion */
    atomic_bool stopping;
    atomic_ullong next_call;
    struct base_queue *work;
    struct core_waiting *calls;      /* for a registry, by call id */
    struct core_waiting *later;      /* for a registry that answers later, by call id */
    atomic_bool is_later_lost;       /* some of them must be asked about again */
    int64_t later_asked_us;          /* the timer's: when that was done last */
    struct core_waiting *deliveries; /* for word of a reply, by front channel and request id */
    struct core_waiting *owed;       /* for the log to take their result */

    pthread_mutex_t fronts_mutex;
    struct link_channel *fronts[CORE_FRONTS_MAX]; /* those connected now */
    struct store_record own_columns; /* beside the writer's own records */

    struct link_server *front;
    struct link_client *adapter;
    struct core_workers *workers;
    struct core_timer *timer;
    struct core_import *import;
    atomic_flag import_checking; /* one at a time */
};

/* Reads and checks all files that the settings name but the trust; touches nothing else. On an error ret_error (freed by
 * the caller) says what could not be had. */
int core_gateway_new(const struct core_settings *settings, struct core_gateway **ret_gateway,
                     char **ret_error) BASE_MUST_USE;

/* Opens the store, reads the trust and starts the log's writer, and serves nobody: for what is done on the server itself. */
int core_gateway_open(struct core_gateway *gateway, char **ret_error) BASE_MUST_USE;

/* Opens the gateway, records what an earlier run left unfinished, then takes
 * requests. After an error only core_gateway_free() may follow. */
int core_gateway_start(struct core_gateway *gateway, char **ret_error) BASE_MUST_USE;

/* Tells every front to read the trust again. Any thread. */
void core_gateway_trust_tell(struct core_gateway *gateway);

/* Takes no more requests, lets those in flight end until the deadline, stops the log and all threads, frees all. Accepts
 * NULL and what was never started. */
void core_gateway_free(struct core_gateway *gateway);

static inline int64_t core_now_us(const struct core_gateway *gateway)
{
    return base_clock_now_us(&gateway->clock);
}

#endif
