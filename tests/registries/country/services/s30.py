"""Service 30: notarial acts, a record for each party."""
from ..country import within
from . import shapes


def record(deed, party, role):
    return shapes.party(party, "party_name") | {
        "role": role, "deed_number": deed.number, "kind": deed.kind.record(), "notary_name": deed.notary, "notary_licence": deed.notary_licence,
        "date": deed.date, "cadastre": getattr(deed.object, "cadastre", None), "plate": getattr(deed.object, "plate", None),
        "amount": deed.amount}


def records(country, asked):
    if "deed_number" in asked:
        parts = [(deed, *part) for deed in country.deeds if deed.number == asked["deed_number"] for part in deed.parties]
    else:
        parts = [(deed, party, role) for one in country.asked_owners(asked) for deed in one.deeds for party, role in deed.parties if party is one]
    return [record(*part) for part in parts if within(asked, part[0].date)]


def samples(country):
    tried = shapes.numbered("deed_number", country.deeds) + shapes.owners_with(country, lambda one: one.deeds)
    return tried + [shapes.around({"iin": country.people[0].iin}, country.people[0].deeds[0].date)]
