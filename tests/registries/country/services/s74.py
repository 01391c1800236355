"""Service 74: dispensary registration."""
from . import shapes

KINDS = {"psychiatric": "psychiatric", "narcological": "narcological", "tuberculosis": "tuberculosis"}


def record(one):
    return shapes.person(one.person) | {
        "record_kind": KINDS[one.kind], "organisation_bin": one.clinic.bin, "organisation_name": one.clinic.full_name,
        "diagnosis": {"code": one.diagnosis_code, "name_kk": f"АХЖ-10 {one.diagnosis_code}", "name_ru": f"МКБ-10 {one.diagnosis_code}"},
        "group": "Д", "date": one.begins, "seen": one.begins, "ends": one.ends, "removal": None, "state": "removed" if one.ends else "registered"}


def records(country, asked):
    return [record(one) for person in shapes.found(country.by_iin, asked.get("iin")) for one in person.dispensary]


def samples(country):
    return shapes.by_iin(country, lambda one: one.dispensary) + [{"iin": shapes.nobody()}]
