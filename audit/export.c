#include "audit/export.h"

#include "audit/checkpoint.h"
#include "audit/tile_path.h"
#include "audit/tree.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_ENTRIES = 16 * AUDIT_TILE_WIDTH };

struct exporting {
    const struct audit_export_config *config;
    struct audit_head head;
    struct audit_tree *tree;
    struct base_buffer bundle; /* of the entries since the last full one */
    uint64_t next;             /* index of the next entry */
    int folder_fd;
    int error;
};

static void folder_close(struct exporting *run)
{
    if (run->folder_fd >= 0)
        close(run->folder_fd);
    base_buffer_clear(&run->bundle);
    audit_tree_free(run->tree);
}

/* Makes the folders above name, which is relative to the export's folder. */
static int parents_make(int folder_fd, const char *name)
{
    char path[AUDIT_TILE_PATH_MAX + 8];
    snprintf(path, sizeof(path), "%s", name);
    for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdirat(folder_fd, path, 0755) < 0 && errno != EEXIST)
            return -errno;
        *slash = '/';
    }
    return 0;
}

/* A file under its final name only when it is whole; on the disk after the sync that comes before the checkpoint. */
static int file_put(int folder_fd, const char *name, struct base_bytes content)
{
    char temporary[AUDIT_TILE_PATH_MAX + 8];
    snprintf(temporary, sizeof(temporary), "%s.new", name);
    int r = parents_make(folder_fd, name);
    if (r < 0)
        return r;
    int fd = openat(folder_fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return -errno;
    r = base_file_write(fd, content);
    if (close(fd) < 0 && r == 0)
        r = -errno;
    if (r == 0 && renameat(folder_fd, temporary, folder_fd, name) < 0)
        r = -errno;
    return r;
}

static int tile_put(struct exporting *run, const struct audit_tile_path *path, struct base_bytes content)
{
    char name[AUDIT_TILE_PATH_MAX];
    audit_tile_path_encode(path, name);
    return file_put(run->folder_fd, name, content);
}

static void tile_full(void *context, unsigned level, uint64_t index, const struct audit_tile_nodes *nodes)
{
    struct exporting *run = context;
    const struct audit_tile_path path = {.level = level, .index = index, .width = AUDIT_TILE_WIDTH};
    if (run->error == 0)
        run->error = tile_put(run, &path, base_bytes_of(nodes->hashes, AUDIT_TILE_BYTES));
}

static int bundle_put(struct exporting *run, unsigned width)
{
    const struct audit_tile_path path = {
        .is_entries = true, .index = (run->next - 1) / AUDIT_TILE_WIDTH, .width = width};
    int r = tile_put(run, &path, base_buffer_view(&run->bundle));
    base_buffer_reset(&run->bundle);
    return r;
}

static int entry_visit(void *context, uint64_t index, struct base_bytes leaf)
{
    struct exporting *run = context;
    if (index != run->next || leaf.len > AUDIT_LEAF_MAX)
        return -EBADMSG;
    base_buffer_append_u16(&run->bundle, (uint16_t) leaf.len);
    base_buffer_append(&run->bundle, leaf);
    struct audit_hash hash = audit_hash_leaf(leaf);
    audit_tree_append(run->tree, &hash, tile_full, run);
    run->next++;
    int r = base_buffer_error(&run->bundle);
    if (r == 0)
        r = run->error;
    if (r == 0 && run->next % AUDIT_TILE_WIDTH == 0)
        r = bundle_put(run, AUDIT_TILE_WIDTH);
    return r;
}

static int partials_put(struct exporting *run)
{
    int r = 0;
    if (run->next % AUDIT_TILE_WIDTH != 0)
        r = bundle_put(run, (unsigned) (run->next % AUDIT_TILE_WIDTH));
    for (unsigned level = 0; r == 0 && level < AUDIT_TREE_LEVELS; level++) {
        unsigned count;
        const struct audit_hash *hashes = audit_tree_open(run->tree, level, &count);
        const struct audit_tile_path path = {.level = level, .index = run->next >> (8 * level) >> 8, .width = count};
        if (count > 0)
            r = tile_put(run, &path, base_bytes_of(hashes, count * sizeof(*hashes)));
    }
    return r;
}

/* Takes up an earlier export: its open tiles make its root, or the folder is not what it says. The tree is then set to
 * the end of its last full bundle. */
static enum audit_export earlier_open(struct exporting *run, const struct audit_source *source,
                                      const struct audit_checkpoint *earlier)
{
    static struct audit_hash const *const none[AUDIT_TREE_LEVELS] = {NULL};
    struct audit_hash(*open)[AUDIT_TILE_WIDTH] = calloc(AUDIT_TREE_LEVELS, sizeof(*open));
    const struct audit_hash *hashes[AUDIT_TREE_LEVELS];
    int r = open ? 0 : -ENOMEM;
    for (unsigned level = 0; r == 0 && level < AUDIT_TREE_LEVELS; level++) {
        uint64_t count = earlier->size >> (8 * level);
        hashes[level] = open[level];
        if (count % AUDIT_TILE_WIDTH != 0)
            r = source->tile_read(source->context, level, count / AUDIT_TILE_WIDTH,
                                  (unsigned) (count % AUDIT_TILE_WIDTH), open[level]);
    }
    audit_tree_restore(run->tree, r == 0 ? earlier->size : 0, r == 0 ? hashes : none);
    struct audit_hash root = audit_tree_root(run->tree);
    bool is_whole = r == 0 && audit_hash_equal(&root, &earlier->root);
    run->next = is_whole ? earlier->size - earlier->size % AUDIT_TILE_WIDTH : 0;
    audit_tree_restore(run->tree, run->next, is_whole ? hashes : none);
    free(open);
    return is_whole ? AUDIT_EXPORT_DONE : AUDIT_EXPORT_FOREIGN;
}

static enum audit_export folder_open(struct exporting *run)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer note;
    base_buffer_init(&note, AUDIT_NOTE_MAX);
    if (mkdir(run->config->folder, 0755) < 0 && errno != EEXIST) {
        run->error = -errno;
        return AUDIT_EXPORT_FAILED;
    }
    run->folder_fd = open(run->config->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct audit_folder *folder = NULL;
    run->error = run->folder_fd < 0 ? -errno : audit_folder_new(run->config->folder, &folder);
    if (run->error < 0)
        return AUDIT_EXPORT_FAILED;
    struct audit_source source = audit_source_folder(folder);
    struct audit_checkpoint earlier;
    enum audit_export result = AUDIT_EXPORT_DONE;
    int r = source.checkpoint_read(source.context, &note);
    if (r < 0) {
        run->error = r;
        result = AUDIT_EXPORT_FAILED;
    } else if (r == 0) {
        bool is_ours =
            audit_checkpoint_verify(base_buffer_view(&note), run->config->log, &earlier) == AUDIT_NOTE_VERIFIED &&
            earlier.size <= run->head.size;
        result = is_ours ? earlier_open(run, &source, &earlier) : AUDIT_EXPORT_FOREIGN;
    }
    audit_folder_free(folder);
    return result;
}

static int entries_put(struct exporting *run)
{
    const struct audit_store *store = run->config->store;
    int r = 0;
    while (r == 0 && run->next < run->head.size) {
        uint64_t left = run->head.size - run->next;
        uint64_t end = run->next + (left < READ_ENTRIES ? left : READ_ENTRIES);
        r = store->entries_read(store->context, run->next, end, entry_visit, run);
        if (r == 0 && run->next != end)
            r = -ENODATA;
        if (r == 0 && run->config->progress)
            run->config->progress(run->config->context, run->next, run->head.size);
    }
    return r;
}

static int checkpoint_put(struct exporting *run)
{
    char path[PATH_MAX];
    if (syncfs(run->folder_fd) < 0)
        return -errno;
    if (snprintf(path, sizeof(path), "%s/checkpoint", run->config->folder) >= (int) sizeof(path))
        return -ENAMETOOLONG;
    return base_file_replace(path, base_bytes_of(run->head.checkpoint, run->head.checkpoint_len), 0644);
}

static enum audit_export run_export(struct exporting *run)
{
    const struct audit_store *store = run->config->store;
    int r = store->connect(store->context);
    if (r == 0)
        r = store->head_read(store->context, &run->head);
    if (r == AUDIT_STORE_NONE)
        return AUDIT_EXPORT_EMPTY;
    run->error = r;
    if (r < 0)
        return AUDIT_EXPORT_FAILED;
    if (audit_head_verify(&run->head, run->config->log) != AUDIT_NOTE_VERIFIED)
        return AUDIT_EXPORT_BROKEN;
    enum audit_export opened = folder_open(run);
    if (opened != AUDIT_EXPORT_DONE)
        return opened;
    bool is_continued = run->next > 0;
    run->error = entries_put(run);
    if (run->error < 0)
        return run->error == -ENODATA || run->error == -EBADMSG ? AUDIT_EXPORT_BROKEN : AUDIT_EXPORT_FAILED;
    struct audit_hash root = audit_tree_root(run->tree);
    if (!audit_hash_equal(&root, &run->head.root))
        return is_continued ? AUDIT_EXPORT_FOREIGN : AUDIT_EXPORT_BROKEN;
    run->error = partials_put(run);
    if (run->error == 0)
        run->error = checkpoint_put(run);
    return run->error == 0 ? AUDIT_EXPORT_DONE : AUDIT_EXPORT_FAILED;
}

enum audit_export audit_export_write(const struct audit_export_config *config, uint64_t *ret_size, int *ret_error)
{
    BASE_CLEANUP(folder_close) struct exporting run = {.config = config, .folder_fd = -1};
    base_buffer_init(&run.bundle, AUDIT_TILE_WIDTH * (2 + AUDIT_LEAF_MAX));
    enum audit_export result = AUDIT_EXPORT_FAILED;
    run.error = audit_tree_new(&run.tree);
    if (run.error == 0)
        result = run_export(&run);
    *ret_size = run.head.size;
    *ret_error = run.error;
    return result;
}
