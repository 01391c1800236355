/* XML from outside is read without document types, entities, instructions and inclusions, and within its limits. */
#include "base/buffer.h"
#include "gateway/adapters/soap_key.h"
#include "gateway/adapters/xml_read.h"
#include "tests/check_main.h"

#include <stdio.h>
#include <stdlib.h>

static int read_text(const char *text)
{
    ck_assert_int_eq(adapter_key_libraries_init(), 0);
    xmlDoc *document = NULL;
    int r = adapter_xml_read(base_bytes_text(text), &document);
    ck_assert_int_eq(r == 0, document != NULL);
    xmlFreeDoc(document);
    return r;
}

/* begin, then a text count times, then end. */
static int read_repeated(const char *begin, const char *text, size_t count, const char *end)
{
    struct base_buffer made BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&made, 64 << 20);
    base_buffer_append_text(&made, begin);
    for (size_t i = 0; i < count; i++)
        base_buffer_append_text(&made, text);
    base_buffer_append_text(&made, end);
    xmlDoc *document = NULL;
    int r = adapter_xml_read(base_buffer_view(&made), &document);
    xmlFreeDoc(document);
    return r;
}

START_TEST(test_wellformed)
{
    ck_assert_int_eq(read_text("<a/>"), 0);
    ck_assert_int_eq(read_text("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a b='c'>x<!-- c --><![CDATA[<]]></a>\n"),
                     0);
    static const char *const broken[] = {"",
                                         " ",
                                         "a",
                                         "<a>",
                                         "<a></b>",
                                         "<a/><b/>",
                                         "<a/>x",
                                         "<a b=c/>",
                                         "<a b='1' b='1'/>",
                                         "<x:a/>",
                                         "<a x:b='1'/>",
                                         "<a>&b;</a>",
                                         "<a>&#0;</a>",
                                         "<a>\x01</a>",
                                         "<a>\xff</a>",
                                         "<a>\xc0\xbc</a>"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(broken); i++)
        ck_assert_msg(read_text(broken[i]) == ADAPTER_XML_MALFORMED, "%s", broken[i]);
}
END_TEST

START_TEST(test_nothing_behind_a_nul)
{
    static const char text[] = "<a/>\0<b/>";
    xmlDoc *document = NULL;
    ck_assert_int_eq(adapter_xml_read(base_bytes_of(text, sizeof(text) - 1), &document), ADAPTER_XML_MALFORMED);
}
END_TEST

START_TEST(test_no_document_type_and_no_instruction)
{
    static const char *const forbidden[] = {
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
        "<!DOCTYPE a PUBLIC \"-//A//B\" \"http://127.0.0.1:9/a.dtd\"><a/>",
        "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
        "<!DOCTYPE a [<!ENTITY b \"bbbbbbbbbb\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d "
        "\"&c;&c;&c;&c;&c;&c;&c;&c;\">]><a>&d;&d;</a>",
        "<!DOCTYPE a [<!ENTITY % b SYSTEM \"http://127.0.0.1:9/\"> %b;]><a/>",
        "<!DOCTYPE a [<!ATTLIST a id ID #IMPLIED>]><a id=\"x\"/>",
        "<?xml-stylesheet href=\"a.xsl\"?><a/>",
        "<a><?php x ?></a>",
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(forbidden); i++)
        ck_assert_msg(read_text(forbidden[i]) == ADAPTER_XML_FORBIDDEN, "%s", forbidden[i]);
}
END_TEST

/* An inclusion is an element like another. */
START_TEST(test_inclusions_are_not_followed)
{
    xmlDoc *document = NULL;
    ck_assert_int_eq(adapter_xml_read(base_bytes_text("<a xmlns:x=\"http://www.w3.org/2001/XInclude\"><x:include "
                                                      "href=\"/etc/passwd\" parse=\"text\"/></a>"),
                                      &document),
                     0);
    ck_assert_ptr_nonnull(
        adapter_xml_child(xmlDocGetRootElement(document), "http://www.w3.org/2001/XInclude", "include"));
    xmlFreeDoc(document);
}
END_TEST

