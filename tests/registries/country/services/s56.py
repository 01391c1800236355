"""Service 56: violations by foreign workers."""
from . import shapes


def record(one):
    person = one.person
    return shapes.person(person) | {
        "citizenship": person.citizenship.record(), "document_number": person.identity.number,
        "employer_bin": one.employer.bin if one.employer else None, "employer_name": one.employer.full_name if one.employer else None,
        "protocol_number": one.number, "date": one.date, "body": shapes.body(one.body),
        "violation": {"code": one.article, "name_kk": f"ӘҚБтК {one.article}-бап", "name_ru": f"Статья {one.article} КоАП"},
        "decision": "fine" if one.fine else "warning", "decided": one.date, "fine": one.fine, "paid": False}


def records(country, asked):
    if "bin" in asked:
        return [record(one) for one in country.foreign_violations if one.employer and one.employer.bin == asked["bin"]]
    people = shapes.by_document(country, asked) if "document_number" in asked else country.asked_people(asked)
    return [record(one) for person in people for one in person.foreign_violations]


def samples(country):
    people = shapes.first(country.foreigners, lambda one: one.foreign_violations)
    employed = shapes.several([one for one in country.foreign_violations if one.employer], lambda one: one.employer)
    return shapes.by_person(people) + [{"document_number": one.identity.number} for one in people] + [
        {"bin": one.employer.bin} for one in employed] + [{"iin": shapes.nobody()}]
