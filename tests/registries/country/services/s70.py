"""Service 70: alcohol products moved."""
from . import shapes


def extra(one, operation):
    return {"brand": one.product.name_kk, "strength": 4000, "container": 500, "address": one.organisation.address.line,
            "stamps": shapes.stamps(one, operation)}


def records(country, asked):
    return shapes.excise(country, asked, 70, extra)


def samples(country):
    return shapes.excise_samples(country, 70)
