#include "policy/edition.h"

#include "base/encoding.h"
#include "base/file.h"
#include "policy/load.h"
#include "policy/table.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { EDITIONS_MAX = 256 };

struct policy_editions {
    size_t count;
    struct policy_edition *edition[EDITIONS_MAX]; /* by the time they come into force */
};

void policy_edition_free(struct policy_edition *edition)
{
    if (edition)
        policy_order_clear(&edition->files);
    free(edition);
}

int policy_edition_load(const struct policy_source *source, policy_digest_function *digest,
                        struct policy_edition **ret_edition, char **ret_error)
{
    struct policy_edition *edition = calloc(1, sizeof(*edition));
    if (!edition)
        return -ENOMEM;
    int r = policy_order_load(source, digest, &edition->files, ret_error);
    if (r < 0) {
        policy_edition_free(edition);
        return r;
    }
    policy_table_compile(&edition->files.order, &edition->table);
    base_hex_digest(edition->files.sha256, edition->sha256_text);
    *ret_edition = edition;
    return 0;
}

static int folder_read(void *context, const char *name, struct base_buffer *out)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", (const char *) context, name) < 0)
        return -ENOMEM;
    int r = base_file_read(path, BASE_FILE_PUBLIC, out);
    free(path);
    return r;
}

static void free_path(char **path)
{
    free(*path);
}

/* Loads the folder's edition into the set. What has no text of its own yet gets one here. */
static int set_load(struct policy_editions *set, const char *folder, policy_digest_function *digest, char **error)
{
    BASE_CLEANUP(free_path) char *path = strdup(folder);
    struct policy_source source = {.read = folder_read, .context = path, .path = folder};
    if (!path)
        return -ENOMEM;
    if (set->count == EDITIONS_MAX)
        return -E2BIG;
    int r = policy_edition_load(&source, digest, &set->edition[set->count], error);
    if (r == 0)
        set->count++;
    return r;
}

static int by_time(const void *a, const void *b)
{
    const struct policy_edition *const *x = a, *const *y = b;
    int64_t from_x = (*x)->files.order.from_us, from_y = (*y)->files.order.from_us;
    return (from_x > from_y) - (from_x < from_y);
}

static int set_check(struct policy_editions *set, const char *folder, char **error)
{
    qsort(set->edition, set->count, sizeof(set->edition[0]), by_time);
    for (size_t i = 1; i < set->count; i++) {
        const struct policy_order *earlier = &set->edition[i - 1]->files.order, *later = &set->edition[i]->files.order;
        if (earlier->to_us <= later->from_us)
            continue;
        if (asprintf(error,
                     "%s/%s/edition.tsv:4:1: edition %s is still in force when %s begins: set its in_force_to to the "
                     "in_force_from of %s",
                     folder, earlier->id, earlier->id, later->id, later->id) < 0)
            *error = NULL;
        return -EINVAL;
    }
    return set->count > 0 ? 0 : -ENOENT;
}

static int set_add(struct policy_editions *set, const char *folder, const char *name, policy_digest_function *digest,
                   char **error)
{
    BASE_CLEANUP(free_path) char *path = NULL;
    if (asprintf(&path, "%s/%s", folder, name) < 0) {
        path = NULL; /* what a failure leaves there is undefined */
        return -ENOMEM;
    }
    int r = set_load(set, path, digest, error);
    if (r < 0 || strcmp(set->edition[set->count - 1]->files.order.id, name) == 0)
        return r;
    if (asprintf(error, "%s/edition.tsv:2:4: the id '%s' is not the name of the folder", path,
                 set->edition[set->count - 1]->files.order.id) < 0)
        *error = NULL;
    return -EINVAL;
}

static void close_folder(DIR **folder)
{
    if (*folder)
        closedir(*folder);
}

static int set_load_all(struct policy_editions *set, const char *folder, policy_digest_function *digest, char **error)
{
    BASE_CLEANUP(close_folder) DIR *entries = opendir(folder);
    if (!entries)
        return -errno;
    const struct dirent *entry;
    while ((errno = 0, entry = readdir(entries)) != NULL) {
        struct stat info;
        if (entry->d_name[0] == '.')
            continue;
        if (fstatat(dirfd(entries), entry->d_name, &info, 0) < 0)
            return -errno;
        if (!S_ISDIR(info.st_mode))
            continue;
        int r = set_add(set, folder, entry->d_name, digest, error);
        if (r < 0)
            return r;
    }
    return errno != 0 ? -errno : set_check(set, folder, error);
}

static int load(const char *folder, policy_digest_function *digest,
                int fill(struct policy_editions *, const char *, policy_digest_function *, char **),
                struct policy_editions **ret_set, char **ret_error)
{
    char *error = NULL;
    struct policy_editions *set = calloc(1, sizeof(*set));
    int r = set ? fill(set, folder, digest, &error) : -ENOMEM;
    if (r < 0) {
        policy_editions_free(set);
        if (!error && asprintf(&error, "%s: %s", folder, r == -ENOENT ? "no edition there" : strerror(-r)) < 0)
            error = NULL;
        *ret_error = error;
        return r;
    }
    *ret_set = set;
    return 0;
}

