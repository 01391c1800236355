/* Editions of the order: the policy as data. An edition is a folder of TSV files (policy/editions/README.md) with the
 * time from which it is in force; the set keeps old ones, so that any logged query can be decided again.
 *
 * A loaded set is read-only: any number of threads may use it until it is freed. */
#ifndef POLICY_EDITION_H
#define POLICY_EDITION_H

#include "base/bytes.h"
#include "base/result.h"
#include "policy/facts.h"

struct policy_edition;
struct policy_editions;

enum { POLICY_DIGEST_BYTES = 32 };

/* SHA-256 of the bytes; handed in, because the room knows no cryptography. 0 or a negative errno. */
typedef int policy_digest_function(struct base_bytes bytes, uint8_t ret_digest[static POLICY_DIGEST_BYTES]);

/* Loads every edition in the folder (one sub-folder each) and checks that they do not overlap. The caller frees the
 * set with policy_editions_free(). -EINVAL for unusable data, -ENOENT, -EIO, -ENOMEM, ...; then *ret_error says what
 * and where ("file:line:column: ...") in a text that the caller frees, NULL only when out of memory. */
int policy_editions_load(const char *folder, policy_digest_function *digest, struct policy_editions **ret_set,
                         char **ret_error) BASE_MUST_USE;

/* A set of the one edition in this folder, whatever lies beside it: for `qao policy check` and `diff`. As above. */
int policy_editions_load_one(const char *folder, policy_digest_function *digest, struct policy_editions **ret_set,
                             char **ret_error) BASE_MUST_USE;

/* Accepts NULL. Editions found in the set die with it. */
void policy_editions_free(struct policy_editions *set);

/* The edition in force at this time (of arrival), or NULL: then nothing may be permitted. Borrowed from the set. */
const struct policy_edition *policy_edition_at(const struct policy_editions *set, int64_t at_us);

/* The edition of this id, or NULL. */
const struct policy_edition *policy_edition_find(const struct policy_editions *set, struct base_bytes id);

/* Ordered by the time they come into force; index below the count. */
size_t policy_editions_count(const struct policy_editions *set);
const struct policy_edition *policy_edition_by_index(const struct policy_editions *set, size_t index);

/* All texts below live as long as the edition. */
const char *policy_edition_id(const struct policy_edition *edition);
const char *policy_edition_source(const struct policy_edition *edition);

/* SHA-256 of the bytes of edition.tsv, which lists that of every other file; as bytes and as 64 hex digits. */
const uint8_t *policy_edition_sha256(const struct policy_edition *edition);
const char *policy_edition_sha256_text(const struct policy_edition *edition);

/* In force from (inclusive) to (exclusive; INT64_MAX when open), as microseconds since 1970. */
int64_t policy_edition_from_us(const struct policy_edition *edition);
int64_t policy_edition_to_us(const struct policy_edition *edition);

enum policy_language {
    POLICY_LANGUAGE_KK = 0,
    POLICY_LANGUAGE_RU,
    POLICY_LANGUAGE_EN,
};

/* Names in the three languages; NULL for a number outside its range and for NONE. */
const char *policy_edition_service_name(const struct policy_edition *edition, unsigned service,
                                        enum policy_language language);
const char *policy_edition_role_name(const struct policy_edition *edition, unsigned role,
                                     enum policy_language language);
const char *policy_edition_basis_name(const struct policy_edition *edition, enum policy_basis basis,
                                      enum policy_language language);
const char *policy_edition_duty_name(const struct policy_edition *edition, enum policy_duty duty,
                                     enum policy_language language);

/* What a reading (1-63) says, in English; NULL for one the edition does not carry. */
const char *policy_edition_reading(const struct policy_edition *edition, unsigned reading);

/* Clause 9: a service open only for the articles of App. 8. R13: a service that acts instead of asking. */
bool policy_edition_service_marked(const struct policy_edition *edition, unsigned service);
bool policy_edition_service_acts(const struct policy_edition *edition, unsigned service);

/* The rights App. 12 allows a role: bases as bits 1u << enum policy_basis, and the duties of the role's own appendix
 * (R07) as bits 1u << enum policy_duty. 0 outside 1-15. */
unsigned policy_edition_role_bases(const struct policy_edition *edition, unsigned role);
unsigned policy_edition_role_duties(const struct policy_edition *edition, unsigned role);
/* The appendix (4-7) whose duties are the role's other duties (R07); 0 for a role without one and outside 1-15. */
unsigned policy_edition_role_appendix(const struct policy_edition *edition, unsigned role);

/* App. 8: number of entries, and the entry of an index as it must be written in a query ("216/2", "220"). */
size_t policy_edition_article_count(const struct policy_edition *edition);
const char *policy_edition_article(const struct policy_edition *edition, size_t index);

#endif
