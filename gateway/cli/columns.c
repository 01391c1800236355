#include "gateway/cli/columns.h"

#include "base/encoding.h"
#include "gateway/wire/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* An absent column is NULL; an absent member is empty. */
static bool same_text(struct base_bytes leaf, const char *column)
{
    return audit_leaf_text_equal(leaf, base_bytes_text(column));
}

/* All words, one space between. */
static bool same_words(const struct base_bytes *words, size_t count, const char *column)
{
    struct base_bytes rest = base_bytes_text(column);
    for (size_t i = 0; i < count; i++) {
        struct base_bytes word = words[i];
        size_t space = i ? 1 : 0;
        if (rest.len < word.len + space || (space && rest.data[0] != ' ') ||
            memcmp(rest.data + space, word.data, word.len) != 0)
            return false;
        rest = base_bytes_of(rest.data + space + word.len, rest.len - space - word.len);
    }
    return rest.len == 0;
}

/* Of a refused act they stand in its data. */
static bool same_refusal(const struct audit_leaf_view *leaf, const char *column)
{
    struct base_bytes reasons[AUDIT_LEAF_NAMES_MAX];
    size_t i;
    const json_t *reason;
    BASE_CLEANUP(wire_json_cleanup) json_t *data = NULL;
    if (wire_json_parse(leaf->data, AUDIT_LEAF_MAX, &data, NULL) != 0)
        return false;
    const json_t *list = json_object_get(data, "reasons");
    if (json_array_size(list) > AUDIT_LEAF_NAMES_MAX)
        return false;
    json_array_foreach(list, i, reason)
    {
        if (!json_is_string(reason))
            return false;
        reasons[i] = base_bytes_of(json_string_value(reason), json_string_length(reason));
    }
    return same_words(reasons, json_array_size(list), column);
}

static bool same_reasons(const struct audit_leaf_view *leaf, const char *column)
{
    return base_bytes_equal_text(leaf->kind_name, "admin.refused")
               ? same_refusal(leaf, column)
               : same_words(leaf->reasons, leaf->reason_count, column);
}

static bool same_key(const struct audit_leaf_view *leaf, const struct store_record *columns)
{
    if (!leaf->has_key)
        return columns->id == NULL && !columns->claims;
    return columns->id && memcmp(columns->id, leaf->key_id, BASE_UUID_BYTES) == 0 && columns->part >= 0 &&
           (uint32_t) columns->part == leaf->key_part;
}

struct subject {
    uint32_t kid;
    const uint8_t *mac;
};

static int subject_compare(const void *left, const void *right)
{
    const struct subject *a = left;
    const struct subject *b = right;
    return a->kid != b->kid ? (a->kid < b->kid ? -1 : 1) : memcmp(a->mac, b->mac, 32);
}

static bool same_subjects(const struct audit_leaf_view *leaf, const struct store_record *columns)
{
    struct subject a[AUDIT_LEAF_SUBJECTS_MAX];
    struct subject b[AUDIT_LEAF_SUBJECTS_MAX];
    if (leaf->subject_count != columns->subject_count || leaf->subject_count > AUDIT_LEAF_SUBJECTS_MAX)
        return false;
    for (size_t i = 0; i < leaf->subject_count; i++) {
        a[i] = (struct subject){leaf->subjects[i].kid, leaf->subjects[i].mac};
        b[i] = (struct subject){columns->subjects[i].kid, columns->subjects[i].mac};
    }
    qsort(a, leaf->subject_count, sizeof a[0], subject_compare);
    qsort(b, leaf->subject_count, sizeof b[0], subject_compare);
    for (size_t i = 0; i < leaf->subject_count; i++)
        if (subject_compare(&a[i], &b[i]) != 0)
            return false;
    return true;
}

/* Each sealed thing the leaf names lies beside it, and nothing else does. */
static bool same_blobs(const struct audit_leaf_view *leaf, const struct store_record *columns)
{
    const struct base_bytes sealed[] = {leaf->query.sealed, leaf->answer.sealed, leaf->act.sealed};
    size_t named = 0;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(sealed); i++) {
        bool is_there = sealed[i].len == 0;
        named += sealed[i].len > 0;
        for (size_t j = 0; j < columns->blob_count && !is_there; j++) {
            char hex[65];
            base_hex_digest(columns->blobs[j].digest, hex);
            is_there = base_bytes_equal_text(sealed[i], hex);
        }
        if (!is_there)
            return false;
    }
    return named == columns->blob_count;
}

/* The person: of the registration, else of the signed message. */
static struct base_bytes iin_of(const struct audit_leaf_view *leaf)
{
    return leaf->actor.iin.len ? leaf->actor.iin : leaf->key_iin;
}