int policy_editions_load(const char *folder, policy_digest_function *digest, struct policy_editions **ret_set,
                         char **ret_error)
{
    return load(folder, digest, set_load_all, ret_set, ret_error);
}

int policy_editions_load_one(const char *folder, policy_digest_function *digest, struct policy_editions **ret_set,
                             char **ret_error)
{
    return load(folder, digest, set_load, ret_set, ret_error);
}

void policy_editions_free(struct policy_editions *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->count; i++)
        policy_edition_free(set->edition[i]);
    free(set);
}

const struct policy_edition *policy_edition_at(const struct policy_editions *set, int64_t at_us)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct policy_order *order = &set->edition[i]->files.order;
        if (order->from_us <= at_us && at_us < order->to_us)
            return set->edition[i];
    }
    return NULL;
}

const struct policy_edition *policy_edition_find(const struct policy_editions *set, struct base_bytes id)
{
    for (size_t i = 0; i < set->count; i++)
        if (base_bytes_equal_text(id, set->edition[i]->files.order.id))
            return set->edition[i];
    return NULL;
}

size_t policy_editions_count(const struct policy_editions *set)
{
    return set->count;
}

const struct policy_edition *policy_edition_by_index(const struct policy_editions *set, size_t index)
{
    return index < set->count ? set->edition[index] : NULL;
}

const char *policy_edition_id(const struct policy_edition *edition)
{
    return edition->files.order.id;
}

const char *policy_edition_source(const struct policy_edition *edition)
{
    return edition->files.order.source;
}

const uint8_t *policy_edition_sha256(const struct policy_edition *edition)
{
    return edition->files.sha256;
}

const char *policy_edition_sha256_text(const struct policy_edition *edition)
{
    return edition->sha256_text;
}

int64_t policy_edition_from_us(const struct policy_edition *edition)
{
    return edition->files.order.from_us;
}

int64_t policy_edition_to_us(const struct policy_edition *edition)
{
    return edition->files.order.to_us;
}

static const char *name_of(const char *const names[static 3], enum policy_language language)
{
    return (unsigned) language <= POLICY_LANGUAGE_EN ? names[language] : NULL;
}

const char *policy_edition_service_name(const struct policy_edition *edition, unsigned service,
                                        enum policy_language language)
{
    return service <= POLICY_SERVICE_MAX ? name_of(edition->files.order.services[service].name, language) : NULL;
}

const char *policy_edition_role_name(const struct policy_edition *edition, unsigned role, enum policy_language language)
{
    return role <= POLICY_ROLE_MAX ? name_of(edition->files.order.roles[role].name, language) : NULL;
}

const char *policy_edition_basis_name(const struct policy_edition *edition, enum policy_basis basis,
                                      enum policy_language language)
{
    return (unsigned) basis <= POLICY_BASIS_MAX ? name_of(edition->files.order.bases[basis].name, language) : NULL;
}

const char *policy_edition_duty_name(const struct policy_edition *edition, enum policy_duty duty,
                                     enum policy_language language)
{
    return (unsigned) duty <= POLICY_DUTY_MAX ? name_of(edition->files.order.duties[duty].name, language) : NULL;
}

const char *policy_edition_reading(const struct policy_edition *edition, unsigned reading)
{
    return reading <= POLICY_READING_MAX ? edition->files.order.readings[reading] : NULL;
}

bool policy_edition_service_marked(const struct policy_edition *edition, unsigned service)
{
    return service <= POLICY_SERVICE_MAX && edition->files.order.services[service].marked;
}

bool policy_edition_service_acts(const struct policy_edition *edition, unsigned service)
{
    return service <= POLICY_SERVICE_MAX && edition->files.order.services[service].acts;
}

unsigned policy_edition_role_bases(const struct policy_edition *edition, unsigned role)
{
    unsigned bases = 0;
    for (unsigned basis = 1; role <= POLICY_ROLE_MAX && basis <= POLICY_BASIS_MAX; basis++)
        bases |= edition->files.order.roles[role].allowed[basis] ? 1u << basis : 0;
    return bases;
}

unsigned policy_edition_role_duties(const struct policy_edition *edition, unsigned role)
{
    return role <= POLICY_ROLE_MAX ? edition->files.order.roles[role].duties : 0;
}

unsigned policy_edition_role_appendix(const struct policy_edition *edition, unsigned role)
{
    return role <= POLICY_ROLE_MAX ? edition->files.order.roles[role].appendix : 0;
}

size_t policy_edition_article_count(const struct policy_edition *edition)
{
    return edition->files.order.article_count;
}

const char *policy_edition_article(const struct policy_edition *edition, size_t index)
{
    const struct policy_order *order = &edition->files.order;
    return index < order->article_count ? order->articles[index + 1].text : NULL;
}
