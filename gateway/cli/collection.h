/* What the register lets a person read (docs/PROTOCOL-ACCESS.md, section 2): one row of a table for each collection. */
#ifndef GATEWAY_CLI_COLLECTION_H
#define GATEWAY_CLI_COLLECTION_H

#include "gateway/cli/session.h"

struct cli_collection {
    const char *command;  /* of `qao admin` */
    const char *name;     /* in the path */
    const char *summary;  /* one line */
    const char *columns;  /* names of members, parted by spaces */
    const char *filters;  /* likewise */
    const char *argument; /* the filter that is given without a dash; NULL: none */
    const char *states;   /* what --state takes, as its help says it: "open or closed"; NULL: no such filter */
};

/* NULL behind the last. */
const struct cli_collection *cli_collection_at(size_t index);

/* The command argv[0] names; for the table of commands. */
int cli_collection_run(int argc, char **argv);

struct cli_filter {
    const char *name, *value; /* value NULL: left out */
};

enum cli_pages {
    CLI_PAGES_ONE = 0, /* as large as "limit" says */
    CLI_PAGES_ALL,     /* as one document */
};

/* Reads a collection: a qao.list/1 whose items are an array of objects. False: it was told, and *ret_exit is what to
 * return. The caller releases *ret_document. */
bool cli_collection_read(struct cli_session *session, const char *name, const struct cli_filter *filters, size_t count,
                         enum cli_pages pages, json_t **ret_document, int *ret_exit);

/* The only item of one. False also when there is none. The caller releases *ret_item. */
bool cli_collection_item(struct cli_session *session, const char *name, const struct cli_filter *filters, size_t count,
                         json_t **ret_item, int *ret_exit);

/* Shows a collection as a table of these columns, and how to go on where there is more. Returns an enum cli_exit. */
int cli_collection_show(const struct cli_session *session, const char *columns, const json_t *document);

/* Appends the items as a table of these columns. The buffer's errors, -ENOMEM. */
int cli_collection_table(const struct cli_session *session, const char *columns, const json_t *items,
                         struct base_buffer *out) BASE_MUST_USE;

#endif
