/* A stand-in for the National Certification Authority: a root and an issuing authority that make certificates in its
 * profile for trials and tests. All in memory; the command qao-dev-ca keeps one in a folder. Never for production: it
 * proves nobody's identity. One thread per object. */
#ifndef CERTS_DEV_CA_DEV_CA_H
#define CERTS_DEV_CA_DEV_CA_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/result.h"

struct certs_dev_ca;

enum certs_dev_kind {
    CERTS_DEV_SIGN,    /* a person's signing certificate: digitalSignature, nonRepudiation, emailProtection */
    CERTS_DEV_AUTH,    /* a person's login certificate: digitalSignature, keyEncipherment, clientAuth */
    CERTS_DEV_SINGLE,  /* the newer single one: as SIGN with keyAgreement */
    CERTS_DEV_SYSTEM,  /* an information system: no IIN, no emailProtection */
    CERTS_DEV_SERVER,  /* TLS server */
    CERTS_DEV_SEALING, /* recipient of sealed messages */
};

enum certs_dev_role {
    CERTS_DEV_EMPLOYEE,  /* 1.2.398.3.3.4.1.2.5 */
    CERTS_DEV_SIGNATORY, /* .2 */
    CERTS_DEV_HEAD,      /* .1 */
    CERTS_DEV_PRIVATE,   /* 1.2.398.3.3.4.1.1: a private person */
    CERTS_DEV_STAFF,     /* .4: of an organisation, but none of the accepted three */
};

enum certs_dev_key {
    CERTS_DEV_KEY_DEFAULT, /* people RSA-2048; server and system P-256; sealing RSA-3072 */
    CERTS_DEV_KEY_RSA_1024,
    CERTS_DEV_KEY_RSA_2048,
    CERTS_DEV_KEY_RSA_3072,
    CERTS_DEV_KEY_P256,
    CERTS_DEV_KEY_P384,
    CERTS_DEV_KEY_ED25519,
    CERTS_DEV_KEY_GOST, /* a public key of 1.2.398.3.10.1.1.2.2 and a signature of .3.2, both of random bytes */
};

struct certs_dev_request {
    enum certs_dev_kind kind;
    enum certs_dev_role role;
    enum certs_dev_key key;
    struct base_bytes reuse_key_pem; /* instead of a new key, so that tests are quick */
    const char *iin, *bin;           /* NULL leaves the attribute out; written as given, right or wrong */
    const char *surname, *given, *patronymic, *organisation;
    const char *common_name;             /* NULL: "SURNAME GIVEN" as given */
    const char *const *dns_names;        /* server, NULL-terminated, beside localhost and 127.0.0.1; may be NULL */
    int64_t not_before_us, not_after_us; /* both 0: from an hour ago for a year */
    bool key_file;                       /* the key-store extension says: a file */
    bool sha1;                           /* signed with SHA-1 */
    bool self_signed;                    /* by its own key, under the issuing authority's name */
    bool by_root;                        /* issued by the root itself */
    bool is_ca;                          /* basicConstraints CA:TRUE */
    bool unknown_critical;               /* with a critical extension that nobody knows */
    bool second_iin;                     /* serialNumber twice */
};

struct certs_dev_leaf {
    struct base_buffer cert_pem, cert_der, key_pem; /* key_pem is empty for CERTS_DEV_KEY_GOST */
};

/* Wipes the key. Accepts a zeroed struct. */
void certs_dev_leaf_clear(struct certs_dev_leaf *leaf);

/* New root and issuing authority with RSA keys of key_bits, valid from three years before now_us (so that expired
 * certificates fit in) to ten years after. -EIO when OpenSSL fails, -ENOMEM. */
int certs_dev_ca_new(int64_t now_us, unsigned key_bits, struct certs_dev_ca **ret_ca) BASE_MUST_USE;
void certs_dev_ca_free(struct certs_dev_ca *ca); /* accepts NULL */

/* Append root and issuing certificate in PEM: what certs_trust_new() takes. */
int certs_dev_ca_certs(const struct certs_dev_ca *ca, struct base_buffer *out) BASE_MUST_USE;

/* Writes a new certificate and key into an initialised or cleared leaf. -EINVAL, -EIO, -ENOMEM. */
int certs_dev_ca_issue(struct certs_dev_ca *ca, const struct certs_dev_request *request, int64_t now_us,
                       struct certs_dev_leaf *ret_leaf) BASE_MUST_USE;

/* Remembered for the next CRL. Twice is once. -EBADMSG when it is no certificate of this authority. */
int certs_dev_ca_revoke(struct certs_dev_ca *ca, struct base_bytes cert_pem, int64_t at_us) BASE_MUST_USE;

enum certs_dev_crl { CERTS_DEV_CRL_BOTH, CERTS_DEV_CRL_ROOT, CERTS_DEV_CRL_ISSUING };

/* Appends CRLs in PEM with the given thisUpdate and nextUpdate: of the root, of the issuing authority, or of both,
 * which is what certs_trust_new() needs. */
int certs_dev_ca_crl(const struct certs_dev_ca *ca, enum certs_dev_crl which, int64_t this_update_us,
                     int64_t next_update_us, struct base_buffer *out) BASE_MUST_USE;

/* The authority in a folder: root.pem, issuing.pem, root.key, issuing.key (0600) and the list "revoked" (hexadecimal
 * serial, space, microseconds). -ENOENT when there is none yet; -EBADMSG when it is damaged; else the file's errors. */
int certs_dev_ca_read(const char *folder, struct certs_dev_ca **ret_ca) BASE_MUST_USE;
int certs_dev_ca_write(const struct certs_dev_ca *ca, const char *folder) BASE_MUST_USE;

/* Appends a PKCS #12 of certificate and key: in the authority's legacy algorithms (SHA-1 MAC, 3DES key, RC2-40
 * certificate), or in modern ones. */
int certs_dev_pkcs12(const struct certs_dev_leaf *leaf, const char *password, bool legacy,
                     struct base_buffer *out) BASE_MUST_USE;

#endif
