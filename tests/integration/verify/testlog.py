"""A log made in the test itself: slow, plain, and apart from the code under test."""

import base64
import hashlib
import os
import subprocess


def digest(data):
    return hashlib.sha256(data).digest()


def tree_root(hashes):
    """RFC 6962 section 2.1, word for word: slow and plain."""
    if not hashes:
        return digest(b"")
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return digest(b"\x01" + tree_root(hashes[:k]) + tree_root(hashes[k:]))


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def write_tiles(folder, entries):
    """The C2SP form of a log without its checkpoint; returns the root."""
    def name(index, width):
        text = f"{index % 1000:03d}"
        while index >= 1000:
            index //= 1000
            text = f"x{index % 1000:03d}/{text}"
        return text if width == 256 else f"{text}.p/{width}"

    for first in range(0, len(entries), 256):
        part = entries[first:first + 256]
        write(f"{folder}/tile/entries/{name(first // 256, len(part))}",
              b"".join(len(entry).to_bytes(2, "big") + entry for entry in part))
    leaves = row = [digest(b"\x00" + entry) for entry in entries]
    level = 0
    while row:
        for first in range(0, len(row), 256):
            part = row[first:first + 256]
            write(f"{folder}/tile/{level}/{name(first // 256, len(part))}", b"".join(part))
        row = [tree_root(row[i:i + 256]) for i in range(0, len(row) - 255, 256)]
        level += 1
    return tree_root(leaves)


class RunTimeKey:
    """An Ed25519 log key that lives as long as its folder."""

    def __init__(self, folder, name="log.example/test"):
        self.path, self.name = f"{folder}/{name.replace('/', '-')}.pem", name
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.path], check=True)
        spki = subprocess.run(["openssl", "pkey", "-in", self.path, "-pubout", "-outform", "DER"], check=True,
                              stdout=subprocess.PIPE).stdout
        blob = b"\x01" + spki[-32:]
        self.id = digest(name.encode() + b"\n" + blob)[:4]
        self.vkey = f"{name}+{self.id.hex()}+{base64.b64encode(blob).decode()}"

    def checkpoint(self, folder, size, root):
        body = f"{self.name}\n{size}\n{base64.b64encode(root).decode()}\n".encode()
        write(f"{folder}/body", body)
        signature = subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", self.path, "-rawin", "-in",
                                    f"{folder}/body"], check=True, stdout=subprocess.PIPE).stdout
        os.unlink(f"{folder}/body")
        line = f"\n\u2014 {self.name} {base64.b64encode(self.id + signature).decode()}\n"
        return body + line.encode()
