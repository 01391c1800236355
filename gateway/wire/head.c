#include "gateway/wire/head.h"

#include <stdio.h>

#include "base/clock.h"
#include "gateway/wire/json.h"

void wire_head_fault(char fault[static WIRE_HEAD_FAULT_MAX], const char *member, const char *what)
{
    if (fault[0] == '\0')
        snprintf(fault, WIRE_HEAD_FAULT_MAX, "%s: %s", member, what);
}

int wire_head_content_parse(struct base_bytes content, json_t **ret_root, char fault[static WIRE_HEAD_FAULT_MAX])
{
    char why[WIRE_JSON_FAULT_MAX];
    *ret_root = NULL;
    int r = wire_json_parse(content, WIRE_CONTENT_BYTES_MAX, ret_root, why);
    if (r < 0)
        return r;
    if (r == 0 && json_is_object(*ret_root))
        return 0;
    wire_head_fault(fault, "content", r == WIRE_JSON_MALFORMED ? why : "not a JSON object");
    return WIRE_HEAD_NO_OBJECT;
}

static bool is_listed(const char *const names[], const char *name)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names;
}

void wire_head_members_check(const json_t *root, const char *const members[], char fault[static WIRE_HEAD_FAULT_MAX])
{
    const char *name;
    const json_t *value;
    json_object_foreach((json_t *)(uintptr_t)root, name, value)
        if (!is_listed(members, name)) {
            wire_head_fault(fault, "content", "a member that is not of the protocol");
            return;
        }
}

struct base_bytes wire_head_text(const json_t *root, const char *member, char fault[static WIRE_HEAD_FAULT_MAX])
{
    const json_t *value = json_object_get(root, member);
    if (!value)
        wire_head_fault(fault, member, "missing");
    else if (!json_is_string(value))
        wire_head_fault(fault, member, "not a text");
    else
        return base_bytes_of(json_string_value(value), json_string_length(value));
    return base_bytes_of(NULL, 0);
}

struct wire_head wire_head_take(const json_t *root, const char *origin, char fault[static WIRE_HEAD_FAULT_MAX])
{
    struct wire_head head = {.parts = 0};
    struct base_bytes to = wire_head_text(root, "to", fault);
    if (to.data && !base_bytes_equal_text(to, origin))
        wire_head_fault(fault, "to", "not this system");
    struct base_bytes id = wire_head_text(root, "id", fault);
    if (id.data && base_uuid_parse(id, BASE_UUID_ANY_CASE, head.id) < 0)
        wire_head_fault(fault, "id", "not a UUID");
    else if (id.data) {
        base_uuid_encode(head.id, head.id_text);
        head.parts |= WIRE_HEAD_ID;
    }
    struct base_bytes at = wire_head_text(root, "at", fault);
    if (at.data && base_time_parse(at, &head.at_us) < 0)
        wire_head_fault(fault, "at", "not an RFC 3339 time with an offset");
    else if (at.data)
        head.parts |= WIRE_HEAD_AT;
    return head;
}
