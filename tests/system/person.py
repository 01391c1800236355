"""A person of an instance, who signs with openssl and speaks HTTP with python's own modules: none of our client code."""
import base64
import hashlib
import http.client
import json
import ssl
import subprocess
import tempfile
import urllib.parse
import uuid
from datetime import datetime, timedelta, timezone

CAPITAL = timezone(timedelta(hours=5))
PDF = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\n%%EOF\n"  # a scan


def now(**ahead):
    return (datetime.now(CAPITAL) + timedelta(**ahead)).isoformat(timespec="seconds")


def openssl(*arguments, data=b""):
    done = subprocess.run(["openssl", *map(str, arguments)], input=data, capture_output=True, timeout=60)
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode())
    return done.stdout


def verified(signed, instance, *further):
    """The content of a CMS that openssl verifies under the instance's authority."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(signed)
        file.flush()
        return openssl("cms", "-verify", "-binary", "-inform", "DER", "-in", file.name, "-CAfile",
                       instance.folder / "ca/ca.pem", "-purpose", "any", *further)


def message(instance, type_, **members):
    """The bytes that are signed: the members of every message and these; ... leaves one out."""
    whole = {"v": type_, "id": str(uuid.uuid4()), "at": now(),
             "to": (instance.folder / "log/log.vkey").read_text().split("+")[0], **members}
    return json.dumps({name: value for name, value in whole.items() if value is not ...}, ensure_ascii=False).encode()


def code(reply):
    return reply["type"].removeprefix("urn:qao:problem:")


def codes(reply):
    """All reasons of a refusal."""
    return {reason["code"] if isinstance(reason, dict) else reason for reason in reply.get("reasons", [])} or {code(reply)}


class Person:
    def __init__(self, instance, name):
        self.instance, self.name = instance, name
        self.folder = instance.folder / "people" / name
        subject = openssl("x509", "-in", self.folder / "sign.pem", "-noout", "-subject", "-nameopt", "utf8,sep_multiline,sname,-esc_msb")
        fields = dict(line.strip().split("=", 1) for line in subject.decode().splitlines()[1:])
        self.iin, self.bin = fields["serialNumber"].removeprefix("IIN"), fields["OU"].removeprefix("BIN")

    def sign(self, data, *further):
        return openssl("cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-signer", self.folder / "sign.pem",
                       "-inkey", self.folder / "sign.key", *further, data=data)

    def connect(self):
        context = ssl.create_default_context(cafile=str(self.instance.folder / "ca/ca.pem"))
        context.load_cert_chain(self.folder / "auth.pem", self.folder / "auth.key")
        url = urllib.parse.urlsplit(self.instance.url())
        return http.client.HTTPSConnection(url.hostname, url.port, context=context, timeout=30)

    def ask(self, method, path, body=None, connection=None, **headers):
        """Status and what came back, JSON parsed."""
        used = connection or self.connect()
        try:
            try:
                used.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            except (ssl.SSLError, ConnectionError):
                pass  # what is too large is answered before it is all sent
            answer = used.getresponse()
            data = answer.read()
            return answer.status, (json.loads(data) if "json" in answer.headers.get("Content-Type", "") else data)
        finally:
            if not connection:
                used.close()

    def post(self, body, path="/v1/queries", **headers):
        return self.ask("POST", path, body, **{"Content_Type": "application/pkcs7-mime", **headers})

    def content(self, type_, act, **changes):
        return message(self.instance, type_, act=act, **changes)

    def act(self, type_, act, **changes):
        """Signs and sends an act."""
        return self.post(self.sign(self.content(type_, act, **changes)), "/v1/acts")

    def upload(self, data, type_):
        return self.ask("POST", "/v1/uploads", data, Content_Type=type_)

    def read(self, collection, **filters):
        query = "?" + urllib.parse.urlencode(filters) if filters else ""
        return self.ask("GET", f"/v1/registry/{collection}{query}")

    def items(self, collection, **filters):
        status, reply = self.read(collection, **filters)
        if status != 200:
            raise AssertionError(f"{self.name} reads {collection}: {status} {reply}")
        return reply["items"]

    def application(self, scan, /, **changes):
        """An application that can be registered, by a police officer; changes are of its form, rights or itself."""
        form = {"surname": "ҮЛГІ", "given": "АДАМ", "patronymic": None, "iin": self.iin, "bin": self.bin,
                "body_code": "police", "unit": None, "position": "жедел уәкіл", "work_phone": "+7 7172 000000",
                "mobile_phone": "+7 700 0000000", "email": "a@example.kz", "work_address": "Астана", "block_reason": None,
                "head": {"position": "бөлім бастығы", "name": "БАСТЫҚ"}}
        rights = {"role": 2, "bases": ["operative_search"], "duties": [], "until": None}
        act = {"kind": "register", "form": form, "rights": rights, "scan": named(scan) if scan else None,
               "statements": {"agreement": True, "protected_carrier": True, "personal_data": True, "workplace": True}}
        for name, value in changes.items():
            target = next(part for part in (form, rights, act) if name in part)
            target[name] = value
        return act


def named(scan, type_="application/pdf"):
    """A scan as an act names it."""
    return {"sha256": hashlib.sha256(scan).hexdigest(), "bytes": len(scan), "type": type_}


def signed_of(item):
    return base64.b64decode(item["signed"], validate=True)
