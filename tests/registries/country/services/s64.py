"""Service 64: technical inspections of a vehicle."""
from . import shapes


def record(country, one):
    car = one.vehicle
    centre = country.companies[int(car.plate[:3]) % len(country.companies)]
    return {
        "plate": car.plate, "vin": car.vin, "make": car.make, "model": car.model, "year": car.year, "category": car.category,
        "inspection_number": one.number, "date": one.date, "ends": one.valid_until if one.is_passed else None, "centre_bin": centre.bin,
        "centre_name": one.centre, "region": centre.address.province.record(), "mileage": int(car.plate[:3]) * 137,
        "result": "passed" if one.is_passed else "failed", "defects": ", ".join(one.faults) or None}


def records(country, asked):
    cars = shapes.found(country.by_vin, asked["vin"]) if "vin" in asked else shapes.found(country.by_plate, asked.get("plate"))
    return [record(country, one) for car in cars for one in car.inspections]


def samples(country):
    cars = shapes.first(country.vehicles, lambda one: one.inspections)
    return [{"plate": one.plate} for one in cars] + [{"vin": one.vin} for one in cars] + [{"plate": "000ZZZ99"}]
