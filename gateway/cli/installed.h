/* What the gateway reads of the installation and the client needs as well. Each says on standard error why it cannot be read;
 * the caller frees. */
#ifndef GATEWAY_CLI_INSTALLED_H
#define GATEWAY_CLI_INSTALLED_H

#include "gateway/wire/act.h"
#include "gateway/wire/message.h"

/* schema/messages.tsv. False: it was told. */
bool cli_installed_messages(struct wire_messages **ret_messages) BASE_MUST_USE;
/* schema/acts. False: it was told. */
bool cli_installed_acts(struct wire_acts **ret_acts) BASE_MUST_USE;

#endif
