"""Vehicles, land, buildings, weapons, ships, railway cars, machines, and what happens to them."""
from . import words
from .dice import Dice
from .entities import (Accident, Encumbrance, Land, Machine, RailwayCar, RealEstate, Vehicle, VehicleInspection, Vessel, Violation,
                       Weapon)
from .numbers import day, moment, moved, ordinal

CENTURY_ENDS = ordinal("1899-12-31")


def lives(person, first="1880-01-01", age=18):
    """The ordinals between which a grown person may do something; None where there is no such day."""
    begins = max(ordinal(person.birth_date) + age * 366, ordinal(first))
    ends = ordinal(person.death_date) - 1 if person.death_date else CENTURY_ENDS
    return (begins, ends) if begins < ends else None


class Things:
    def __init__(self, seed, people, organisations):
        self.dice = Dice(f"things {seed}")
        self.people = people
        self.organisations = organisations
        self.persons = [person for person in people.people if lives(person)]
        self.companies = [company for company in organisations.companies if not company.liquidated]
        self.vehicles, self.land, self.real_estate, self.weapons = [], [], [], []
        self.vessels, self.railway_cars, self.machines = [], [], []
        self.violations, self.accidents, self.inspections = [], [], []

    def make(self):
        size = len(self.people.people)
        for n in range(size * 6 // 10):
            self.vehicle(n)
        for n in range(size // 4):
            self.plot(n)
        for n in range(size // 2):
            self.building(n)
        for n in range(max(size // 12, 20)):
            self.weapon(n)
        for n in range(max(size // 40, 20)):
            self.vessel(n)
        for n in range(max(size // 30, 20)):
            self.railway_car(n)
        for n in range(max(size // 25, 20)):
            self.machine(n)
        for n in range(size // 12):
            self.accident(n)

    # --- whose it is ---

    def owner(self, n, attribute, organisations_each=5):
        """The first eight things of a kind are of the people and the company everybody asks about."""
        known = [*self.people.people[:4], self.companies[0], *self.people.people[:3]]
        owner = known[n] if n < 8 else self.dice.one(self.companies if n % organisations_each == organisations_each - 1 else self.persons)
        return owner, getattr(owner, attribute)

    def since(self, owner):
        """A day on which the owner can have got something, as ISO text."""
        if hasattr(owner, "iin"):
            return self.dice.day(*lives(owner, "1885-01-01"))
        return moved(owner.registered, self.dice.between(10, 300))

    def later(self, since, days):
        return moved(since, self.dice.between(1, days))

    # --- vehicles ---

    def vehicle(self, n):
        dice = self.dice
        owner, theirs = self.owner(n, "vehicles")
        make, models = words.MAKES[n % len(words.MAKES)]
        registered = self.since(owner)
        year = int(registered[:4]) - dice.below(6)
        # The plates' letters are those that both alphabets have.
        letters = "".join("ABCEHKMOPTX"[place] for place in ((n // 6050) % 11, n // 550 % 11, n // 50 % 11)) if n >= 1 else "AAA"
        vehicle = Vehicle(
            plate=f"{500 + n % 50:03}{letters}99" if n else "500AAA99", vin=f"XZA0000000{n:07}", certificate=f"ZZ{n:08}", make=make,
            model=models[n // 3 % len(models)], year=year, category="C" if n % 9 == 8 else "B", color=dice.one(words.COLORS),
            engine_volume=dice.between(9, 30) * 100, registration_date=registered,
            deregistration_date=self.later(registered, 300) if n >= 8 and n % 25 == 24 else None, owner=owner)
        if n < 4 or n % 6 == 5:
            earlier = dice.one(self.persons)
            if earlier is not owner and lives(earlier, "1870-01-01")[0] < ordinal(registered):
                vehicle.earlier_owners.append((earlier, f"{year}-03-01" if f"{year}-03-01" < registered else registered, registered))
        theirs.append(vehicle)
        self.vehicles.append(vehicle)
        if n < 8 or n % 3:
            self.inspection(vehicle, registered)
        if hasattr(owner, "iin") and (n < 4 or n % 4 == 0):
            for _ in range(dice.between(1, 3)):
                self.violation(vehicle, owner)

    def inspection(self, vehicle, since):
        for number in range(2):
            date = moved(since, 365 * number + 40)
            is_passed = number > 0 or self.dice.chance(0.8)
            inspection = VehicleInspection(
                f"ТБ-{len(self.inspections):08}", vehicle, date, moved(date, 365), f"Жоқ қаланың № {1 + len(self.inspections) % 4} орталығы",
                is_passed, [] if is_passed else ["тежегіш"])
            vehicle.inspections.append(inspection)
            self.inspections.append(inspection)

    def violation(self, vehicle, person):
        dice = self.dice
        first = max(ordinal(vehicle.registration_date), lives(person)[0])
        date = day(dice.between(first, max(first, lives(person)[1])))
        is_paid = dice.chance(0.7)
        violation = Violation(
            f"99{len(self.violations):012}", person, vehicle, moment(date, dice.below(86400)),
            f"{dice.one(words.CITIES)}, {dice.one(words.STREETS)}", dice.one(words.TRAFFIC_ARTICLES), dice.between(3, 40) * 3_692_00,
            moved(date, dice.between(1, 30)) if is_paid else None, dice.chance(0.5))
        vehicle.violations.append(violation)
        person.violations.append(violation)
        self.violations.append(violation)

    def accident(self, n):
        """Two cars of people, or one."""
        dice = self.dice
        vehicles = [self.vehicles[n] if n < 4 else dice.one(self.vehicles)]
        if n % 2 == 0:
            vehicles.append(dice.one(self.vehicles))
        vehicles = [vehicle for vehicle in dict.fromkeys(vehicles) if hasattr(vehicle.owner, "iin")]
        drivers = [vehicle.owner for vehicle in vehicles]
        if not vehicles or len(set(drivers)) < len(drivers):
            return
        spans = [lives(driver, vehicle.registration_date) for driver, vehicle in zip(drivers, vehicles)]
        if None in spans or max(first for first, _ in spans) > min(last for _, last in spans):
            return
        date = day(dice.between(max(first for first, _ in spans), min(last for _, last in spans)))
        kind = words.ACCIDENT_KINDS[0] if len(vehicles) == 2 else dice.one(words.ACCIDENT_KINDS[1:])
        accident = Accident(f"99{len(self.accidents):010}", moment(date, dice.below(86400)), f"{dice.one(words.CITIES)}, {dice.one(words.STREETS)}",
                            kind, vehicles, drivers, dice.one(drivers), dice.below(3), 1 if dice.chance(0.05) else 0, None)
        for thing in vehicles + drivers:
            thing.accidents.append(accident)
        self.accidents.append(accident)

    # --- land and buildings ---

    def shares(self, owner, attribute, thing):
        """The owner's and, of a married one now and then, the other half's; each has the thing in a list."""
        parts = [(owner, 10000)]
        spouse = getattr(owner, "spouse", None)
        if spouse and self.dice.chance(0.2):
            parts = [(owner, 5000), (spouse, 5000)]
        for one, share in parts:
            getattr(one, attribute).append((thing, share))
        return parts

    def encumbrances(self, registered, is_wanted):
        if not is_wanted:
            return []
        kind = self.dice.one(words.ENCUMBRANCES)
        begins = self.later(registered, 200)
        body = {"1": "Жоқ Банк АҚ", "2": "Жоқ қала қалалық соты", "3": "Жоқ қала әкімдігі"}[kind.code]
        return [Encumbrance(f"АУ-{self.people.number('encumbrance'):08}", kind, body, begins, moved(begins, 700) if self.dice.chance(0.3) else None)]

    def plot(self, n):
        dice = self.dice
        owner, _ = self.owner(n, "land")
        registered = self.since(owner)
        land = Land(
            cadastre=f"99:{n // 100 + 501:03}:001:{n % 100 + 1:03}", address=dice.one(self.people.homes), area=dice.between(4, 900) * 100,
            category=dice.one(words.LAND_CATEGORIES), purpose=dice.one(words.LAND_PURPOSES), right=words.RIGHTS[0 if n % 5 else 1],
            value=dice.between(10, 900) * 100_000_00, registered=registered, owners=[])
        land.owners = self.shares(owner, "land", land)
        land.encumbrances = self.encumbrances(registered, n < 2 or n % 12 == 11)
        self.land.append(land)

    def building(self, n):
        """The first objects' numbers are those that documents and tests name; every third is land, with a plot of its own."""
        dice = self.dice
        owner, _ = self.owner(n, "real_estate")
        kind = words.REALTY_KINDS[n % 3]
        registered = self.since(owner)
        plot = self.land[n % len(self.land)] if n % 3 == 1 else None
        realty = RealEstate(
            cadastre=f"99:{n // 100 + 1:03}:001:{n % 100 + 1:03}", kind=kind, address=plot.address if plot else dice.one(self.people.homes),
            area=dice.between(2500, 30000), rooms=dice.between(1, 6) if n % 3 == 2 else None, floor=dice.between(1, 9) if n % 3 == 2 else None,
            year=int(registered[:4]) - dice.below(20), value=dice.between(10, 900) * 100_000_00, right=words.RIGHTS[0],
            registered=registered, land=plot, owners=[])
        realty.owners = self.shares(owner, "real_estate", realty)
        if n % 5 == 0:
            earlier = dice.one(self.persons)
            if lives(earlier, "1870-01-01")[0] < ordinal(registered) and all(earlier is not one for one, _ in realty.owners):
                realty.earlier_owners.append((earlier, day(lives(earlier, "1870-01-01")[0]), registered))
        if plot:
            plot.buildings.append(realty)
        realty.encumbrances = self.encumbrances(registered, n < 2 or n % 12 == 11)
        self.real_estate.append(realty)

    # --- the rest ---

    def weapon(self, n):
        dice = self.dice
        owner, theirs = self.owner(n, "weapons", 20)
        make, models = words.WEAPON_MAKES[n % len(words.WEAPON_MAKES)]
        registered = self.since(owner)
        weapon = Weapon(
            number=f"ЖҚ{n:06}", kind=words.WEAPON_KINDS[n % 4], make=make, model=models[n // 3 % len(models)],
            calibre=("12", "7,62", "9", "9")[n % 4], year=int(registered[:4]) - dice.below(8), permit_number=f"РҚ-{n:07}",
            permit_until=moved(registered, 1826), registration_date=registered, owner=owner)
        if n % 5 == 3:
            earlier = dice.one(self.persons)
            if earlier is not owner:
                weapon.earlier_owners.append(earlier)
        theirs.append(weapon)
        self.weapons.append(weapon)

    def vessel(self, n):
        dice = self.dice
        owner, theirs = self.owner(n, "vessels")
        is_sea = n >= 8 and n % 4 == 1 or n in (4, 5)
        registered = self.since(owner)
        vessel = Vessel(
            number=f"ЖТ-{n:05}" if is_sea else f"Ж{n:05}QA", name=f"{dice.one(words.COMPANY_NAMES)[0]}-{n}", is_sea=is_sea,
            kind=dice.one(words.VESSEL_KINDS[3:] if is_sea else words.VESSEL_KINDS[:3]), year=int(registered[:4]) - dice.below(9),
            length_cm=dice.between(4000, 15000) if is_sea else dice.between(300, 1200), engine_power=dice.between(5, 500),
            home_port=dice.one(words.PORTS), registration_date=registered,
            deregistration_date=self.later(registered, 200) if n >= 8 and n % 15 == 14 else None, owner=owner,
            imo=f"{9900000 + n}" if is_sea else None)
        theirs.append(vessel)
        self.vessels.append(vessel)

    def railway_car(self, n):
        dice = self.dice
        owner = self.companies[0] if n < 2 else dice.one(self.companies)
        registered = self.since(owner)
        car = RailwayCar(
            number=f"{50000000 + n:08}", kind=words.CAR_KINDS[n % 4], year=int(registered[:4]) - dice.below(20), plant="Жоқ қала вагон зауыты",
            load_kg=dice.between(50, 75) * 1000, registration_date=registered, next_repair=moved(registered, 1000), owner=owner,
            lessee=dice.one(self.companies) if n % 4 == 3 else None)
        owner.railway_cars.append(car)
        self.railway_cars.append(car)

    def machine(self, n):
        dice = self.dice
        owner, theirs = self.owner(n, "machines", 2)
        make, models = words.MACHINE_MAKES[n % len(words.MACHINE_MAKES)]
        registered = self.since(owner)
        machine = Machine(
            plate=f"T{n:04}AA", factory_number=f"ZM{n:08}", kind=words.MACHINE_KINDS[n % 4], make=make, model=dice.one(models),
            year=int(registered[:4]) - dice.below(12), engine_number=f"ZE{n:07}", registration_date=registered,
            deregistration_date=self.later(registered, 200) if n >= 8 and n % 15 == 14 else None, owner=owner, is_pledged=n % 6 == 5)
        theirs.append(machine)
        self.machines.append(machine)
