#!/usr/bin/env python3
"""Verifies an exported log and .tlog-proof files, from the public C2SP and RFC 6962 texts alone.

    verify_log.py FOLDER VKEY-FILE [PROOF-FILE...]

Everything is derived again from the entry bundles: leaf hashes, every tile on every level, the root; a proof file's
path is climbed to its checkpoint's root, which must be the root of the log's first entries. Only the arithmetic of the
checkpoint's signature comes from elsewhere: the program `openssl` checks it.
Prints what was checked. Exit 0 all is well, 1 a fault was found, 2 wrong usage."""

import base64
import binascii
import hashlib
import os
import re
import subprocess
import sys
import tempfile

WIDTH = 256
HASH = 32
SIGNATURES_MAX = 64


class Fault(Exception):
    """Something in the folder is not as it must be."""


# --- hashing -------------------------------------------------------------------------------------------------------

def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def perfect_root(hashes):
    """Root over a power-of-two number of hashes."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


class Rows:
    """All perfect subtrees over the leaves, row by row: rows[k][i] covers leaves i*2^k up to (i+1)*2^k."""

    def __init__(self, leaves):
        self.rows = [leaves]
        while len(self.rows[-1]) > 1:
            row = self.rows[-1]
            self.rows.append([node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)])

    def root(self, size):
        """Root of the first `size` leaves: perfect subtrees from the largest to the smallest, folded from the right."""
        if size == 0:
            return hashlib.sha256(b"").digest()
        parts, start = [], 0
        for k in reversed(range(size.bit_length())):
            if size >> k & 1:
                parts.append(self.rows[k][start >> k])
                start += 1 << k
        root = parts.pop()
        while parts:
            root = node_hash(parts.pop(), root)
        return root


def climb(index, size, hashed_leaf, path):
    """The root that an inclusion path leads to; Fault when the path has the wrong length."""
    position, last, value, used = index, size - 1, hashed_leaf, 0
    while last > 0:
        if position & 1:
            sibling_left = True
        elif position < last:
            sibling_left = False
        else:
            position, last = position >> 1, last >> 1
            continue
        if used == len(path):
            raise Fault("proof is too short")
        value = node_hash(path[used], value) if sibling_left else node_hash(value, path[used])
        used += 1
        position, last = position >> 1, last >> 1
    if used != len(path):
        raise Fault("proof is too long")
    return value


# --- texts ---------------------------------------------------------------------------------------------------------

def decode64(text, what):
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Fault(f"{what}: not base64") from None
    if base64.b64encode(data).decode() != text:
        raise Fault(f"{what}: not canonical base64")
    return data


def decimal(text, what):
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", text):
        raise Fault(f"{what}: {text[:40]!r} is no plain decimal number")
    return int(text)


class Key:
    def __init__(self, vkey):
        fields = vkey.strip().split("+", 2)
        if len(fields) != 3:
            raise Fault("vkey: not name+id+key")
        self.name, key_id, encoded = fields
        blob = decode64(encoded, "vkey")
        if len(blob) != 33 or blob[0] != 1:
            raise Fault("vkey: not an Ed25519 key")
        self.public = blob[1:]
        self.id = hashlib.sha256(self.name.encode() + b"\n" + blob).digest()[:4]
        if self.id.hex() != key_id:
            raise Fault("vkey: key id does not belong to name and key")

    def verify(self, message, signature):
        spki = bytes.fromhex("302a300506032b6570032100") + self.public
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, name) for name in ("key", "message", "signature")]
            for path, data in zip(paths, (spki, message, signature)):
                with open(path, "wb") as file:
                    file.write(data)
            done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", paths[0],
                                   "-rawin", "-in", paths[1], "-sigfile", paths[2]],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        return done.returncode == 0


def open_checkpoint(note, key):
    """(size, root) of a signed checkpoint."""
    try:
        text = note.decode("utf-8")
    except UnicodeDecodeError:
        raise Fault("checkpoint: not UTF-8") from None
    if any(ord(c) < 0x20 and c != "\n" for c in text):
        raise Fault("checkpoint: control character")
    border = text.rfind("\n\n")
    if border < 0 or not text.endswith("\n"):
        raise Fault("checkpoint: no signature block")
    body, lines = text[:border + 1], text[border + 2:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise Fault("checkpoint: too many signatures")
    good = False
    for line in lines:
        match = re.fullmatch("\u2014 ([^ +]+) ([A-Za-z0-9+/=]+)", line)
        if not match:
            raise Fault("checkpoint: malformed signature line")
        blob = decode64(match.group(2), "checkpoint signature")
        if match.group(1) != key.name or blob[:4] != key.id:
            continue
        if len(blob) != 68 or not key.verify(body.encode(), blob[4:]):
            raise Fault("checkpoint: signature wrong")
        good = True
    if not good:
        raise Fault("checkpoint: not signed by this key")
    parts = body[:-1].split("\n")
    if len(parts) < 3 or "" in parts:
        raise Fault("checkpoint: not origin, size and root")
    if parts[0] != key.name:
        raise Fault("checkpoint: origin is not the key's name")
    root = decode64(parts[2], "checkpoint root")
    if len(root) != HASH:
        raise Fault("checkpoint: root is not 32 bytes")
    return decimal(parts[1], "checkpoint size"), root


def tile_name(index):
    groups = [f"{index % 1000:03d}"]
    index //= 1000
    while index:
        groups.insert(0, f"x{index % 1000:03d}")
        index //= 1000
    return "/".join(groups)


def tile_path(level, index, width):
    return f"tile/{level}/{tile_name(index)}" + ("" if width == WIDTH else f".p/{width}")


# --- the folder ----------------------------------------------------------------------------------------------------

class Folder:
    def __init__(self, path):
        self.path = path
        self.checked = set()

    def read(self, name):
        try:
            with open(os.path.join(self.path, name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            raise Fault(f"{name} is missing") from None

    def files(self):
        for folder, _, names in os.walk(os.path.join(self.path, "tile")):
            for name in names:
                yield os.path.relpath(os.path.join(folder, name), self.path)


def split_bundle(data, name):
    entries, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at:at + 2], "big")
        if at + 2 + length > len(data) or at + 2 > len(data):
            raise Fault(f"{name}: an entry is cut off")
        entries.append(data[at + 2:at + 2 + length])
        at += 2 + length
    return entries


def read_leaves(folder, size):
    leaves = []
    while len(leaves) < size:
        width = min(WIDTH, size - len(leaves))
        name = tile_path("entries", len(leaves) // WIDTH, width)
        entries = split_bundle(folder.read(name), name)
        if len(entries) != width:
            raise Fault(f"{name}: {len(entries)} entries instead of {width}")
        leaves += [leaf_hash(entry) for entry in entries]
        folder.checked.add(name)
    return leaves


def check_tiles(folder, leaves):
    """Every tile of a log of this size, made again level by level. Returns the hashes of each level."""
    levels, row = [], leaves
    while row:
        levels.append(row)
        for first in range(0, len(row), WIDTH):
            hashes = row[first:first + WIDTH]
            name = tile_path(len(levels) - 1, first // WIDTH, len(hashes))
            if folder.read(name) != b"".join(hashes):
                raise Fault(f"{name} differs from the entries")
            folder.checked.add(name)
        row = [perfect_root(row[i:i + WIDTH]) for i in range(0, len(row) - WIDTH + 1, WIDTH)]
    return levels


def check_others(folder, levels):
    """Whatever else lies there must be the beginning of a tile or bundle that was checked."""
    count = 0
    for name in folder.files():
        if name in folder.checked:
            continue
        match = re.fullmatch(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", name)
        if not match:
            raise Fault(f"{name} is no tile")
        level = 0 if match.group(1) == "entries" else int(match.group(1))
        index = int(match.group(2).replace("x", "").replace("/", ""))
        width = int(match.group(3) or WIDTH)
        if tile_name(index) != match.group(2) or width > WIDTH or (match.group(3) and width == WIDTH):
            raise Fault(f"{name} is no tile")
        row = levels[level] if level < len(levels) else []
        want = row[index * WIDTH:index * WIDTH + width]
        if len(want) != width:
            raise Fault(f"{name} is beyond the checkpoint")
        data = folder.read(name)
        if match.group(1) == "entries":
            have = [leaf_hash(entry) for entry in split_bundle(data, name)]
        else:
            have = [data[i:i + HASH] for i in range(0, len(data), HASH)]
        if have != want:
            raise Fault(f"{name} differs from the entries")
        count += 1
    return count


def check_proof(data, key, leaves, rows):
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Fault("not UTF-8") from None
    top, border, note = text.partition("\n\n")
    lines = top.split("\n")
    if lines.pop(0) != "c2sp.org/tlog-proof@v1" or not border:
        raise Fault("not a tlog-proof")
    if lines and lines[0].startswith("extra "):
        decode64(lines.pop(0)[6:], "extra line")
    if not lines or not lines[0].startswith("index "):
        raise Fault("no index line")
    index = decimal(lines.pop(0)[6:], "index")
    path = [decode64(line, "proof hash") for line in lines]
    if len(path) > 63 or any(len(value) != HASH for value in path):
        raise Fault("proof hash is not 32 bytes")
    size, root = open_checkpoint(note.encode(), key)
    if index >= size or size > len(leaves):
        raise Fault("index, proof size and log size do not fit")
    if climb(index, size, leaves[index], path) != root:
        raise Fault("proof does not lead from the entry to the root")
    if rows.root(size) != root:
        raise Fault("root is not the root of the log's first entries")
    return index, size


def verify(path, vkey_file, proofs):
    with open(vkey_file, encoding="utf-8") as file:
        key = Key(file.read())
    folder = Folder(path)
    size, root = open_checkpoint(folder.read("checkpoint"), key)
    print(f"checkpoint: {key.name}, {size} entries, signature good")
    leaves = read_leaves(folder, size)
    print(f"entries: {len(leaves)} hashed")
    rows = Rows(leaves)
    if rows.root(size) != root:
        raise Fault("root of the entries is not the checkpoint's root")
    print("root: equal")
    levels = check_tiles(folder, leaves)
    count = len([name for name in folder.checked if not name.startswith("tile/entries/")])
    others = check_others(folder, levels)
    print(f"tiles: {count} equal to the entries, {others} other files checked")
    for proof in proofs:
        name = os.path.basename(proof)
        with open(proof, "rb") as file:
            data = file.read()
        try:
            index, at_size = check_proof(data, key, leaves, rows)
        except Fault as fault:
            raise Fault(f"proof file {name}: {fault}") from None
        print(f"proof file {name}: entry {index} in {at_size}, good")


def main():
    if len(sys.argv) < 3:
        print("usage: verify_log.py FOLDER VKEY-FILE [PROOF-FILE...]", file=sys.stderr)
        return 2
    try:
        verify(sys.argv[1], sys.argv[2], sys.argv[3:])
    except (Fault, OSError) as fault:
        print(f"FAULT: {fault}", file=sys.stderr)
        return 1
    print("OK")
    return 0


if __name__ == "__main__":
    sys.exit(main())
