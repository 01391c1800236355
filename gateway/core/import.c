#include "gateway/core/import.h"

#include <errno.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/log.h"
#include "base/wait.h"
#include "gateway/core/import_rows.h"
#include "gateway/core/own_act.h"
#include "gateway/registry/row.h"
#include "gateway/wire/json.h"
#include "schema/store/act.h"

enum {
    PART_ROWS_MAX = 500,
    PART_BYTES_MAX = 400 << 10, /* of its rows; with one row more it still fits into an envelope */
    TEXT_BYTES_MAX = 1 << 20,
    RETRY_S = 2,
    STUCK_S = 60,
};

struct core_import {
    struct core_gateway *gateway;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool stopped, wanted;
};

/* One import on its way. */
struct running {
    struct core_import *import;
    const struct policy_edition *edition;
    uint8_t id[BASE_UUID_BYTES];
    const char *id_text, *iin;
    uint32_t done; /* rows registered before */
    int part;      /* of the rows collected now, from 1 */
    struct base_buffer rows;
    unsigned row_count;
};

static bool is_stopped(struct core_import *import)
{
    pthread_mutex_lock(&import->mutex);
    bool stopped = import->stopped;
    pthread_mutex_unlock(&import->mutex);
    return stopped;
}

/* ---- one part ---- */

static int act_encode(const struct running *running, struct base_buffer *out)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    struct base_json json;
    SHA256(running->rows.data, running->rows.len, digest);
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    base_json_member_text(&json, "import", running->id_text);
    base_json_member_integer(&json, "part", running->part);
    base_json_member_integer(&json, "rows", running->row_count);
    base_json_member_hex(&json, "sha256", base_bytes_of(digest, sizeof(digest)));
    base_json_object_end(&json);
    return base_json_end(&json);
}

/* -EAGAIN: look again what is done. -EBADMSG: the register or the log will never take it. */
static int outcome_check(const struct running *running, enum audit_outcome outcome)
{
    switch (outcome) {
    case AUDIT_OUTCOME_DURABLE:
        return 0;
    case AUDIT_OUTCOME_CLAIMED: /* an earlier attempt, of which no word came */
    case AUDIT_OUTCOME_CHANGED:
    case AUDIT_OUTCOME_UNKNOWN:
    case AUDIT_OUTCOME_UNAVAILABLE:
        return -EAGAIN;
    case AUDIT_OUTCOME_POISON:
        break;
    }
    base_log(BASE_LOG_ERROR, "event=import-part-refused import=%s part=%d", running->id_text, running->part);
    return -EBADMSG;
}

static int part_register(struct running *running)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer act, extra;
    struct base_json json;
    base_buffer_init(&act, TEXT_BYTES_MAX);
    base_buffer_init(&extra, STORE_ACT_BYTES_MAX);
    base_buffer_append_text(&running->rows, "]");
    base_json_begin(&json, &extra);
    base_json_object_begin(&json);
    base_json_name(&json, "rows");
    base_json_raw(&json, base_buffer_view(&running->rows));
    base_json_object_end(&json);
    int r = base_json_end(&json);
    if (r == 0)
        r = act_encode(running, &act);
    if (r < 0)
        return r;
    const struct core_own_act own = {
        .kind = "admin.import_part",
        .act = base_buffer_view(&act),
        .extra = base_buffer_view(&extra),
        .iin = running->iin,
        .id = running->id,
        .part = running->part,
    };
    r = outcome_check(running, core_own_act_append(running->import->gateway, &own));
    base_buffer_reset(&running->rows);
    running->row_count = 0;
    running->part++;
    return r;
}

static int row_register(void *context, uint32_t index, const json_t *row)
{
    struct running *running = context;
    if (index < running->done)
        return 0;
    base_buffer_append_text(&running->rows, running->row_count ? "," : "[");
    int r = registry_row_encode(running->edition, row, &running->rows);
    if (r < 0)
        return r;
    running->row_count++;
    if (running->row_count < PART_ROWS_MAX && running->rows.len < PART_BYTES_MAX)
        return 0;
    r = part_register(running);
    return r == 0 && is_stopped(running->import) ? CORE_IMPORT_STOP : r;
}

/* ---- one import ---- */

