"""Service 7: rolling stock of the railway."""
from . import shapes


def record(car):
    lessee = car.lessee
    return {
        "car_number": car.number, "kind": car.kind.record(), "year": car.year, "plant": car.plant, "load": car.load_kg,
        "owner_bin": car.owner.bin, "owner_name": car.owner.full_name, "lessee_bin": lessee.bin if lessee else None,
        "lessee_name": lessee.full_name if lessee else None, "registration_date": car.registration_date, "next_repair": car.next_repair}


def records(country, asked):
    return [record(car) for car in shapes.owned(country, asked, "railway_cars", car_number=country.by_railway_car)]


def samples(country):
    return (shapes.numbered("car_number", country.railway_cars) + shapes.by_bin(country, lambda one: one.railway_cars)
            + [{"car_number": "99999999"}])
