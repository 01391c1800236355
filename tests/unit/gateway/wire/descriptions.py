#!/usr/bin/env python3
"""Service descriptions against the edition of the order in force: names, mark and kind must be the order's."""
import csv
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[4]
EDITION = ROOT / "policy/editions/2022-04-29/services.tsv"


def faults():
    with EDITION.open(encoding="utf-8", newline="") as file:
        order = {int(row["service"]): row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    files = sorted((ROOT / "schema/services").glob("*.json"))
    if not files:
        yield "no description found"
    for path in files:
        described = json.loads(path.read_text(encoding="utf-8"))
        row = order[described["number"]]
        for language in ("kk", "ru", "en"):
            if described["name"][language] != row[language]:
                yield f"{path.name}: name in {language} is not the edition's: {row[language]}"
        if described["marked"] != (row["marked"] != "-"):
            yield f"{path.name}: marked is not the edition's: {row['marked']}"
        if (described["kind"] == "act") != (row["acts"] != "-"):
            yield f"{path.name}: kind is not the edition's: {row['acts']}"


found = list(faults())
print("\n".join(found) or "descriptions agree with the edition")
sys.exit(1 if found else 0)
