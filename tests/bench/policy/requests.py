#!/usr/bin/env python3
"""10,000 requests, the same every time: one JSON object a line. usage: requests.py ORDER_OF_EDITION > requests.jsonl

Mostly what officers would ask: a ground of the own role, a case number where one is due, an article of App. 8 for the
marked services; and a share of each mistake.
"""
import json
import pathlib
import random
import sys

edition = pathlib.Path(sys.argv[1])


def rows(name):
    return [line.split("\t") for line in (edition / name).read_text(encoding="utf-8").split("\n")[1:-1]]


articles = [row[1] + ("" if row[2] == "-" else "/" + row[2]) for row in rows("appendix-8.tsv")]
marked = [int(row[0]) for row in rows("services.tsv") if row[1] == "marked"]
bases = ["operative_search", "covert_investigation", "search_measures", "other_duties"]
allowed = {int(row[0]): [basis for basis, mark in zip(bases, row[2:6]) if mark == "+"] for row in rows("appendix-12.tsv")}
duties = [row[0] for row in rows("duties.tsv")]
own = {int(row[0]): [duty for duty in duties if row[6] == duty[3] and row[7] in ("all", duty[5])]
       for row in rows("appendix-12.tsv")}
dice = random.Random(12860)
for _ in range(10000):
    role = dice.randint(1, 15)
    basis = dice.choice(allowed[role] if dice.random() < 0.9 else bases)
    duty = None
    if basis == "other_duties" and dice.random() < 0.95:
        duty = dice.choice(own[role] if own[role] and dice.random() < 0.9 else duties)
    service = dice.choice(marked) if dice.random() < 0.15 else dice.randint(1, 76)
    case = None
    if (basis in bases[1:3]) == (dice.random() < 0.95):
        case = "".join(dice.choices("0123456789", k=15 if dice.random() < 0.97 else 14))
    article = None
    if (service in marked) == (dice.random() < 0.9):
        article = dice.choice(articles) if dice.random() < 0.9 else dice.choice(["216", "220/1", "190/2", "999"])
    print(json.dumps({"article": article, "basis": basis, "case": case, "duty": duty, "role": role,
                      "service": service}, separators=(",", ":")))
