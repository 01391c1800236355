#include "certs/profile.h"

#include "certs/finding.h"

#include <errno.h>
#include <openssl/asn1t.h>
#include <openssl/err.h>

#define KEY_STORE_OID "1.2.398.3.3.5"
#define KEY_STORE_FILE_OID "1.2.398.3.3.5.1.1"

/* Reads PREFIX + twelve digits. Only the string types whose bytes are ASCII for ASCII are looked at. */
static void number_take(struct certs_number *number, const char *prefix, const ASN1_STRING *value)
{
    int type = ASN1_STRING_type(value);
    struct base_bytes text = base_bytes_of(ASN1_STRING_get0_data(value), (size_t) ASN1_STRING_length(value));
    size_t prefix_len = strlen(prefix);
    number->count++;
    number->state = BASE_IDNUM_MALFORMED;
    number->text[0] = '\0';
    if ((type != V_ASN1_PRINTABLESTRING && type != V_ASN1_UTF8STRING && type != V_ASN1_IA5STRING) ||
        text.len != prefix_len + BASE_IDNUM_LEN)
        return;
    struct base_bytes digits = base_bytes_of(text.data + prefix_len, BASE_IDNUM_LEN);
    number->state = base_idnum_check(digits);
    if (number->state == BASE_IDNUM_MALFORMED)
        return;
    memcpy(number->text, digits.data, digits.len);
    number->text[digits.len] = '\0';
}

static bool begins_with(const ASN1_STRING *value, const char *prefix)
{
    size_t len = strlen(prefix);
    return (size_t) ASN1_STRING_length(value) >= len && memcmp(ASN1_STRING_get0_data(value), prefix, len) == 0;
}

/* serialNumber=IIN..., OU=BIN...; any other organisational unit is allowed beside it. */
static void subject_parse(const X509_NAME *subject, struct certs_profile *profile)
{
    for (int i = 0; i < X509_NAME_entry_count(subject); i++) {
        X509_NAME_ENTRY *entry = X509_NAME_get_entry(subject, i);
        const ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);
        int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
        if (nid == NID_serialNumber)
            number_take(&profile->iin, "IIN", value);
        else if (nid == NID_organizationalUnitName && begins_with(value, "BIN"))
            number_take(&profile->bin, "BIN", value);
    }
}

static void usage_take(struct certs_profile *profile, const char *oid)
{
    static const struct {
        const char *oid;
        size_t offset;
    } marks[] = {
        {"1.3.6.1.5.5.7.3.2", offsetof(struct certs_profile, client_auth)},
        {"1.3.6.1.5.5.7.3.4", offsetof(struct certs_profile, email_protection)},
        {"1.2.398.3.3.4.1.1", offsetof(struct certs_profile, private_person)},
        {"1.2.398.3.3.4.1.1.1", offsetof(struct certs_profile, private_person)},
        {"1.2.398.3.3.4.1.2", offsetof(struct certs_profile, organisation)},
        {"1.2.398.3.3.4.1.2.1", offsetof(struct certs_profile, member)},
        {"1.2.398.3.3.4.1.2.2", offsetof(struct certs_profile, member)},
        {"1.2.398.3.3.4.1.2.5", offsetof(struct certs_profile, member)},
        {"1.2.398.3.3.4.1.2.6", offsetof(struct certs_profile, system)},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(marks); i++) {
        if (strcmp(oid, marks[i].oid) == 0)
            *(bool *) ((char *) profile + marks[i].offset) = true;
    }
}

/* X509_get_ext_d2i() tells a missing extension (-1) from a malformed (0 or more) or repeated one (-2). */
static int usages_parse(const X509 *cert, struct certs_profile *profile)
{
    int critical = 0;
    EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(cert, NID_ext_key_usage, &critical, NULL);
    if (!usages)
        return critical == -1 ? 0 : -EBADMSG;
    for (int i = 0; i < sk_ASN1_OBJECT_num(usages); i++) {
        char oid[CERTS_OID_TEXT_MAX];
        certs_oid_text(sk_ASN1_OBJECT_value(usages, i), oid);
        usage_take(profile, oid);
    }
    EXTENDED_KEY_USAGE_free(usages);
    return 0;
}

static int key_usage_parse(const X509 *cert, struct certs_profile *profile)
{
    int critical = 0;
    ASN1_BIT_STRING *bits = X509_get_ext_d2i(cert, NID_key_usage, &critical, NULL);
    if (!bits)
        return critical == -1 ? 0 : -EBADMSG;
    profile->digital_signature = ASN1_BIT_STRING_get_bit(bits, 0);
    profile->non_repudiation = ASN1_BIT_STRING_get_bit(bits, 1);
    ASN1_BIT_STRING_free(bits);
    return 0;
}

