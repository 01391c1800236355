"""A real qao-front for a test, with certificates of the stand-in authority and a gateway that the test plays itself."""
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time

FRONT, MAKE_CERTS = None, None  # set by the test program
REQUEST, REPLY, DELIVERY, REFUSAL, TRUST = 1, 2, 3, 4, 5
SECONDS = 20  # nothing that is waited for may take longer


def wait_until(what, seconds=SECONDS):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = what()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError("waited too long")


def never(what, seconds):
    """Fails as soon as it is true within the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            raise AssertionError("came true")
        time.sleep(0.01)


class Reader:
    def __init__(self, data):
        self.data = data

    def take(self, size):
        part, self.data = self.data[:size], self.data[size:]
        assert len(part) == size
        return part

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def field(self):
        return self.take(self.number(4))


class Request:
    FIELDS = ("peer_address", "method", "path", "content_type", "accept", "accept_language", "certificate", "body")

    def __init__(self, data):
        reader = Reader(data)
        self.id, self.connection, self.arrival_us = (reader.number(8) for _ in range(3))
        self.listener = reader.number(1)
        for name in self.FIELDS:
            setattr(self, name, reader.field())
        assert reader.data == b""


def field(data):
    return struct.pack(">I", len(data)) + data


class Gateway:
    """Listens where the front connects to. answer(request) gives (status, headers, body, wants_delivery) or None."""

    def __init__(self, path, answer=None):
        self.path, self.answer = path, answer or (lambda request: (200, [], b"{}", False))
        self.requests, self.deliveries, self.refusals = [], [], []
        self.connection = None
        self.lock = threading.Lock()
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(str(path))
        self.server.listen(4)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            self.connection = connection
            try:
                self.read(connection)
            except (EOFError, OSError):
                pass

    def read(self, connection):
        stream = connection.makefile("rb")
        while True:
            header = stream.read(6)
            if len(header) < 6:
                raise EOFError
            length, kind = struct.unpack(">IH", header)
            body = stream.read(length - 2)
            if kind == REQUEST:
                request = Request(body)
                self.requests.append(request)
                reply = self.answer(request)
                if reply:
                    self.reply(request, *reply)
            elif kind == DELIVERY:
                reader = Reader(body)
                self.deliveries.append((reader.number(8), reader.number(1)))
            elif kind == REFUSAL:
                reader = Reader(body)
                at_us, count, verdict = reader.number(8), reader.number(4), reader.number(1)
                self.refusals.append((at_us, count, verdict, reader.field(), reader.field(), reader.field()))

    def send(self, kind, body):
        with self.lock:
            self.connection.sendall(struct.pack(">IH", len(body) + 2, kind) + body)

    def reply(self, request, status, headers, body, wants_delivery=False):
        message = struct.pack(">QHBB", request.id, status, wants_delivery, len(headers))
        for name, value in headers:
            message += field(name) + field(value)
        self.send(REPLY, message + field(body))

    def stop(self):
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        if self.connection:
            try:
                self.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            self.connection.close()
        os.unlink(self.path)


class Certificates:
    """Made once for all tests; each front works on a copy."""
    folder = None

    @classmethod
    def copy(cls, to):
        if not cls.folder:
            cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="qao-front-certs-"))
            subprocess.run([MAKE_CERTS, cls.folder], check=True)
        shutil.copytree(cls.folder, to)

    @classmethod
    def remove(cls):
        if cls.folder:
            shutil.rmtree(cls.folder, ignore_errors=True)


DEFAULTS = {
    "listen": {"address": "127.0.0.1", "port": 0},
    "local": {"port": 0},
    "limits": {"connections_per_address_max": 2048},
    "deadlines": {},
    "refusals": {},
}


class Front:
    def __init__(self, gateway=True, answer=None, **settings):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="qao-front-"))
        self.certs = self.folder / "certs"
        Certificates.copy(self.certs)
        (self.folder / "run").mkdir()
        self.socket_path = self.folder / "run" / "g"
        self.gateway = Gateway(self.socket_path, answer) if gateway else None
        values = {section: {**DEFAULTS.get(section, {}), **settings.get(section, {})}
                  for section in {**DEFAULTS, **settings}}
        values["tls"] = {"certificate": self.certs / "server.pem", "key": self.certs / "server.key"}
        values.setdefault("trust", {})
        values["trust"] = {"ca": self.certs / "ca.pem", "crl": self.certs / "crl.pem", **values["trust"]}
        values["gateway"] = {"socket": self.socket_path, "user": os.getuid()}
        self.config = self.folder / "front.ini"
        self.config.write_text("".join(f"[{section}]\n" + "".join(f"{k} = {v}\n" for k, v in pairs.items())
                                       for section, pairs in values.items()))
        self.log_path = self.folder / "log"
        with open(self.log_path, "w") as log:
            self.process = subprocess.Popen([FRONT, "--config", self.config], stderr=log)
        self.wait_for_log("event=listening")
        found = re.search(r"event=listening port=(\d+) local_port=(\d+)", self.log())
        self.port, self.local_port = int(found[1]), int(found[2])
        if gateway:
            self.wait_for_log("event=gateway-connected")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(SECONDS)
        finally:
            self.process.kill()
            if self.gateway:
                self.gateway.stop()
                self.gateway = None
        text = self.log()
        shutil.rmtree(self.folder, ignore_errors=True)
        assert code == 0, f"qao-front ended with {code}:\n{text}"
        assert not re.search("ERROR: |runtime error|ThreadSanitizer", text), text

    def log(self):
        return self.log_path.read_text()

    def wait_for_log(self, text, count=1):
        wait_until(lambda: self.log().count(text) >= count or self.process.poll() is not None)
        assert self.log().count(text) >= count, self.log()

    def context(self, name="officer", version=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.certs / "ca.pem")
        if name:
            context.load_cert_chain(self.certs / f"{name}.pem", self.certs / f"{name}.key")
        if version:
            context.minimum_version = context.maximum_version = version
        return context

    def raw(self, source="127.0.0.1"):
        plain = socket.create_connection(("127.0.0.1", self.port), SECONDS, source_address=(source, 0))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return plain

    def connect(self, name="officer", version=None, source="127.0.0.1", context=None):
        return Connection((context or self.context(name, version)).wrap_socket(self.raw(source),
                                                                              server_hostname="localhost"))

    def local(self, path):
        with socket.create_connection(("127.0.0.1", self.local_port), SECONDS) as plain:
            return Connection(plain).ask("GET", path)

    def metric(self, name):
        text = self.local("/metrics")[2].decode()
        return int(re.search(rf"^qao_front_{name} (-?\d+)$", text, re.M)[1])

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mib(self):
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text())[1]) / 1024


class Connection:
    """HTTP/1.1 by hand, so that a test can also say what no client would."""

    def __init__(self, stream):
        self.stream, self.rest = stream, b""

    def close(self):
        self.stream.close()

    def send(self, data):
        self.stream.sendall(data)

    def fill(self):
        part = self.stream.recv(65536)
        if not part:
            raise EOFError
        self.rest += part

    def reply(self, has_body=True):
        while b"\r\n\r\n" not in self.rest:
            self.fill()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        length = int(headers.get("content-length", 0)) if has_body else 0
        while len(self.rest) < length:
            self.fill()
        body, self.rest = self.rest[:length], self.rest[length:]
        return int(lines[0].split()[1]), headers, body

    def ask(self, method="GET", path="/", body=None, headers=()):
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b""))
        return self.reply(method != "HEAD")

    def is_closed(self):
        """Waits for the other end to close and keeps what it still says; true also for a reset."""
        try:
            while part := self.stream.recv(65536):
                self.rest += part
            return True
        except (ConnectionError, ssl.SSLError, EOFError):
            return True
        except TimeoutError:
            return False
