/* Values stand in a request as what they are, whatever they hold, and nothing is asked wider than was permitted. */
#include "base/buffer.h"
#include "gateway/adapters/soap_envelope.h"
#include "gateway/adapters/soap_template.h"
#include "tests/check_main.h"

#include <errno.h>
#include <stdlib.h>

static const char *const names[] = {"iin", "surname", "name", "query", "now"};
enum { DEMANDED = 3 };

static struct adapter_template *template_of(const char *text)
{
    struct adapter_template *template = NULL;
    const char *error = NULL;
    ck_assert_msg(
        adapter_template_new(base_bytes_text(text), names, BASE_ARRAY_LENGTH(names), DEMANDED, &template, &error) == 0,
        "%s", error);
    return template;
}

static const char whole[] =
    "<r xmlns='urn:r' id='{query}'>\n <!-- who -->\n <one><iin>{iin}</iin></one>\n <by><full surname='{surname}'>"
    "<name>{name}</name><kind>1</kind></full></by>\n <at>{now}</at></r>";

static char *fill(const struct adapter_template_value *values, size_t count)
{
    struct adapter_template *template = template_of(whole);
    xmlDoc *document = NULL;
    int r = adapter_template_fill(template, values, count, &document);
    adapter_template_free(template);
    if (r != 0) {
        ck_assert_int_eq(r, ADAPTER_TEMPLATE_UNFIT);
        return strdup("unfit");
    }
    struct base_buffer text;
    base_buffer_init(&text, 1 << 16);
    xmlNode *root = xmlDocGetRootElement(document);
    xmlChar *dump = NULL;
    int len = 0;
    xmlDocDumpMemoryEnc(document, &dump, &len, "UTF-8");
    ck_assert_ptr_nonnull(root);
    char *made = strdup(strchr((char *) dump, '\n') + 1); /* without the declaration */
    made[strlen(made) - 1] = 0;
    xmlFree(dump);
    xmlFreeDoc(document);
    return made;
}

static void expect(const char *expected, const char *iin, const char *surname, const char *name, const char *query)
{
    const struct adapter_template_value values[] = {
        {"iin", iin}, {"surname", surname}, {"name", name}, {"query", query}, {"now", "n"}};
    char *made = fill(values, BASE_ARRAY_LENGTH(values));
    ck_assert_str_eq(made, expected);
    free(made);
}

START_TEST(test_absent_values_leave_their_elements_out)
{
    expect("<r xmlns=\"urn:r\" id=\"q\"><one><iin>1</iin></one><at>n</at></r>", "1", NULL, NULL, "q");
    expect("<r xmlns=\"urn:r\" id=\"q\"><by><full surname=\"S\"><name>N</name><kind>1</kind></full></by><at>n</at></r>",
           NULL, "S", "N", "q");
    expect("<r xmlns=\"urn:r\"><by><full><name>N</name><kind>1</kind></full></by><at>n</at></r>", NULL, NULL, "N",
           NULL);
    expect("<r xmlns=\"urn:r\"><one><iin></iin></one><at>n</at></r>", "", NULL, NULL, NULL); /* given, though empty */
}
END_TEST

START_TEST(test_values_never_become_markup)
{
    expect(
        "<r xmlns=\"urn:r\" "
        "id=\"&quot;&gt;&lt;x/&gt;&amp;amp;\"><one><iin>&lt;/iin&gt;&amp;lt;]]&gt;'\"{now}</iin></one><at>n</at></r>",
        "</iin>&lt;]]>'\"{now}", NULL, NULL, "\"><x/>&amp;");
    expect("unfit", "a\x01", NULL, NULL, "q");
    expect("unfit", "a", NULL, NULL, "\x7f\xff");
}
END_TEST

START_TEST(test_templates_that_ask_something_else)
{
    static const struct {
        const char *text, *error;
    } broken[] = {
        {"<r><a>{iin}</a><b>{surname}</b></r>", "a parameter of the service has no place in it"},
        {"<r><a>{iin}</a><b>{surname}</b><c>{name}</c><d>{bin}</d></r>",
         "a place for what is no parameter of the service"},
        {"<r><a>x{iin}</a><b>{surname}</b><c>{name}</c></r>",
         "a brace that is not {name} as a whole text or attribute"},
        {"<r><a b='{iin}{iin}'/><b>{surname}</b><c>{name}</c></r>",
         "a brace that is not {name} as a whole text or attribute"},
        {"<r>{iin}<b>{surname}</b><c>{name}</c></r>", "text beside elements"},
        {"<!DOCTYPE r><r><a>{iin}</a><b>{surname}</b><c>{name}</c></r>",
         "not XML, or XML with a document type or processing instructions, or too large"},
        {"x", "not XML, or XML with a document type or processing instructions, or too large"},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(broken); i++) {
        struct adapter_template *template = NULL;
        const char *error = NULL;
        ck_assert_int_eq(adapter_template_new(base_bytes_text(broken[i].text), names, BASE_ARRAY_LENGTH(names),
                                              DEMANDED, &template, &error),
                         -EINVAL);
        ck_assert_str_eq(error, broken[i].error);
        ck_assert_ptr_null(template);
    }
}
END_TEST

START_TEST(test_one_template_many_times)
{
    struct adapter_template *template = template_of(whole);
    for (int i = 0; i < 3; i++) {
        xmlDoc *document = NULL;
        const struct adapter_template_value value = {"iin", "1"};
        ck_assert_int_eq(adapter_template_fill(template, &value, 1, &document), 0);
        xmlFreeDoc(document);
    }
    ck_assert(adapter_xml_is(adapter_template_root(template), "urn:r", "r"));
    adapter_template_free(template);
}
END_TEST

CHECK_MAIN("gateway/adapters/soap_template", test_absent_values_leave_their_elements_out,
           test_values_never_become_markup, test_templates_that_ask_something_else, test_one_template_many_times)
