/* Proves: whatever the store does at whatever batch, no acknowledged record is lost, none is in the log twice, none
 * that was told to be absent is there; a refused record fails alone; another writer ends this one for good; the log
 * says when it cannot be written; proofs and tiles of old and new entries are right. */
#include "audit/proof.h"
#include "tests/check_main.h"
#include "tests/unit/audit/memory_tree.h"
#include "tests/unit/audit/rig.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MANY = 40 };

/* Queues count records as one batch. */
static void append_together(struct rig *rig, struct rig_record *records, size_t count)
{
    struct rig_record first;
    rig_record_init(&first, 900000);
    memory_store_hold(rig->memory, true);
    rig_append(rig, &first);
    memory_store_wait_held(rig->memory);
    for (size_t i = 0; i < count; i++)
        rig_append(rig, &records[i]);
    memory_store_hold(rig->memory, false);
    ck_assert_int_eq(rig_wait(&first), AUDIT_OUTCOME_DURABLE);
}

static void records_init(struct rig_record *records, size_t count)
{
    for (size_t i = 0; i < count; i++)
        rig_record_init(&records[i], (unsigned) i);
}

static void *append_some(void *context)
{
    struct rig *rig = context;
    static _Atomic unsigned next_number;
    for (int i = 0; i < 200; i++) {
        struct rig_record *record = malloc(sizeof(*record));
        rig_record_init(record, 1000 + next_number++);
        ck_assert_int_eq(rig_append_wait(rig, record), AUDIT_OUTCOME_DURABLE);
        struct base_bytes leaf = base_bytes_text(record->leaf);
        ck_assert_uint_eq(memory_store_count(rig->memory, leaf), 1);
        free(record);
    }
    return NULL;
}

START_TEST(records_of_many_threads)
{
    struct rig rig;
    rig_init(&rig);
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, append_some, &rig), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    struct audit_writer_status status;
    audit_writer_status_read(rig.writer, &status);
    ck_assert_uint_eq(status.size, 801); /* with log.start */
    ck_assert_uint_eq(status.records, 801);
    rig_check(&rig, NULL, 0);

    /* A second start goes on behind the first. */
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    struct rig_record record;
    rig_record_init(&record, 1);
    ck_assert_int_eq(rig_append_wait(&rig, &record), AUDIT_OUTCOME_DURABLE);
    ck_assert_uint_eq(record.index, 802);
    rig_check(&rig, &record, 1);
    rig_clear(&rig);
}
END_TEST

/* Faults after which every record is in the log in the end. */
START_TEST(faults_that_are_overcome)
{
    static const enum memory_fault faults[] = {MEMORY_FAULT_LOST_BEFORE, MEMORY_FAULT_LOST_AFTER, MEMORY_FAULT_WARNING,
                                               MEMORY_FAULT_NOT_SENT, MEMORY_FAULT_LATE};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(faults); i++) {
        for (size_t step = 0; step < 5; step++) {
            for (int connect_fails = 0; connect_fails < 3; connect_fails++) {
                struct rig rig;
                rig_init(&rig);
                ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
                enum memory_fault script[8] = {MEMORY_FAULT_NONE};
                script[step] = script[step + 1] = faults[i];
                memory_store_faults(rig.memory, script, 8);
                memory_store_connect_fails(rig.memory, connect_fails, -ENOTCONN);
                memory_store_barrier_fails(rig.memory, connect_fails);
                struct rig_record records[6];
                records_init(records, 6);
                for (size_t j = 0; j < 6; j++)
                    ck_assert_msg(rig_append_wait(&rig, &records[j]) == AUDIT_OUTCOME_DURABLE,
                                  "fault %zu step %zu record %zu: %d", i, step, j, (int) records[j].outcome);
                rig_check(&rig, records, 6);
                rig_stop(&rig);
                ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
                rig_check(&rig, records, 6);
                rig_clear(&rig);
            }
        }
    }
}
END_TEST

