"""Service 23: vehicles looked for."""
from . import shapes


def search(theft):
    return {
        "search_number": theft.number, "reason": theft.reason.record(), "date": theft.since, "body_bin": theft.body.bin,
        "body_name": theft.body.full_name, "case_number": theft.case.number, "found": theft.found, "state": "found" if theft.found else "sought"}


def record(vehicle):
    return {name: getattr(vehicle, name) for name in ("plate", "vin", "make", "model", "year", "color")} | search(vehicle.stolen)


def records(country, asked):
    index, number = (country.by_plate, asked.get("plate")) if "plate" in asked else (country.by_vin, asked.get("vin"))
    return [record(vehicle) for vehicle in shapes.found(index, number) if vehicle.stolen]


def samples(country):
    stolen = shapes.first(country.vehicles, lambda one: one.stolen)
    return shapes.numbered("plate", stolen, "plate") + shapes.numbered("vin", stolen, "vin") + [{"plate": "999ZZZ99"}]
