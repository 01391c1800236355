"""Service 21: violations of the traffic rules."""
from ..country import within
from . import shapes


def record(one):
    return {
        "violation_number": one.number, "iin": one.person.iin, "offender_name": one.person.full_name, "plate": one.vehicle.plate, "at": one.at,
        "place": one.place, "article": one.article, "camera": one.by_camera, "fine": one.fine, "paid_date": one.paid}


def records(country, asked):
    if "violation_number" in asked:
        chosen = [one for one in country.violations if one.number == asked["violation_number"]]
    elif "plate" in asked:
        chosen = [one for vehicle in shapes.found(country.by_plate, asked["plate"]) for one in vehicle.violations]
    else:
        chosen = [one for person in country.asked_people(asked) for one in person.violations]
    return [record(one) for one in chosen if within(asked, one.at)]


def samples(country):
    fined = [one.vehicle for one in country.violations[:8]]
    return (shapes.numbered("violation_number", country.violations) + shapes.numbered("plate", list(dict.fromkeys(fined)), "plate")
            + shapes.by_iin(country, lambda one: one.violations) + [{"iin": shapes.nobody()}]
            + [shapes.around({"iin": country.people[0].iin}, country.people[0].violations[0].at)])
