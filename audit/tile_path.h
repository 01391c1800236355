/* Names of tiles and entry bundles (C2SP tlog-tiles): tile/<L>/<N>[.p/<W>] and tile/entries/<N>[.p/<W>], where N is
 * written in groups of three digits, all but the last with an x before: 1234067 is x001/x234/067. */
#ifndef AUDIT_TILE_PATH_H
#define AUDIT_TILE_PATH_H

#include "audit/store.h"

enum { AUDIT_TILE_PATH_MAX = 64 }; /* bytes with the NUL */

struct audit_tile_path {
    bool is_entries;
    unsigned level; /* 0-63; 0 for entries */
    uint64_t index;
    unsigned width; /* 1-255 for a partial tile, 256 for a full one */
};

/* Writes the name with its NUL. path's members are in their ranges. */
void audit_tile_path_encode(const struct audit_tile_path *path, char ret_text[static AUDIT_TILE_PATH_MAX]);
/* -EBADMSG for all but the one form encode writes. */
int audit_tile_path_parse(struct base_bytes text, struct audit_tile_path *ret_path) BASE_MUST_USE;

#endif
