/* A strict reader of the benchmark's requests: one flat JSON object of six known members, each once, texts without
 * escapes, no white space, integers without sign or fraction; all else is refused. It shows what the policy costs
 * when reading JSON builds no tree. */
#ifndef TESTS_BENCH_POLICY_FLAT_H
#define TESTS_BENCH_POLICY_FLAT_H

#include "base/bytes.h"

#include <stdbool.h>

struct flat_request {
    unsigned role, service;
    struct base_bytes article, basis, case_number, duty; /* data NULL for null */
};

bool flat_request_parse(struct base_bytes text, struct flat_request *ret_request);

#endif
