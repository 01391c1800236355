/* Keyed digests by which the log names subjects: HMAC-SHA-256 under keys that only the gateway can read. Keys are
 * rotated by adding one; the newest is used. Immutable once read, any thread. */
#ifndef GATEWAY_CORE_SUBJECT_H
#define GATEWAY_CORE_SUBJECT_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/result.h"

struct core_subjects;

enum { CORE_SUBJECT_KEYS_MAX = 64, CORE_SUBJECT_MAC_BYTES = 32 };

/* Lines of "number 64-hex-digits", numbers from 1, none twice, at least one line; the file must be secret. -EBADMSG,
 * -ENOMEM, base_file_read()'s errors. */
int core_subjects_read(const char *path, struct core_subjects **ret_subjects) BASE_MUST_USE;
int core_subjects_parse(struct base_bytes text, struct core_subjects **ret_subjects) BASE_MUST_USE;
/* Wipes the keys. Accepts NULL. */
void core_subjects_free(struct core_subjects *subjects);

/* The number of the key in use: the highest. */
uint32_t core_subjects_kid(const struct core_subjects *subjects);

/* HMAC over kind, one colon, and the value: "iin:500101100000". kind is a short word of ours, which keeps an IIN from
 * meeting a plate of the same digits. -EIO when OpenSSL fails, -ENOENT for a number without a key. */
int core_subject_mac(const struct core_subjects *subjects, uint32_t kid, const char *kind, struct base_bytes value,
                     uint8_t ret_mac[static CORE_SUBJECT_MAC_BYTES]) BASE_MUST_USE;

#endif
