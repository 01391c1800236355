"""Service 15: what people received from public service centres."""
from ..country import within
from . import shapes


def record(one):
    return shapes.party(one.applicant, "applicant_name") | {
        "application_number": one.number, "representative_iin": one.representative.iin if one.representative else None,
        "representative_name": one.representative.full_name if one.representative else None, "service": one.service.record(),
        "centre": one.centre.record(), "date": one.submitted, "completed": one.completed, "state": one.state}


def records(country, asked):
    if "application_number" in asked:
        chosen = [one for one in country.applications if one.number == asked["application_number"]]
    else:
        chosen = [one for party in country.asked_owners(asked) for one in party.applications]
    return [record(one) for one in chosen if within(asked, one.submitted)]


def samples(country):
    tried = shapes.numbered("application_number", country.applications) + shapes.owners_with(country, lambda one: one.applications)
    return tried + [shapes.around({"iin": country.people[0].iin}, country.people[0].applications[0].submitted)]
