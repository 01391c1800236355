/* Proves: the real edition loads; every kind of mistake in a file is refused with the file, line and column where it
 * stands; a file's own mistake is told before its wrong digest. */
#include "support.h"

#include <check.h>
#include <stdlib.h>

/* Each row: what is done to the real edition, and the exact place and words of the refusal. */
static const struct {
    struct support_edit edit;
    const char *refusal; /* the beginning of the text */
} mistakes[] = {
    /* rows */
    {{"appendix-1.tsv", "\n12\t+\n", "\n"}, "appendix-1.tsv:13:1: the row for service 12 is missing"},
    {{"appendix-1.tsv", "\n76\t+\n", "\n"}, "appendix-1.tsv:77:1: the row for service 76 is missing"},
    {{"appendix-1.tsv", "\n11\tshort\n", "\n11\tshort\n11\t+\n"}, "appendix-1.tsv:13:1: a second row for service 11"},
    {{"appendix-1.tsv", "\n76\t+\n", "\n76\t+\n76\t+\n"}, "appendix-1.tsv:78:1: a second row for service 76"},
    {{"appendix-1.tsv", "\n76\t+\n", "\n76\t+\n77\t+\n"}, "appendix-1.tsv:78:1: service 77 is not in 1-76"},
    {{"appendix-1.tsv", "\n3\t+\n", "\n03\t+\n"}, "appendix-1.tsv:4:1: service '03' is no number"},
    {{"appendix-1.tsv", "\n3\t+\n", "\n-3\t+\n"}, "appendix-1.tsv:4:1: service '-3' is no number"},
    {{"appendix-1.tsv", "\n3\t+\n", "\n99999999999\t+\n"}, "appendix-1.tsv:4:1: service '99999999999' is no number"},
    {{"services.tsv", "\n76\t", "\n75\t"}, "services.tsv:77:1: a second row for service 75"},
    {{"appendix-12.tsv", "\n15\t-", "\n14\t-"}, "appendix-12.tsv:16:1: a second row for role 14"},
    {{"bases.tsv", "\ncovert_investigation\t", "\ncovert\t"},
     "bases.tsv:3:1: 'covert' stands where the row for covert_investigation belongs"},
    {{"duties.tsv", "\napp5.2\t", "\napp5.1\t"}, "duties.tsv:8:1: 'app5.1' stands where the row for app5.2 belongs"},
    {{"duties.tsv", "\napp7.1\t8\tregistration\tR08\t",
      "\napp7.1\t8\tregistration\tR08\tx\ty\tz\napp8.1\t8\tname\tR08\t"},
     "duties.tsv:11:1: there must be 9 rows, not 10"},
    /* marks and fields */
    {{"appendix-4.tsv", "\n2\t+\t+\t+\t-\t+\n", "\n2\t+\t+\t*\t-\t+\n"},
     "appendix-4.tsv:3:7: unknown mark '*' in 3: it may be '-', '+', 'short', 'articles'"},
    {{"appendix-4.tsv", "\n2\t+\t+\t+\t-\t+\n", "\n2\t+\t+\t+\t-\n"},
     "appendix-4.tsv:3:10: field 5 is missing: the line ends here"},
    {{"appendix-4.tsv", "\n2\t+\t+\t+\t-\t+\n", "\n2\t+\t+\t+\t-\t+\t\n"},
     "appendix-4.tsv:3:13: the line has more fields than the header (6)"},
    {{"appendix-4.tsv", "\n2\t+\t+\t+\t-\t+\n", "\n2\t+\t+\t\t-\t+\n"},
     "appendix-4.tsv:3:7: field 3 is empty: write '-' for none"},
    {{"appendix-4.tsv", "\n2\t+\t+\t+\t-\t+\n", "\n2\t+\t+ \t+\t-\t+\n"},
     "appendix-4.tsv:3:5: field 2 begins or ends with a space"},
    {{"appendix-1.tsv", "\n5\t+\n", "\n5\tarticles\n"}, "appendix-1.tsv:6:3: service 5 is not marked in services.tsv"},
    {{"appendix-1.tsv", "\n37\tarticles\n", "\n37\tshort\n"},
     "appendix-1.tsv:38:4: service 37 is marked and cannot be short"},
    {{"appendix-1.tsv", "\n37\tarticles\n", "\n37\t+\n"}, "appendix-1.tsv:38:1: service 37 is marked, but column 1"},
    {{"remarks.tsv", "\n5\t38\t2\tR01\t-", ""}, "appendix-5.tsv:39:1: service 38 is marked, but column 2"},
    {{"services.tsv", "\n1\t-\t-\t-\t", "\n1\tmark\t-\t-\t"},
     "services.tsv:2:3: unknown mark 'mark' in marked: it may be '-', 'marked'"},
    {{"appendix-12.tsv", "\n5\t5\t-\t-", "\n5\t5\t-\tx"},
     "appendix-12.tsv:6:7: unknown mark 'x' in covert_investigation: it may be '-', '+'"},
    {{"appendix-12.tsv", "\t4\t1\tR07,R19", "\t4\t6\tR07,R19"}, "appendix-12.tsv:6:15: columns 6 is not in 1-5"},
    {{"appendix-12.tsv", "\t-\t-\tR06,R07", "\t-\tall\tR06,R07"},
     "appendix-12.tsv:5:15: '-' belongs here exactly when the appendix is '-'"},
    {{"appendix-12.tsv", "\t7\tall\tR07", "\t8\tall\tR07"}, "appendix-12.tsv:2:13: appendix 8 is not in 4-7"},
    {{"bases.tsv", "\t20\t-\t-", "\t20\t1\t-"}, "bases.tsv:5:17: other_duties has '-' here"},
    {{"bases.tsv", "\t2\t1\t-", "\t2\t-\t-"}, "bases.tsv:2:20: other_duties has '-' here"},
    {{"bases.tsv", "\t3\t2\tcase", "\t3\t2\tno"}, "bases.tsv:3:26: unknown mark 'no' in case: it may be '-', 'case'"},
    {{"duties.tsv", "\tregistration\t", "\tgrant\t"},
     "duties.tsv:2:10: unknown mark 'grant' in granted_by: it may be 'name', 'registration'"},
    /* App. 8 */
    {{"appendix-8.tsv", "\n14\t220\t-\t", "\n14\t220\t0\t"}, "appendix-8.tsv:15:4: '220' part '0' is no article"},
    {{"appendix-8.tsv", "\n2\t214\t2\t", "\n2\t214\t1\t"}, "appendix-8.tsv:3:3: a second entry for 214/1"},
    {{"appendix-8.tsv", "\n2\t214\t2\t", "\n3\t214\t2\t"}, "appendix-8.tsv:3:1: the row for entry 2 is missing"},
    {{"appendix-8.tsv", NULL, "entry\tarticle\tpart\tkk\tru\ten\n"}, "appendix-8.tsv:2:1: no entry"},
    /* readings and remarks */
    {{"remarks.tsv", "\n1\t11\t1\tR04", "\n1\t11\t1\tR4"}, "remarks.tsv:2:8: 'R4' is no list of readings"},
    {{"remarks.tsv", "\n1\t11\t1\tR04", "\n1\t11\t1\tR04,R02"}, "remarks.tsv:2:8: 'R04,R02' is no list of readings"},
    {{"remarks.tsv", "\n1\t11\t1\tR04", "\n1\t11\t1\tR00"}, "remarks.tsv:2:8: 'R00' is no list of readings"},
    {{"remarks.tsv", "\n1\t11\t1\tR04", "\n1\t11\t1\tR64"}, "remarks.tsv:2:8: 'R64' is no list of readings"},
    {{"remarks.tsv", "\n1\t11\t1\tR04", "\n1\t11\t1\tR04,"}, "remarks.tsv:2:8: 'R04,' is no list of readings"},
    {{"remarks.tsv", "\n1\t11\t1\tR04", "\n1\t11\t1\t-"}, "remarks.tsv:2:8: a remark names a reading"},
    {{"remarks.tsv", "\n1\t11\t1\tR04", "\n1\t11\t2\tR04"}, "remarks.tsv:2:6: column 2 is not in 1-1"},
    {{"remarks.tsv", "\n2\t11\t1\tR02", "\n1\t11\t1\tR02"}, "remarks.tsv:3:1: remarks stand in order"},
    {{"readings.tsv", "\nR04\t", "\nR03\t"}, "readings.tsv:5:1: readings stand one to a row, in order"},
    {{"readings.tsv", "\nR13\t", "\nR14\t"}, "readings.tsv:1:1: R13 is cited, but has no row"},
    /* edition.tsv */
    {{"edition.tsv", "\nid\t2022-04-29\t", "\nid\t2022/04\t"}, "edition.tsv:2:4: an id is 1-32 of"},
    {{"edition.tsv", "T00:00:00+06:00", "T00:00:00"}, "edition.tsv:3:15: '2022-05-10T00:00:00' is no time with offset"},
    {{"edition.tsv", "2022-05-10T", "10.05.2022T"}, "edition.tsv:3:15: '10.05.2022T00:00:00+06:00' is no time"},
    {{"edition.tsv", "\nin_force_to\t-\t", "\nin_force_to\t2022-05-10T00:00:00+06:00\t"},
     "edition.tsv:4:13: the edition ends before it begins"},
    {{"edition.tsv", "\nin_force_to\t-\t", "\nin_force_to\tnever\t"}, "edition.tsv:4:13: 'never' is no time"},
    {{"edition.tsv", "\narticle_form\texact", "\narticle_form\tloose"}, "edition.tsv:6:14: the form of an article"},
    {{"edition.tsv", "\ncase_form\tpattern", "\ncase_form\tany"}, "edition.tsv:7:11: the form of a case number"},
    {{"edition.tsv", "\nsource\t", "\norigin\t"}, "edition.tsv:5:1: 'origin' stands where the row for source belongs"},
    {{"edition.tsv", "\nbases.tsv\t", "\nbasis.tsv\t"},
     "edition.tsv:9:1: 'basis.tsv' stands where the row for bases.tsv"},
    {{"edition.tsv", "\nreadings.tsv\t", "\nreadings.tsv\t00"}, "edition.tsv:21:14: no SHA-256"},
    {{"edition.tsv", NULL, "key\tvalue\treadings\nid\tx\t-\n"},
     "edition.tsv:3:1: the row for in_force_from is missing"},
    /* the bytes of a file */
    {{"appendix-1.tsv", NULL, NULL}, "appendix-1.tsv:1:1: the file is missing"},
    {{"appendix-1.tsv", NULL, ""}, "appendix-1.tsv:1:1: the file is empty"},
    {{"appendix-1.tsv", "service\t1\n", "service\t2\n"},
     "appendix-1.tsv:1:9: wrong header: '2' stands where '1' belongs"},
    {{"appendix-1.tsv", "service\t1\n", "service\n"}, "appendix-1.tsv:1:8: field 1 is missing"},
    {{"appendix-1.tsv", "service\t1\n", "service\t1\t2\n"}, "appendix-1.tsv:1:11: the line has more fields"},
    {{"appendix-1.tsv", "service\t1\n", "\xef\xbb\xbfservice\t1\n"}, "appendix-1.tsv:1:1: wrong header"},
    {{"appendix-1.tsv", "\n5\t+\n", "\n5\t+\r\n"}, "appendix-1.tsv:6:4: control character 0x0d"},
    {{"appendix-1.tsv", "\n5\t+\n", "\n\n5\t+\n"}, "appendix-1.tsv:6:1: empty line"},
    {{"appendix-1.tsv", "\n5\t+\n", "\n5\t\xff\n"}, "appendix-1.tsv:6:1: the line is not UTF-8"},
    {{"appendix-1.tsv", "\n76\t+\n", "\n76\t+"}, "appendix-1.tsv:77:5: the last line is cut: it has no line end"},
    {{"services.tsv", "\n1\t-\t-\t-\tМДҚ", "\n1\t-\t-\t-\tМДҚ\x07"}, "services.tsv:2:12: control character 0x07"},
};

