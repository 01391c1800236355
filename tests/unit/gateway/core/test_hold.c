/* Held replies: for their officer and id alone, for a time, within bounds, and not in clear. */
#include <errno.h>
#include <string.h>

#include "gateway/core/hold.h"
#include "tests/check_main.h"

static const uint8_t first[CORE_HOLD_ID_BYTES] = {1}, second[CORE_HOLD_ID_BYTES] = {2}, third[CORE_HOLD_ID_BYTES] = {3};
static const char officer[] = "500101100000", other[] = "500101200007";

static const struct core_hold_right right = {.bin = "300140000015", .registration = 7, .version = 2};

static void put(struct core_hold *hold, const char *iin, const uint8_t *id, const char *text, int64_t now_us)
{
    ck_assert_int_eq(core_hold_put(hold, &(struct core_hold_key){iin, id, 0}, &right, base_bytes_text(text), now_us), 0);
}

/* text NULL: nothing is there. */
static void expect(struct core_hold *hold, const char *iin, const uint8_t *id, int64_t now_us, const char *text)
{
    struct base_buffer out;
    base_buffer_init(&out, 1024);
    base_buffer_append_text(&out, ">");
    ck_assert_int_eq(core_hold_read(hold, &(struct core_hold_key){iin, id, 0}, now_us, &out), text ? 0 : CORE_HOLD_NONE);
    ck_assert_uint_eq(out.len, 1 + (text ? strlen(text) : 0));
    ck_assert(memcmp(out.data + 1, text ? text : "", out.len - 1) == 0);
    base_buffer_clear(&out);
}

START_TEST(for_its_officer_and_id)
{
    struct core_hold *hold = NULL;
    ck_assert_int_eq(core_hold_new(8, 1024, 100, &hold), 0);
    put(hold, officer, first, "one", 0);
    put(hold, officer, second, "two", 1);
    put(hold, other, first, "three", 2);
    expect(hold, officer, first, 50, "one");
    expect(hold, officer, first, 50, "one"); /* it stays */
    expect(hold, officer, second, 50, "two");
    expect(hold, other, first, 50, "three");
    expect(hold, other, second, 50, NULL);
    put(hold, officer, first, "newer", 60);
    expect(hold, officer, first, 61, "newer");
    ck_assert_uint_eq(core_hold_count(hold), 3);
    core_hold_free(hold);
    core_hold_free(NULL);
}
END_TEST

START_TEST(for_a_time)
{
    struct core_hold *hold = NULL;
    ck_assert_int_eq(core_hold_new(8, 1024, 100, &hold), 0);
    put(hold, officer, first, "one", 0);
    put(hold, officer, second, "two", 50);
    expect(hold, officer, first, 99, "one");
    expect(hold, officer, first, 100, NULL);
    expect(hold, officer, second, 100, "two");
    core_hold_expire(hold, 150);
    ck_assert_uint_eq(core_hold_count(hold), 0);
    core_hold_free(hold);
}
END_TEST

START_TEST(within_bounds)
{
    struct core_hold *hold = NULL;
    ck_assert_int_eq(core_hold_new(2, 10, 100, &hold), 0);
    put(hold, officer, first, "1234", 0);
    put(hold, officer, second, "1234", 0);
    put(hold, officer, third, "1234", 0); /* the oldest goes */
    expect(hold, officer, first, 1, NULL);
    expect(hold, officer, third, 1, "1234");
    put(hold, other, first, "1234567890", 1); /* all others go */
    ck_assert_uint_eq(core_hold_count(hold), 1);
    ck_assert_int_eq(core_hold_put(hold, &(struct core_hold_key){other, second, 0}, &right, base_bytes_text("12345678901"), 1), -ENOBUFS);
    expect(hold, other, first, 1, "1234567890");
    core_hold_free(hold);
}
END_TEST

