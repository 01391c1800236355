"""Taxes, licences, procurement, customs, inspections, subsoil; the post and the railway."""
from . import words
from .dice import Dice
from .entities import (Arrears, Counterparty, CrossCheck, CustomsDeclaration, ExciseDeclaration, ForeignTrade, Inspection, Licence,
                       Monopoly, PassengerDeclaration, PostalItem, Procurement, Shipment, SubsoilContract, TaxPayment, TaxReturn, Ticket,
                       UnfairParticipant, VehicleDeclaration)
from .numbers import day, moved, moment, ordinal
from .things import lives

MONEY = 1_000_000_00  # a million tenge


def postal_number(kind, serial):
    """S10 of the Universal Postal Union: eight digits and the check digit of the weights 8 6 4 2 3 5 9 7."""
    digits = f"{serial:08}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7))) % 11
    return f"{kind}Z{digits}{ {10: 0, 11: 5}.get(rest, rest) }KZ"


class Trade:
    def __init__(self, seed, people, organisations, things, justice):
        self.dice = Dice(f"trade {seed}")
        self.people = people
        self.organisations = organisations
        self.companies = things.companies
        self.things = things
        self.persons = justice.persons
        self.justice = justice
        self.tax_payments, self.arrears, self.returns, self.cross_checks, self.counterparties = [], [], [], [], []
        self.excise_declarations, self.licences, self.procurements, self.unfair, self.inspections = [], [], [], [], []
        self.monopolies, self.subsoil_contracts, self.customs_declarations, self.passenger_declarations = [], [], [], []
        self.vehicle_declarations, self.postal_items, self.tickets, self.shipments = [], [], [], []

    def make(self):
        for n, company in enumerate(self.companies):
            self.trade(n, company)
            self.report(n, company)
        size = len(self.people.people)
        for n in range(size // 2):
            self.pay(n)
        for n in range(size // 4):
            self.post(n)
            self.travel(n)
        for n in range(size // 20):
            self.ship(n)
        for n in range(size // 20):
            self.declare(n)
        for n in range(size // 20):
            self.import_vehicle(n)

    def after(self, company, days=300):
        return moved(company.registered, self.dice.between(10, days))

    def other(self, company, among=None):
        """Another company; None where chance hit the same."""
        other = self.dice.one(among or self.companies)
        return None if other is company else other

    # --- a company's dealings ---

    def trade(self, n, company):
        dice = self.dice
        is_known = n == 0
        for _ in range(1 if is_known else dice.below(3)):
            self.license(company)
        if is_known or dice.chance(0.3):
            self.inspect(company)
        if is_known or dice.chance(0.5):
            self.procure(n, company)
        if is_known or dice.chance(0.15):
            company.foreign_trade = ForeignTrade(company, moved(company.registered, 40), f"СЭҚ-{n:06}", ["import", "export"] if n % 2 == 0 else ["import"])
            for _ in range(dice.between(1, 4)):
                self.customs(company)
        if is_known or dice.chance(0.02):
            company.monopoly = Monopoly(company, dice.one(words.MARKETS), dice.between(40, 100) * 100, f"{n}-НҚ", moved(company.registered, 60),
                                        None, dice.between(10, 900) * 100)
            self.monopolies.append(company.monopoly)
        if is_known or company.oked.code == "06100":
            for is_hydrocarbon in (True, False) if is_known else (bool(n % 2),):
                self.subsoil(n, company, is_hydrocarbon)

    def license(self, holder):
        dice = self.dice
        issued = self.after(holder) if hasattr(holder, "bin") else dice.day(*lives(holder, "1890-01-01"))
        licence = Licence(f"99{len(self.licences):07}", holder, dice.one(words.LICENCE_KINDS), dice.one(words.LICENSORS), issued,
                          moved(issued, 1826) if dice.chance(0.5) else None, dice.one(("valid", "valid", "valid", "suspended", "withdrawn")))
        holder.licences.append(licence)
        self.licences.append(licence)

    def inspect(self, company):
        dice = self.dice
        n = len(self.inspections)
        registered = self.after(company, 400)
        result = dice.one(words.INSPECTION_RESULTS)
        inspection = Inspection(
            f"99{n:010}", company, dice.one(list(self.organisations.bodies.values())), words.INSPECTION_KINDS[n % 2], "салық есептілігі",
            registered, moved(registered, 3), moved(registered, dice.between(8, 30)) if n % 9 else None, result,
            dice.between(10, 400) * 3_692_00 if result.code == "2" else 0)
        company.inspections.append(inspection)
        self.inspections.append(inspection)

    def procure(self, n, supplier):
        dice = self.dice
        customers = list(self.organisations.bodies.values()) + self.organisations.universities
        for _ in range(dice.between(1, 3)):
            customer = dice.one(customers)
            date = moved(max(supplier.registered, customer.registered), dice.between(10, 500))
            contract = Procurement(f"99{len(self.procurements):010}", customer, supplier, dice.one(words.SUBJECTS), dice.one(words.METHODS), date,
                                   moved(date, 5), moved(date, 200), dice.between(1, 400) * MONEY // 4, dice.one(("signed", "done", "done", "terminated")))
            supplier.contracts.append(contract)
            customer.purchases.append(contract)
            self.procurements.append(contract)
        if n == 0 or dice.chance(0.04):
            supplier.unfair = UnfairParticipant(supplier, contract.customer, dice.one(words.UNFAIR_REASONS), f"99-2-{n}",
                                                moved(contract.date, 60), moved(contract.date, 60 + 730))
            self.unfair.append(supplier.unfair)

    def customs(self, company):
        dice = self.dice
        n = len(self.customs_declarations)
        code, goods = dice.one(words.CUSTOMS_GOODS)
        value, office = dice.between(1, 900) * MONEY // 10, dice.one(words.CUSTOMS_OFFICES)
        date = moved(company.foreign_trade.registered, dice.between(1, 300))
        procedure = words.PROCEDURES[1 if "export" in company.foreign_trade.kinds and n % 2 else 0]
        is_import = procedure.code == "40"
        declaration = CustomsDeclaration(
            f"{office.code}/{date[8:10]}{date[5:7]}{date[2:4]}/{n:07}", company, f"Shet Trading {n % 30}", dice.one(words.FOREIGN_COUNTRIES), date,
            procedure, code, goods, dice.between(100, 60000), value, value // 20 * is_import, (value + value // 20) * 12 // 100 * is_import, office)
        company.customs.append(declaration)
        self.customs_declarations.append(declaration)

    def subsoil(self, n, company, is_hydrocarbon):
        dice = self.dice
        signed = self.after(company)
        contract = SubsoilContract(
            f"{len(self.subsoil_contracts) + 1}-{'КШ' if is_hydrocarbon else 'ҚП'}", company, is_hydrocarbon, f"{dice.one(words.COMPANY_NAMES)[0]} кен орны",
            dice.one(words.HYDROCARBONS if is_hydrocarbon else words.SOLID_MINERALS), dice.one(words.SUBSOIL_KINDS), signed, moved(signed, 9131),
            dice.between(10, 5000), dice.between(50, 90000), dice.between(10, 900) * MONEY, "terminated" if n and n % 7 == 0 else "in_force")
        company.subsoil_contracts.append(contract)
        self.subsoil_contracts.append(contract)

    # --- a company's taxes ---

    def report(self, n, company):
        dice = self.dice
        income = dice.between(1, 900) * MONEY
        year = int(company.registered[:4])
        for form, period, submitted, part in ((words.RETURN_FORMS[0], f"{year}", f"{year + 1}-03-31", 1),
                                              (words.RETURN_FORMS[1], f"{year}-Q4", f"{year + 1}-02-15", 4),
                                              (words.RETURN_FORMS[2], f"{year}-Q4", f"{year + 1}-02-15", 4)):
            if form is words.RETURN_FORMS[2] and not company.is_vat_payer:
                continue
            deductions = income // part * 7 // 10
            tax_return = TaxReturn(f"99{len(self.returns):012}", company, form, period, submitted, False, income // part, deductions,
                                   (income // part - deductions) * (12 if form is words.RETURN_FORMS[2] else 20) // 100)
            company.declarations.append(tax_return)
            self.returns.append(tax_return)
            kind = words.TAX_KINDS[{"100.00": 1, "200.00": 0, "300.00": 2}[form.code]]
            self.payment(company, kind, moved(submitted, 10), tax_return.tax)
        if n == 0 or dice.chance(0.12):
            self.owe(company, words.TAX_KINDS[1], f"{year + 1}-04-11")
        for _ in range(3 if n == 0 else dice.below(4)):
            self.deal(company, f"{year}-Q4")
        for _ in range(3 if n == 0 else dice.below(2)):
            self.cross_check(company)
        self.excise(n, company, year)

    def payment(self, payer, kind, date, amount):
        office = getattr(payer, "tax_office", None) or words.TAX_OFFICES[payer.n % 2]
        payment = TaxPayment(f"ТТ-{len(self.tax_payments):08}", payer, kind, date, amount, office, kind.name_ru)
        payer.tax_payments.append(payment)
        self.tax_payments.append(payment)

    def owe(self, debtor, kind, since):
        amount = self.dice.between(1, 300) * 100_000_00
        office = getattr(debtor, "tax_office", None) or words.TAX_OFFICES[debtor.n % 2]
        arrears = Arrears(debtor, kind, since, amount, amount // 20, amount // 50 if debtor.n % 2 else 0, office)
        debtor.arrears.append(arrears)
        self.arrears.append(arrears)

    def deal(self, company, period):
        """What one supplied to the other in a quarter, in the books of both."""
        other = self.other(company)
        if not other or other.registered[:4] > period[:4]:
            return
        turnover, invoices = self.dice.between(1, 500) * MONEY // 5, self.dice.between(1, 40)
        for one, two, is_supplier in ((company, other, True), (other, company, False)):
            deal = Counterparty(one, two, period, invoices, is_supplier, turnover, turnover * 12 // 112)
            one.counterparties.append(deal)
            self.counterparties.append(deal)

    def cross_check(self, company):
        dice = self.dice
        n = len(self.cross_checks)
        other = self.other(company)
        if not other:
            return
        turnover, is_open = (dice.below(50) + 1) * 1234567 * 100, n % 9 == 8
        begins = moved(company.registered, 100 + n % 200)
        check = CrossCheck(f"ВП-{n:06}", company, other, company.tax_office, begins, None if is_open else moved(begins, 30), company.registered,
                           moved(company.registered, 90), turnover, turnover * 12 // 112,
                           "under_way" if is_open else ("confirmed", "partly_confirmed", "not_confirmed")[n % 3])
        company.cross_checks.append(check)
        self.cross_checks.append(check)

    def excise(self, n, company, year):
        """The known company declares all five; others what their trade is."""
        services = range(68, 73) if n == 0 else {"11010": (68, 69), "46900": (70,), "47110": (70,), "19201": (71, 72)}.get(company.oked.code, ())
        for service in services if n == 0 or self.dice.chance(0.4) else ():
            stock = 0
            for month in (10, 11, 12):
                made, received = self.dice.between(0, 9000) * (service in (68, 69)), self.dice.between(100, 9000)
                shipped = self.dice.between(0, stock + made + received)
                other = self.other(company)
                declaration = ExciseDeclaration(
                    f"А{service}-{len(self.excise_declarations):07}", company, service, f"{year}-{month:02}", f"{year + month // 12}-{month % 12 + 1:02}-15",
                    self.dice.one(words.EXCISE_PRODUCTS[service]), other, stock, made, received, shipped, stock + made + received - shipped,
                    shipped * 1500_00, shipped * 300_00)
                stock = declaration.stock_end
                company.excise_declarations.append(declaration)
                self.excise_declarations.append(declaration)

    # --- people's dealings ---

    def pay(self, n):
        """Taxes on what a person owns or earns."""
        dice = self.dice
        person = self.people.people[n] if n < 4 else dice.one(self.persons)
        kinds = [words.TAX_KINDS[place] for place, has in ((0, person.employments), (3, person.vehicles), (4, person.real_estate), (5, person.land)) if has]
        span = lives(person, "1897-01-01")
        if not kinds or span is None:
            return
        for kind in kinds:
            self.payment(person, kind, dice.day(*span), dice.between(5, 90) * 1000_00)
        if n < 4 or dice.chance(0.06):
            self.owe(person, kinds[-1], dice.day(*span))
        if n < 4 or n % 25 == 24:
            self.license(person)

    def post(self, n):
        dice = self.dice
        known = [self.companies[0], *self.people.people[:4]]
        sender = known[n] if n < 5 else dice.one(self.companies) if n % 5 == 4 else dice.one(self.persons)
        recipient = known[n % 4 + 1] if n < 5 else dice.one(self.persons)
        span = lives(recipient, "1895-01-01")
        if sender is recipient or span is None or (hasattr(sender, "iin") and lives(sender, "1895-01-01") is None):
            return
        sent = dice.day(*span) if hasattr(sender, "bin") else day(dice.between(max(span[0], lives(sender, "1895-01-01")[0]), span[1]))
        kind = dice.one(words.POSTAL_KINDS)
        item = PostalItem(postal_number(kind.code, n), kind, sender, recipient, sent, moved(sent, dice.between(1, 12)) if n % 15 else None,
                          dice.one(words.POST_OFFICES), dice.one(words.POST_OFFICES), dice.between(10, 9000), dice.between(0, 90) * 1000_00)
        sender.postal_sent.append(item)
        recipient.postal_received.append(item)
        self.postal_items.append(item)

    def travel(self, n):
        dice = self.dice
        person = self.people.people[n] if n < 4 else dice.one(self.persons)
        span = lives(person, "1895-01-01")
        if span is None:
            return
        origin, destination = dice.below(4), dice.below(3)
        destination += destination >= origin
        ticket = Ticket(f"{70000000000000 + n}", person, person.identity, f"{900 + n % 90:03}Ж", moment(dice.day(*span), dice.below(86400) // 60 * 60),
                        words.STATIONS[origin], words.STATIONS[destination], dice.between(1, 18), dice.between(1, 36), dice.between(2, 30) * 1000_00)
        person.tickets.append(ticket)
        self.tickets.append(ticket)

    def ship(self, n):
        dice = self.dice
        sender = self.companies[0] if n == 0 else dice.one(self.companies)
        recipient = self.other(sender)
        if not recipient:
            return
        car = sender.railway_cars[0] if sender.railway_cars else dice.one(self.things.railway_cars)
        sent = moved(max(sender.registered, recipient.registered, car.registration_date), dice.between(5, 300))
        origin = dice.below(4)
        shipment = Shipment(f"{60000000 + n}", sender, recipient, car, dice.one(words.GOODS), dice.between(10, car.load_kg // 1000) * 1000, sent,
                            moved(sent, dice.between(1, 9)) if n % 10 else None, words.STATIONS[origin], words.STATIONS[(origin + 1) % 4],
                            dice.between(1, 90) * 100_000_00)
        sender.shipments.append(shipment)
        recipient.shipments.append(shipment)
        self.shipments.append(shipment)

    def declare(self, n):
        """A passenger declares at the border what they carry."""
        dice = self.dice
        person = self.people.people[n] if n < 4 else None
        crossing = person.crossings[-1] if person and person.crossings else dice.one(self.justice.crossings)
        value = dice.between(1, 40) * 1_000_000_00 // 4
        date = crossing.at[:10]
        declaration = PassengerDeclaration(f"{words.CUSTOMS_OFFICES[n % 2].code}/Ж{date[2:4]}/{n:06}", crossing.person, crossing, date,
                                           words.CUSTOMS_OFFICES[n % 2], dice.one(("қолма-қол ақша", "зергерлік бұйымдар", "техника")),
                                           "KZT", value, value // 10 if n % 3 == 0 else 0)
        crossing.person.passenger_declarations.append(declaration)
        self.passenger_declarations.append(declaration)

    def import_vehicle(self, n):
        dice = self.dice
        vehicle = self.things.vehicles[n * 7 % len(self.things.vehicles)] if n >= 5 else self.things.vehicles[n]
        office, value = words.CUSTOMS_OFFICES[n % 2], dice.between(10, 200) * 100_000_00
        date = moved(vehicle.registration_date, -dice.between(5, 40))
        declaration = VehicleDeclaration(f"{office.code}/К{date[2:4]}/{n:06}", vehicle.owner, vehicle, date, office,
                                         dice.one(words.FOREIGN_COUNTRIES), value, value * 15 // 100, value // 50)
        vehicle.owner.vehicle_declarations.append(declaration)
        self.vehicle_declarations.append(declaration)
