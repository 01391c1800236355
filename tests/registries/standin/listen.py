"""What listens: the registries behind mutual TLS, and the control port on which faults are asked for."""
import asyncio
import json
import ssl

from aiohttp import web

import catalogue
import faults
import soap

BODY_MAX = 256 * 1024
JSON = "application/json"


def told(records, pointer):
    """The whole answer, with the records where the JSON pointer says."""
    answer = records
    for name in reversed([part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]):
        answer = {name: answer}
    return answer


class Registries:
    def __init__(self, services, country, memory, active_faults, channels):
        self.services = services
        self.country = country
        self.memory = memory
        self.faults = active_faults
        self.channels = channels
        self.routes = {}  # registry -> [(service, route, is_settle)]
        for service in services.values():
            if service.adapter == "http":
                routes = self.routes.setdefault(service.registry, [])
                routes.append((service, catalogue.Route(service.path, service.types), False))
                if service.settle:
                    routes.append((service, catalogue.Route(service.settle, service.types), True))
        self.app = web.Application(client_max_size=BODY_MAX)
        self.app.router.add_post("/{registry}/soap/{channel}", self.soap)
        self.app.router.add_route("*", "/{registry}/{rest:.*}", self.http)

    # --- who asks, and what ---

    @staticmethod
    def client(request):
        """The registry for which the caller has a certificate."""
        shown = request.transport.get_extra_info("peercert") if request.transport else None
        names = dict(pair for part in (shown or {}).get("subject", ()) for pair in part)
        return names.get("commonName")

    async def http(self, request):
        registry = request.match_info["registry"]
        if registry not in self.routes:
            raise web.HTTPNotFound
        if self.client(request) != registry:
            raise web.HTTPForbidden(text="this certificate is for another registry")
        path, _, query = request.raw_path.removeprefix(f"/{registry}").partition("?")
        for service, route, is_settle in self.routes[registry]:
            try:
                asked = route.match(path, query)
            except ValueError:
                raise web.HTTPBadRequest(text="query") from None
            if asked is None:
                continue
            if request.method != ("GET" if is_settle else service.method):
                continue
            if is_settle:
                return web.json_response(told(self.memory.find(asked["query"], service.number) or [], service.records))
            return await self.serve(request, service, await self.asked(request, service, asked))
        raise web.HTTPNotFound

    async def asked(self, request, service, asked):
        if service.method == "POST":
            if request.content_type != JSON:
                raise web.HTTPUnsupportedMediaType
            try:
                body = json.loads(await request.read())
                given = catalogue.asked_in_body(service.request, [name for name in service.parameters if name not in asked], body, service.types)
            except (ValueError, AttributeError) as error:
                raise web.HTTPBadRequest(text=f"body: {error}") from None
            if set(asked) & set(given):
                raise web.HTTPBadRequest(text="a parameter twice")
            asked = {**asked, **given}
        return asked

    async def serve(self, request, service, asked):
        fault = self.faults.take(service.number)
        await self.before(request, fault)
        if fault and fault.kind == "http-500" and not fault.after:
            return refused(fault.status)
        records = self.records(service, asked, fault)
        if fault and fault.kind == "http-500":
            return refused(fault.status)
        body = json.dumps(told([service.maps.wire(record) for record in records], service.records), ensure_ascii=False).encode()
        return await self.answer(request, 200, JSON, body, fault)

    def records(self, service, asked, fault):
        query = asked.pop("query", None)
        if service.is_act:
            if not query:
                raise web.HTTPBadRequest(text="an act without the query's id")
            try:
                records = self.memory.act(self.country, service.number, query, asked)
            except ValueError as error:
                raise web.HTTPUnprocessableEntity(text=str(error)) from None
        else:
            records = self.country.ask(service.number, asked)
        if fault and fault.kind == "wrong-person":
            return faults.other_person(service, records)
        return faults.other_schema(service, records) if fault and fault.kind == "wrong-schema" else records

    # --- the state gateway ---

    async def soap(self, request):
        registry, channel = request.match_info["registry"], request.match_info["channel"]
        space = soap.SYNC if channel == "sync" else soap.ASYNC
        if self.client(request) != registry or channel not in ("sync", "async"):
            raise web.HTTPForbidden(text="this certificate is for another registry")
        if request.content_type != "text/xml":
            raise web.HTTPUnsupportedMediaType
        body, fault = await request.read(), None
        try:
            operation, message, info = self.channels.open(body)
            name = soap.etree.QName(operation)
            if name.namespace != space:
                raise soap.Fault("UnknownOperation", "of another channel")
            if name.localname == ("SendMessage" if channel == "sync" else "sendMessage"):
                service = self.channels.service_of(info, channel, registry)
                fault = self.faults.take(service.number)
                await self.before(request, fault)
                if fault and fault.kind == "soap-fault" and not fault.after:
                    raise soap.Fault("InternalError", "the registry does not answer")
                send = self.channels.send_sync if channel == "sync" else self.channels.send_async
                answer = send(service, message, info, fault)
            elif channel == "async" and name.localname == "getMessageStatus":
                answer = self.channels.status(info)
            elif channel == "async" and name.localname == "getMessages":
                answer = self.channels.answers(info)
            elif channel == "async" and name.localname == "sendDeliveryNotification":
                answer = self.channels.delivered(message)
            else:
                raise soap.Fault("UnknownOperation", "no such operation")
        except soap.Fault as error:
            return web.Response(status=500, body=self.channels.fault(error, space), content_type="text/xml", charset="utf-8")
        return await self.answer(request, 200, "text/xml", answer, fault)

    # --- what goes wrong on the way ---

    async def before(self, request, fault):
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.ms / 1000)
        if fault and fault.kind == "reset" and not fault.after:
            request.transport.abort()
            raise asyncio.CancelledError

    @staticmethod
    async def answer(request, status, content_type, body, fault):
        kind = fault.kind if fault else ""
        if kind == "reset":
            request.transport.abort()
            raise asyncio.CancelledError
        if kind not in ("half", "endless"):
            return web.Response(status=status, body=body, content_type=content_type, charset="utf-8")
        response = web.StreamResponse(status=status, headers={"Content-Type": f"{content_type}; charset=utf-8"})
        if kind == "half":
            response.content_length = len(body)
            await response.prepare(request)
            await response.write(body[:max(len(body) // 2, 1)])
            request.transport.close()
            raise asyncio.CancelledError
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(body[:len(body) // 2])
        while True:  # until the caller has had enough
            await response.write(b" " * 65536)


def refused(status):
    """An error of HTTP; 503 with the wish to be asked again."""
    return web.Response(status=status, headers={"Retry-After": "1"} if status == 503 else None, text="fault\n")


class Control:
    """GET, POST and DELETE /faults; GET /services: who is served, and how often each was asked."""

    def __init__(self, services, country, active_faults):
        self.services = services
        self.country = country
        self.faults = active_faults
        self.app = web.Application(client_max_size=BODY_MAX)
        self.app.add_routes([web.get("/faults", self.list), web.post("/faults", self.add), web.delete("/faults", self.clear),
                             web.get("/services", self.served), web.get("/samples/{number}", self.samples)])

    async def list(self, _):
        return web.json_response(self.faults.told())

    async def add(self, request):
        try:
            self.faults.add(json.loads(await request.read()))
        except ValueError as error:
            raise web.HTTPBadRequest(text=f"{error}\n") from None
        return web.json_response(self.faults.told())

    async def clear(self, request):
        number = request.query.get("service")
        self.faults.clear(int(number) if number else None)
        return web.json_response(self.faults.told())

    async def served(self, _):
        return web.json_response({str(number): {"registry": service.registry, "adapter": service.adapter, "asked": self.faults.asked.get(number, 0)}
                                  for number, service in sorted(self.services.items())})

    async def samples(self, request):
        number = int(request.match_info["number"])
        if self.country.service(number) is None:
            raise web.HTTPNotFound
        return web.json_response(self.country.samples(number))


def tls(certificates):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificates.server.with_suffix(".pem"), certificates.server.with_suffix(".key"))
    context.load_verify_locations(certificates.ca.with_suffix(".pem"))
    context.verify_mode = ssl.CERT_REQUIRED
    return context
