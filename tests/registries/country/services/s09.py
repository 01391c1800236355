"""Service 9: sea vessels."""
from .s08 import record, tries, vessels


def records(country, asked):
    return [record(vessel) | {"imo": vessel.imo} for vessel in vessels(country, asked, True)]


def samples(country):
    return tries(country, True)
