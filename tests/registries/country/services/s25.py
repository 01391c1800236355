"""Service 25: road accidents, a record for each vehicle in one."""
from ..country import within
from . import shapes


def parts(accident):
    return [(accident, vehicle, driver) for vehicle, driver in zip(accident.vehicles, accident.drivers)]


def record(accident, vehicle, driver):
    return {
        "accident_number": accident.number, "at": accident.at, "place": accident.place, "kind": accident.kind.record(), "plate": vehicle.plate,
        "driver_iin": driver.iin, "driver_name": driver.full_name, "culprit": driver is accident.culprit, "injured": accident.injured,
        "killed": accident.killed, "case_number": accident.case.number if accident.case else None}


def records(country, asked):
    if "accident_number" in asked:
        chosen = [part for one in country.accidents if one.number == asked["accident_number"] for part in parts(one)]
    elif "plate" in asked:
        chosen = [part for vehicle in shapes.found(country.by_plate, asked["plate"]) for one in vehicle.accidents
                  for part in parts(one) if part[1] is vehicle]
    else:
        chosen = [part for person in country.asked_people(asked) for one in person.accidents for part in parts(one) if part[2] is person]
    return [record(*part) for part in chosen if within(asked, part[0].at)]


def samples(country):
    vehicles = list(dict.fromkeys(vehicle for one in country.accidents[:4] for vehicle in one.vehicles))
    return (shapes.numbered("accident_number", country.accidents) + shapes.numbered("plate", vehicles, "plate")
            + shapes.by_iin(country, lambda one: one.accidents) + [{"iin": shapes.nobody()}]
            + [shapes.around({"iin": country.people[0].iin}, country.people[0].accidents[0].at)])
