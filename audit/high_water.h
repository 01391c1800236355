/* The newest checkpoint this machine acknowledged, kept outside the database: a database that was set back behind it is
 * found out at start. Two slots are written in turn, each with its own digest, so that a write cut short by a power
 * loss leaves the other; one fdatasync a write. Layout: docs/PROTOCOL-LOG.md. One thread. */
#ifndef AUDIT_HIGH_WATER_H
#define AUDIT_HIGH_WATER_H

#include "audit/checkpoint.h"

struct audit_high_water;

/* Makes the file (mode 0600, durable), replacing what is there. */
int audit_high_water_create(const char *path, const struct audit_head *head) BASE_MUST_USE;

/* Opens and locks the file, and tells the newest head in it that the log's key signed. -ENOENT; -EBUSY when another
 * process holds it; -EBADMSG when no slot is whole, or one is of another log or key; else errno. */
int audit_high_water_open(const char *path, const struct audit_vkey *log, struct audit_high_water **ret_file,
                          struct audit_head *ret_head) BASE_MUST_USE;
/* Accepts NULL. */
void audit_high_water_free(struct audit_high_water *file);

/* Durable when 0. After an error nothing is known about the newer slot; the older one stands. */
int audit_high_water_write(struct audit_high_water *file, const struct audit_head *head) BASE_MUST_USE;

#endif
