#!/usr/bin/python3
"""Writes what load.sh gives to psql for each registry that is a database: DIR/REGISTRY.sql, tables and rows in one
transaction. Everything is made anew from the fictional country but the schema `acts`, which keeps what was done.

usage: /usr/bin/python3 fill.py DIR [SEED]
"""
import itertools
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "standin")]

import catalogue  # noqa: E402 (the path first)
import country  # noqa: E402

# Services with tables and a function of their own; all other sql services are rows of registry.answer.
OWN = {5, 11, 37, 57}
# Databases of services that are also served over SOAP, for an adapter that is configured without the stand-in program; they
# know only the first people and organisations.
BESIDES = (catalogue.Registry("individuals", "sql", [1]), catalogue.Registry("entities", "sql", [2]))
FIRST = 1000
HAPPENED = ("at", "date", "begins")  # the day that a period is asked about, whichever a record has
IN_CAPITALS = ("surname", "name", "patronymic")


def databases():
    return [registry for registry in catalogue.registries() if registry.adapter == "sql"] + list(BESIDES)


def text(value):
    """One value in COPY's text format."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (dict, list)):
        value = json.dumps(value, ensure_ascii=False)
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def copy(out, table, rows):
    out.write(f"copy {table} from stdin;\n")
    out.writelines("\t".join(map(text, row)) + "\n" for row in rows)
    out.write("\\.\n")


def vehicles(made):
    return ((one.plate, one.vin, one.certificate, one.make, one.model, one.year, one.category, one.color, one.engine_volume,
             one.registration_date, one.deregistration_date, *country.holder(one.owner).values()) for one in made.vehicles)


def contributions(made):
    return ((one.person.iin, one.period, one.date, one.kind, one.payer.bin, one.payer.name_ru, one.amount, one.income)
            for person in made.people for one in person.contributions)


def cross_checks(made):
    return ((one.organisation.bin, one.number, one.office.record(), one.begins, one.ends, one.period_from, one.period_to,
             one.counterparty.bin, one.counterparty.name_ru, one.turnover, one.vat, one.result) for one in made.cross_checks)


def objects(made):
    return ((one.cadastre, kind.record()) for things in (made.real_estate, made.land) for one in things
            for kind in (getattr(one, "kind", None) or country.words.REALTY_KINDS[0],))


TABLES = {"interior": [("registry.vehicle", vehicles)], "pension": [("registry.contribution", contributions)],
          "audits": [("registry.cross_check", cross_checks)], "prohibitions": [("registry.object", objects)]}


# --- services without tables of their own ---

def subjects(made, name):
    """Everything there is to ask by a parameter alone; nothing for one by which nobody is looked up here."""
    return {"iin": made.by_iin, "bin": made.by_bin, "plate": made.by_plate, "weapon_number": made.by_weapon}.get(name, ())


def records(made, number, most):
    """All records of a service, each once, in the order in which they are found; of each way to ask the first so many."""
    request = catalogue.described(number)["request"]
    ways = [choice["required"] for choice in request.get("oneOf", [])] or [request["required"]]
    found = {}
    for way in ways:
        for value in itertools.islice(subjects(made, way[0]) if len(way) == 1 else (), most):
            for record in made.ask(number, {way[0]: value}):
                found.setdefault(json.dumps(record, ensure_ascii=False, sort_keys=True), record)
    return found.values()


def answers(made, numbers, most):
    n = 0
    for number in numbers:
        members = catalogue.described(number)["answer"]["items"]["properties"]
        same = {name: schema["x-same-as"] for name, schema in members.items() if "x-same-as" in schema}
        happened = next((name for name in HAPPENED if name in members), None)
        for record in records(made, number, most):
            keys = {parameter: record[name].upper() if parameter in IN_CAPITALS else record[name]
                    for name, parameter in same.items() if record[name] is not None}
            yield n, number, keys, record[happened][:10] if happened and record[happened] else None, record
            n += 1


def database(out, made, registry):
    role = f"qao_registry_{registry.name}"
    generic = [number for number in registry.services if number not in OWN and number in made.served]
    out.write(f"begin;\nset local role {role}_owner;\n\\set role {role}\n"
              "drop schema if exists country, registry cascade;\ncreate schema registry;\ncreate schema if not exists acts;\n")
    own = HERE / f"sql/{registry.name}.sql"
    if own.exists():
        out.write(own.read_text(encoding="utf-8"))
        for table, rows in TABLES.get(registry.name, ()):
            copy(out, table, rows(made))
    out.write((HERE / "sql/answers.sql").read_text(encoding="utf-8"))
    copy(out, "registry.answer", answers(made, generic, FIRST if registry in BESIDES else None))
    out.write("create index answer_keys on registry.answer using gin (keys jsonb_path_ops);\n"
              "revoke all on schema registry, acts from public;\nrevoke all on all functions in schema registry from public;\n"
              f"grant usage on schema registry to {role};\ncommit;\n"
              "analyze;\n")


def main(folder, seed=1):
    made = country.Country(int(seed))
    for registry in databases():
        with open(pathlib.Path(folder) / f"{registry.name}.sql", "w", encoding="utf-8") as out:
            database(out, made, registry)


if __name__ == "__main__":
    main(*sys.argv[1:])
