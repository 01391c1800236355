/* The look-up of a query's officer, as the gateway makes it: one round trip each, officers in no order. Prints the median and
 * the mean in microseconds.
 *
 * usage: bench_officer CONNINFO COUNT SEED < numbers, one IIN and BIN a line */
#include "base/clock.h"
#include "schema/store/officer.h"

#include <stdio.h>
#include <stdlib.h>

enum { OFFICERS_MAX = 1 << 20, COUNT_MAX = 1 << 20 };

struct officer {
    char iin[BASE_IDNUM_TEXT_MAX], bin[BASE_IDNUM_TEXT_MAX];
};

static void die(const char *what)
{
    fprintf(stderr, "bench_officer: %s\n", what);
    exit(1);
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;
    return x < y ? -1 : x > y;
}

static size_t officers_read(struct officer *officers)
{
    size_t count = 0;
    while (count < OFFICERS_MAX && scanf("%12s %12s", officers[count].iin, officers[count].bin) == 2)
        count++;
    return count;
}

int main(int argc, char **argv)
{
    size_t count = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
    uint64_t random = argc == 4 ? strtoull(argv[3], NULL, 10) : 0;
    struct officer *officers = calloc(OFFICERS_MAX, sizeof *officers);
    int64_t *taken_us = calloc(COUNT_MAX, sizeof *taken_us);
    const struct base_clock clock = base_clock_system();
    struct store_pool *pool = NULL;
    double sum = 0;
    if (count == 0 || count > COUNT_MAX)
        die("usage: bench_officer CONNINFO COUNT SEED < numbers");
    struct store_pool_config config = {.conninfo = argv[1], .connections = 1, .deadline_us = 10000000};
    if (!officers || !taken_us || base_clock_zone_init() || store_pool_new(&config, &pool))
        die("cannot begin");
    size_t known = officers_read(officers);
    if (known == 0)
        die("no officers given");
    for (size_t i = 0; i < count; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const struct officer *one = &officers[(random >> 33) % known];
        uint8_t id[BASE_UUID_BYTES] = {0};
        memcpy(id, &random, sizeof random);
        const struct store_officer_key key = {
            .iin = one->iin, .bin = one->bin, .peer = "127.0.0.1", .at_us = base_clock_now_us(&clock), .id = id};
        struct store_officer officer;
        int64_t begin_us = base_clock_monotonic_us();
        if (store_officer_find(pool, &key, &officer) || officer.state != STORE_OFFICER_ACTIVE)
            die("an officer was not found");
        taken_us[i] = base_clock_monotonic_us() - begin_us;
        sum += (double) taken_us[i];
    }
    qsort(taken_us, count, sizeof *taken_us, compare);
    printf("%lld %.1f\n", (long long) taken_us[count / 2], sum / (double) count);
    store_pool_free(pool);
    free(officers);
    free(taken_us);
    return 0;
}
