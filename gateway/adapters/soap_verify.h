/* XML signatures that others made. One narrow form is accepted, whatever else the standards allow, and what the caller
 * reads afterwards are the very bytes that were digested: nothing beside the signed element can be taken for it. Any
 * thread. */
#ifndef GATEWAY_ADAPTERS_SOAP_VERIFY_H
#define GATEWAY_ADAPTERS_SOAP_VERIFY_H

#include "base/buffer.h"
#include "gateway/adapters/soap_key.h"

#include <libxml/tree.h>

enum adapter_finding {
    ADAPTER_FINDING_UNDECIDED = 0, /* out of memory */
    ADAPTER_FINDING_UNSIGNED,
    ADAPTER_FINDING_MALFORMED, /* signed, but not in the accepted form: another algorithm, reference, transform, a
                                  second signature or id, … */
    ADAPTER_FINDING_STRANGER,  /* by none of the pinned certificates, or by one outside its time */
    ADAPTER_FINDING_WRONG,     /* value or digest do not fit */
    ADAPTER_FINDING_SIGNED,
};

/* An envelope's Body: one signature in the one Security header, one reference to the wsu:Id of the Body, exclusive
 * canonical form, SHA-256, KeyIdentifier X509v3. When signed, the Body's canonical bytes are appended to the buffer.
 * The document's ids are registered: it is good for one check. */
enum adapter_finding adapter_verify_body(const struct adapter_pins *pins, xmlDoc *envelope, int64_t now_us,
                                         struct base_buffer *signed_bytes) BASE_MUST_USE;

/* A document with one enveloped signature, a child of its root, over all the rest: canonical or exclusive canonical
 * form, X509Data. When signed, the canonical bytes of the rest are appended. */
enum adapter_finding adapter_verify_enveloped(const struct adapter_pins *pins, xmlDoc *document, int64_t now_us,
                                              struct base_buffer *signed_bytes) BASE_MUST_USE;

/* A few words for a log line; static. */
const char *adapter_finding_words(enum adapter_finding finding);

#endif
