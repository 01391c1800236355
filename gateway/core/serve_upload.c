/* POST /v1/uploads and GET /v1/scans/{application}: what lies beside the register, sealed so that the vault, the escrow key and
 * the gateway's own upload key open it (docs/PROTOCOL-ACCESS.md, section 3). */
#include <errno.h>
#include <openssl/sha.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/log.h"
#include "gateway/core/act.h"
#include "gateway/core/entry.h"
#include "gateway/core/send.h"
#include "gateway/core/serve.h"
#include "gateway/core/upload.h"
#include "gateway/wire/upload.h"
#include "schema/store/act.h"
#include "schema/store/blob.h"

enum { TEXT_BYTES_MAX = 2 << 10 };

/* Whether the person connected is of a known body and in its networks; all reasons against. */
static int own_check(struct core_request *request)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer reader;
    struct store_names reasons;
    base_buffer_init(&reader, TEXT_BYTES_MAX);
    int r = core_reader_encode(request, &reader);
    if (r == 0)
        r = store_person_check(request->gateway->pool, (const char *)reader.data, &reasons);
    return r < 0 ? r : core_act_codes_parse(&reasons, &request->codes);
}

/* An administrator's imports come in many parts; everyone else's uploads are counted. */
static int upload_count(struct core_request *request, enum core_rate_verdict *ret_verdict, int64_t *ret_wait_us)
{
    int r = core_person_find(request, &request->peer, &request->person);
    if (r < 0)
        return r;
    *ret_wait_us = 0;
    if (r == 0 && store_person_is(&request->person, "administrator"))
        *ret_verdict = CORE_RATE_WITHIN;
    else
        *ret_verdict = core_rate_take(request->gateway->uploads, request->peer.iin, request->arrival_us, ret_wait_us);
    return 0;
}

/* Seals and stores it, unless this person uploaded the same before. */
static int upload_put(struct core_request *request, enum wire_upload_type type, const uint8_t digest[static STORE_DIGEST_BYTES])
{
    struct core_gateway *gateway = request->gateway;
    struct store_upload upload;
    int r = store_upload_find(gateway->pool, request->peer.iin, digest, wire_upload_type_text(type), &upload);
    if (r != STORE_NONE)
        return r;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer sealed;
    base_buffer_init(&sealed, STORE_BLOB_MAX);
    r = certs_seal(gateway->upload_recipients, request->http.body, &sealed);
    if (r < 0)
        return r;
    uint8_t sealed_digest[STORE_DIGEST_BYTES];
    upload = (struct store_upload){.digest = digest,
                                   .type = wire_upload_type_text(type),
                                   .bytes = (int32_t)request->http.body.len,
                                   .at_us = request->arrival_us};
    SHA256(sealed.data, sealed.len, sealed_digest);
    r = store_blob_put(gateway->pool, sealed_digest, base_buffer_view(&sealed), &upload.large);
    return r < 0 ? r : store_upload_put(gateway->pool, request->peer.iin, request->peer.bin, &upload);
}

static int upload_encode(const struct core_request *request, enum wire_upload_type type,
                         const uint8_t digest[static STORE_DIGEST_BYTES], struct base_buffer *out)
{
    struct base_json json;
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    base_json_member_integer(&json, "bytes", (int64_t)request->http.body.len);
    base_json_member_hex(&json, "sha256", base_bytes_of(digest, STORE_DIGEST_BYTES));
    base_json_member_text(&json, "type", wire_upload_type_text(type));
    base_json_member_text(&json, "v", "qao.upload/1");
    base_json_object_end(&json);
    return base_json_end(&json);
}

static void upload_take(struct core_request *request, enum wire_upload_type type)
{
    uint8_t digest[STORE_DIGEST_BYTES];
    SHA256(request->http.body.data, request->http.body.len, digest);
    base_buffer_init(&request->reply, TEXT_BYTES_MAX);
    int r = upload_put(request, type, digest);
    if (r == 0)
        r = upload_encode(request, type, digest, &request->reply);
    if (r == 0) {
        core_page_send(request, "application/json", base_buffer_view(&request->reply));
        return;
    }
    base_log(BASE_LOG_WARNING, "event=upload-not-stored error=%d", -r);
    core_log_away_send(request);
}

