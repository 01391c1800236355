"""Cases, courts, enforcement, searches; the border, foreigners; applications, deeds and complaints."""
from . import words
from .dice import Dice
from .entities import (Appeal, Application, Case, CaseRole, Conviction, CourtCase, Crossing, Deed, Disability, DispensaryRecord,
                       EnforcementCase, Expulsion, ForeignViolation, Search, Theft, WorkPermit, Assistance)
from .numbers import day, moment, moved, ordinal
from .things import lives

KNOWN_CASE = "265500121000123"  # conducted by the police, open, about article 216/2 among others


class Justice:
    def __init__(self, seed, people, organisations, things):
        self.dice = Dice(f"justice {seed}")
        self.people = people
        self.organisations = organisations
        self.things = things
        self.persons = [person for person in things.persons if not person.is_foreign]
        self.foreigners = [person for person in people.people if person.is_foreign]
        self.cases, self.court_cases, self.enforcement, self.searches, self.thefts = [], [], [], [], []
        self.crossings, self.work_permits, self.foreign_violations, self.expulsions = [], [], [], []
        self.applications, self.appeals, self.deeds = [], [], []

    def make(self):
        size = len(self.people.people)
        for n in range(max(size // 8, 60)):
            self.case(n)
        tried = next(case for case in self.cases if case.state == "in_court")
        self.take_part(tried, self.people.people[0], "suspect")
        self.convict(self.people.people[0], tried, words.COURTS[0], moved(tried.closed, 60))
        for n in range(max(size // 8, 60)):
            self.court_case(n)
        for n in range(max(size // 8, 60)):
            self.enforce(n)
        self.search("wanted", self.people.people[0])
        self.search("missing", self.people.people[0])
        for n in range(max(size // 100, 6)):
            self.search("wanted" if n % 2 else "missing", self.dice.one(self.persons))
        self.steal()
        for n in range(size // 2):
            self.journey(n)
        for n, person in enumerate(self.foreigners):
            self.foreign(n, person)
        for n in range(size // 2):
            self.application(n)
        for n in range(size // 8):
            self.appeal(n)
        for n in range(size // 5):
            self.deed(n)
        for person in self.people.people:
            self.care(person)

    def who(self, n, persons=None):
        """The first four are those whom everybody asks about."""
        return self.people.people[n] if n < 4 else self.dice.one(persons or self.persons)

    def party(self, n):
        """A person, a company now and then; the fifth is the known company."""
        return self.things.companies[0] if n == 4 else self.dice.one(self.things.companies) if n % 5 == 4 else self.who(n)

    def since(self, party, first="1890-01-01"):
        if hasattr(party, "iin"):
            return self.dice.day(*(lives(party, first) or lives(party)))
        return moved(party.registered, self.dice.between(30, 400))

    # --- cases ---

    def case(self, n):
        """One open case of each body comes first: those can be named by its officers."""
        dice = self.dice
        bodies = list(self.organisations.bodies.values())
        suspect = self.who(n)
        opened = dice.day(*(lives(suspect, "1896-01-01") or lives(suspect)))
        if n == 0:
            number, body = KNOWN_CASE, self.organisations.bodies["police"]
            articles = list(words.CASE_ARTICLES)
        else:
            number, body = f"{opened[2:4]}99{n % 9 + 1}{n:010}", bodies[n % len(bodies)]
            articles = list(words.CASE_ARTICLES) if n <= len(bodies) else dice.some(words.CASE_ARTICLES, 2)
        state = "open" if n <= len(bodies) else dice.one(("open", "closed", "in_court"))
        closed = None if state == "open" else moved(opened, dice.between(30, 300))
        decision = None if state == "open" else words.CASE_DECISIONS[0 if state == "in_court" else 1]
        case = Case(number, body, articles, opened, closed, state, decision, f"{dice.one(words.SURNAMES)} {dice.one('АБЕЖК')}.",
                    dice.one(words.PLOTS), damage=dice.between(0, 500) * 100_000)
        roles = [(suspect, "suspect"), (dice.one(self.persons), "victim"), (dice.one(self.persons), "witness"), (self.who(n + 1), "applicant")]
        for person, role in roles[:dice.between(2, 4) if n >= 4 else 4]:
            self.take_part(case, person, role)
        body.cases.append(case)
        self.cases.append(case)
        if state == "in_court":
            self.trial(case, suspect)

    @staticmethod
    def take_part(case, person, role):
        if all(entry.person is not person for entry in case.persons):
            entry = CaseRole(case, person, role)
            case.persons.append(entry)
            person.cases.append(entry)

    def trial(self, case, accused):
        """The court case of a criminal one; half of them end in a conviction."""
        dice = self.dice
        is_decided = dice.chance(0.6)
        court = dice.one(words.COURTS[:2])
        decided = moved(case.closed, 60) if is_decided else None
        trial = self.court(court, "criminal", case.closed, decided, dice.one(words.COURT_CATEGORIES["criminal"]),
                           words.COURT_DECISIONS[2] if is_decided else None, case.damage, [(accused, "accused")])
        trial.case = case
        if is_decided:
            self.convict(accused, case, court, decided)

    def convict(self, person, case, court, date):
        term = self.dice.between(0, 60)
        person.convictions.append(Conviction(person, case, court, date, case.articles[:2], self.dice.one(words.PUNISHMENTS), term,
                                             moved(date, term * 30) if term else None, term < 12))

    def court(self, court, kind, opened, decided, category, decision, amount, parties):
        n = len(self.court_cases)
        case = CourtCase(f"99{court.code[2:]}-{opened[2:4]}-00-{'1' if kind == 'criminal' else '2'}/{n}", court, kind, opened, decided,
                         "in_force" if decided and n % 3 else "decided" if decided else "open", f"{self.dice.one(words.SURNAMES)} Қ.",
                         category, decision, amount, parties)
        for party, role in parties:
            party.court_cases.append((case, role))
        self.court_cases.append(case)
        return case

    def court_case(self, n):
        dice = self.dice
        defendant, plaintiff = self.party(n), self.party(n + 1) if n < 4 else dice.one(self.persons)
        if plaintiff is defendant:
            return
        opened = self.since(defendant)
        kind = "administrative" if n % 4 == 3 and hasattr(defendant, "iin") else "civil"
        decided = moved(opened, dice.between(20, 90)) if n < 4 or n % 3 else None
        decision = words.COURT_DECISIONS[3 if kind == "administrative" else n % 2] if decided else None
        category = dice.one(words.COURT_CATEGORIES[kind][:3])
        parties = [(defendant, "accused" if kind == "administrative" else "defendant")]
        if kind == "civil":
            parties.insert(0, (plaintiff, "plaintiff"))
        case = self.court(dice.one(words.COURTS), kind, opened, decided, category, decision, dice.between(1, 900) * 1_000_000, parties)
        if n % 50 == 48 and decided and hasattr(defendant, "iin") and not defendant.incapable:
            case.category, case.decision = words.COURT_CATEGORIES["civil"][3], words.COURT_DECISIONS[0]
            defendant.incapable = case

    def enforce(self, n):
        """The first are those of the known people and the company; later ones follow from court cases."""
        dice = self.dice
        debtor, claimant, court_case = self.party(n), self.party(n + 1), None
        if n >= 8:
            court_case = self.court_cases[n % len(self.court_cases)]
            roles = {role: party for party, role in court_case.parties}
            if court_case.kind == "civil" and court_case.decided and "plaintiff" in roles:
                debtor, claimant = roles["defendant"], roles["plaintiff"]
            else:
                court_case = None
        if debtor is claimant:
            return
        opened = moved(court_case.decided, 20) if court_case else self.since(debtor)
        amount = court_case.amount if court_case else dice.between(1, 500) * 1_000_000
        is_closed = n >= 4 and dice.chance(0.4)
        case = EnforcementCase(
            f"99/{opened[2:4]}-{n:06}", court_case, debtor, claimant, dice.one(words.ENFORCEMENT_KINDS), opened,
            moved(opened, 120) if is_closed else None, "closed" if is_closed else "open", amount, amount if is_closed else amount // 4,
            f"{dice.one(words.SURNAMES)} С.", dice.one(words.BAILIFF_OFFICES), [] if is_closed else dice.some(words.RESTRICTIONS, 2))
        debtor.enforcement.append(case)
        claimant.claims.append(case)
        self.enforcement.append(case)

    def search(self, kind, person):
        dice = self.dice
        if getattr(person, kind):
            return
        since = dice.day(*(lives(person, "1897-01-01") or lives(person)))
        case = next((entry.case for entry in person.cases if entry.role == "suspect"), None) if kind == "wanted" else None
        if kind == "wanted" and case is None:
            return
        is_ended = person.n >= 4 and dice.chance(0.2)
        search = Search(person, kind, f"{'ІЗ' if kind == 'wanted' else 'ХК'}-{len(self.searches):06}",
                        dice.one(words.SEARCH_CATEGORIES if kind == "wanted" else words.MISSING_CATEGORIES),
                        since if case is None else moved(case.opened, 10), self.organisations.bodies["police"], case,
                        case.articles[:2] if case else [], moved(since, 200) if is_ended else None, "ended" if is_ended else "active",
                        f"{dice.one(words.CITIES)}, {dice.one(words.STREETS)}")
        setattr(person, kind, search)
        self.searches.append(search)

    def steal(self):
        """Some vehicles and weapons of people are looked for."""
        dice = self.dice
        stolen = self.things.vehicles[:2] + self.things.vehicles[8::60] + self.things.weapons[:2] + self.things.weapons[8::20]
        for thing in stolen:
            if not hasattr(thing.owner, "iin") or getattr(thing, "deregistration_date", None):
                continue
            case = dice.one(self.cases)
            since = max(case.opened, thing.registration_date)
            theft = Theft(f"ҰР-{len(self.thefts):06}", thing, since, dice.one(words.THEFT_REASONS[:2]), case.body, case,
                          moved(since, 60) if dice.chance(0.3) and len(self.thefts) > 4 else None)
            thing.stolen = theft
            self.thefts.append(theft)

    # --- the border and who comes over it ---

    def journey(self, n):
        """Out and back (of foreigners in and out), alone, with the family, or by the car of one of them."""
        dice = self.dice
        traveller = self.foreigners[n // 10 % len(self.foreigners)] if n % 10 == 9 else self.who(n, self.persons)
        party = [traveller]
        if traveller.spouse and (n < 4 or dice.chance(0.4)):
            party.append(traveller.spouse)
        party = [person for person in party if lives(person, "1893-01-01")]
        if not party:
            return
        first = max(lives(person, "1893-01-01")[0] for person in party)
        last = min(lives(person, "1893-01-01")[1] for person in party)
        if first >= last:
            return
        gone = dice.between(first, last)
        # A car crosses only while it is the traveller's.
        vehicle = next((car for car in traveller.vehicles if car.registration_date < day(gone) and not car.deregistration_date), None)
        point = dice.one(words.BORDER_POINTS[:2] if vehicle else words.BORDER_POINTS)
        country = traveller.country if traveller.is_foreign else dice.one(words.FOREIGN_COUNTRIES)
        back = gone + dice.between(2, 30)
        directions = ("entry", "exit") if traveller.is_foreign else ("exit", "entry")
        purpose = dice.one(words.CROSSING_PURPOSES)
        for direction, date in zip(directions, (gone, back)):
            if date > last:
                break
            together, second = f"{n}-{direction}", dice.below(86000)
            for person in party:
                document = next((one for one in person.documents if one.kind.endswith("passport")), person.identity)
                crossing = Crossing(person, moment(day(date), second), direction, point, document, vehicle, country, purpose,
                                    "car" if vehicle else "air" if point is words.BORDER_POINTS[2] else "train", together)
                person.crossings.append(crossing)
                self.crossings.append(crossing)
                second += 40
            if vehicle:
                vehicle.crossings.append(self.crossings[-1])

    def foreign(self, n, person):
        dice = self.dice
        if n < 2 or n % 2 == 0:
            employer = self.things.companies[0] if n == 0 else dice.one(self.things.companies)
            begins = dice.day(ordinal("1896-01-01"), ordinal("1899-06-01"))
            permit = WorkPermit(f"ШЖК-{n:06}", person, employer, dice.one(words.POSITIONS), dice.between(1, 4), begins, moved(begins, 364),
                                "withdrawn" if n % 10 == 8 else "valid" if moved(begins, 364) > "1899-12-31" else "expired")
            person.work_permit = permit
            employer.work_permits.append(permit)
            self.work_permits.append(permit)
        if n < 1 or n % 3 == 0:
            date = dice.day(ordinal("1896-06-01"), ordinal("1899-12-01"))
            decision = words.FOREIGN_DECISIONS[n % 3 if n else 2]
            violation = ForeignViolation(f"ШБ-{n:06}", person, date, dice.one(words.FOREIGN_ARTICLES), self.organisations.bodies["migration"],
                                         person.work_permit.employer if person.work_permit else None,
                                         dice.between(5, 25) * 3_692_00 if decision.code == "1" else 0, decision)
            person.foreign_violations.append(violation)
            self.foreign_violations.append(violation)
        if n < 1 or n % 6 == 0:
            date = dice.day(ordinal("1898-01-01"), ordinal("1899-12-01"))
            state = ("carried_out", "ordered", "suspended")[n // 6 % 3]
            expulsion = Expulsion(f"ШЖ-{n:06}", person, dice.one(words.COURTS[:2]), date, dice.one(words.EXPULSION_REASONS),
                                  moved(date, 10) if state == "carried_out" else None, moved(date, 1826), state)
            person.expulsions.append(expulsion)
            self.expulsions.append(expulsion)

    # --- what people and organisations ask for ---

    def application(self, n):
        dice = self.dice
        applicant = self.party(n)
        is_company = not hasattr(applicant, "iin")
        submitted = self.since(applicant)
        state = ("done", "done", "accepted", "refused")[dice.below(4)]
        application = Application(
            f"0{n % 9 + 1}{n:010}", applicant, applicant.leader if is_company else dice.one(self.persons) if n % 20 == 7 else None,
            words.CENTRE_SERVICES[4] if is_company else dice.one(words.CENTRE_SERVICES[:4]), dice.one(words.SERVICE_CENTRES), submitted,
            None if state == "accepted" else moved(submitted, dice.between(1, 15)), state)
        applicant.applications.append(application)
        self.applications.append(application)

    def appeal(self, n):
        dice = self.dice
        applicant = self.party(n)
        submitted = self.since(applicant)
        state = dice.one(("accepted", "under_review", "answered", "forwarded"))
        appeal = Appeal(f"ЖТ-{n:07}", applicant, dice.one(list(self.organisations.bodies.values())), dice.one(words.APPEAL_KINDS),
                        dice.one(words.APPEAL_SUBJECTS), submitted, moved(submitted, 15) if state == "answered" else None, state)
        applicant.appeals.append(appeal)
        self.appeals.append(appeal)

    def deed(self, n):
        """Sales and gifts of what the grantor owns (or owned), wills and powers of attorney without a thing."""
        dice = self.dice
        kind = words.DEED_KINDS[(n + n // 5) % len(words.DEED_KINDS)]
        grantor, grantee = self.party(n), dice.one(self.persons)
        if grantor is grantee or (kind.code in ("04", "05") and not hasattr(grantor, "iin")):
            return
        roles = {"04": ("testator", "heir"), "05": ("testator", "heir")}.get(kind.code, ("grantor", "grantee"))
        things = grantor.vehicles + [thing for thing, _ in grantor.real_estate]
        deed = Deed(f"{n + 1:05}", kind, f"{dice.one(words.SURNAMES)} Н.", f"0505-{n % 40:04}", self.since(grantor),
                    list(zip((grantor, grantee), roles)), dice.between(1, 300) * 1_000_000_00 if kind.code == "01" else None,
                    dice.one(things) if things and kind.code in ("01", "02") else None)
        for party, _ in deed.parties:
            party.deeds.append(deed)
        self.deeds.append(deed)

    def care(self, person):
        """Disability, social assistance, dispensary registration."""
        dice = self.dice
        is_known = person.n < 4
        span = lives(person, "1885-01-01")
        if person.is_foreign or span is None:
            return
        ends = person.death_date
        if is_known or dice.chance(0.04):
            group = dice.between(1, 3)
            person.disability = Disability(person, group, dice.one(words.DISABILITY_CAUSES), dice.day(*span), ends, f"МСС-{person.n:07}",
                                           100 - group * 20, (4 - group) * 25_000_00)
        if is_known or person.disability or dice.chance(0.08):
            kind = words.ASSISTANCE_KINDS[2] if person.disability else dice.one(words.ASSISTANCE_KINDS[:2])
            begins = person.disability.begins if person.disability else dice.day(*span)
            person.assistance.append(Assistance(person, kind, begins, ends or (None if person.n % 2 == 0 else moved(begins, 365)),
                                                dice.between(10, 60) * 1000_00, f"ӘК-{person.n:07}", dice.one(words.SOCIAL_OFFICES)))
        if is_known or dice.chance(0.03):
            kind = dice.one(tuple(words.DIAGNOSES))
            begins = dice.day(*span)
            person.dispensary.append(DispensaryRecord(person, kind, dice.one(words.DIAGNOSES[kind]), dice.one(self.organisations.clinics), begins,
                                                      ends or (None if person.n % 3 else moved(begins, 500))))
