"""The two channels of the state gateway (SOAP 1.1, document/literal): synchronous, and send, poll, deliver."""
import datetime
import time
import uuid

from lxml import etree

import catalogue
import faults
import signing
from signing import SOAP, Wrong

SYNC = "http://bip.bee.kz/SyncChannel/v10/Types"
ASYNC = "http://bip.bee.kz/AsyncChannel/v10/Types"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
MESSAGES_MAX = 20_000  # of the asynchronous channel that are remembered


class Fault(Exception):
    """What the state gateway answers instead: a code and a few words."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def now():
    return datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=5))).isoformat(timespec="milliseconds")


def read(text):
    """A document without document type, entities and network."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_pis=False)
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError:
        raise Fault("MalformedMessage", "not XML") from None
    if root.getroottree().docinfo.doctype or any(not isinstance(node.tag, str) for node in root.iter() if node.tag is not etree.Comment):
        raise Fault("MalformedMessage", "a document type or processing instruction")
    return root


def local(element):
    return etree.QName(element).localname


def child(element, *names):
    """Down by local names; None where there is nothing."""
    for name in names:
        element = next((one for one in element if isinstance(one.tag, str) and local(one) == name), None) if element is not None else None
    return element


def text(element, *names):
    found = child(element, *names)
    return (found.text or "").strip() if found is not None else ""


def add(parent, name, value):
    """A value as elements: an object's members, a list's items each by the name."""
    if isinstance(value, list):
        for item in value:
            add(parent, name, item)
        return
    element = etree.SubElement(parent, name)
    if isinstance(value, dict):
        for key, member in value.items():
            add(element, key, member)
    else:
        element.text = value


class Template:
    """A service's request template, read backwards: which parameters a request names."""

    def __init__(self, text_, types):
        self.root = read(text_.encode())
        self.types = types

    def asked(self, received):
        found = {}
        if received.tag != self.root.tag:
            raise Fault("InvalidRequest", "another root element")
        self.compare(self.root, received, found)
        return found

    def compare(self, template, received, found):
        """Whatever is in the one must be in the other, but for elements of parameters that were not given."""
        self.take((template.text or "").strip(), (received.text or "").strip(), found)
        for name, value in template.attrib.items():
            if received.get(name) is not None:
                self.take(value, received.get(name), found)
            elif not catalogue.PLACE.fullmatch(value):
                raise Fault("InvalidRequest", "an attribute is missing")
        theirs = [one for one in received if isinstance(one.tag, str) and not one.tag.startswith(f"{{{signing.DS}}}")]
        for ours in (one for one in template if isinstance(one.tag, str)):
            if theirs and theirs[0].tag == ours.tag:
                self.compare(ours, theirs.pop(0), found)
            elif not any(catalogue.PLACE.fullmatch((one.text or "").strip()) for one in ours.iter()):
                raise Fault("InvalidRequest", "an element is missing")
        if theirs:
            raise Fault("InvalidRequest", "a strange element")

    def take(self, template, value, found):
        place = catalogue.PLACE.fullmatch(template)
        if place is None:
            if template != value:
                raise Fault("InvalidRequest", "another text than agreed")
        elif place[1] in found and found[place[1]] != value:
            raise Fault("InvalidRequest", "two values of one parameter")
        else:
            try:
                found[place[1]] = catalogue.typed(self.types, place[1], value)
            except ValueError:
                raise Fault("InvalidRequest", "no number") from None


