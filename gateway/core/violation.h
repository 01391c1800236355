/* Violations of the Rules that a recorded refusal shows (clause 44). A plain value; any thread. */
#ifndef GATEWAY_CORE_VIOLATION_H
#define GATEWAY_CORE_VIOLATION_H

#include <stdbool.h>

#include "gateway/wire/code.h"

enum { CORE_VIOLATION_TEXT_MAX = 160 };

struct core_violation_facts {
    struct wire_codes codes; /* all reasons of the refusal */
    bool is_blocked;         /* the registration is blocked: not merely ended or suspended for absence */
    bool is_run;             /* more refusals of this person in an hour than the setting allows */
};

/* The causes, separated by one space, in ret_text; NULL when there is none. They are those that qao.violation_append() takes. */
const char *core_violation_find(const struct core_violation_facts *facts, char ret_text[static CORE_VIOLATION_TEXT_MAX]);

/* Whether a refusal for these reasons speaks of the person at all: planned work does not. */
bool core_violation_counts(struct wire_codes codes);

#endif
