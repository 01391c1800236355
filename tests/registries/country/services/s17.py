"""Service 17: pre-trial investigations and those who take part in them."""
from . import shapes


def record(part):
    case = part.case
    return shapes.person(part.person) | {
        "case_number": case.number, "role": part.role, "body_bin": case.body.bin, "body_name": case.body.full_name, "articles": case.articles,
        "plot": case.plot, "damage": case.damage, "begins": case.opened, "ends": case.closed, "decision": shapes.entry(case.decision),
        "state": case.state}


def records(country, asked):
    if "case_number" in asked:
        return [record(part) for case in shapes.found(country.by_case, asked["case_number"]) for part in case.persons]
    return [record(part) for person in country.asked_people(asked) for part in person.cases]


def samples(country):
    return (shapes.numbered("case_number", country.cases) + shapes.people_with(country, lambda one: one.cases)
            + [{"case_number": "999999999999999"}])
