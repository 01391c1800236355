"""Signatures of the state gateway, by python3-xmlsec: WS-Security over the body, and enveloped ones in the data."""
import base64
import ssl

import xmlsec
from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
DS = "http://www.w3.org/2000/09/xmldsig#"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
X509 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"

CANONICAL_WITH_COMMENTS = xmlsec.Transform.C14N_COMMENTS


class Wrong(Exception):
    """A signature that is not there, not of the expected form, not of the sender, or does not fit."""


class Signer:
    """Our key and certificate, and the certificate of the one whose signatures are believed."""

    def __init__(self, own, trusted):
        self.certificate = ssl.PEM_cert_to_DER_cert(own.with_suffix(".pem").read_text())
        self.key = xmlsec.Key.from_file(str(own.with_suffix(".key")), xmlsec.KeyFormat.PEM)
        self.trusted = xmlsec.Key.from_file(str(trusted.with_suffix(".pem")), xmlsec.KeyFormat.CERT_PEM)
        self.trusted_der = ssl.PEM_cert_to_DER_cert(trusted.with_suffix(".pem").read_text())

    def context(self, is_ours):
        context = xmlsec.SignatureContext()
        context.key = self.key if is_ours else self.trusted
        return context

    # --- ours ---

    def sign_body(self, envelope, body_id):
        """A Security header with the signature over the Body of a SOAP envelope."""
        body, header = envelope.find(f"{{{SOAP}}}Body"), envelope.find(f"{{{SOAP}}}Header")
        body.set(f"{{{WSU}}}Id", body_id)
        security = etree.SubElement(header, f"{{{WSSE}}}Security", {f"{{{SOAP}}}mustUnderstand": "1"}, nsmap={"wsse": WSSE})
        signature = xmlsec.template.create(envelope, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA256, ns="ds")
        security.append(signature)
        reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA256, uri=f"#{body_id}")
        xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
        token = etree.SubElement(xmlsec.template.ensure_key_info(signature), f"{{{WSSE}}}SecurityTokenReference")
        identifier = etree.SubElement(token, f"{{{WSSE}}}KeyIdentifier", EncodingType=BASE64, ValueType=X509)
        identifier.text = base64.b64encode(self.certificate).decode()
        context = self.context(True)
        context.register_id(body, "Id", WSU)
        context.sign(signature)

    def sign_enveloped(self, root):
        """A signature over the whole document, as its last element."""
        signature = xmlsec.template.create(root, CANONICAL_WITH_COMMENTS, xmlsec.Transform.RSA_SHA256, ns="ds")
        root.append(signature)
        reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA256, uri="")
        xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
        xmlsec.template.add_transform(reference, CANONICAL_WITH_COMMENTS)
        data = etree.SubElement(xmlsec.template.ensure_key_info(signature), f"{{{DS}}}X509Data")
        etree.SubElement(data, f"{{{DS}}}X509Certificate").text = base64.b64encode(self.certificate).decode()
        self.context(True).sign(signature)

    # --- theirs ---

    def verify_body(self, envelope):
        """That the trusted one signed the Body, and the Body alone."""
        body = envelope.find(f"{{{SOAP}}}Body")
        signatures = envelope.findall(f"{{{SOAP}}}Header/{{{WSSE}}}Security/{{{DS}}}Signature")
        if len(signatures) != 1 or len(list(envelope.iter(f"{{{SOAP}}}Body"))) != 1:
            raise Wrong("not one signature over one body")
        body_id = body.get(f"{{{WSU}}}Id")
        references = signatures[0].findall(f"{{{DS}}}SignedInfo/{{{DS}}}Reference")
        if not body_id or [one.get("URI") for one in references] != [f"#{body_id}"]:
            raise Wrong("the signature is not over the body")
        identifier = signatures[0].find(f"{{{DS}}}KeyInfo/{{{WSSE}}}SecurityTokenReference/{{{WSSE}}}KeyIdentifier")
        self.same_certificate(identifier)
        context = self.context(False)
        context.register_id(body, "Id", WSU)
        self.check(context, signatures[0])

    def verify_enveloped(self, root):
        """That the trusted one signed the whole document."""
        signatures = root.findall(f"{{{DS}}}Signature")
        if len(signatures) != 1:
            raise Wrong("not one signature in the data")
        references = signatures[0].findall(f"{{{DS}}}SignedInfo/{{{DS}}}Reference")
        if [one.get("URI") for one in references] != [""]:
            raise Wrong("the signature is not over the data")
        self.same_certificate(signatures[0].find(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate"))
        self.check(self.context(False), signatures[0])

    def same_certificate(self, element):
        try:
            shown = base64.b64decode("".join((element.text or "").split()), validate=True)
        except (AttributeError, ValueError):
            raise Wrong("no certificate in the signature") from None
        if shown != self.trusted_der:
            raise Wrong("another certificate than the sender's")

    @staticmethod
    def check(context, signature):
        try:
            context.verify(signature)
        except xmlsec.Error:
            raise Wrong("the signature does not fit") from None
