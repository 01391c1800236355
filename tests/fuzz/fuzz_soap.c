/* Signed answers from outside: whatever comes, only what the corpus's registry signed is believed, and it is read as it
 * was signed. $QAO_FUZZ_SOAP is the corpus folder, where pin.pem lies. */
#include "base/file.h"
#include "gateway/adapters/soap_envelope.h"
#include "gateway/adapters/soap_verify.h"
#include "gateway/adapters/xml_read.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int64_t now_us = INT64_C(1795287600000000); /* FIXTURE_NOW_US of the corpus */
static struct adapter_pins *pins;

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void prepare(void)
{
    char path[PATH_MAX];
    const char *folder = getenv("QAO_FUZZ_SOAP"), *error = NULL;
    struct base_buffer pem BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&pem, ADAPTER_KEY_PEM_BYTES_MAX);
    snprintf(path, sizeof(path), "%s/pin.pem", folder ? folder : ".");
    if (adapter_key_libraries_init() < 0 || base_file_read(path, BASE_FILE_PUBLIC, &pem) < 0 ||
        adapter_pins_new(base_buffer_view(&pem), &pins, &error) < 0) {
        fprintf(stderr, "set QAO_FUZZ_SOAP to the corpus folder\n");
        abort();
    }
}

static void check_body(const struct base_buffer *body)
{
    xmlDoc *document BASE_CLEANUP(adapter_xml_cleanup) = NULL;
    struct adapter_envelope_answer answer;
    check(adapter_xml_read(base_buffer_view(body), &document) == 0);
    adapter_envelope_read(xmlDocGetRootElement(document), ADAPTER_OPERATION_SYNC_SEND, "q1", &answer);
    check(answer.kind == ADAPTER_ENVELOPE_RESPONSE && answer.is_success && strcmp(answer.correlation_id, "q1") == 0);
    const xmlNode *person = adapter_xml_child(answer.data, NULL, "person");
    char *iin = adapter_xml_text(adapter_xml_child(person, NULL, "iin"));
    check(iin && strcmp(iin, "500101100000") == 0);
    free(iin);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!pins)
        prepare();
    for (int enveloped = 0; enveloped < 2; enveloped++) {
        xmlDoc *document BASE_CLEANUP(adapter_xml_cleanup) = NULL;
        struct base_buffer seen BASE_CLEANUP(base_buffer_clear);
        base_buffer_init(&seen, ADAPTER_XML_BYTES_MAX);
        if (size > 1 << 20 || adapter_xml_read(base_bytes_of(data, size), &document) != 0)
            return 0;
        enum adapter_finding finding = enveloped ? adapter_verify_enveloped(pins, document, now_us, &seen)
                                                 : adapter_verify_body(pins, document, now_us, &seen);
        check(finding == ADAPTER_FINDING_SIGNED || seen.len == 0);
        if (finding == ADAPTER_FINDING_SIGNED && !enveloped)
            check_body(&seen);
        if (finding == ADAPTER_FINDING_SIGNED && enveloped)
            check(base_bytes_equal_text(base_buffer_view(&seen), "<d xmlns=\"urn:d\"><bin>300140000015</bin></d>"));
    }
    return 0;
}
