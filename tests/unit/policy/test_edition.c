/* Proves: a set finds the edition in force at a time, keeps old ones, refuses overlaps, gaps permit nothing, and what
 * lies beside editions does not disturb it; names and rights are those of the edition. */
#include "base/clock.h"
#include "base/file.h"
#include "policy/rights.h"
#include "support.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static char *folder;

static void setup(void)
{
    folder = support_folder();
}

static void teardown(void)
{
    support_folder_remove(folder);
    free(folder);
}

static int64_t time_of(const char *text)
{
    int64_t at_us = 0;
    ck_assert_int_eq(base_time_parse(base_bytes_text(text), &at_us), 0);
    return at_us;
}

/* An edition of this id in force in this span. */
static void write_edition(const char *id, const char *from, const char *to)
{
    char row_id[64], row_to[64];
    snprintf(row_id, sizeof(row_id), "\nid\t%s\t", id);
    snprintf(row_to, sizeof(row_to), "\nin_force_to\t%s\t", to);
    struct support_edits edits = {.edit = {{"edition.tsv", "\nid\t2022-04-29\t", row_id},
                                           {"edition.tsv", "2022-05-10T00:00:00+06:00", from},
                                           {"edition.tsv", "\nin_force_to\t-\t", row_to}}};
    support_write(folder, id, &edits);
}

static struct policy_editions *load(void)
{
    struct policy_editions *set = NULL;
    char *error = NULL;
    int r = policy_editions_load(folder, support_digest, &set, &error);
    ck_assert_msg(r == 0, "%s", error ? error : "");
    return set;
}

static char *refusal(int expected)
{
    struct policy_editions *set = NULL;
    char *error = NULL;
    ck_assert_int_eq(policy_editions_load(folder, support_digest, &set, &error), expected);
    ck_assert_ptr_null(set);
    ck_assert_ptr_nonnull(error);
    return error;
}

START_TEST(the_edition_in_force_at_arrival_decides)
{
    write_edition("second", "2024-03-01T00:00:00+05:00", "-");
    write_edition("first", "2022-05-10T00:00:00+06:00", "2024-03-01T00:00:00+05:00");
    struct policy_editions *set = load();
    ck_assert_uint_eq(policy_editions_count(set), 2);
    ck_assert_str_eq(policy_edition_id(policy_edition_by_index(set, 0)), "first");
    ck_assert_str_eq(policy_edition_id(policy_edition_by_index(set, 1)), "second");
    ck_assert_ptr_null(policy_edition_by_index(set, 2));
    int64_t from = time_of("2022-05-09T18:00:00Z"), change = time_of("2024-02-29T19:00:00Z");
    ck_assert_ptr_null(policy_edition_at(set, from - 1));
    ck_assert_str_eq(policy_edition_id(policy_edition_at(set, from)), "first");
    ck_assert_str_eq(policy_edition_id(policy_edition_at(set, change - 1)), "first");
    ck_assert_str_eq(policy_edition_id(policy_edition_at(set, change)), "second");
    ck_assert_str_eq(policy_edition_id(policy_edition_at(set, INT64_MAX - 1)), "second");
    ck_assert_str_eq(policy_edition_id(policy_edition_find(set, base_bytes_text("first"))), "first");
    ck_assert_ptr_null(policy_edition_find(set, base_bytes_text("third")));
    policy_editions_free(set);
}
END_TEST

