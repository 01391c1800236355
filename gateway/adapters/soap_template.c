#include "gateway/adapters/soap_template.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct adapter_template {
    xmlDoc *document;
};

enum { PLACE_NAME_MAX = 31 };

/* What a text of the template is. */
enum content {
    CONTENT_PLAIN = 0,
    CONTENT_PLACE,
    CONTENT_BROKEN, /* a brace, but no whole place */
};

static enum content content_of(const char *text, char ret_name[static PLACE_NAME_MAX + 1])
{
    if (!strpbrk(text, "{}"))
        return CONTENT_PLAIN;
    size_t len = strlen(text);
    if (text[0] != '{' || len < 3 || len > PLACE_NAME_MAX + 2 || text[len - 1] != '}' ||
        strspn(text + 1, "abcdefghijklmnopqrstuvwxyz0123456789_") != len - 2)
        return CONTENT_BROKEN;
    memcpy(ret_name, text + 1, len - 2);
    ret_name[len - 2] = 0;
    return CONTENT_PLACE;
}

/* ---- Checks at start ---- */

struct census {
    const char *const *names;
    size_t name_count;
    bool *found;
    const char *error;
};

static void count_text(struct census *census, const char *text)
{
    char name[PLACE_NAME_MAX + 1];
    switch (content_of(text, name)) {
    case CONTENT_PLAIN:
        return;
    case CONTENT_BROKEN:
        census->error = "a brace that is not {name} as a whole text or attribute";
        return;
    case CONTENT_PLACE:
        break;
    }
    for (size_t i = 0; i < census->name_count; i++)
        if (strcmp(census->names[i], name) == 0) {
            census->found[i] = true;
            return;
        }
    census->error = "a place for what is no parameter of the service";
}

static int count_places(struct census *census, const xmlNode *element)
{
    for (const xmlAttr *attribute = element->properties; attribute; attribute = attribute->next) {
        xmlChar *value = xmlNodeGetContent((const xmlNode *) attribute);
        if (!value)
            return -ENOMEM;
        count_text(census, (const char *) value);
        xmlFree(value);
    }
    if (adapter_xml_is_mixed(element))
        census->error = "text beside elements";
    for (const xmlNode *child = adapter_xml_first(element); child; child = adapter_xml_next(child)) {
        int r = count_places(census, child);
        if (r < 0)
            return r;
    }
    if (adapter_xml_first(element))
        return 0;
    char *text = adapter_xml_text(element);
    if (!text)
        return -ENOMEM;
    count_text(census, text);
    free(text);
    return 0;
}

static int check(struct census *census, const xmlDoc *document, size_t demanded_count)
{
    int r = count_places(census, xmlDocGetRootElement(document));
    for (size_t i = 0; r == 0 && !census->error && i < demanded_count; i++)
        if (!census->found[i])
            census->error = "a parameter of the service has no place in it";
    return r == 0 && census->error ? -EINVAL : r;
}

int adapter_template_new(struct base_bytes text, const char *const *names, size_t name_count, size_t demanded_count,
                         struct adapter_template **ret_template, const char **ret_error)
{
    xmlDoc *document BASE_CLEANUP(adapter_xml_cleanup) = NULL;
    struct census census = {.names = names, .name_count = name_count, .found = calloc(name_count + 1, sizeof(bool))};
    if (!census.found)
        return -ENOMEM;
    int r = text.len > ADAPTER_TEMPLATE_BYTES_MAX ? ADAPTER_XML_EXCESS : adapter_xml_read(text, &document);
    if (r > 0) {
        census.error = "not XML, or XML with a document type or processing instructions, or too large";
        r = -EINVAL;
    }
    if (r == 0)
        r = check(&census, document, demanded_count);
    free(census.found);
    struct adapter_template *template = r == 0 ? calloc(1, sizeof(*template)) : NULL;
    if (r == 0 && !template)
        r = -ENOMEM;
    if (r < 0) {
        *ret_error = census.error;
        return r;
    }
    template->document = BASE_TAKE(document);
    *ret_template = template;
    return 0;
}

void adapter_template_free(struct adapter_template *template)
{
    if (!template)
        return;
    xmlFreeDoc(template->document);
    free(template);
}

const xmlNode *adapter_template_root(const struct adapter_template *template)
{
    return xmlDocGetRootElement(template->document);
}

