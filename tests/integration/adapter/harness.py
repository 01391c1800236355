"""A private cluster with the synthetic registries, qao-adapter before it, and a client that speaks its frames."""
import json
import os
import pathlib
import pwd
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[3]
PG = ROOT / "tests/integration/pg.sh"
LOAD = ROOT / "tests/registries/load.sh"
sys.path.append(str(LOAD.parent))
import country  # noqa: E402 (the path first)
USER = pwd.getpwuid(os.getuid()).pw_name

CALL, ANSWER = 16, 17
OUTCOMES = ["UNKNOWN", "ANSWERED", "UNAVAILABLE", "FAILED", "TIMEOUT", "UNCONNECTED", "PENDING"]
ASK, SETTLE = 0, 1


class Cluster:
    """The synthetic registries in a cluster of their own."""

    def __init__(self, folder, add_cleanup):
        self.folder = folder
        add_cleanup(self.server, "remove")
        self.server("start", "--fast")
        with open(f"{folder}/data/pg_ident.conf", "a", encoding="utf-8") as ident:
            ident.write(subprocess.run([LOAD, "--ident", USER], check=True, capture_output=True, text=True).stdout)
        self.sql("postgres", "select pg_reload_conf()")
        subprocess.run([LOAD, "--psql", f"psql -h {folder} -U postgres"], check=True)

    def server(self, what, *arguments):
        subprocess.run([PG, what, self.folder, *arguments], check=True)

    def sql(self, database, text):
        run = subprocess.run(
            ["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "postgres", "-d", database],
            check=True, capture_output=True, text=True, input=text)
        return run.stdout.strip()


class Answer:
    def __init__(self, body):
        self.id, outcome, self.duration_us, size = struct.unpack(">QBQI", body[:21])
        self.outcome = OUTCOMES[outcome]
        self.raw = body[21:21 + size]
        self.detail = body[25 + size:].decode("ascii")
        self.records = json.loads(self.raw) if self.outcome == "ANSWERED" else None
        self.arrived = time.monotonic()

    def __repr__(self):
        return f"{self.outcome} {self.detail} {self.raw[:200]!r}"


def field(data):
    data = data.encode() if isinstance(data, str) else data
    return struct.pack(">I", len(data)) + data


class Client:
    """One connection to the adapter's socket; answers are matched by id."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.next_id = 1
        self.answers = {}
        self.changed = threading.Condition()
        self.sending = threading.Lock()
        threading.Thread(target=self.read_all, daemon=True).start()

    def read_all(self):
        with self.socket, self.socket.makefile("rb") as stream:
            while header := stream.read(6):
                size, kind = struct.unpack(">IH", header)
                body = stream.read(size - 2)
                assert kind == ANSWER
                answer = Answer(body)
                with self.changed:
                    self.answers.setdefault(answer.id, []).append(answer)  # a call that pends gets two
                    self.changed.notify_all()

    def send_frame(self, kind, body):
        with self.sending:
            self.socket.sendall(struct.pack(">IH", len(body) + 2, kind) + body)

    def send(self, service, params, query=None, timeout=10.0, mode=ASK):
        with self.sending:
            number = self.next_id
            self.next_id += 1
        body = struct.pack(">QHB", number, service, mode) + field(query or str(uuid.uuid4()))
        body += struct.pack(">QH", int(timeout * 1e6), len(params))
        for name, value in params.items():
            body += field(name) + field(value)
        self.send_frame(CALL, body)
        return number

    def wait(self, number, timeout=60.0):  # longer than any deadline of the adapter's in these tests
        with self.changed:
            assert self.changed.wait_for(lambda: number in self.answers, timeout), "no answer from the adapter"
            answer = self.answers[number].pop(0)
            if not self.answers[number]:
                del self.answers[number]
            return answer

    def call(self, service, params, query=None, timeout=10.0, mode=ASK):
        return self.wait(self.send(service, params, query, timeout, mode))


WORDS = {language: "x" for language in ("kk", "ru", "en")}
TEXT = {"type": "string", "maxLength": 256}
NUMBER = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}
TIYN = {**NUMBER, "x-amount": True, "x-unit": "tiyn"}
DATE = {"type": "string", "format": "date"}

PARAMETERS = {name: {"type": "string", "format": name, "x-identifies": name} for name in ("iin", "bin")}


def description(number, parameters, kind="question", **members):
    """A service description: parameters are optional texts, members of the answer are optional schemas."""
    def shape(properties):
        titled = {name: {**schema, "x-titles": WORDS} for name, schema in properties.items()}
        return {"type": "object", "properties": titled, "required": [], "additionalProperties": False}
    return {"v": "qao.service/1", "number": number, "kind": kind, "marked": False,
            "has_amounts": any("x-amount" in schema for schema in members.values()), "name": WORDS, "owner": WORDS,
            "request": shape({name: PARAMETERS.get(name, TEXT) for name in parameters}),
            "answer": {"type": "array", "maxItems": 1000, "items": shape(members or {"n": NUMBER})}}


class Adapter:
    """A running qao-adapter with a configuration of its own."""

    def __init__(self, program, folder, registries, services, inet=False, environment=None, descriptions=None):
        """registries: name -> INI text; services: number -> INI text; descriptions: a list, None for the real ones."""
        self.folder = pathlib.Path(folder)
        self.path = f"{folder}/adapter.sock"
        for below, files in (("registries", registries), ("services", services)):
            (self.folder / below).mkdir(parents=True)
            for name, text in files.items():
                file = self.folder / below / f"{name}.ini"
                file.touch(0o600)
                file.write_text(text, encoding="utf-8")
        described = ROOT / "schema/services"
        if descriptions:
            described = self.folder / "descriptions"
            described.mkdir()
            for one in descriptions:
                (described / f"{one['number']:02}.json").write_text(json.dumps(one), encoding="utf-8")
        (self.folder / "adapter.ini").write_text(
            f"[adapter]\nsocket = {self.path}\ngateway_user = {USER}\nregistries = {folder}/registries\n"
            f"services = {folder}/services\ndescriptions = {described}\nlog_level = debug\n"
            f"may_connect_inet = {'yes' if inet else 'no'}\n",
            encoding="utf-8")
        # The leak checker needs what the sandbox forbids; leaks are looked for in the unit tests.
        environment = {**os.environ, **(environment or {}), "ASAN_OPTIONS": "detect_leaks=0"}
        with open(f"{folder}/log", "wb") as log:
            self.process = subprocess.Popen([program, "--config", f"{folder}/adapter.ini"], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, env=environment)
        try:
            until(self.is_listening, 20)
            self.client = Client(self.path)
        except BaseException:
            self.stop()
            raise
        self.call, self.send, self.wait = self.client.call, self.client.send, self.client.wait

    def is_listening(self):
        assert self.process.poll() is None, self.log_text()
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(self.path) == 0

    def log_text(self):
        return (self.folder / "log").read_text(encoding="utf-8")

    def stop(self, timeout=20):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)


def until(holds, timeout=10.0):
    """Polls with a deadline; returns the first true value."""
    end = time.monotonic() + timeout
    while True:
        value = holds()
        if value:
            return value
        assert time.monotonic() < end, "waited in vain"
        select.select([], [], [], 0.01)


def sql_services():
    """The numbers of the services that are configured without the stand-in program."""
    rows = [line.split("\t") for line in (LOAD.parent / "registries.tsv").read_text().splitlines() if not line.startswith("#")]
    return sorted([1, 2] + [int(number) for row in rows if row[1] == "sql" for number in row[2].split()])


def registry(socket_folder, name, **limits):
    """INI text of one registry; limits by key, with breaker_ before those of the breaker."""
    lines = ["[registry]", "adapter = sql", "[sql]",
             f"conninfo = host='{socket_folder}' dbname=qao_registry_{name} user=qao_registry_{name}"]
    for section in ("limits", "breaker"):
        lines.append(f"[{section}]")
        for key, value in limits.items():
            is_breaker = key.startswith("breaker_")
            if is_breaker == (section == "breaker"):
                lines.append(f"{key.removeprefix('breaker_')} = {value}")
    return "\n".join(lines) + "\n"


def service(name, parameters, statement, settle=""):
    text = f"[service]\nregistry = {name}\nparameters = {parameters}\n[sql]\nstatement = {statement}\n"
    return f"{text}settle = {settle}\n" if settle else text


def temporary_folder():
    folder = tempfile.mkdtemp(prefix="qao-ad.", dir="/tmp")
    os.chmod(folder, 0o755)
    return folder


def remove(folder):
    shutil.rmtree(folder, ignore_errors=True)
