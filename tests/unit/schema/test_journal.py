#!/usr/bin/env python3
"""Usage: test_journal.py JOURNAL.tsv ORDER.txt

The titles of the emergency journal: six sections in three languages, and the Kazakh ones are those of App. 13, letter for
letter. Without the order's text the shape alone is compared and the exit status is 77."""
import pathlib
import re
import sys


def main():
    journal, order = map(pathlib.Path, sys.argv[1:3])
    rows = [line.split("\t") for line in journal.read_text(encoding="utf-8").splitlines()]
    faults = []
    if rows[0] != ["section", "title_kk", "title_ru", "title_en"]:
        faults.append("the header is %s" % rows[0])
    if [row[0] for row in rows[1:]] != [str(section) for section in range(1, 7)]:
        faults.append("the sections are not 1 to 6")
    for row in rows[1:]:
        if len(row) != 4 or any(not text or text != text.strip() for text in row) or len(set(row)) != len(row):
            faults.append("section %s: not three titles" % row[0])
    if order.exists():
        appendix = order.read_text(encoding="utf-8").split("\n13-қосымша", 1)[1]
        titles = re.findall(r"^### ([0-9]+)\. (.*):\s*$", appendix, re.M)
        if [(row[0], row[1]) for row in rows[1:]] != titles:
            faults.append("the Kazakh titles are not App. 13's: %s" % titles)
    for fault in faults:
        print(fault)
    if faults:
        return 1
    return 0 if order.exists() else 77


sys.exit(main())
