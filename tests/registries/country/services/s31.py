"""Service 31: appeals of people and organisations."""
from ..country import within
from . import shapes


def record(one):
    return shapes.party(one.applicant, "applicant_name") | {
        "appeal_number": one.number, "body_bin": one.body.bin, "body_name": one.body.full_name, "kind": one.kind.record(), "subject": one.subject,
        "date": one.submitted, "answered": one.answered, "state": one.state}


def records(country, asked):
    if "appeal_number" in asked:
        chosen = [one for one in country.appeals if one.number == asked["appeal_number"]]
    else:
        chosen = [one for party in country.asked_owners(asked) for one in party.appeals]
    return [record(one) for one in chosen if within(asked, one.submitted)]


def samples(country):
    tried = shapes.numbered("appeal_number", country.appeals) + shapes.owners_with(country, lambda one: one.appeals)
    return tried + [shapes.around({"iin": country.people[0].iin}, country.people[0].appeals[0].submitted)]
