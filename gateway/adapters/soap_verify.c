#include "gateway/adapters/soap_verify.h"

#include "gateway/adapters/soap_envelope.h"
#include "gateway/adapters/soap_key_inner.h"
#include "gateway/adapters/xml_read.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <xmlsec/crypto.h>

#define RSA_SHA256 "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
#define ECDSA_SHA256 "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
#define SHA256 "http://www.w3.org/2001/04/xmlenc#sha256"
#define ENVELOPED ADAPTER_NS_DS "enveloped-signature"
#define CANONICAL "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"

enum { ID_MAX = 128 };

/* Which of the two accepted forms. */
enum form {
    FORM_BODY,
    FORM_ENVELOPED,
};

struct candidate {
    enum form form;
    xmlNode *signature;
    const char *id; /* what the reference must name; "" for the whole document */
    const struct adapter_key *key;
    char *certificate; /* as it stands in KeyInfo */
};

const char *adapter_finding_words(enum adapter_finding finding)
{
    switch (finding) {
    case ADAPTER_FINDING_UNDECIDED:
        return "signature of the answer could not be checked";
    case ADAPTER_FINDING_UNSIGNED:
        return "answer without a signature";
    case ADAPTER_FINDING_MALFORMED:
        return "signature of the answer is not of the accepted form";
    case ADAPTER_FINDING_STRANGER:
        return "answer signed with another certificate than the pinned one, or out of its time";
    case ADAPTER_FINDING_WRONG:
        return "signature of the answer is wrong";
    case ADAPTER_FINDING_SIGNED:
        return "signed";
    }
    return "";
}

/* ---- The form, before anything is computed ---- */

/* The value of the one attribute an element has, in no namespace; NULL when it has another or more. Borrowed. */
static const char *only_attribute(const xmlNode *element, const char *name)
{
    const xmlAttr *attribute = element ? element->properties : NULL;
    bool is_only = attribute && !attribute->next && !attribute->ns && xmlStrEqual(attribute->name, BAD_CAST name) &&
                   (!attribute->children || (attribute->children->type == XML_TEXT_NODE && !attribute->children->next));
    if (!is_only)
        return NULL;
    return attribute->children ? (const char *) attribute->children->content : "";
}

/* The child element at the cursor, which moves on; NULL when it is another. */
static xmlNode *take(xmlNode **cursor, const char *space, const char *name)
{
    xmlNode *found = *cursor;
    if (!adapter_xml_is(found, space, name))
        return NULL;
    *cursor = adapter_xml_next(found);
    return found;
}

static bool is_bare(const xmlNode *element)
{
    return !adapter_xml_first(element);
}

static bool is_one_of(const char *value, const char *const *allowed, size_t count)
{
    for (size_t i = 0; value && i < count; i++)
        if (strcmp(value, allowed[i]) == 0)
            return true;
    return false;
}

/* Canonical forms that the form may use. A list of prefixes is the one parameter of the exclusive ones; it can only add
 * declarations of namespaces to what is digested. */
static bool is_canonical(const xmlNode *method, enum form form)
{
    static const char *const all[] = {ADAPTER_NS_EXCLUSIVE, ADAPTER_NS_EXCLUSIVE "WithComments", CANONICAL,
                                      CANONICAL "#WithComments"};
    const char *algorithm = only_attribute(method, "Algorithm");
    if (!is_one_of(algorithm, all, form == FORM_BODY ? 1 : BASE_ARRAY_LENGTH(all)))
        return false;
    const xmlNode *prefixes = adapter_xml_first(method);
    if (!prefixes)
        return true;
    return strncmp(algorithm, ADAPTER_NS_EXCLUSIVE, strlen(ADAPTER_NS_EXCLUSIVE)) == 0 &&
           adapter_xml_is(prefixes, ADAPTER_NS_EXCLUSIVE, "InclusiveNamespaces") && is_bare(prefixes) &&
           only_attribute(prefixes, "PrefixList") && !adapter_xml_next(prefixes);
}

