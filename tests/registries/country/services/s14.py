"""Service 14: the labour market."""
from . import shapes


def record(one):
    return shapes.person(one.person) | {
        "employer_bin": one.employer.bin, "employer_name": one.employer.full_name, "position": one.position,
        "contract_number": one.contract_number, "begins": one.begins, "ends": one.ends, "salary": one.salary,
        "state": "dismissed" if one.ends else "employed"}


def records(country, asked):
    return [record(one) for party in country.asked_owners(asked) for one in party.employments]


def samples(country):
    return shapes.people_with(country, lambda one: one.employments) + shapes.by_bin(country, lambda one: one.employments)
