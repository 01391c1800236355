"""Service 41: licences and permits."""
from . import shapes

STATES = {"withdrawn": "revoked", "expired": "ended"}


def record(one):
    state = STATES.get(one.state, one.state)
    return shapes.party(one.holder, "holder_name") | {
        "licence_number": one.number, "kind": "licence", "activity": one.kind.record(), "subactivity": None, "body": one.issuer.record(),
        "address": one.holder.address.line, "date": one.issued, "begins": one.issued, "ends": one.expires,
        "suspended": one.issued if state == "suspended" else None, "revoked": one.issued if state == "revoked" else None, "state": state}


def records(country, asked):
    if "licence_number" in asked:
        return [record(one) for one in country.licences if one.number == asked["licence_number"]]
    return [record(one) for party in country.asked_owners(asked) for one in party.licences]


def samples(country):
    return shapes.numbered("licence_number", country.licences) + shapes.owners_with(country, lambda one: one.licences)