static bool are_transforms(const xmlNode *transforms, enum form form)
{
    xmlNode *cursor = adapter_xml_first(transforms);
    if (form == FORM_ENVELOPED) {
        const xmlNode *enveloped = take(&cursor, ADAPTER_NS_DS, "Transform");
        const char *algorithm = only_attribute(enveloped, "Algorithm");
        if (!algorithm || strcmp(algorithm, ENVELOPED) != 0 || !is_bare(enveloped))
            return false;
    }
    const xmlNode *canonical = take(&cursor, ADAPTER_NS_DS, "Transform");
    return canonical && is_canonical(canonical, form) && !cursor;
}

static bool is_reference(const xmlNode *reference, const struct candidate *candidate)
{
    const char *uri = only_attribute(reference, "URI");
    bool names_it =
        uri && (candidate->form == FORM_BODY ? uri[0] == '#' && strcmp(uri + 1, candidate->id) == 0 : uri[0] == 0);
    if (!names_it)
        return false;
    xmlNode *cursor = adapter_xml_first(reference);
    const xmlNode *transforms = take(&cursor, ADAPTER_NS_DS, "Transforms");
    const xmlNode *method = take(&cursor, ADAPTER_NS_DS, "DigestMethod");
    const xmlNode *value = take(&cursor, ADAPTER_NS_DS, "DigestValue");
    const char *algorithm = only_attribute(method, "Algorithm");
    return transforms && !transforms->properties && are_transforms(transforms, candidate->form) && algorithm &&
           strcmp(algorithm, SHA256) == 0 && is_bare(method) && value && is_bare(value) && !cursor;
}

static bool is_signed_info(const xmlNode *info, const struct candidate *candidate)
{
    static const char *const methods[] = {RSA_SHA256, ECDSA_SHA256};
    xmlNode *cursor = adapter_xml_first(info);
    const xmlNode *canonical = take(&cursor, ADAPTER_NS_DS, "CanonicalizationMethod");
    const xmlNode *method = take(&cursor, ADAPTER_NS_DS, "SignatureMethod");
    const xmlNode *reference = take(&cursor, ADAPTER_NS_DS, "Reference");
    return canonical && is_canonical(canonical, candidate->form) && method && is_bare(method) &&
           is_one_of(only_attribute(method, "Algorithm"), methods, BASE_ARRAY_LENGTH(methods)) && reference &&
           is_reference(reference, candidate) && !cursor;
}

/* The text of the one certificate that KeyInfo holds; NULL when it is of another form. */
static char *certificate_of(const xmlNode *info, enum form form)
{
    xmlNode *cursor = adapter_xml_first(info);
    bool is_body = form == FORM_BODY;
    const xmlNode *holder =
        is_body ? take(&cursor, ADAPTER_NS_WSSE, "SecurityTokenReference") : take(&cursor, ADAPTER_NS_DS, "X509Data");
    if (!holder || cursor)
        return NULL;
    cursor = adapter_xml_first(holder);
    xmlNode *token =
        is_body ? take(&cursor, ADAPTER_NS_WSSE, "KeyIdentifier") : take(&cursor, ADAPTER_NS_DS, "X509Certificate");
    if (!token || cursor)
        return NULL;
    xmlChar *type = is_body ? xmlGetNoNsProp(token, BAD_CAST "ValueType") : NULL;
    bool is_right = !is_body || (type && strcmp((const char *) type, ADAPTER_TOKEN_X509) == 0);
    xmlFree(type);
    return is_right ? adapter_xml_text(token) : NULL;
}

/* The signature itself: nothing in it but what is known, so that what xmlsec will do is known beforehand. */
static bool is_form(struct candidate *candidate)
{
    xmlNode *cursor = adapter_xml_first(candidate->signature);
    const xmlNode *signed_info = take(&cursor, ADAPTER_NS_DS, "SignedInfo");
    const xmlNode *value = take(&cursor, ADAPTER_NS_DS, "SignatureValue");
    const xmlNode *key_info = take(&cursor, ADAPTER_NS_DS, "KeyInfo");
    if (!signed_info || !is_signed_info(signed_info, candidate) || !value || !is_bare(value) || !key_info || cursor)
        return false;
    candidate->certificate = certificate_of(key_info, candidate->form);
    return candidate->certificate;
}

