/* Names of services, bases and duties for people, from the service descriptions and the newest edition of the order. */
#ifndef GATEWAY_CLI_NAMES_H
#define GATEWAY_CLI_NAMES_H

#include "gateway/cli/text.h"

#include <jansson.h>

struct wire_services;
struct policy_edition;
struct policy_editions;

/* Zeroed: knows no names. */
struct cli_names {
    struct wire_services *services;
    struct policy_editions *editions;
};

/* Reads what is installed. What is missing or unusable is left out: names only help to read. The caller clears. */
void cli_names_read(struct cli_names *ret_names);
/* Accepts a zeroed struct. */
void cli_names_clear(struct cli_names *names);

/* The newest edition of the order, or NULL. Borrowed. */
const struct policy_edition *cli_names_edition(const struct cli_names *names);
/* NULL when unknown. Borrowed. */
const char *cli_names_service(const struct cli_names *names, long service, enum cli_language language);
/* The word itself when unknown. */
const char *cli_names_basis(const struct cli_names *names, const char *basis, enum cli_language language);
const char *cli_names_duty(const struct cli_names *names, const char *duty, enum cli_language language);
/* The service's description (schema/services/NN.json), or NULL. Borrowed. */
const json_t *cli_names_description(const struct cli_names *names, long service);

#endif
