"""Service 61: unreliable participants of public procurement."""
from . import shapes


def record(one):
    leader = getattr(one.organisation, "leader", None)
    return shapes.party(one.organisation, "participant_name") | {
        "leader_iin": leader.iin if leader else None, "leader_name": leader.full_name if leader else None, "ground": one.reason.record(),
        "decision_number": one.decision_number, "date": one.begins, "customer_bin": one.customer.bin, "customer_name": one.customer.full_name,
        "contract_number": None, "begins": one.begins, "ends": one.ends, "state": "included"}


def records(country, asked):
    return [record(one.unfair) for one in country.asked_owners(asked) if one.unfair]


def samples(country):
    return shapes.owners_with(country, lambda one: one.unfair)