/* ---- The whole document ---- */

static size_t signature_count(const xmlNode *node, const xmlNode *except)
{
    if (node == except)
        return 0;
    size_t count = adapter_xml_is(node, ADAPTER_NS_DS, "Signature") ? 1 : 0;
    for (const xmlNode *child = adapter_xml_first(node); child; child = adapter_xml_next(child))
        count += signature_count(child, except);
    return count;
}

/* How many attributes that somebody might take for an id (Id, ID, id, xml:id, wsu:Id, …) have this value. */
static size_t id_count(const xmlNode *node, const char *id)
{
    size_t count = 0;
    for (const xmlAttr *attribute = node->properties; attribute; attribute = attribute->next) {
        if (strcasecmp((const char *) attribute->name, "id") != 0)
            continue;
        xmlChar *value = xmlNodeGetContent((const xmlNode *) attribute);
        count += !value || strcmp((const char *) value, id) == 0 ? 1 : 0;
        xmlFree(value);
    }
    for (const xmlNode *child = adapter_xml_first(node); child; child = adapter_xml_next(child))
        count += id_count(child, id);
    return count;
}

static bool is_id(const char *id)
{
    size_t len = strnlen(id, ID_MAX + 1);
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    return len > 0 && len <= ID_MAX && strchr(letters, id[0]) &&
           strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.-") == len;
}

/* ---- The computation ---- */

/* The allow-list once more, for xmlsec itself. */
static bool allow(xmlSecDSigCtxPtr context, const struct candidate *candidate)
{
    int r = xmlSecDSigCtxEnableReferenceTransform(context, xmlSecTransformSha256Id);
    r |= xmlSecDSigCtxEnableReferenceTransform(context, xmlSecTransformExclC14NId);
    r |= xmlSecDSigCtxEnableSignatureTransform(context, xmlSecTransformExclC14NId);
    r |= xmlSecDSigCtxEnableSignatureTransform(context, candidate->key->method);
    if (candidate->form == FORM_ENVELOPED) {
        const xmlSecTransformId more[] = {xmlSecTransformExclC14NWithCommentsId, xmlSecTransformInclC14NId,
                                          xmlSecTransformInclC14NWithCommentsId};
        r |= xmlSecDSigCtxEnableReferenceTransform(context, xmlSecTransformEnvelopedId);
        for (size_t i = 0; i < BASE_ARRAY_LENGTH(more); i++) {
            r |= xmlSecDSigCtxEnableReferenceTransform(context, more[i]);
            r |= xmlSecDSigCtxEnableSignatureTransform(context, more[i]);
        }
    }
    context->enabledReferenceUris =
        candidate->form == FORM_BODY ? xmlSecTransformUriTypeSameDocument : xmlSecTransformUriTypeEmpty;
    context->flags |= XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES | XMLSEC_DSIG_FLAGS_IGNORE_MANIFESTS;
    return r == 0;
}

/* What the one reference digested. */
static enum adapter_finding take_signed(xmlSecDSigCtxPtr context, struct base_buffer *signed_bytes)
{
    if (context->status != xmlSecDSigStatusSucceeded || xmlSecPtrListGetSize(&context->signedInfoReferences) != 1)
        return ADAPTER_FINDING_WRONG;
    xmlSecDSigReferenceCtxPtr reference = xmlSecPtrListGetItem(&context->signedInfoReferences, 0);
    xmlSecBufferPtr bytes = reference && reference->status == xmlSecDSigStatusSucceeded
                                ? xmlSecDSigReferenceCtxGetPreDigestBuffer(reference)
                                : NULL;
    if (!bytes)
        return ADAPTER_FINDING_WRONG;
    int r = base_buffer_append(signed_bytes, base_bytes_of(xmlSecBufferGetData(bytes), xmlSecBufferGetSize(bytes)));
    return r == 0 ? ADAPTER_FINDING_SIGNED : ADAPTER_FINDING_UNDECIDED;
}

