/* Keys of XML signatures: ours with its certificate, and the certificates whose signatures answers must carry. RSA of
 * at least 2048 bits (rsa-sha256) or an elliptic curve P-256 or P-384 (ecdsa-sha256). Immutable once made, for any
 * thread. */
#ifndef GATEWAY_ADAPTERS_SOAP_KEY_H
#define GATEWAY_ADAPTERS_SOAP_KEY_H

#include "base/bytes.h"
#include "base/result.h"

#include <stdint.h>

enum { ADAPTER_KEY_PEM_BYTES_MAX = 64 * 1024, ADAPTER_KEY_PINS_MAX = 4 };

struct adapter_key;
struct adapter_pins;

/* Starts libxml2 and xmlsec for the process: no fetching, no handlers of addresses, no words on standard error. Before
 * a sandbox closes the file system; calling it again does nothing. -EIO. */
int adapter_key_libraries_init(void) BASE_MUST_USE;

/* Our key and its certificate, each PEM. -EINVAL with a static text that says what is wrong; -ENOMEM. */
int adapter_key_new(struct base_bytes certificate, struct base_bytes key, struct adapter_key **ret_key,
                    const char **ret_error) BASE_MUST_USE;
/* Accepts NULL. */
void adapter_key_free(struct adapter_key *key);

/* One to four certificates in one PEM, so that a registry's next one can be pinned before it is used. As above. */
int adapter_pins_new(struct base_bytes certificates, struct adapter_pins **ret_pins,
                     const char **ret_error) BASE_MUST_USE;
/* Accepts NULL. */
void adapter_pins_free(struct adapter_pins *pins);

/* The one whose DER in base64 is this text (white space in it left out) and whose time includes now; NULL for none. */
const struct adapter_key *adapter_pins_find(const struct adapter_pins *pins, const char *certificate, int64_t now_us);

/* The certificate's DER in base64. */
const char *adapter_key_certificate(const struct adapter_key *key);

#endif
