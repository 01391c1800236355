/* Services 75 and 76: how somebody or something hangs together with others (docs/PROTOCOL-QUERY.md, "Links"). A bounded search
 * over the registries whose descriptions have links: each that this officer may ask under this basis is asked as a part of the
 * message (part.h), decided and recorded like any query; the others are not touched. */
#ifndef GATEWAY_CORE_LINKS_H
#define GATEWAY_CORE_LINKS_H

#include "gateway/core/request.h"

/* Whether the gateway answers this service itself. */
bool core_links_serves(unsigned service);

/* Instead of core_call_send(): answered is called by a worker once request->answer and request->records tell what was found. */
void core_links_begin(struct core_request *take_request, void (*answered)(struct core_request *request));

#endif
