/* The rules against the compiled table, over the whole space. */
#ifndef POLICY_ENUMERATE_H
#define POLICY_ENUMERATE_H

#include "policy/decide.h"

struct policy_enumeration {
    uint64_t combinations;
    uint64_t differences;
    struct policy_facts first; /* of the differences; its article points into the edition or to static text */
};

/* Decides by both and compares every member of both decisions:
 *   every article: 15 roles x 12 slots x 76 services x 3 case states x (75 entries of App. 8 and 5 texts that are none
 *   of them), with every right that App. 12 allows: 3,283,200 for the edition of 2022;
 *   every registration: 15 roles x 13 grounds (the slots, and other duties without a duty) x 76 services x 3 case
 *   states x 4 registrations (basis or not, duty or not) x 6 articles: 1,067,040. */
void policy_enumerate(const struct policy_edition *edition, struct policy_enumeration *ret_enumeration);

#endif
