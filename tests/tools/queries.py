#!/usr/bin/env python3
"""One name runs through all layers: fails when a file of schema/queries/ is not listed in schema/store/meson.build, has no
C function of its name, or no integration test of its name."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    sources = "\n".join(p.read_text() for p in sorted((ROOT / "schema/store").glob("*.c")))
    tests = "\n".join(p.read_text() for p in sorted((ROOT / "tests/integration/schema").glob("test_*.c")))
    listed = (ROOT / "schema/store/meson.build").read_text()
    faults = []
    names = [p.stem for p in sorted((ROOT / "schema/queries").glob("*.sql"))]
    if not names:
        faults.append("schema/queries is empty")
    for name in names:
        if "'../queries/%s.sql'" % name not in listed:
            faults.append("%s.sql is not in schema/store/meson.build" % name)
        if not re.search(r"^(static )?int store_%s\(" % name, sources, re.M):
            faults.append("%s.sql: no function store_%s() in schema/store" % (name, name))
        if "STORE_STATEMENT_%s" % name.upper() not in sources:
            faults.append("%s.sql: nobody runs it" % name)
        if "START_TEST(%s)" % name not in tests:
            faults.append("%s.sql: no test %s in tests/integration/schema" % (name, name))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


sys.exit(main())