void core_upload_serve(struct core_request *take_request)
{
    struct core_request *request = take_request;
    enum wire_upload_type type = wire_upload_type_find(request->http.content_type);
    enum core_rate_verdict verdict = CORE_RATE_EXCEEDED;
    int64_t wait_us;
    if (own_check(request) < 0) {
        core_log_away_send(request);
        return;
    }
    if (!wire_codes_empty(request->codes)) {
        core_problem_send(request, wire_codes_first(request->codes), NULL, 0);
        return;
    }
    if (upload_count(request, &verdict, &wait_us) < 0) {
        core_log_away_send(request);
        return;
    }
    switch (verdict) {
    case CORE_RATE_EXCEEDED:
        core_too_many_send(request, wait_us);
        return;
    case CORE_RATE_WITHIN:
        break;
    }
    switch (wire_upload_check(type, request->http.body)) {
    case WIRE_UPLOAD_OTHER:
        core_problem_send(request, WIRE_CODE_UNSUPPORTED_TYPE, NULL, 0);
        return;
    case WIRE_UPLOAD_FITS:
        break;
    }
    upload_take(request, type);
}

/* ---- scans ---- */

/* By the pair it was sealed to: that in use, or an earlier one. */
static int upload_unseal(const struct core_gateway *gateway, struct base_bytes sealed, struct base_buffer *out)
{
    int r = -ENOKEY;
    for (size_t i = 0; i < gateway->upload_opener_count && r == -ENOKEY; i++)
        r = certs_unseal(gateway->upload_openers[i], sealed, out);
    return r;
}

int core_upload_open(struct core_gateway *gateway, int64_t large, const uint8_t digest[static STORE_DIGEST_BYTES],
                     struct base_buffer *out)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer sealed;
    base_buffer_init(&sealed, STORE_BLOB_MAX);
    int r = store_blob_large_read(gateway->pool, large, &sealed);
    if (r != 0)
        return r;
    r = upload_unseal(gateway, base_buffer_view(&sealed), out);
    if (r < 0)
        return r;
    uint8_t found[STORE_DIGEST_BYTES];
    SHA256(out->data, out->len, found);
    return memcmp(found, digest, sizeof(found)) == 0 ? 0 : -EBADMSG;
}

static void scan_send(struct core_request *request)
{
    if (request->first.durable)
        core_page_send(request, wire_upload_type_text(request->upload), base_buffer_view(&request->reply));
    else
        core_log_away_send(request);
}

/* STORE_NONE: there is none, or none that this person may see. */
static int scan_read(struct core_request *request, const uint8_t application[static BASE_UUID_BYTES])
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer reader;
    struct store_scan scan;
    base_buffer_init(&reader, TEXT_BYTES_MAX);
    int r = core_reader_encode(request, &reader);
    if (r == 0)
        r = store_scan_find(request->gateway->pool, (const char *)reader.data, application, &scan);
    if (r != 0)
        return r;
    request->upload = wire_upload_type_find(base_bytes_text(scan.type));
    base_buffer_init(&request->reply, WIRE_UPLOAD_BYTES_MAX);
    r = core_upload_open(request->gateway, scan.large, scan.digest, &request->reply);
    return r == STORE_NONE || request->upload == WIRE_UPLOAD_NONE ? -EBADMSG : r;
}

static int scan_record(struct core_request *request, const char *application)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer filter;
    base_buffer_init(&filter, TEXT_BYTES_MAX);
    struct base_json json;
    base_json_begin(&json, &filter);
    base_json_object_begin(&json);
    base_json_member_text(&json, "application", application);
    base_json_object_end(&json);
    int r = base_json_end(&json);
    if (r < 0)
        return r;
    const struct core_entry_reading reading = {.collection = "scans", .filter = base_buffer_view(&filter), .count = 1};
    r = core_entry_admin_read_append(request, &reading, scan_send);
    return r > 0 ? -EAGAIN : r;
}

void core_scan_serve(struct core_request *take_request)
{
    struct core_request *request = take_request;
    uint8_t application[BASE_UUID_BYTES];
    char text[BASE_UUID_TEXT_MAX];
    if (base_uuid_parse(request->route.rest, BASE_UUID_LOWER_CASE, application) < 0) {
        core_problem_send(request, WIRE_CODE_NOT_FOUND, NULL, 0);
        return;
    }
    base_uuid_encode(application, text);
    int r = scan_read(request, application);
    if (r == STORE_NONE) {
        core_problem_send(request, WIRE_CODE_NOT_FOUND, NULL, 0);
        return;
    }
    if (r == 0)
        r = scan_record(request, text);
    if (r < 0) {
        base_log(BASE_LOG_ERROR, "event=scan-not-shown application=%s error=%d", text, -r);
        core_log_away_send(request);
    }
}