/* All scripts of three faults in a row over batches of several records: what was told must hold. */
START_TEST(every_row_of_three_faults)
{
    enum { FAULTS = MEMORY_FAULT_FOREIGN_LOST + 1 };
    for (int script_number = 0; script_number < FAULTS * FAULTS * FAULTS; script_number++) {
        struct rig rig;
        rig_init(&rig);
        rig.config.resolve_us = 20000;
        ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
        struct rig_record records[12];
        records_init(records, 12);
        enum memory_fault script[4] = {MEMORY_FAULT_NONE, (enum memory_fault)(script_number % FAULTS),
                                       (enum memory_fault)(script_number / FAULTS % FAULTS),
                                       (enum memory_fault)(script_number / FAULTS / FAULTS)};
        memory_store_faults(rig.memory, script, 4);
        append_together(&rig, records, 6);
        for (size_t i = 0; i < 6; i++)
            rig_wait(&records[i]);
        bool is_stopped = false;
        for (size_t i = 6; i < 12; i++) {
            int r = audit_writer_append(rig.writer, &records[i].record);
            is_stopped = is_stopped || r == AUDIT_WRITER_STOPPED;
            if (r == 0)
                rig_wait(&records[i]);
            else
                records[i].outcome = AUDIT_OUTCOME_UNAVAILABLE;
        }
        bool is_lost_thrice = true;
        for (size_t i = 1; i < 4; i++)
            is_lost_thrice = is_lost_thrice && script[i] != MEMORY_FAULT_NONE;
        bool is_foreign = memory_store_count(rig.memory, base_bytes_text("foreign")) > 0;
        rig_stop(&rig);
        for (size_t i = 0; i < 12; i++) {
            size_t times = memory_store_count(rig.memory, base_bytes_text(records[i].leaf));
            switch (records[i].outcome) {
            case AUDIT_OUTCOME_DURABLE:
                ck_assert_msg(times == 1, "script %d: record %zu is lost", script_number, i);
                break;
            case AUDIT_OUTCOME_UNAVAILABLE:
                ck_assert_msg(times == 0, "script %d: record %zu is there", script_number, i);
                break;
            case AUDIT_OUTCOME_UNKNOWN:
                ck_assert_msg(is_foreign || is_lost_thrice, "script %d: record %zu is unknown", script_number, i);
                break;
            case AUDIT_OUTCOME_CLAIMED:
            case AUDIT_OUTCOME_CHANGED:
            case AUDIT_OUTCOME_POISON:
                ck_abort_msg("script %d: record %zu was refused", script_number, i);
            }
        }
        if (!is_foreign)
            rig_check(&rig, records, 12);
        else
            ck_assert(is_stopped);
        rig_clear(&rig);
    }
}
END_TEST

static void refuse_record(struct rig_record *record, enum audit_refusal refusal, bool is_anonymous)
{
    record->beside = (struct memory_beside){.is_refused = true, .refusal = refusal, .is_anonymous = is_anonymous};
}

START_TEST(a_refused_record_fails_alone)
{
    for (int is_anonymous = 0; is_anonymous < 2; is_anonymous++) {
        struct rig rig;
        rig_init(&rig);
        ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
        struct rig_record records[MANY];
        records_init(records, MANY);
        refuse_record(&records[0], AUDIT_REFUSAL_POISON, is_anonymous);
        refuse_record(&records[7], AUDIT_REFUSAL_CHANGED, is_anonymous);
        refuse_record(&records[8], AUDIT_REFUSAL_POISON, is_anonymous);
        refuse_record(&records[MANY - 1], AUDIT_REFUSAL_CHANGED, is_anonymous);
        records[3].beside.claim = records[20].beside.claim = records[21].beside.claim = "the same";
        records[3].beside.is_anonymous = records[20].beside.is_anonymous = is_anonymous;
        append_together(&rig, records, MANY);
        for (size_t i = 0; i < MANY; i++) {
            enum audit_outcome expected = AUDIT_OUTCOME_DURABLE;
            if (i == 0 || i == 8)
                expected = AUDIT_OUTCOME_POISON;
            else if (i == 7 || i == MANY - 1)
                expected = AUDIT_OUTCOME_CHANGED;
            else if (i == 20 || i == 21)
                expected = AUDIT_OUTCOME_CLAIMED;
            ck_assert_msg(rig_wait(&records[i]) == expected, "record %zu: %d", i, (int) records[i].outcome);
        }
        rig_check(&rig, records, MANY);
        rig_clear(&rig);
    }
}
END_TEST

