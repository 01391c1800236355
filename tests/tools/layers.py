#!/usr/bin/env python3
"""Reads the includes of every room and fails on one that DESIGN keeps out of it.

A room may include itself, the rooms below it, and the libraries named here. What is not named is forbidden.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

SYSTEM = {"openssl", "jansson", "libpq", "microhttpd", "gnutls", "curl", "xml", "ini", "seccomp", "uuid"}
LIBRARY_OF = [
    (re.compile(r"^openssl/"), "openssl"),
    (re.compile(r"^jansson"), "jansson"),
    (re.compile(r"^(libpq-fe|postgres|pg_|libpq/)"), "libpq"),
    (re.compile(r"^microhttpd"), "microhttpd"),
    (re.compile(r"^gnutls/"), "gnutls"),
    (re.compile(r"^curl/"), "curl"),
    (re.compile(r"^(libxml|xmlsec)/"), "xml"),
    (re.compile(r"^ini\.h"), "ini"),
    (re.compile(r"^(seccomp|linux/(seccomp|landlock|filter|audit))"), "seccomp"),
    (re.compile(r"^uuid/"), "uuid"),
    (re.compile(r"^(sys/(socket|un)|netinet/|arpa/|netdb)"), "sockets"),
    (re.compile(r"^(time|sys/time)\.h"), "clocks"),
]

# folder -> (rooms it may include, libraries it may include); the longest matching folder decides
RULES = {
    "base": ({"base"}, {"ini", "seccomp", "sockets", "clocks"}),
    "policy": ({"base", "policy"}, set()),
    "certs": ({"base", "certs"}, {"openssl", "clocks"}),
    "audit": ({"base", "audit"}, {"openssl", "clocks"}),
    "schema/store": ({"base", "audit", "schema/store"}, {"libpq", "sockets", "clocks"}),
    "gateway/link": ({"base", "gateway/link"}, {"sockets", "clocks"}),
    "gateway/wire": ({"base", "policy", "gateway/wire"}, {"jansson"}),
    "gateway/front": ({"base", "certs", "gateway/link", "gateway/front"},
                      {"microhttpd", "gnutls", "sockets", "clocks"}),
    "gateway/adapters": ({"base", "gateway/link", "gateway/wire", "gateway/adapters"},
                         {"libpq", "curl", "sockets", "jansson", "openssl", "xml", "clocks"}),
    "gateway/registry": ({"base", "policy", "schema/store", "gateway/wire", "gateway/registry"}, {"jansson"}),
    "gateway/core": ({"base", "certs", "policy", "audit", "schema/store", "gateway/link", "gateway/wire",
                      "gateway/registry", "gateway/core"}, {"openssl", "jansson", "clocks"}),
    "gateway/cli": ({"base", "certs", "policy", "audit", "schema/store", "gateway/wire", "gateway/cli"},
                    {"openssl", "jansson", "curl", "uuid", "clocks"}),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def rule_of(path):
    folder = str(path.parent)
    while folder != ".":
        if folder in RULES:
            return folder
        folder = str(pathlib.PurePosixPath(folder).parent)
    return None


def room_of(name):
    folder = str(pathlib.PurePosixPath(name).parent)
    while folder != ".":
        if folder in RULES:
            return folder
        folder = str(pathlib.PurePosixPath(folder).parent)
    return None


def faults_of(path):
    rule = rule_of(path)
    if rule is None:
        return [f"{path}: lies in no room"]
    rooms, libraries = RULES[rule]
    found = []
    for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, name = match.groups()
        if quote == '"':
            room = room_of(name)
            if room is None and not (ROOT / name).exists():
                continue  # generated beside the build
            if room not in rooms:
                found.append(f'{path}:{number}: {rule}/ may not know "{name}"')
            continue
        for pattern, library in LIBRARY_OF:
            if pattern.match(name) and library not in libraries:
                found.append(f"{path}:{number}: {rule}/ may not know <{name}> ({library})")
    return found


def main():
    files = sorted(
        path.relative_to(ROOT)
        for room in ("base", "certs", "policy", "audit", "schema", "gateway")
        for path in (ROOT / room).rglob("*.[ch]")
    )
    if not files:
        sys.exit("layers: found no source at all")
    faults = [fault for path in files for fault in faults_of(path)]
    for fault in faults:
        print(fault)
    print(f"layers: {len(files)} files read, {len(faults)} forbidden includes")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
