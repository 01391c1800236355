#include "gateway/cli/tiles.h"

#include "audit/tile_path.h"
#include "audit/tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TILES_MAX = 64, TILE_HEIGHT = 8 };

struct tile {
    unsigned level;
    uint64_t index;
    unsigned width;
    struct audit_tile_nodes nodes;
};

/* Tiles of a log of `size` entries, fetched as a proof asks for them. */
struct tiles {
    struct cli_session *session;
    uint64_t size;
    size_t count;
    struct tile *items[TILES_MAX];
    char *detail;
};

static int tile_fetch(struct tiles *tiles, unsigned level, uint64_t index, struct tile *ret_tile)
{
    const struct audit_tile_path at = {
        .level = level, .index = index, .width = audit_tile_width(tiles->size, level, index)};
    char name[AUDIT_TILE_PATH_MAX];
    char path[AUDIT_TILE_PATH_MAX + 16];
    int status = 0;
    if (at.width == 0)
        return -EINVAL;
    audit_tile_path_encode(&at, name);
    snprintf(path, sizeof path, "/v1/log/%s", name);
    const struct cli_http_request request = {.path = path,
                                             .accept_language = cli_language_name(tiles->session->language)};
    struct cli_http_reply http;
    cli_http_reply_init(&http, AUDIT_TILE_BYTES);
    int r = -EIO;
    if (cli_session_send(tiles->session, &request, NULL, &http, &status)) {
        if (http.status == 200 && http.body.len == at.width * sizeof(struct audit_hash)) {
            ret_tile->level = level;
            ret_tile->index = index;
            ret_tile->width = at.width;
            struct audit_hash hashes[AUDIT_TILE_WIDTH];
            memcpy(hashes, http.body.data, http.body.len);
            audit_tile_nodes_fill(&ret_tile->nodes, hashes, at.width);
            r = 0;
        } else {
            snprintf(tiles->detail, CLI_HTTP_ERROR_MAX, "%s: status %ld, %zu bytes", name, http.status, http.body.len);
        }
    }
    cli_http_reply_clear(&http);
    return r;
}

static int node_read(void *context, unsigned height, uint64_t index, struct audit_hash *ret_hash)
{
    struct tiles *tiles = context;
    unsigned level = height / TILE_HEIGHT;
    unsigned within = height % TILE_HEIGHT;
    uint64_t tile_index = index >> (TILE_HEIGHT - within);
    unsigned node = (unsigned) (index & ((UINT64_C(1) << (TILE_HEIGHT - within)) - 1));
    struct tile *tile = NULL;
    for (size_t i = 0; i < tiles->count; i++)
        if (tiles->items[i]->level == level && tiles->items[i]->index == tile_index)
            tile = tiles->items[i];
    if (!tile) {
        if (tiles->count == TILES_MAX)
            return -E2BIG;
        tile = calloc(1, sizeof *tile);
        if (!tile)
            return -ENOMEM;
        int r = tile_fetch(tiles, level, tile_index, tile);
        if (r) {
            free(tile);
            return r;
        }
        tiles->items[tiles->count++] = tile;
    }
    if ((node + 1) << within > tile->width)
        return -EINVAL;
    *ret_hash = *audit_tile_nodes_at(&tile->nodes, within, node);
    return 0;
}

enum cli_tiles cli_tiles_check(struct cli_session *session, uint64_t old_size, const struct audit_hash *old_root,
                               const struct audit_checkpoint *checkpoint, char ret_detail[static CLI_HTTP_ERROR_MAX])
{
    struct tiles tiles = {.session = session, .size = checkpoint->size, .detail = ret_detail};
    const struct audit_node_source source = {.context = &tiles, .node_read = node_read};
    struct audit_hash path[AUDIT_PROOF_HASHES_MAX];
    size_t count = 0;
    int r = audit_consistency_read(&source, old_size, checkpoint->size, path, &count);
    for (size_t i = 0; i < tiles.count; i++)
        free(tiles.items[i]);
    if (r)
        return CLI_TILES_UNKNOWN;
    if (audit_consistency_verify(old_size, old_root, checkpoint->size, &checkpoint->root, path, count) !=
        AUDIT_PROOF_RIGHT) {
        snprintf(ret_detail, CLI_HTTP_ERROR_MAX, "the tiles do not lead from the checkpoint seen before to this one");
        return CLI_TILES_WRONG;
    }
    return CLI_TILES_CONSISTENT;
}
