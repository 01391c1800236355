/* A query is read strictly: each thing that may be wrong with it is found, named by its member, and spoils only the part
 * it belongs to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/wire/query.h"
#include "tests/check_main.h"

#define ORIGIN "qao.example/log"
#define ID "5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10"
#define AT "2026-11-22T12:00:00+05:00"

enum {
    ALL = WIRE_QUERY_ID | WIRE_QUERY_AT | WIRE_QUERY_SERVICE | WIRE_QUERY_GROUND | WIRE_QUERY_CASE | WIRE_QUERY_ARTICLE |
          WIRE_QUERY_PARAMS
};

#define V "\"v\":\"qao.query/1\""
#define I ",\"id\":\"" ID "\""
#define A ",\"at\":\"" AT "\""
#define T ",\"to\":\"" ORIGIN "\""
#define S ",\"service\":11"
#define B ",\"basis\":\"operative_search\""
#define P ",\"params\":{\"iin\":\"500101100000\"}"

static json_t *document;

static struct wire_query parse(struct base_bytes content)
{
    struct wire_query query;
    json_decref(document);
    document = NULL;
    ck_assert_int_eq(wire_query_parse(content, ORIGIN, &document, &query), 0);
    ck_assert(query.wellformed == (query.fault[0] == '\0'));
    return query;
}

static void expect(const char *content, const char *fault, unsigned missing)
{
    struct wire_query query = parse(base_bytes_text(content));
    ck_assert_msg(!query.wellformed, "%s", content);
    ck_assert_msg(strncmp(query.fault, fault, strlen(fault)) == 0, "%s: %s", content, query.fault);
    ck_assert_msg(query.parts == (ALL & ~missing), "%s: parts %x", content, query.parts);
}

START_TEST(the_whole_query)
{
    struct wire_query query =
        parse(base_bytes_text("{\"v\":\"qao.query/1\",\"id\":\"5F0C7B0E-3d61-4a55-9c0b-2f6f0a1f9a10\",\"at\":\"" AT
                              "\",\"to\":\"" ORIGIN "\",\"service\":37,\"basis\":\"other_duties\",\"duty\":\"app5.2\","
                              "\"case\":\"265500121000123\",\"article\":\"216/2\",\"ground\":\"мәтін\",\"ordered_by\":\"a\","
                              "\"recipient\":\"b\",\"params\":{\"bin\":\"300140000015\"}}"));
    ck_assert_msg(query.wellformed, "%s", query.fault);
    ck_assert_uint_eq(query.parts, ALL);
    ck_assert_str_eq(query.id_text, ID);
    ck_assert_int_eq(query.at_us, INT64_C(1795330800000000));
    ck_assert_uint_eq(query.service, 37);
    ck_assert_int_eq(query.basis, POLICY_BASIS_OTHER_DUTIES);
    ck_assert_int_eq(query.duty, POLICY_DUTY_APP5_2);
    ck_assert(base_bytes_equal_text(query.case_number, "265500121000123"));
    ck_assert(base_bytes_equal_text(query.article, "216/2"));
    ck_assert(base_bytes_equal_text(query.ground, "мәтін"));
    ck_assert_str_eq(json_string_value(json_object_get(query.params, "bin")), "300140000015");
}
END_TEST

START_TEST(what_may_be_absent_or_null)
{
    struct wire_query query = parse(base_bytes_text("{" V I A T S B P "}"));
    ck_assert_msg(query.wellformed, "%s", query.fault);
    ck_assert_ptr_null(query.case_number.data);
    ck_assert_ptr_null(query.article.data);
    query = parse(base_bytes_text("{" V I A T S B P ",\"duty\":null,\"case\":null,\"article\":null,\"ground\":null,"
                                  "\"ordered_by\":null,\"recipient\":null}"));
    ck_assert_msg(query.wellformed, "%s", query.fault);
    ck_assert_ptr_null(query.ground.data);
}
END_TEST

START_TEST(an_empty_text_is_neither_given_nor_absent)
{
    static const struct {
        const char *member;
        unsigned missing;
    } texts[] = {
        {"duty", WIRE_QUERY_GROUND}, {"case", WIRE_QUERY_CASE}, {"article", WIRE_QUERY_ARTICLE},
        {"ground", 0},               {"ordered_by", 0},         {"recipient", 0},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char content[512], fault[64];
        snprintf(content, sizeof(content), "{" V I A T S B P ",\"%s\":\"\"}", texts[i].member);
        snprintf(fault, sizeof(fault), "%s: empty", texts[i].member);
        expect(content, fault, texts[i].missing);
    }
}
END_TEST

START_TEST(names_inside_the_parameters)
{
    static const char *const names[] = {"\\\"", "\\\\", "\\n", "\\u0001", "a\\ud83d\\ude00", "😀"};
    static const char *const around[] = {"{\"%s\":1}", "{\"x\":{\"%s\":1}}", "{\"x\":[1,[{\"y\":{\"%s\":null}}]]}"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        for (size_t j = 0; j < sizeof(around) / sizeof(around[0]); j++) {
            char params[128], content[512];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            snprintf(params, sizeof(params), around[j], names[i]);
#pragma GCC diagnostic pop
            snprintf(content, sizeof(content), "{" V I A T S B ",\"params\":%s}", params);
            expect(content, "params: a member's name", WIRE_QUERY_PARAMS);
            ck_assert_ptr_null(parse(base_bytes_text(content)).params);
        }
    /* any text is allowed as a value, and any other character in a name */
    struct wire_query query = parse(base_bytes_text("{" V I A T S B ",\"params\":{\"ә-я'\":\"\\\"\\\\\\n😀\"}}"));
    ck_assert_msg(query.wellformed, "%s", query.fault);
}
END_TEST

