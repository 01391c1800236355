/* Whatever strict reading accepts has one canonical form: written, read again and written again it is the same bytes. */
#include <errno.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "gateway/wire/json.h"
#include "gateway/wire/service.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_params(const json_t *value)
{
    struct wire_params params = {0};
    struct wire_faults faults = {0};
    int r = wire_service_params_check(NULL, value, &params, &faults);
    check(r == 0 ? params.count <= WIRE_PARAMS_MAX : r == WIRE_SERVICE_MISFIT && faults.count > 0);
    wire_params_clear(&params);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *value BASE_CLEANUP(wire_json_cleanup) = NULL, *again BASE_CLEANUP(wire_json_cleanup) = NULL;
    char fault[WIRE_JSON_FAULT_MAX];
    if (wire_json_parse(base_bytes_of(data, size), 64 * 1024, &value, fault) != 0)
        return 0;
    check_params(value);
    struct base_buffer first BASE_CLEANUP(base_buffer_clear), second BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&first, 1 << 20);
    base_buffer_init(&second, 1 << 20);
    int r = wire_json_canonical(value, &first);
    if (r == -EINVAL) /* a name that we do not order */
        return 0;
    check(r == 0);
    check(wire_json_parse(base_buffer_view(&first), 1 << 20, &again, fault) == 0);
    check(wire_json_canonical(again, &second) == 0);
    check(base_bytes_equal(base_buffer_view(&first), base_buffer_view(&second)));
    return 0;
}
