#!/usr/bin/env python3
"""qao-adapter before a SOAP registry that is none of ours: what goes out is signed as xmlsec1 expects, and of what comes
back only what the registry signed is believed."""
import os
import pathlib
import re
import subprocess
import unittest
import uuid

import harness
import soap_peer
from harness import Adapter, until
from soap_peer import ASYNC, DS, SOAP, SYNC, WSU, text

PROGRAM = os.environ["QAO_ADAPTER"]
IIN, OTHER, BIN, PLATE, CADASTRE = "500101100000", "500101200007", "300140000015", "500AAA99", "99:001:001:001"

TEMPLATES = {
    # A node: the state database of individuals' own form.
    "01.xml": '<data xmlns:cs="http://message.persistence.interactive.nat" '
              'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="cs:Request"><messageId>{query}</messageId>'
              "<messageDate>{now}</messageDate><senderCode>{sender}</senderCode><iin>{iin}</iin><surname>{surname}</surname>"
              "<name>{name}</name><patronymic>{patronymic}</patronymic><birthDate>{birth_date}</birthDate></data>",
    # A string with a signature of its own: that of legal entities.
    "02.xml": '<Request xmlns="http://gbdulinfobybin_v2.egp.gbdul.tamur.kz"><RequestorBIN>300142000016</RequestorBIN>'
              "<BIN>{bin}</BIN></Request>",
    "05.xml": '<data><find owner="{iin}" organisation="{bin}"><plate>{plate}</plate><vin>{vin}</vin></find></data>',
    "57.xml": "<data><impose id='{query}'><cadastre>{cadastre}</cadastre></impose></data>",
    "57-settle.xml": "<data><find id='{query}'/></data>",
}

PERSON = "<persons><person><iin>{iin}</iin><surname>A</surname></person></persons>"
VEHICLE = "<vehicles><vehicle><plate>{plate}</plate></vehicle></vehicles>"


def person(request):
    return PERSON.format(iin=text(request.data, "iin"))


def vehicle(request):
    return VEHICLE.format(plate=text(request.data, "find/plate"))


def service(number, parameters, records, more="", template=None):
    return (f"[service]\nregistry = state\nparameters = {parameters}\n[soap]\nservice_id = Service{number}\n"
            f"request = {{folder}}/{template or number}.xml\nrecords = {records}\n{more}")


SERVICES = {
    "01": service("01", "iin, surname, name, patronymic, birth_date", "persons/person"),
    "02": service("02", "bin", "Organization", "data = string\nsigned = yes\n[map]\nbin = BIN\n"),
    "05": service("05", "iin, plate, vin, bin", "vehicles/vehicle", "channel = async\n"),
    "57": service("57", "query, cadastre", "done", "settle = {folder}/57-settle.xml\n[map]\nprohibition_number = number\n"),
}


class SoapCase(unittest.TestCase):
    services = SERVICES
    limits = ""
    deadline_ms = 8000  # far longer than anything here takes, on a busy machine too

    @classmethod
    def setUpClass(cls):
        cls.folder = harness.temporary_folder()
        cls.addClassCleanup(harness.remove, cls.folder)
        cls.keys = soap_peer.Keys(f"{cls.folder}/keys")
        cls.peer = soap_peer.Peer(cls.keys, f"{cls.folder}/files")
        cls.addClassCleanup(cls.peer.stop)
        for name, content in TEMPLATES.items():
            pathlib.Path(f"{cls.folder}/{name}").write_text(content, encoding="utf-8")
        cls.made = 0
        cls.adapter = cls.start()
        cls.addClassCleanup(lambda: cls.adapter.stop())

    @classmethod
    def registry(cls, sign="us", answer="registry", deadline_ms=None, **more):
        lines = {"url": f"https://registry.test:{cls.peer.port}", "address": "127.0.0.1",
                 "ca": cls.keys.path("ca.pem"), "certificate": cls.keys.path("client.pem"),
                 "key": cls.keys.path("client.key"), "sender": "qao", "password": "secret<&>",
                 "sign_certificate": cls.keys.path(f"{sign}.pem"), "sign_key": cls.keys.path(f"{sign}.key"),
                 "answer_certificate": cls.keys.path(f"{answer}.pem"),
                 "data_certificate": cls.keys.path("owner.pem"), **more}
        soap = "\n".join(f"{key} = {value}" for key, value in lines.items())
        return (f"[registry]\nadapter = soap\n[soap]\n{soap}\n[limits]\ndeadline_ms = {deadline_ms or cls.deadline_ms}\n"
                f"connections_max = 2\n[breaker]\nfailures = 1000\n{cls.limits}")

    @classmethod
    def start(cls, registry=None, services=None):
        cls.made += 1
        services = {number: ini.replace("{folder}", cls.folder) for number, ini in (services or cls.services).items()}
        return Adapter(PROGRAM, f"{cls.folder}/ad{cls.made}", {"state": registry or cls.registry()}, services, inet=True)

    def setUp(self):
        self.peer.reset()

    def ask(self, number, params, query=None, mode=harness.ASK, adapter=None):
        return (adapter or self.adapter).call(number, params, query or str(uuid.uuid4()), mode=mode)

    def expect(self, answer, outcome, detail=""):
        self.assertEqual((answer.outcome, answer.detail), (outcome, detail))


