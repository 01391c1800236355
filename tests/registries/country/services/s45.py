"""Service 45: customs declarations for a vehicle."""
from . import shapes

PROCEDURE = {"code": "40", "name_kk": "Ішкі тұтыну үшін шығару", "name_ru": "Выпуск для внутреннего потребления"}


def record(one):
    car = one.vehicle
    return {"vin": car.vin, "plate": car.plate, "make": car.make, "model": car.model, "year": car.year, "engine_volume": car.engine_volume} | \
        shapes.party(one.declarant, "declarant_name") | {
        "declaration_number": one.number, "date": one.date, "customs_office": one.office.record(), "procedure": PROCEDURE,
        "country": one.country.record(), "amount": one.value, "duties": one.duty + one.excise, "ends": None, "state": "released"}


def records(country, asked):
    if "vin" in asked:
        return [record(one) for one in country.vehicle_declarations if one.vehicle.vin == asked["vin"]]
    return [record(one) for party in country.asked_owners(asked) for one in party.vehicle_declarations]


def samples(country):
    return [{"vin": one.vehicle.vin} for one in country.vehicle_declarations[:2]] + shapes.owners_with(
        country, lambda one: one.vehicle_declarations)
