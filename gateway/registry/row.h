/* One officer as a row of an import (docs/PROTOCOL-ACCESS.md, section 5): checked by the same rules as an application's form and
 * rights. What needs the register is qao.import_check()'s. Any thread. */
#ifndef GATEWAY_REGISTRY_ROW_H
#define GATEWAY_REGISTRY_ROW_H

#include "base/buffer.h"
#include "gateway/wire/act.h"
#include "policy/edition.h"

enum { REGISTRY_ROW_WORD_MAX = 48, REGISTRY_ROW_FAULTS_MAX = 40 };

struct registry_row_faults {
    size_t count;
    struct {
        char column[REGISTRY_ROW_WORD_MAX]; /* "iin"; "row" for the whole */
        char code[REGISTRY_ROW_WORD_MAX];   /* wire_fault_code() or wire_code_text() */
    } items[REGISTRY_ROW_FAULTS_MAX];
};

/* All faults of the row; none: only the register can still be against it. edition: in force now; NULL: no rights can be given. */
void registry_row_check(const struct wire_acts *acts, const struct policy_edition *edition, const json_t *row,
                        struct registry_row_faults *ret_faults);

/* Appends a row without faults as the register takes it: canonical, with the appendix of its role (R07). The buffer's errors,
 * -EINVAL, -ENOMEM. */
int registry_row_encode(const struct policy_edition *edition, const json_t *row, struct base_buffer *out) BASE_MUST_USE;

#endif
