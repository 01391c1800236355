"""Service 66: postal items, a record for each of the two sides."""
from ..country import within
from . import shapes

KINDS = {"L": "letter", "R": "registered_letter", "C": "parcel", "E": "express", "U": "small_packet"}


def phone(one):
    return next((number.number for number in one.phones), None)


def record(item, party):
    is_sender = item.sender is party
    other = item.recipient if is_sender else item.sender
    return {"item_number": item.number, "kind": KINDS.get(item.kind.code, "letter"), "role": "sender" if is_sender else "recipient"} | \
        shapes.party(party, "party_name") | {"phone": phone(party), "address": party.address.line} | shapes.other(other, "counterparty") | {
        "counterparty_phone": phone(other), "counterparty_address": other.address.line, "from_office": item.office_from.record(),
        "to_office": item.office_to.record(), "date": item.sent, "delivered": item.delivered, "weight": item.weight_g, "amount": item.value,
        "state": "delivered" if item.delivered else "in_transit"}


def items(country, asked):
    if "item_number" in asked:
        return [(item, side) for item in shapes.found(country.by_postal_item, asked["item_number"]) for side in (item.sender, item.recipient)]
    if "phone" in asked:
        return [(item, side) for item in country.postal_items for side in (item.sender, item.recipient) if phone(side) == asked["phone"]]
    return [(item, party) for party in country.asked_owners(asked) for item in party.postal_sent + party.postal_received]


def records(country, asked):
    return [record(item, side) for item, side in items(country, asked) if within(asked, item.sent)]


def samples(country):
    callers = shapes.first(country.people, lambda one: one.postal_received and one.phones)
    known = country.people[0]
    return shapes.numbered("item_number", country.postal_items) + [{"phone": phone(one)} for one in callers] + shapes.owners_with(
        country, lambda one: one.postal_sent or one.postal_received) + [
        shapes.around({"iin": known.iin}, (known.postal_sent + known.postal_received)[0].sent)]
