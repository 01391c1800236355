/* Proves: a log opens only when entries, tiles, root and signature of its newest head fit together and it continues
 * what this machine acknowledged and the witness saw; each other state is refused by its own name, and nothing is
 * written. */
#include "audit/checkpoint.h"
#include "tests/check_main.h"
#include "tests/unit/audit/memory_tree.h"
#include "tests/unit/audit/rig.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECORDS = 700, SLOT_BYTES = 8192 };

/* A log of log.start and 700 records in many batches, closed. */
static void rig_fill(struct rig *rig)
{
    rig_init(rig);
    ck_assert_int_eq(rig_start(rig), AUDIT_START_READY);
    struct rig_record *records = calloc(RECORDS, sizeof(*records));
    for (unsigned i = 0; i < RECORDS; i++) {
        rig_record_init(&records[i], i);
        rig_append(rig, &records[i]);
        if (i % 50 == 0)
            ck_assert_int_eq(rig_wait(&records[i]), AUDIT_OUTCOME_DURABLE);
    }
    for (unsigned i = 0; i < RECORDS; i++)
        ck_assert_int_eq(rig_wait(&records[i]), AUDIT_OUTCOME_DURABLE);
    free(records);
    rig_stop(rig);
}

static void assert_refused(struct rig *rig, enum audit_start expected)
{
    uint64_t size = memory_store_size(rig->memory), batches = memory_store_batches(rig->memory);
    ck_assert_int_eq(rig_start(rig), expected);
    ck_assert_uint_eq(memory_store_size(rig->memory), size);
    ck_assert_uint_eq(memory_store_batches(rig->memory), batches);
}

static void slot_spoil(const struct rig *rig, unsigned slot)
{
    int fd = open(rig->high_water, O_WRONLY);
    ck_assert_int_eq(pwrite(fd, "x", 1, (off_t) (slot * SLOT_BYTES + 100)), 1);
    close(fd);
}

/* The checkpoint of the present head. */
static struct audit_head head_of(struct rig *rig)
{
    struct audit_head head;
    ck_assert_int_eq(rig->store.connect(rig->store.context), 0);
    ck_assert_int_eq(rig->store.head_read(rig->store.context, &head), 0);
    return head;
}

START_TEST(damage_in_the_store)
{
    struct rig rig;
    rig_fill(&rig);
    memory_store_spoil_leaf(rig.memory, RECORDS);
    assert_refused(&rig, AUDIT_START_BROKEN);
    memory_store_spoil_leaf(rig.memory, RECORDS);
    memory_store_spoil_tile(rig.memory, 0, 1);
    assert_refused(&rig, AUDIT_START_BROKEN);
    memory_store_spoil_tile(rig.memory, 0, 1);

    struct audit_head head = head_of(&rig), changed = head;
    changed.root.bytes[3] ^= 1;
    memory_store_head_set(rig.memory, &changed);
    assert_refused(&rig, AUDIT_START_BROKEN);
    changed = head;
    changed.checkpoint[changed.checkpoint_len - 4] ^= 1;
    memory_store_head_set(rig.memory, &changed);
    assert_refused(&rig, AUDIT_START_BROKEN);
    changed = head;
    changed.size++;
    memory_store_head_set(rig.memory, &changed);
    assert_refused(&rig, AUDIT_START_BROKEN);
    memory_store_head_set(rig.memory, &head);

    /* Another key is another log. */
    static const uint8_t seed[AUDIT_KEY_BYTES] = {8};
    struct audit_signer *signer = rig.signer;
    ck_assert_int_eq(audit_signer_new("qao.example/log", seed, &rig.signer), 0);
    rig.config.signer = rig.signer;
    assert_refused(&rig, AUDIT_START_BROKEN);
    audit_signer_free(rig.signer);
    rig.config.signer = rig.signer = signer;
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    rig_check(&rig, NULL, 0);
    rig_clear(&rig);
}
END_TEST

START_TEST(a_store_that_was_set_back)
{
    struct rig rig;
    rig_fill(&rig);
    struct audit_head head = head_of(&rig);
    uint64_t size = memory_store_size(rig.memory);
    memory_store_set_back(rig.memory, 1);
    assert_refused(&rig, AUDIT_START_BEHIND);
    memory_store_set_back(rig.memory, 0);
    assert_refused(&rig, AUDIT_START_BEHIND);
    ck_assert(head.size == size);
    rig_clear(&rig);
}
END_TEST

/* The writer's own key signs another history of the same length: only what is outside the database can tell. */
START_TEST(another_history_of_the_same_length)
{
    struct rig rig, other;
    rig_fill(&rig);
    rig_init(&other);
    ck_assert_int_eq(rig_start(&other), AUDIT_START_READY);
    for (unsigned i = 0; i < RECORDS + 10; i++) {
        struct rig_record record;
        rig_record_init(&record, i + 5000);
        ck_assert_int_eq(rig_append_wait(&other, &record), AUDIT_OUTCOME_DURABLE);
    }
    rig_stop(&other);
    ck_assert_int_eq(unlink(other.high_water), 0);
    ck_assert_int_eq(rename(rig.high_water, other.high_water), 0);
    assert_refused(&other, AUDIT_START_FORKED);

    /* The same told by a witness. */
    struct audit_head head = head_of(&rig);
    ck_assert_int_eq(unlink(other.high_water), 0);
    other.config.renew_high_water = true;
    other.config.witnessed = base_bytes_of(head.checkpoint, head.checkpoint_len);
    assert_refused(&other, AUDIT_START_FORKED);
    rig_clear(&rig);
    rig_clear(&other);
}
END_TEST

