"""Service 1: individuals."""
from .. import words
from . import shapes


def address(home, begins=None, ends=None):
    return {
        "country": home.country.record(), "district": home.province.record(), "region": shapes.entry(home.region), "city": home.city,
        "street": home.street, "building": home.building, "corpus": None, "flat": home.flat, "begin_date": begins, "end_date": ends,
        "ar_code": home.code}


def document(one):
    return {
        "type": words.DOCUMENT_KINDS[one.kind].record(), "number": one.number, "series": None, "begin_date": one.issued, "end_date": one.expires,
        "issue_organization": one.issuer.record(), "status": (VALID if one.is_valid else INVALID).record()}


VALID, INVALID = words.Entry("00", "Жарамды", "Действителен"), words.Entry("01", "Жарамсыз", "Недействителен")


def court_status(case):
    return {"date": case.decided, "number": case.number, "body": case.court.record()} if case else None


def search_status(search):
    """Missing: found so by a court after the search. Hiding: by the body that seeks."""
    if not search or search.state != "active":
        return None
    body = words.COURTS[0] if search.kind == "missing" else words.Entry(search.body.bin[-4:], search.body.name_kk, search.body.name_ru)
    return {"date": search.since, "number": search.number, "body": body.record()}


def record(one):
    return shapes.person(one) | {
        "eng_surname": one.eng_surname, "eng_first_name": one.eng_name, "death_date": one.death_date,
        "gender": (words.MALE if one.is_male else words.FEMALE).record(), "nationality": one.nationality.record(),
        "citizenship": one.citizenship.record(), "life_status": (words.LIVING if one.is_alive else words.DEAD).record(),
        "birth_place": address(one.birth_place), "reg_address": address(one.address, one.residence.begins) if one.is_alive else None,
        "person_capable_status": court_status(one.incapable), "missing_status": search_status(one.missing),
        "disappear_status": search_status(one.wanted), "documents": [document(paper) for paper in one.documents],
        "addresses": [address(home.address, home.begins, home.ends) for home in one.earlier_addresses], "removed": False}


def records(country, asked):
    return [record(one) for one in country.asked_people(asked)]


def samples(country):
    return shapes.by_person(country.people[:4]) + [{"iin": shapes.nobody()}]
