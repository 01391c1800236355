"""The whole country with its indices, and what its registries answer."""
import gc
import importlib
import pathlib

from .justice import Justice
from .organisations import Organisations
from .people import People
from .things import Things
from .trade import Trade
from .traders import Traders

SERVICES = pathlib.Path(__file__).resolve().parent / "services"


class Country:
    """Everything there is, the same for the same seed and sizes.

    The first four of `people` and the first of `organisations` have records in every register that can know them; so has
    the first foreigner in those of foreigners. Lists are in a fixed order; each index finds one thing by its number.
    """

    def __init__(self, seed=1, people=10_000, organisations=2_000):
        # Nothing made here is ever garbage; looking for it among a million objects took two thirds of the time.
        gc.disable()
        try:
            self.make(seed, people, organisations)
        finally:
            gc.freeze()
            gc.enable()

    def make(self, seed, people, organisations):
        population = People(seed, people)
        self.people = population.make()
        self.homes, self.civil_acts = population.homes, population.acts
        economy = Organisations(seed, organisations, population)
        self.organisations = economy.make()
        self.bodies, self.companies = economy.bodies, economy.companies
        self.universities, self.clinics = economy.universities, economy.clinics
        self.things = Things(seed, population, economy)
        self.things.make()
        self.justice = Justice(seed, population, economy, self.things)
        self.justice.make()
        self.trade = Trade(seed, population, economy, self.things, self.justice)
        self.trade.make()
        self.collect(population)
        Traders(seed, self).make()
        self.index(population)
        self._services = {}

    def collect(self, population):
        """What each part made, as lists of the country: vehicles, cases, crossings, tax_payments ..."""
        for part in (self.things, self.justice, self.trade):
            for name, value in vars(part).items():
                if isinstance(value, list) and name not in ("persons", "companies"):
                    setattr(self, name, value)
        self.foreigners = [person for person in self.people if person.is_foreign]

    def index(self, population):
        def by(attribute, things):
            return {getattr(thing, attribute): thing for thing in things}
        self.by_iin = by("iin", self.people)
        self.by_bin = by("bin", self.organisations)
        self.by_plate, self.by_vin = by("plate", self.vehicles), by("vin", self.vehicles)
        self.by_cadastre = by("cadastre", self.real_estate)
        self.land_by_cadastre = by("cadastre", self.land)
        self.by_weapon = by("number", self.weapons)
        self.by_case = by("number", self.cases)
        self.by_court_case = by("number", self.court_cases)
        self.by_enforcement = by("number", self.enforcement)
        self.by_vessel = by("number", self.vessels)
        self.by_railway_car = by("number", self.railway_cars)
        self.by_machine = by("plate", self.machines)
        self.by_postal_item = by("number", self.postal_items)
        self.by_phone = population.phones
        self.by_document = {document.number: document for person in self.people for document in person.documents}
        self.by_name = {}  # (surname, name, birth date) in capitals -> people
        for person in self.people:
            self.by_name.setdefault((person.surname.upper(), person.name.upper(), person.birth_date), []).append(person)
        self.residents = population.residents  # address code -> people

    # --- finding what was asked about ---

    def named(self, surname, name, birth_date, patronymic=None):
        """The people of this name and birth date, without regard to capitals."""
        found = self.by_name.get((surname.upper(), name.upper(), birth_date), [])
        return [person for person in found if not patronymic or (person.patronymic or "").upper() == patronymic.upper()]

    def asked_people(self, asked):
        """Whom the parameters mean: by `iin`, or by `surname`, `name`, `birth_date` (and `patronymic`)."""
        if asked.get("iin"):
            person = self.by_iin.get(asked["iin"])
            return [person] if person else []
        if all(asked.get(part) for part in ("surname", "name", "birth_date")):
            return self.named(asked["surname"], asked["name"], asked["birth_date"], asked.get("patronymic"))
        return []

    def asked_owners(self, asked):
        """Like asked_people, or the organisation of `bin`."""
        if asked.get("bin"):
            organisation = self.by_bin.get(asked["bin"])
            return [organisation] if organisation else []
        return self.asked_people(asked)

    # --- what the registries answer ---

    def service(self, number):
        """The module of a service's records; None where there is none yet."""
        if number not in self._services:
            there = (SERVICES / f"s{number:02}.py").exists()
            self._services[number] = importlib.import_module(f".services.s{number:02}", __package__) if there else None
        return self._services[number]

    @property
    def served(self):
        """The numbers of the services that have records."""
        return sorted(int(file.stem[1:]) for file in SERVICES.glob("s[0-9][0-9].py"))

    def ask(self, number, asked):
        """The records of a question, in the shape of schema/services/NN.json."""
        return self.service(number).records(self, {name: value for name, value in asked.items() if value is not None})

    def act(self, number, query, asked, done):
        """The records of an act, done once for each query; `done` is what the registry remembers of its acts."""
        return self.service(number).act(self, query, asked, done)

    def samples(self, number):
        """Parameters to try a service with: two sets for each way to ask that have records, and one that has none."""
        return self.service(number).samples(self)


def within(asked, date):
    """Whether a day or moment lies in the period asked about (`begins` to `ends`, both included)."""
    return asked.get("begins", "") <= date[:10] <= asked.get("ends", "9999-12-31")


def holder(owner, prefix="owner"):
    """The three members by which records name an owner: `<prefix>_iin`, `<prefix>_bin`, `<prefix>_name`."""
    is_person = hasattr(owner, "iin")
    return {f"{prefix}_iin": owner.iin if is_person else None, f"{prefix}_bin": None if is_person else owner.bin,
            f"{prefix}_name": owner.full_name}
