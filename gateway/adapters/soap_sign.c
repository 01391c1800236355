#include "gateway/adapters/soap_sign.h"

#include "gateway/adapters/soap_envelope.h"
#include "gateway/adapters/soap_key_inner.h"
#include "gateway/adapters/xml_read.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <xmlsec/crypto.h>
#include <xmlsec/templates.h>

enum { REFERENCE_MAX = 160 };

/* A child with a text, in the parent's namespace or one of its own. NULL out of memory. */
static xmlNode *child_add(xmlNode *parent, xmlNs *space, const char *name, const char *text)
{
    return xmlNewTextChild(parent, space, BAD_CAST name, BAD_CAST text);
}

static int sign(const struct adapter_key *key, xmlNode *signature)
{
    xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(NULL);
    if (!context)
        return -ENOMEM;
    context->signKey = xmlSecKeyDuplicate(key->key); /* the context's own from here on */
    bool is_signed =
        context->signKey && xmlSecDSigCtxSign(context, signature) == 0 && context->status == xmlSecDSigStatusSucceeded;
    xmlSecDSigCtxDestroy(context);
    ERR_clear_error();
    return is_signed ? 0 : -EIO;
}

/* The signature's empty form with one reference, not in the document yet. */
static xmlNode *form_new(const struct adapter_key *key, xmlDoc *document, xmlSecTransformId canonical, const char *uri,
                         xmlNode **ret_reference)
{
    xmlNode *form = xmlSecTmplSignatureCreateNsPref(document, canonical, key->method, NULL, BAD_CAST "ds");
    xmlNode *reference =
        form ? xmlSecTmplSignatureAddReference(form, xmlSecTransformSha256Id, NULL, BAD_CAST uri, NULL) : NULL;
    if (!reference)
        xmlFreeNode(form);
    *ret_reference = reference;
    return reference ? form : NULL;
}

/* KeyInfo is not signed; what it names is looked up among the receiver's own certificates. */
static int token_add(const struct adapter_key *key, xmlNode *signature, xmlNs *security)
{
    xmlNode *info = xmlNewChild(signature, signature->ns, BAD_CAST "KeyInfo", NULL);
    xmlNode *reference = info ? xmlNewChild(info, security, BAD_CAST "SecurityTokenReference", NULL) : NULL;
    xmlNode *token = reference ? child_add(reference, security, "KeyIdentifier", key->certificate) : NULL;
    bool done = token && xmlNewProp(token, BAD_CAST "EncodingType", BAD_CAST ADAPTER_TOKEN_BASE64) &&
                xmlNewProp(token, BAD_CAST "ValueType", BAD_CAST ADAPTER_TOKEN_X509);
    return done ? 0 : -ENOMEM;
}

static xmlNode *security_add(xmlNode *envelope, xmlNode *header)
{
    xmlNode *security = xmlNewChild(header, NULL, BAD_CAST "Security", NULL);
    xmlNs *space = security ? xmlNewNs(security, BAD_CAST ADAPTER_NS_WSSE, BAD_CAST "wsse") : NULL;
    if (!space || !xmlNewNsProp(security, envelope->ns, BAD_CAST "mustUnderstand", BAD_CAST "1"))
        return NULL;
    xmlSetNs(security, space);
    return security;
}

/* Names the Body, so that the reference finds it. */
static int id_set(xmlNode *body, const char *id)
{
    xmlNs *utility = xmlNewNs(body, BAD_CAST ADAPTER_NS_WSU, BAD_CAST "wsu");
    xmlAttr *attribute = utility ? xmlNewNsProp(body, utility, BAD_CAST "Id", BAD_CAST id) : NULL;
    return attribute && xmlAddID(NULL, body->doc, BAD_CAST id, attribute) ? 0 : -ENOMEM;
}

int adapter_sign_body(const struct adapter_key *key, xmlDoc *envelope, const char *id)
{
    xmlNode *root = xmlDocGetRootElement(envelope);
    xmlNode *header = adapter_xml_child(root, ADAPTER_NS_SOAP, "Header");
    xmlNode *body = adapter_xml_child(root, ADAPTER_NS_SOAP, "Body");
    char uri[REFERENCE_MAX];
    if (!header || !body || snprintf(uri, sizeof(uri), "#%s", id) >= (int) sizeof(uri))
        return -EIO;
    xmlNode *security = security_add(root, header), *reference = NULL;
    int r = security ? id_set(body, id) : -ENOMEM;
    if (r < 0)
        return r;
    xmlNode *signature = form_new(key, envelope, xmlSecTransformExclC14NId, uri, &reference);
    if (!signature)
        return -ENOMEM;
    xmlAddChild(security, signature);
    if (!xmlSecTmplReferenceAddTransform(reference, xmlSecTransformExclC14NId))
        return -ENOMEM;
    r = sign(key, signature);
    return r == 0 ? token_add(key, signature, security->ns) : r;
}

static int certificate_add(const struct adapter_key *key, xmlNode *signature)
{
    xmlNode *info = xmlNewChild(signature, signature->ns, BAD_CAST "KeyInfo", NULL);
    xmlNode *data = info ? xmlNewChild(info, signature->ns, BAD_CAST "X509Data", NULL) : NULL;
    return data && child_add(data, signature->ns, "X509Certificate", key->certificate) ? 0 : -ENOMEM;
}

int adapter_sign_enveloped(const struct adapter_key *key, xmlDoc *document)
{
    xmlNode *reference = NULL;
    xmlNode *signature = form_new(key, document, xmlSecTransformInclC14NWithCommentsId, "", &reference);
    if (!signature)
        return -ENOMEM;
    xmlAddChild(xmlDocGetRootElement(document), signature);
    if (!xmlSecTmplReferenceAddTransform(reference, xmlSecTransformEnvelopedId) ||
        !xmlSecTmplReferenceAddTransform(reference, xmlSecTransformInclC14NWithCommentsId))
        return -ENOMEM;
    int r = sign(key, signature);
    return r == 0 ? certificate_add(key, signature) : r;
}
