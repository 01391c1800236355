/* For the room's own files. */
#ifndef AUDIT_KIND_H
#define AUDIT_KIND_H

#include "audit/leaf.h"

/* OTHER for a name that is in no table. */
enum audit_kind audit_kind_find(struct base_bytes name);

#endif
