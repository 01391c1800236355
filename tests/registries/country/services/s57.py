"""Service 57: a prohibition on real estate."""
from . import shapes


def act(country, query, asked, done):
    """Nothing is imposed on what does not exist; what was done under a query is never done again."""
    objects = shapes.found(country.by_cadastre, asked["cadastre"]) or shapes.found(country.land_by_cadastre, asked["cadastre"])
    if query not in done and objects:
        kind = getattr(objects[0], "kind", None) or shapes.LAND
        done[query] = {"cadastre": asked["cadastre"], "object": kind.record(), "prohibition_number": shapes.act_number("Т", query),
                       "imposed_at": shapes.act_moment(), "state": "imposed"}
    return [done[query]] if query in done else []


def samples(country):
    return shapes.numbered("cadastre", country.real_estate, "cadastre") + [{"cadastre": "99:999:999:999"}]
