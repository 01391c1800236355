#include "gateway/link/adapter_message.h"

#include <errno.h>

#include "base/text.h"

enum { SERVICE_MAX = 76, QUERY_MAX = 36 };

int link_call_encode(const struct link_call *call, struct base_buffer *out)
{
    base_buffer_append_u64(out, call->id);
    base_buffer_append_u16(out, (uint16_t) call->service);
    base_buffer_append_u8(out, (uint8_t) call->mode);
    base_buffer_append_field(out, call->query);
    base_buffer_append_u64(out, (uint64_t) call->timeout_us);
    base_buffer_append_u16(out, (uint16_t) call->param_count);
    for (size_t i = 0; i < call->param_count; i++) {
        base_buffer_append_field(out, call->params[i].name);
        base_buffer_append_field(out, call->params[i].value);
    }
    return base_buffer_error(out);
}

/* What becomes a text for a registry holds no NUL, so that its end is the same for everyone who reads it. */
static struct base_bytes read_text(struct base_reader *reader, size_t max_bytes)
{
    struct base_bytes text = base_reader_field(reader, max_bytes);
    if (text.len > 0 && (memchr(text.data, '\0', text.len) || !base_text_is_utf8(text)))
        reader->failed = true;
    return text;
}

int link_call_parse(struct base_bytes body, struct link_call *ret_call)
{
    struct base_reader reader = base_reader_of(body);
    struct link_call call = {0};
    call.id = base_reader_u64(&reader);
    call.service = base_reader_u16(&reader);
    uint8_t mode = base_reader_u8(&reader);
    call.query = read_text(&reader, QUERY_MAX);
    uint64_t timeout_us = base_reader_u64(&reader);
    call.param_count = base_reader_u16(&reader);
    if (call.service > SERVICE_MAX || mode >= LINK_CALL_MODE_COUNT || call.query.len == 0 ||
        timeout_us > INT64_MAX || call.param_count > LINK_PARAMS_MAX)
        return -EBADMSG;
    call.mode = (enum link_call_mode) mode;
    call.timeout_us = (int64_t) timeout_us;
    for (size_t i = 0; i < call.param_count; i++) {
        call.params[i].name = read_text(&reader, LINK_PARAM_BYTES_MAX);
        call.params[i].value = read_text(&reader, LINK_PARAM_BYTES_MAX);
        if (call.params[i].name.len == 0)
            return -EBADMSG;
    }
    if (base_reader_end(&reader) < 0)
        return -EBADMSG;
    *ret_call = call;
    return 0;
}

int link_answer_encode(const struct link_answer *answer, struct base_buffer *out)
{
    base_buffer_append_u64(out, answer->id);
    base_buffer_append_u8(out, (uint8_t) answer->outcome);
    base_buffer_append_u64(out, (uint64_t) answer->duration_us);
    base_buffer_append_field(out, answer->records);
    base_buffer_append_field(out, answer->detail);
    return base_buffer_error(out);
}

int link_answer_parse(struct base_bytes body, struct link_answer *ret_answer)
{
    struct base_reader reader = base_reader_of(body);
    struct link_answer answer = {0};
    answer.id = base_reader_u64(&reader);
    uint8_t outcome = base_reader_u8(&reader);
    uint64_t duration_us = base_reader_u64(&reader);
    answer.records = base_reader_field(&reader, LINK_RECORDS_MAX);
    answer.detail = base_reader_field(&reader, LINK_DETAIL_MAX);
    if (base_reader_end(&reader) < 0 || outcome >= LINK_OUTCOME_COUNT || duration_us > INT64_MAX ||
        !base_text_is_printable(answer.detail))
        return -EBADMSG;
    answer.outcome = (enum link_outcome) outcome;
    /* Records come with an answer and with nothing else: an error can never be taken for one. */
    if ((answer.outcome == LINK_OUTCOME_ANSWERED) != (answer.records.len > 0))
        return -EBADMSG;
    answer.duration_us = (int64_t) duration_us;
    *ret_answer = answer;
    return 0;
}
