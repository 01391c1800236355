#include "schema/store/record.h"

#include "base/text.h"

#include <errno.h>

enum {
    TEXT_COUNT = 12,
    TEXT_MAX = 1000,     /* bytes of one column */
    COLUMNS_BYTES = 256, /* what a row costs besides its texts and contents */
    SUBJECT_BYTES = 100,
    BLOB_BYTES = 100,
    ACT_BYTES = 200,
};

static void list_texts(const struct store_record *record, const char *ret_texts[static TEXT_COUNT])
{
    const char *const texts[TEXT_COUNT] = {
        record->kind,    record->iin,         record->body,   record->unit,    record->basis,   record->duty,
        record->article, record->case_number, record->effect, record->outcome, record->reasons, record->violation,
    };
    memcpy(ret_texts, texts, sizeof(texts));
}

size_t store_record_weight(const struct store_record *record)
{
    const char *texts[TEXT_COUNT];
    list_texts(record, texts);
    size_t weight = COLUMNS_BYTES + record->subject_count * SUBJECT_BYTES + record->blob_count * BLOB_BYTES;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(texts); i++)
        weight += texts[i] ? strlen(texts[i]) : 0;
    for (size_t i = 0; i < record->blob_count; i++)
        weight += record->blobs[i].content.len;
    if (record->act)
        weight += ACT_BYTES + strlen(record->act->envelope) + record->act->signed_message.len;
    return weight;
}

static bool text_fits(const char *text)
{
    if (!text)
        return true;
    size_t len = strnlen(text, TEXT_MAX + 1);
    return len <= TEXT_MAX && base_text_is_utf8(base_bytes_of(text, len));
}

/* One of the names that one space separates. */
static bool list_has(const char *list, const char *name, size_t len)
{
    while (list) {
        size_t item = strcspn(list, " ");
        if (item == len && memcmp(list, name, len) == 0)
            return true;
        list = list[item] ? list + item + 1 : NULL;
    }
    return false;
}

bool store_record_violation(const struct store_record *record, size_t *ret_at, struct base_bytes *ret_cause)
{
    if (!record->violation || record->violation[*ret_at] == '\0')
        return false;
    const char *cause = record->violation + *ret_at;
    size_t len = strcspn(cause, " ");
    *ret_cause = base_bytes_of(cause, len);
    *ret_at += cause[len] ? len + 1 : len;
    return true;
}

/* Only what the record says itself, so that the database never refuses a batch for it. */
static bool violations_fit(const struct store_record *record)
{
    static const char *const causes = "signer-not-connection network-not-allowed query-replayed signature-invalid "
                                      "officer-blocked";
    if (!record->violation)
        return true;
    if (!record->iin || !record->iin[0] || !record->body || !record->body[0] || !record->reasons)
        return false;
    size_t at = 0;
    struct base_bytes cause;
    bool some = false;
    for (; store_record_violation(record, &at, &cause); some = true) {
        const char *name = (const char *) cause.data;
        if (base_bytes_equal_text(cause, "refusals"))
            continue;
        if (!list_has(causes, name, cause.len) || !list_has(record->reasons, name, cause.len))
            return false;
    }
    return some;
}

/* A name is read back into a field of STORE_NAME_MAX. */
static bool name_fits(const char *name)
{
    return !name || (text_fits(name) && strnlen(name, STORE_NAME_MAX) < STORE_NAME_MAX);
}

static bool small_fits(int value)
{
    return value >= 0 && value <= INT16_MAX;
}

static bool blobs_fit(const struct store_record *record)
{
    if (record->blob_count > STORE_RECORD_BLOBS_MAX)
        return false;
    for (size_t i = 0; i < record->blob_count; i++) {
        const struct store_blob *blob = &record->blobs[i];
        if (!blob->kind || !name_fits(blob->kind) || blob->content.len > STORE_BLOB_SMALL_MAX || blob->large < 0)
            return false;
        if ((blob->large != 0) == (blob->content.len != 0))
            return false;
        for (size_t j = 0; j < i; j++)
            if (strcmp(record->blobs[j].kind, blob->kind) == 0)
                return false;
    }
    return true;
}

static bool texts_fit(const struct store_record *record)
{
    const char *texts[TEXT_COUNT];
    list_texts(record, texts);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(texts); i++)
        if (!text_fits(texts[i]))
            return false;
    return record->kind && name_fits(record->kind) && name_fits(record->effect) && name_fits(record->outcome);
}

static bool numbers_fit(const struct store_record *record)
{
    return small_fits(record->part) && small_fits(record->role) && small_fits(record->service) &&
           record->confirm.registration >= 0 && record->confirm.version >= 0 &&
           (record->concludes == STORE_SEQ_NONE || record->concludes <= INT64_MAX);
}

static bool subjects_fit(const struct store_record *record)
{
    if (record->subject_count > STORE_RECORD_SUBJECTS_MAX)
        return false;
    for (size_t i = 0; i < record->subject_count; i++)
        if (record->subjects[i].kid > INT32_MAX)
            return false;
    return true;
}

static bool act_fits(const struct store_act *act)
{
    if (!act)
        return true;
    size_t len = act->envelope ? strnlen(act->envelope, STORE_ACT_BYTES_MAX + 1) : 0;
    return len > 0 && len <= STORE_ACT_BYTES_MAX && act->signed_message.len <= STORE_ACT_BYTES_MAX &&
           base_text_is_utf8(base_bytes_of(act->envelope, len));
}

int store_record_check(const struct store_record *record)
{
    bool has_key = record->iin && record->id;
    bool fits = texts_fit(record) && numbers_fit(record) && subjects_fit(record) && blobs_fit(record) &&
                violations_fit(record) && act_fits(record->act) &&
                (has_key || !record->claims);
    return fits ? 0 : -EINVAL;
}
