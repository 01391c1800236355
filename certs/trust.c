#include "certs/trust.h"

#include "base/file.h"
#include "certs/finding.h"
#include "certs/trust_state.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>

/* True when PEM reading stopped because there was no further block, and not at a broken one. */
static bool pem_ended(void)
{
    unsigned long error = ERR_peek_last_error();
    bool ended = ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    return ended;
}

static int authority_take(struct certs_trust *trust, X509 *take_cert, char **ret_error)
{
    struct certs_authority *authority = &trust->authorities[trust->count++];
    authority->cert = take_cert;
    char oid[CERTS_OID_TEXT_MAX];
    authority->backend = certs_backend_find(take_cert, oid);
    if (certs_time_parse(X509_get0_notBefore(take_cert), &authority->not_before_us) < 0 ||
        certs_time_parse(X509_get0_notAfter(take_cert), &authority->not_after_us) < 0) {
        certs_error_set(ret_error, "certificate %zu: unreadable dates", trust->count);
        return -EBADMSG;
    }
    if (X509_check_ca(take_cert) != 1) {
        certs_error_set(ret_error, "certificate %zu is not an authority's", trust->count);
        return -EBADMSG;
    }
    if (!authority->backend)
        return 0;
    if (!authority->backend->key_check(take_cert)) {
        certs_error_set(ret_error, "certificate %zu: key too weak, too large or of an unknown kind", trust->count);
        return -EBADMSG;
    }
    return X509_STORE_add_cert(trust->store, take_cert) == 1 ? 0 : -ENOMEM;
}

static int authorities_parse(struct certs_trust *trust, struct base_bytes pem, char **ret_error)
{
    BIO *bio BASE_CLEANUP(certs_bio_freep) = certs_bio_of(pem);
    if (!bio)
        return -ENOMEM;
    bool served = false;
    ERR_clear_error();
    for (X509 *cert; (cert = PEM_read_bio_X509(bio, NULL, NULL, NULL));) {
        if (trust->count == CERTS_CA_MAX) {
            X509_free(cert);
            certs_error_set(ret_error, "more than %d authority certificates", CERTS_CA_MAX);
            return -EBADMSG;
        }
        int r = authority_take(trust, cert, ret_error);
        if (r < 0)
            return r;
        served |= trust->authorities[trust->count - 1].backend != NULL;
    }
    if (!pem_ended()) {
        certs_error_set(ret_error, "authority certificate %zu is unreadable", trust->count + 1);
        return -EBADMSG;
    }
    if (!served) {
        certs_error_set(ret_error, "no authority certificate with a supported algorithm");
        return -EBADMSG;
    }
    return 0;
}

/* A CRL counts only when it speaks for all certificates of its issuer and says when it ends. */
static bool scope_is_partial(const ISSUING_DIST_POINT *scope)
{
    return scope->onlyuser > 0 || scope->onlyCA > 0 || scope->onlysomereasons || scope->indirectCRL > 0 ||
           scope->onlyattr > 0;
}

/* What the extensions say that would make the list mean less than it seems to. */
static const char *crl_extensions_fault(X509_CRL *crl)
{
    if (X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0)
        return "a delta CRL";
    ISSUING_DIST_POINT *scope = X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, NULL, NULL);
    const bool has_scope = scope != NULL, is_partial = scope && scope_is_partial(scope);
    ISSUING_DIST_POINT_free(scope);
    if (is_partial)
        return "a CRL of partial scope";
    for (int i = 0; i < X509_CRL_get_ext_count(crl); i++) {
        X509_EXTENSION *extension = X509_CRL_get_ext(crl, i);
        int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
        if (X509_EXTENSION_get_critical(extension) && (nid != NID_issuing_distribution_point || !has_scope))
            return "a critical extension that is not known";
    }
    return NULL;
}

