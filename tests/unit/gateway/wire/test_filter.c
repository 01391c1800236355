/* Query strings are read strictly: known names, once each, values of their form, one reading of every byte. */
#include <errno.h>
#include <stdio.h>

#include "gateway/wire/filter.h"
#include "tests/check_main.h"

static const struct wire_collection *collection(const char *name)
{
    const struct wire_collection *found = wire_collection_find(base_bytes_text(name));
    ck_assert_msg(found != NULL, "%s", name);
    return found;
}

static int parse(const char *name, const char *text, struct wire_filter *ret_filter)
{
    return wire_filter_parse(collection(name), base_bytes_text(text), ret_filter);
}

static void takes(const char *name, const char *text, const char *json)
{
    struct wire_filter filter;
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, 4096);
    ck_assert_msg(parse(name, text, &filter) == 0, "%s?%s", name, text);
    ck_assert_int_eq(wire_filter_encode(&filter, &out), 0);
    ck_assert_msg(base_bytes_equal_text(base_buffer_view(&out), json), "%.*s", (int)out.len, (const char *)out.data);
}

static void refuses(const char *name, const char *text)
{
    struct wire_filter filter;
    ck_assert_msg(parse(name, text, &filter) == -EBADMSG, "%s?%s", name, text);
}

START_TEST(pairs_come_in_any_order_and_go_in_one)
{
    takes("registrations", "state=active&bin=300140000015&role=2",
          "{\"bin\":\"300140000015\",\"role\":\"2\",\"state\":\"active\"}");
    takes("registrations", "bin=300140000015&role=2&state=active",
          "{\"bin\":\"300140000015\",\"role\":\"2\",\"state\":\"active\"}");
    takes("applications", "overdue=true", "{\"overdue\":\"true\"}");
    takes("agreements", "after=12.3&limit=500", "{\"after\":\"12.3\",\"limit\":\"500\"}");
    takes("application", "application=11111111-2222-4333-8444-555555555555",
          "{\"application\":\"11111111-2222-4333-8444-555555555555\"}");
}
END_TEST

START_TEST(text_is_percent_encoded_utf8)
{
    takes("registrations", "name=%D0%90%d0%b1%20x-y_z.~", "{\"name\":\"\xd0\x90\xd0\xb1 x-y_z.~\"}");
    takes("registrations", "name=%25%26%3D%22", "{\"name\":\"%&=\\\"\"}");
    refuses("registrations", "name=\xd0\x90"); /* not encoded */
    refuses("registrations", "name=a+b");
    refuses("registrations", "name=a b");
    refuses("registrations", "name=%");
    refuses("registrations", "name=%4");
    refuses("registrations", "name=%4g");
    refuses("registrations", "name=%00");
    refuses("registrations", "name=%0A");
    refuses("registrations", "name=%C0%AF"); /* overlong */
    refuses("registrations", "name=%ED%A0%80");
}
END_TEST

START_TEST(names_are_the_collections_and_once)
{
    refuses("registrations", "bin=300140000015&bin=300140000015");
    refuses("registrations", "application=11111111-2222-4333-8444-555555555555");
    refuses("registrations", "Bin=300140000015");
    refuses("registrations", "%62in=300140000015");
    refuses("me", "limit=1");
    refuses("me", "");
    refuses("registrations", "");
    refuses("registrations", "state");
    refuses("registrations", "state=");
    refuses("registrations", "state=active&");
    refuses("registrations", "&state=active");
    refuses("registrations", "state=active&&role=2");
    ck_assert_ptr_null(wire_collection_find(base_bytes_text("")));
    ck_assert_ptr_null(wire_collection_find(base_bytes_text("registration/")));
    ck_assert_ptr_null(wire_collection_find(base_bytes_text("officers")));
}
END_TEST

START_TEST(values_have_their_form)
{
    struct wire_filter filter;
    refuses("registrations", "limit=0");
    refuses("registrations", "limit=501");
    refuses("registrations", "limit=0500");
    refuses("registrations", "limit=1e2");
    refuses("registrations", "limit=-1");
    ck_assert_int_eq(parse("registrations", "limit=1", &filter), 0);
    refuses("registrations", "bin=300140000016"); /* check digit */
    refuses("registrations", "iin=50010110000");
    refuses("registrations", "state=Active");
    refuses("registrations", "after=%3B");
    refuses("registration", "registration=1234567890123456789"); /* over 18 digits */
    ck_assert_int_eq(parse("registration", "registration=123456789012345678", &filter), 0);
    refuses("applications", "overdue=false");
    refuses("application", "application=11111111-2222-4333-8444-55555555555A");
    char name[600] = "name=";
    memset(name + 5, 'x', 100);
    ck_assert_int_eq(parse("registrations", name, &filter), 0);
    ck_assert_str_eq(wire_filter_value(&filter, "name"), name + 5);
    ck_assert_ptr_null(wire_filter_value(&filter, "state"));
    memset(name + 5, 'x', 101);
    refuses("registrations", name);
    memset(name + 5, 'x', 500);
    refuses("registrations", name);
}
END_TEST

/* The collections are those of the document, with the names that its table gives each. */
START_TEST(collections_are_the_documents)
{
    static char text[128 << 10];
    FILE *file = fopen(DOCS_DIR "/PROTOCOL-ACCESS.md", "r");
    ck_assert_ptr_nonnull(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    char *row = strstr(text, "| collection | who | filters |");
    ck_assert_ptr_nonnull(row);
    unsigned rows = 0;
    for (row = strstr(row, "\n| `"); row && row[1] == '|'; row = strchr(row + 1, '\n')) {
        char name[32], *cell = row;
        ck_assert_int_eq(sscanf(row, "\n| `%31[a-z]`", name), 1);
        const struct wire_collection *found = collection(name);
        for (int i = 0; i < 3; i++)
            cell = strchr(cell + 1, '|');
        char *end = strchr(cell + 1, '|');
        unsigned named = 0, known = 0;
        for (char *at = cell; (at = strchr(at, '`')) && at < end; at = strchr(at + 1, '`') + 1) {
            bool is_name = false;
            size_t len = (size_t)(strchr(at + 1, '`') - at - 1);
            for (size_t i = 0; found->filters[i].name; i++)
                is_name = is_name || base_bytes_equal_text(base_bytes_of(at + 1, len), found->filters[i].name);
            ck_assert_msg(is_name || (len == 4 && strncmp(at + 1, "true", 4) == 0), "%s: %.*s", name, (int)len, at + 1);
            named += is_name;
        }
        for (size_t i = 0; found->filters[i].name; i++)
            known += strcmp(found->filters[i].name, "after") != 0 && strcmp(found->filters[i].name, "limit") != 0;
        ck_assert_msg(named == known, "%s: %u in the document, %u in the table", name, named, known);
        rows++;
    }
    ck_assert_uint_eq(rows, 17);
}
END_TEST

CHECK_MAIN("query strings", pairs_come_in_any_order_and_go_in_one, text_is_percent_encoded_utf8,
           names_are_the_collections_and_once, values_have_their_form, collections_are_the_documents)
