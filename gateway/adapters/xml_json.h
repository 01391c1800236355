/* An XML answer as JSON values, for the mapping: an element with children is an object of them by their local names,
 * one that is repeated an array, one without children its text, one with xsi:nil null. Attributes, comments and
 * namespaces are left out. */
#ifndef GATEWAY_ADAPTERS_XML_JSON_H
#define GATEWAY_ADAPTERS_XML_JSON_H

#include "gateway/adapters/xml_read.h"

#include <jansson.h>

/* Named conditions: text beside elements, which no record has; more records than allowed. */
enum { ADAPTER_XML_JSON_MISFIT = 1, ADAPTER_XML_JSON_EXCESS = 2 };

/* One element. -ENOMEM. */
int adapter_xml_json_value(const xmlNode *element, json_t **ret_value) BASE_MUST_USE;

/* The elements that a path of local names joined by "/" leads to from the root's children on, as an array; the empty
 * path is the root itself. -ENOMEM. */
int adapter_xml_json_records(const xmlNode *root, const char *path, size_t records_max,
                             json_t **ret_records) BASE_MUST_USE;

#endif
