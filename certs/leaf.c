#include "certs/leaf.h"

#include "certs/finding.h"
#include "certs/trust_state.h"

#include <stdlib.h>

struct certs_finding certs_leaf_backend_find(const X509 *cert, const struct certs_backend **ret_backend)
{
    char oid[CERTS_OID_TEXT_MAX];
    const struct certs_backend *backend = certs_backend_find(cert, oid);
    if (!backend)
        return certs_finding_of(CERTS_VERDICT_PROFILE, "algorithm %s not supported", oid);
    *ret_backend = backend;
    return certs_finding_of(CERTS_VERDICT_VALID, "valid");
}

static void span_narrow(struct certs_leaf *leaf, int64_t from_us, int64_t until_us)
{
    if (from_us > leaf->from_us)
        leaf->from_us = from_us;
    if (until_us < leaf->until_us)
        leaf->until_us = until_us;
}

/* The last microsecond of the second that ends a validity (RFC 5280 4.1.2.5 includes both ends). */
static int64_t second_end(int64_t at_us)
{
    return at_us + 999999;
}

static struct certs_finding check_times(struct certs_leaf *leaf, const struct certs_trust *trust,
                                        const STACK_OF(X509) * chain, int64_t now_us)
{
    for (int i = 1; i < sk_X509_num(chain); i++) {
        const struct certs_authority *authority = certs_trust_find(trust, sk_X509_value(chain, i));
        if (!authority)
            return certs_finding_of(CERTS_VERDICT_UNTRUSTED, "chain: does not end in a trusted root");
        if (now_us < authority->not_before_us || now_us > second_end(authority->not_after_us))
            return certs_finding_of(CERTS_VERDICT_UNTRUSTED, "chain: an authority's certificate is out of date");
        span_narrow(leaf, authority->not_before_us, second_end(authority->not_after_us));
    }
    span_narrow(leaf, leaf->identity.not_before_us, leaf->identity.not_after_us);
    if (now_us < leaf->identity.not_before_us)
        return certs_finding_of(CERTS_VERDICT_EXPIRED, "validity: not yet begun");
    if (now_us > leaf->identity.not_after_us)
        return certs_finding_of(CERTS_VERDICT_EXPIRED, "validity: over");
    return certs_finding_of(CERTS_VERDICT_VALID, "valid");
}

/* Whether the entry says that the certificate was bad at that moment or before: revoked, or its key known to be another's. A
 * date that cannot be read is no excuse. */
static bool was_revoked(X509_REVOKED *revoked, int64_t at_us)
{
    int64_t revoked_us = 0, invalid_us = INT64_MAX;
    int critical = -1;
    if (certs_time_parse(X509_REVOKED_get0_revocationDate(revoked), &revoked_us) < 0)
        return true;
    ASN1_GENERALIZEDTIME *invalid = X509_REVOKED_get_ext_d2i(revoked, NID_invalidity_date, &critical, NULL);
    bool unreadable = !invalid && critical != -1;
    if (invalid && certs_time_parse(invalid, &invalid_us) < 0)
        unreadable = true;
    ASN1_GENERALIZEDTIME_free(invalid);
    return unreadable || revoked_us <= at_us || invalid_us <= at_us;
}

/* Every certificate but the root is looked up in the CRL of the one above it, whose signature certs_trust_new()
 * verified. A hold (suspension) counts as revoked. */
static struct certs_finding check_revocation(struct certs_leaf *leaf, const struct certs_trust *trust,
                                             const STACK_OF(X509) * chain, int64_t at_us, enum certs_leaf_moment moment)
{
    for (int i = 0; i + 1 < sk_X509_num(chain); i++) {
        const struct certs_authority *issuer = certs_trust_find(trust, sk_X509_value(chain, i + 1));
        const char *whose = i == 0 ? "of the certificate's issuer" : "of an authority above";
        if (!issuer || !issuer->crl)
            return certs_finding_of(CERTS_VERDICT_UNTRUSTED, "crl-missing: %s", whose);
        if (moment == CERTS_LEAF_NOW && at_us < issuer->this_update_us)
            return certs_finding_of(CERTS_VERDICT_UNTRUSTED, "crl-not-yet-valid: %s", whose);
        if (at_us > second_end(issuer->next_update_us))
            return certs_finding_of(CERTS_VERDICT_UNTRUSTED, "crl-out-of-date: %s", whose);
        span_narrow(leaf, issuer->this_update_us, second_end(issuer->next_update_us));
        X509_REVOKED *revoked = NULL;
        if (X509_CRL_get0_by_cert(issuer->crl, &revoked, sk_X509_value(chain, i)) != 0 &&
            (moment == CERTS_LEAF_NOW || was_revoked(revoked, at_us)))
            return i == 0 ? certs_finding_of(CERTS_VERDICT_REVOKED, "revoked")
                          : certs_finding_of(CERTS_VERDICT_UNTRUSTED, "chain: an authority's certificate is revoked");
        if (i == 0)
            memcpy(leaf->identity.crl_sha256, issuer->crl_sha256, CERTS_DIGEST_BYTES);
    }
    return certs_finding_of(CERTS_VERDICT_VALID, "valid");
}