enum cli_columns cli_columns_check(const struct audit_leaf_view *leaf, const struct store_record *columns,
                                   const char **ret_column)
{
    const struct {
        const char *name;
        bool same;
    } checks[] = {
        {"kind", same_text(leaf->kind_name, columns->kind)},
        {"at", leaf->at_us == columns->at_us},
        {"id", same_key(leaf, columns)},
        {"iin", same_text(iin_of(leaf), columns->iin)},
        {"body", same_text(leaf->actor.body, columns->body)},
        {"unit", same_text(leaf->actor.unit, columns->unit)},
        {"role", leaf->actor.role == columns->role},
        {"service", leaf->service == columns->service},
        {"basis", same_text(leaf->basis, columns->basis)},
        {"duty", same_text(leaf->duty, columns->duty)},
        {"article", same_text(leaf->article, columns->article)},
        {"case_number", same_text(leaf->case_number, columns->case_number)},
        {"effect", same_text(leaf->effect, columns->effect)},
        {"outcome", same_text(leaf->outcome, columns->outcome)},
        {"reasons", same_reasons(leaf, columns->reasons)},
        {"subjects", same_subjects(leaf, columns)},
        {"blobs", same_blobs(leaf, columns)},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(checks); i++) {
        if (!checks[i].same) {
            *ret_column = checks[i].name;
            return CLI_COLUMNS_DIFFER;
        }
    }
    return CLI_COLUMNS_EQUAL;
}

/* What changed the register: what a person signed, or the gateway did by itself. */
static bool is_act(struct base_bytes kind)
{
    static const char admin[] = "admin.", incident[] = "incident.";
    if (base_bytes_equal_text(kind, "admin.refused") || base_bytes_equal_text(kind, "admin.read"))
        return false;
    return (kind.len > sizeof admin - 1 && memcmp(kind.data, admin, sizeof admin - 1) == 0) ||
           (kind.len > sizeof incident - 1 && memcmp(kind.data, incident, sizeof incident - 1) == 0);
}

enum cli_columns cli_act_kept_check(struct base_bytes leaf, const struct audit_leaf_view *view,
                                    const struct store_act_kept *act)
{
    char hex[65] = "";
    if (!is_act(view->kind_name) || !act)
        return is_act(view->kind_name) == (act != NULL) ? CLI_COLUMNS_EQUAL : CLI_COLUMNS_DIFFER;
    struct audit_hash hash = audit_hash_leaf(leaf);
    if (act->digest)
        base_hex_digest(act->digest, hex);
    return memcmp(act->leaf, hash.bytes, sizeof hash.bytes) == 0 && base_bytes_equal_text(view->act.sha256, hex)
               ? CLI_COLUMNS_EQUAL
               : CLI_COLUMNS_DIFFER;
}

/* Room for one more: what is concluded goes first. */
static int room_make(struct cli_open_requests *requests)
{
    if (requests->count < requests->capacity)
        return 0;
    if (requests->concluded > requests->capacity / 2) {
        size_t kept = 0;
        for (size_t i = 0; i < requests->count; i++)
            if (!requests->items[i].is_concluded)
                requests->items[kept++] = requests->items[i];
        requests->count = kept;
        requests->concluded = 0;
        return 0;
    }
    size_t capacity = requests->capacity ? requests->capacity * 2 : 1024;
    struct cli_open_request *items = realloc(requests->items, capacity * sizeof *items);
    if (!items)
        return -ENOMEM;
    requests->items = items;
    requests->capacity = capacity;
    return 0;
}

static struct cli_open_request *request_find(const struct cli_open_requests *requests, uint64_t index)
{
    size_t low = 0;
    size_t high = requests->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (requests->items[middle].index < index)
            low = middle + 1;
        else
            high = middle;
    }
    return low < requests->count && requests->items[low].index == index ? &requests->items[low] : NULL;
}

int cli_open_requests_check(struct cli_open_requests *requests, uint64_t index, struct base_bytes leaf,
                            const struct audit_leaf_view *view, const struct store_record *columns,
                            enum cli_columns *ret_verdict)
{
    bool opens = audit_kind_opens(view->kind);
    *ret_verdict = CLI_COLUMNS_DIFFER;
    if (opens != columns->opens)
        return 0;
    if (opens) {
        int r = room_make(requests);
        if (r)
            return r;
        requests->items[requests->count++] =
            (struct cli_open_request){.index = index, .leaf_hash = audit_hash_leaf(leaf)};
    }
    if (!audit_kind_concludes(view->kind)) {
        *ret_verdict = columns->concludes == STORE_SEQ_NONE ? CLI_COLUMNS_EQUAL : CLI_COLUMNS_DIFFER;
        return 0;
    }
    struct cli_open_request *request =
        columns->concludes == STORE_SEQ_NONE ? NULL : request_find(requests, columns->concludes);
    if (request && !request->is_concluded && audit_hash_equal(&request->leaf_hash, &view->request)) {
        request->is_concluded = true;
        requests->concluded++;
        *ret_verdict = CLI_COLUMNS_EQUAL;
    }
    return 0;
}

void cli_open_requests_clear(struct cli_open_requests *requests)
{
    free(requests->items);
    *requests = (struct cli_open_requests){0};
}
