#!/usr/bin/env python3
"""Adds up what meson and unittest wrote about their tests and prints the closing line of ./check.

usage: check_groups.py FILE...   (meson's testlog.json, or a file with lines "ok NAME", "failed NAME", "skipped NAME WHY")
"""
import json
import sys


def results_of(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            if not line.strip():
                continue
            if line.startswith("{"):
                entry = json.loads(line)
                kind = {"OK": "ok", "EXPECTEDFAIL": "ok", "SKIP": "skipped"}.get(entry["result"], "failed")
                yield kind, entry["name"], (entry.get("stdout") or entry.get("stderr") or "").strip().splitlines()
            else:
                kind, _, name = line.strip().partition(" ")
                yield kind, name, []


def main():
    counts = {"ok": 0, "failed": 0, "skipped": 0}
    for path in sys.argv[1:]:
        for kind, name, output in results_of(path):
            counts[kind] += 1
            if kind == "skipped":
                print(f"skipped: {name}: {output[-1] if output else 'no reason printed'}")
            if kind == "failed":
                print(f"failed: {name}")
    if counts["ok"] == 0:
        print("no test ran")
        counts["failed"] += 1
    print(f"{counts['ok']} passed, {counts['failed']} failed" +
          (f", {counts['skipped']} skipped" if counts["skipped"] else ""))
    sys.exit(1 if counts["failed"] else 0)


if __name__ == "__main__":
    main()
