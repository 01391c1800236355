/* Whatever is accepted as a call or an answer is within its limits, and encodes to the very same bytes. */
#include <stdlib.h>

#include "gateway/link/adapter_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct base_bytes body = base_bytes_of(data, size);
    struct base_buffer again BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&again, LINK_ANSWER_FRAME_MAX);
    struct link_call call;
    if (link_call_parse(body, &call) == 0) {
        check(call.mode < LINK_CALL_MODE_COUNT);
        check(call.service >= 1 && call.service <= 76 && call.param_count <= LINK_PARAMS_MAX);
        check(link_call_encode(&call, &again) == 0 && base_bytes_equal(base_buffer_view(&again), body));
    }
    base_buffer_reset(&again);
    struct link_answer answer;
    if (link_answer_parse(body, &answer) == 0) {
        check((answer.outcome == LINK_OUTCOME_ANSWERED) == (answer.records.len > 0));
        check(link_answer_encode(&answer, &again) == 0 && base_bytes_equal(base_buffer_view(&again), body));
    }
    return 0;
}
