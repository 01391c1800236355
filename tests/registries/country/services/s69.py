"""Service 69: alcohol products made and moved."""
from . import shapes


def extra(one, operation):
    return {"brand": one.product.name_kk, "strength": 4000, "container": 500, "stamps": shapes.stamps(one, operation)}


def records(country, asked):
    return shapes.excise(country, asked, 69, extra)


def samples(country):
    return shapes.excise_samples(country, 69)
