"""Service 67: students and graduates."""
from . import shapes

STATES = {"student": "studying", "graduate": "graduated", "expelled": "expelled"}


def record(one):
    return shapes.person(one.person) | {
        "university_bin": one.university.bin, "university_name": one.university.full_name, "programme": one.speciality.record(),
        "level": one.level, "form": one.form, "funding": "grant" if one.grant else "paid", "course": 2 if one.state == "student" else None,
        "begins": one.begins, "ends": one.ends, "diploma_number": one.diploma_number, "diploma_date": one.ends if one.diploma_number else None,
        "state": STATES[one.state]}


def records(country, asked):
    if "diploma_number" in asked:
        return [record(one) for person in country.people for one in person.studies if one.diploma_number == asked["diploma_number"]]
    return [record(one) for person in country.asked_people(asked) for one in person.studies]


def samples(country):
    graduates = shapes.first(country.people, lambda one: any(study.diploma_number for study in one.studies))
    return [{"diploma_number": next(study.diploma_number for study in one.studies if study.diploma_number)} for one in graduates] + \
        shapes.people_with(country, lambda one: one.studies)
