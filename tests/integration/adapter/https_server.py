"""A registry over TLS that does as it is told, byte by byte: what a real server's library would not let one do wrong."""
import json
import pathlib
import socket
import ssl
import subprocess
import threading

HOST = "registry.test"


class Authority:
    """Certificates for one run of the tests, by the openssl program."""

    def __init__(self, folder, name="ca"):
        self.folder, self.name, self.serial = pathlib.Path(folder), name, 0
        self.folder.mkdir(parents=True, exist_ok=True)
        self.certificate = self.folder / f"{name}.pem"
        self.key = self.folder / f"{name}.key"
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-keyout",
                     self.key, "-out", self.certificate, "-subj", f"/CN={name}")

    def openssl(self, *arguments, text=None):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, input=text, text=True)

    def issue(self, name, subject_alternative=None, days="2"):
        """Paths of a certificate and its key; a negative number of days has passed."""
        certificate, key, request = (self.folder / f"{name}.{end}" for end in ("pem", "key", "csr"))
        self.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
                     request, "-subj", f"/CN={name}")
        key.chmod(0o600)
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={subject_alternative}\n" if subject_alternative else "basicConstraints=CA:FALSE\n")
        self.openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial", "-out",
                     certificate, "-days", days, "-extfile", extensions)
        return certificate, key


class Request:
    def __init__(self, head, body):
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, self.version = first.split(" ")
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines if line)}
        self.body = body

    def json(self):
        return json.loads(self.body)


def response(body=b"[]", status="200 OK", kind="application/json", **headers):
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status}"] + ([f"Content-Type: {kind}"] if kind else []) + [f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Registry:
    """Listens, keeps every request it has seen, and answers each with what answer(request, stream) returns; None closes
    the connection."""

    def __init__(self, certificate, key, client_ca=None, answer=None):
        self.answer = answer or (lambda request, stream: response())
        self.requests, self.connections, self.peers, self.errors = [], 0, [], []
        self.hang_up = 0  # on so many connections before a word of TLS
        self.lock = threading.Lock()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        if client_ca:
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(client_ca)
        self.ended = threading.Event()
        self.open()

    def open(self, port=0):
        self.socket = socket.create_server(("127.0.0.1", port), backlog=256)
        self.port = self.socket.getsockname()[1]
        self.streams = set()
        threading.Thread(target=self.accept_all, args=(self.socket,), daemon=True).start()

    def accept_all(self, listener):
        while True:
            try:
                raw, _ = listener.accept()
            except OSError:
                return
            if self.hang_up > 0:
                self.hang_up -= 1
                raw.close()
                continue
            threading.Thread(target=self.serve, args=(raw,), daemon=True).start()

    def serve(self, raw):
        try:
            stream = self.context.wrap_socket(raw, server_side=True)
        except OSError as error:
            with self.lock:
                self.errors.append(error)
            raw.close()
            return
        with self.lock:
            self.connections += 1
            self.peers.append(stream.getpeercert())
            self.streams.add(stream)
        try:
            with stream, stream.makefile("rb") as reader:
                while self.serve_one(stream, reader):
                    pass
        except OSError as error:
            with self.lock:
                self.errors.append(error)
        finally:
            with self.lock:
                self.streams.discard(stream)

    def serve_one(self, stream, reader):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = reader.readline()
            if not line:
                return False
            head += line
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        request = Request(head[:-4], reader.read(length))
        with self.lock:
            self.requests.append(request)
        answer = self.answer(request, stream)
        if answer is None:
            return False
        stream.sendall(answer)
        return True

    def close_connections(self):
        with self.lock:
            streams = list(self.streams)
        for stream in streams:
            try:
                stream.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def stop(self):
        self.ended.set()
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
        self.close_connections()