/* The claim is our own, made by the try whose answer was lost. */
START_TEST(a_lost_claim_is_no_replay)
{
    static const enum memory_fault faults[] = {MEMORY_FAULT_LOST_AFTER, MEMORY_FAULT_LATE, MEMORY_FAULT_WARNING};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(faults); i++) {
        struct rig rig;
        rig_init(&rig);
        ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
        struct rig_record records[2];
        records_init(records, 2);
        records[0].beside.claim = records[1].beside.claim = "claim";
        memory_store_faults(rig.memory, &faults[i], 1);
        ck_assert_int_eq(rig_append_wait(&rig, &records[0]), AUDIT_OUTCOME_DURABLE);
        ck_assert_int_eq(rig_append_wait(&rig, &records[1]), AUDIT_OUTCOME_CLAIMED);
        rig_check(&rig, records, 2);
        rig_clear(&rig);
    }
}
END_TEST

START_TEST(another_writer_ends_this_one)
{
    static const enum memory_fault faults[] = {MEMORY_FAULT_FOREIGN, MEMORY_FAULT_FOREIGN_LOST};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(faults); i++) {
        struct rig rig;
        rig_init(&rig);
        ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
        struct rig_record records[2];
        records_init(records, 2);
        memory_store_faults(rig.memory, &faults[i], 1);
        enum audit_outcome expected = i == 0 ? AUDIT_OUTCOME_UNAVAILABLE : AUDIT_OUTCOME_UNKNOWN;
        ck_assert_int_eq(rig_append_wait(&rig, &records[0]), expected);
        ck_assert_int_eq(audit_writer_append(rig.writer, &records[1].record), AUDIT_WRITER_STOPPED);
        struct audit_writer_status status;
        audit_writer_status_read(rig.writer, &status);
        ck_assert_int_eq(status.state, AUDIT_WRITER_STATE_STOPPED);
        ck_assert_uint_eq(memory_store_count(rig.memory, base_bytes_text(records[0].leaf)), 0);
        rig_stop(&rig);
        ck_assert_int_eq(rig_start(&rig), AUDIT_START_BROKEN);
        rig_clear(&rig);
    }
}
END_TEST

START_TEST(a_store_that_stays_away)
{
    static const enum memory_fault faults[] = {MEMORY_FAULT_LOST_AFTER, MEMORY_FAULT_LOST_BEFORE};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(faults); i++) {
        struct rig rig;
        rig_init(&rig);
        rig.config.resolve_us = 30000;
        ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
        struct rig_record records[3];
        records_init(records, 3);
        memory_store_faults(rig.memory, &faults[i], 1);
        memory_store_connect_fails(rig.memory, 1000000, -ENOTCONN);
        ck_assert_int_eq(rig_append_wait(&rig, &records[0]), AUDIT_OUTCOME_UNKNOWN);
        struct audit_writer_status status;
        audit_writer_status_read(rig.writer, &status);
        ck_assert_int_eq(status.state, AUDIT_WRITER_STATE_UNAVAILABLE);
        ck_assert_int_eq(rig_append_wait(&rig, &records[1]), AUDIT_OUTCOME_UNAVAILABLE);
        /* It comes back by itself, and the log goes on whichever way the first batch went. */
        memory_store_connect_fails(rig.memory, 0, 0);
        rig_wait_state(&rig, AUDIT_WRITER_STATE_RUNNING);
        ck_assert_int_eq(rig_append_wait(&rig, &records[2]), AUDIT_OUTCOME_DURABLE);
        ck_assert_uint_eq(records[2].index, i == 0 ? 2 : 1);
        rig_check(&rig, records, 3);
        rig_clear(&rig);
    }
}
END_TEST

