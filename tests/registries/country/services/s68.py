"""Service 68: ethyl alcohol and wine material."""
from . import shapes


def extra(one, operation):
    return {"raw_material": "бидай", "strength": 9600}


def records(country, asked):
    return shapes.excise(country, asked, 68, extra)


def samples(country):
    return shapes.excise_samples(country, 68)
