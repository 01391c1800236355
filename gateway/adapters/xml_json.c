#include "gateway/adapters/xml_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define XSI_NS "http://www.w3.org/2001/XMLSchema-instance"

static bool is_nil(const xmlNode *element)
{
    xmlChar *value = xmlGetNsProp(element, BAD_CAST "nil", BAD_CAST XSI_NS);
    bool nil = value && (xmlStrEqual(value, BAD_CAST "true") || xmlStrEqual(value, BAD_CAST "1"));
    xmlFree(value);
    return nil;
}

static int leaf_value(const xmlNode *element, json_t **ret_value)
{
    char *text = adapter_xml_text(element);
    json_t *value = text ? json_string(text) : NULL;
    free(text);
    if (!value)
        return -ENOMEM;
    *ret_value = value;
    return 0;
}

/* A second member of one name makes an array of both. */
static int member_add(json_t *object, const char *name, json_t *take_value)
{
    json_t *present = json_object_get(object, name);
    int r;
    if (!present) {
        r = json_object_set_new(object, name, take_value);
    } else if (json_is_array(present)) {
        r = json_array_append_new(present, take_value);
    } else {
        json_t *both = json_array();
        r = json_array_append(both, present);
        r |= json_array_append_new(both, take_value);
        r |= json_object_set_new(object, name, both);
    }
    return r == 0 ? 0 : -ENOMEM;
}

/* Recursive no deeper than ADAPTER_XML_DEPTH_MAX. */
int adapter_xml_json_value(const xmlNode *element, json_t **ret_value)
{
    if (is_nil(element)) {
        *ret_value = json_null();
        return 0;
    }
    if (!adapter_xml_first(element))
        return leaf_value(element, ret_value);
    if (adapter_xml_is_mixed(element))
        return ADAPTER_XML_JSON_MISFIT;
    json_t *object = json_object();
    int r = object ? 0 : -ENOMEM;
    for (const xmlNode *child = adapter_xml_first(element); r == 0 && child; child = adapter_xml_next(child)) {
        json_t *value = NULL;
        r = adapter_xml_json_value(child, &value);
        if (r == 0)
            r = member_add(object, (const char *) child->name, value);
    }
    if (r == 0)
        *ret_value = object;
    else
        json_decref(object);
    return r;
}

static int collect(const xmlNode *node, const char *path, size_t records_max, json_t *records)
{
    if (path[0] == 0) {
        if (json_array_size(records) == records_max)
            return ADAPTER_XML_JSON_EXCESS;
        json_t *value = NULL;
        int r = adapter_xml_json_value(node, &value);
        return r == 0 && json_array_append_new(records, value) != 0 ? -ENOMEM : r;
    }
    size_t len = strcspn(path, "/");
    const char *rest = path + len + (path[len] == '/' ? 1 : 0);
    int r = 0;
    for (const xmlNode *child = adapter_xml_first(node); r == 0 && child; child = adapter_xml_next(child))
        if (strlen((const char *) child->name) == len && strncmp((const char *) child->name, path, len) == 0)
            r = collect(child, rest, records_max, records);
    return r;
}

int adapter_xml_json_records(const xmlNode *root, const char *path, size_t records_max, json_t **ret_records)
{
    json_t *records = json_array();
    int r = records ? collect(root, path, records_max, records) : -ENOMEM;
    if (r == 0)
        *ret_records = records;
    else
        json_decref(records);
    return r;
}