START_TEST(a_witness_that_saw_more)
{
    struct rig rig;
    rig_fill(&rig);
    struct audit_head head = head_of(&rig);
    char seen[AUDIT_CHECKPOINT_MAX];
    memcpy(seen, head.checkpoint, head.checkpoint_len);
    rig.config.witnessed = base_bytes_of(seen, head.checkpoint_len);
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    rig_stop(&rig);
    ck_assert_int_eq(unlink(rig.high_water), 0);
    memory_store_set_back(rig.memory, 1);
    rig.config.renew_high_water = true;
    assert_refused(&rig, AUDIT_START_BEHIND);
    seen[3] ^= 1;
    memory_store_set_back(rig.memory, 1);
    assert_refused(&rig, AUDIT_START_FORKED);
    rig_clear(&rig);
}
END_TEST

START_TEST(the_high_water_file)
{
    struct rig rig;
    rig_fill(&rig);
    struct stat info;
    ck_assert_int_eq(stat(rig.high_water, &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0600);

    /* One slot torn by a power loss: the other one still tells what was acknowledged before. */
    slot_spoil(&rig, 0);
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    rig_stop(&rig);
    slot_spoil(&rig, 1);
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    rig_stop(&rig);
    slot_spoil(&rig, 0);
    slot_spoil(&rig, 1);
    assert_refused(&rig, AUDIT_START_HIGH_WATER_BROKEN);
    ck_assert_int_eq(truncate(rig.high_water, 100), 0);
    assert_refused(&rig, AUDIT_START_HIGH_WATER_BROKEN);

    ck_assert_int_eq(unlink(rig.high_water), 0);
    assert_refused(&rig, AUDIT_START_HIGH_WATER_MISSING);
    rig.config.renew_high_water = true;
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    rig.config.renew_high_water = false;

    /* While one writer runs, no second one. */
    struct audit_writer *second;
    ck_assert_int_eq(audit_writer_new(&rig.config, &second), 0);
    ck_assert_int_eq(audit_writer_start(second), AUDIT_START_BUSY);
    audit_writer_free(second);
    rig_clear(&rig);

    /* A log that lost its first entries is found out as well. */
    rig_init(&rig);
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    rig_stop(&rig);
    memory_store_set_back(rig.memory, 0);
    assert_refused(&rig, AUDIT_START_BEHIND);
    rig_clear(&rig);
}
END_TEST

START_TEST(a_store_that_cannot_be_used)
{
    struct rig rig;
    rig_fill(&rig);
    memory_store_connect_fails(rig.memory, 1, -EBUSY);
    assert_refused(&rig, AUDIT_START_BUSY);
    memory_store_connect_fails(rig.memory, 1, -ENOTCONN);
    assert_refused(&rig, AUDIT_START_UNAVAILABLE);
    memory_store_barrier_fails(rig.memory, 1);
    assert_refused(&rig, AUDIT_START_UNAVAILABLE);

    /* The same writer may try again. */
    struct audit_writer *writer;
    ck_assert_int_eq(audit_writer_new(&rig.config, &writer), 0);
    memory_store_connect_fails(rig.memory, 1, -ENOTCONN);
    ck_assert_int_eq(audit_writer_start(writer), AUDIT_START_UNAVAILABLE);
    struct rig_record record;
    rig_record_init(&record, 9999);
    ck_assert_int_eq(audit_writer_append(writer, &record.record), AUDIT_WRITER_STOPPED);
    ck_assert_int_eq(audit_writer_start(writer), AUDIT_START_READY);
    rig.writer = writer;
    ck_assert_int_eq(rig_append_wait(&rig, &record), AUDIT_OUTCOME_DURABLE);
    rig_check(&rig, &record, 1);
    rig_clear(&rig);
}
END_TEST

/* Restarts at every size around a full tile: the rebuilt edge goes on as if nothing had happened. */
START_TEST(restarts_at_every_size)
{
    struct rig rig;
    rig_init(&rig);
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    struct rig_record *records = calloc(300, sizeof(*records));
    for (unsigned i = 0; i < 300; i++)
        rig_record_init(&records[i], i);
    for (unsigned i = 0; i < 250; i++)
        rig_append(&rig, &records[i]);
    for (unsigned i = 0; i < 250; i++)
        ck_assert_int_eq(rig_wait(&records[i]), AUDIT_OUTCOME_DURABLE);
    for (unsigned i = 250; i < 260; i++) {
        rig_stop(&rig);
        ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
        ck_assert_int_eq(rig_append_wait(&rig, &records[i]), AUDIT_OUTCOME_DURABLE);
        rig_check(&rig, records, i + 1);
    }
    free(records);
    rig_clear(&rig);
}
END_TEST

CHECK_MAIN("audit/recovery", damage_in_the_store, a_store_that_was_set_back, another_history_of_the_same_length,
           a_witness_that_saw_more, the_high_water_file, a_store_that_cannot_be_used, restarts_at_every_size)
