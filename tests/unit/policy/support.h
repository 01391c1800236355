/* Editions made from the real one by a few edits, in memory or in a folder of their own. */
#ifndef TESTS_POLICY_SUPPORT_H
#define TESTS_POLICY_SUPPORT_H

#include "policy/load.h"

/* Replaces the first `from` in the file by `to`; from == NULL replaces the whole file (to == NULL: it is missing). */
struct support_edit {
    const char *file, *from, *to;
};
enum { SUPPORT_EDITS_MAX = 8 };

struct support_edits {
    struct support_edit edit[SUPPORT_EDITS_MAX]; /* up to the first without a file */
    bool stale_digests;                          /* leave the digests in edition.tsv as they are */
};

/* Not SHA-256, which the room cannot compute: 32 bytes that depend on all of the content. */
policy_digest_function support_digest;

/* The edition with these edits; aborts the test when it does not load. NULL: the real one. */
struct policy_edition *support_edition(const struct support_edits *edits);

/* The error text with which the edited edition is refused, without the path before the file name; the caller frees.
 * Aborts the test when it loads. */
char *support_refusal(const struct support_edits *edits);

/* Writes the edited edition into a new folder below parent. */
void support_write(const char *parent, const char *name, const struct support_edits *edits);

/* A new temporary folder, and its removal with all it holds. The caller frees the name. */
char *support_folder(void);
void support_folder_remove(const char *folder);

#endif
