/* The order as an edition's files state it: the matrices as printed, the marks, the readings. What the rules read and
 * the table is compiled from. Inner header of the room.
 *
 * All arrays are indexed by the order's own numbers, so index 0 is unused. */
#ifndef POLICY_ORDER_H
#define POLICY_ORDER_H

#include "base/buffer.h"
#include "policy/article.h"
#include "policy/edition.h"

enum policy_mark {
    POLICY_MARK_CLOSED = 0, /* - */
    POLICY_MARK_OPEN,       /* + */
    POLICY_MARK_SHORT,      /* short: abbreviated (R04) */
    POLICY_MARK_ARTICLES,   /* articles: only for the listed articles */
};

struct policy_cell {
    enum policy_mark mark;
    bool doubtful;
    uint64_t readings;
};

struct policy_service {
    bool marked, acts;
    uint64_t readings;
    const char *name[3]; /* by enum policy_language */
};

struct policy_role {
    unsigned row; /* in App. 12; 0 for a role it does not print (R05) */
    bool allowed[POLICY_BASIS_MAX + 1];
    unsigned appendix; /* of other duties: 4-7, or 0 for none (R06) */
    unsigned duties;   /* bits 1u << enum policy_duty: the columns open to the role */
    uint64_t readings; /* of all that for other duties */
    bool doubtful;
    const char *name[3];
};

struct policy_basis_rule {
    unsigned clause;
    unsigned appendix; /* 0 for other duties: the duty's */
    bool needs_case;
    uint64_t marked_readings; /* on which a marked service rests here */
    const char *name[3];
};

struct policy_duty_rule {
    unsigned clause;
    bool by_registration; /* comes with the registration for other duties; else granted by name (R08) */
    uint64_t readings;
    const char *name[3];
};

enum { POLICY_ARTICLES_MAX = 255, POLICY_MATRIX_MAX = 7, POLICY_COLUMN_MAX = 5, POLICY_READING_MAX = 63 };

struct policy_article {
    char text[POLICY_ARTICLE_LEN_MAX + 1]; /* zero-padded */
    size_t len;
    const char *title_kk, *title_ru, *title_en; /* title_ru: NULL where the file has '-' */
};

struct policy_order {
    const char *id, *source;
    int64_t from_us, to_us;
    uint64_t article_readings; /* how an article must be named (R09) */
    uint64_t case_readings;    /* how a case number must look (R12) */
    struct policy_service services[POLICY_SERVICE_MAX + 1];
    struct policy_role roles[POLICY_ROLE_MAX + 1];
    struct policy_basis_rule bases[POLICY_BASIS_MAX + 1];
    struct policy_duty_rule duties[POLICY_DUTY_MAX + 1];
    struct policy_cell cells[POLICY_MATRIX_MAX + 1][POLICY_SERVICE_MAX + 1][POLICY_COLUMN_MAX + 1];
    unsigned article_count;
    struct policy_article articles[POLICY_ARTICLES_MAX + 1]; /* by entry number of App. 8 */
    const char *readings[POLICY_READING_MAX + 1];
};

/* Where an edition's files come from: a folder, or a test's memory. Appends the named file's content; -ENOENT, ... */
struct policy_source {
    int (*read)(void *context, const char *name, struct base_buffer *out);
    void *context;
    const char *path; /* put before file names in error texts */
};

enum { POLICY_FILE_COUNT = 15, POLICY_FILE_BYTES_MAX = 256 * 1024 };

/* An order and the texts it points into. */
struct policy_order_files {
    struct policy_order order;
    char *text[POLICY_FILE_COUNT];
    uint8_t sha256[POLICY_DIGEST_BYTES]; /* of edition.tsv */
};

/* Reads and checks all files. ret_files must be zeroed; free it with policy_order_clear() whatever the result. What a
 * file says is checked before its digest, so that who edits one sees the mistake and not only that something changed.
 */
int policy_order_load(const struct policy_source *source, policy_digest_function *digest,
                      struct policy_order_files *ret_files, char **ret_error) BASE_MUST_USE;
void policy_order_clear(struct policy_order_files *files);

/* The file names in the order in which they are read; edition.tsv is the first. For tests and fuzzing. */
const char *policy_order_file_name(unsigned index);

/* columns of App. 1-7: 1, or 5 and 2 for App. 4 and 5. */
unsigned policy_matrix_columns(unsigned appendix);

#endif
