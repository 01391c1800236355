"""Service 32: civil status records."""
from . import shapes

ROLES = {"birth": ("child", "father", "mother"), "marriage": ("husband", "wife"), "divorce": ("husband", "wife"), "death": ("deceased",)}


def roles(act):
    """Who is in the record as what: (role, person)."""
    return [(role, person) for role, person in zip(ROLES[act.kind], act.persons) if person]


def record(act, role, person):
    named = [{"role": one_role} | shapes.person(one) for one_role, one in roles(act)]
    return shapes.person(person) | {
        "role": role, "act_number": act.number, "kind": act.kind, "date": act.date, "registration_date": act.registered,
        "office": act.office.record(), "persons": named}


def of_person(person):
    """Their own records and those of their children's birth."""
    births = [act for child in person.children for act in child.civil_acts if act.kind == "birth"]
    return [(act, role, one) for act in person.civil_acts + births for role, one in roles(act) if one is person]


def records(country, asked):
    if "act_number" in asked:
        parts = [(act, *part) for act in country.civil_acts if act.number == asked["act_number"] for part in roles(act)[:1]]
    else:
        parts = [part for person in country.asked_people(asked) for part in of_person(person)]
    return [record(*part) for part in parts]


def samples(country):
    return shapes.numbered("act_number", country.civil_acts) + shapes.by_person(country.people[:2]) + [{"iin": shapes.nobody()}]
