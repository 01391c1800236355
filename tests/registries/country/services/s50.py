"""Service 50: inspections by state bodies."""
from ..country import within
from . import shapes

KINDS = {"1": "periodic", "2": "unscheduled"}


def record(one):
    return shapes.party(one.organisation, "subject_name") | {
        "act_number": one.number, "date": one.registered, "body": shapes.body(one.body), "kind": KINDS.get(one.kind.code, "unscheduled"),
        "ground": one.kind.record(), "question": one.subject, "inspector_name": one.body.leader.full_name, "begins": one.begins, "ends": one.ends,
        "extended": None, "violations": 1 if one.fine else 0, "fine": one.fine, "state": "completed" if one.ends else "under_way"}


def records(country, asked):
    if "act_number" in asked:
        found = [one for one in country.inspections if one.number == asked["act_number"]]
    else:
        found = [one for party in country.asked_owners(asked) for one in party.inspections]
    return [record(one) for one in found if within(asked, one.registered)]


def samples(country):
    company = country.companies[0]
    return shapes.numbered("act_number", country.inspections) + shapes.owners_with(country, lambda one: one.inspections) + [
        shapes.around({"bin": company.bin}, company.inspections[0].registered)]
