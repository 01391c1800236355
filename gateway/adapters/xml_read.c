#include "gateway/adapters/xml_read.h"

#include "base/text.h"

#include <errno.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <stdlib.h>
#include <string.h>

/* What the callbacks below count while libxml2 builds its tree. */
struct reading {
    unsigned depth, nodes;
    int condition; /* why the parser was stopped; 0 for not */
    startElementNsSAX2Func start;
    endElementNsSAX2Func end;
    commentSAXFunc comment;
};

static struct reading *reading_of(void *context)
{
    return ((xmlParserCtxtPtr) context)->_private;
}

static void stop(void *context, int condition)
{
    struct reading *reading = reading_of(context);
    if (reading->condition == 0)
        reading->condition = condition;
    xmlStopParser(context);
}

static bool is_short(const xmlChar *name)
{
    return !name || strnlen((const char *) name, ADAPTER_XML_NAME_MAX + 1) <= ADAPTER_XML_NAME_MAX;
}

static bool are_short(const xmlChar **names, int count, int step, int used)
{
    for (int i = 0; i < count; i++)
        for (int j = 0; j < used; j++)
            if (!is_short(names[i * step + j]))
                return false;
    return true;
}

/* Attributes come as five pointers each (name, prefix, namespace, begin and end of the value), namespaces as two. */
static void start_element(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *space,
                          int namespace_count, const xmlChar **namespaces, int attribute_count, int defaulted_count,
                          const xmlChar **attributes)
{
    struct reading *reading = reading_of(context);
    unsigned own = (unsigned) (namespace_count + attribute_count);
    reading->depth++;
    reading->nodes += 1 + own;
    if (reading->depth > ADAPTER_XML_DEPTH_MAX || reading->nodes > ADAPTER_XML_NODES_MAX ||
        own > ADAPTER_XML_ATTRIBUTES_MAX || !is_short(name) || !are_short(namespaces, namespace_count, 2, 2) ||
        !are_short(attributes, attribute_count, 5, 2))
        stop(context, ADAPTER_XML_EXCESS);
    else
        reading->start(context, name, prefix, space, namespace_count, namespaces, attribute_count, defaulted_count,
                       attributes);
}

static void end_element(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *space)
{
    struct reading *reading = reading_of(context);
    reading->depth--;
    reading->end(context, name, prefix, space);
}

static void take_comment(void *context, const xmlChar *text)
{
    struct reading *reading = reading_of(context);
    if (++reading->nodes > ADAPTER_XML_NODES_MAX)
        stop(context, ADAPTER_XML_EXCESS);
    else
        reading->comment(context, text);
}

/* Called before the first declaration inside is read: nothing of it is ever expanded or fetched. */
static void refuse_doctype(void *context, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
    (void) name;
    (void) external;
    (void) system;
    stop(context, ADAPTER_XML_FORBIDDEN);
}

static void refuse_instruction(void *context, const xmlChar *target, const xmlChar *data)
{
    (void) target;
    (void) data;
    stop(context, ADAPTER_XML_FORBIDDEN);
}

static void watch(xmlParserCtxtPtr parser, struct reading *reading)
{
    parser->_private = reading;
    reading->start = parser->sax->startElementNs;
    reading->end = parser->sax->endElementNs;
    reading->comment = parser->sax->comment;
    parser->sax->startElementNs = start_element;
    parser->sax->endElementNs = end_element;
    parser->sax->comment = take_comment;
    parser->sax->internalSubset = refuse_doctype;
    parser->sax->processingInstruction = refuse_instruction;
}

int adapter_xml_read(struct base_bytes text, xmlDoc **ret_document)
{
    if (text.len > ADAPTER_XML_BYTES_MAX)
        return ADAPTER_XML_EXCESS;
    if (text.len == 0 || memchr(text.data, 0, text.len) || !base_text_is_utf8(text))
        return ADAPTER_XML_MALFORMED;
    xmlParserCtxtPtr parser = xmlNewParserCtxt();
    if (!parser)
        return -ENOMEM;
    struct reading reading = {0};
    watch(parser, &reading);
    /* The encoding is given, so that what a declaration says cannot make other characters of the same bytes. */
    xmlDoc *document = xmlCtxtReadMemory(parser, (const char *) text.data, (int) text.len, NULL, "UTF-8",
                                         XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    int r = 0;
    if (reading.condition != 0)
        r = reading.condition;
    else if (parser->errNo == XML_ERR_NO_MEMORY)
        r = -ENOMEM;
    else if (!document || !parser->wellFormed || !parser->nsWellFormed || !xmlDocGetRootElement(document))
        r = ADAPTER_XML_MALFORMED;
    xmlFreeParserCtxt(parser);
    if (r == 0)
        *ret_document = document;
    else
        xmlFreeDoc(document);
    return r;
}

void adapter_xml_cleanup(xmlDoc **document)
{
    xmlFreeDoc(*document);
}

bool adapter_xml_is(const xmlNode *node, const char *space, const char *name)
{
    if (!node || node->type != XML_ELEMENT_NODE || strcmp((const char *) node->name, name) != 0)
        return false;
    const char *own = node->ns ? (const char *) node->ns->href : NULL;
    return own && space ? strcmp(own, space) == 0 : !own && !space;
}

static xmlNode *element_from(xmlNode *node)
{
    while (node && node->type != XML_ELEMENT_NODE)
        node = node->next;
    return node;
}

xmlNode *adapter_xml_first(const xmlNode *parent)
{
    return parent ? element_from(parent->children) : NULL;
}

xmlNode *adapter_xml_next(const xmlNode *sibling)
{
    return element_from(sibling->next);
}

xmlNode *adapter_xml_child(const xmlNode *parent, const char *space, const char *name)
{
    xmlNode *found = NULL;
    for (xmlNode *child = adapter_xml_first(parent); child; child = adapter_xml_next(child)) {
        if (!adapter_xml_is(child, space, name))
            continue;
        if (found)
            return NULL;
        found = child;
    }
    return found;
}

static bool is_white(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

char *adapter_xml_text(const xmlNode *node)
{
    if (!node || adapter_xml_first(node))
        return NULL;
    xmlChar *content = xmlNodeGetContent(node);
    if (!content)
        return NULL;
    char *begin = (char *) content;
    while (is_white(*begin))
        begin++;
    size_t len = strlen(begin);
    while (len > 0 && is_white(begin[len - 1]))
        len--;
    char *text = strndup(begin, len);
    xmlFree(content);
    return text;
}

bool adapter_xml_is_mixed(const xmlNode *element)
{
    if (!adapter_xml_first(element))
        return false;
    for (const xmlNode *child = element->children; child; child = child->next)
        if (child->type == XML_TEXT_NODE && child->content && !xmlIsBlankNode(child))
            return true;
    return false;
}

bool adapter_xml_can_carry(struct base_bytes text)
{
    if (!base_text_is_utf8(text))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
            return false;
        if (c == 0xef && text.data[i + 1] == 0xbf && text.data[i + 2] >= 0xbe) /* U+FFFE, U+FFFF */
            return false;
    }
    return true;
}
