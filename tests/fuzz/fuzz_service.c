/* Any description, parameters and records: what is refused has a fault, what fits still fits after an amount went, and
 * nothing is read outside its bounds. Input: {"description": ..., "params": ..., "records": ...}. */
#include "gateway/wire/json.h"
#include "gateway/wire/service_part.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_records(const struct wire_service *service, const struct wire_params *asked, json_t *records)
{
    struct wire_faults faults = {0};
    size_t removed = 0;
    int fits = wire_service_answer_check(service, asked, records, &faults);
    must(fits == 0 || (fits == WIRE_SERVICE_MISFIT && faults.count > 0 && faults.count <= WIRE_FAULTS_MAX));
    if (wire_service_answer_abbreviate(service, records, &removed) == 0 && removed > 0)
        must(wire_schema_has_amount(service->answer));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *document = NULL;
    if (wire_json_parse(base_bytes_of(data, size), 1 << 16, &document, NULL))
        return 0;
    char *text = json_dumps(json_object_get(document, "description"), JSON_COMPACT | JSON_ENCODE_ANY), *error = NULL;
    unsigned number =
        (unsigned) json_integer_value(json_object_get(json_object_get(document, "description"), "number"));
    struct wire_service *service = NULL;
    int r = text ? wire_service_new(base_bytes_text(text), number, "fuzz", &service, &error) : -1;
    must(r < 0 || !error);
    if (r == 0) {
        struct wire_params params = {0};
        struct wire_faults faults = {0};
        int fits = wire_service_params_check(service, json_object_get(document, "params"), &params, &faults);
        must(fits == 0 || faults.count > 0);
        check_records(service, fits == 0 ? &params : NULL, json_object_get(document, "records"));
        wire_params_clear(&params);
    }
    wire_service_free(service);
    free(error);
    free(text);
    json_decref(document);
    return 0;
}
