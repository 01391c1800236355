/* The request of a service as an XML file with places: {name} as the whole text of an element or the whole value of an
 * attribute. Values are set in the tree and never become markup. An element that holds places, none of which has a
 * value, is left out, and so is such an attribute. Immutable once made, for any thread. */
#ifndef GATEWAY_ADAPTERS_SOAP_TEMPLATE_H
#define GATEWAY_ADAPTERS_SOAP_TEMPLATE_H

#include "gateway/adapters/xml_read.h"

enum { ADAPTER_TEMPLATE_BYTES_MAX = 64 * 1024 };

struct adapter_template;

/* A name and its value, NULL for one that was not given. */
struct adapter_template_value {
    const char *name, *value;
};

/* Reads the text of a template. Each place must be one of the names; each of the first demanded_count names must have a
 * place, or the registry would be asked something wider than was permitted. -EINVAL with a static text that says what
 * is wrong; -ENOMEM. */
int adapter_template_new(struct base_bytes text, const char *const *names, size_t name_count, size_t demanded_count,
                         struct adapter_template **ret_template, const char **ret_error) BASE_MUST_USE;
/* Accepts NULL. */
void adapter_template_free(struct adapter_template *template);

/* The root element, for checks at start. Borrowed. */
const xmlNode *adapter_template_root(const struct adapter_template *template);

enum { ADAPTER_TEMPLATE_UNFIT = 1 }; /* named condition: a value that XML cannot carry */

/* A new document with the values in their places, freed by xmlFreeDoc(). A place without a value among these counts as
 * not given. -ENOMEM. */
int adapter_template_fill(const struct adapter_template *template, const struct adapter_template_value *values,
                          size_t value_count, xmlDoc **ret_document) BASE_MUST_USE;

#endif
