/* What a certificate says of its holder and its use, in the profile of the National Certification Authority. Read by
 * OID, never by position or by text form of names. Inside the room only. */
#ifndef CERTS_PROFILE_H
#define CERTS_PROFILE_H

#include "certs/ossl.h"
#include "certs/trust.h"
#include "certs/verdict.h"

struct certs_number {
    unsigned count; /* how often the attribute occurs: only 1 is unambiguous */
    enum base_idnum state;
    char text[BASE_IDNUM_TEXT_MAX]; /* empty when malformed */
};

struct certs_profile {
    bool digital_signature, non_repudiation;
    bool client_auth, email_protection;
    bool private_person; /* 1.2.398.3.3.4.1.1 and below */
    bool organisation;   /* 1.2.398.3.3.4.1.2 */
    bool member;         /* head, signatory or employee: .1, .2, .5 */
    bool system;         /* information system: .6 */
    bool authority;      /* basicConstraints CA:TRUE or as good as */
    bool key_file, key_store_unreadable;
    struct certs_number iin, bin;
};

/* -EBADMSG when an extension or name is malformed or an extension stands twice. */
int certs_profile_parse(X509 *cert, struct certs_profile *ret_profile) BASE_MUST_USE;

/* VALID or PROFILE. */
struct certs_finding certs_profile_check(const struct certs_profile *profile, enum certs_use use,
                                         const struct certs_trust_options *options) BASE_MUST_USE;

#endif