static const char *crl_fault(X509_CRL *crl, int64_t *ret_this_us, int64_t *ret_next_us)
{
    if (certs_time_parse(X509_CRL_get0_lastUpdate(crl), ret_this_us) < 0)
        return "unreadable thisUpdate";
    if (!X509_CRL_get0_nextUpdate(crl))
        return "no nextUpdate";
    if (certs_time_parse(X509_CRL_get0_nextUpdate(crl), ret_next_us) < 0 || *ret_next_us < *ret_this_us)
        return "unreadable nextUpdate";
    return crl_extensions_fault(crl);
}

static int crl_sha256(X509_CRL *crl, uint8_t ret_sha256[static CERTS_DIGEST_BYTES])
{
    unsigned char *der = NULL;
    int len = i2d_X509_CRL(crl, &der);
    if (len < 0)
        return -ENOMEM;
    int r = certs_sha256(base_bytes_of(der, (size_t) len), ret_sha256);
    OPENSSL_free(der);
    return r;
}

static bool crl_is_of(X509_CRL *crl, const struct certs_authority *authority)
{
    return X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(authority->cert)) == 0;
}

/* Gives the CRL to every authority whose key signed it and that has no newer one. */
static int crl_take(struct certs_trust *trust, X509_CRL *crl, size_t number, char **ret_error)
{
    int64_t this_us = 0, next_us = 0;
    const char *fault = crl_fault(crl, &this_us, &next_us);
    ERR_clear_error();
    if (fault) {
        certs_error_set(ret_error, "CRL %zu: %s", number, fault);
        return -EBADMSG;
    }
    const struct certs_backend *backend = certs_backend_find_crl(crl);
    bool named = false, used = false;
    for (size_t i = 0; i < trust->count; i++) {
        struct certs_authority *authority = &trust->authorities[i];
        if (!crl_is_of(crl, authority))
            continue;
        named |= authority->backend == NULL;
        if (!authority->backend || authority->backend != backend ||
            !(X509_get_key_usage(authority->cert) & KU_CRL_SIGN) ||
            backend->crl_verify(crl, authority->cert).verdict != CERTS_VERDICT_VALID)
            continue;
        used = true;
        if (authority->crl && this_us < authority->this_update_us)
            continue;
        int r = crl_sha256(crl, authority->crl_sha256);
        if (r < 0)
            return r;
        X509_CRL_free(authority->crl);
        X509_CRL_up_ref(crl);
        authority->crl = crl;
        authority->this_update_us = this_us;
        authority->next_update_us = next_us;
    }
    if (used || named) /* an authority whose algorithm we do not serve may have its CRL here too */
        return 0;
    certs_error_set(ret_error, "CRL %zu: not signed by any of the authorities", number);
    return -EBADMSG;
}

static int crls_parse(struct certs_trust *trust, struct base_bytes pem, char **ret_error)
{
    int r = certs_sha256(pem, trust->crl_sha256);
    if (r < 0)
        return r;
    BIO *bio BASE_CLEANUP(certs_bio_freep) = certs_bio_of(pem);
    if (!bio)
        return -ENOMEM;
    ERR_clear_error();
    for (size_t number = 1;; number++) {
        X509_CRL *crl BASE_CLEANUP(certs_crl_freep) = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);
        if (!crl && pem_ended())
            return 0;
        if (!crl || number > CERTS_CRL_MAX) {
            certs_error_set(ret_error, crl ? "CRL %zu: too many" : "CRL %zu is unreadable", number);
            return -EBADMSG;
        }
        r = crl_take(trust, crl, number, ret_error);
        if (r < 0)
            return r;
    }
}

/* The first look-up sorts a CRL's entries under a lock: done here, so that later ones only read. */
static void crls_sort(struct certs_trust *trust)
{
    for (size_t i = 0; i < trust->count; i++) {
        X509_REVOKED *revoked = NULL;
        if (trust->authorities[i].crl)
            X509_CRL_get0_by_cert(trust->authorities[i].crl, &revoked, trust->authorities[i].cert);
    }
}

