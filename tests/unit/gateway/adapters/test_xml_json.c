/* An element becomes what the mapping expects: objects, arrays of what is repeated, texts and null. */
#include "gateway/adapters/xml_json.h"
#include "tests/check_main.h"

#include <stdlib.h>

/* What is made of a text, as compact JSON in the order of the elements; a number instead for a named condition. */
static char *records_of(const char *text, const char *path, size_t max)
{
    xmlDoc *document = NULL;
    json_t *records = NULL;
    ck_assert_int_eq(adapter_xml_read(base_bytes_text(text), &document), 0);
    int r = adapter_xml_json_records(xmlDocGetRootElement(document), path, max, &records);
    xmlFreeDoc(document);
    if (r != 0)
        return strdup(r == ADAPTER_XML_JSON_MISFIT ? "misfit" : r == ADAPTER_XML_JSON_EXCESS ? "excess" : "error");
    char *made = json_dumps(records, JSON_COMPACT);
    json_decref(records);
    return made;
}

static void expect(const char *text, const char *path, const char *expected)
{
    char *made = records_of(text, path, 3);
    ck_assert_str_eq(made, expected);
    free(made);
}

START_TEST(test_values)
{
    expect("<a>x</a>", "", "[\"x\"]");
    expect("<a/>", "", "[\"\"]");
    expect("<a><b> 1 </b><c><d>2</d></c></a>", "", "[{\"b\":\"1\",\"c\":{\"d\":\"2\"}}]");
    expect("<a><b>1</b><c/><b>2</b><b>3</b></a>", "", "[{\"b\":[\"1\",\"2\",\"3\"],\"c\":\"\"}]");
    expect("<a xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><b i:nil='true'/><c i:nil='1'><d/></c>"
           "<e i:nil='false'>x</e></a>",
           "", "[{\"b\":null,\"c\":null,\"e\":\"x\"}]");
    expect("<n:a xmlns:n='urn:n' n:x='1'><n:b y='2'>&lt;<!-- c -->&amp;<![CDATA[>]]></n:b></n:a>", "",
           "[{\"b\":\"<&>\"}]");
}
END_TEST

START_TEST(test_paths)
{
    expect("<a><p><q>1</q><q>2</q></p><p><q>3</q></p><q>4</q></a>", "p/q", "[\"1\",\"2\",\"3\"]");
    expect("<a><p><q>1</q></p></a>", "p/r", "[]");
    expect("<a><p><q>1</q></p></a>", "pp/q", "[]");
    expect("<a><p><q>1</q></p></a>", "p", "[{\"q\":\"1\"}]");
    expect("<a/>", "p", "[]");
}
END_TEST

START_TEST(test_misfits)
{
    expect("<a>x<b/></a>", "", "misfit");
    expect("<a><p><q/><q/></p><p><q/><q/></p></a>", "p/q", "excess");
    expect("<a><p><q/></p><p><q>x<y/></q></p></a>", "p/q", "misfit");
}
END_TEST

CHECK_MAIN("gateway/adapters/xml_json", test_values, test_paths, test_misfits)
