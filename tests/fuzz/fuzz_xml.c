/* XML from outside: what is read stays within its limits, has a form in JSON or none, is written and read again as the
 * same, and no envelope or template of it can do harm. */
#include "base/buffer.h"
#include "gateway/adapters/soap_envelope.h"
#include "gateway/adapters/soap_key.h"
#include "gateway/adapters/soap_template.h"
#include "gateway/adapters/xml_json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static json_t *json_of(const xmlDoc *document)
{
    json_t *value = NULL;
    int r = adapter_xml_json_value(xmlDocGetRootElement(document), &value);
    check(r == 0 || r == ADAPTER_XML_JSON_MISFIT);
    return r == 0 ? value : NULL;
}

static void check_written_again(xmlDoc *document)
{
    struct base_buffer text BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&text, ADAPTER_XML_BYTES_MAX);
    xmlDoc *again BASE_CLEANUP(adapter_xml_cleanup) = NULL;
    check(adapter_envelope_write(document, &text) == 0);
    check(adapter_xml_read(base_buffer_view(&text), &again) == 0);
    json_t *first = json_of(document), *second = json_of(again);
    check(!first == !second && (!first || json_equal(first, second)));
    json_decref(first);
    json_decref(second);
}

static void check_envelope(const xmlDoc *document)
{
    for (enum adapter_operation i = ADAPTER_OPERATION_SYNC_SEND; i <= ADAPTER_OPERATION_DELIVERY; i++) {
        struct adapter_envelope_answer answer;
        adapter_envelope_read(adapter_envelope_body(document), i, "m1", &answer);
        check(strlen(answer.code) <= ADAPTER_ENVELOPE_CODE_MAX);
        if (answer.data && i == ADAPTER_OPERATION_MESSAGES)
            check(strcmp(answer.correlation_id, "m1") == 0);
    }
}

static void check_template(struct base_bytes text)
{
    static const char *const names[] = {"iin", "query"};
    static const struct adapter_template_value values[] = {{"iin", "</iin>&amp;<x"}, {"query", NULL}};
    struct adapter_template *template = NULL;
    const char *error = NULL;
    xmlDoc *document = NULL;
    if (adapter_template_new(text, names, 2, 1, &template, &error) != 0)
        return;
    check(adapter_template_fill(template, values, 2, &document) == 0);
    check_written_again(document);
    xmlFreeDoc(document);
    adapter_template_free(template);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check(adapter_key_libraries_init() == 0);
    xmlDoc *document = NULL;
    if (size > 1 << 20 || adapter_xml_read(base_bytes_of(data, size), &document) != 0)
        return 0;
    check(!xmlGetIntSubset(document));
    check_envelope(document);
    check_template(base_bytes_of(data, size));
    check_written_again(document);
    xmlFreeDoc(document);
    return 0;
}
