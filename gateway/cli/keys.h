/* Who uses the command: the pair that connects (AUTH) and the pair that signs (SIGN). */
#ifndef GATEWAY_CLI_KEYS_H
#define GATEWAY_CLI_KEYS_H

#include "certs/signer.h"
#include "gateway/cli/instance.h"

enum { CLI_HOLDER_TEXT_MAX = 300 };

/* As the options name them; each may be NULL. */
struct cli_keys_options {
    const char *as;                 /* a person of the instance: people/<as>/{auth,sign}.{pem,key} */
    const char *cert, *key;         /* the signing pair, PEM; also connects when nothing else is named */
    const char *p12;                /* or the signing pair as PKCS#12 */
    const char *tls_cert, *tls_key; /* the connecting pair, PEM */
    const char *tls_p12;
    const char *password_file; /* first line: password of the keys above */
};

struct cli_keys {
    struct certs_signer *signer; /* NULL when the caller did not ask for one */
    struct certs_signer *connection;
};

/* Who a certificate names, for people to read. "" where it does not say. */
struct cli_holder {
    char name[CLI_HOLDER_TEXT_MAX]; /* common name and patronymic */
    char surname[CLI_HOLDER_TEXT_MAX], given[CLI_HOLDER_TEXT_MAX], patronymic[CLI_HOLDER_TEXT_MAX];
    char iin[BASE_IDNUM_TEXT_MAX], bin[BASE_IDNUM_TEXT_MAX];
    char organisation[CLI_HOLDER_TEXT_MAX];
};

/* Named condition: unusable options or files, told on standard error. */
enum { CLI_KEYS_UNUSABLE = 1 };

/* The caller clears ret_keys. instance may be NULL when options->as is. CLI_KEYS_UNUSABLE or -ENOMEM. */
int cli_keys_read(const struct cli_instance *instance, const struct cli_keys_options *options, bool needs_signer,
                  struct cli_keys *ret_keys) BASE_MUST_USE;
/* Accepts a zeroed struct. */
void cli_keys_clear(struct cli_keys *keys);

/* -EBADMSG when the certificate cannot be read. */
int cli_holder_read(const struct certs_signer *signer, struct cli_holder *ret_holder) BASE_MUST_USE;

#endif