class Sync(SoapCase):
    def test_request_and_answer(self):
        self.peer.data = person
        query = str(uuid.uuid4())
        answer = self.ask(1, {"iin": IIN}, query)
        self.expect(answer, "ANSWERED")
        self.assertEqual([(record["iin"], record["surname"]) for record in answer.records], [(IIN, "A")])
        [request] = self.peer.requests
        self.assertEqual(self.peer.bad_signatures, 0)
        self.assertEqual((request.space, request.operation, request.path), (SYNC, "SendMessage", "/soap/sync"))
        self.assertEqual([child.tag for child in request.info],
                         ["messageId", "serviceId", "messageDate", "sender"])
        self.assertEqual((request.message_id, text(request.info, "serviceId")), (query, "Service01"))
        self.assertEqual((text(request.info, "sender/senderId"), text(request.info, "sender/password")), ("qao", "secret<&>"))
        self.assertRegex(text(request.info, "messageDate"), r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+05:00$")
        self.assertEqual([(child.tag, child.text) for child in request.data if child.tag != "messageDate"],
                         [("messageId", query), ("senderCode", "qao"), ("iin", IIN)])

    def test_nobody_is_an_empty_answer(self):
        self.assertEqual(self.ask(1, {"iin": IIN}).raw, b"[]")

    def test_elliptic_curves(self):
        adapter = self.start(self.registry("us-ec", "registry-ec"))
        self.addCleanup(adapter.stop)
        self.peer.data, self.peer.key, self.peer.client = person, "registry-ec", "us-ec"
        self.expect(self.ask(1, {"iin": IIN}, adapter=adapter), "ANSWERED")
        self.assertEqual(self.peer.bad_signatures, 0)

    def organization(self, request, bin_=None, **how):
        """What the register of legal entities answers: a signed document as a text."""
        document = request.data.text.encode()
        self.asked = (soap_peer.etree.fromstring(document), self.peer.signer.verify(document, "us", of_body=False))
        found = bin_ or text(self.asked[0], "{http://gbdulinfobybin_v2.egp.gbdul.tamur.kz}BIN")
        made = self.peer.signer.document('<Response xmlns="urn:u">', f"<Organization><BIN>{found}</BIN></Organization>",
                                         "</Response>", how.get("key", "owner"))
        return soap_peer.escape(how.get("spoil", lambda document: document)(made.decode()))

    def test_document_in_a_string_with_its_own_signature(self):
        self.peer.data = self.organization
        answer = self.ask(2, {"bin": BIN})
        self.expect(answer, "ANSWERED")
        self.assertEqual([record["bin"] for record in answer.records], [BIN])
        self.assertTrue(self.asked[1])
        self.assertEqual(self.peer.bad_signatures, 0)

    def test_signature_of_the_document_in_a_string(self):
        wrong = "signature of the answer's data is wrong"
        spoils = [({"spoil": lambda made: made.replace(BIN, "300141000010")}, wrong),
                  ({"key": "stranger"}, "data of the answer signed with another certificate"),
                  ({"key": "registry"}, "data of the answer signed with another certificate"),
                  ({"spoil": lambda made: re.sub("<ds:Signature .*</ds:Signature>", "", made, flags=re.S)},
                   "data of the answer without a signature"),
                  ({"spoil": lambda made: f"<Response xmlns='urn:u'><Organization><BIN>{BIN}</BIN></Organization>{made[22:]}"
                    f"</Response>"}, wrong),
                  ({"spoil": lambda made: "<!DOCTYPE a><a/>"}, "data of the answer is no XML"),
                  ({"spoil": lambda made: "no XML"}, "data of the answer is no XML")]
        for how, detail in spoils:
            self.peer.data = lambda request: self.organization(request, **how)
            self.expect(self.ask(2, {"bin": BIN}), "FAILED", detail)

    def test_parameters_that_break_xml_are_only_text(self):
        texts = ("</iin><iin>" + OTHER + "</iin>", "]]>", "<![CDATA[", "&lt;", "&#0;", "&xxe;", "<!--", "-->", "'\"", "{query}",
                 "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>", "\u04d8\u0456\u2028\U0001f600", "x" * 1024, "\t\n\r", " a ")
        for given in texts:
            self.peer.reset()
            self.expect(self.ask(1, {"iin": given}), "ANSWERED")
            self.assertEqual((text(self.peer.requests[0].data, "iin"), len(self.peer.requests[0].data)), (given, 4))
            self.assertEqual(self.peer.bad_signatures, 0)
            self.peer.data = lambda request: self.organization(request, BIN)
            self.expect(self.ask(2, {"bin": given}), "ANSWERED")
            self.assertEqual(text(self.asked[0], "{http://gbdulinfobybin_v2.egp.gbdul.tamur.kz}BIN"), given)
            self.assertTrue(self.asked[1])
        for given in ("\x01", "\x1f", "\ufffe"):
            self.peer.reset()
            self.expect(self.ask(1, {"iin": given}), "FAILED", "a parameter cannot stand in XML")
            self.assertEqual(self.peer.requests, [])

    # ---- What is not believed ----

    def test_keys(self):
        self.peer.data = person
        stranger = "answer signed with another certificate than the pinned one, or out of its time"
        for key in ("stranger", "owner", "registry-ec", "us"):
            self.peer.key = key
            self.expect(self.ask(1, {"iin": IIN}), "FAILED", stranger)
        adapter = self.start(self.registry(answer="old"))
        self.addCleanup(adapter.stop)
        self.peer.key = "old"
        self.expect(self.ask(1, {"iin": IIN}, adapter=adapter), "FAILED", stranger)

    def spoilt(self, spoil):
        self.peer.reset()
        self.peer.data, self.peer.after = person, spoil
        return self.ask(1, {"iin": IIN})

    def test_what_is_not_as_it_was_signed(self):
        wrong, form = "signature of the answer is wrong", "signature of the answer is not of the accepted form"
        pinned = self.keys.der("registry").encode()
        stranger = self.keys.der("stranger").encode()
        spoils = {
            "word": (lambda e: e.replace(IIN.encode(), OTHER.encode()), wrong),
            "status": (lambda e: e.replace(b"<code>Success", b"<code>Other"), wrong),
            "id": (lambda e: e.replace(b"<correlationId>", b"<correlationId>x"), wrong),
            "unsigned": (lambda e: re.sub(b"<ds:Signature .*</ds:Signature>", b"", e, flags=re.S), "answer without a signature"),
            "bare": (lambda e: re.sub(b"<s:Header>.*</s:Header>", b"", e, flags=re.S), "answer without a signature"),
            "stranger's name": (lambda e: e.replace(pinned, stranger),
                                "answer signed with another certificate than the pinned one, or out of its time"),
            "sha-1": (lambda e: e.replace(b"xmlenc#sha256", b"xmldsig#sha1"), form),
            "two bodies": (lambda e: e.replace(b"</s:Body>", b"</s:Body><s:Body/>"), form),
            "two signatures": (lambda e: re.sub(b"(<ds:Signature .*</ds:Signature>)", rb"\1\1", e, flags=re.S), form),
            "no id": (lambda e: e.replace(b'wsu:Id="id-1"', b""), form),
            "doctype": (lambda e: e.replace(b"<s:Envelope", b"<!DOCTYPE a><s:Envelope", 1),
                        "answer with a document type or processing instruction"),
            "no xml": (lambda e: b"{}", "answer is no XML"),
            "cut": (lambda e: e[:-5], "answer is no XML"),
            "nothing": (lambda e: b"", "answer is no XML"),
            "not utf-8": (lambda e: e.replace(b"<surname>A", b"<surname>\xc0"), "answer is no XML"),
        }
        for name, (spoil, detail) in spoils.items():
            with self.subTest(name):
                self.expect(self.spoilt(spoil), "FAILED", detail)

    def test_signed_by_a_stranger_who_names_the_pinned_certificate(self):
        self.peer.data, self.peer.key = person, "stranger"
        self.peer.after = lambda e: e.replace(self.keys.der("stranger").encode(), self.keys.der("registry").encode())
        self.expect(self.ask(1, {"iin": IIN}), "FAILED", "signature of the answer is wrong")

    def test_wrapping(self):
        """The signed Body kept where nobody reads, another one in its place; xmlsec1 itself finds most of these right."""
        form = "signature of the answer is not of the accepted form"
        evil = f'<s:Body xmlns:s="{SOAP}"{{0}}><c:SendMessageResponse xmlns:c="{SYNC}"><response/></c:SendMessageResponse></s:Body>'
        fooled = 0
        for attribute in ("", f' xmlns:wsu="{WSU}" wsu:Id="id-2"', ' Id="id-1"', ' xml:id="id-1"',
                          f' xmlns:wsu="{WSU}" wsu:Id="id-1"'):
            def move(envelope, attribute=attribute):
                body = re.search(b"<s:Body .*</s:Body>", envelope, re.S).group()
                moved = envelope.replace(body, evil.format(attribute).encode())
                return moved.replace(b"</s:Header>", b"<w>" + body + b"</w></s:Header>")
            made = []
            answer = self.spoilt(lambda e, move=move, made=made: made.append(move(e)) or made[0])
            self.expect(answer, "FAILED", form)
            fooled += self.peer.signer.verify(made[0], "registry")
        self.assertGreater(fooled, 0)  # else these would be no attacks

    def test_xml_that_attacks_its_reader(self):
        laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "ha"}">' for i in range(10))
        forbidden = "answer with a document type or processing instruction"
        limit = "answer over a limit of XML"
        attacks = [(f"<!DOCTYPE a [{laughs}]><a>&l9;</a>", forbidden),
                   ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', forbidden),
                   (f'<!DOCTYPE a SYSTEM "https://127.0.0.1:{self.peer.port}/a.dtd"><a/>', forbidden),
                   ("<a>" * 100 + "</a>" * 100, limit), ("<a>" * 100000, limit), ("<a>" + "<b/>" * 300000 + "</a>", limit),
                   ("<a " + " ".join(f"a{i}='1'" for i in range(1000)) + "/>", limit),
                   (f'<a xmlns="urn:{"x" * 100000}"/>', limit), ("<a>&x;</a>", "answer is no XML")]
        for attack, detail in attacks:
            self.expect(self.spoilt(lambda e, attack=attack: attack.encode()), "FAILED", detail)
            self.assertEqual(len(self.peer.requests), 1)  # it fetched nothing

    # ---- What the registry itself says ----

    def test_faults(self):
        for signed in (True, False):
            self.peer.reset()
            self.peer.fault("SCSE003", signed)
            self.expect(self.ask(1, {"iin": IIN}), "FAILED",
                        "SOAP fault SCSE003" if signed else "SOAP fault without a signature")
        self.peer.reset()
        self.peer.fault(IIN)
        self.expect(self.ask(1, {"iin": IIN}), "FAILED", "SOAP fault")
        self.assertNotIn(IIN, self.adapter.log_text())

    def test_status(self):
        for code, detail in (("E-404", "status E-404"), ("success", "status success"), (f"of {IIN}", "status that is no success")):
            self.peer.reset()
            self.peer.data, self.peer.code = person, code
            self.expect(self.ask(1, {"iin": IIN}), "FAILED", detail)

    def test_answer_to_another_message(self):
        self.peer.data, self.peer.correlation = person, str(uuid.uuid4())
        self.expect(self.ask(1, {"iin": IIN}), "FAILED", "answer to another message")

    def test_replayed_answer(self):
        kept = []
        self.peer.data = person
        self.peer.after = lambda envelope: kept.append(envelope) or envelope
        self.expect(self.ask(1, {"iin": IIN}), "ANSWERED")
        self.expect(self.spoilt(lambda e: kept[0]), "FAILED", "answer to another message")

    def test_other_operations(self):
        self.peer.before = lambda inner: f'<c:sendMessageResponse xmlns:c="{ASYNC}"><response/></c:sendMessageResponse>'
        self.expect(self.ask(1, {"iin": IIN}), "FAILED", "answer is none of this operation")

    def test_text_beside_elements(self):
        self.peer.data = lambda request: "<persons><person>x<iin>1</iin></person></persons>"
        self.expect(self.ask(1, {"iin": IIN}), "FAILED", "answer is no list of records")

    # ---- Transport ----

    def test_http(self):
        for status, kind, detail in ((200, "text/html", "HTTP status 200, not text/xml"), (404, "text/xml", "HTTP status 404"),
                                     (503, "text/xml", "HTTP status 503"), (302, "text/xml", "HTTP status 302"),
                                     (500, "text/html", "HTTP status 500, not text/xml")):
            self.peer.reset()
            self.peer.data, self.peer.status, self.peer.type = person, status, kind
            self.expect(self.ask(1, {"iin": IIN}), "FAILED", detail)
            self.assertEqual(len(self.peer.requests), 1)

    def test_broken_answers(self):
        for transport in (soap_peer.half, soap_peer.endless, soap_peer.reset):
            self.peer.reset()
            self.peer.data, self.peer.transport = person, transport
            answer = self.ask(1, {"iin": IIN})
            self.assertEqual(answer.outcome, "FAILED", answer)
            self.assertEqual(len(self.peer.requests), 1)

    def test_silence(self):
        adapter = self.start(self.registry(deadline_ms=1500))
        self.addCleanup(adapter.stop)
        self.was_done, self.peer.transport = True, soap_peer.late(3)
        for number, params, mode, outcome in ((1, {"iin": IIN}, harness.ASK, "TIMEOUT"),
                                              (57, {"cadastre": CADASTRE}, harness.ASK, "UNKNOWN"),
                                              (57, {"cadastre": CADASTRE}, harness.SETTLE, "UNKNOWN")):
            answer = self.ask(number, params, mode=mode, adapter=adapter)
            self.assertEqual(answer.outcome, outcome, answer)

    # ---- Acts ----

    def done(self, request):
        return "<done><number>P-1</number></done>" if request.data.find("impose") is not None or self.was_done else ""

    def test_act(self):
        self.was_done, self.peer.data = True, self.done
        query = str(uuid.uuid4())
        answer = self.ask(57, {"cadastre": CADASTRE}, query)
        self.expect(answer, "ANSWERED")
        self.assertEqual(answer.records[0]["prohibition_number"], "P-1")
        self.assertEqual(self.peer.requests[0].data.find("impose").get("id"), query)

    def test_act_that_may_have_been_done_is_unknown(self):
        spoils = [("after", lambda e: e.replace(b"P-1", b"P-2")), ("after", lambda e: e[:-5]), ("key", "stranger"),
                  ("correlation", str(uuid.uuid4())), ("status", 503), ("transport", soap_peer.half), ("transport", soap_peer.reset),
                  ("transport", soap_peer.endless),
                  ("data", lambda request: "<done>x<number/></done>")]
        for name, value in spoils:
            self.peer.reset()
            self.was_done, self.peer.data = True, self.done
            setattr(self.peer, name, value)
            answer = self.ask(57, {"cadastre": CADASTRE})
            self.assertEqual(answer.outcome, "UNKNOWN", (name, answer))
            self.assertEqual(len(self.peer.requests), 1)  # sent once
        self.peer.reset()
        self.peer.fault("SCSE001", signed=False)
        self.expect(self.ask(57, {"cadastre": CADASTRE}), "UNKNOWN", "SOAP fault without a signature")

    def test_act_that_the_registry_refuses_has_failed(self):
        self.peer.fault("SCSE001")
        self.expect(self.ask(57, {"cadastre": CADASTRE}), "FAILED", "SOAP fault SCSE001")

    def test_settling_an_act(self):
        self.peer.data = self.done
        for self.was_done, outcome, detail in ((True, "ANSWERED", ""), (False, "FAILED", "the registry knows of no such act")):
            query = str(uuid.uuid4())
            self.expect(self.ask(57, {"cadastre": CADASTRE}, query, harness.SETTLE), outcome, detail)
            self.assertEqual(self.peer.requests[-1].data.find("find").get("id"), query)
        self.assertEqual([request for request in self.peer.requests if request.data.find("impose") is not None], [])
        self.was_done = True
        for name, value in (("after", lambda e: e[:-5]), ("key", "stranger"), ("status", 404), ("transport", soap_peer.reset),
                            ("code", "E-1"), ("data", lambda request: "<done>x<number/></done>")):
            self.peer.reset()
            self.peer.data = self.done
            setattr(self.peer, name, value)
            self.assertEqual(self.ask(57, {"cadastre": CADASTRE}, mode=harness.SETTLE).outcome, "UNKNOWN", name)
        self.peer.reset()
        self.peer.fault("SCSE001")
        self.assertEqual(self.ask(57, {"cadastre": CADASTRE}, mode=harness.SETTLE).outcome, "UNKNOWN")
        self.expect(self.ask(1, {"iin": IIN}, mode=harness.SETTLE), "UNKNOWN", "this registry cannot be asked that")

    def test_unreached(self):
        adapter = self.start(self.registry(address="127.0.0.1", url="https://registry.test:9"))
        self.addCleanup(adapter.stop)
        self.assertEqual(self.ask(1, {"iin": IIN}, adapter=adapter).outcome, "FAILED")
        self.assertEqual(self.ask(57, {"cadastre": CADASTRE}, adapter=adapter).outcome, "FAILED")  # nothing was sent
        self.assertEqual(self.ask(57, {"cadastre": CADASTRE}, mode=harness.SETTLE, adapter=adapter).outcome, "UNKNOWN")

    # ---- Settings ----

    def test_settings(self):
        keys, folder = self.keys, self.folder
        registries = {
            "sign_key = ": (f"sign_key = {keys.path('stranger.key')}", "key and certificate do not belong together"),
            "answer_certificate = ": (f"answer_certificate = {keys.path('us.key')}", "no certificate in PEM"),
            "sync_path = ": ("sync_path = x", "must begin with a slash"),
            "sender = ": ("", "sender"),
        }
        plain = self.registry()
        for key, (line, detail) in registries.items():
            changed = "\n".join(line if have.startswith(key) else have for have in plain.splitlines()) + "\n"
            if line and line not in changed:
                changed = changed.replace("[soap]\n", f"[soap]\n{line}\n")
            self.refuse({"state": changed}, SERVICES, detail)
        services = {
            "channel = x": "must be sync or async", "data = x": "must be node or string",
            "signed = yes": "only the document in a string", "settle = x": "No such file",
        }
        for line, detail in services.items():
            self.refuse({"state": plain}, {"01": SERVICES["01"] + f"{line}\n"}, detail)
        templates = {
            "<data><a/></data>": "a parameter of the service has no place in it",
            TEMPLATES["01.xml"].replace("{iin}", "{bin}"): "a place for what is no parameter of the service",
            TEMPLATES["01.xml"].replace("{iin}", "x{iin}"): "a brace that is not {name}",
            TEMPLATES["01.xml"].replace("data", "d"): "its root must be <data> in no namespace",
            "<!DOCTYPE a><data><iin>{iin}</iin></data>": "document type",
        }
        for content, detail in templates.items():
            pathlib.Path(f"{folder}/wrong.xml").write_text(content, encoding="utf-8")
            self.refuse({"state": plain}, {"01": SERVICES["01"].replace("01.xml", "wrong.xml")}, detail)

    def refuse(self, registries, services, detail):
        said = self.check_config(registries, services)
        self.assertEqual(said.returncode, 2, said)
        self.assertIn(detail, said.stderr)
        self.assertNotIn("secret", said.stderr)

    def check_config(self, registries, services):
        folder = pathlib.Path(f"{self.folder}/refused{uuid.uuid4()}")
        for below, files in (("registries", registries), ("services", services)):
            (folder / below).mkdir(parents=True)
            for name, content in files.items():
                path = folder / below / f"{name}.ini"
                path.touch(0o600)
                path.write_text(content.replace("{folder}", self.folder), encoding="utf-8")
        (folder / "adapter.ini").write_text(
            f"[adapter]\nsocket = {folder}/s\ngateway_user = {harness.USER}\nregistries = {folder}/registries\n"
            f"services = {folder}/services\ndescriptions = {harness.ROOT}/schema/services\nmay_connect_inet = yes\n")
        return subprocess.run([PROGRAM, "--config", folder / "adapter.ini", "--check-config"], capture_output=True, text=True,
                              env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})


