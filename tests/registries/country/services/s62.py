"""Service 62: addresses and telephones, of a person or organisation, of an address, of a telephone."""
from . import shapes

SOURCE = {"code": "1", "name_kk": "Халықты тіркеу", "name_ru": "Учет населения"}


def named(one):
    is_person = hasattr(one, "iin")
    return shapes.party(one, "subject_name") | {
        "surname": one.surname if is_person else None, "name": one.name if is_person else None,
        "patronymic": one.patronymic if is_person else None, "birth_date": one.birth_date if is_person else None}


def contact(one, kind, use, begins, ends, **value):
    empty = {"address": None, "phone": None, "email": None}
    return named(one) | {"kind": kind, "use": use} | empty | value | {"source": SOURCE, "begins": begins, "ends": ends}


def since(one):
    return one.residence.begins if hasattr(one, "iin") else one.registered


def addresses(one):
    yield contact(one, "address", "registered", since(one), None, address=one.address.line)
    for residence in getattr(one, "earlier_addresses", []):
        yield contact(one, "address", "registered", residence.begins, residence.ends, address=residence.address.line)


def phones(one):
    for phone in one.phones:
        yield contact(one, "phone", "mobile" if phone.kind == "mobile" else "home", phone.begins, phone.ends, phone=phone.number)


def emails(one):
    for email in one.emails:
        yield contact(one, "email", "work", since(one), None, email=email)


def living_at(country, line):
    """Who lives there now; the line of an address is made of few places, so that going through all is quick enough."""
    return [one for one in [*country.people, *country.organisations] if one.address.line == line]


def records(country, asked):
    if "phone" in asked:
        parties = {id(one): one for phone in shapes.found(country.by_phone, asked["phone"]) for one in [phone.holder, *phone.users]}
        return [one for party in parties.values() for one in phones(party) if one["phone"] == asked["phone"]]
    if "address" in asked:
        return [one for party in living_at(country, asked["address"]) for one in addresses(party) if one["address"] == asked["address"]]
    return [one for party in country.asked_owners(asked) for group in (addresses, phones, emails) for one in group(party)]


def samples(country):
    return [{"phone": number} for number in list(country.by_phone)[:2]] + [
        {"address": one.address.line} for one in shapes.several(country.people[:50], lambda one: one.address)] + shapes.by_person(
        country.people[:2]) + [{"bin": one.bin} for one in country.organisations[:2]] + [{"iin": shapes.nobody()}]
