/* Leaves of fictional people for the tests. */
#ifndef TESTS_LEAVES_H
#define TESTS_LEAVES_H

#include "audit/leaf.h"

/* 2026-11-22T12:00:00.123456+05:00 */
#define LEAVES_AT_US INT64_C(1795330800123456)

/* A permitted request with everything in it; id[15] and id[14] are the number. Views are of static data. */
struct audit_leaf_query leaves_query(unsigned number, uint8_t id[static BASE_UUID_BYTES]);

/* Appends the leaf of that request, or of its conclusion. */
void leaves_request(unsigned number, struct base_buffer *out);
void leaves_conclusion(enum audit_kind kind, unsigned number, const struct audit_hash *request,
                       struct base_buffer *out);

#endif