class Channels:
    def __init__(self, services, country, memory, active_faults, certificates, later_ms):
        self.by_id = {service.service_id: service for service in services.values() if service.adapter == "soap"}
        self.templates = {service.number: Template(service.template, service.types) for service in self.by_id.values()}
        self.settle_templates = {service.number: Template(service.settle_template, {}) for service in self.by_id.values() if service.settle_template}
        self.country = country
        self.memory = memory
        self.faults = active_faults
        self.password = certificates.password
        self.sender = "QAO"
        self.signer = signing.Signer(certificates.answer, certificates.sender)
        self.later_s = later_ms / 1000
        self.messages = {}  # of the asynchronous channel, by the id of the request

    # --- what comes in ---

    def open(self, body):
        """The operation's element of a signed envelope, and its request."""
        envelope = read(body)
        if envelope.tag != f"{{{SOAP}}}Envelope" or envelope.find(f"{{{SOAP}}}Body") is None:
            raise Fault("MalformedMessage", "no SOAP envelope")
        try:
            self.signer.verify_body(envelope)
        except Wrong as error:
            raise Fault("SignatureInvalid", str(error)) from None
        operation = next(iter(envelope.find(f"{{{SOAP}}}Body")), None)
        request = child(operation, "request")
        if request is None:
            raise Fault("MalformedMessage", "no request")
        info = next((one for one in (child(request, "requestInfo"), child(request, "messageInfo")) if one is not None), request)
        if (text(info, "sender", "senderId"), text(info, "sender", "password")) != (self.sender, self.password):
            raise Fault("AccessDenied", "sender or password")
        return operation, request, info

    def service_of(self, info, channel, registry):
        service = self.by_id.get(text(info, "serviceId"))
        if service is None or service.channel != channel or service.registry != registry:
            raise Fault("ServiceNotFound", "no such service of this sender in this channel")
        return service

    def asked_of(self, service, message_id, data):
        """The parameters of a request, and whether it only asks what became of it."""
        if data is None:
            raise Fault("InvalidRequest", "no data")
        if service.data == "string":
            data = read((data.text or "").encode())
            if service.is_signed:
                try:
                    self.signer.verify_enveloped(data)
                except Wrong as error:
                    raise Fault("DataSignatureInvalid", str(error)) from None
        try:
            asked, is_settle = self.templates[service.number].asked(data), False
        except Fault:
            if service.number not in self.settle_templates:
                raise
            asked, is_settle = self.settle_templates[service.number].asked(data), True
        if asked.pop("query", message_id) != message_id or asked.pop("sender", self.sender) != self.sender:
            raise Fault("InvalidRequest", "of another message or sender")
        asked.pop("now", None)
        return asked, is_settle

    # --- what goes out ---

    def records(self, service, message_id, asked, is_settle, fault):
        if is_settle:
            records = self.memory.find(message_id, service.number) or []
        elif service.is_act:
            try:
                records = self.memory.act(self.country, service.number, message_id, asked)
            except ValueError as error:
                raise Fault("Conflict", str(error)) from None
        else:
            records = self.country.ask(service.number, asked)
        if fault and fault.kind == "wrong-person":
            records = faults.other_person(service, records)
        if fault and fault.kind == "wrong-schema":
            records = faults.other_schema(service, records)
        return records

    def data(self, service, message_id, records):
        """The data element with the records at the service's path, and what such messages say besides."""
        *path, last = service.records.split("/")
        holder = etree.Element("data" if service.data == "node" else "Response")
        root = holder
        for name, value in (("messageId", str(uuid.uuid4())), ("correlationId", message_id), ("messageDate", now())):
            add(root, name, value)
        add(root, "messageResult", {"code": "00000" if records else "00001", "nameRu": "Найдено" if records else "Не найдено",
                                    "nameKz": "Табылды" if records else "Табылмады"})
        for name in path:
            holder = etree.SubElement(holder, name)
        for record in records:
            add(holder, last, service.maps.wire(record, is_text=True))
        if service.data == "node":
            return root
        if service.is_signed:
            self.signer.sign_enveloped(root)
        data = etree.Element("data", nsmap={"xsi": XSI, "xs": "http://www.w3.org/2001/XMLSchema"})
        data.set(f"{{{XSI}}}type", "xs:string")
        data.text = etree.tostring(root, encoding="unicode")
        return data

    def envelope(self, content):
        envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soapenv": SOAP})
        etree.SubElement(envelope, f"{{{SOAP}}}Header")
        etree.SubElement(envelope, f"{{{SOAP}}}Body").append(content)
        return envelope

    def signed(self, content, is_wrong=False):
        envelope = self.envelope(content)
        self.signer.sign_body(envelope, f"id-{uuid.uuid4()}")
        if is_wrong:  # what was signed is changed afterwards
            date = next(one for one in envelope.iter() if isinstance(one.tag, str) and local(one).endswith(("Date", "State")))
            date.text = (date.text or "") + "0"
        return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")

    def fault(self, error, space):
        fault = etree.Element(f"{{{SOAP}}}Fault")
        add(fault, "faultcode", "soapenv:Server")
        add(fault, "faultstring", str(error))
        detail = etree.SubElement(fault, "detail")
        name = "SendMessageFault1_SendMessageFault" if space == SYNC else "sendMessageFault"
        info = etree.SubElement(detail, f"{{{space}}}{name}", nsmap={"typ": space})
        for key, value in (("errorCode", error.code), ("errorMessage", str(error)), ("errorDate", now())):
            add(info, key, value)
        return self.signed(fault)

    # --- the synchronous channel ---

    def send_sync(self, service, request, info, fault):
        message_id = text(info, "messageId")
        asked, is_settle = self.asked_of(service, message_id, child(request, "requestData", "data"))
        records = self.records(service, message_id, asked, is_settle, fault)
        if fault and fault.kind == "soap-fault":
            raise Fault("InternalError", "the registry does not answer")
        answer = etree.Element(f"{{{SYNC}}}SendMessageResponse", nsmap={"typ": SYNC})
        response = etree.SubElement(answer, "response")
        add(response, "responseInfo", {"messageId": str(uuid.uuid4()), "correlationId": message_id, "responseDate": now(),
                                       "status": {"code": "Success", "message": "ОК"}, "sessionId": f"{{{uuid.uuid4()}}}"})
        etree.SubElement(response, "responseData").append(self.data(service, message_id, records))
        return self.signed(answer, fault is not None and fault.kind == "wrong-signature")

    # --- the asynchronous one ---

    def send_async(self, service, request, info, fault):
        """Takes a message, once; the answer is there a while later."""
        message_id = text(info, "messageId")
        if not message_id or text(info, "messageType") != "REQUEST":
            raise Fault("InvalidRequest", "no id, or no request")
        if fault and fault.kind == "soap-fault":
            raise Fault("InternalError", "the message was not taken")
        asked, _ = self.asked_of(service, message_id, child(request, "messageData", "data"))
        if message_id not in self.messages:
            if len(self.messages) >= MESSAGES_MAX:
                del self.messages[next(iter(self.messages))]
            self.messages[message_id] = {
                "service": service, "asked": asked, "fault": fault, "answer_id": str(uuid.uuid4()), "delivered": False,
                "ready": float("inf") if fault and fault.kind == "late" else time.monotonic() + self.later_s}
        return self.plain("sendMessage", {"messageId": message_id, "correlationId": message_id, "responseDate": now()})

    def plain(self, operation, response):
        answer = etree.Element(f"{{{ASYNC}}}{operation}Response", nsmap={"typ": ASYNC})
        add(answer, "response", response)
        return self.signed(answer)

    def status(self, info):
        message = self.messages.get(text(info, "messageId"))
        if message is None:
            raise Fault("MessageNotFound", "no such message")
        state = "DELIVERED" if message["ready"] <= time.monotonic() else "ON_DELIVERY"
        return self.plain("getMessageStatus", {"messageId": text(info, "messageId"), "messageState": state, "responseDate": now(),
                                               "status": {"statusCode": "Success", "statusMessage": "ОК"}})

    def answers(self, info):
        """The answer to one message, where it is ready; also to who asks again after it was delivered."""
        message_id = text(info, "correlationId")
        message = self.messages.get(message_id)
        answer = etree.Element(f"{{{ASYNC}}}getMessagesResponse", nsmap={"typ": ASYNC})
        response = etree.SubElement(answer, "response")
        fault = message["fault"] if message else None
        if message and message["ready"] <= time.monotonic():
            service = message["service"]
            content = etree.SubElement(response, "messages")
            add(content, "messageInfo", {"messageId": message["answer_id"], "correlationId": message_id, "serviceId": service.service_id,
                                         "messageType": "RESPONSE", "messageDate": now(), "sender": {"senderId": service.registry}})
            records = self.records(service, message_id, message["asked"], False, fault)
            etree.SubElement(content, "messageData").append(self.data(service, message_id, records))
        add(response, "responseDate", now())
        return self.signed(answer, fault is not None and fault.kind == "wrong-signature")

    def delivered(self, request):
        answer_id = text(request, "notification", "messageId")
        for message in self.messages.values():
            if message["answer_id"] == answer_id:
                message["delivered"] = True
        return self.plain("sendDeliveryNotification", {"responseDate": now()})
