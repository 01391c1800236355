"""Service 71: petroleum products (version 2)."""
from . import shapes


def extra(one, operation):
    return {"address": one.organisation.address.line}


def records(country, asked):
    return shapes.excise(country, asked, 71, extra)


def samples(country):
    return shapes.excise_samples(country, 71)
