"""A gateway that says what a test tells it to: mutual TLS, signed answers, receipts of a log made here. It decides
nothing; it is there to lie on demand."""

import base64
import hashlib
import http.server
import json
import os
import ssl
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "verify"))
from testlog import RunTimeKey, digest, tree_root, write, write_tiles  # noqa: E402

NOTICE = "Results belong in the case file; local copies are destroyed."


def canonical(value):
    """RFC 8785 for what occurs here: ASCII member names, integers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=True).stdout


def inclusion(hashes, index):
    """RFC 6962 section 2.1.1, the entry's sibling first."""
    if len(hashes) == 1:
        return []
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    if index < k:
        return inclusion(hashes[:k], index) + [tree_root(hashes[k:])]
    return inclusion(hashes[k:], index - k) + [tree_root(hashes[:k])]


def request_leaf(query, sent):
    """A leaf with the members that docs/PROTOCOL-LOG.md demands of a query.request."""
    at = "2026-11-22T12:00:00.000000+05:00"
    return canonical({
        "v": "qao.leaf/1", "kind": "query.request", "at": at, "signed_at": at, "message": "qao.query/1",
        "actor": {"iin": "500101100106", "body": "300140000015", "role": 2, "registration": 1, "registration_version": 1,
                  "registration_state": "active", "agreement_version": 1, "bases": ["operative_search"],
                  "network_allowed": True},
        "basis": "operative_search", "citations": [{"clause": 2}], "crls": ["ab" * 32], "effect": "permit",
        "connection": {"address": "127.0.0.1", "bin": "300140000015", "certificate": "cd" * 32, "iin": "500101100106"},
        "edition": {"id": "2022-04-29", "sha256": "ef" * 32}, "service": query["service"],
        "key": {"id": query["id"], "iin": "500101100106", "part": 0}, "signer": {"certificate": "cd" * 32},
        "query": {"bytes": len(sent), "sha256": hashlib.sha256(sent).hexdigest()}})


def refused_leaf(sent, codes):
    return canonical({
        "v": "qao.leaf/1", "kind": "query.refused", "at": "2026-11-22T12:00:00.000000+05:00", "reasons": codes,
        "connection": {"address": "127.0.0.1", "bin": "300140000015", "certificate": "cd" * 32, "iin": "500101100106"},
        "query": {"bytes": len(sent), "sha256": hashlib.sha256(sent).hexdigest()}})


def result_leaf(query, request, signed):
    """Of the request with that leaf hash, answered with the signed DER."""
    return canonical({
        "v": "qao.leaf/1", "kind": "query.result", "at": "2026-11-22T12:00:01.000000+05:00", "outcome": "answered",
        "key": {"id": query["id"], "iin": "500101100106", "part": 0}, "request": request.hex(),
        "answer": {"bytes": len(signed), "sha256": hashlib.sha256(signed).hexdigest()}})


def act_leaf(kind, act, sent, reasons=()):
    """Of a signed act: taken, or refused for these reasons."""
    return canonical({
        "v": "qao.leaf/1", "kind": kind, "at": "2026-11-22T12:00:00.000000+05:00", "data": {"reasons": list(reasons)},
        "key": {"id": act["id"], "iin": "500101100000", "part": 0}, "signer": {"certificate": "cd" * 32},
        "act": {"bytes": len(sent), "sha256": hashlib.sha256(sent).hexdigest()}})


class Log:
    """Entries of any form; checkpoints are signed when they are asked for."""

    entries = {}  # leaf hash -> entry, of all logs
    carries = True  # a proof carries its entry

    def __init__(self, folder, key, entries=()):
        self.folder, self.key = folder, key
        self.leaves = []
        for entry in entries:
            self.append(entry)

    def append(self, entry):
        self.leaves.append(digest(b"\x00" + entry))
        Log.entries[self.leaves[-1]] = entry
        return len(self.leaves) - 1

    def checkpoint(self, size=None):
        leaves = self.leaves[:size]
        return self.key.checkpoint(self.folder, len(leaves), tree_root(leaves)).decode()

    def proof(self, index, size=None, checkpoint=None):
        lines = [base64.b64encode(item).decode() + "\n" for item in inclusion(self.leaves[:size], index)]
        entry = Log.entries.get(self.leaves[index])
        extra = f"extra {base64.b64encode(entry).decode()}\n" if entry and self.carries else ""
        return (f"c2sp.org/tlog-proof@v1\n{extra}index {index}\n{''.join(lines)}\n"
                f"{checkpoint or self.checkpoint(size)}")

    def receipt(self, *indexes):
        names = ["request", "result"][:len(indexes)]
        receipt = {"log": self.key.name, "proofs": [self.proof(index) for index in indexes]}
        for name, index in zip(names, indexes):
            receipt[name] = {"index": index, "leaf": self.leaves[index].hex()}
        return receipt


class System:
    """Signs as an information system."""

    def __init__(self, cert, key):
        self.cert, self.key = cert, key

    def sign(self, content):
        return openssl("cms", "-sign", "-binary", "-nodetach", "-md", "sha256", "-outform", "DER", "-signer", self.cert,
                       "-inkey", self.key, data=content)

    def sign64(self, value):
        return base64.b64encode(self.sign(canonical(value))).decode()


def content_of(message):
    """What a client signed, without asking whether it was right to."""
    return json.loads(openssl("cms", "-verify", "-noverify", "-binary", "-inform", "DER", data=message))


class Gateway:
    """Serves while it is entered; `answer(method, path, body)` gives (status, headers, body)."""

    def __init__(self, instance, cert, key, answer):
        self.instance, self.answer, self.requests = instance, answer, []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        context.load_verify_locations(f"{instance}/ca/ca.pem")
        context.load_verify_locations(f"{instance}/ca/crl.pem")
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        context.verify_mode = ssl.CERT_REQUIRED
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                gateway.requests.append((self.command, self.path, dict(self.headers), body))
                status, headers, reply = gateway.answer(self.command, self.path, body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            do_GET = do_POST = serve

            def log_message(self, *arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def finish_request(self, request, client_address):
                request.settimeout(20)
                try:
                    with context.wrap_socket(request, server_side=True) as stream:
                        self.RequestHandlerClass(stream, client_address, self)
                except (ssl.SSLError, OSError):
                    pass  # a refused handshake; the client tells what it saw

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        write(f"{self.instance}/gateway.url", self.url.encode() + b"\n")
        return self

    def __exit__(self, *ignored):
        self.server.shutdown()
        self.server.server_close()
        os.unlink(f"{self.instance}/gateway.url")


__all__ = ["Gateway", "Log", "NOTICE", "RunTimeKey", "System", "act_leaf", "canonical", "content_of", "digest", "openssl", "write",
           "write_tiles"]
