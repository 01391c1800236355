/* GET /v1/log/...: checkpoint and hash tiles for anyone authenticated; entry bundles, which name colleagues and cases, for
 * the supervising prosecutor and the witness, each reading recorded before it is answered. */
#include <errno.h>

#include "audit/tile_path.h"
#include "base/log.h"
#include "gateway/core/send.h"
#include "gateway/core/serve.h"

static void reading_recorded(struct core_request *request);

static void checkpoint_send(struct core_request *request)
{
    struct audit_head head;
    if (audit_writer_head_read(request->gateway->writer, &head) != 0)
        core_log_away_send(request);
    else
        core_page_send(request, "text/plain; charset=utf-8", base_bytes_of(head.checkpoint, head.checkpoint_len));
}

static void tile_send(struct core_request *request, const struct audit_tile_path *path)
{
    struct audit_hash hashes[AUDIT_TILE_WIDTH];
    int r = audit_writer_tile_read(request->gateway->writer, path->level, path->index, path->width, hashes);
    if (r == AUDIT_STORE_NONE)
        core_problem_send(request, WIRE_CODE_NOT_FOUND, NULL, 0);
    else if (r != 0)
        core_log_away_send(request);
    else
        core_page_send(request, "application/octet-stream",
                       base_bytes_of(hashes, path->width * sizeof(struct audit_hash)));
}

/* The path below /v1/log/, which is the tile's own name. */
static struct base_bytes tile_name(const struct core_request *request)
{
    size_t prefix = strlen("/v1/log/");
    return base_bytes_of(request->http.path.data + prefix, request->http.path.len - prefix);
}

/* As whom a person may read entries. */
enum reader {
    READER_NONE = 0,
    READER_PROSECUTOR,
    READER_WITNESS,
};

static const char *const reader_role[] = {[READER_PROSECUTOR] = "prosecutor", [READER_WITNESS] = "witness"};

static enum reader reader_of(const struct store_person *person)
{
    if (!person->network_allowed)
        return READER_NONE;
    if (store_person_is(person, reader_role[READER_PROSECUTOR]))
        return READER_PROSECUTOR;
    return store_person_is(person, reader_role[READER_WITNESS]) ? READER_WITNESS : READER_NONE;
}

static void entries_serve(struct core_request *request, const struct audit_tile_path *path)
{
    struct audit_head head;
    if (audit_writer_head_read(request->gateway->writer, &head) != 0) {
        core_log_away_send(request);
        return;
    }
    if (path->index > head.size / AUDIT_TILE_WIDTH || path->index * AUDIT_TILE_WIDTH + path->width > head.size) {
        core_problem_send(request, WIRE_CODE_NOT_FOUND, NULL, 0);
        return;
    }
    struct store_person person;
    int r = core_person_find(request, &request->peer, &person);
    if (r < 0) {
        core_log_away_send(request);
        return;
    }
    enum reader reader = r == STORE_NONE ? READER_NONE : reader_of(&person);
    if (reader == READER_NONE) {
        core_problem_send(request, WIRE_CODE_NOT_PERMITTED, NULL, 0);
        return;
    }
    request->tile = *path;
    if (core_entry_reading_append(request, &person, reader_role[reader], tile_name(request), reading_recorded) != 0)
        core_log_away_send(request);
}

static int bundle_add(void *context, uint64_t index, struct base_bytes leaf)
{
    struct base_buffer *bundle = context;
    (void)index;
    if (leaf.len > AUDIT_LEAF_MAX)
        return -EBADMSG;
    base_buffer_append_u16(bundle, (uint16_t)leaf.len);
    return base_buffer_append(bundle, leaf);
}

static void reading_recorded(struct core_request *request)
{
    if (!request->first.durable) {
        core_log_away_send(request);
        return;
    }
    const struct audit_store *store = &request->gateway->audit_store;
    uint64_t first = request->tile.index * AUDIT_TILE_WIDTH;
    base_buffer_init(&request->reply, LINK_REPLY_BODY_MAX);
    int r = store->entries_read(store->context, first, first + request->tile.width, bundle_add, &request->reply);
    if (r == 0) {
        core_page_send(request, "application/octet-stream", base_buffer_view(&request->reply));
        return;
    }
    base_log(BASE_LOG_ERROR, "event=bundle-not-read error=%d", r);
    core_log_away_send(request);
}

void core_log_serve(struct core_request *take_request)
{
    struct core_request *request = take_request;
    struct audit_tile_path path;
    if (request->route.page == CORE_PAGE_CHECKPOINT)
        checkpoint_send(request);
    else if (audit_tile_path_parse(tile_name(request), &path) < 0)
        core_problem_send(request, WIRE_CODE_NOT_FOUND, NULL, 0);
    else if (path.is_entries)
        entries_serve(request, &path);
    else
        tile_send(request, &path);
}
