/* The rows of an edition's files, one function for each file. Inner header of the room.
 *
 * Each reads all lines after the header into the order and checks what the file alone can tell; POLICY_TSV_END at the
 * sound end, -EINVAL or -ENOMEM with tsv->error set. services.tsv must be read before the matrices, which look at its
 * marks. Texts stay in the bytes that tsv reads. */
#ifndef POLICY_ORDER_PARSE_H
#define POLICY_ORDER_PARSE_H

#include "policy/order.h"
#include "policy/tsv.h"

int policy_services_parse(struct policy_tsv *tsv, struct policy_order *order) BASE_MUST_USE;
int policy_bases_parse(struct policy_tsv *tsv, struct policy_order *order) BASE_MUST_USE;
int policy_duties_parse(struct policy_tsv *tsv, struct policy_order *order) BASE_MUST_USE;
/* App. 1-7. */
int policy_matrix_parse(struct policy_tsv *tsv, struct policy_order *order, unsigned appendix) BASE_MUST_USE;
/* App. 8. */
int policy_articles_parse(struct policy_tsv *tsv, struct policy_order *order) BASE_MUST_USE;
/* App. 12. */
int policy_roles_parse(struct policy_tsv *tsv, struct policy_order *order) BASE_MUST_USE;
int policy_remarks_parse(struct policy_tsv *tsv, struct policy_order *order) BASE_MUST_USE;
int policy_readings_parse(struct policy_tsv *tsv, struct policy_order *order) BASE_MUST_USE;

#endif
