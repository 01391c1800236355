"""Service 58: a prohibition on a legal entity, its branch or representation."""
from . import shapes


def act(country, query, asked, done):
    """What was done under a query is never done again."""
    organisations = shapes.found(country.by_bin, asked["bin"])
    if query not in done and organisations:
        one = organisations[0]
        done[query] = {"bin": one.bin, "organisation_name": one.full_name, "object": one.form.record(),
                       "prohibition_number": shapes.act_number("З", query), "imposed_at": shapes.act_moment(), "state": "imposed"}
    return [done[query]] if query in done else []


def samples(country):
    return shapes.numbered("bin", country.organisations, "bin") + [{"bin": shapes.no_organisation()}]
