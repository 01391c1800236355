/* A decision is small and of known size: it is put together in one piece on the stack and handed over as one value. Its
 * texts are all ours (checked when the edition was loaded), so nothing needs escaping. */
#include "policy/encode.h"

#include "policy/table.h"

enum {
    READING_BYTES = sizeof("\"R01\",") - 1,
    CITATION_BYTES = sizeof("{\"appendix\":255,\"clause\":255,\"column\":255,\"readings\":[],\"row\":255},") - 1 +
                     POLICY_READING_MAX * READING_BYTES,
    REASON_BYTES = sizeof("\"article-not-listed\",") - 1,
    MEMBERS_BYTES = 512, /* all names, id and digest of the edition */
    DECISION_BYTES = POLICY_CITATION_MAX * CITATION_BYTES + POLICY_REASON_MAX * REASON_BYTES + MEMBERS_BYTES,
};

struct text {
    size_t len;
    char data[DECISION_BYTES];
};

static inline void put(struct text *text, const char *piece, size_t len)
{
    memcpy(text->data + text->len, piece, len);
    text->len += len;
}

#define PUT(text, literal) put(text, literal, sizeof(literal) - 1)

static inline void put_name(struct text *text, const char *name)
{
    put(text, name, strlen(name));
}

static inline void put_number(struct text *text, unsigned number)
{
    if (number >= 100)
        text->data[text->len++] = (char) ('0' + number / 100);
    if (number >= 10)
        text->data[text->len++] = (char) ('0' + number / 10 % 10);
    text->data[text->len++] = (char) ('0' + number % 10);
}

/* Ends a list: its last comma becomes the bracket. */
static inline void put_end(struct text *text, char open, char bracket)
{
    if (text->data[text->len - 1] == open)
        text->len++;
    text->data[text->len - 1] = bracket;
}

static void put_citation(struct text *text, const struct policy_citation *citation)
{
    PUT(text, "{");
    if (citation->appendix) {
        PUT(text, "\"appendix\":");
        put_number(text, citation->appendix);
        PUT(text, ",");
    }
    PUT(text, "\"clause\":");
    put_number(text, citation->clause);
    PUT(text, ",");
    if (citation->column) {
        PUT(text, "\"column\":");
        put_number(text, citation->column);
        PUT(text, ",");
    }
    if (citation->readings) {
        PUT(text, "\"readings\":[");
        for (uint64_t rest = citation->readings; rest; rest &= rest - 1) {
            unsigned number = (unsigned) __builtin_ctzll(rest);
            char id[] = {'"', 'R', (char) ('0' + number / 10), (char) ('0' + number % 10), '"', ','};
            put(text, id, sizeof(id));
        }
        put_end(text, '[', ']');
        PUT(text, ",");
    }
    if (citation->row) {
        PUT(text, "\"row\":");
        put_number(text, citation->row);
        PUT(text, ",");
    }
    put_end(text, '{', '}');
    PUT(text, ",");
}

static void put_citations(struct text *text, const struct policy_decision *decision)
{
    PUT(text, "[");
    for (unsigned i = 0; i < decision->citation_count && i < POLICY_CITATION_MAX; i++)
        put_citation(text, &decision->citations[i]);
    put_end(text, '[', ']');
}

static void put_reasons(struct text *text, const struct policy_decision *decision)
{
    PUT(text, "[");
    for (unsigned reason = 1; reason <= POLICY_REASON_MAX; reason++) {
        if (!policy_decision_has(decision, (enum policy_reason) reason))
            continue;
        PUT(text, "\"");
        put_name(text, policy_reason_name((enum policy_reason) reason));
        PUT(text, "\",");
    }
    put_end(text, '[', ']');
}

static void put_needs(struct text *text, const struct policy_decision *decision)
{
    PUT(text, "[");
    if (decision->needs & POLICY_NEED_CASE)
        PUT(text, "\"case\",");
    if (decision->needs & POLICY_NEED_ARTICLE)
        PUT(text, "\"article\",");
    put_end(text, '[', ']');
}

static void write_text(const struct text *text, struct base_json *json)
{
    base_json_raw(json, base_bytes_of(text->data, text->len));
}

void policy_citations_encode(const struct policy_decision *decision, struct base_json *json)
{
    struct text text;
    text.len = 0;
    put_citations(&text, decision);
    write_text(&text, json);
}

void policy_reasons_encode(const struct policy_decision *decision, struct base_json *json)
{
    struct text text;
    text.len = 0;
    put_reasons(&text, decision);
    write_text(&text, json);
}

static void encode(const struct policy_decision *decision, const struct policy_edition *edition, bool whole,
                   struct base_json *json)
{
    struct text text;
    text.len = 0;
    PUT(&text, "{\"citations\":");
    put_citations(&text, decision);
    if (whole) {
        PUT(&text, ",\"doubtful\":");
        put_name(&text, decision->doubtful ? "true" : "false");
    }
    PUT(&text, ",\"edition\":\"");
    put_name(&text, policy_edition_id(edition));
    PUT(&text, "\",\"edition_sha256\":\"");
    put(&text, edition->sha256_text, sizeof(edition->sha256_text) - 1);
    PUT(&text, "\",\"effect\":\"");
    put_name(&text, policy_effect_name(decision->effect));
    PUT(&text, "\"");
    if (whole) {
        PUT(&text, ",\"needs\":");
        put_needs(&text, decision);
        PUT(&text, ",\"reasons\":");
        put_reasons(&text, decision);
    }
    PUT(&text, "}");
    write_text(&text, json);
}

void policy_decision_encode(const struct policy_decision *decision, const struct policy_edition *edition,
                            struct base_json *json)
{
    encode(decision, edition, false, json);
}

void policy_decision_encode_whole(const struct policy_decision *decision, const struct policy_edition *edition,
                                  struct base_json *json)
{
    encode(decision, edition, true, json);
}
