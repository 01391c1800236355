"""A registry behind the state gateway's two SOAP channels, independent of ours: Python's TLS and HTTP, lxml, and xmlsec1's
command line, which checks what the adapter signed and signs what is answered."""
import http.server
import pathlib
import ssl
import subprocess
import threading
import time
from xml.sax.saxutils import escape  # used by the tests

from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SYNC = "http://bip.bee.kz/SyncChannel/v10/Types"
ASYNC = "http://bip.bee.kz/AsyncChannel/v10/Types"
DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
X509V3 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
SIGN = {"rsa": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "ec": "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"}


def run(*arguments, **more):
    return subprocess.run(arguments, check=True, capture_output=True, **more).stdout


class Keys:
    """An authority for TLS with a server and a client; signing keys of us, the registry and a stranger. Made at run time."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.make("ca", "rsa", "-x509", "-addext", "basicConstraints=critical,CA:TRUE")
        for name, extension in (("server", "subjectAltName=DNS:registry.test"), ("client", "extendedKeyUsage=clientAuth")):
            self.make(name, "rsa", "-x509", "-CA", self.path("ca.pem"), "-CAkey", self.path("ca.key"), "-addext", extension,
                      "-addext", "basicConstraints=critical,CA:FALSE")
        for name, kind in (("us", "rsa"), ("us-ec", "ec"), ("registry", "rsa"), ("registry-ec", "ec"), ("owner", "rsa"),
                           ("stranger", "rsa")):
            self.make(name, kind, "-x509")
        self.make_old("old")

    def path(self, name):
        return str(self.folder / name)

    def make(self, name, kind, *arguments):
        new = ["-newkey", "rsa:2048"] if kind == "rsa" else ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        run("openssl", "req", *new, "-noenc", "-subj", f"/CN={name}", "-days", "30", "-keyout", self.path(f"{name}.key"),
            "-out", self.path(f"{name}.pem"), *arguments)
        pathlib.Path(self.path(f"{name}.key")).chmod(0o600)

    def make_old(self, name):
        """A certificate whose time is over: `openssl req` of Debian 12 sets no dates."""
        run("openssl", "req", "-newkey", "rsa:2048", "-noenc", "-subj", f"/CN={name}", "-keyout", self.path(f"{name}.key"),
            "-out", self.path(f"{name}.csr"))
        (self.folder / "index.txt").touch()
        (self.folder / "ca.cnf").write_text(
            f"[ca]\ndefault_ca = d\n[d]\ndatabase = {self.folder}/index.txt\nnew_certs_dir = {self.folder}\n"
            "default_md = sha256\nrand_serial = yes\npolicy = p\n[p]\ncommonName = supplied\n")
        run("openssl", "ca", "-batch", "-config", self.path("ca.cnf"), "-selfsign", "-keyfile", self.path(f"{name}.key"),
            "-in", self.path(f"{name}.csr"), "-startdate", "20200101000000Z", "-enddate", "20210101000000Z", "-out",
            self.path(f"{name}.pem"), "-notext")

    def der(self, name):
        lines = pathlib.Path(self.path(f"{name}.pem")).read_text().splitlines()
        inside = lines[lines.index("-----BEGIN CERTIFICATE-----") + 1:lines.index("-----END CERTIFICATE-----")]
        return "".join(inside)


class Signer:
    """xmlsec1, in a folder for its files."""

    def __init__(self, keys, folder):
        self.keys, self.folder = keys, pathlib.Path(folder)
        self.folder.mkdir()
        self.lock, self.count = threading.Lock(), 0

    def file(self, content):
        with self.lock:
            self.count += 1
            path = self.folder / f"{self.count}.xml"
        path.write_bytes(content)
        return str(path)

    def verify(self, envelope, name, of_body=True):
        """Whether the holder of that certificate signed it; of_body: the Body, by its wsu:Id."""
        arguments = ["--id-attr:Id", f"{SOAP}:Body"] if of_body else []
        check = subprocess.run(["xmlsec1", "--verify", "--pubkey-cert-pem", self.keys.path(f"{name}.pem"), *arguments,
                                self.file(envelope)], capture_output=True, text=True)
        return check.returncode == 0

    def sign(self, form, name, of_body=True):
        arguments = ["--id-attr:Id", f"{SOAP}:Body"] if of_body else []
        return run("xmlsec1", "--sign", "--privkey-pem", self.keys.path(f"{name}.key"), *arguments, self.file(form))

    def envelope(self, inner, name="registry", body_id="id-1", headers=""):
        kind = "ec" if name.endswith("-ec") else "rsa"
        form = (f'<s:Envelope xmlns:s="{SOAP}"><s:Header>{headers}<wsse:Security xmlns:wsse="{WSSE}" s:mustUnderstand="1">'
                f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"/>'
                f'<ds:SignatureMethod Algorithm="{SIGN[kind]}"/><ds:Reference URI="#{body_id}"><ds:Transforms>'
                f'<ds:Transform Algorithm="{EXCLUSIVE}"/></ds:Transforms>'
                '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>'
                '</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><wsse:SecurityTokenReference>'
                f'<wsse:KeyIdentifier ValueType="{X509V3}">{self.keys.der(name)}</wsse:KeyIdentifier>'
                '</wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature></wsse:Security></s:Header>'
                f'<s:Body xmlns:wsu="{WSU}" wsu:Id="{body_id}">{inner}</s:Body></s:Envelope>')
        return self.sign(form.encode(), name)

    def document(self, root_open, inner, root_close, name="owner"):
        """A document with an enveloped signature."""
        form = (f'{root_open}{inner}<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:CanonicalizationMethod '
                'Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"/>'
                f'<ds:SignatureMethod Algorithm="{SIGN["rsa"]}"/><ds:Reference URI=""><ds:Transforms>'
                f'<ds:Transform Algorithm="{DS}enveloped-signature"/><ds:Transform '
                'Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"/></ds:Transforms>'
                '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>'
                '</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate>'
                f'{self.keys.der(name)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>{root_close}')
        return self.sign(form.encode(), name, of_body=False)


def text(node, path):
    found = node.find(path)
    return found.text if found is not None else None


class Request:
    """What the adapter sent, taken apart by lxml."""

    def __init__(self, raw, path):
        self.raw, self.path = raw, path
        root = etree.fromstring(raw)
        [self.call] = root.find(f"{{{SOAP}}}Body")
        self.space, self.operation = etree.QName(self.call).namespace, etree.QName(self.call).localname
        [self.request] = self.call
        info = self.request.find("requestInfo")
        self.info = info if info is not None else self.request.find("messageInfo")
        self.message_id = text(self.info, "messageId") if self.info is not None else text(self.request, "messageId")
        ids = [text(self.request, "correlationId"), self.message_id, text(self.request, "notification/messageId")]
        self.about = next((found.removeprefix("answer-") for found in ids if found), None)
        data = self.request.find("requestData/data")
        self.data = data if data is not None else self.request.find("messageData/data")


class Peer:
    """The registry. What it does beside its duty is set by the tests between calls."""

    def __init__(self, keys, folder):
        self.keys, self.signer = keys, Signer(keys, folder)
        self.lock = threading.Lock()
        self.reset()
        peer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                peer.serve(self)

            def log_message(self, *_):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(keys.path("server.pem"), keys.path("server.key"))
        context.load_verify_locations(keys.path("ca.pem"))
        context.verify_mode = ssl.CERT_REQUIRED
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def reset(self):
        with self.lock:
            self.requests, self.bad_signatures = [], 0
            self.data = lambda request: "<records/>"  # what the data element of an answer holds
            self.before = lambda inner: inner         # spoils a Body before it is signed
            self.after = lambda envelope: envelope    # spoils an envelope after that
            self.key, self.client, self.status, self.type = "registry", "us", 200, "text/xml; charset=utf-8"
            self.code, self.correlation, self.answered = "Success", None, None
            self.transport = None                     # takes the handler and the bytes instead of sending them
            self.taken, self.delivered = {}, []       # asynchronous: message id -> how often it was asked about
            self.states = ["DELIVERED"]               # one for each status that is asked, the last one for ever
            self.ready_after, self.copies = 0, 1      # how often messages are asked for in vain; how often one comes
            self.only_for = None                      # the operation that before, after and transport are for

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def fault(self, code, signed=True):
        """A SOAP fault of the channel for whatever is asked."""
        fault = (f"<s:Fault><faultcode>s:Server</faultcode><faultstring>of 500101100000</faultstring><detail>"
                 f'<c:SendMessageFault1_SendMessageFault xmlns:c="{SYNC}"><errorCode>{code}</errorCode>'
                 "<errorMessage>of 500101100000</errorMessage></c:SendMessageFault1_SendMessageFault></detail></s:Fault>")
        self.status = 500
        if signed:
            self.before = lambda inner: fault
        else:
            self.after = lambda envelope: (f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{fault}</s:Body></s:Envelope>').encode()

    # ---- One request ----

    def serve(self, handler):
        raw = handler.rfile.read(int(handler.headers["Content-Length"]))
        request = Request(raw, handler.path)
        good = self.signer.verify(raw, self.client)
        with self.lock:
            self.requests.append(request)
            self.bad_signatures += 0 if good else 1
            is_spoilt = self.only_for in (None, request.operation)
            before, after, key = self.before, self.after, self.key if is_spoilt else "registry"
            inner = self.inner(request)
            transport, status, kind = (self.transport, self.status, self.type) if is_spoilt else (None, 200, "text/xml")
        envelope = self.signer.envelope(before(inner) if is_spoilt else inner, key)
        body = after(envelope) if is_spoilt else envelope
        if transport:
            transport(handler, body)
            return
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def inner(self, request):
        now = "2026-11-22T12:00:00.000+05:00"
        correlation = self.correlation or request.message_id
        if request.operation == "SendMessage":
            return (f'<c:SendMessageResponse xmlns:c="{SYNC}"><response><responseInfo><messageId>answer-1</messageId>'
                    f"<correlationId>{correlation}</correlationId><responseDate>{now}</responseDate><status>"
                    f"<code>{self.code}</code><message>of 500101100000</message></status></responseInfo><responseData>"
                    f"<data>{self.data(request)}</data></responseData></response></c:SendMessageResponse>")
        return getattr(self, "inner_" + request.operation)(request, now)

    def inner_sendMessage(self, request, now):
        self.taken.setdefault(request.message_id, {"request": request, "asked": 0, "fetched": 0, "sent": 0})["sent"] += 1
        return (f'<c:sendMessageResponse xmlns:c="{ASYNC}"><response><messageId>{self.correlation or request.message_id}'
                f"</messageId><correlationId>{self.correlation or request.message_id}</correlationId>"
                f"<responseDate>{now}</responseDate></response></c:sendMessageResponse>")

    def inner_getMessageStatus(self, request, now):
        entry = self.taken.get(request.message_id)
        if entry is None:
            return ("<s:Fault><faultcode>s:Client</faultcode><faultstring>no such message</faultstring><detail>"
                    f'<c:f xmlns:c="{ASYNC}"><errorCode>UNKNOWN_MESSAGE</errorCode></c:f></detail></s:Fault>')
        state = self.states[min(entry["asked"], len(self.states) - 1)]
        entry["asked"] += 1
        return (f'<c:getMessageStatusResponse xmlns:c="{ASYNC}"><response><messageState>{state}</messageState><status>'
                f"<statusCode>1</statusCode><statusMessage>m</statusMessage><statusDate>{now}</statusDate></status>"
                f"<responseDate>{now}</responseDate></response></c:getMessageStatusResponse>")

    def inner_getMessages(self, request, now):
        asked = text(request.request, "correlationId")
        entry = self.taken.get(asked)
        messages = ""
        if entry is not None and entry["fetched"] >= self.ready_after:
            messages = (f"<messages><messageInfo><messageId>answer-{asked}</messageId><correlationId>"
                        f"{self.answered or asked}</correlationId><serviceId>S</serviceId><messageType>RESPONSE"
                        f"</messageType><messageDate>{now}</messageDate></messageInfo><messageData><data>"
                        f'{self.data(entry["request"])}</data></messageData></messages>') * self.copies
        if entry is not None:
            entry["fetched"] += 1
        return (f'<c:getMessagesResponse xmlns:c="{ASYNC}"><response><responseDate>{now}</responseDate>{messages}'
                "</response></c:getMessagesResponse>")

    def inner_sendDeliveryNotification(self, request, now):
        self.delivered.append(text(request.request, "notification/messageId"))
        return (f'<c:sendDeliveryNotificationResponse xmlns:c="{ASYNC}"><response><responseDate>{now}</responseDate>'
                "</response></c:sendDeliveryNotificationResponse>")


# ---- Ways not to answer ----

def head(handler, length):
    handler.send_response(200)
    handler.send_header("Content-Type", "text/xml")
    if length is not None:
        handler.send_header("Content-Length", str(length))
    handler.end_headers()


def half(handler, body):
    head(handler, len(body))
    handler.wfile.write(body[:len(body) // 2])
    handler.wfile.flush()
    handler.connection.close()
    handler.close_connection = True


def endless(handler, body):
    head(handler, None)
    handler.close_connection = True
    try:
        handler.wfile.write(body[:100])
        while True:
            handler.wfile.write(b" " * 65536)
    except OSError:
        pass


def late(seconds):
    def wait(handler, body):
        time.sleep(seconds)  # slowness is what is played here
        half(handler, body)
    return wait


def reset(handler, _):
    handler.connection.close()
    handler.close_connection = True
