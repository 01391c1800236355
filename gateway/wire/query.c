#include "gateway/wire/query.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

/* ---- members ---- */

static void fault(struct wire_query *query, const char *member, const char *what)
{
    wire_head_fault(query->fault, member, what);
}

static struct base_bytes text_of(const json_t *value)
{
    return base_bytes_of(json_string_value(value), json_string_length(value));
}

/* A text that may be absent or null, but not empty. False after a fault; the view is then empty. */
static bool text_take(struct wire_query *query, const json_t *root, const char *member, struct base_bytes *ret_text)
{
    const json_t *value = json_object_get(root, member);
    *ret_text = base_bytes_of(NULL, 0);
    if (!value || json_is_null(value))
        return true;
    if (!json_is_string(value)) {
        fault(query, member, "not a text");
        return false;
    }
    /* What is not said is left out: an empty text would be neither there nor absent. */
    if (json_string_length(value) == 0) {
        fault(query, member, "empty");
        return false;
    }
    *ret_text = text_of(value);
    return true;
}

static bool short_text_take(struct wire_query *query, const json_t *root, const char *member, size_t bytes_max,
                            struct base_bytes *ret_text)
{
    if (!text_take(query, root, member, ret_text))
        return false;
    if (ret_text->len <= bytes_max)
        return true;
    fault(query, member, "too long");
    *ret_text = base_bytes_of(NULL, 0);
    return false;
}

static void long_text_take(struct wire_query *query, const json_t *root, const char *member,
                           struct base_bytes *ret_text)
{
    if (text_take(query, root, member, ret_text) && base_text_length(*ret_text) > WIRE_QUERY_TEXT_MAX) {
        fault(query, member, "longer than 1,000 characters");
        *ret_text = base_bytes_of(NULL, 0);
    }
}

static const char *const wire_query_types[] = {"qao.query/1", "qao.inquiry/1"};

const char *wire_query_type(const struct wire_query *query)
{
    return wire_query_types[query->is_inquiry];
}

static void head_take(struct wire_query *query, const json_t *root, const char *origin)
{
    struct base_bytes version = wire_head_text(root, "v", query->fault);
    query->is_inquiry = version.data && base_bytes_equal_text(version, wire_query_types[true]);
    if (version.data && !query->is_inquiry && !base_bytes_equal_text(version, wire_query_types[false]))
        fault(query, "v", "not qao.query/1");
    struct wire_head head = wire_head_take(root, origin, query->fault);
    memcpy(query->id, head.id, sizeof(query->id));
    memcpy(query->id_text, head.id_text, sizeof(query->id_text));
    query->at_us = head.at_us;
    query->parts |= head.parts;
}

bool wire_query_acts(unsigned service)
{
    return (service >= 57 && service <= 59) || service == 65;
}

/* The services that answer by links between others' answers, and those that act (R13), are asked one by one. */
static bool is_asked_together(unsigned number)
{
    return number >= 1 && number <= 74 && !wire_query_acts(number);
}

static void services_take(struct wire_query *query, const json_t *root)
{
    const json_t *services = json_object_get(root, "services");
    size_t count = json_array_size(services);
    uint64_t seen[2] = {0};
    if (!services)
        fault(query, "services", "missing");
    else if (!json_is_array(services) || count < 1 || count > WIRE_INQUIRY_SERVICES_MAX)
        fault(query, "services", "not a list of 1 to 20 numbers");
    for (size_t i = 0; i < count && i < WIRE_INQUIRY_SERVICES_MAX; i++) {
        const json_t *item = json_array_get(services, i);
        json_int_t number = json_is_integer(item) ? json_integer_value(item) : 0;
        if (number < 1 || number > 76 || !is_asked_together((unsigned)number)) {
            fault(query, "services", "a number that cannot be asked together with others");
            return;
        }
        uint64_t bit = UINT64_C(1) << (number % 64);
        if (seen[number / 64] & bit) {
            fault(query, "services", "a number twice");
            return;
        }
        seen[number / 64] |= bit;
        query->services[query->service_count++] = (unsigned)number;
    }
}

static void service_take(struct wire_query *query, const json_t *root)
{
    const json_t *service = json_object_get(root, "service");
    if (!service)
        fault(query, "service", "missing");
    else if (!json_is_integer(service))
        fault(query, "service", "not an integer");
    else if (json_integer_value(service) < 1 || json_integer_value(service) > 76)
        fault(query, "service", "outside 1-76");
    else {
        query->service = (unsigned)json_integer_value(service);
        query->parts |= WIRE_QUERY_SERVICE;
    }
}

static void ground_take(struct wire_query *query, const json_t *root)
{
    bool right = true;
    struct base_bytes basis = wire_head_text(root, "basis", query->fault);
    query->basis = policy_basis_parse(basis);
    if (query->basis == POLICY_BASIS_NONE) {
        if (basis.data)
            fault(query, "basis", "unknown");
        right = false;
    }
    struct base_bytes duty;
    right = text_take(query, root, "duty", &duty) && right;
    if (duty.data) {
        query->duty = policy_duty_parse(duty);
        if (query->duty == POLICY_DUTY_NONE) {
            fault(query, "duty", "unknown");
            right = false;
        } else if (query->basis != POLICY_BASIS_OTHER_DUTIES && query->basis != POLICY_BASIS_NONE) {
            fault(query, "duty", "only with other_duties");
            right = false;
        }
    }
    if (right)
        query->parts |= WIRE_QUERY_GROUND;
}

static void query_take(struct wire_query *query, const json_t *root, const char *origin)
{
    head_take(query, root, origin);
    const char *const members[] = {"v",  "id",   "at",      "to",     query->is_inquiry ? "services" : "service", "basis",
                                   "duty", "case", "article", "ground", "ordered_by", "recipient", "params", NULL};
    if (query->is_inquiry)
        services_take(query, root);
    else
        service_take(query, root);
    ground_take(query, root);
    if (short_text_take(query, root, "case", WIRE_QUERY_CASE_MAX, &query->case_number))
        query->parts |= WIRE_QUERY_CASE;
    if (short_text_take(query, root, "article", WIRE_QUERY_ARTICLE_MAX, &query->article))
        query->parts |= WIRE_QUERY_ARTICLE;
    long_text_take(query, root, "ground", &query->ground);
    long_text_take(query, root, "ordered_by", &query->ordered_by);
    long_text_take(query, root, "recipient", &query->recipient);
    const json_t *params = json_object_get(root, "params");
    if (!params)
        fault(query, "params", "missing");
    else if (!json_is_object(params))
        fault(query, "params", "not an object");
    else if (!wire_json_names_check(params))
        fault(query, "params", "a member's name holds a character that no name may hold");
    else {
        query->params = params;
        query->parts |= WIRE_QUERY_PARAMS;
    }
    wire_head_members_check(root, members, query->fault);
}

int wire_query_parse(struct base_bytes content, const char *origin, json_t **ret_document, struct wire_query *ret_query)
{
    struct wire_query query = {.wellformed = false};
    json_t *root = NULL;
    int r = wire_head_content_parse(content, &root, query.fault);
    if (r < 0)
        return r;
    if (r == 0)
        query_take(&query, root, origin);
    query.wellformed = query.fault[0] == '\0';
    *ret_document = root;
    *ret_query = query;
    return 0;
}
