"""Service 55: missing persons."""
from . import shapes


def record(one):
    person = one.person
    declarant = person.spouse or person.mother or person.father
    return shapes.person(person) | {
        "search_file_number": one.number, "body": shapes.body(one.body), "date": one.since, "registered": one.since, "place": one.last_seen,
        "circumstances": "үйден шығып, оралмаған", "marks": None, "clothes": None, "declarant_iin": declarant.iin if declarant else None,
        "declarant_name": declarant.full_name if declarant else "белгісіз", "declarant_phone": None, "found": one.ends,
        "state": "found_alive" if one.ends else "sought"}


def records(country, asked):
    return [record(person.missing) for person in country.asked_people(asked) if person.missing]


def samples(country):
    return shapes.people_with(country, lambda one: one.missing)
