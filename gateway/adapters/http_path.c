/* The path of a request. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/adapters/http_request.h"

enum { PAIRS_MAX = 32, NAME_MAX_BYTES = 32 };

struct adapter_path {
    char *text;               /* split by NULs: the path part, then the pairs of the query part */
    const char *pairs[PAIRS_MAX];
    size_t pair_count;
};

void adapter_path_free(struct adapter_path *path)
{
    if (path)
        free(path->text);
    free(path);
}

/* ---- Templates ---- */

/* The name in the braces that open at text; NULL when it is no parameter of the service. */
static bool read_name(const char *text, char ret_name[static NAME_MAX_BYTES], size_t *ret_len)
{
    size_t len = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (len == 0 || len >= NAME_MAX_BYTES || text[1 + len] != '}')
        return false;
    memcpy(ret_name, text + 1, len);
    ret_name[len] = '\0';
    *ret_len = len + 2;
    return true;
}

static bool is_known(const struct adapter_service *service, const char *name)
{
    for (size_t i = 0; i < service->parameter_count; i++)
        if (strcmp(service->parameters[i], name) == 0)
            return true;
    return strcmp(name, "query") == 0;
}

static bool is_unreserved(unsigned char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

static const char *check_template(const char *text, const struct adapter_service *service)
{
    char name[NAME_MAX_BYTES];
    size_t len;
    if (text[0] != '/')
        return "must begin with a slash";
    for (const char *c = text; *c;) {
        if (*c == '{') {
            if (!read_name(c, name, &len))
                return "a brace without the name of a parameter";
            if (!is_known(service, name))
                return "names a parameter that the service does not have";
            c += len;
        } else if (is_unreserved((unsigned char) *c) || strchr("/?&=:@,+%!$'()*;", *c)) {
            c++;
        } else {
            return "holds a character that no address has";
        }
    }
    return NULL;
}

static const char *split(struct adapter_path *path)
{
    char *query = strchr(path->text, '?'), *save = NULL;
    if (!query)
        return NULL;
    *query = '\0';
    for (char *pair = strtok_r(query + 1, "&", &save); pair; pair = strtok_r(NULL, "&", &save)) {
        if (path->pair_count == PAIRS_MAX)
            return "too long a query part";
        if (strchr(pair, '?'))
            return "two query parts";
        path->pairs[path->pair_count++] = pair;
    }
    return NULL;
}

int adapter_path_new(const char *text, const char *key, const struct adapter_service *service,
                     struct adapter_path **ret_path, char **ret_error)
{
    const char *what = check_template(text, service);
    if (what)
        return adapter_fail(ret_error, "%s: %s", key, what);
    struct adapter_path *path = calloc(1, sizeof(*path));
    if (path)
        path->text = strdup(text);
    int r = path && path->text ? 0 : -ENOMEM;
    what = r == 0 ? split(path) : NULL;
    if (what)
        r = adapter_fail(ret_error, "%s: %s", key, what);
    if (r < 0)
        adapter_path_free(path);
    else
        *ret_path = path;
    return r;
}

static bool takes(const char *template, const char *parameter)
{
    char name[NAME_MAX_BYTES];
    size_t len;
    for (const char *c = strchr(template, '{'); c; c = strchr(c + 1, '{'))
        if (read_name(c, name, &len) && strcmp(name, parameter) == 0)
            return true;
    return false;
}

bool adapter_path_takes(const struct adapter_path *path, const char *parameter)
{
    bool answer = takes(path->text, parameter);
    for (size_t i = 0; !answer && i < path->pair_count; i++)
        answer = takes(path->pairs[i], parameter);
    return answer;
}

/* ---- Paths ---- */

/* Servers do not agree on what an encoded slash or dot means: what could be taken for one is not sent. */
static bool may_stand_in_path(const char *value)
{
    if (value[strspn(value, ".")] == '\0')
        return false;
    for (const char *c = value; *c; c++)
        if (strchr("/\\%?#;", *c) || (unsigned char) *c < ' ' || *c == '\x7f')
            return false;
    return true;
}

static void append_encoded(const char *value, struct base_buffer *out)
{
    for (const char *c = value; *c; c++) {
        if (is_unreserved((unsigned char) *c))
            base_buffer_append_u8(out, (uint8_t) *c);
        else
            base_buffer_printf(out, "%%%02X", (unsigned) (unsigned char) *c);
    }
}

static int append_part(const char *template, const struct adapter_call *call, bool is_path, struct base_buffer *out)
{
    char name[NAME_MAX_BYTES];
    size_t len;
    for (const char *c = template; *c;) {
        if (*c != '{' || !read_name(c, name, &len)) {
            base_buffer_append_u8(out, (uint8_t) *c++);
            continue;
        }
        const char *value = adapter_call_value(call, name);
        if (!value || (is_path && !may_stand_in_path(value)))
            return ADAPTER_REQUEST_UNFIT;
        append_encoded(value, out);
        c += len;
    }
    return 0;
}

static bool is_whole(const char *template, const struct adapter_call *call)
{
    char name[NAME_MAX_BYTES];
    size_t len;
    for (const char *c = strchr(template, '{'); c; c = strchr(c + 1, '{'))
        if (read_name(c, name, &len) && !adapter_call_value(call, name))
            return false;
    return true;
}

int adapter_path_make(const struct adapter_path *path, const struct adapter_call *call, struct base_buffer *out)
{
    int r = append_part(path->text, call, true, out);
    char separator = '?';
    for (size_t i = 0; r == 0 && i < path->pair_count; i++) {
        if (!is_whole(path->pairs[i], call)) /* a parameter that was not given */
            continue;
        base_buffer_append_u8(out, (uint8_t) separator);
        separator = '&';
        r = append_part(path->pairs[i], call, false, out);
    }
    return r != 0 ? r : base_buffer_error(out);
}