START_TEST(each_member_is_checked)
{
    expect("{" I A T S B P "}", "content", ALL); /* "{," is no JSON */
    expect("{\"x\":1" I A T S B P "}", "v: missing", 0);
    expect("{\"v\":\"qao.query/2\"" I A T S B P "}", "v: not qao.query/1", 0);
    expect("{\"v\":1" I A T S B P "}", "v: not a text", 0);
    expect("{" V A T S B P "}", "id: missing", WIRE_QUERY_ID);
    expect("{" V ",\"id\":\"5f0c7b0e3d614a559c0b2f6f0a1f9a10\"" A T S B P "}", "id: not a UUID", WIRE_QUERY_ID);
    expect("{" V ",\"id\":\"5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a1g\"" A T S B P "}", "id: not a UUID", WIRE_QUERY_ID);
    expect("{" V ",\"id\":\"{f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a1}\"" A T S B P "}", "id: not a UUID", WIRE_QUERY_ID);
    expect("{" V I T S B P "}", "at: missing", WIRE_QUERY_AT);
    expect("{" V I ",\"at\":\"2026-11-22T12:00:00\"" T S B P "}", "at: not an RFC 3339", WIRE_QUERY_AT);
    expect("{" V I ",\"at\":\"2026-11-31T12:00:00Z\"" T S B P "}", "at: not an RFC 3339", WIRE_QUERY_AT);
    expect("{" V I ",\"at\":1795330800" T S B P "}", "at: not a text", WIRE_QUERY_AT);
    expect("{" V I A S B P "}", "to: missing", 0);
    expect("{" V I A ",\"to\":\"other.example/log\"" S B P "}", "to: not this system", 0);
    expect("{" V I A T B P "}", "service: missing", WIRE_QUERY_SERVICE);
    expect("{" V I A T ",\"service\":0" B P "}", "service: outside 1-76", WIRE_QUERY_SERVICE);
    expect("{" V I A T ",\"service\":77" B P "}", "service: outside 1-76", WIRE_QUERY_SERVICE);
    expect("{" V I A T ",\"service\":-11" B P "}", "service: outside 1-76", WIRE_QUERY_SERVICE);
    expect("{" V I A T ",\"service\":\"11\"" B P "}", "service: not an integer", WIRE_QUERY_SERVICE);
    expect("{" V I A T ",\"service\":true" B P "}", "service: not an integer", WIRE_QUERY_SERVICE);
    expect("{" V I A T S P "}", "basis: missing", WIRE_QUERY_GROUND);
    expect("{" V I A T S ",\"basis\":\"curiosity\"" P "}", "basis: unknown", WIRE_QUERY_GROUND);
    expect("{" V I A T S ",\"basis\":\"\"" P "}", "basis: unknown", WIRE_QUERY_GROUND);
    expect("{" V I A T S ",\"basis\":[]" P "}", "basis: not a text", WIRE_QUERY_GROUND);
    expect("{" V I A T S B P ",\"duty\":\"app4.1\"}", "duty: only with other_duties", WIRE_QUERY_GROUND);
    expect("{" V I A T S ",\"basis\":\"other_duties\",\"duty\":\"app4.6\"" P "}", "duty: unknown", WIRE_QUERY_GROUND);
    expect("{" V I A T S ",\"basis\":\"other_duties\",\"duty\":4" P "}", "duty: not a text", WIRE_QUERY_GROUND);
    expect("{" V I A T S B P ",\"case\":265500121000123}", "case: not a text", WIRE_QUERY_CASE);
    expect("{" V I A T S B P ",\"case\":\"00000000000000000000000000000000000000000000000000000000000000000\"}",
           "case: too long", WIRE_QUERY_CASE);
    expect("{" V I A T S B P ",\"article\":216}", "article: not a text", WIRE_QUERY_ARTICLE);
    expect("{" V I A T S B P ",\"ground\":{}}", "ground: not a text", 0);
    expect("{" V I A T S B "}", "params: missing", WIRE_QUERY_PARAMS);
    expect("{" V I A T S B ",\"params\":null}", "params: not an object", WIRE_QUERY_PARAMS);
    expect("{" V I A T S B ",\"params\":[]}", "params: not an object", WIRE_QUERY_PARAMS);
    expect("{" V I A T S B P ",\"role\":1}", "content: a member that is not", 0);
}
END_TEST

