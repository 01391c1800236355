"""Service 26: a check of a person as a civil servant."""
from . import shapes


def record(person):
    service = person.service
    return shapes.person(person) | {
        "civil_servant": bool(service and not service.ends), "organisation_bin": service.body.bin if service else None,
        "organisation_name": service.body.full_name if service else None, "position": service.position if service else None,
        "begins": service.begins if service else None, "ends": service.ends if service else None, "convicted": bool(person.convictions),
        "prosecuted": any(part.role == "suspect" and part.case.state != "closed" for part in person.cases),
        "penalties": [{"date": date, "kind": kind.record()} for date, kind in service.penalties] if service else [],
        "state": ("dismissed" if service.ends else "working") if service else None}


def records(country, asked):
    return [record(person) for person in country.asked_people(asked)]


def samples(country):
    return shapes.by_person(country.people[:1] + shapes.first(country.people, lambda one: one.service)) + [{"iin": shapes.nobody()}]
