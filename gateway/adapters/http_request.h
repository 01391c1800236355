/* How a service's parameters become the path and the body of a request, by its file. Compiled once, immutable
 * afterwards, any thread. No parameter can change what is asked: each is encoded where it stands. */
#ifndef GATEWAY_ADAPTERS_HTTP_REQUEST_H
#define GATEWAY_ADAPTERS_HTTP_REQUEST_H

#include <jansson.h>

#include "gateway/adapters/adapter.h"

struct adapter_path;
struct adapter_body;

/* Named condition: a parameter that the path needs was not given, or may not stand in it; a value that its conversion
 * does not know. Nothing is sent. */
enum { ADAPTER_REQUEST_UNFIT = 1 };

enum { ADAPTER_PATH_MAX = 60 * 1024, ADAPTER_BODY_MAX = 128 * 1024, ADAPTER_BODY_LINES_MAX = 64 };

/* text: "/x/{iin}?from={begins}". -EINVAL with *ret_error (freed by the caller), which begins with the key; -ENOMEM. */
int adapter_path_new(const char *text, const char *key, const struct adapter_service *service,
                     struct adapter_path **ret_path, char **ret_error) BASE_MUST_USE;
/* Accepts NULL. */
void adapter_path_free(struct adapter_path *path);
bool adapter_path_takes(const struct adapter_path *path, const char *parameter);
/* Appends the path for these values. UNFIT, or the buffer's error. */
int adapter_path_make(const struct adapter_path *path, const struct adapter_call *call,
                      struct base_buffer *out) BASE_MUST_USE;

/* description: of the service, checked; without lines each parameter is a member of its own name. Errors as above. */
int adapter_body_new(const json_t *description, const struct base_config_pairs *lines,
                     const struct adapter_service *service, struct adapter_body **ret_body,
                     char **ret_error) BASE_MUST_USE;
/* Accepts NULL. */
void adapter_body_free(struct adapter_body *body);
bool adapter_body_takes(const struct adapter_body *body, const char *parameter);
/* Appends canonical JSON. UNFIT, or the buffer's error. */
int adapter_body_make(const struct adapter_body *body, const struct adapter_call *call,
                      struct base_buffer *out) BASE_MUST_USE;

#endif
