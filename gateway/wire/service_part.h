/* What service.c and service_check.c share, and how a test makes one service from a text. */
#ifndef GATEWAY_WIRE_SERVICE_PART_H
#define GATEWAY_WIRE_SERVICE_PART_H

#include "base/bytes.h"
#include "gateway/wire/schema.h"
#include "gateway/wire/service.h"

struct wire_service {
    unsigned number;
    enum wire_service_kind kind;
    json_t *description;
    struct wire_schema *request, *answer;
};

/* One description; place names it in errors. As wire_services_new(). */
int wire_service_new(struct base_bytes text, unsigned number, const char *place, struct wire_service **ret_service,
                     char **ret_error) BASE_MUST_USE;

#endif