/* 0: done, or to be looked at again at once. A negative errno: later. */
static int import_run(struct core_import *import, const json_t *found)
{
    struct core_gateway *gateway = import->gateway;
    const char *id = json_string_value(json_object_get(found, "import")), *iin = json_string_value(json_object_get(found, "iin"));
    struct running running = {
        .import = import,
        .edition = policy_edition_at(gateway->editions, core_now_us(gateway)),
        .id_text = id,
        .iin = iin,
        .done = (uint32_t)json_integer_value(json_object_get(found, "done")),
        .part = (int)json_integer_value(json_object_get(found, "parts_done")) + 1,
    };
    uint32_t rows = 0;
    if (!id || !iin || base_uuid_parse(base_bytes_text(id), BASE_UUID_LOWER_CASE, running.id) < 0)
        return -EBADMSG;
    base_log(BASE_LOG_INFO, "event=import-running import=%s done=%u", id, running.done);
    base_buffer_init(&running.rows, STORE_ACT_BYTES_MAX);
    int r = core_import_walk(gateway, iin, json_object_get(found, "parts"), row_register, &running, &rows);
    if (r == 0 && running.row_count > 0)
        r = part_register(&running);
    base_buffer_clear(&running.rows);
    if (r == CORE_IMPORT_STOP)
        return 0;
    if (r == 0 && rows == (uint32_t)json_integer_value(json_object_get(found, "rows")))
        base_log(BASE_LOG_INFO, "event=import-done import=%s rows=%u", id, rows);
    else if (r >= 0)
        r = -EBADMSG; /* its rows are not those that were checked */
    return r;
}

/* 0: there is none, else what became of it; STORE_NONE: there is none. */
static int import_attend(struct core_import *import)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer text;
    BASE_CLEANUP(wire_json_cleanup) json_t *found = NULL;
    base_buffer_init(&text, TEXT_BYTES_MAX);
    int r = store_import_find(import->gateway->pool, &text);
    if (r == 0)
        r = wire_json_parse(base_buffer_view(&text), TEXT_BYTES_MAX, &found, NULL) == 0 ? 0 : -EBADMSG;
    return r == 0 ? import_run(import, found) : r;
}

/* ---- the thread ---- */

/* Until somebody wakes it or, unless it waits for that alone, the time is over. True: stopped. */
static bool pause_or_stop(struct core_import *import, unsigned longest_s)
{
    int64_t until_us = base_clock_monotonic_us() + INT64_C(1000000) * longest_s;
    pthread_mutex_lock(&import->mutex);
    while (!import->stopped && !import->wanted) {
        int r = longest_s > 0 ? base_wait_until(&import->changed, &import->mutex, until_us)
                              : pthread_cond_wait(&import->changed, &import->mutex);
        if (r == BASE_WAIT_OVER)
            break;
    }
    import->wanted = false;
    bool stopped = import->stopped;
    pthread_mutex_unlock(&import->mutex);
    return stopped;
}

static void *run(void *context)
{
    struct core_import *import = context;
    unsigned longest_s;
    do {
        int r = import_attend(import);
        longest_s = r == STORE_NONE ? 0 : r == 0 || r == -EAGAIN ? RETRY_S : STUCK_S;
        if (r < 0 && r != -EAGAIN)
            base_log(BASE_LOG_ERROR, "event=import-stuck error=%d", -r);
    } while (!pause_or_stop(import, longest_s));
    return NULL;
}

int core_import_new(struct core_gateway *gateway, struct core_import **ret_import)
{
    struct core_import *import = calloc(1, sizeof(*import));
    if (!import)
        return -ENOMEM;
    base_wait_init(&import->changed);
    pthread_mutex_init(&import->mutex, NULL);
    import->gateway = gateway;
    int r = pthread_create(&import->thread, NULL, run, import);
    if (r != 0) {
        pthread_cond_destroy(&import->changed);
        pthread_mutex_destroy(&import->mutex);
        free(import);
        return -r;
    }
    *ret_import = import;
    return 0;
}

static void tell(struct core_import *import, bool stop)
{
    pthread_mutex_lock(&import->mutex);
    import->wanted = true;
    import->stopped = import->stopped || stop;
    pthread_cond_signal(&import->changed);
    pthread_mutex_unlock(&import->mutex);
}

void core_import_wake(struct core_import *import)
{
    tell(import, false);
}

void core_import_free(struct core_import *import)
{
    if (!import)
        return;
    tell(import, true);
    pthread_join(import->thread, NULL);
    pthread_cond_destroy(&import->changed);
    pthread_mutex_destroy(&import->mutex);
    free(import);
}
