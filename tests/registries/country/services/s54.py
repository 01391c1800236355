"""Service 54: persons hiding from inquiry and investigation."""
from . import shapes


def record(one):
    return shapes.person(one.person) | {
        "case_number": one.case.number, "articles": ", ".join(one.articles), "search_file_number": one.number, "body": shapes.body(one.body),
        "kind": "republican", "date": one.since, "measure": "detention", "marks": None,
        "found": one.ends, "ends": one.ends, "state": "found" if one.ends else "sought"}


def searches(country):
    return [person.wanted for person in country.people if person.wanted and person.wanted.case]


def records(country, asked):
    if "case_number" in asked:
        return [record(one) for one in searches(country) if one.case.number == asked["case_number"]]
    return [record(person.wanted) for person in country.asked_people(asked) if person.wanted and person.wanted.case]


def samples(country):
    return [{"case_number": one.case.number} for one in searches(country)[:2]] + shapes.people_with(
        country, lambda one: one.wanted and one.wanted.case)
