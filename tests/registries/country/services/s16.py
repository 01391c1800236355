"""Service 16: special records, of convictions."""
from . import shapes


def conviction(one):
    return {"court": one.court.record(), "date": one.date, "articles": one.articles, "punishment": one.punishment, "term": one.term_months,
            "ends": one.ends, "spent": one.is_spent}


def records(country, asked):
    return [shapes.person(person) | {"case_number": one.case.number} | conviction(one)
            for person in country.asked_people(asked) for one in person.convictions]


def samples(country):
    return shapes.people_with(country, lambda one: one.convictions)
