"""What records of many services have in common, and what they are tried with."""
import datetime

from .. import words
from ..country import within
from ..entities import Entry
from ..numbers import check_digit, day, moved, ordinal


def person(one, birth=True):
    """The members by which a record names the person it is about."""
    named = {"iin": one.iin, "surname": one.surname, "name": one.name, "patronymic": one.patronymic}
    return named | {"birth_date": one.birth_date} if birth else named


def party(one, name):
    """The person or organisation a record is about: `iin`, `bin` and a name."""
    is_person = hasattr(one, "iin")
    return {"iin": one.iin if is_person else None, "bin": None if is_person else one.bin, name: one.full_name}


def other(one, prefix):
    """Another person or organisation; or nobody."""
    found = party(one, "name") if one else {"iin": None, "bin": None, "name": None}
    return {f"{prefix}_{member}": value for member, value in found.items()}


def entry(one):
    """A word of a dictionary, or none."""
    return one.record() if one else None


def found(index, number):
    """The one thing of that number, in a list."""
    return [index[number]] if number in index else []


def owned(country, asked, attribute, **numbers):
    """Things by their own number (`plate=country.by_plate`), or all of the owner asked about."""
    for name, index in numbers.items():
        if name in asked:
            return found(index, asked[name])
    return [thing for owner in country.asked_owners(asked) for thing in getattr(owner, attribute)]


def held(country, asked, attribute, index):
    """Land and buildings with each of their owners: of the object, or of one owner."""
    if "cadastre" in asked:
        return [(thing, owner, share) for thing in found(index, asked["cadastre"]) for owner, share in thing.owners]
    return [(thing, owner, share) for owner in country.asked_owners(asked) for thing, share in getattr(owner, attribute)]


def period(text):
    """First and last day of "2030", "2030-Q4" or "2030-11"."""
    year, _, part = text.partition("-")
    if not part:
        return f"{year}-01-01", f"{year}-12-31"
    first, last = (int(part[1:]) * 3 - 2, int(part[1:]) * 3) if part[0] == "Q" else (int(part), int(part))
    following = f"{int(year) + last // 12}-{last % 12 + 1:02}-01"
    return f"{year}-{first:02}-01", moved(following, -1)


def by_document(country, asked):
    """Whose document it is: the one a record names."""
    document = country.by_document.get(asked["document_number"])
    return [document.holder] if document and document.holder.identity is document else []


def tax_office(one):
    """Where a taxpayer is registered."""
    return (getattr(one, "tax_office", None) or words.TAX_OFFICES[one.n % 2]).record()


def body(one):
    """A state body as a word of a dictionary."""
    return {"code": one.bin, "name_kk": one.name_kk, "name_ru": one.name_ru}


# --- subsoil use contracts: services 48 and 49 ---

def subsoil_record(one, amounts):
    return {"bin": one.organisation.bin, "organisation_name": one.organisation.full_name, "contract_number": one.number, "date": one.signed,
            "kind": "production" if one.kind.code == "2" else "exploration", "mineral": one.mineral.record(), "deposit": one.field,
            "region": one.organisation.address.province.record(), "area": one.area_ha, "begins": one.signed, "ends": one.ends,
            "obligations": one.obligations, "local_content": 3000 + len(one.number) * 500, "state": one.state} | amounts(one)


def subsoil(country, asked, is_hydrocarbon, amounts):
    def is_asked(one):
        return one.number == asked["contract_number"] if "contract_number" in asked else one.organisation.bin == asked.get("bin")
    return [subsoil_record(one, amounts) for one in country.subsoil_contracts if one.is_hydrocarbon == is_hydrocarbon and is_asked(one)]


def subsoil_samples(country, is_hydrocarbon):
    some = several([one for one in country.subsoil_contracts if one.is_hydrocarbon == is_hydrocarbon], lambda one: one.organisation)
    return [{"contract_number": one.number} for one in some] + [{"bin": one.organisation.bin} for one in some] + [{"bin": no_organisation()}]


LAND = Entry("1", "Жер учаскесі", "Земельный участок")
HOME = {"code": "KAZ", "name_kk": "Қазақстан", "name_ru": "Казахстан"}


