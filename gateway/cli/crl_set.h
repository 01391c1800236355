/* The revocation lists of several authorities, at most one of each, as a PEM file holds them. */
#ifndef GATEWAY_CLI_CRL_SET_H
#define GATEWAY_CLI_CRL_SET_H

#include "base/buffer.h"

enum { CLI_CRL_SET_MAX = 64 };

struct cli_crl_set {
    size_t count;
    struct X509_crl_st *items[CLI_CRL_SET_MAX];
};

/* Zero refuses. */
enum cli_crl_put {
    CLI_CRL_PUT_MALFORMED = 0, /* neither DER nor PEM, or more than one list */
    CLI_CRL_PUT_UNVERIFIED,    /* no given authority signed it, or it is one that the gateway does not use */
    CLI_CRL_PUT_OLDER,         /* than the one we have of this authority: somebody hands out an old list */
    CLI_CRL_PUT_SAME,
    CLI_CRL_PUT_NEWER, /* taken */
    CLI_CRL_PUT_FULL,
};

/* Reads what a PEM file holds, without verifying. -EBADMSG, -ENOBUFS over CLI_CRL_SET_MAX. The caller clears. */
int cli_crl_set_parse(struct base_bytes pem, struct cli_crl_set *ret_set) BASE_MUST_USE;

/* Verifies one fetched list against the authorities (as certs_trust_new() does) and takes it when it is newer than the
 * set's own. ret_issuer is the authority's name, "" when it could not be read; ret_detail says more. */
enum cli_crl_put cli_crl_set_put(struct cli_crl_set *set, struct base_bytes ca_pem, struct base_bytes fetched,
                                 char ret_issuer[static 128], char ret_detail[static 160]);

/* Appends all as PEM. -EIO, or the buffer's error. */
int cli_crl_set_encode(const struct cli_crl_set *set, struct base_buffer *out) BASE_MUST_USE;

/* Accepts a zeroed struct. */
void cli_crl_set_clear(struct cli_crl_set *set);

#endif