/* ---- Filling ---- */

struct filling {
    const struct adapter_template_value *values;
    size_t count;
};

/* How many places an element holds, and how many of them got a value. */
struct tally {
    unsigned places, filled;
};

static const char *value_of(const struct filling *filling, const char *name)
{
    for (size_t i = 0; i < filling->count; i++)
        if (strcmp(filling->values[i].name, name) == 0)
            return filling->values[i].value;
    return NULL;
}

/* Puts a value where the content of an attribute or of an element stood. xmlNewDocText() takes it as it is, whereas
 * xmlNodeSetContent() would read references in it. */
static int content_set(xmlNode *holder, const char *value)
{
    xmlNode *text = xmlNewDocText(holder->doc, BAD_CAST value);
    if (!text)
        return -ENOMEM;
    xmlNode *old = holder->children;
    text->parent = holder;
    holder->children = holder->last = text;
    xmlFreeNodeList(old);
    return 0;
}

/* An attribute or an element without children. */
static int leaf_fill(const struct filling *filling, xmlNode *holder, const char *text, struct tally *tally)
{
    char name[PLACE_NAME_MAX + 1];
    if (content_of(text, name) != CONTENT_PLACE)
        return 0;
    tally->places++;
    const char *value = value_of(filling, name);
    if (!value)
        return 0;
    tally->filled++;
    return adapter_xml_can_carry(base_bytes_text(value)) ? content_set(holder, value) : ADAPTER_TEMPLATE_UNFIT;
}

static int attributes_fill(const struct filling *filling, xmlNode *element, struct tally *tally)
{
    int r = 0;
    for (xmlAttr *attribute = element->properties, *next; r == 0 && attribute; attribute = next) {
        next = attribute->next;
        xmlChar *text = xmlNodeGetContent((xmlNode *) attribute);
        struct tally own = {0};
        r = text ? leaf_fill(filling, (xmlNode *) attribute, (const char *) text, &own) : -ENOMEM;
        xmlFree(text);
        tally->places += own.places;
        tally->filled += own.filled;
        if (own.places > own.filled)
            xmlRemoveProp(attribute);
    }
    return r;
}

/* Recursive no deeper than ADAPTER_XML_DEPTH_MAX. */
static int element_fill(const struct filling *filling, xmlNode *element, struct tally *tally)
{
    struct tally own = {0};
    bool is_leaf = !adapter_xml_first(element);
    int r = attributes_fill(filling, element, &own);
    for (xmlNode *child = adapter_xml_first(element), *next; r == 0 && child; child = next) {
        next = adapter_xml_next(child);
        r = element_fill(filling, child, &own);
    }
    char *text = r == 0 && is_leaf ? adapter_xml_text(element) : NULL;
    if (r == 0 && is_leaf)
        r = text ? leaf_fill(filling, element, text, &own) : -ENOMEM;
    free(text);
    tally->places += own.places;
    tally->filled += own.filled;
    if (r == 0 && own.places > 0 && own.filled == 0 && element->parent->type == XML_ELEMENT_NODE) {
        xmlUnlinkNode(element);
        xmlFreeNode(element);
    }
    return r;
}

/* What stands between elements for the eye alone; comments go as well. */
static void strip(xmlNode *element)
{
    for (xmlNode *child = element->children, *next; child; child = next) {
        next = child->next;
        if (child->type == XML_ELEMENT_NODE) {
            strip(child);
        } else if (child->type != XML_TEXT_NODE || (xmlIsBlankNode(child) && adapter_xml_first(element))) {
            xmlUnlinkNode(child);
            xmlFreeNode(child);
        }
    }
}

int adapter_template_fill(const struct adapter_template *template, const struct adapter_template_value *values,
                          size_t value_count, xmlDoc **ret_document)
{
    xmlDoc *document BASE_CLEANUP(adapter_xml_cleanup) = xmlCopyDoc(template->document, 1);
    if (!document)
        return -ENOMEM;
    const struct filling filling = {.values = values, .count = value_count};
    struct tally tally = {0};
    int r = element_fill(&filling, xmlDocGetRootElement(document), &tally);
    if (r != 0)
        return r;
    strip(xmlDocGetRootElement(document));
    *ret_document = BASE_TAKE(document);
    return 0;
}
