/* Reads XML that a registry sent (XML 1.0, Namespaces in XML), without document types, entities, processing
 * instructions, network and inclusions: SOAP 1.1 §3 forbids the first of them too. Any thread. */
#ifndef GATEWAY_ADAPTERS_XML_READ_H
#define GATEWAY_ADAPTERS_XML_READ_H

#include "base/bytes.h"
#include "base/result.h"

#include <libxml/tree.h>

enum {
    ADAPTER_XML_BYTES_MAX = 8 * 1024 * 1024,
    ADAPTER_XML_DEPTH_MAX = 64,
    ADAPTER_XML_NODES_MAX = 200000,  /* elements, attributes, namespaces and comments of one document */
    ADAPTER_XML_ATTRIBUTES_MAX = 64, /* of one element, namespaces included */
    ADAPTER_XML_NAME_MAX = 256, /* bytes of a name and of a namespace, which canonical XML may repeat at each element */
};

/* Named conditions: not well-formed UTF-8 XML with namespaces, over a limit above, and a document type or a processing
 * instruction. */
enum { ADAPTER_XML_MALFORMED = 1, ADAPTER_XML_EXCESS = 2, ADAPTER_XML_FORBIDDEN = 3 };

/* A document of its own, freed by xmlFreeDoc(). Comments stay (a signature may cover them), CDATA becomes text.
 * -ENOMEM. */
int adapter_xml_read(struct base_bytes text, xmlDoc **ret_document) BASE_MUST_USE;

/* For BASE_CLEANUP. */
void adapter_xml_cleanup(xmlDoc **document);

/* True for an element of this name; space NULL is no namespace. */
bool adapter_xml_is(const xmlNode *node, const char *space, const char *name);

/* The first child element, and the next one after a sibling; NULL for none. */
xmlNode *adapter_xml_first(const xmlNode *parent);
xmlNode *adapter_xml_next(const xmlNode *sibling);

/* The only child element of this name; NULL for none and for more than one. Accepts NULL. */
xmlNode *adapter_xml_child(const xmlNode *parent, const char *space, const char *name);

/* The text of an element that holds no other, white space at its ends left out, freed by the caller. NULL when the node
 * is NULL, holds an element, or memory is out. */
char *adapter_xml_text(const xmlNode *node);

/* True when the element holds text other than white space beside its child elements. */
bool adapter_xml_is_mixed(const xmlNode *element);

/* True for well-formed UTF-8 of characters that XML 1.0 can carry at all. */
bool adapter_xml_can_carry(struct base_bytes text);

#endif