START_TEST(test_limits)
{
    char ends[ADAPTER_XML_DEPTH_MAX * 4 + 8] = "";
    for (int i = 0; i < ADAPTER_XML_DEPTH_MAX; i++)
        strcat(ends, "</a>");
    ck_assert_int_eq(read_repeated("", "<a>", ADAPTER_XML_DEPTH_MAX, ends), 0);
    strcat(ends, "</a>");
    ck_assert_int_eq(read_repeated("", "<a>", ADAPTER_XML_DEPTH_MAX + 1, ends), ADAPTER_XML_EXCESS);
    ck_assert_int_eq(read_repeated("", "<a>", 100000, ""), ADAPTER_XML_EXCESS);
    ck_assert_int_eq(read_repeated("<a>", "<b/>", ADAPTER_XML_NODES_MAX - 1, "</a>"), 0);
    ck_assert_int_eq(read_repeated("<a>", "<b/>", ADAPTER_XML_NODES_MAX, "</a>"), ADAPTER_XML_EXCESS);
    ck_assert_int_eq(read_repeated("<a>", "<!---->", ADAPTER_XML_NODES_MAX, "</a>"), ADAPTER_XML_EXCESS);
    ck_assert_int_eq(read_repeated("<a xmlns=\"urn:", "x", ADAPTER_XML_NAME_MAX - 4, "\"/>"), 0);
    ck_assert_int_eq(read_repeated("<a xmlns=\"urn:", "x", ADAPTER_XML_NAME_MAX - 3, "\"/>"), ADAPTER_XML_EXCESS);
    ck_assert_int_eq(read_repeated("<", "x", ADAPTER_XML_NAME_MAX + 1, "/>"), ADAPTER_XML_EXCESS);
    ck_assert_int_eq(read_repeated("<a>", "x", ADAPTER_XML_BYTES_MAX - 7, "</a>"), 0);
    ck_assert_int_eq(read_repeated("<a>", "x", ADAPTER_XML_BYTES_MAX - 6, "</a>"), ADAPTER_XML_EXCESS);
    struct base_buffer many BASE_CLEANUP(base_buffer_clear);
    for (int count = ADAPTER_XML_ATTRIBUTES_MAX; count <= ADAPTER_XML_ATTRIBUTES_MAX + 1; count++) {
        base_buffer_init(&many, 1 << 20);
        base_buffer_append_text(&many, "<a");
        for (int i = 0; i < count; i++)
            base_buffer_printf(&many, i % 2 ? " a%d='1'" : " xmlns:a%d='urn:1'", i);
        base_buffer_append_text(&many, "/>");
        xmlDoc *document = NULL;
        ck_assert_int_eq(adapter_xml_read(base_buffer_view(&many), &document),
                         count > ADAPTER_XML_ATTRIBUTES_MAX ? ADAPTER_XML_EXCESS : 0);
        xmlFreeDoc(document);
        base_buffer_clear(&many);
    }
}
END_TEST

START_TEST(test_looking_around)
{
    xmlDoc *document = NULL;
    ck_assert_int_eq(
        adapter_xml_read(base_bytes_text("<a xmlns:n=\"urn:n\"> <b> x <!-- y -->z\n</b><n:b/><c/><c/></a>"), &document),
        0);
    const xmlNode *root = xmlDocGetRootElement(document);
    char *text = adapter_xml_text(adapter_xml_child(root, NULL, "b"));
    ck_assert_str_eq(text, "x z");
    ck_assert_ptr_nonnull(adapter_xml_child(root, "urn:n", "b"));
    ck_assert_ptr_null(adapter_xml_child(root, "urn:m", "b"));
    ck_assert_ptr_null(adapter_xml_child(root, NULL, "c")); /* two are none */
    ck_assert_ptr_null(adapter_xml_text(root));
    ck_assert(!adapter_xml_is_mixed(root));
    free(text);
    xmlFreeDoc(document);
}
END_TEST

START_TEST(test_what_xml_can_carry)
{
    ck_assert(adapter_xml_can_carry(base_bytes_text("<&>\"'\t\n\r\xd2\x9a")));
    ck_assert(adapter_xml_can_carry(base_bytes_text("\xef\xbf\xbd"))); /* U+FFFD */
    ck_assert(!adapter_xml_can_carry(base_bytes_text("\x01")));
    ck_assert(!adapter_xml_can_carry(base_bytes_text("\xef\xbf\xbe")));
    ck_assert(!adapter_xml_can_carry(base_bytes_text("\xef\xbf\xbf")));
    ck_assert(!adapter_xml_can_carry(base_bytes_text("\xff")));
}
END_TEST

CHECK_MAIN("gateway/adapters/xml_read", test_wellformed, test_nothing_behind_a_nul,
           test_no_document_type_and_no_instruction, test_inclusions_are_not_followed, test_limits, test_looking_around,
           test_what_xml_can_carry)
