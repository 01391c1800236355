"""Service 35: taxpayers."""
from .. import words
from . import shapes

KINDS = {"branch": "branch", "representation": "branch", "state_body": "state_body"}


def of_person(person):
    home = person.residence
    return {
        "kind": "entrepreneur" if person.licences else "individual", "tax_office": words.TAX_OFFICES[person.n % 2].record(),
        "registration_date": home.begins, "deregistration_date": person.death_date, "activity": None, "vat_payer": False, "leader_iin": None,
        "leader_name": None, "state": "active" if person.is_alive else "inactive"}


def of_organisation(one):
    office = one.tax_office or words.TAX_OFFICES[one.n % 2]
    return {
        "kind": KINDS.get(one.kind, "legal_entity"), "tax_office": office.record(), "registration_date": one.registered,
        "deregistration_date": one.liquidated, "activity": one.oked.record(), "vat_payer": one.is_vat_payer, "leader_iin": one.leader.iin,
        "leader_name": one.leader.full_name, "state": "liquidated" if one.liquidated else "active"}


def record(one):
    return shapes.party(one, "taxpayer_name") | (of_person(one) if hasattr(one, "iin") else of_organisation(one)) | {
        "address": one.address.line, "address_code": one.address.code, "phones": [phone.number for phone in one.phones]}


def records(country, asked):
    return [record(one) for one in country.asked_owners(asked)]


def samples(country):
    return shapes.owners_with(country, lambda one: True)