def act_number(letter, query):
    """The number a registry gives to what was done under a query."""
    return f"{letter}-{query[:8]}"


def act_moment():
    """Now, as an act is done at a real moment."""
    return datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=5))).isoformat(timespec="seconds")


# --- excise declarations: services 68 to 72 ---

def stamps(one, operation):
    return one.shipped * 2 if operation in ("shipment", "wholesale") else 0


def excise_lines(one):
    """What one declaration says, operation by operation: name, quantity, counterparty, amount, excise."""
    shipment = "shipment" if one.service in (68, 69) else "wholesale"
    yield "opening_balance", one.stock_begin, None, 0, 0
    if one.made and one.service != 70:
        yield "production", one.made, None, 0, 0
    yield "receipt", one.received, None, 0, 0
    yield shipment, one.shipped, one.counterparty, one.turnover, one.excise
    yield "closing_balance", one.stock_end, None, 0, 0


def excise_record(one, line, extra):
    operation, quantity, counterparty, amount, excise_tax = line
    begins, ends = period(one.period)
    licence = next((licence.number for licence in one.organisation.licences), None)
    return {"bin": one.organisation.bin, "taxpayer_name": one.organisation.full_name, "tax_office": one.organisation.tax_office.record(),
            "declaration_number": one.number, "date": one.submitted, "period_from": begins, "period_to": ends, "licence_number": licence,
            "product": one.product.record(), "operation": operation, "quantity": quantity,
            "counterparty_bin": counterparty.bin if counterparty else None, "counterparty_name": counterparty.full_name if counterparty else None,
            "amount": amount, "excise": excise_tax, "state": "accepted"} | extra(one, operation)


def excise(country, asked, service, extra):
    return [excise_record(one, line, extra) for party in country.asked_owners(asked) for one in party.excise_declarations
            if one.service == service and within(asked, one.submitted) for line in excise_lines(one)]


def excise_samples(country, service):
    declared = several([one for one in country.excise_declarations if one.service == service], lambda one: one.organisation)
    return [{"bin": one.organisation.bin} for one in declared] + [{"bin": no_organisation()}] + [
        around({"bin": declared[0].organisation.bin}, declared[0].submitted)]


# --- samples ---

def several(things, of, count=2):
    """The first things of as many different owners."""
    chosen = {}
    for thing in things:
        chosen.setdefault(id(of(thing)), thing)
        if len(chosen) == count:
            break
    return list(chosen.values())


def nobody():
    """An IIN that is nobody's: serials begin higher."""
    return "50010110001" + check_digit("50010110001")


def no_organisation():
    return "30014000009" + check_digit("30014000009")


def first(things, test, count=2):
    """The first of those that pass."""
    chosen = []
    for thing in things:
        if test(thing):
            chosen.append(thing)
            if len(chosen) == count:
                break
    return chosen


def named(one):
    """The parameters that name a person without their number."""
    return {"surname": one.surname, "name": one.name, "birth_date": one.birth_date}


def by_person(people, with_patronymic=True):
    """Both ways to ask about each of these people."""
    asked = [{"iin": one.iin} for one in people] + [named(one) for one in people]
    if with_patronymic and people and people[0].patronymic:
        asked.append(named(people[0]) | {"patronymic": people[0].patronymic})
    return asked


def by_iin(country, test):
    return [{"iin": one.iin} for one in first(country.people, test)]


def by_bin(country, test):
    return [{"bin": one.bin} for one in first(country.organisations, test)]


def people_with(country, test):
    """Samples of a service that is asked about people."""
    return by_person(first(country.people, test)) + [{"iin": nobody()}]


def owners_with(country, test):
    """Samples of a service that is asked about people and organisations; `test` is given one of them."""
    return by_iin(country, test) + by_bin(country, test) + [{"iin": nobody()}]


def numbered(name, things, attribute="number", count=2):
    """The first things, by their numbers."""
    return [{name: getattr(thing, attribute)} for thing in things[:count]]


def around(asked, date):
    """The same question about the days around one."""
    return asked | {"begins": day(ordinal(date[:10]) - 1), "ends": day(ordinal(date[:10]) + 1)}
