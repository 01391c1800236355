#!/usr/bin/env python3
"""Fills a manual page: "@HELP PROGRAM [ARGUMENTS]@" on a line becomes what that program says of itself with --help, and
@VERSION@ the version, so that a page never tells another story than its program.

    make_man.py SOURCE OUTPUT VERSION NAME=PATH..."""

import re
import subprocess
import sys


def roff(text):
    """Text as roff shows it unchanged, line by line."""
    lines = []
    for line in text.replace("\\", "\\e").replace("-", "\\-").splitlines():
        lines.append("\\&" + line if line.startswith((".", "'")) else line)
    return "\n".join(lines)


def main():
    source, output, version = sys.argv[1:4]
    programs = dict(item.split("=", 1) for item in sys.argv[4:])

    def said(match):
        name, *arguments = match.group(1).split()
        done = subprocess.run([programs[name], *arguments, "--help"], capture_output=True, text=True, check=False)
        text = done.stdout.strip("\n")
        if not text:
            sys.exit(f"make_man: {name} --help said nothing: {done.stderr}")
        return ".PP\n.nf\n" + roff(text) + "\n.fi"

    with open(source, encoding="utf-8") as file:
        page = file.read()
    page = re.sub(r"(?m)^@HELP ([^@\n]+)@$", said, page).replace("@VERSION@", version)
    with open(output, "w", encoding="utf-8") as file:
        file.write(page)


if __name__ == "__main__":
    main()
