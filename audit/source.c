#include "audit/source.h"

#include "audit/tile_path.h"
#include "audit/tree.h"
#include "base/file.h"
#include "base/reader.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static int store_checkpoint_read(void *context, struct base_buffer *out)
{
    const struct audit_store *store = context;
    struct audit_head head;
    int r = store->connect(store->context);
    if (r == 0)
        r = store->head_read(store->context, &head);
    if (r != 0)
        return r;
    return base_buffer_append(out, base_bytes_of(head.checkpoint, head.checkpoint_len));
}

static int store_tile_read(void *context, unsigned level, uint64_t index, unsigned width,
                           struct audit_hash ret_hashes[AUDIT_TILE_WIDTH])
{
    const struct audit_store *store = context;
    if (width < AUDIT_TILE_WIDTH)
        return AUDIT_STORE_NONE;
    return store->tile_read(store->context, level, index, ret_hashes);
}

static int store_entries_read(void *context, uint64_t size, uint64_t first, uint64_t end, audit_entry_visit *visit,
                              void *visit_context)
{
    const struct audit_store *store = context;
    (void) size;
    return store->entries_read(store->context, first, end, visit, visit_context);
}

struct audit_source audit_source_store(struct audit_store *store)
{
    return (struct audit_source){
        .context = store,
        .checkpoint_read = store_checkpoint_read,
        .tile_read = store_tile_read,
        .entries_read = store_entries_read,
        .has_partial_tiles = false,
    };
}

struct audit_folder {
    char path[PATH_MAX];
};

int audit_folder_new(const char *path, struct audit_folder **ret_folder)
{
    struct stat info;
    if (stat(path, &info) < 0)
        return -errno;
    if (!S_ISDIR(info.st_mode))
        return -ENOTDIR;
    struct audit_folder *folder = calloc(1, sizeof(*folder));
    if (!folder)
        return -ENOMEM;
    if (strlen(path) + AUDIT_TILE_PATH_MAX + 1 >= sizeof(folder->path)) {
        free(folder);
        return -ENAMETOOLONG;
    }
    strcpy(folder->path, path);
    *ret_folder = folder;
    return 0;
}

void audit_folder_free(struct audit_folder *folder)
{
    free(folder);
}

static int file_read(const struct audit_folder *folder, const char *name, struct base_buffer *out)
{
    char path[PATH_MAX + AUDIT_TILE_PATH_MAX + 1];
    snprintf(path, sizeof(path), "%s/%s", folder->path, name);
    int r = base_file_read(path, BASE_FILE_PUBLIC, out);
    if (r == -ENOENT)
        return AUDIT_STORE_NONE;
    return r == -ENOBUFS ? -EBADMSG : r;
}

static int folder_checkpoint_read(void *context, struct base_buffer *out)
{
    return file_read(context, "checkpoint", out);
}

static int folder_tile_read(void *context, unsigned level, uint64_t index, unsigned width,
                            struct audit_hash ret_hashes[AUDIT_TILE_WIDTH])
{
    const struct audit_tile_path path = {.level = level, .index = index, .width = width};
    char name[AUDIT_TILE_PATH_MAX];
    audit_tile_path_encode(&path, name);
    BASE_CLEANUP(base_buffer_clear) struct base_buffer tile;
    base_buffer_init(&tile, AUDIT_TILE_BYTES);
    int r = file_read(context, name, &tile);
    if (r != 0)
        return r;
    if (tile.len != width * sizeof(*ret_hashes))
        return -EBADMSG;
    memcpy(ret_hashes, tile.data, tile.len);
    return 0;
}

/* Visits those entries of a bundle that lie in first to end-1; the bundle must hold exactly width entries. */
static int bundle_visit(struct base_bytes bundle, uint64_t begin, unsigned width, uint64_t first, uint64_t end,
                        audit_entry_visit *visit, void *visit_context)
{
    struct base_reader reader = base_reader_of(bundle);
    for (unsigned i = 0; i < width; i++) {
        uint16_t len = base_reader_u16(&reader);
        struct base_bytes leaf = base_reader_bytes(&reader, len);
        uint64_t index = begin + i;
        if (reader.failed)
            return -EBADMSG;
        int r = index >= first && index < end ? visit(visit_context, index, leaf) : 0;
        if (r != 0)
            return r;
    }
    return base_reader_end(&reader);
}

static int folder_entries_read(void *context, uint64_t size, uint64_t first, uint64_t end, audit_entry_visit *visit,
                               void *visit_context)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer bundle;
    base_buffer_init(&bundle, AUDIT_TILE_WIDTH * (2 + AUDIT_LEAF_MAX));
    for (uint64_t index = first / AUDIT_TILE_WIDTH; index * AUDIT_TILE_WIDTH < end; index++) {
        struct audit_tile_path path = {.is_entries = true, .index = index, .width = audit_tile_width(size, 0, index)};
        char name[AUDIT_TILE_PATH_MAX];
        if (path.width == 0)
            return -ENODATA;
        audit_tile_path_encode(&path, name);
        base_buffer_reset(&bundle);
        int r = file_read(context, name, &bundle);
        if (r == 0)
            r = bundle_visit(base_buffer_view(&bundle), index * AUDIT_TILE_WIDTH, path.width, first, end, visit,
                             visit_context);
        if (r != 0)
            return r == AUDIT_STORE_NONE ? -ENODATA : r;
    }
    return 0;
}

struct audit_source audit_source_folder(struct audit_folder *folder)
{
    return (struct audit_source){
        .context = folder,
        .checkpoint_read = folder_checkpoint_read,
        .tile_read = folder_tile_read,
        .entries_read = folder_entries_read,
        .has_partial_tiles = true,
    };
}
