"""A running instance for tests: started by ./run, stopped for sure."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / "build" / "bin"
START_SECONDS = 240


def free_port():
    """A port whose successor is free too, for health and metrics."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def wait_until(what, holds, seconds):
    """Polls until holds() is true; the words say what never came."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


class Instance:
    def __init__(self, folder=None, root=ROOT):
        self.scratch = None if folder else tempfile.mkdtemp(prefix="qao-system-")
        self.folder = pathlib.Path(folder or self.scratch) / "instance" if not folder else pathlib.Path(folder)
        if self.scratch:
            os.chmod(self.scratch, 0o755)
        self.root = root
        self.port = free_port()
        self.process = None
        self.output = None

    def run(self, *arguments, timeout=600):
        """A ./run that ends by itself."""
        return subprocess.run([self.root / "run", "--dir", self.folder, "--port", str(self.port), *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)

    def begin(self, *arguments, **keywords):
        """A ./run on its way."""
        self.output = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [self.root / "run", "--dir", self.folder, "--port", str(self.port), *arguments],
            stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.STDOUT, start_new_session=True, **keywords)

    def start(self, *arguments, **keywords):
        self.begin(*arguments, **keywords)
        wait_until("gateway.url", self.is_up_or_ended, START_SECONDS)
        if self.process.poll() is not None:
            raise AssertionError("./run ended:\n" + self.printed())
        return self

    def is_up_or_ended(self):
        return (self.folder / "gateway.url").exists() or self.process.poll() is not None

    def printed(self):
        self.output.seek(0)
        return self.output.read()

    def stop(self, with_signal=signal.SIGTERM):
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        status = self.process.wait(timeout=90)
        self.process = None
        return status

    def close(self):
        try:
            self.stop()
        finally:
            if self.scratch:
                places = self.places()
                shutil.rmtree(self.scratch, ignore_errors=True)
                if places.get("state", "").startswith("/var/lib/qao/"):
                    shutil.rmtree(places["state"], ignore_errors=True)
                if places.get("run"):
                    shutil.rmtree(places["run"], ignore_errors=True)

    def places(self):
        try:
            lines = (self.folder / "places").read_text().splitlines()
        except FileNotFoundError:
            return {}
        return dict(line.split("=", 1) for line in lines)

    def state(self):
        return pathlib.Path(self.places()["state"])

    def url(self):
        return (self.folder / "gateway.url").read_text().strip()

    def health(self, path):
        return subprocess.run(["curl", "-sS", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}", "-m", "5",
                               (self.folder / "health.url").read_text().strip() + path],
                              capture_output=True, text=True).stdout

    def pid(self, program):
        for line in (self.state() / "programs").read_text().splitlines():
            name, number = line.split()
            if name == program:
                return int(number)
        raise AssertionError(f"{program} does not run")

    def left_running(self):
        """Command lines of processes of this instance, whoever started them."""
        marks = (str(self.state()), self.places()["run"])
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                command = process.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if any(mark in command for mark in marks):
                found.append(command)
        return found

    def qao(self, *arguments, timeout=120):
        command, *rest = arguments
        return subprocess.run([BIN / "qao", command, *rest[:1], "--instance", self.folder, *rest[1:]]
                              if command in ("audit", "log", "admin", "apply") else
                              [BIN / "qao", command, "--instance", self.folder, *rest],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)

    def query(self, *arguments):
        """A query as the police officer; the reply's JSON."""
        done = self.qao("query", "--as", "police", "--json", *arguments)
        try:
            return json.loads(done.stdout)
        except json.JSONDecodeError as error:
            raise AssertionError(f"no JSON: {done.stdout} {done.stderr}") from error

    def load(self, *arguments, **keywords):
        return subprocess.Popen([ROOT / "build" / "tests" / "load" / "qao-load", "--instance", self.folder, *arguments],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                **keywords)

    @contextlib.contextmanager
    def hold(self, text, database):
        """An open transaction that has done this; rolled back at the end."""
        with subprocess.Popen(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.places()["run"] + "/db", "-U",
                               "postgres", "-d", database], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as session:
            session.stdin.write(f"begin;\n{text};\nselect 'held';\n")
            session.stdin.flush()
            if session.stdout.readline().strip() != "held":
                raise AssertionError(f"not held: {text}")
            yield
            session.stdin.close()

    def sql(self, text, database="qao"):
        """The answer of the instance's own database, as its owner sees it."""
        run = self.places()["run"]
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", run + "/db", "-U",
                               "postgres", "-d", database, "-c", text], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return done.stdout.strip()
