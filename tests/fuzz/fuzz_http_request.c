/* Whatever a parameter holds: a path that is made is printable ASCII without a space, its path part has as many slashes
 * as its template, its query part as many pairs as parameters were given; a body is JSON whose member is the value. The
 * first byte says which path is made. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "gateway/adapters/http_request.h"
#include "gateway/wire/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char a_name[] = "a", b_name[] = "b";
static const struct adapter_service service = {.number = 5, .parameter_count = 2, .parameters = {a_name, b_name}};

static void check(bool holds)
{
    if (!holds)
        abort();
}

static size_t count(struct base_bytes text, char byte)
{
    size_t found = 0;
    for (size_t i = 0; i < text.len; i++)
        found += text.data[i] == (uint8_t) byte ? 1 : 0;
    return found;
}

static void check_path(const char *template, size_t slashes, size_t pairs, const struct adapter_call *call)
{
    struct adapter_path *path = NULL;
    char *error = NULL;
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, ADAPTER_PATH_MAX);
    check(adapter_path_new(template, "path", &service, &path, &error) == 0);
    if (adapter_path_make(path, call, &out) == 0) {
        struct base_bytes made = base_buffer_view(&out);
        check(base_text_is_printable(made) && count(made, ' ') == 0 && count(made, '#') == 0);
        check(count(made, '/') == slashes && count(made, '?') == (pairs > 0 ? 1 : 0) && count(made, '=') == pairs);
        check(made.data && !memmem(made.data, made.len, "/../", 4) && !memmem(made.data, made.len, "/./", 3) &&
              !memmem(made.data, made.len, "%2E", 3) &&
              !memmem(made.data, made.len, "//", 2));
    }
    adapter_path_free(path);
}

static void check_body(const struct adapter_call *call)
{
    struct adapter_body *body = NULL;
    char *error = NULL;
    const struct base_config_pairs none = {0};
    json_t *description = json_object(), *read = NULL;
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, ADAPTER_BODY_MAX);
    check(adapter_body_new(description, &none, &service, &body, &error) == 0);
    check(adapter_body_make(body, call, &out) == 0);
    check(wire_json_parse(base_buffer_view(&out), ADAPTER_BODY_MAX, &read, NULL) == 0);
    check(json_object_size(read) == 1 && strcmp(json_string_value(json_object_get(read, "a")), call->values[0]) == 0);
    json_decref(read);
    json_decref(description);
    adapter_body_free(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > LINK_PARAM_BYTES_MAX || memchr(data + 1, '\0', size - 1) ||
        !base_text_is_utf8(base_bytes_of(data + 1, size - 1))) /* what the link lets through */
        return 0;
    struct adapter_call call = {.service = &service};
    call.values[0] = strndup((const char *) data + 1, size - 1);
    if (data[0] % 2 == 0)
        check_path("/x/{a}/y", 3, 0, &call);
    else
        check_path("/x?a={a}&b={b}", 1, 1, &call);
    check_body(&call);
    free(call.values[0]);
    return 0;
}
