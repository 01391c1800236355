#include "gateway/cli/crl_set.h"

#include "certs/trust.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cli_crl_set_clear(struct cli_crl_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        X509_CRL_free(set->items[i]);
    *set = (struct cli_crl_set){0};
}

int cli_crl_set_parse(struct base_bytes pem, struct cli_crl_set *ret_set)
{
    struct cli_crl_set set = {0};
    X509_CRL *crl = NULL;
    if (pem.len > INT_MAX)
        return -EBADMSG;
    BIO *bio = BIO_new_mem_buf(pem.data, (int) pem.len);
    if (!bio)
        return -ENOMEM;
    int r = 0;
    while (r == 0 && (crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL))) {
        if (set.count == CLI_CRL_SET_MAX)
            r = -ENOBUFS;
        else
            set.items[set.count++] = crl;
    }
    if (r)
        X509_CRL_free(crl);
    /* "No start line" is how the end of the file is told. */
    if (r == 0 && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        r = -EBADMSG;
    ERR_clear_error();
    BIO_free(bio);
    if (r) {
        cli_crl_set_clear(&set);
        return r;
    }
    *ret_set = set;
    return 0;
}

/* DER with nothing after it, or PEM with exactly one list. */
static X509_CRL *fetched_parse(struct base_bytes fetched)
{
    struct cli_crl_set one = {0};
    const unsigned char *at = fetched.data;
    X509_CRL *crl = fetched.len > 0 && fetched.len <= LONG_MAX ? d2i_X509_CRL(NULL, &at, (long) fetched.len) : NULL;
    ERR_clear_error();
    if (crl && at == fetched.data + fetched.len)
        return crl;
    X509_CRL_free(crl);
    if (cli_crl_set_parse(fetched, &one) || one.count != 1) {
        cli_crl_set_clear(&one);
        return NULL;
    }
    return one.items[0];
}

static void issuer_name(const X509_CRL *crl, char ret_issuer[static 128])
{
    unsigned char *utf8 = NULL;
    X509_NAME *name = X509_CRL_get_issuer(crl);
    int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    int len = at < 0 ? -1 : ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    snprintf(ret_issuer, 128, "%.*s", len > 0 && len < 128 ? len : 0, utf8 ? (const char *) utf8 : "");
    OPENSSL_free(utf8);
}

static int crl_pem(X509_CRL *crl, struct base_buffer *out)
{
    char *data = NULL;
    BIO *bio = BIO_new(BIO_s_mem());
    int r = bio && PEM_write_bio_X509_CRL(bio, crl) == 1 ? 0 : -EIO;
    long len = r == 0 ? BIO_get_mem_data(bio, &data) : 0;
    if (r == 0)
        r = base_buffer_append(out, base_bytes_of(data, (size_t) len));
    BIO_free(bio);
    return r;
}

/* Zero refuses. */
enum signature { SIGNATURE_UNKNOWN = 0, SIGNATURE_VALID };

static enum signature signature_check(X509_CRL *crl, struct base_bytes ca_pem, char ret_detail[static 160])
{
    const struct certs_trust_options options = {0};
    struct base_buffer pem BASE_CLEANUP(base_buffer_clear);
    struct certs_trust *trust = NULL;
    char *error = NULL;
    base_buffer_init(&pem, CERTS_CRL_BYTES_MAX);
    int r = crl_pem(crl, &pem);
    if (r == 0)
        r = certs_trust_new(ca_pem, base_buffer_view(&pem), &options, &trust, &error);
    if (r)
        snprintf(ret_detail, 160, "%s", error ? error : strerror(-r));
    free(error);
    certs_trust_unref(trust);
    return r == 0 ? SIGNATURE_VALID : SIGNATURE_UNKNOWN;
}

static enum cli_crl_put put(struct cli_crl_set *set, X509_CRL *take_crl)
{
    for (size_t i = 0; i < set->count; i++) {
        if (X509_NAME_cmp(X509_CRL_get_issuer(set->items[i]), X509_CRL_get_issuer(take_crl)) != 0)
            continue;
        int order = ASN1_TIME_compare(X509_CRL_get0_lastUpdate(take_crl), X509_CRL_get0_lastUpdate(set->items[i]));
        if (order <= 0) {
            X509_CRL_free(take_crl);
            return order == 0 ? CLI_CRL_PUT_SAME : CLI_CRL_PUT_OLDER;
        }
        X509_CRL_free(set->items[i]);
        set->items[i] = take_crl;
        return CLI_CRL_PUT_NEWER;
    }
    if (set->count == CLI_CRL_SET_MAX) {
        X509_CRL_free(take_crl);
        return CLI_CRL_PUT_FULL;
    }
    set->items[set->count++] = take_crl;
    return CLI_CRL_PUT_NEWER;
}

enum cli_crl_put cli_crl_set_put(struct cli_crl_set *set, struct base_bytes ca_pem, struct base_bytes fetched,
                                 char ret_issuer[static 128], char ret_detail[static 160])
{
    ret_issuer[0] = '\0';
    ret_detail[0] = '\0';
    X509_CRL *crl = fetched_parse(fetched);
    if (!crl)
        return CLI_CRL_PUT_MALFORMED;
    issuer_name(crl, ret_issuer);
    switch (signature_check(crl, ca_pem, ret_detail)) {
    case SIGNATURE_VALID:
        return put(set, crl);
    case SIGNATURE_UNKNOWN:
        break;
    }
    X509_CRL_free(crl);
    return CLI_CRL_PUT_UNVERIFIED;
}

int cli_crl_set_encode(const struct cli_crl_set *set, struct base_buffer *out)
{
    int r = 0;
    for (size_t i = 0; i < set->count && r == 0; i++)
        r = crl_pem(set->items[i], out);
    return r;
}