class Async(SoapCase):
    limits = "[later]\npoll_ms = 50\npoll_max_ms = 200\npending_s = 20\n"

    def begin(self, params=None, query=None, adapter=None):
        """Asks, and takes the first of the two answers."""
        adapter = adapter or self.adapter
        number = adapter.send(5, params or {"plate": PLATE}, query or str(uuid.uuid4()))
        first = adapter.wait(number)
        self.expect(first, "PENDING", "taken, to be answered later")
        return number

    def requests(self, query):
        return [request for request in self.peer.requests if request.about == query]

    def operations(self, query):
        return [request.operation for request in self.requests(query)]

    def test_answer_that_comes_later(self):
        self.peer.data, self.peer.states, self.peer.ready_after = vehicle, ["ON_DELIVERY", "ON_DELIVERY", "DELIVERED"], 2
        query = str(uuid.uuid4())
        answer = self.adapter.wait(self.begin(query=query))
        self.expect(answer, "ANSWERED")
        self.assertEqual([record["plate"] for record in answer.records], [PLATE])
        self.assertEqual(self.peer.bad_signatures, 0)
        self.assertEqual(self.peer.delivered, [f"answer-{query}"])
        self.assertEqual(self.operations(query), ["sendMessage"] + ["getMessageStatus"] * 3 + ["getMessages"] +
                         ["getMessageStatus", "getMessages"] * 2 + ["sendDeliveryNotification"])
        sent, asked = self.requests(query)[0], self.requests(query)[4]
        self.assertEqual((sent.space, sent.path, sent.message_id), (ASYNC, "/soap/async", query))
        self.assertEqual((text(sent.info, "messageType"), text(sent.info, "serviceId")), ("REQUEST", "Service05"))
        self.assertEqual((text(asked.request, "correlationId"), text(asked.request, "serviceId")), (query, "Service05"))
        [find] = sent.data
        self.assertEqual((dict(find.attrib), [child.tag for child in find]), ({}, ["plate"]))

    def test_many_at_once(self):
        self.peer.data, self.peer.ready_after = vehicle, 1
        plates = [f"{number:03}AAA99" for number in range(6)]
        numbers = [(plate, self.adapter.send(5, {"plate": plate})) for plate in plates]
        for plate, number in numbers:
            self.assertEqual(self.adapter.wait(number).outcome, "PENDING")
            self.assertEqual([record["plate"] for record in self.adapter.wait(number).records], [plate])

    def test_not_delivered(self):
        for state in ("NOT_DELIVERED", "DELIVERY_STOPPED"):
            self.peer.reset()
            self.peer.states = ["ON_DELIVERY", state]
            self.expect(self.adapter.wait(self.begin()), "FAILED", "not delivered to the registry")

    def test_what_cannot_be_believed_is_asked_again(self):
        """A spoilt status, a spoilt answer: neither is the registry's word; the right one that follows is."""
        spoils = [("getMessageStatus", "after", lambda e: e.replace(b"DELIVERED", b"NOT_DELIVERED")),
                  ("getMessages", "after", lambda e: e.replace(PLATE.encode(), b"999ZZZ99")),
                  ("getMessages", "key", "stranger"), ("getMessages", "transport", soap_peer.half),
                  ("getMessageStatus", "status", 503), ("getMessages", "after", lambda e: b"")]
        for operation, name, value in spoils:
            self.peer.reset()
            self.peer.data, self.peer.only_for = vehicle, operation
            setattr(self.peer, name, value)
            query = str(uuid.uuid4())
            number = self.begin(query=query)
            until(lambda: self.operations(query).count(operation) >= 3)
            with self.adapter.client.changed:
                self.assertNotIn(number, self.adapter.client.answers, (operation, name))
            self.peer.only_for = "none"
            answer = self.adapter.wait(number)
            self.assertEqual([record["plate"] for record in answer.records], [PLATE])

    def test_answer_of_another_message_is_not_ours(self):
        self.peer.data, self.peer.answered = vehicle, str(uuid.uuid4())
        query = str(uuid.uuid4())
        number = self.begin(query=query)
        until(lambda: self.operations(query).count("getMessages") >= 3)
        with self.adapter.client.changed:
            self.assertNotIn(number, self.adapter.client.answers)
        self.peer.answered = None
        self.assertEqual([record["plate"] for record in self.adapter.wait(number).records], [PLATE])

    def test_taken_under_another_id(self):
        self.peer.correlation = str(uuid.uuid4())
        self.expect(self.adapter.call(5, {"plate": PLATE}), "FAILED", "answer to another message")

    def test_refused_at_once(self):
        self.peer.fault("SCSE009")
        self.expect(self.adapter.call(5, {"plate": PLATE}), "FAILED", "SOAP fault SCSE009")

    def test_answer_delivered_twice(self):
        self.peer.data, self.peer.copies = vehicle, 2
        answer = self.adapter.wait(self.begin())
        self.assertEqual([record["plate"] for record in answer.records], [PLATE])
        self.assertEqual(len(self.peer.delivered), 1)

    def test_notification_that_fails_harms_nothing(self):
        self.peer.data, self.peer.only_for, self.peer.transport = vehicle, "sendDeliveryNotification", soap_peer.reset
        answer = self.adapter.wait(self.begin())
        self.assertEqual([record["plate"] for record in answer.records], [PLATE])

    def test_restart_then_settle(self):
        self.peer.data, self.peer.states = vehicle, ["ON_DELIVERY"]
        query = str(uuid.uuid4())
        adapter = self.start()
        self.begin(query=query, adapter=adapter)
        adapter.process.kill()
        adapter.process.wait()
        adapter = self.start()
        self.addCleanup(adapter.stop)
        number = adapter.send(5, {"plate": PLATE}, query, mode=harness.SETTLE)
        self.expect(adapter.wait(number), "PENDING", "on its way to the registry")
        self.peer.states = ["DELIVERED"]
        self.assertEqual([record["plate"] for record in adapter.wait(number).records], [PLATE])
        self.assertEqual(self.peer.taken[query]["sent"], 1)
        self.assertEqual(self.ask(5, {"plate": PLATE}, mode=harness.SETTLE, adapter=adapter).outcome, "UNKNOWN")

    def test_misfit_is_final(self):
        self.peer.data = lambda request: "<vehicles><vehicle>x<plate/></vehicle></vehicles>"
        self.expect(self.adapter.wait(self.begin()), "FAILED", "answer is no list of records")


class AsyncNever(SoapCase):
    limits = "[later]\npoll_ms = 50\npoll_max_ms = 200\npending_s = 1\n"

    def test_never_ready(self):
        self.peer.data, self.peer.ready_after = vehicle, 10 ** 9
        number = self.adapter.send(5, {"plate": PLATE})
        self.assertEqual(self.adapter.wait(number).outcome, "PENDING")
        answer = self.adapter.wait(number)
        self.expect(answer, "TIMEOUT", "the registry took it and has not answered in time")
        self.assertEqual(self.peer.delivered, [])


if __name__ == "__main__":
    unittest.main(verbosity=1)
