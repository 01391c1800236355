"""Service 10: agricultural machines."""
from ..country import holder
from . import shapes

MEMBERS = ("plate", "factory_number", "make", "model", "year", "engine_number", "registration_date", "deregistration_date")


def record(machine):
    return {name: getattr(machine, name) for name in MEMBERS} | holder(machine.owner) | {
        "kind": machine.kind.record(), "pledged": machine.is_pledged}


def records(country, asked):
    return [record(machine) for machine in shapes.owned(country, asked, "machines", plate=country.by_machine)]


def samples(country):
    return (shapes.numbered("plate", country.machines, "plate") + shapes.owners_with(country, lambda one: one.machines)
            + [{"plate": "T9999ZZ"}])
