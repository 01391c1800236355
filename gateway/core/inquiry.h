/* One message, several services (qao.inquiry/1, docs/PROTOCOL-QUERY.md): once its own record is durable, each service is a
 * part (part.h). Worker threads. */
#ifndef GATEWAY_CORE_INQUIRY_H
#define GATEWAY_CORE_INQUIRY_H

#include "gateway/core/request.h"

/* Before the record: whether there is room for all parts and the person may ask that much. If so the room is the request's
 * (again called, nothing more is taken); else the request was answered and is gone. */
bool core_inquiry_admit(struct core_request *request) BASE_MUST_USE;

/* After the record: tells 202 with the list of parts, and starts them. */
void core_inquiry_begin(struct core_request *take_request);

#endif
