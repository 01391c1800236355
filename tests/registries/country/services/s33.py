"""Service 33: crossings of the border by citizens."""
from ..country import within
from . import shapes


def record(one):
    return shapes.person(one.person) | {
        "citizenship": one.person.citizenship.record(), "document_number": one.document.number, "at": one.at, "direction": one.direction,
        "point": one.point.record(), "country": one.country.record(), "purpose": one.purpose.record(), "transport": one.transport,
        "plate": one.vehicle.plate if one.vehicle else None, "group_number": one.together}


def crossings(country, asked, is_foreign):
    if "plate" in asked:
        vehicles = shapes.found(country.by_plate, asked["plate"])
        chosen = [one for one in country.crossings if one.vehicle in vehicles] if vehicles else []
    elif "group_number" in asked:
        chosen = [one for one in country.crossings if one.together == asked["group_number"]]
    elif "document_number" in asked:
        chosen = [one for paper in shapes.found(country.by_document, asked["document_number"]) for one in paper.holder.crossings
                  if one.document is paper]
    else:
        chosen = [one for person in country.asked_people(asked) for one in person.crossings]
    return [one for one in chosen if one.person.is_foreign == is_foreign and within(asked, one.at)]


def tries(country, is_foreign):
    made = [one for one in country.crossings if one.person.is_foreign == is_foreign]
    people, papers = list(dict.fromkeys(one.person for one in made))[:2], list(dict.fromkeys(one.document for one in made))
    by_car = list(dict.fromkeys(one.vehicle for one in made if one.vehicle))
    groups = [{"group_number": name} for name in list(dict.fromkeys(one.together for one in made))[:2]]
    return (shapes.by_person(people) + shapes.numbered("document_number", papers) + shapes.numbered("plate", by_car, "plate") + groups
            + [shapes.around({"iin": made[0].person.iin}, made[0].at), {"iin": shapes.nobody()}])


def records(country, asked):
    return [record(one) for one in crossings(country, asked, False)]


def samples(country):
    return tries(country, False)