START_TEST(in_a_gap_no_edition_is_in_force)
{
    write_edition("a", "2022-01-01T00:00:00Z", "2023-01-01T00:00:00Z");
    write_edition("b", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z");
    struct policy_editions *set = load();
    ck_assert_ptr_null(policy_edition_at(set, time_of("2023-06-01T00:00:00Z")));
    ck_assert_ptr_null(policy_edition_at(set, time_of("2025-01-01T00:00:00Z")));
    policy_editions_free(set);
}
END_TEST

START_TEST(editions_may_not_overlap)
{
    write_edition("a", "2022-01-01T00:00:00Z", "2024-01-01T00:00:01Z");
    write_edition("b", "2024-01-01T00:00:00Z", "-");
    char *error = refusal(-EINVAL);
    ck_assert_ptr_nonnull(strstr(error, "/a/edition.tsv:4:1: edition a is still in force when b begins"));
    free(error);
}
END_TEST

START_TEST(an_open_edition_ends_before_the_next)
{
    write_edition("a", "2022-01-01T00:00:00Z", "-");
    write_edition("b", "2024-01-01T00:00:00Z", "-");
    char *error = refusal(-EINVAL);
    ck_assert_ptr_nonnull(strstr(error, "edition a is still in force when b begins"));
    free(error);
}
END_TEST

START_TEST(the_folder_has_the_name_of_the_id)
{
    struct support_edits none = {.stale_digests = false};
    support_write(folder, "other", &none);
    char *error = refusal(-EINVAL);
    ck_assert_ptr_nonnull(strstr(error, "/other/edition.tsv:2:4: the id '2022-04-29' is not the name of the folder"));
    free(error);
}
END_TEST

START_TEST(one_unsound_edition_spoils_the_set)
{
    write_edition("a", "2022-01-01T00:00:00Z", "2024-01-01T00:00:00Z");
    struct support_edits edits = {.edit = {{"appendix-3.tsv", "\n7\t+\n", "\n7\t?\n"}}};
    support_write(folder, "b", &edits);
    char *error = refusal(-EINVAL);
    ck_assert_ptr_nonnull(strstr(error, "/b/appendix-3.tsv:8:3: unknown mark '?'"));
    free(error);
}
END_TEST

START_TEST(what_is_no_folder_is_passed_over)
{
    char path[1024];
    write_edition("a", "2022-01-01T00:00:00Z", "-");
    snprintf(path, sizeof(path), "%s/README.md", folder);
    ck_assert_int_eq(base_file_replace(path, base_bytes_text("text\n"), 0600), 0);
    struct policy_editions *set = load();
    ck_assert_uint_eq(policy_editions_count(set), 1);
    policy_editions_free(set);
}
END_TEST

START_TEST(an_empty_or_missing_folder_is_refused)
{
    char *error = refusal(-ENOENT);
    ck_assert_ptr_nonnull(strstr(error, ": no edition there"));
    free(error);
    struct policy_editions *set = NULL;
    error = NULL;
    ck_assert_int_eq(policy_editions_load("/nonexistent/editions", support_digest, &set, &error), -ENOENT);
    ck_assert_str_eq(error, "/nonexistent/editions: no edition there");
    free(error);
    policy_editions_free(NULL);
}
END_TEST

static int failing_digest(struct base_bytes bytes, uint8_t ret_digest[static POLICY_DIGEST_BYTES])
{
    (void) bytes;
    (void) ret_digest;
    return -EIO;
}

START_TEST(a_failing_digest_fails_the_load)
{
    struct policy_editions *set = NULL;
    char *error = NULL;
    write_edition("a", "2022-01-01T00:00:00Z", "-");
    ck_assert_int_eq(policy_editions_load(folder, failing_digest, &set, &error), -EIO);
    ck_assert_ptr_nonnull(error);
    free(error);
}
END_TEST

START_TEST(the_digest_of_the_edition_is_that_of_its_list)
{
    write_edition("a", "2022-01-01T00:00:00Z", "-");
    struct policy_editions *set = load();
    char path[1024];
    uint8_t digest[POLICY_DIGEST_BYTES];
    struct base_buffer content;
    base_buffer_init(&content, POLICY_FILE_BYTES_MAX);
    snprintf(path, sizeof(path), "%s/a/edition.tsv", folder);
    ck_assert_int_eq(base_file_read(path, BASE_FILE_PUBLIC, &content), 0);
    support_digest(base_buffer_view(&content), digest);
    ck_assert_mem_eq(policy_edition_sha256(policy_edition_by_index(set, 0)), digest, sizeof(digest));
    ck_assert_uint_eq(strlen(policy_edition_sha256_text(policy_edition_by_index(set, 0))), 64);
    base_buffer_clear(&content);
    policy_editions_free(set);
}
END_TEST

START_TEST(the_edition_of_2022_is_as_read)
{
    struct policy_edition *edition = support_edition(NULL);
    ck_assert_int_eq(policy_edition_from_us(edition), time_of("2022-05-10T00:00:00+06:00")); /* R18 */
    ck_assert_int_eq(policy_edition_to_us(edition), INT64_MAX);
    for (unsigned language = POLICY_LANGUAGE_KK; language <= POLICY_LANGUAGE_EN; language++) {
        for (unsigned i = 1; i <= POLICY_SERVICE_MAX; i++)
            ck_assert_ptr_nonnull(policy_edition_service_name(edition, i, (enum policy_language) language));
        for (unsigned i = 1; i <= POLICY_ROLE_MAX; i++)
            ck_assert_ptr_nonnull(policy_edition_role_name(edition, i, (enum policy_language) language));
        for (unsigned i = 1; i <= POLICY_BASIS_MAX; i++)
            ck_assert_ptr_nonnull(
                policy_edition_basis_name(edition, (enum policy_basis) i, (enum policy_language) language));
        for (unsigned i = 1; i <= POLICY_DUTY_MAX; i++)
            ck_assert_ptr_nonnull(
                policy_edition_duty_name(edition, (enum policy_duty) i, (enum policy_language) language));
    }
    ck_assert_str_eq(policy_edition_basis_name(edition, POLICY_BASIS_SEARCH_MEASURES, POLICY_LANGUAGE_KK),
                     "іздестіру іс-шаралары");
    ck_assert_str_eq(policy_edition_service_name(edition, 5, POLICY_LANGUAGE_RU), "БД \"Транспортные средства\"");
    ck_assert_ptr_null(policy_edition_service_name(edition, 0, POLICY_LANGUAGE_KK));
    ck_assert_ptr_null(policy_edition_service_name(edition, 77, POLICY_LANGUAGE_KK));
    ck_assert_ptr_null(policy_edition_role_name(edition, 16, POLICY_LANGUAGE_KK));
    ck_assert_ptr_null(policy_edition_basis_name(edition, POLICY_BASIS_NONE, POLICY_LANGUAGE_KK));
    ck_assert_uint_eq(policy_edition_article_count(edition), 75);
    ck_assert_str_eq(policy_edition_article(edition, 74), "249/3");
    ck_assert_ptr_null(policy_edition_article(edition, 75));
    static const unsigned acts[] = {57, 58, 59, 65}; /* R13 */
    for (unsigned i = 1, at = 0; i <= POLICY_SERVICE_MAX; i++) {
        bool act = at < 4 && acts[at] == i;
        at += act;
        ck_assert_int_eq(policy_edition_service_acts(edition, i), act);
    }
    ck_assert_ptr_nonnull(policy_edition_reading(edition, 1));
    ck_assert_ptr_null(policy_edition_reading(edition, 14));
    ck_assert_ptr_null(policy_edition_reading(edition, 64));
    policy_edition_free(edition);
}
END_TEST

START_TEST(rights_that_may_be_given)
{
    const unsigned basis = 1u << POLICY_REASON_ROLE_BASIS, other = 1u << POLICY_REASON_DUTY_NOT_OF_ROLE;
    const struct {
        struct policy_rights rights;
        unsigned reasons;
    } cases[] = {
        {{2, 0x1e, 1u << POLICY_DUTY_APP4_1}, 0},
        {{2, 0x1e, 0}, 0}, /* column 1 comes with the registration (R08) */
        {{2, 1u << POLICY_BASIS_OTHER_DUTIES, 1u << POLICY_DUTY_APP7_1}, other},
        {{5, 1u << POLICY_BASIS_SEARCH_MEASURES, 0}, basis},
        {{4, 1u << POLICY_BASIS_OTHER_DUTIES, 0}, 0}, /* as App. 12 has it; R06: it opens nothing */
        {{4, 1u << POLICY_BASIS_OTHER_DUTIES, 1u << POLICY_DUTY_APP4_1}, other},
        {{4, 1u << POLICY_BASIS_OPERATIVE_SEARCH, 0}, 0},
        {{15, 0x1e, 1u << POLICY_DUTY_APP5_2}, basis}, /* R05 */
        {{0, 0, 0}, basis},
        {{16, 0, 0}, basis},
    };
    struct policy_edition *edition = support_edition(NULL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ck_assert_uint_eq(policy_rights_check(edition, &cases[i].rights), cases[i].reasons);
        ck_assert_uint_eq(policy_rights_check(NULL, &cases[i].rights), basis); /* nothing is in force */
    }
    policy_edition_free(edition);
}
END_TEST

START_TEST(rights_are_those_of_app_12)
{
    /* bits 1-4 are the bases */
    static const unsigned bases[POLICY_ROLE_MAX + 1] = {0,    0x1e, 0x1e, 0x1e, 0x1e, 0x10, 0x18, 0x10,
                                                        0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10};
    struct policy_edition *edition = support_edition(NULL);
    for (unsigned role = 0; role <= POLICY_ROLE_MAX; role++)
        ck_assert_uint_eq(policy_edition_role_bases(edition, role), bases[role]);
    ck_assert_uint_eq(policy_edition_role_bases(edition, 16), 0);
    ck_assert_uint_eq(policy_edition_role_duties(edition, 2), 0x3e);
    ck_assert_uint_eq(policy_edition_role_duties(edition, 4), 0);
    ck_assert_uint_eq(policy_edition_role_duties(edition, 15), 0xc0);
    ck_assert_uint_eq(policy_edition_role_duties(edition, 16), 0);
    static const unsigned appendix[POLICY_ROLE_MAX + 2] = {0, 7, 4, 6, 0, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5, 0}; /* R07 */
    for (unsigned role = 0; role <= POLICY_ROLE_MAX + 1; role++)
        ck_assert_uint_eq(policy_edition_role_appendix(edition, role), appendix[role]);
    policy_edition_free(edition);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy edition");
    TCase *edition = tcase_create("edition");
    tcase_add_checked_fixture(edition, setup, teardown);
    tcase_add_test(edition, the_edition_in_force_at_arrival_decides);
    tcase_add_test(edition, in_a_gap_no_edition_is_in_force);
    tcase_add_test(edition, editions_may_not_overlap);
    tcase_add_test(edition, an_open_edition_ends_before_the_next);
    tcase_add_test(edition, the_folder_has_the_name_of_the_id);
    tcase_add_test(edition, one_unsound_edition_spoils_the_set);
    tcase_add_test(edition, what_is_no_folder_is_passed_over);
    tcase_add_test(edition, an_empty_or_missing_folder_is_refused);
    tcase_add_test(edition, a_failing_digest_fails_the_load);
    tcase_add_test(edition, the_digest_of_the_edition_is_that_of_its_list);
    tcase_add_test(edition, the_edition_of_2022_is_as_read);
    tcase_add_test(edition, rights_that_may_be_given);
    tcase_add_test(edition, rights_are_those_of_app_12);
    suite_add_tcase(suite, edition);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