START_TEST(the_real_edition_loads)
{
    struct policy_edition *edition = support_edition(NULL);
    ck_assert_str_eq(policy_edition_id(edition), "2022-04-29");
    policy_edition_free(edition);
}
END_TEST

START_TEST(a_mistake_is_named_with_its_place)
{
    struct support_edits edits = {.edit = {mistakes[_i].edit}, .stale_digests = true};
    char *refusal = support_refusal(&edits);
    ck_assert_msg(strncmp(refusal, mistakes[_i].refusal, strlen(mistakes[_i].refusal)) == 0, "'%s' is not '%s'",
                  refusal, mistakes[_i].refusal);
    free(refusal);
}
END_TEST

START_TEST(a_changed_file_is_refused_by_its_digest)
{
    struct support_edits edits = {.edit = {{"appendix-1.tsv", "\n57\t-\n", "\n57\t+\n"}}};
    struct policy_edition *edition = support_edition(&edits);
    policy_edition_free(edition);
    edits.stale_digests = true; /* those of edition.tsv are SHA-256: none of ours is equal; the first is services.tsv */
    char *refusal = support_refusal(&edits);
    ck_assert_msg(strncmp(refusal, "edition.tsv:8:1: services.tsv has changed: its SHA-256 is ", 58) == 0, "%s",
                  refusal);
    free(refusal);
}
END_TEST

