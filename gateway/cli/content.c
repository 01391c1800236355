#include "gateway/cli/content.h"

#include "base/clock.h"
#include "base/json.h"
#include "gateway/wire/json.h"
#include "gateway/wire/query.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int wrong(char ret_error[static CLI_CONTENT_ERROR_MAX], const char *words, struct base_bytes name)
{
    snprintf(ret_error, CLI_CONTENT_ERROR_MAX, "parameter \"%.*s\" %s", (int) (name.len < 40 ? name.len : 40),
             name.data ? (const char *) name.data : "", words);
    return CLI_CONTENT_WRONG;
}

static int param_put(struct cli_content *content, struct cli_param param, char ret_error[static CLI_CONTENT_ERROR_MAX])
{
    if (param.name.len == 0 || param.name.len > 64)
        return wrong(ret_error, "has no usable name; write name=value", param.name);
    for (size_t i = 0; i < content->param_count; i++)
        if (base_bytes_equal(content->params[i].name, param.name))
            return wrong(ret_error, "is given twice", param.name);
    if (content->param_count == CLI_PARAMS_MAX)
        return wrong(ret_error, "is one too many", param.name);
    content->params[content->param_count++] = param;
    return 0;
}

/* Canonical already: an integer, true, false or null. */
static bool is_scalar(struct base_bytes text)
{
    json_t *value = NULL;
    struct base_buffer canonical BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&canonical, 64);
    char fault[WIRE_JSON_FAULT_MAX];
    if (text.len > 32 || wire_json_parse(text, 32, &value, fault))
        return false;
    bool right = (json_is_integer(value) || json_is_boolean(value) || json_is_null(value)) &&
                 wire_json_canonical(value, &canonical) == 0 && base_bytes_equal(base_buffer_view(&canonical), text);
    json_decref(value);
    return right;
}

int cli_content_param_add(struct cli_content *content, const char *text, char ret_error[static CLI_CONTENT_ERROR_MAX])
{
    const char *equals = strchr(text, '=');
    if (!equals)
        return wrong(ret_error, "has no value; write name=value", base_bytes_text(text));
    struct cli_param param = {.name = base_bytes_of(text, (size_t) (equals - text)),
                              .value = base_bytes_text(equals + 1)};
    if (equals > text && equals[-1] == ':') {
        param.name.len--;
        param.is_json = true;
        if (!is_scalar(param.value))
            return wrong(ret_error, "is no integer, true, false or null", param.name);
    }
    return param_put(content, param, ret_error);
}

int cli_content_param_set(struct cli_content *content, const char *name, const char *value,
                          char ret_error[static CLI_CONTENT_ERROR_MAX])
{
    return param_put(content, (struct cli_param){.name = base_bytes_text(name), .value = base_bytes_text(value)},
                     ret_error);
}

int cli_content_service_parse(const char *text, long *ret_service)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 2 || text[digits] || text[0] == '0')
        return CLI_CONTENT_WRONG;
    long service = strtol(text, NULL, 10);
    if (service < 1 || service > 76)
        return CLI_CONTENT_WRONG;
    *ret_service = service;
    return 0;
}

bool cli_content_is_links(long service)
{
    return service == 75 || service == 76;
}

/* Acts (R13) are done once and looked after one by one. */
static int service_put(struct cli_content *content, const char *text, char ret_error[static CLI_CONTENT_ERROR_MAX])
{
    long service = 0;
    const char *words = NULL;
    if (cli_content_service_parse(text, &service))
        words = "is no service: write numbers from 1 to 76 with commas between";
    else if (wire_query_acts((unsigned) service))
        words = "changes a registry: ask it alone, by --service";
    else if (cli_content_is_links(service))
        words = "searches for links: ask it alone, by --service";
    else if (content->service_count == CLI_SERVICES_MAX)
        words = "is one too many: at most 20 are asked together";
    for (size_t i = 0; i < content->service_count && !words; i++)
        if (content->services[i] == service)
            words = "is named twice";
    if (words) {
        snprintf(ret_error, CLI_CONTENT_ERROR_MAX, "--services: \"%.20s\" %s", text, words);
        return CLI_CONTENT_WRONG;
    }
    content->services[content->service_count++] = service;
    return 0;
}

int cli_content_services_parse(struct cli_content *content, const char *text,
                               char ret_error[static CLI_CONTENT_ERROR_MAX])
{
    char item[24];
    for (;;) {
        size_t len = strcspn(text, ",");
        snprintf(item, sizeof item, "%.*s", (int) (len < sizeof item ? len : sizeof item - 1), text);
        if (service_put(content, item, ret_error))
            return CLI_CONTENT_WRONG;
        if (!text[len])
            return 0;
        text += len + 1;
    }
}

bool cli_content_is_uuid(const char *text)
{
    uint8_t uuid[BASE_UUID_BYTES];
    return base_uuid_parse(base_bytes_text(text), BASE_UUID_LOWER_CASE, uuid) == 0;
}

static int param_compare(const void *left, const void *right)
{
    const struct cli_param *a = left;
    const struct cli_param *b = right;
    size_t least = a->name.len < b->name.len ? a->name.len : b->name.len;
    int order = memcmp(a->name.data, b->name.data, least);
    return order ? order : (a->name.len > b->name.len) - (a->name.len < b->name.len);
}

static void member_optional(struct base_json *json, const char *name, const char *text)
{
    if (text)
        base_json_member_text(json, name, text);
}

static void services_encode(const struct cli_content *content, struct base_json *json)
{
    if (content->service_count == 0) {
        base_json_member_integer(json, "service", content->service);
        return;
    }
    base_json_name(json, "services");
    base_json_array_begin(json);
    for (size_t i = 0; i < content->service_count; i++)
        base_json_integer(json, content->services[i]);
    base_json_array_end(json);
}

int cli_content_encode(struct cli_content *content, struct base_buffer *out)
{
    char at[BASE_TIME_TEXT_MAX];
    struct base_json json;
    base_time_format(content->at_us, at);
    qsort(content->params, content->param_count, sizeof content->params[0], param_compare);
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    member_optional(&json, "article", content->article);
    base_json_member_text(&json, "at", at);
    base_json_member_text(&json, "basis", content->basis);
    member_optional(&json, "case", content->case_number);
    member_optional(&json, "duty", content->duty);
    member_optional(&json, "ground", content->ground);
    base_json_member_text(&json, "id", content->id);
    member_optional(&json, "ordered_by", content->ordered_by);
    base_json_name(&json, "params");
    base_json_object_begin(&json);
    for (size_t i = 0; i < content->param_count; i++) {
        base_json_name_bytes(&json, content->params[i].name);
        if (content->params[i].is_json)
            base_json_raw(&json, content->params[i].value);
        else
            base_json_string(&json, content->params[i].value);
    }
    base_json_object_end(&json);
    member_optional(&json, "recipient", content->recipient);
    services_encode(content, &json);
    base_json_member_text(&json, "to", content->to);
    base_json_member_text(&json, "v", content->service_count ? "qao.inquiry/1" : "qao.query/1");
    base_json_object_end(&json);
    return base_json_end(&json);
}
