/* The few refusals that the front makes itself, as RFC 9457 problem details in the language asked for. */
#ifndef GATEWAY_FRONT_PROBLEM_H
#define GATEWAY_FRONT_PROBLEM_H

#include "base/bytes.h"
#include "base/result.h"

enum front_problem {
    FRONT_PROBLEM_NONE = 0,
    FRONT_PROBLEM_BAD_REQUEST,
    FRONT_PROBLEM_LENGTH_REQUIRED,
    FRONT_PROBLEM_TOO_LARGE,
    FRONT_PROBLEM_OVERLOADED,      /* no room, or no gateway: surely nothing was done */
    FRONT_PROBLEM_OUTCOME_UNKNOWN, /* the gateway may have taken the request, and did not answer */
};

enum front_language { FRONT_LANGUAGE_EN, FRONT_LANGUAGE_RU, FRONT_LANGUAGE_KK };

/* The best of Accept-Language (RFC 9110 §12.5.4), matched on the primary subtag; English for all else. */
enum front_language front_language_find(struct base_bytes accept_language);
/* "en", "ru", "kk". Static. */
const char *front_language_name(enum front_language language);

/* HTTP status; 500 for FRONT_PROBLEM_NONE, which is none. */
unsigned front_problem_status(enum front_problem problem);
/* The body, application/problem+json. Static. */
struct base_bytes front_problem_body(enum front_problem problem, enum front_language language);

#endif
