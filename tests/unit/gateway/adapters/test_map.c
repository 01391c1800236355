/* The mapping: records come out as the description has them, whatever shape a registry gives them, and what cannot be
 * turned is refused with the name of the member and never with a value. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/adapters/map.h"
#include "gateway/wire/json.h"
#include "tests/check_main.h"

static const char description_text[] =
    "{'answer': {'type': 'array', 'maxItems': 10, '$defs': {'day': {'type': ['string', 'null'], 'format': 'date'}},"
    " 'items': {'type': 'object', 'additionalProperties': false,"
    "  'required': ['iin', 'amount', 'day', 'phones', 'words'],"
    "  'properties': {"
    "   'iin': {'type': 'string', 'format': 'iin'},"
    "   'amount': {'type': 'integer', 'minimum': 0, 'maximum': 9007199254740991, 'x-amount': true, 'x-unit': 'tiyn'},"
    "   'year': {'type': 'integer', 'minimum': 0, 'maximum': 3000},"
    "   'active': {'type': ['boolean', 'null']},"
    "   'day': {'$ref': '#/$defs/day'},"
    "   'share': {'type': 'integer', 'minimum': 0, 'maximum': 10000, 'x-unit': '0.01 %'},"
    "   'state': {'type': 'string', 'enum': ['open', 'closed']},"
    "   'words': {'type': 'array', 'maxItems': 5, 'items': {'type': 'string', 'enum': ['a', 'b']}},"
    "   'owner': {'type': ['object', 'null'], 'required': ['iin', 'name'], 'additionalProperties': false, 'properties': {"
    "     'iin': {'type': 'string', 'format': 'iin'}, 'name': {'type': ['string', 'null'], 'maxLength': 9}}},"
    "   'phones': {'type': 'array', 'maxItems': 9, 'items': {'type': 'object', 'additionalProperties': false,"
    "     'required': ['number'], 'properties': {'number': {'type': 'string', 'maxLength': 20},"
    "       'years': {'type': 'array', 'maxItems': 3, 'items': {'type': 'integer', 'minimum': 0, 'maximum': 9999}}}}}"
    "  }}}}";

/* JSON with single quotes. */
static json_t *json_of(const char *text)
{
    char *copy = strdup(text);
    for (char *c = copy; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    json_t *value = NULL;
    char fault[WIRE_JSON_FAULT_MAX];
    int r = wire_json_parse(base_bytes_text(copy), 1 << 20, &value, fault);
    ck_assert_msg(r == 0, "%s: %s", fault, text);
    free(copy);
    return value;
}

/* "member = path;member = path" */
static int compile(const char *lines, struct adapter_map **ret_map, char **ret_error)
{
    static struct base_config_pair items[32];
    struct base_config_pairs pairs = {.items = items};
    char *copy = strdup(lines), *save = NULL;
    for (char *line = strtok_r(copy, ";", &save); line; line = strtok_r(NULL, ";", &save)) {
        char *equals = strstr(line, " = ");
        *equals = '\0';
        items[pairs.count++] = (struct base_config_pair){.name = line, .value = equals + 3};
    }
    json_t *description = json_of(description_text);
    int r = adapter_map_new(description, &pairs, ret_map, ret_error);
    json_decref(description);
    free(copy);
    return r;
}

static void check_made(const char *lines, bool is_text, const char *answer, const char *expected)
{
    struct adapter_map *map = NULL;
    char *error = NULL, detail[ADAPTER_MAP_DETAIL_MAX];
    int r = compile(lines, &map, &error);
    ck_assert_msg(r == 0, "%s: %s", lines, error ? error : "?");
    json_t *given = json_of(answer), *same = json_deep_copy(given), *wanted = json_of(expected), *records = NULL;
    r = adapter_map_apply(map, given, is_text, 10, &records, detail);
    ck_assert_msg(r == 0, "%s: %s", answer, detail);
    char *made = json_dumps(records, JSON_COMPACT);
    ck_assert_msg(json_equal(records, wanted), "got %s for %s", made, answer);
    ck_assert(json_equal(given, same)); /* untouched */
    free(made);
    json_decref(records);
    json_decref(wanted);
    json_decref(same);
    json_decref(given);
    adapter_map_free(map);
}

static void check_misfit(const char *lines, bool is_text, const char *answer, const char *expected)
{
    struct adapter_map *map = NULL;
    char *error = NULL, detail[ADAPTER_MAP_DETAIL_MAX];
    ck_assert_int_eq(compile(lines, &map, &error), 0);
    json_t *given = json_of(answer), *records = NULL;
    ck_assert_msg(adapter_map_apply(map, given, is_text, 2, &records, detail) == ADAPTER_MAP_MISFIT, "%s", answer);
    ck_assert_ptr_null(records);
    ck_assert_str_eq(detail, expected);
    json_decref(given);
    adapter_map_free(map);
}

static void check_refused(const char *lines, const char *expected)
{
    struct adapter_map *map = NULL;
    char *error = NULL;
    ck_assert_int_eq(compile(lines, &map, &error), -EINVAL);
    ck_assert_ptr_nonnull(error);
    ck_assert_str_eq(error, expected);
    free(error);
}

/* Without lines members are found under their own names; what is not described goes nowhere. */
START_TEST(test_own_names)
{
    check_made("", false, "[{'iin': '5', 'amount': 7, 'secret': 'x', 'owner': {'iin': '6', 'name': null, 'wife': 1}}]",
               "[{'iin': '5', 'amount': 7, 'owner': {'iin': '6', 'name': null}}]");
    check_made("", false, "[]", "[]");
    check_made("", false, "{'iin': '5'}", "[{'iin': '5'}]"); /* one object is a list of one */
    /* Wrong types go on as they are: the gateway refuses them. Null where it may not be counts as absent. */
    check_made("", false, "[{'iin': 5, 'year': null, 'active': null, 'day': 'soon'}]",
               "[{'iin': 5, 'active': null, 'day': 'soon'}]");
}
END_TEST

START_TEST(test_paths)
{
    check_made("iin = person.ids.iin;year = y", false, "[{'person': {'ids': {'iin': '5'}}, 'y': 1899, 'iin': 'not this'}]",
               "[{'iin': '5', 'year': 1899}]");
    check_made("owner.iin = ownerIin;owner.name = o.n", false, "[{'ownerIin': '6', 'o': {'n': 'N'}}]",
               "[{'owner': {'iin': '6', 'name': 'N'}}]");
    check_made("owner = holder;owner.name = n", false, "[{'holder': {'iin': '6', 'name': 'no'}, 'n': 'N'}]",
               "[{'owner': {'iin': '6', 'name': 'N'}}]");
    check_made("phones[] = contact.tel;phones[].number = n.t;phones[].years[] = ys", false,
               "[{'contact': {'tel': [{'n': {'t': '1'}, 'ys': [1, 2]}, {'n': {'t': '2'}}]}}]",
               "[{'phones': [{'number': '1', 'years': [1, 2]}, {'number': '2'}]}]");
    check_made("phones[] = tel;phones[].number = .", false, "[{'tel': ['1', '2']}]",
               "[{'phones': [{'number': '1'}, {'number': '2'}]}]");
    check_made("owner.iin = a.b", false, "[{'a': null}]", "[{}]");
    check_misfit("", false, "[{'phones': ['1']}]", "member phones[]: an empty element");
}
END_TEST

/* An object is there when something of it is, null when the registry says so, else absent. */
START_TEST(test_objects_that_are_not_there)
{
    check_made("", false, "[{'owner': null}, {}, {'owner': {}}]", "[{'owner': null}, {}, {'owner': {}}]");
    check_made("owner.iin = i", true, "[{'i': ''}, {'i': '5'}]", "[{'words': [], 'phones': [], 'day': null},"
               " {'words': [], 'phones': [], 'day': null, 'owner': {'iin': '5', 'name': null}}]");
}
END_TEST

START_TEST(test_conversions)
{
    check_made("amount = t : tenge", false, "[{'t': '12.34'}]", "[{'amount': 1234}]");
    check_made("share = t : hundredths", false, "[{'t': '12.5'}]", "[{'share': 1250}]");
    check_made("share = t : hundredths", false, "[{'t': '100'}]", "[{'share': 10000}]");
    check_misfit("share = t : hundredths", false, "[{'t': '0.125'}]", "member share: not a number of two decimals");
    check_made("amount = t : tenge", false, "[{'t': 12}]", "[{'amount': 1200}]");
    check_made("amount = t : tenge", false, "[{'t': '-0.5'}]", "[{'amount': -50}]");
    check_made("amount = t : tenge", false, "[{'t': '7.1200'}]", "[{'amount': 712}]");
    check_made("amount = t : tenge", false, "[{'t': '90071992547409.91'}]", "[{'amount': 9007199254740991}]");
    check_made("day = d : dmy", false, "[{'d': '02.01.1899'}]", "[{'day': '1899-01-02'}]");
    check_made("state = s : 1=open, 0 = closed", false, "[{'s': 1}, {'s': '0'}]", "[{'state': 'open'}, {'state': 'closed'}]");
    check_made("active = s : yes=true,no=false", false, "[{'s': 'no'}]", "[{'active': false}]");
    check_made("year = y : text", false, "[{'y': '1899'}]", "[{'year': 1899}]");
    check_made("words[] = w : first=a,second=b", false, "[{'w': ['second', 'first']}]", "[{'words': ['b', 'a']}]");
}
END_TEST

/* Texts of XML become what the description wants; one element alone is a list of one. */
START_TEST(test_texts)
{
    check_made("amount = t : tenge", true,
               "[{'iin': '5', 't': '1500.00', 'year': '1899', 'active': '1', 'day': '1899-01-02+05:00', 'words': 'a',"
               "  'phones': {'number': '1', 'years': ['1', '-2']}}]",
               "[{'iin': '5', 'amount': 150000, 'year': 1899, 'active': true, 'day': '1899-01-02', 'words': ['a'],"
               "  'phones': [{'number': '1', 'years': [1, -2]}]}]");
    check_made("", true, "[{'day': '1899-01-02Z', 'active': 'false', 'phones': ''}]",
               "[{'day': '1899-01-02', 'active': false, 'phones': [], 'words': []}]");
    check_misfit("", true, "[{'year': ' 7'}]", "member year: not a whole number");
    check_misfit("", true, "[{'year': '7.0'}]", "member year: not a whole number");
    check_misfit("", true, "[{'year': '9007199254740992'}]", "member year: not a whole number");
    check_misfit("", true, "[{'active': 'maybe'}]", "member active: neither true nor false");
    check_misfit("", true, "[{'day': '1899-01-02T00:00:00'}]", "member day: not a date");
    check_misfit("", true, "[{'iin': {'a': '5'}}]", "member iin: not a single value");
    check_misfit("", true, "[{'words': ['a', '']}]", "member words[]: an empty element");
}
END_TEST

START_TEST(test_misfits)
{
    static const char *const amounts[] = {"'1,5'", "'12.345'", "'1e3'", "''", "'.5'", "'5.'", "'-'", "'-.5'",
                                          "'90071992547409.92'", "true", "[1]", "'1 000'", "'+1'", "'--1'"};
    char answer[64];
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(amounts); i++) {
        snprintf(answer, sizeof(answer), "[{'t': %s}]", amounts[i]);
        check_misfit("amount = t : tenge", false, answer,
                     amounts[i][0] == '[' ? "member amount: not a single value" : "member amount: not an amount in tenge");
    }
    static const char *const days[] = {"'1899-01-02'", "'2.1.1899'", "'02/01/1899'", "'02.01.1899 '", "'02.01.99'", "'x'"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(days); i++) {
        snprintf(answer, sizeof(answer), "[{'d': %s}]", days[i]);
        check_misfit("day = d : dmy", false, answer, "member day: not a date as dd.mm.yyyy");
    }
    check_misfit("state = s : 1=open", false, "[{'s': '2'}]", "member state: an unknown word");
    check_misfit("", false, "[{'words': 'a'}]", "member words: not a list");
    check_misfit("owner.iin = a.b", false, "[{'a': 'x'}]", "member owner.iin: its path leads through what is no object");
    check_misfit("owner.iin = a.b", false, "[{'a': [{'b': '5'}]}]",
                 "member owner.iin: its path leads through what is no object");
    check_misfit("", false, "['x']", "member : a record that is no object");
    check_misfit("", false, "'x'", "member : a record that is no object");
    check_misfit("", false, "null", "member : a record that is no object");
    check_misfit("", false, "[{}, {}, {}]", "member : more records than allowed");
}
END_TEST

