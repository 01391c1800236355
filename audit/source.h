/* A whole log to be read and verified: a folder in C2SP form, or a store. */
#ifndef AUDIT_SOURCE_H
#define AUDIT_SOURCE_H

#include "audit/store.h"

struct audit_source {
    void *context;
    /* Appends the newest signed checkpoint. AUDIT_STORE_NONE for none. One thread. */
    int (*checkpoint_read)(void *context, struct base_buffer *out);
    /* A tile of that width (1-256), by any thread. AUDIT_STORE_NONE when it is not there, -EBADMSG when its size is
     * wrong. */
    int (*tile_read)(void *context, unsigned level, uint64_t index, unsigned width,
                     struct audit_hash ret_hashes[AUDIT_TILE_WIDTH]);
    /* Entries first to end-1 of a log of that size, in order, by any thread. -ENODATA when one is missing, -EBADMSG
     * when a bundle is malformed. */
    int (*entries_read)(void *context, uint64_t size, uint64_t first, uint64_t end, audit_entry_visit *visit,
                        void *visit_context);
    bool has_partial_tiles; /* a folder must have them, a store does not */
};

/* A store as a source; borrowed. checkpoint_read connects. */
struct audit_source audit_source_store(struct audit_store *store);

struct audit_folder;

/* A folder in C2SP form. -ENOENT, -ENOTDIR. */
int audit_folder_new(const char *path, struct audit_folder **ret_folder) BASE_MUST_USE;
/* Accepts NULL. */
void audit_folder_free(struct audit_folder *folder);
struct audit_source audit_source_folder(struct audit_folder *folder);

#endif
