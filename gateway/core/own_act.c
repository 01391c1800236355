#include "gateway/core/own_act.h"

#include "audit/leaf.h"
#include "base/json.h"
#include "base/log.h"
#include "schema/store/record.h"

static int envelope_encode(const struct core_own_act *act, int64_t at_us, struct base_buffer *out)
{
    char at[BASE_TIME_TEXT_MAX];
    struct base_json json;
    base_time_format_us(at_us, at);
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    base_json_name(&json, "act");
    base_json_raw(&json, act->act);
    base_json_member_text(&json, "at", at);
    base_json_member_text(&json, "bin", NULL);
    if (act->extra.len > 0) {
        base_json_name(&json, "extra");
        base_json_raw(&json, act->extra);
    }
    base_json_member_text(&json, "id", NULL);
    base_json_member_text(&json, "iin", NULL);
    base_json_member_text(&json, "kind", act->kind);
    base_json_object_end(&json);
    int r = base_json_end(&json);
    return r < 0 ? r : base_buffer_append(out, base_bytes_of("", 1));
}

static int leaf_encode(const struct core_own_act *act, int64_t at_us, struct base_buffer *out)
{
    struct audit_leaf_event leaf = {.kind = act->kind, .at_us = at_us, .data = act->act};
    if (act->id)
        leaf.key = (struct audit_leaf_key){.iin = act->iin, .id = act->id, .part = (uint32_t)act->part};
    return audit_leaf_event_encode(&leaf, out);
}

enum audit_outcome core_own_act_append(struct core_gateway *gateway, const struct core_own_act *act)
{
    int64_t at_us = core_now_us(gateway);
    BASE_CLEANUP(base_buffer_clear) struct base_buffer envelope, leaf;
    base_buffer_init(&envelope, STORE_ACT_BYTES_MAX);
    base_buffer_init(&leaf, AUDIT_LEAF_MAX);
    int r = envelope_encode(act, at_us, &envelope);
    if (r == 0)
        r = leaf_encode(act, at_us, &leaf);
    const struct store_act change = {.envelope = (const char *)envelope.data};
    struct store_record columns = STORE_RECORD_INIT;
    columns.kind = act->kind;
    columns.at_us = at_us;
    columns.iin = act->id ? act->iin : NULL;
    columns.id = act->id;
    columns.part = act->part;
    columns.claims = act->id != NULL;
    columns.act = &change;
    if (r == 0)
        r = store_record_check(&columns);
    if (r < 0) {
        base_log(BASE_LOG_ERROR, "event=own-act-not-built kind=%s error=%d", act->kind, -r);
        return AUDIT_OUTCOME_POISON;
    }
    struct audit_record record;
    audit_record_init(&record, base_buffer_view(&leaf), &columns, store_record_weight(&columns), NULL, NULL);
    return audit_writer_append_wait(gateway->writer, &record);
}