static char *filled(size_t len)
{
    char *text = malloc(len + 1);
    ck_assert_ptr_nonnull(text);
    memset(text, 'x', len);
    text[len] = '\0';
    return text;
}

START_TEST(a_line_and_a_file_have_a_maximum)
{
    char *line = filled(5000);
    struct support_edits edits = {.edit = {{"appendix-1.tsv", "\n5\t+\n", line}}, .stale_digests = true};
    line[0] = '\n';
    line[4999] = '\n';
    char *refusal = support_refusal(&edits);
    ck_assert_str_eq(refusal, "appendix-1.tsv:6:1: the line is longer than 4096 bytes");
    free(refusal);
    free(line);
    char *file = filled(POLICY_FILE_BYTES_MAX + 1);
    edits.edit[0] = (struct support_edit){"appendix-1.tsv", NULL, file};
    refusal = support_refusal(&edits);
    ck_assert_msg(strstr(refusal, "appendix-1.tsv:1:1: the file is longer than") == refusal, "%s", refusal);
    free(refusal);
    free(file);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy order");
    TCase *order = tcase_create("order");
    tcase_add_test(order, the_real_edition_loads);
    tcase_add_loop_test(order, a_mistake_is_named_with_its_place, 0, (int) BASE_ARRAY_LENGTH(mistakes));
    tcase_add_test(order, a_changed_file_is_refused_by_its_digest);
    tcase_add_test(order, a_line_and_a_file_have_a_maximum);
    suite_add_tcase(suite, order);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
