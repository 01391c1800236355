#!/usr/bin/env python3
"""Proves `qao crl fetch` over a loopback HTTP server: newer lists of a known authority are taken in one step; foreign, old,
broken and missing ones leave the file as it was and are named.

    test_crl.py QAO QAO-DEV-CA"""

import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

DEV_CA, QAO = sys.argv.pop(), sys.argv.pop()


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def dev_ca(*arguments):
    subprocess.run([DEV_CA, *arguments], check=True, stdout=subprocess.DEVNULL)


def split(pem):
    """The lists of a PEM file."""
    end = b"-----END X509 CRL-----\n"
    return [part + end for part in pem.split(end)[:-1]]


def der(pem):
    return subprocess.run(["openssl", "crl", "-outform", "DER"], input=pem, stdout=subprocess.PIPE, check=True).stdout


class Fetch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.mkdtemp(prefix="crl-")
        cls.ca = f"{cls.work}/ours"
        for folder in (cls.ca, f"{cls.work}/theirs"):
            os.mkdir(folder)
            dev_ca("init", folder, "--bits", "2048")
        cls.old = split(read(f"{cls.ca}/ca/crl.pem"))
        dev_ca("person", cls.ca, "p", "--iin", "500101100000", "--bin", "300140000015", "--surname", "A", "--given", "B",
               "--organisation", "C")
        while True:  # thisUpdate counts in seconds
            dev_ca("revoke", cls.ca, f"{cls.ca}/people/p/sign.pem", "--days", "2")
            cls.new = split(read(f"{cls.ca}/ca/crl.pem"))
            if all(cls.update(a) != cls.update(b) for a, b in zip(cls.old, cls.new)):
                break
        cls.foreign = split(read(f"{cls.work}/theirs/ca/crl.pem"))
        cls.pages = {}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = cls.pages.get(self.path)
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *arguments):
                pass
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        cls.url = f"http://127.0.0.1:{cls.server.server_address[1]}"
        threading.Thread(target=cls.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        shutil.rmtree(cls.work)

    @staticmethod
    def update(pem):
        return subprocess.run(["openssl", "crl", "-noout", "-lastupdate"], input=pem, stdout=subprocess.PIPE, check=True).stdout

    def fetch(self, pages, start, urls=None):
        """Serves these pages, begins with this file content, and gives (result, file content afterwards)."""
        self.pages.clear()
        self.pages.update(pages)
        out, listed = f"{self.work}/crl.pem", f"{self.work}/list"
        if os.path.exists(out):
            os.unlink(out)
        if start is not None:
            write(out, start)
            self.inode = os.stat(out).st_ino
        write(listed, ("# lists\n\n" + "".join(f"{url}\n" for url in urls or [self.url + path for path in pages])).encode())
        done = subprocess.run([QAO, "crl", "fetch", "--ca", f"{self.ca}/ca/ca.pem", "--list", listed, "--out", out],
                              capture_output=True, text=True, check=False, timeout=60)
        return done, read(out) if os.path.exists(out) else None

    def test_first_time(self):
        """DER as the authority serves it, and PEM."""
        done, content = self.fetch({"/root.crl": der(self.new[0]), "/nca.crl": self.new[1]}, None)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual(sorted(self.new), sorted(split(content)))
        self.assertIn("renewed, good until ", done.stdout)

    def test_newer_replaces(self):
        done, content = self.fetch({"/a": der(self.new[1]), "/b": der(self.new[0])}, b"".join(self.old))
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(sorted(self.new), sorted(split(content)))
        self.assertNotEqual(self.inode, os.stat(f"{self.work}/crl.pem").st_ino, "replaced, not written over")

    def test_same_leaves_the_file_alone(self):
        before = b"".join(self.new)
        done, content = self.fetch({"/a": der(self.new[0]), "/b": der(self.new[1])}, before)
        self.assertEqual((0, before), (done.returncode, content))
        self.assertIn("unchanged, good until", done.stdout)
        self.assertEqual(self.inode, os.stat(f"{self.work}/crl.pem").st_ino)

    def test_old_list_is_refused(self):
        """Whoever sits on the way may hand out last week's list, in which nobody is revoked yet."""
        before = b"".join(self.new)
        done, content = self.fetch({"/a": der(self.old[0]), "/b": der(self.old[1])}, before)
        self.assertEqual((1, before), (done.returncode, content))
        self.assertIn("older than the list we have", done.stderr)

    def test_foreign_and_broken_are_refused(self):
        before = b"".join(self.old)
        flipped = bytearray(der(self.new[0]))
        flipped[-1] ^= 1
        for bad, words in ((der(self.foreign[0]), "refused"), (bytes(flipped), "refused"), (b"", "no revocation list"),
                           (b"<html>not here</html>", "no revocation list"), (der(self.new[0]) + b"x", "no revocation list"),
                           (der(self.new[0])[:-5], "no revocation list"), (b"".join(self.new), "no revocation list")):
            done, content = self.fetch({"/bad": bad, "/good": der(self.new[1])}, before)
            self.assertEqual(1, done.returncode, done.stdout)
            self.assertIn(words, done.stderr)
            self.assertIn(f"{self.url}/good", done.stdout)
            self.assertIn(self.new[1], split(content), "one bad list does not stop another")
            self.assertNotIn(self.new[0], split(content))

    def test_unreachable(self):
        before = b"".join(self.old)
        done, content = self.fetch({"/good": der(self.new[0])}, before,
                                   [f"{self.url}/good", f"{self.url}/missing", "http://127.0.0.1:1/x"])
        self.assertEqual(3, done.returncode)
        self.assertIn("HTTP status 404", done.stderr)
        self.assertEqual(sorted([self.new[0], self.old[1]]), sorted(split(content)))

    def test_missing_list_is_said(self):
        done, _ = self.fetch({"/a": der(self.new[1])}, None)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("an authority is without a list", done.stdout)

    def test_wrong_use(self):
        for urls in (["ftp://127.0.0.1/x"], ["file:///etc/passwd"], ["https://127.0.0.1/x"], ["#"]):
            done, content = self.fetch({}, b"".join(self.old), urls)
            self.assertEqual((2, b"".join(self.old)), (done.returncode, content), urls)
        done, content = self.fetch({"/a": der(self.new[0])}, b"-----BEGIN X509 CRL-----\njunk\n-----END X509 CRL-----\n")
        self.assertEqual(2, done.returncode, "what cannot be read is not overwritten")
        self.assertEqual(2, subprocess.run([QAO, "crl", "fetch"], capture_output=True, check=False).returncode)


if __name__ == "__main__":
    unittest.main()
