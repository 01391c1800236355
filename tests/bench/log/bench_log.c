/* How fast the log takes records: audit_writer over the store over a private PostgreSQL, as the gateway uses them.
 *
 * So many requesters, each with one record on its way: a request record of about 1,100 bytes (claims an id, confirms
 * one of 1,000 registrations, one subject), then its result record of about 500 bytes. Measured at 10^5 entries and
 * again at the size asked for, then once more right after a checkpoint, when PostgreSQL writes every page it touches
 * whole.
 *
 * usage: bench_log FOLDER [--entries N] [--seconds S] [--requesters R] [--blobs BYTES] */
#include "audit/note.h"
#include "audit/writer.h"
#include "base/clock.h"
#include "base/queue.h"
#include "schema/store/log.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { OFFICERS = 1000, SLOTS_MAX = 1024, SAMPLES_MAX = 4 << 20, DRIVERS = 2, SMALL = 100000 };

/* One requester. */
struct slot {
    struct audit_record record;
    struct store_record columns;
    struct store_subject subject;
    struct store_blob blob;
    uint8_t id[BASE_UUID_BYTES];
    char iin[16], leaf[2048];
    bool is_result; /* of the request at request_seq */
    uint64_t request_seq;
    int64_t sent_us;
    struct bench *bench;
};

struct bench {
    struct store_pool *pool;
    struct store_log *log;
    struct audit_store store;
    struct audit_signer *signer;
    struct audit_writer *writer;
    char high_water[400];
    struct base_queue *ready;
    struct slot *slots;
    struct base_bytes blob;
    _Atomic uint64_t random;
    _Atomic bool stop;
    _Atomic size_t sent, answered, failed, sample_count;
    _Atomic uint64_t target; /* stop when so many entries are there; 0: no target */
    uint32_t *samples_us;
    long first_registration;
};

static void die(const char *what)
{
    fprintf(stderr, "bench_log: %s\n", what);
    exit(1);
}

