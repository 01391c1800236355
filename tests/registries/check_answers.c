/* Holds answers to their service's description, as the gateway does. Reads lines "SERVICE PARAMS RECORDS" (tab between,
 * PARAMS and RECORDS in JSON), writes "ok" or the first fault for each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/wire/json.h"
#include "gateway/wire/service.h"

static void check(const struct wire_services *services, unsigned number, const char *asked, const char *answered)
{
    json_t *params BASE_CLEANUP(wire_json_cleanup) = NULL, *records BASE_CLEANUP(wire_json_cleanup) = NULL;
    char fault[WIRE_JSON_FAULT_MAX];
    struct wire_params taken = {0};
    struct wire_faults faults = {0};
    const struct wire_service *service = wire_service_find(services, number);
    if (wire_json_parse(base_bytes_text(asked), 1 << 20, &params, fault) != 0 ||
        wire_json_parse(base_bytes_text(answered), 1 << 24, &records, fault) != 0) {
        printf("json: %s\n", fault);
        return;
    }
    if (wire_service_params_check(service, params, &taken, &faults) == 0 &&
        wire_service_answer_check(service, &taken, records, &faults) == 0)
        puts("ok");
    else
        printf("%s %s\n", faults.items[0].member, wire_fault_code(faults.items[0].kind));
    wire_params_clear(&taken);
}

int main(int argc, char **argv)
{
    struct wire_services *services = NULL;
    char *error = NULL, *line = NULL;
    size_t capacity = 0;
    if (argc != 2 || wire_services_new(argv[1], &services, &error) < 0) {
        fprintf(stderr, "check_answers: %s\n", error ? error : "FOLDER of descriptions");
        free(error);
        return 2;
    }
    while (getline(&line, &capacity, stdin) > 0) {
        char *save = NULL, *number = strtok_r(line, "\t\n", &save), *asked = strtok_r(NULL, "\t\n", &save);
        char *answered = strtok_r(NULL, "\t\n", &save);
        if (answered)
            check(services, (unsigned) strtoul(number, NULL, 10), asked, answered);
    }
    free(line);
    wire_services_free(services);
    return 0;
}
