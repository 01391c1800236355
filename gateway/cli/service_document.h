/* `qao services document`: docs/services.md, made from the service descriptions. */
#ifndef GATEWAY_CLI_SERVICE_DOCUMENT_H
#define GATEWAY_CLI_SERVICE_DOCUMENT_H

#include "base/buffer.h"
#include "gateway/wire/service.h"

/* Appends the page of all described services as Markdown. The buffer's error. */
int cli_service_document_encode(const struct wire_services *services, struct base_buffer *out) BASE_MUST_USE;

/* Prints that of the installed descriptions. Returns an enum cli_exit. */
int cli_service_document(void);

#endif