struct certs_trust_options certs_trust_options_of(bool check_digits, bool require_protected_carrier)
{
    return (struct certs_trust_options){
        .check_digits = check_digits ? CERTS_CHECK_DIGITS_REQUIRED : CERTS_CHECK_DIGITS_IGNORED,
        .protected_carrier =
            require_protected_carrier ? CERTS_PROTECTED_CARRIER_REQUIRED : CERTS_PROTECTED_CARRIER_OPTIONAL,
    };
}

int certs_trust_new(struct base_bytes ca_pem, struct base_bytes crl_pem, const struct certs_trust_options *options,
                    struct certs_trust **ret_trust, char **ret_error)
{
    if (ret_error)
        *ret_error = NULL;
    if (ca_pem.len > CERTS_CA_BYTES_MAX || crl_pem.len > CERTS_CRL_BYTES_MAX) {
        certs_error_set(ret_error, "too large");
        return -EBADMSG;
    }
    struct certs_trust *trust BASE_CLEANUP(certs_trust_unrefp) = calloc(1, sizeof *trust);
    if (!trust)
        return -ENOMEM;
    atomic_init(&trust->references, 1);
    trust->options = *options;
    trust->store = X509_STORE_new();
    trust->authorities = calloc(CERTS_CA_MAX, sizeof *trust->authorities);
    if (!trust->store || !trust->authorities)
        return -ENOMEM;
    int r = authorities_parse(trust, ca_pem, ret_error);
    if (r == 0)
        r = crls_parse(trust, crl_pem, ret_error);
    if (r < 0)
        return r;
    crls_sort(trust);
    *ret_trust = BASE_TAKE(trust);
    return 0;
}

static int file_read(const char *path, size_t max_bytes, struct base_buffer *out, char **ret_error)
{
    base_buffer_init(out, max_bytes);
    int r = base_file_read(path, BASE_FILE_PUBLIC, out);
    if (r < 0)
        certs_error_set(ret_error, "%s: %s", path, strerror(-r));
    return r;
}

int certs_trust_read(const char *ca_path, const char *crl_path, const struct certs_trust_options *options,
                     struct certs_trust **ret_trust, char **ret_error)
{
    struct base_buffer ca BASE_CLEANUP(base_buffer_clear) = {0}, crl BASE_CLEANUP(base_buffer_clear) = {0};
    if (ret_error)
        *ret_error = NULL;
    int r = file_read(ca_path, CERTS_CA_BYTES_MAX, &ca, ret_error);
    if (r == 0)
        r = file_read(crl_path, CERTS_CRL_BYTES_MAX, &crl, ret_error);
    if (r < 0)
        return r;
    return certs_trust_new(base_buffer_view(&ca), base_buffer_view(&crl), options, ret_trust, ret_error);
}

struct certs_trust *certs_trust_ref(struct certs_trust *trust)
{
    atomic_fetch_add_explicit(&trust->references, 1, memory_order_relaxed);
    return trust;
}

void certs_trust_unref(struct certs_trust *trust)
{
    if (!trust || atomic_fetch_sub_explicit(&trust->references, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < trust->count; i++) {
        X509_free(trust->authorities[i].cert);
        X509_CRL_free(trust->authorities[i].crl);
    }
    free(trust->authorities);
    X509_STORE_free(trust->store);
    free(trust);
}

void certs_trust_crl_sha256(const struct certs_trust *trust, uint8_t ret_sha256[static CERTS_DIGEST_BYTES])
{
    memcpy(ret_sha256, trust->crl_sha256, CERTS_DIGEST_BYTES);
}

int64_t certs_trust_next_update_us(const struct certs_trust *trust)
{
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < trust->count; i++) {
        const struct certs_authority *authority = &trust->authorities[i];
        if (authority->backend && !authority->crl)
            return INT64_MIN;
        if (authority->backend && authority->next_update_us < first)
            first = authority->next_update_us;
    }
    return first;
}

const struct certs_authority *certs_trust_find(const struct certs_trust *trust, const X509 *cert)
{
    for (size_t i = 0; i < trust->count; i++) {
        if (X509_cmp(trust->authorities[i].cert, cert) == 0)
            return &trust->authorities[i];
    }
    return NULL;
}