START_TEST(what_is_no_such_json)
{
    expect("", "content", ALL);
    expect("[]", "content: not a JSON object", ALL);
    expect("null", "content: not a JSON object", ALL);
    expect("{" V I A T S B P "} x", "content", ALL);
    expect("{" V I A T S S B P "}", "content", ALL); /* a member twice */
    expect("{" V I A T S B ",\"params\":{\"iin\":\"1\",\"iin\":\"2\"}}", "content", ALL);
    expect("{" V I A T ",\"service\":11.0" B P "}", "content", ALL);
    expect("{" V I A T ",\"service\":1e1" B P "}", "content", ALL);
    expect("{" V I A T ",\"service\":99999999999999999999" B P "}", "content", ALL);
    expect("{" V I A T S B P ",\"ground\":\"\\u0000\"}", "content", ALL);
    expect("{" V I A T S B P ",\"ground\":\"\xc3\x28\"}", "content", ALL);
    expect("{" V I A T S B P ",\"ground\":\"\\ud800\"}", "content", ALL);
    static const char nul[] = "{" V I A T S B P ",\"ground\":\"a\0b\"}";
    ck_assert(!parse(base_bytes_of(nul, sizeof(nul) - 1)).wellformed);
    char deep[512] = "{" V I A T S B ",\"params\":{\"a\":";
    size_t len = strlen(deep);
    memset(deep + len, '[', 60);
    memset(deep + len + 60, ']', 60);
    memcpy(deep + len + 120, "}}", 3);
    expect(deep, "content", ALL);
}
END_TEST

START_TEST(sizes_have_an_end)
{
    size_t len = WIRE_QUERY_BYTES_MAX + 1;
    char *content = malloc(len);
    ck_assert_ptr_nonnull(content);
    memset(content, ' ', len);
    const char *query = "{" V I A T S B P "}";
    memcpy(content, query, strlen(query));
    ck_assert(parse(base_bytes_of(content, len - 1)).wellformed);
    ck_assert(!parse(base_bytes_of(content, len)).wellformed);
    /* 1,000 characters of two bytes each are allowed, one more is not */
    for (int characters = 1000; characters <= 1001; characters++) {
        int at = snprintf(content, len, "%s", "{" V I A T S B P ",\"ground\":\"");
        for (int i = 0; i < characters; i++)
            at += snprintf(content + at, len - (size_t)at, "Қ");
        at += snprintf(content + at, len - (size_t)at, "\"}");
        struct wire_query parsed = parse(base_bytes_of(content, (size_t)at));
        ck_assert_int_eq(parsed.wellformed, characters == 1000);
    }
    free(content);
}
END_TEST

CHECK_MAIN("signed query", the_whole_query, what_may_be_absent_or_null, an_empty_text_is_neither_given_nor_absent,
           names_inside_the_parameters, each_member_is_checked, what_is_no_such_json,
           sizes_have_an_end)
