"""Service 5: vehicles."""
from ..country import holder
from . import shapes

MEMBERS = ("plate", "vin", "certificate", "make", "model", "year", "category", "color", "engine_volume", "registration_date",
           "deregistration_date")


def records(country, asked):
    vehicles = shapes.owned(country, asked, "vehicles", plate=country.by_plate, vin=country.by_vin)
    return [{name: getattr(vehicle, name) for name in MEMBERS} | holder(vehicle.owner) for vehicle in vehicles]


def samples(country):
    return (shapes.numbered("plate", country.vehicles, "plate") + shapes.numbered("vin", country.vehicles, "vin")
            + shapes.owners_with(country, lambda one: one.vehicles) + [{"plate": "999ZZZ99"}])
