"""What records of many services have in common, and what they are tried with."""
from ..numbers import check_digit, day, ordinal


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


# --- samples ---

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