/* SEQUENCE of OIDs, one of which says where the key lies. */
static void key_store_value_parse(const ASN1_OCTET_STRING *value, struct certs_profile *profile)
{
    const unsigned char *at = ASN1_STRING_get0_data(value), *end = at + ASN1_STRING_length(value);
    ASN1_SEQUENCE_ANY *places = d2i_ASN1_SEQUENCE_ANY(NULL, &at, ASN1_STRING_length(value));
    if (!places || at != end || sk_ASN1_TYPE_num(places) == 0)
        profile->key_store_unreadable = true;
    for (int i = 0; places && i < sk_ASN1_TYPE_num(places); i++) {
        const ASN1_TYPE *place = sk_ASN1_TYPE_value(places, i);
        char oid[CERTS_OID_TEXT_MAX] = "";
        if (ASN1_TYPE_get(place) != V_ASN1_OBJECT)
            profile->key_store_unreadable = true;
        else
            certs_oid_text(place->value.object, oid);
        if (strcmp(oid, KEY_STORE_FILE_OID) == 0)
            profile->key_file = true;
    }
    sk_ASN1_TYPE_pop_free(places, ASN1_TYPE_free);
}

static int key_store_parse(const X509 *cert, struct certs_profile *profile)
{
    unsigned found = 0;
    for (int i = 0; i < X509_get_ext_count(cert); i++) {
        X509_EXTENSION *extension = X509_get_ext(cert, i);
        char oid[CERTS_OID_TEXT_MAX];
        certs_oid_text(X509_EXTENSION_get_object(extension), oid);
        if (strcmp(oid, KEY_STORE_OID) != 0)
            continue;
        if (++found > 1)
            return -EBADMSG;
        key_store_value_parse(X509_EXTENSION_get_data(extension), profile);
    }
    return 0;
}

int certs_profile_parse(X509 *cert, struct certs_profile *ret_profile)
{
    struct certs_profile profile = {0};
    subject_parse(X509_get_subject_name(cert), &profile);
    int r = key_usage_parse(cert, &profile);
    if (r == 0)
        r = usages_parse(cert, &profile);
    if (r == 0)
        r = key_store_parse(cert, &profile);
    uint32_t flags = X509_get_extension_flags(cert);
    profile.authority = (flags & EXFLAG_CA) || X509_check_ca(cert) != 0;
    ERR_clear_error();
    if (r < 0 || (flags & EXFLAG_INVALID))
        return -EBADMSG;
    *ret_profile = profile;
    return 0;
}

static struct certs_finding refuse(const char *detail)
{
    return certs_finding_of(CERTS_VERDICT_PROFILE, "%s", detail);
}

/* Zero refuses. */
enum fit { FIT_NOT = 0, FIT_RIGHT };

static enum fit fit_of(const struct certs_number *number, const struct certs_trust_options *options)
{
    if (number->count != 1)
        return FIT_NOT;
    switch (number->state) {
    case BASE_IDNUM_MALFORMED:
        return FIT_NOT;
    case BASE_IDNUM_CHECK_WRONG:
        return options->check_digits == CERTS_CHECK_DIGITS_IGNORED ? FIT_RIGHT : FIT_NOT;
    case BASE_IDNUM_VALID:
        return FIT_RIGHT;
    }
    return FIT_NOT;
}

static struct certs_finding check_officer(const struct certs_profile *profile,
                                          const struct certs_trust_options *options)
{
    if (profile->private_person)
        return refuse("holder: a private person's certificate");
    if (!profile->organisation || !profile->member)
        return refuse("holder: not an organisation's employee, signatory or head");
    if (fit_of(&profile->iin, options) != FIT_RIGHT)
        return refuse(profile->iin.count == 0  ? "iin: missing"
                      : profile->iin.count > 1 ? "iin: more than one"
                                               : "iin: malformed or wrong check digit");
    if (options->protected_carrier != CERTS_PROTECTED_CARRIER_OPTIONAL &&
        (profile->key_file || profile->key_store_unreadable))
        return refuse("key store: a protected carrier is required");
    return certs_finding_of(CERTS_VERDICT_VALID, "valid");
}

static struct certs_finding check_usage(const struct certs_profile *profile, enum certs_use use,
                                        const struct certs_trust_options *options)
{
    switch (use) {
    case CERTS_USE_UNKNOWN:
        break;
    case CERTS_USE_CONNECTION:
        if (!profile->client_auth && !profile->email_protection)
            return refuse("extended key usage: neither clientAuth nor emailProtection");
        return check_officer(profile, options);
    case CERTS_USE_SIGNER:
        if (!profile->non_repudiation || !profile->email_protection)
            return refuse("key usage: not a signing certificate");
        return check_officer(profile, options);
    case CERTS_USE_SYSTEM:
        if (!profile->organisation || !profile->system || profile->email_protection)
            return refuse("holder: not an information system");
        return certs_finding_of(CERTS_VERDICT_VALID, "valid");
    }
    return certs_finding_failed();
}

struct certs_finding certs_profile_check(const struct certs_profile *profile, enum certs_use use,
                                         const struct certs_trust_options *options)
{
    if (profile->authority)
        return refuse("basic constraints: an authority's certificate");
    if (!profile->digital_signature)
        return refuse("key usage: no digitalSignature");
    struct certs_finding finding = check_usage(profile, use, options);
    if (finding.verdict != CERTS_VERDICT_VALID)
        return finding;
    if (fit_of(&profile->bin, options) != FIT_RIGHT)
        return refuse(profile->bin.count == 0  ? "bin: missing"
                      : profile->bin.count > 1 ? "bin: more than one"
                                               : "bin: malformed or wrong check digit");
    return finding;
}
