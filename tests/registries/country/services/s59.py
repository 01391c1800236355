"""Service 59: a prohibition on a person's participation in organisations."""
from . import shapes


def participation(person):
    founded = [{"bin": one.bin, "organisation_name": one.full_name, "role": "founder", "share": share} for one, share in person.founded]
    return founded + [{"bin": one.bin, "organisation_name": one.full_name, "role": "leader", "share": None} for one in person.leads]


def act(country, query, asked, done):
    """What was done under a query is never done again."""
    people = shapes.found(country.by_iin, asked["iin"])
    if query not in done and people:
        done[query] = shapes.person(people[0], birth=False) | {
            "organisations": participation(people[0])[:100], "prohibition_number": shapes.act_number("Қ", query),
            "imposed_at": shapes.act_moment(), "state": "imposed"}
    return [done[query]] if query in done else []


def samples(country):
    return shapes.numbered("iin", country.people, "iin") + [{"iin": shapes.nobody()}]
