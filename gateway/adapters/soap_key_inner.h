/* What signing and checking of signatures need of a key; nobody else includes this. */
#ifndef GATEWAY_ADAPTERS_SOAP_KEY_INNER_H
#define GATEWAY_ADAPTERS_SOAP_KEY_INNER_H

#include "gateway/adapters/soap_key.h"

#include <libxml/tree.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>

struct adapter_key {
    xmlSecKeyPtr key;
    xmlSecTransformId method; /* rsa-sha256 or ecdsa-sha256 */
    char *certificate;        /* DER in base64 */
    int64_t begins_us, ends_us;
};

#define ADAPTER_NS_DS "http://www.w3.org/2000/09/xmldsig#"
#define ADAPTER_NS_EXCLUSIVE "http://www.w3.org/2001/10/xml-exc-c14n#"
#define ADAPTER_NS_WSSE "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
#define ADAPTER_NS_WSU "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
#define ADAPTER_TOKEN_X509 "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
#define ADAPTER_TOKEN_BASE64                                                                                           \
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"

#endif