static enum adapter_finding compute(const struct candidate *candidate, struct base_buffer *signed_bytes)
{
    xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(NULL);
    if (!context)
        return ADAPTER_FINDING_UNDECIDED;
    enum adapter_finding finding = ADAPTER_FINDING_UNDECIDED;
    context->signKey = xmlSecKeyDuplicate(candidate->key->key); /* with it given, KeyInfo is not looked at */
    if (context->signKey && allow(context, candidate))
        finding = xmlSecDSigCtxVerify(context, candidate->signature) == 0 ? take_signed(context, signed_bytes)
                                                                          : ADAPTER_FINDING_WRONG;
    xmlSecDSigCtxDestroy(context);
    ERR_clear_error();
    return finding;
}

static enum adapter_finding judge(const struct adapter_pins *pins, struct candidate *candidate, int64_t now_us,
                                  struct base_buffer *signed_bytes)
{
    if (!is_form(candidate))
        return ADAPTER_FINDING_MALFORMED;
    candidate->key = adapter_pins_find(pins, candidate->certificate, now_us);
    free(candidate->certificate);
    return candidate->key ? compute(candidate, signed_bytes) : ADAPTER_FINDING_STRANGER;
}

/* ---- What is offered ---- */

/* The wsu:Id of an element; NULL for none, or one that is no plain name. Borrowed. */
static xmlAttr *id_of(const xmlNode *element)
{
    xmlAttr *attribute = xmlHasNsProp(element, BAD_CAST "Id", BAD_CAST ADAPTER_NS_WSU);
    bool is_plain = attribute && attribute->children && attribute->children->type == XML_TEXT_NODE &&
                    !attribute->children->next && is_id((const char *) attribute->children->content);
    return is_plain ? attribute : NULL;
}

enum adapter_finding adapter_verify_body(const struct adapter_pins *pins, xmlDoc *envelope, int64_t now_us,
                                         struct base_buffer *signed_bytes)
{
    xmlNode *root = xmlDocGetRootElement(envelope), *body = adapter_envelope_body(envelope);
    if (!body)
        return ADAPTER_FINDING_MALFORMED;
    const xmlNode *header = adapter_xml_child(root, ADAPTER_NS_SOAP, "Header");
    const xmlNode *security = adapter_xml_child(header, ADAPTER_NS_WSSE, "Security");
    size_t count = signature_count(root, body);
    if (count == 0)
        return ADAPTER_FINDING_UNSIGNED;
    struct candidate candidate = {.form = FORM_BODY,
                                  .signature = adapter_xml_child(security, ADAPTER_NS_DS, "Signature")};
    xmlAttr *id = id_of(body);
    if (count != 1 || !candidate.signature || !id)
        return ADAPTER_FINDING_MALFORMED;
    candidate.id = (const char *) id->children->content;
    if (id_count(root, candidate.id) != 1)
        return ADAPTER_FINDING_MALFORMED;
    if (!xmlAddID(NULL, envelope, BAD_CAST candidate.id, id))
        return ADAPTER_FINDING_UNDECIDED;
    return judge(pins, &candidate, now_us, signed_bytes);
}

enum adapter_finding adapter_verify_enveloped(const struct adapter_pins *pins, xmlDoc *document, int64_t now_us,
                                              struct base_buffer *signed_bytes)
{
    xmlNode *root = xmlDocGetRootElement(document);
    size_t count = signature_count(root, NULL);
    if (count == 0)
        return ADAPTER_FINDING_UNSIGNED;
    struct candidate candidate = {
        .form = FORM_ENVELOPED, .signature = adapter_xml_child(root, ADAPTER_NS_DS, "Signature"), .id = ""};
    if (count != 1 || !candidate.signature)
        return ADAPTER_FINDING_MALFORMED;
    return judge(pins, &candidate, now_us, signed_bytes);
}
