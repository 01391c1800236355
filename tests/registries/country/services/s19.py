"""Service 19: court cases and their parties."""
from ..country import within
from . import shapes


def record(case, party, role):
    return shapes.party(party, "party_name") | {
        "role": role, "court_case_number": case.number, "case_number": case.case.number if case.case else None, "court": case.court.record(),
        "kind": case.kind, "category": case.category.record(), "judge_name": case.judge, "begins": case.opened, "decided": case.decided,
        "decision": shapes.entry(case.decision), "amount": case.amount, "state": case.state}


def records(country, asked):
    if "court_case_number" in asked:
        parts = [(case, party, role) for case in shapes.found(country.by_court_case, asked["court_case_number"]) for party, role in case.parties]
    else:
        parts = [(case, party, role) for party in country.asked_owners(asked) for case, role in party.court_cases]
    return [record(*part) for part in parts if within(asked, part[0].opened)]


def samples(country):
    tried = shapes.numbered("court_case_number", country.court_cases) + shapes.owners_with(country, lambda one: one.court_cases)
    return tried + [shapes.around({"iin": country.people[0].iin}, country.people[0].court_cases[0][0].opened)]
