/* The form of a case number of the Unified Register of Pre-trial Investigations (R12), set by the operator. */
#ifndef POLICY_CASE_H
#define POLICY_CASE_H

#include "base/bytes.h"
#include "base/result.h"
#include "policy/facts.h"

enum { POLICY_CASE_PATTERN_MAX = 64 };

/* '#' stands for one digit 0-9, every other character for itself. */
#define POLICY_CASE_PATTERN_DEFAULT "###############"

struct policy_case_pattern {
    char text[POLICY_CASE_PATTERN_MAX + 1];
};

/* Takes a pattern of the configuration: 1-64 printable ASCII characters with at least one '#', no space. -EINVAL
 * otherwise. */
int policy_case_pattern_parse(struct base_bytes text, struct policy_case_pattern *ret_pattern) BASE_MUST_USE;

/* ABSENT for data == NULL; else WELLFORMED when the number is of the pattern from its first byte to its last. An empty
 * text is a malformed number, not an absent one. */
enum policy_case policy_case_check(const struct policy_case_pattern *pattern, struct base_bytes number);

#endif
