"""Individual entrepreneurs: people who trade in their own name, with a taxpayer's, a supplier's and an importer's records."""
from . import words
from .dice import Dice
from .entities import Counterparty, CustomsDeclaration, Inspection, Procurement, TaxReturn, UnfairParticipant
from .numbers import moved
from .things import lives

MONEY = 1_000_000_00  # a million tenge
KNOWN = 4  # the first people trade all
EVERY = 40  # of the others one in so many


class Traders:
    """Takes what the country has and adds each record to both its ends."""

    def __init__(self, seed, country):
        self.dice = Dice(f"traders {seed}")
        self.country = country

    def make(self):
        for n, person in enumerate(self.country.people):
            if n < KNOWN or n % EVERY == 0 and person.tax_payments and lives(person, "1896-01-01"):
                self.trade(n, person)

    def trade(self, n, person):
        dice, country = self.dice, self.country
        partner, customer = dice.one(country.companies), dice.one(country.universities)
        year = 2031 + n % 3  # organisations are of 2030: nobody trades with one before it is there
        begins = f"{year}-02-01"
        tax_return = TaxReturn(f"99И{n:011}", person, words.RETURN_FORMS[1], f"{year}", f"{year + 1}-03-31", False, 5 * MONEY, 2 * MONEY, MONEY // 3)
        person.declarations.append(tax_return)
        country.returns.append(tax_return)
        for one, two, is_supplier in ((person, partner, True), (partner, person, False)):
            deal = Counterparty(one, two, f"{year}-Q4", 3, is_supplier, 2 * MONEY, 0)
            one.counterparties.append(deal)
            country.counterparties.append(deal)
        contract = Procurement(f"99И{n:09}", customer, person, dice.one(words.SUBJECTS), words.METHODS[1], begins, moved(begins, 5),
                               moved(begins, 100), 3 * MONEY, "done")
        person.contracts.append(contract)
        customer.purchases.append(contract)
        country.procurements.append(contract)
        code, goods = dice.one(words.CUSTOMS_GOODS)
        office = words.CUSTOMS_OFFICES[n % 2]
        customs = CustomsDeclaration(f"{office.code}/И{n:07}", person, "Shet Trading 1", dice.one(words.FOREIGN_COUNTRIES), moved(begins, 20),
                                     words.PROCEDURES[0], code, goods, 800, MONEY, MONEY // 20, MONEY // 8, office)
        person.customs.append(customs)
        country.customs_declarations.append(customs)
        inspection = Inspection(f"99И{n:09}", person, dice.one(list(country.bodies.values())), words.INSPECTION_KINDS[n % 2], "салық есептілігі",
                                moved(begins, 150), moved(begins, 153), moved(begins, 163), words.INSPECTION_RESULTS[1], 0)
        person.inspections.append(inspection)
        country.inspections.append(inspection)
        if n < KNOWN or n % (4 * EVERY) == 0:
            person.unfair = UnfairParticipant(person, customer, words.UNFAIR_REASONS[0], f"99-И-{n}", moved(begins, 160), moved(begins, 890))
            country.unfair.append(person.unfair)
