#!/usr/bin/env python3
"""Service descriptions against the edition of the order in force: names, mark and kind must be the order's,
and whatever a service is asked by must come back in its answer."""
import csv
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[4]
EDITION = ROOT / "policy/editions/2022-04-29/services.tsv"


# The gateway answers these itself: a graph is about more than was asked.
OWN = {75, 76}


def held(schema):
    """The parameters that some field of an answer must have the value of."""
    if isinstance(schema, dict):
        if isinstance(schema.get("x-same-as"), str):
            yield schema["x-same-as"]
        schema = list(schema.values())
    if isinstance(schema, list):
        for value in schema:
            yield from held(value)


def keys(request):
    """The parameters by which a service is asked: an answer about another subject is told by them."""
    return {name for choice in request.get("oneOf", [request]) for name in choice["required"]}


def faults():
    with EDITION.open(encoding="utf-8", newline="") as file:
        order = {int(row["service"]): row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    files = sorted((ROOT / "schema/services").glob("[0-9][0-9].json"))
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
        loose = keys(described["request"]) - set(held(described["answer"]))
        if loose and described["number"] not in OWN:
            yield f"{path.name}: no field of the answer is held to what was asked by {sorted(loose)}"
        if (described["kind"] == "act") != (row["acts"] != "-"):
            yield f"{path.name}: kind is not the edition's: {row['acts']}"


found = list(faults())
print("\n".join(found) or "descriptions agree with the edition")
sys.exit(1 if found else 0)
