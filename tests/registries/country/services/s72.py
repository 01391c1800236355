"""Service 72: petroleum products (version 3)."""
from . import shapes


def extra(one, operation):
    return {"address": one.organisation.address.line, "pin_code": f"ПИН-{one.organisation.n:06}", "waybill_number": None, "density": 745,
            "country": shapes.HOME}


def records(country, asked):
    return shapes.excise(country, asked, 72, extra)


def samples(country):
    return shapes.excise_samples(country, 72)
