/* Turns a registry's answer into records of a service's description, by lines of the service's file. One engine for JSON
 * and XML: an answer of XML comes as JSON whose leaves are texts. Compiled once, immutable afterwards, any thread.
 * Lines and conversions: docs/PROTOCOL-SERVICES.md, "From the registry's answer to records". */
#ifndef GATEWAY_ADAPTERS_MAP_H
#define GATEWAY_ADAPTERS_MAP_H

#include <jansson.h>
#include <stdbool.h>

#include "base/config.h"
#include "base/result.h"

struct adapter_map;

enum { ADAPTER_MAP_LINES_MAX = 512, ADAPTER_MAP_DETAIL_MAX = 160 };

/* Named condition: the answer cannot be turned into records. */
enum { ADAPTER_MAP_MISFIT = 1 };

/* description is the whole of schema/services/NN.json, already checked by gateway/wire. -EINVAL with *ret_error (freed by
 * the caller), which names the line; -ENOMEM. */
int adapter_map_new(const json_t *description, const struct base_config_pairs *lines, struct adapter_map **ret_map,
                    char **ret_error) BASE_MUST_USE;
/* Accepts NULL. */
void adapter_map_free(struct adapter_map *map);

/* answer: an array of the registry's records, or one of them; untouched. is_text: its leaves are texts, an element that
 * repeats is an array, one that is missing or empty is no value (XML). *ret_records is a new array, of at most
 * records_max. MISFIT with a reason in ret_detail: printable, with names of members, without a value; -ENOMEM. */
int adapter_map_apply(const struct adapter_map *map, const json_t *answer, bool is_text, size_t records_max,
                      json_t **ret_records, char ret_detail[ADAPTER_MAP_DETAIL_MAX]) BASE_MUST_USE;

#endif