static uint64_t next_random(struct bench *bench)
{
    /* SplitMix64 over a shared counter. */
    uint64_t z = atomic_fetch_add(&bench->random, UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void beside(void *context, const char *kind, int64_t at_us, const void **ret_beside, size_t *ret_beside_bytes)
{
    struct store_record *record = context;
    *record = STORE_RECORD_INIT;
    record->kind = kind;
    record->at_us = at_us;
    *ret_beside = record;
    *ret_beside_bytes = store_record_weight(record);
}

static void answered(struct audit_record *record, enum audit_outcome outcome)
{
    struct slot *slot = record->owner;
    struct bench *bench = slot->bench;
    if (outcome != AUDIT_OUTCOME_DURABLE)
        atomic_fetch_add(&bench->failed, 1);
    size_t sample = atomic_fetch_add(&bench->sample_count, 1);
    if (sample < SAMPLES_MAX)
        bench->samples_us[sample] = (uint32_t) (base_clock_monotonic_us() - slot->sent_us);
    slot->request_seq = record->index;
    slot->is_result = !slot->is_result;
    if (base_queue_put(bench->ready, slot) != 0)
        die("the ready queue is full");
    atomic_fetch_add(&bench->answered, 1); /* last: the phase may end after it */
}

/* Text of the length and make of a real leaf; what it says does not matter here. */
static void make_request(struct slot *slot)
{
    struct bench *bench = slot->bench;
    uint64_t a = next_random(bench), b = next_random(bench);
    memcpy(slot->id, &a, 8);
    memcpy(slot->id + 8, &b, 8);
    long officer = (long) (next_random(bench) % OFFICERS);
    snprintf(slot->iin, sizeof(slot->iin), "50%010ld", officer);
    struct store_record *columns = &slot->columns;
    *columns = STORE_RECORD_INIT;
    columns->kind = "query.request";
    columns->iin = slot->iin;
    columns->id = slot->id;
    columns->claims = true;
    columns->opens = true;
    columns->body = "300240001087";
    columns->unit = "dep.1";
    columns->role = 2;
    columns->service = (int) (a % 76) + 1;
    columns->basis = "covert_investigation";
    columns->case_number = "265500121000123";
    columns->article = "216/2";
    columns->effect = "permit";
    columns->confirm = (struct store_confirm){.registration = bench->first_registration + officer, .version = 1};
    slot->subject.kid = 1;
    memcpy(slot->subject.mac, &a, 8);
    memcpy(slot->subject.mac + 8, &b, 8);
    columns->subjects = &slot->subject;
    columns->subject_count = 1;
    snprintf(slot->leaf, sizeof(slot->leaf),
             "{\"a\":\"%016llx%016llx\",\"actor\":{\"body\":\"300240001087\",\"iin\":\"%s\",\"unit\":\"dep.1\"},"
             "\"pad\":\"%0950d\"}",
             (unsigned long long) a, (unsigned long long) b, slot->iin, 0);
}

static void make_result(struct slot *slot)
{
    struct store_record *columns = &slot->columns;
    columns->kind = "query.result";
    columns->outcome = "answered";
    columns->claims = false;
    columns->opens = false;
    columns->confirm.registration = 0;
    columns->subject_count = 0;
    columns->concludes = slot->request_seq;
    snprintf(slot->leaf, sizeof(slot->leaf), "{\"request\":%llu,\"iin\":\"%s\",\"pad\":\"%0430d\"}",
             (unsigned long long) slot->request_seq, slot->iin, 0);
}

static void send_next(struct slot *slot)
{
    struct bench *bench = slot->bench;
    if (slot->is_result)
        make_result(slot);
    else
        make_request(slot);
    struct base_clock clock = base_clock_system();
    slot->columns.at_us = base_clock_now_us(&clock);
    slot->columns.blobs = &slot->blob;
    slot->columns.blob_count = bench->blob.len > 0 ? 1 : 0;
    slot->blob = (struct store_blob){.kind = slot->is_result ? "answer" : "query", .content = bench->blob};
    audit_record_init(&slot->record, base_bytes_text(slot->leaf), &slot->columns, store_record_weight(&slot->columns),
                      answered, slot);
    atomic_fetch_add(&bench->sent, 1);
    slot->sent_us = base_clock_monotonic_us();
    if (audit_writer_append(bench->writer, &slot->record) != 0)
        die("the writer refuses");
}

/* Takes requesters that were answered and lets them send their next record, until told to stop. */
static void *drive(void *context)
{
    struct bench *bench = context;
    for (;;) {
        void *item;
        int r = base_queue_take(bench->ready, 20000, &item);
        bool stop = atomic_load(&bench->stop) ||
                    (atomic_load(&bench->target) > 0 && atomic_load(&bench->answered) >= atomic_load(&bench->target));
        /* What was asked is concluded also when the time is over: nothing stays open in the log. */
        if (r == 0 && (!stop || ((struct slot *) item)->is_result))
            send_next(item);
        else if (stop && atomic_load(&bench->answered) == atomic_load(&bench->sent) &&
                 base_queue_length(bench->ready) == 0)
            return NULL;
    }
}

struct phase {
    double seconds, per_second;
    size_t count;
    uint32_t p50_us, p99_us, max_us;
    double own_cpu_us, backend_cpu_us, batch;
};

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;
    return x < y ? -1 : x > y;
}

static double own_cpu_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* The CPU time of the writer's backend, from /proc. */
static double backend_cpu_us(int pid)
{
    char path[64], line[1024];
    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    unsigned long user = 0, system = 0;
    if (fgets(line, sizeof(line), file)) {
        const char *after = strrchr(line, ')');
        if (after)
            sscanf(after + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    }
    fclose(file);
    return (double) (user + system) * 1e6 / (double) sysconf(_SC_CLK_TCK);
}

static char *sql(const char *text)
{
    PGconn *connection = PQconnectdb("user=postgres options='-c search_path=qao'");
    PGresult *result = PQexec(connection, text);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        die(PQerrorMessage(connection));
    char *value = PQntuples(result) > 0 ? strdup(PQgetvalue(result, 0, 0)) : NULL;
    PQclear(result);
    PQfinish(connection);
    return value;
}

static int writer_backend(void)
{
    char *pid = sql("select pid from pg_locks where locktype = 'advisory' and classid = 711909");
    int number = pid ? atoi(pid) : 0;
    free(pid);
    return number;
}

/* Runs so many requesters for a time, or until the log has grown by so many entries. */
static struct phase run_phase(struct bench *bench, size_t requesters, double seconds, uint64_t entries)
{
    struct audit_writer_status before, after;
    audit_writer_status_read(bench->writer, &before);
    bench->sent = bench->answered = bench->failed = bench->sample_count = 0;
    bench->target = entries;
    bench->stop = false;
    if (base_queue_new(SLOTS_MAX, &bench->ready) < 0)
        die("memory");
    int pid = writer_backend();
    double own = own_cpu_us(), backend = backend_cpu_us(pid);
    int64_t begin_us = base_clock_monotonic_us();
    for (size_t i = 0; i < requesters; i++) {
        bench->slots[i].bench = bench;
        bench->slots[i].is_result = false;
        send_next(&bench->slots[i]);
    }
    pthread_t drivers[DRIVERS];
    for (int i = 0; i < DRIVERS; i++)
        if (pthread_create(&drivers[i], NULL, drive, bench) != 0)
            die("no thread");
    if (entries == 0) {
        usleep((useconds_t) (seconds * 1e6));
        bench->stop = true;
    }
    for (int i = 0; i < DRIVERS; i++)
        pthread_join(drivers[i], NULL);
    struct phase phase = {.seconds = (double) (base_clock_monotonic_us() - begin_us) / 1e6, .count = bench->answered};
    double own_after = own_cpu_us(), backend_after = backend_cpu_us(pid);
    audit_writer_status_read(bench->writer, &after);
    if (bench->failed > 0)
        die("a record was not appended");
    size_t samples = bench->sample_count < SAMPLES_MAX ? bench->sample_count : SAMPLES_MAX;
    qsort(bench->samples_us, samples, sizeof(bench->samples_us[0]), compare);
    phase.per_second = (double) phase.count / phase.seconds;
    phase.p50_us = bench->samples_us[samples / 2];
    phase.p99_us = bench->samples_us[samples * 99 / 100];
    phase.max_us = bench->samples_us[samples - 1];
    phase.own_cpu_us = (own_after - own) / (double) phase.count;
    phase.backend_cpu_us = (backend_after - backend) / (double) phase.count;
    phase.batch = (double) (after.records - before.records) / (double) (after.batches - before.batches);
    base_queue_free(bench->ready);
    return phase;
}

static void print_phase(const char *name, const struct phase *phase)
{
    printf("%-26s %8.0f appends/s  p50 %5.2f ms  p99 %6.2f ms  max %6.1f ms  %5.1f per batch  CPU us/append: "
           "bench+writer %.1f, backend %.1f\n",
           name, phase->per_second, phase->p50_us / 1e3, phase->p99_us / 1e3, phase->max_us / 1e3, phase->batch,
           phase->own_cpu_us, phase->backend_cpu_us);
    fflush(stdout);
}

static void open_writer(struct bench *bench, struct store_record *own)
{
    struct store_log_config log_config = {
        .conninfo = "user=qao_gateway", .origin = "bench.example/log", .deadline_us = 60000000};
    if (store_log_new(&log_config, bench->pool, &bench->log) < 0)
        die("no log");
    bench->store = store_log_audit(bench->log);
    struct audit_writer_config config = {.store = &bench->store,
                                         .signer = bench->signer,
                                         .high_water_path = bench->high_water,
                                         .clock = base_clock_system(),
                                         .program = "bench",
                                         .beside = beside,
                                         .beside_context = own};
    if (audit_writer_new(&config, &bench->writer) < 0)
        die("no writer");
    enum audit_start start = audit_writer_start(bench->writer);
    if (start != AUDIT_START_READY)
        die(audit_start_text(start));
}

static void close_writer(struct bench *bench)
{
    audit_writer_stop(bench->writer);
    audit_writer_free(bench->writer);
    store_log_free(bench->log);
}

/* The bound: how often this disk takes a synced write of what one batch weighs. */
static double sync_rate(const char *folder)
{
    char path[400];
    snprintf(path, sizeof(path), "%s/sync", folder);
    int fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    static char block[64 << 10];
    size_t count = 0;
    /* Written once before, as PostgreSQL's segments are: no block is allocated while it is measured. */
    for (int i = 0; i < 512; i++)
        if (fd < 0 || pwrite(fd, block, sizeof(block), (off_t) i * (off_t) sizeof(block)) < 0)
            die("cannot write");
    fsync(fd);
    int64_t begin_us = base_clock_monotonic_us();
    for (; base_clock_monotonic_us() - begin_us < 2000000; count++)
        if (pwrite(fd, block, sizeof(block), (off_t) (count % 512) * (off_t) sizeof(block)) < 0 || fdatasync(fd) < 0)
            die("cannot sync");
    close(fd);
    unlink(path);
    return (double) count / ((double) (base_clock_monotonic_us() - begin_us) / 1e6);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"entries", 1, NULL, 'e'},
                                            {"seconds", 1, NULL, 's'},
                                            {"requesters", 1, NULL, 'r'},
                                            {"blobs", 1, NULL, 'b'},
                                            {NULL, 0, NULL, 0}};
    uint64_t entries = 1000000;
    double seconds = 10;
    size_t requesters = 64;
    static uint8_t blob[STORE_BLOB_SMALL_MAX];
    struct bench bench = {.random = (uint64_t) getpid() << 32 ^ (uint64_t) base_clock_monotonic_us()};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'e':
            entries = strtoull(optarg, NULL, 10);
            break;
        case 's':
            seconds = strtod(optarg, NULL);
            break;
        case 'r':
            requesters = strtoul(optarg, NULL, 10);
            break;
        case 'b':
            bench.blob = base_bytes_of(blob, strtoul(optarg, NULL, 10));
            break;
        default:
            die("usage: bench_log FOLDER [--entries N] [--seconds S] [--requesters R] [--blobs BYTES]");
        }
    }
    if (optind + 1 != argc || requesters < 8 || requesters > SLOTS_MAX || bench.blob.len > sizeof(blob))
        die("usage: bench_log FOLDER [--entries N] [--seconds S] [--requesters R (8-1024)] [--blobs BYTES]");
    const char *folder = argv[optind];
    for (size_t i = 0; i < sizeof(blob); i++)
        blob[i] = (uint8_t) (i * 2654435761U >> 13); /* sealed content does not compress */
    snprintf(bench.high_water, sizeof(bench.high_water), "%s/high-water", folder);
    free(sql("insert into body (bin) values ('300240001087')"));
    free(sql(
        "insert into person (iin, body_id) select '50' || lpad(i::text, 10, '0'), 1 from generate_series(0, 999) i"));
    free(sql("insert into registration (person_id, system_role) select person_id, 'officer' from person order by "
             "person_id"));
    free(sql("insert into registration_version (registration_id, version, system_role, state, role, source)"
             " select registration_id, 1, 'officer', 'active', 2, 'bench' from registration"));
    free(sql("select log_make('bench.example/log')"));
    char *first = sql("select min(registration_id) from registration");
    bench.first_registration = atol(first);
    free(first);
    bench.slots = calloc(SLOTS_MAX, sizeof(bench.slots[0]));
    bench.samples_us = calloc(SAMPLES_MAX, sizeof(bench.samples_us[0]));
    uint8_t seed[AUDIT_KEY_BYTES] = {1};
    struct store_pool_config pool_config = {.conninfo = "user=qao_gateway", .connections = 2, .deadline_us = 60000000};
    if (base_clock_zone_init() < 0 || !bench.slots || !bench.samples_us ||
        store_pool_new(&pool_config, &bench.pool) < 0 || audit_signer_new("bench.example/log", seed, &bench.signer) < 0)
        die("cannot begin");

    double syncs = sync_rate(folder);
    printf("synced 64 KiB writes of this disk: %.0f/s\n", syncs);
    struct store_record own;
    open_writer(&bench, &own);
    run_phase(&bench, SLOTS_MAX, 0, SMALL);
    struct phase small = run_phase(&bench, requesters, seconds, 0);
    print_phase("at 100,000 entries", &small);
    struct audit_writer_status status;
    audit_writer_status_read(bench.writer, &status);
    if (entries > status.size) {
        struct phase fill = run_phase(&bench, SLOTS_MAX, 0, entries - status.size);
        print_phase("  filling, 1024 at once", &fill);
    }
    struct phase large = run_phase(&bench, requesters, seconds, 0);
    char name[64];
    audit_writer_status_read(bench.writer, &status);
    snprintf(name, sizeof(name), "at %llu entries", (unsigned long long) status.size);
    print_phase(name, &large);
    free(sql("checkpoint"));
    struct phase whole = run_phase(&bench, requesters, seconds, 0);
    print_phase("  after a checkpoint", &whole);
    close_writer(&bench);
    int64_t begin_us = base_clock_monotonic_us();
    open_writer(&bench, &own);
    double restart = (double) (base_clock_monotonic_us() - begin_us) / 1e6;
    close_writer(&bench);
    printf("cost at %llu / cost at 100,000: %.2f (CPU of the backend %.2f); after a checkpoint %.2f\n",
           (unsigned long long) status.size, small.per_second / large.per_second,
           large.backend_cpu_us / small.backend_cpu_us, small.per_second / whole.per_second);
    printf("appends per synced write of this disk: %.1f\n", large.per_second / syncs);
    printf("restart at %llu entries: %.3f s\n", (unsigned long long) status.size, restart);
    store_pool_free(bench.pool);
    audit_signer_free(bench.signer);
    free(bench.slots);
    free(bench.samples_us);
    return 0;
}
