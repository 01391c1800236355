"""What deploy/packages.sh would install: all that is not there, and of a library nothing but its package counts."""
import pathlib
import subprocess
import tempfile
import unittest

from instance import ROOT

ALL = '"${PACKAGES_RUN[@]}" "${PACKAGES_CHECK[@]}" "${PACKAGES_BENCH[@]}"'


class Packages(unittest.TestCase):
    def said(self, script, programs=()):
        """Of a machine without any package, on which programs of these names lie in the path."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {"dpkg-query": "exit 1", "grep": "exec /usr/bin/grep \"$@\"", **dict.fromkeys(programs, "")}.items():
                path = pathlib.Path(folder) / name
                path.write_text(f"#!/bin/sh\n{text}\n")
                path.chmod(0o755)
            done = subprocess.run(["/bin/bash", "-c", f". deploy/packages.sh; PATH={folder}; {script}"], cwd=ROOT,
                                  capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_fresh_machine(self):
        wanted = self.said(f"printf '%s\\n' {ALL}")
        self.assertEqual(self.said(f"packages_missing {ALL}"), wanted)
        self.assertEqual(len(wanted), len(set(wanted)), "one is named twice")

    def test_a_program_of_a_library_s_name_is_not_the_library(self):
        wanted = self.said(f"printf '%s\\n' {ALL}")
        missing = self.said(f"packages_missing {ALL}", programs=wanted)
        self.assertEqual(set(wanted) - set(missing), {"gcc", "meson", "pkg-config", "openssl", "python3", "clang",
                                                      "clang-format", "curl", "git", "nodejs", "npm"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