START_TEST(test_lines_that_are_wrong)
{
    check_refused("colour = c", "[map] colour: no such member in the description");
    check_refused("phones.number = c", "[map] phones.number: no such member in the description");
    check_refused("phones = c", "[map] phones: a list has [] behind its name");
    check_refused("iin = a..b", "[map] iin: not a path");
    check_refused("iin = .a", "[map] iin: not a path");
    check_refused("iin = ", "[map] iin: not a path");
    check_refused("year = y : tenge", "[map] year: tenge is for what is in tiyn");
    check_refused("year = y : hundredths", "[map] year: hundredths is for what is in 0.01 of something");
    check_refused("amount = y : hundredths", "[map] amount: hundredths is for what is in 0.01 of something");
    check_refused("iin = y : dmy", "[map] iin: dmy is for dates");
    check_refused("iin = y : roman", "[map] iin: the conversion is none of tenge, hundredths, dmy, text, a=b,c=d");
    check_refused("state = s : 1=ajar", "[map] state: a word on the right is not among the description's");
    check_refused("state = s : 1=open,1=closed", "[map] state: a word stands twice");
    check_refused("state = s : =open", "[map] state: a word is empty or too long");
    check_refused("owner = o : text", "[map] owner: only a single value is converted");
    check_refused("phones[] = p : a=b", "[map] phones[]: only a single value is converted");
}
END_TEST

CHECK_MAIN("adapters/map", test_own_names, test_paths, test_objects_that_are_not_there, test_conversions, test_texts,
           test_misfits, test_lines_that_are_wrong)
