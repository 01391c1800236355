"""Service 53: subscribers of the national telecom operator."""
from . import shapes

KINDS = {"landline": "telephone", "mobile": "internet"}


def record(one):
    return {"phone": one.number} | shapes.party(one.holder, "subscriber_name") | {
        "address": one.holder.address.line, "kind": KINDS[one.kind], "tariff_plan": "Негізгі", "contract_number": f"Д{one.number[-7:]}",
        "begins": one.begins, "ends": one.ends, "arrears": int(one.number[-3:]) * 100, "state": "closed" if one.ends else "active"}


def records(country, asked):
    if "phone" in asked:
        return [record(one) for one in shapes.found(country.by_phone, asked["phone"])]
    return [record(one) for party in country.asked_owners(asked) for one in party.phones if one.holder is party]


def samples(country):
    return [{"phone": number} for number in list(country.by_phone)[:2]] + shapes.owners_with(
        country, lambda one: any(phone.holder is one for phone in one.phones))
