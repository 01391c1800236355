"""Certificates of the stand-ins, made at run time and kept in their folder: one authority, the server's, one for each
registry with which the adapter shows itself, and the two that sign messages of the state gateway."""
import os
import secrets
import subprocess

HOST = "registries.example"
SENDER = "QAO"
DAYS = "825"


def openssl(*arguments):
    run = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {run.stderr.strip().splitlines()[-1:]}")


class Certificates:
    def __init__(self, folder):
        self.folder = folder
        self.ca, self.server = folder / "ca", folder / "server"
        self.sender, self.answer = folder / "sender", folder / "answer"  # whose signatures: the adapter's, the registries'
        self.password_file = folder / "password"

    def client(self, registry):
        return self.folder / "clients" / registry

    def make(self, registries):
        """Makes what is not there yet. Keys are readable by their owner alone."""
        (self.folder / "clients").mkdir(parents=True, exist_ok=True)
        os.umask(0o077)
        self.pair(self.ca, "stand-in authority", ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"])
        self.pair(self.server, HOST, [f"subjectAltName=DNS:{HOST}", "extendedKeyUsage=serverAuth"], self.ca)
        for registry in registries:
            self.pair(self.client(registry.name), registry.name, ["extendedKeyUsage=clientAuth"], self.ca)
        for name, common_name in ((self.sender, SENDER), (self.answer, "state gateway")):
            self.pair(name, common_name, ["keyUsage=critical,digitalSignature,nonRepudiation"], self.ca, "rsa:2048")
        if not self.password_file.exists():
            self.password_file.write_text(secrets.token_urlsafe(18), encoding="utf-8")

    @property
    def password(self):
        return self.password_file.read_text(encoding="utf-8")

    @staticmethod
    def pair(path, common_name, extensions, ca=None, kind="ec"):
        certificate, key = path.with_suffix(".pem"), path.with_suffix(".key")
        if certificate.exists() and key.exists():
            return
        arguments = ["req", "-x509", "-new", "-nodes", "-sha256", "-days", DAYS, "-subj", f"/C=KZ/O=Stand-in/CN={common_name}", "-newkey", kind]
        if kind == "ec":
            arguments += ["-pkeyopt", "ec_paramgen_curve:P-256"]
        for extension in [*extensions, *([] if ca is None else ["basicConstraints=critical,CA:FALSE"])]:
            arguments += ["-addext", extension]
        if ca is not None:
            arguments += ["-CA", str(ca.with_suffix(".pem")), "-CAkey", str(ca.with_suffix(".key"))]
        new = certificate.with_suffix(".new")
        openssl(*arguments, "-keyout", str(key), "-out", str(new))
        os.replace(new, certificate)
