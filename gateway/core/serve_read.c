/* GET /v1/registry/COLLECTION: what the register shows to the person connected (docs/PROTOCOL-ACCESS.md, section 2). Who sees
 * what, the register decides; a reading of other people's data is recorded before the page is sent (clause 48). */
#include <errno.h>

#include "base/json.h"
#include "base/log.h"
#include "gateway/core/entry.h"
#include "gateway/core/send.h"
#include "gateway/core/serve.h"
#include "gateway/registry/rights.h"
#include "gateway/wire/filter.h"
#include "gateway/wire/json.h"
#include "schema/store/act.h"

enum { TEXT_BYTES_MAX = 8 << 10 };

/* What stands behind /v1/registry/, in its two parts. */
struct wanted {
    const struct wire_collection *collection;
    struct wire_filter filter;
};

static enum wire_code wanted_read(struct base_bytes rest, struct wanted *ret_wanted)
{
    const uint8_t *mark = memchr(rest.data, '?', rest.len);
    size_t len = mark ? (size_t)(mark - rest.data) : rest.len;
    ret_wanted->collection = wire_collection_find(base_bytes_of(rest.data, len));
    ret_wanted->filter.count = 0;
    if (!ret_wanted->collection)
        return WIRE_CODE_NOT_FOUND;
    if (!mark)
        return WIRE_CODE_NONE;
    struct base_bytes query = base_bytes_of(mark + 1, rest.len - len - 1);
    return wire_filter_parse(ret_wanted->collection, query, &ret_wanted->filter) < 0 ? WIRE_CODE_BAD_REQUEST
                                                                                     : WIRE_CODE_NONE;
}

/* The page as the register gives it. STORE_NONE, -EINVAL as store_registry_read(). filter_text is without a NUL. */
static int page_read(const struct core_request *request, const struct wanted *wanted, struct base_bytes filter_text,
                     json_t **ret_page)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer reader, filter, text;
    base_buffer_init(&reader, TEXT_BYTES_MAX);
    base_buffer_init(&filter, TEXT_BYTES_MAX);
    base_buffer_init(&text, LINK_REPLY_BODY_MAX);
    base_buffer_append(&filter, filter_text);
    base_buffer_append_u8(&filter, 0);
    int r = core_reader_encode(request, &reader);
    if (r == 0)
        r = base_buffer_error(&filter);
    if (r == 0)
        r = store_registry_read(request->gateway->pool, wanted->collection->name, (const char *)reader.data,
                                (const char *)filter.data, &text);
    if (r != 0)
        return r;
    r = wire_json_parse(base_buffer_view(&text), text.len, ret_page, NULL);
    return r > 0 ? -EBADMSG : r;
}

/* How many items are about somebody else. */
static size_t others_count(const struct core_request *request, const json_t *items)
{
    size_t i, count = 0;
    const json_t *item;
    json_array_foreach(items, i, item)
    {
        const char *iin = json_string_value(json_object_get(item, "iin"));
        count += !iin || strcmp(iin, request->peer.iin) != 0;
    }
    return count;
}

/* Also a page without items tells something of the person it was asked about. */
static bool is_recorded(const struct core_request *request, const struct wanted *wanted, const json_t *items)
{
    const char *iin = wire_filter_value(&wanted->filter, "iin");
    if (!wanted->collection->is_of_people)
        return false;
    return others_count(request, items) > 0 || (iin && strcmp(iin, request->peer.iin) != 0) ||
           wire_filter_value(&wanted->filter, "name");
}

/* What the order lets the role have that is asked for, beside what is asked for. */
static int allowed_add(const struct core_request *request, json_t *items)
{
    json_t *application = json_array_get(items, 0);
    const json_t *rights = json_object_get(application, "rights");
    json_t *allowed = json_null();
    if (json_is_object(rights))
        allowed = registry_allowed_encode(policy_edition_at(request->gateway->editions, request->arrival_us),
                                          (unsigned)json_integer_value(json_object_get(rights, "role")));
    return !application || json_object_set_new(application, "allowed", allowed) == 0 ? 0 : -ENOMEM;
}

static int list_encode(const struct core_request *request, const json_t *page, struct base_buffer *out)
{
    char at[BASE_TIME_TEXT_MAX];
    base_time_format_us(request->arrival_us, at);
    const char *next = json_string_value(json_object_get(page, "next"));
    BASE_CLEANUP(wire_json_cleanup) json_t *list =
        json_pack("{s:s,s:s,s:O,s:s?}", "v", "qao.list/1", "at", at, "items", json_object_get(page, "items"), "next", next);
    return list ? wire_json_canonical(list, out) : -ENOMEM;
}

static void page_send(struct core_request *request)
{
    core_page_send(request, "application/json", base_buffer_view(&request->reply));
}

static void page_recorded(struct core_request *request)
{
    if (request->first.durable)
        page_send(request);
    else
        core_log_away_send(request);
}

/* The page into request->reply, and on to whoever is next. */
static int page_serve(struct core_request *request, const struct wanted *wanted)
{
    BASE_CLEANUP(wire_json_cleanup) json_t *page = NULL;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer filter;
    base_buffer_init(&filter, TEXT_BYTES_MAX);
    int r = wire_filter_encode(&wanted->filter, &filter);
    if (r == 0)
        r = page_read(request, wanted, base_buffer_view(&filter), &page);
    if (r != 0)
        return r;
    json_t *items = json_object_get(page, "items");
    if (!json_is_array(items)) /* the register's words for nothing */
        json_object_set_new(page, "items", items = json_array());
    if (strcmp(wanted->collection->name, "application") == 0)
        r = allowed_add(request, items);
    base_buffer_init(&request->reply, LINK_REPLY_BODY_MAX);
    if (r == 0)
        r = list_encode(request, page, &request->reply);
    if (r < 0)
        return r;
    if (!is_recorded(request, wanted, items)) {
        page_send(request);
        return 0;
    }
    const struct core_entry_reading reading = {
        .collection = wanted->collection->name, .filter = base_buffer_view(&filter), .count = json_array_size(items)};
    r = core_entry_admin_read_append(request, &reading, page_recorded);
    return r > 0 ? -EAGAIN : r;
}

void core_registry_serve(struct core_request *take_request)
{
    struct core_request *request = take_request;
    struct wanted wanted;
    enum wire_code code = wanted_read(request->route.rest, &wanted);
    if (code != WIRE_CODE_NONE) {
        core_problem_send(request, code, NULL, 0);
        return;
    }
    int r = page_serve(request, &wanted);
    if (r == 0)
        return;
    if (r == STORE_NONE)
        core_problem_send(request, WIRE_CODE_NOT_PERMITTED, NULL, 0);
    else if (r == -EINVAL)
        core_problem_send(request, WIRE_CODE_BAD_REQUEST, NULL, 0);
    else {
        base_log(BASE_LOG_WARNING, "event=register-not-read collection=%s error=%d", wanted.collection->name, -r);
        core_log_away_send(request);
    }
}
