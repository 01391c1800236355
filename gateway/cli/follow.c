#include "gateway/cli/follow.h"

#include "gateway/cli/wait.h"

#include <stdlib.h>
#include <string.h>

/* RETRY_MAX_S: the gateway may ask for patience, within limits. GRACE_LOOKS: the log may know of a conclusion a moment before
 * its reply can be had. */
enum {
    SECONDS_DEFAULT = 60,
    PAUSE_FIRST_US = 200000,
    PAUSE_MAX_US = 2000000,
    RETRY_MAX_S = 30,
    GRACE_LOOKS = 5,
};

bool cli_follow_seconds_parse(const char *text, long *ret_seconds)
{
    if (!text) {
        *ret_seconds = SECONDS_DEFAULT;
        return true;
    }
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 5 || text[digits] || strtol(text, NULL, 10) > CLI_FOLLOW_SECONDS_MAX)
        return false;
    *ret_seconds = strtol(text, NULL, 10);
    return true;
}

void cli_follow_hint_append(const struct cli_session *session, const char *id, unsigned part, struct base_buffer *out)
{
    (void) base_buffer_printf(out, "%s: qao status %s", cli_text(CLI_TEXT_LATER, session->language), id);
    if (part > 0)
        (void) base_buffer_printf(out, " --part %u", part);
    (void) base_buffer_append_text(out, "\n");
}

/* Whether such a conclusion comes with a reply, which may be had a moment later. */
static bool has_reply(const char *state)
{
    return strcmp(state, "withheld") != 0 && strcmp(state, "unknown") != 0 && strcmp(state, "not-done") != 0;
}

/* One look at one of them. grace: how many more looks a conclusion without a reply is worth. */
static void item_look(struct cli_session *session, const struct cli_follow *follow, struct cli_followed *item,
                      unsigned *grace, long *retry_s)
{
    const struct cli_outcome_key key = {
        .id = follow->id, .part = item->part, .service = item->service, .sent_sha256 = follow->sent_sha256, .is_sent_now = true};
    cli_outcome_clear(&item->outcome);
    cli_outcome_look(session, &key, &item->outcome);
    switch (item->outcome.word) {
    case CLI_OUTCOME_HELD:
    case CLI_OUTCOME_REFUSED:
    case CLI_OUTCOME_WRONG:
        item->is_concluded = true;
        break;
    case CLI_OUTCOME_CONCLUDED:
        item->is_concluded = !has_reply(item->outcome.state) || (*grace)-- == 0;
        break;
    case CLI_OUTCOME_AWAY:
        if (item->outcome.retry_after_s > *retry_s)
            *retry_s = item->outcome.retry_after_s;
        break;
    case CLI_OUTCOME_NONE:
    case CLI_OUTCOME_OPEN:
        break;
    }
    if (item->is_concluded && follow->concluded)
        follow->concluded(follow->context, item);
}

/* Whether the inquiry's page says that this part may be worth a look. Where the page is refused each part tells why. */
static bool is_worth(const struct cli_outcome *inquiry, unsigned part)
{
    if (inquiry->word == CLI_OUTCOME_REFUSED || inquiry->word == CLI_OUTCOME_WRONG)
        return true;
    const json_t *parts = json_object_get(inquiry->page, "parts");
    for (size_t i = 0; i < json_array_size(parts); i++) {
        const json_t *listed = json_array_get(parts, i);
        const char *state = json_string_value(json_object_get(listed, "state"));
        if (json_integer_value(json_object_get(listed, "part")) == (json_int_t) part)
            return state && strcmp(state, "pending") != 0;
    }
    return false;
}

/* One round; true when all are concluded. Of an inquiry its own page tells which parts are worth a look. */
static bool round_look(struct cli_session *session, struct cli_follow *follow, unsigned *grace, long *retry_s)
{
    struct cli_outcome inquiry = {0};
    bool all = true;
    *retry_s = 0;
    if (follow->items[0].part > 0) {
        const struct cli_outcome_key key = {.id = follow->id, .sent_sha256 = follow->sent_sha256, .is_sent_now = true};
        cli_outcome_look(session, &key, &inquiry);
        *retry_s = inquiry.retry_after_s;
    }
    for (size_t i = 0; i < follow->count; i++) {
        struct cli_followed *item = &follow->items[i];
        if (!item->is_concluded && (item->part == 0 || is_worth(&inquiry, item->part)))
            item_look(session, follow, item, &grace[i], retry_s);
        all = all && item->is_concluded;
    }
    cli_outcome_clear(&inquiry);
    return all;
}

bool cli_follow(struct cli_session *session, struct cli_follow *follow)
{
    struct cli_wait wait;
    unsigned grace[CLI_SERVICES_MAX];
    int64_t pause_us = PAUSE_FIRST_US;
    long retry_s = 0;
    if (follow->count > BASE_ARRAY_LENGTH(grace) || cli_wait_begin(&wait, follow->seconds))
        return false;
    for (size_t i = 0; i < follow->count; i++)
        grace[i] = GRACE_LOOKS;
    bool all = round_look(session, follow, grace, &retry_s);
    while (!all) {
        int64_t asked_us = (int64_t) (retry_s < RETRY_MAX_S ? retry_s : RETRY_MAX_S) * 1000000;
        if (!cli_wait_pause(&wait, asked_us > pause_us ? asked_us : pause_us))
            break;
        all = round_look(session, follow, grace, &retry_s);
        pause_us = pause_us + pause_us / 2 < PAUSE_MAX_US ? pause_us + pause_us / 2 : PAUSE_MAX_US;
    }
    if (!all && !wait.is_stopped && follow->seconds > 0)
        all = round_look(session, follow, grace, &retry_s);
    cli_wait_end(&wait);
    return all;
}