/* Whoever leaves answer after answer undelivered loses his own. */
START_TEST(nobody_pushes_out_all_others)
{
    struct core_hold *hold = NULL;
    uint8_t id[CORE_HOLD_ID_BYTES] = {0};
    ck_assert_int_eq(core_hold_new(16, 1 << 20, 100, &hold), 0);
    put(hold, other, first, "theirs", 0);
    for (id[0] = 1; id[0] <= 100; id[0]++)
        put(hold, officer, id, "one of many", 1);
    ck_assert_uint_eq(core_hold_count(hold), 16);
    expect(hold, other, first, 2, "theirs");
    id[0] = 100;
    expect(hold, officer, id, 2, "one of many");
    id[0] = 85; /* the newest fifteen are his */
    expect(hold, officer, id, 2, NULL);
    core_hold_free(hold);
    /* The same of bytes. */
    ck_assert_int_eq(core_hold_new(1000, 100, 100, &hold), 0);
    put(hold, other, first, "theirs", 0);
    for (id[0] = 1; id[0] <= 100; id[0]++)
        put(hold, officer, id, "0123456789", 1);
    expect(hold, other, first, 2, "theirs");
    core_hold_free(hold);
}
END_TEST

START_TEST(a_reader_with_too_little_room)
{
    struct core_hold *hold = NULL;
    struct base_buffer out;
    ck_assert_int_eq(core_hold_new(2, 100, 100, &hold), 0);
    put(hold, officer, first, "0123456789", 0);
    base_buffer_init(&out, 5);
    ck_assert_int_eq(core_hold_read(hold, &(struct core_hold_key){officer, first, 0}, 1, &out), -ENOBUFS);
    base_buffer_clear(&out);
    core_hold_free(hold);
}
END_TEST

START_TEST(by_a_right_that_can_end)
{
    struct core_hold *hold = NULL;
    struct core_hold_right found;
    ck_assert_int_eq(core_hold_new(8, 100, 100, &hold), 0);
    put(hold, officer, first, "one", 0);
    put(hold, officer, second, "two", 0);
    ck_assert_int_eq(core_hold_right_find(hold, &(struct core_hold_key){other, first, 0}, 1, &found), CORE_HOLD_NONE);
    ck_assert_int_eq(core_hold_right_find(hold, &(struct core_hold_key){officer, first, 0}, 1, &found), 0);
    ck_assert_str_eq(found.bin, "300140000015");
    ck_assert_int_eq(found.registration, 7);
    ck_assert_int_eq(found.version, 2);
    core_hold_drop(hold, &(struct core_hold_key){officer, first, 0});
    core_hold_drop(hold, &(struct core_hold_key){officer, first, 0});
    expect(hold, officer, first, 1, NULL);
    expect(hold, officer, second, 1, "two");
    ck_assert_int_eq(core_hold_right_find(hold, &(struct core_hold_key){officer, second, 0}, 100, &found), CORE_HOLD_NONE);
    core_hold_free(hold);
}
END_TEST

START_TEST(shown_so_often_and_no_more)
{
    struct core_hold *hold = NULL;
    ck_assert_int_eq(core_hold_new(8, 100, 100, &hold), 0);
    put(hold, officer, first, "one", 0);
    for (unsigned i = 0; i < CORE_HOLD_SHOWINGS_MAX; i++)
        expect(hold, officer, first, 1, "one");
    expect(hold, officer, first, 1, NULL);
    put(hold, officer, second, "two", 1);
    expect(hold, officer, second, 2, "two");
    core_hold_free(hold);
}
END_TEST

START_TEST(each_part_by_itself)
{
    struct core_hold *hold = NULL;
    struct base_buffer out;
    ck_assert_int_eq(core_hold_new(8, 100, 100, &hold), 0);
    put(hold, officer, first, "whole", 0);
    ck_assert_int_eq(core_hold_put(hold, &(struct core_hold_key){officer, first, 2}, &right, base_bytes_text("part"), 0), 0);
    expect(hold, officer, first, 1, "whole");
    base_buffer_init(&out, 100);
    ck_assert_int_eq(core_hold_read(hold, &(struct core_hold_key){officer, first, 1}, 1, &out), CORE_HOLD_NONE);
    ck_assert_int_eq(core_hold_read(hold, &(struct core_hold_key){officer, first, 2}, 1, &out), 0);
    ck_assert_uint_eq(out.len, 4);
    base_buffer_clear(&out);
    core_hold_free(hold);
}
END_TEST

CHECK_MAIN("held replies", each_part_by_itself, by_a_right_that_can_end, shown_so_often_and_no_more, for_its_officer_and_id, for_a_time, within_bounds,
           nobody_pushes_out_all_others, a_reader_with_too_little_room)