static void number_copy(char ret_text[static BASE_IDNUM_TEXT_MAX], const struct certs_number *number)
{
    if (number->count == 1)
        memcpy(ret_text, number->text, BASE_IDNUM_TEXT_MAX);
}

/* What the certificate says, read but not yet believed. */
static struct certs_finding leaf_fill(struct certs_leaf *leaf, const uint8_t sha256[static CERTS_DIGEST_BYTES])
{
    leaf->from_us = INT64_MIN;
    leaf->until_us = INT64_MAX;
    if (certs_time_parse(X509_get0_notBefore(leaf->cert), &leaf->identity.not_before_us) < 0 ||
        certs_time_parse(X509_get0_notAfter(leaf->cert), &leaf->identity.not_after_us) < 0)
        return certs_finding_of(CERTS_VERDICT_PROFILE, "validity: unreadable dates");
    leaf->identity.not_after_us = second_end(leaf->identity.not_after_us);
    if (X509_get_version(leaf->cert) != X509_VERSION_3 || certs_profile_parse(leaf->cert, &leaf->profile) < 0)
        return certs_finding_of(CERTS_VERDICT_PROFILE, "extension: malformed or repeated");
    number_copy(leaf->identity.iin, &leaf->profile.iin);
    number_copy(leaf->identity.bin, &leaf->profile.bin);
    memcpy(leaf->identity.sha256, sha256, CERTS_DIGEST_BYTES);
    return certs_finding_of(CERTS_VERDICT_VALID, "valid");
}

struct certs_finding certs_leaf_verify(struct certs_trust *trust, X509 *cert, const struct certs_backend *backend,
                                       const char *key_kind, const uint8_t sha256[static CERTS_DIGEST_BYTES],
                                       int64_t at_us, enum certs_leaf_moment moment, struct certs_leaf **ret_leaf)
{
    struct certs_leaf *leaf BASE_CLEANUP(certs_leaf_unrefp) = calloc(1, sizeof *leaf);
    if (!leaf)
        return certs_finding_failed();
    atomic_init(&leaf->references, 1);
    X509_up_ref(cert);
    leaf->cert = cert;
    leaf->backend = backend;
    leaf->key_kind = key_kind;

    STACK_OF(X509) *chain = NULL;
    struct certs_finding finding = backend->chain_verify(trust->store, cert, &chain);
    if (finding.verdict != CERTS_VERDICT_VALID)
        return finding;
    finding = leaf_fill(leaf, sha256);
    if (finding.verdict == CERTS_VERDICT_VALID)
        finding = check_times(leaf, trust, chain, at_us);
    if (finding.verdict == CERTS_VERDICT_VALID)
        finding = check_revocation(leaf, trust, chain, at_us, moment);
    sk_X509_pop_free(chain, X509_free);
    if (finding.verdict == CERTS_VERDICT_VALID)
        *ret_leaf = BASE_TAKE(leaf);
    return finding;
}

struct certs_leaf *certs_leaf_ref(struct certs_leaf *leaf)
{
    atomic_fetch_add_explicit(&leaf->references, 1, memory_order_relaxed);
    return leaf;
}

void certs_leaf_unref(struct certs_leaf *leaf)
{
    if (!leaf || atomic_fetch_sub_explicit(&leaf->references, 1, memory_order_acq_rel) != 1)
        return;
    X509_free(leaf->cert);
    free(leaf);
}
