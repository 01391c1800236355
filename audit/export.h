/* The C2SP form of a log in a folder: checkpoint, tile/<L>/<N>, tile/entries/<N> and the partial ones of the newest
 * size. Tiles and bundles are on the disk before the checkpoint that needs them. */
#ifndef AUDIT_EXPORT_H
#define AUDIT_EXPORT_H

#include "audit/note.h"
#include "audit/source.h"

struct audit_export_config {
    struct audit_store *store;
    const struct audit_vkey *log;
    const char *folder; /* made when missing; one that holds a smaller export of the same log is continued */
    void (*progress)(void *context, uint64_t done, uint64_t size); /* may be NULL */
    void *context;
};

enum audit_export {
    AUDIT_EXPORT_FAILED = 0, /* ret_error: negative errno of the store or the file system */
    AUDIT_EXPORT_EMPTY,      /* the log has no head yet */
    AUDIT_EXPORT_BROKEN,     /* the entries do not make the signed root: nothing was published */
    AUDIT_EXPORT_FOREIGN,    /* the folder holds another log, or a larger or different history of this one */
    AUDIT_EXPORT_DONE,
};

/* ret_size and ret_error are always set. */
enum audit_export audit_export_write(const struct audit_export_config *config, uint64_t *ret_size, int *ret_error);

/* One proof from a source, for "qao audit prove": appends the .tlog-proof of entry index to out. AUDIT_STORE_NONE for
 * an index beyond the checkpoint; -EBADMSG when the source's tiles do not make its own root. */
int audit_source_prove(const struct audit_source *source, const struct audit_vkey *log, uint64_t index,
                       struct base_buffer *out) BASE_MUST_USE;

#endif