START_TEST(no_acknowledgement_without_the_high_water_file)
{
    struct rig rig;
    rig_init(&rig);
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    struct rig_record records[2];
    records_init(records, 2);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit none = {.rlim_cur = 0, .rlim_max = RLIM_INFINITY};
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
    enum audit_outcome outcome = rig_append_wait(&rig, &records[0]);
    none.rlim_cur = RLIM_INFINITY;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
    ck_assert_int_eq(outcome, AUDIT_OUTCOME_UNKNOWN);
    ck_assert_int_eq(audit_writer_append(rig.writer, &records[1].record), AUDIT_WRITER_STOPPED);
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    rig_check(&rig, records, 1);
    rig_clear(&rig);
}
END_TEST

START_TEST(limits)
{
    struct rig rig;
    rig_init(&rig);
    rig.config.queue_max = 4;
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    struct rig_record first, records[5];
    rig_record_init(&first, 99);
    records_init(records, 5);
    memory_store_hold(rig.memory, true);
    rig_append(&rig, &first);
    memory_store_wait_held(rig.memory);
    for (size_t i = 0; i < 4; i++)
        rig_append(&rig, &records[i]);
    ck_assert_int_eq(audit_writer_append(rig.writer, &records[4].record), AUDIT_WRITER_FULL);
    memory_store_hold(rig.memory, false);
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(rig_wait(&records[i]), AUDIT_OUTCOME_DURABLE);

    struct audit_record record = records[4].record;
    record.entry.leaf.len = 0;
    ck_assert_int_eq(audit_writer_append(rig.writer, &record), -EMSGSIZE);
    record.entry.leaf.len = AUDIT_LEAF_MAX + 1;
    ck_assert_int_eq(audit_writer_append(rig.writer, &record), -EMSGSIZE);
    record = records[4].record;
    record.entry.beside_bytes = AUDIT_BATCH_BYTES_MAX;
    ck_assert_int_eq(audit_writer_append(rig.writer, &record), -EMSGSIZE);

    /* Heavy records that were queued together go in batches of their own weight. */
    struct rig_record heavy[3];
    records_init(heavy, 3);
    for (size_t i = 0; i < 3; i++)
        heavy[i].record.entry.beside_bytes = AUDIT_BATCH_BYTES_MAX / 2;
    uint64_t before = memory_store_batches(rig.memory);
    append_together(&rig, heavy, 3);
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(rig_wait(&heavy[i]), AUDIT_OUTCOME_DURABLE);
    ck_assert_uint_eq(memory_store_batches(rig.memory) - before, 4);

    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    audit_writer_stop(rig.writer);
    ck_assert_int_eq(audit_writer_append(rig.writer, &records[4].record), AUDIT_WRITER_STOPPED);
    rig_clear(&rig);
}
END_TEST

START_TEST(stopping_answers_everything)
{
    struct rig rig;
    rig_init(&rig);
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    struct rig_record records[MANY];
    records_init(records, MANY);
    for (size_t i = 0; i < MANY; i++)
        rig_append(&rig, &records[i]);
    audit_writer_stop(rig.writer);
    for (size_t i = 0; i < MANY; i++)
        ck_assert(records[i].is_answered && records[i].outcome == AUDIT_OUTCOME_DURABLE);
    rig_check(&rig, records, MANY);
    rig_clear(&rig);
}
END_TEST

START_TEST(heartbeats_when_idle)
{
    struct rig rig;
    rig_init(&rig);
    rig.config.heartbeat_us = 5000;
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    int64_t end_us = base_clock_monotonic_us() + 10000000;
    while (memory_store_size(rig.memory) < 4)
        ck_assert(base_clock_monotonic_us() < end_us);
    rig_stop(&rig);
    struct base_bytes leaf = memory_store_leaf(rig.memory, 2);
    ck_assert_ptr_nonnull(memmem(leaf.data, leaf.len, "\"kind\":\"log.heartbeat\"", 22));
    leaf = memory_store_leaf(rig.memory, 0);
    ck_assert_ptr_nonnull(memmem(leaf.data, leaf.len, "\"kind\":\"log.start\"", 18));
    rig_clear(&rig);
}
END_TEST

