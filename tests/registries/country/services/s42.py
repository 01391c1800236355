"""Service 42: public procurement contracts, as one of the two parties sees them."""
from ..country import within
from . import shapes

METHODS = {"1": "open_tender", "2": "price_quotations", "3": "single_source"}
STATES = {"done": "executed"}


def record(one, party):
    is_supplier = one.supplier is party
    other = one.customer if is_supplier else one.supplier
    return shapes.party(party, "participant_name") | {
        "role": "supplier" if is_supplier else "customer"} | shapes.other(other, "counterparty") | {
        "announcement_number": f"{one.number}-1", "contract_number": one.number, "date": one.date, "ends": one.ends,
        "method": METHODS.get(one.method.code, "electronic_shop"), "subject_kk": one.subject, "subject_ru": one.subject, "amount": one.amount,
        "paid": one.amount if one.state == "done" else 0, "state": STATES.get(one.state, one.state)}


def records(country, asked):
    if "contract_number" in asked:
        found = [(one, one.supplier) for one in country.procurements if one.number == asked["contract_number"]]
    else:
        found = [(one, party) for party in country.asked_owners(asked)
                 for one in party.contracts + getattr(party, "purchases", [])]
    return [record(*pair) for pair in found if within(asked, pair[0].date)]


def samples(country):
    company = country.companies[0]
    return shapes.numbered("contract_number", country.procurements) + shapes.owners_with(country, lambda one: one.contracts) + [
        shapes.around({"bin": company.bin}, company.contracts[0].date)]
