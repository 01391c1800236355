/* A decision as canonical JSON (RFC 8785). */
#ifndef POLICY_ENCODE_H
#define POLICY_ENCODE_H

#include "base/json.h"
#include "policy/decision.h"
#include "policy/edition.h"

/* An array of citations: {"appendix":1,"clause":2,"column":1,"readings":["R04"],"row":11}. Members without a value are
 * left out. */
void policy_citations_encode(const struct policy_decision *decision, struct base_json *json);

/* An array of all reasons, in order: ["case-missing","article-missing"]. */
void policy_reasons_encode(const struct policy_decision *decision, struct base_json *json);

/* The "decision" member of a signed answer: {"citations","edition","edition_sha256","effect"}. */
void policy_decision_encode(const struct policy_decision *decision, const struct policy_edition *edition,
                            struct base_json *json);

/* The same with "doubtful", "needs" and "reasons": what `qao policy decide` prints. */
void policy_decision_encode_whole(const struct policy_decision *decision, const struct policy_edition *edition,
                                  struct base_json *json);

#endif
