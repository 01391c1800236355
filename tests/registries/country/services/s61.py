"""Service 61: unreliable participants of public procurement."""
from . import shapes


def record(one):
    return shapes.party(one.organisation, "participant_name") | {
        "leader_iin": one.organisation.leader.iin, "leader_name": one.organisation.leader.full_name, "ground": one.reason.record(),
        "decision_number": one.decision_number, "date": one.begins, "customer_bin": one.customer.bin, "customer_name": one.customer.full_name,
        "contract_number": None, "begins": one.begins, "ends": one.ends, "state": "included"}


def records(country, asked):
    return [record(one.unfair) for one in country.asked_owners(asked) if getattr(one, "unfair", None)]


def samples(country):
    return shapes.by_bin(country, lambda one: one.unfair) + [{"iin": shapes.nobody()}]
