"""Service 11: pension contributions."""
from . import shapes


def record(one):
    return {"iin": one.person.iin, "period": one.period, "date": one.date, "kind": one.kind, "payer_bin": one.payer.bin,
            "payer_name": one.payer.full_name, "amount": one.amount, "income": one.income}


def records(country, asked):
    return [record(one) for person in country.asked_people(asked) for one in person.contributions]


def samples(country):
    return shapes.by_iin(country, lambda one: one.contributions) + [{"iin": shapes.nobody()}]
