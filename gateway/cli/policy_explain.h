/* The words of `qao policy explain`. */
#ifndef GATEWAY_CLI_POLICY_EXPLAIN_H
#define GATEWAY_CLI_POLICY_EXPLAIN_H

#include "base/json.h"
#include "gateway/cli/text.h"
#include "policy/explain.h"

/* Prints the decision, for each reason what is wrong and what would mend it, the places it rests on, and the grounds on
 * which the service is open. */
void cli_policy_explanation_print(const struct policy_explanation *explanation, const struct policy_edition *edition,
                                  const struct policy_facts *facts, enum cli_language language);

/* The same as one JSON object. */
void cli_policy_explanation_encode(const struct policy_explanation *explanation, const struct policy_edition *edition,
                                   struct base_json *json);

#endif
