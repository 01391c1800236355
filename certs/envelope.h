/* The outer form of a signed message: which certificates it carries, and the rest without them. Inside the room only.
 */
#ifndef CERTS_ENVELOPE_H
#define CERTS_ENVELOPE_H

#include "base/buffer.h"
#include "certs/ossl.h"

/* A query carries the signer's certificate and sometimes the authorities above it. */
enum { CERTS_ENVELOPE_CERTS_MAX = 8 };

struct certs_envelope {
    CMS_ContentInfo *cms; /* in the definite-length form without certificates */
    struct base_buffer binary;
    struct base_bytes certs[CERTS_ENVELOPE_CERTS_MAX]; /* DER of each, views of binary or of the received bytes */
    size_t count;
};

/* Accepts a zeroed struct. */
void certs_envelope_clear(struct certs_envelope *envelope);

/* Parses one SignedData, DER or BER, that fills binary entirely. In the usual, definite-length form the certificates
 * are cut out before OpenSSL sees the message, because parsing one costs more than all the rest and the cache may know
 * it; they are not covered by the signature. -EBADMSG for all else, -ENOMEM. binary is borrowed as long as the
 * envelope. */
int certs_envelope_parse(struct base_bytes binary, struct certs_envelope *ret_envelope) BASE_MUST_USE;

#endif
