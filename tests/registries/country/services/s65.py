"""Service 65: imposing and lifting an encumbrance on a land plot."""
from . import shapes


def act(country, query, asked, done):
    """What was done under a query is never done again; lifted is only what was imposed under this number."""
    land = shapes.found(country.land_by_cadastre, asked["cadastre"])
    is_lift = asked["operation"] == "lift"
    number = asked.get("encumbrance_number") or shapes.act_number("Ж", query)
    if query not in done and land and not (is_lift and "encumbrance_number" not in asked):
        now = shapes.act_moment()
        done[query] = {
            "cadastre": asked["cadastre"], "object": shapes.LAND.record(), "operation": asked["operation"], "encumbrance_number": number,
            "imposed_at": now, "lifted_at": now if is_lift else None, "state": "lifted" if is_lift else "imposed"}
    return [done[query]] if query in done else []


def samples(country):
    return [{"cadastre": one.cadastre, "operation": "impose"} for one in country.land[:2]] + [
        {"cadastre": country.land[0].cadastre, "operation": "lift", "encumbrance_number": "Ж-1"}, {"cadastre": "99:999:999:999", "operation": "impose"}]
