"""What every test of the client needs: an instance with its own authority, people and log, and a gateway that says what
the test tells it to. The programs are the last two arguments of the test: QAO QAO-DEV-CA."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from fake_gateway import Gateway, Log, RunTimeKey, System, write

DEV_CA, QAO = sys.argv.pop(), sys.argv.pop()


def read(path):
    with open(path, "rb") as file:
        return file.read()


def dev_ca(*arguments):
    done = subprocess.run([DEV_CA, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"qao-dev-ca {arguments}: {done.stderr}")


def instance_make(path):
    os.makedirs(path, mode=0o755)
    dev_ca("init", path, "--bits", "2048")
    dev_ca("server", path)
    dev_ca("system", path, "answer", "--bin", "300140000015", "--organisation", "Комитет")
    for name, iin, extra in (("police", "500101100000", []), ("prosecutor", "500101200007", []),
                             ("expired", "500615100015", ["--expired"]), ("revoked", "500615200011", [])):
        dev_ca("person", path, name, "--iin", iin, "--bin", "300141000010", "--surname", "БАҚЫЛАУ", "--given", "БАЯН",
               "--patronymic", "ЕКІНШІҚЫЗЫ", "--organisation", "Полиция <департаменті>", *extra)
    dev_ca("revoke", path, f"{path}/people/revoked/auth.pem")


class ClientCase(unittest.TestCase):
    maxDiff = None
    number = 0

    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.mkdtemp(prefix="cli-")
        cls.instance = f"{cls.work}/instance with space"
        instance_make(cls.instance)
        cls.key = RunTimeKey(cls.work, "qao.example/log")
        write(f"{cls.instance}/log/log.vkey", cls.key.vkey.encode() + b"\n")
        cls.system = System(f"{cls.instance}/keys/answer.pem", f"{cls.instance}/keys/answer.key")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.work)

    def setUp(self):
        ClientCase.number += 1
        self.state = f"{self.work}/state-{ClientCase.number}"
        os.mkdir(self.state)
        self.log = Log(self.work, self.key, [b"start %d" % i for i in range(9)])

    # --- asking -----------------------------------------------------------------------------------------------------

    def qao(self, *arguments, lang="en", env=None, **keywords):
        environment = {"PATH": os.environ["PATH"], "XDG_STATE_HOME": self.state, "HOME": self.work, "LC_ALL": "C.UTF-8",
                       **{name: value for name, value in os.environ.items() if "SAN_OPTIONS" in name}, **(env or {})}
        return subprocess.run([QAO, *arguments, "--instance", self.instance, "--lang", lang], capture_output=True, text=True,
                              check=False, env=environment, timeout=60, **keywords)

    def serve(self, answer, cert=None, key=None):
        return Gateway(self.instance, cert or f"{self.instance}/keys/server.pem", key or f"{self.instance}/keys/server.key",
                       answer)