static void fill(struct rig *rig, struct rig_record *records, size_t count)
{
    for (size_t at = 0; at < count;) {
        size_t part = count - at < 1000 ? count - at : 1000;
        for (size_t i = 0; i < part; i++)
            rig_append(rig, &records[at + i]);
        for (size_t i = 0; i < part; i++)
            ck_assert_int_eq(rig_wait(&records[at + i]), AUDIT_OUTCOME_DURABLE);
        at += part;
    }
}

static void check_proof(struct rig *rig, struct base_bytes text, uint64_t index)
{
    struct audit_hash hash = audit_hash_leaf(memory_store_leaf(rig->memory, index));
    struct audit_proof proof;
    struct audit_checkpoint checkpoint;
    ck_assert_int_eq(audit_proof_verify(text, audit_signer_vkey(rig->signer), &hash, &proof, &checkpoint),
                     AUDIT_PROOF_CHECK_RIGHT);
    ck_assert_uint_eq(proof.index, index);
    ck_assert_uint_eq(checkpoint.size, memory_store_size(rig->memory));
}

enum { LARGE = 18000 };

static void check_all_proofs(struct rig *rig, uint64_t size)
{
    struct base_buffer texts[2];
    for (uint64_t index = 0; index < size; index += 61) {
        uint64_t indexes[2] = {index, size - 1 - index};
        for (size_t i = 0; i < 2; i++)
            base_buffer_init(&texts[i], AUDIT_PROOF_TEXT_MAX);
        ck_assert_int_eq(audit_writer_proofs(rig->writer, indexes, NULL, 2, texts), 0);
        for (size_t i = 0; i < 2; i++) {
            check_proof(rig, base_buffer_view(&texts[i]), indexes[i]);
            base_buffer_clear(&texts[i]);
        }
    }
    base_buffer_init(&texts[0], AUDIT_PROOF_TEXT_MAX);
    ck_assert_int_eq(audit_writer_proofs(rig->writer, &size, NULL, 1, texts), -ERANGE);
}

START_TEST(proofs_and_tiles_of_old_and_new_entries)
{
    struct rig rig;
    rig_init(&rig);
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    struct rig_record *records = calloc(LARGE, sizeof(*records));
    records_init(records, LARGE);
    fill(&rig, records, LARGE);
    check_all_proofs(&rig, LARGE + 1);

    struct audit_hash hashes[AUDIT_TILE_WIDTH], leaf;
    ck_assert_int_eq(audit_writer_tile_read(rig.writer, 0, 3, 256, hashes), 0);
    leaf = audit_hash_leaf(memory_store_leaf(rig.memory, 3 * 256 + 9));
    ck_assert(audit_hash_equal(&hashes[9], &leaf));
    ck_assert_int_eq(audit_writer_tile_read(rig.writer, 0, 70, 81, hashes), 0); /* 18,001 = 70 * 256 + 81 */
    leaf = audit_hash_leaf(memory_store_leaf(rig.memory, 18000));
    ck_assert(audit_hash_equal(&hashes[80], &leaf));
    ck_assert_int_eq(audit_writer_tile_read(rig.writer, 0, 70, 82, hashes), AUDIT_STORE_NONE);
    ck_assert_int_eq(audit_writer_tile_read(rig.writer, 1, 0, 70, hashes), 0);
    ck_assert_int_eq(audit_writer_tile_read(rig.writer, 2, 0, 1, hashes), AUDIT_STORE_NONE);
    ck_assert_int_eq(audit_writer_tile_read(rig.writer, 63, 0, 1, hashes), AUDIT_STORE_NONE);

    /* After a restart nothing is in memory but the open tiles. */
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    check_all_proofs(&rig, LARGE + 2);
    free(records);
    rig_clear(&rig);
}
END_TEST

CHECK_MAIN("audit/writer", records_of_many_threads, faults_that_are_overcome, every_row_of_three_faults,
           a_refused_record_fails_alone, a_lost_claim_is_no_replay, another_writer_ends_this_one,
           a_store_that_stays_away, no_acknowledgement_without_the_high_water_file, limits, stopping_answers_everything,
           heartbeats_when_idle, proofs_and_tiles_of_old_and_new_entries)
