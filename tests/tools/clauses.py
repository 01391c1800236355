#!/usr/bin/env python3
"""Holds docs/clauses.tsv against the tree: every clause and appendix has a row, every named file and test exists.

A row: clause, what it asks (short), file that does it, test that shows it as PATH:NAME; "open" in both where nothing
does it yet. Several files or tests are separated by one space.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLAUSES = [str(n) for n in range(2, 54)] + [f"App. {n}" for n in range(1, 14)]


def test_exists(name):
    path, _, test = name.partition(":")
    file = ROOT / path
    if not file.is_file() or not test:
        return False
    pattern = rf"START_TEST\({re.escape(test)}\)|def {re.escape(test)}\(|\btest_name\({re.escape(test)}\)"
    return re.search(pattern, file.read_text(encoding="utf-8")) is not None


def main():
    rows = [line.split("\t") for line in (ROOT / "docs/clauses.tsv").read_text(encoding="utf-8").splitlines()]
    faults = []
    if rows[0] != ["clause", "what", "file", "test"]:
        faults.append("the first line is not: clause, what, file, test")
    named = set()
    tests = open_rows = 0
    for number, row in enumerate(rows[1:], 2):
        if len(row) != 4 or not all(row):
            faults.append(f"line {number}: not four filled fields")
            continue
        clause, _, files, shown = row
        named.add(clause)
        if (files == "open") != (shown == "open"):
            faults.append(f"line {number}: open in one field only")
        if files == "open":
            open_rows += 1
            continue
        faults += [f"line {number}: no such file: {name}" for name in files.split() if not (ROOT / name).exists()]
        faults += [f"line {number}: no such test: {name}" for name in shown.split() if not test_exists(name)]
        tests += len(shown.split())
    faults += [f"clause {clause} has no row" for clause in CLAUSES if clause not in named]
    faults += [f"there is no clause {clause}" for clause in sorted(named - set(CLAUSES))]
    for fault in faults:
        print(fault)
    print(f"clauses: {len(rows) - 1} rows, {tests} tests named, {open_rows} open, {len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
