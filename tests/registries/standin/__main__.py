#!/usr/bin/python3
"""The stand-in registries: serves services over HTTP and SOAP from a fictional country, with faults on demand.

usage: /usr/bin/python3 tests/registries/standin --folder DIR [--listen 127.0.0.1:0] [--control 127.0.0.1:0]

Makes its certificates in DIR, then writes DIR/ports.json ({"tls": N, "control": N}) when it listens; the control port is
plain HTTP. Listens on loopback only. SIGTERM or SIGINT ends it. docs/PROTOCOL-SERVICES.md says what it serves.
"""
import argparse
import asyncio
import ipaddress
import json
import os
import pathlib
import resource
import signal
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from aiohttp import web  # noqa: E402 (the path first)

import catalogue  # noqa: E402
import country  # noqa: E402
import listen  # noqa: E402
from certificates import Certificates  # noqa: E402
from faults import Faults  # noqa: E402
from memory import Memory  # noqa: E402
from soap import Channels  # noqa: E402

BACKLOG = 4096


def loopback(text):
    address, _, port = text.rpartition(":")
    if not ipaddress.ip_address(address.strip("[]")).is_loopback:
        raise argparse.ArgumentTypeError("only loopback: whoever may connect may break it")
    return address.strip("[]"), int(port)


def arguments():
    parser = argparse.ArgumentParser(prog="standin", description="Stand-in registries over HTTP and SOAP.")
    parser.add_argument("--folder", required=True, type=pathlib.Path, help="certificates, ports.json and what acts were done")
    parser.add_argument("--listen", default=("127.0.0.1", 0), type=loopback, help="loopback address and port of the registries")
    parser.add_argument("--control", default=("127.0.0.1", 0), type=loopback, help="loopback address and port for faults")
    parser.add_argument("--seed", type=int, default=1, help="of the country; the databases must have the same")
    parser.add_argument("--later-ms", type=int, default=300, help="after which the asynchronous channel has an answer")
    parser.add_argument("--certificates-only", action="store_true", help="make the certificates and end")
    return parser.parse_args()


def served(registries, made):
    """The services that have both a configuration and records."""
    found = (catalogue.service(registry, number) for registry in registries for number in registry.services if number in made.served)
    return {service.number: service for service in found if service}


async def serve(options, certificates, registries):
    made = country.Country(options.seed)
    services = served(registries, made)
    faults, memory = Faults(services), Memory(options.folder / "acts.json")
    channels = Channels(services, made, memory, faults, certificates, options.later_ms)
    runners = []
    ports = {}
    for name, app, (address, port), context in (
            ("tls", listen.Registries(services, made, memory, faults, channels).app, options.listen, listen.tls(certificates)),
            ("control", listen.Control(services, made, faults).app, options.control, None)):
        runner = web.AppRunner(app, access_log=None, handle_signals=False)
        runners.append(runner)
        await runner.setup()
        site = web.TCPSite(runner, address, port, ssl_context=context, backlog=BACKLOG, shutdown_timeout=1)
        await site.start()
        ports[name] = runner.addresses[0][1]
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    new = options.folder / "ports.new"
    new.write_text(json.dumps(ports) + "\n", encoding="utf-8")
    os.replace(new, options.folder / "ports.json")
    await stop.wait()
    (options.folder / "ports.json").unlink(missing_ok=True)
    for runner in runners:
        await runner.cleanup()


def main():
    options = arguments()
    options.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (options.folder / "ports.json").unlink(missing_ok=True)
    registries = [registry for registry in catalogue.registries() if registry.adapter != "sql"]
    certificates = Certificates(options.folder)
    certificates.make(registries)
    if options.certificates_only:
        return 0
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a connection each: a thousand at once are expected
    asyncio.run(serve(options, certificates, registries))
    return 0


if __name__ == "__main__":
    sys.exit(main())
