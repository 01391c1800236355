/* The members that a service's description gives to a request or an answer, one by one. */
#ifndef GATEWAY_CLI_MEMBER_H
#define GATEWAY_CLI_MEMBER_H

#include "base/result.h"

#include <jansson.h>
#include <stdbool.h>

/* Borrowed; NULL where the description does not say. */
struct cli_member {
    const char *path;     /* "documents[].number" */
    const char *type;     /* "string" */
    const json_t *beside; /* as it stands in properties: titles, marks */
    const json_t *schema; /* the same, or what it refers to */
    const json_t *items;  /* of a list: what its elements are */
    const char *items_type;
    bool is_required, is_nullable;
};

/* Calls visit for each member of the object, and then for those inside it, in the description's order, until one returns
 * other than 0, which is returned. root is the schema where $defs lie. A dictionary's entry has nothing inside. */
int cli_member_walk(const json_t *root, const json_t *object, int (*visit)(void *context, const struct cli_member *member),
                    void *context);

/* The schema itself, or what it refers to by "#/$defs/NAME"; NULL when that is not there. */
const json_t *cli_member_resolve(const json_t *root, const json_t *schema);

/* A word of a register's dictionary: code, name_kk, name_ru. */
bool cli_member_is_entry(const json_t *object);

#endif
