/* Any bytes as the content of a signed query: what is called readable is within its limits, a well-formed query has all
 * its parts, and its parameters have a canonical form or a name that no service has. */
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "gateway/wire/json.h"
#include "gateway/wire/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned all = WIRE_QUERY_ID | WIRE_QUERY_AT | WIRE_QUERY_SERVICE | WIRE_QUERY_GROUND | WIRE_QUERY_CASE |
                                WIRE_QUERY_ARTICLE | WIRE_QUERY_PARAMS;
    json_t *document = NULL;
    struct wire_query query;
    if (wire_query_parse(base_bytes_of(data, size), "qao.example/log", &document, &query) < 0)
        return 0;
    must(query.wellformed == (query.fault[0] == '\0'));
    must(!query.wellformed || query.parts == all);
    must(!(query.parts & WIRE_QUERY_SERVICE) || (query.service >= 1 && query.service <= 76));
    must(!(query.parts & WIRE_QUERY_GROUND) || query.basis != POLICY_BASIS_NONE);
    must(!(query.parts & WIRE_QUERY_GROUND) || query.duty == POLICY_DUTY_NONE ||
         query.basis == POLICY_BASIS_OTHER_DUTIES);
    must(query.case_number.len <= WIRE_QUERY_CASE_MAX && query.article.len <= WIRE_QUERY_ARTICLE_MAX);
    must(base_text_length(query.ground) <= WIRE_QUERY_TEXT_MAX);
    must(base_text_is_printable(base_bytes_text(query.fault)));
    if (query.parts & WIRE_QUERY_ID) {
        uint8_t id[BASE_UUID_BYTES];
        must(base_uuid_parse(base_bytes_text(query.id_text), BASE_UUID_ANY_CASE, id) == 0);
        must(memcmp(id, query.id, sizeof(id)) == 0);
    }
    if (query.params) {
        struct base_buffer out;
        base_buffer_init(&out, WIRE_QUERY_BYTES_MAX * 2);
        int r = wire_json_canonical(query.params, &out);
        must(r == 0 || r == -EINVAL); /* a name that is no plain word */
        base_buffer_clear(&out);
    }
    json_decref(document);
    return 0;
}
