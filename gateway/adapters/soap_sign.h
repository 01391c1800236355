/* XML signatures that we make (XML-Signature 1.0; WS-Security 1.0 with the X.509 token profile). Any thread. */
#ifndef GATEWAY_ADAPTERS_SOAP_SIGN_H
#define GATEWAY_ADAPTERS_SOAP_SIGN_H

#include "gateway/adapters/soap_key.h"

#include <libxml/tree.h>

/* Gives the envelope's Body this wsu:Id (an XML name) and puts into its Header a Security element, mustUnderstand,
 * whose signature covers the Body: exclusive canonical form, SHA-256, the certificate inside. The envelope has one
 * Header and one Body. -EIO, -ENOMEM. */
int adapter_sign_body(const struct adapter_key *key, xmlDoc *envelope, const char *id) BASE_MUST_USE;

/* Appends to the root a signature over the whole document without it (enveloped; canonical form with comments).
 * Likewise. */
int adapter_sign_enveloped(const struct adapter_key *key, xmlDoc *document) BASE_MUST_USE;

#endif
