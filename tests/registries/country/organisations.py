"""The organisations, all registered from 2030 on, and who leads, owns and works for them."""
import csv
import pathlib

from . import words
from .dice import Dice
from .entities import Contribution, CivilService, Employment, Organisation, Study
from .numbers import Serials, day, moved, ordinal
from .people import People

BODIES = pathlib.Path(__file__).resolve().parents[3] / "deploy/bodies.tsv"
KNOWN = ("300140000015", "300141000010", "300142000016")  # a company, its branch, its representation
FIRST, LAST = ordinal("2030-01-01"), ordinal("2033-06-30")


def bodies():
    """The state bodies of an instance: code, BIN, names."""
    with open(BODIES, encoding="utf-8") as file:
        for row in csv.reader((line for line in file if not line.startswith("#")), delimiter="\t"):
            yield row[0], row[1], row[3], row[4], row[5]


class Organisations:
    def __init__(self, seed, count, people: People):
        self.dice = Dice(f"organisations {seed}")
        self.count = count
        self.people = people
        self.grown = [person for person in people.people if person.birth_date < "1878" and person.is_alive and not person.is_foreign]
        self.serials = Serials(5, 1000)
        self.organisations = []
        self.bodies = {}  # by the code of deploy/bodies.tsv
        self.universities = []
        self.clinics = []
        self.companies = []

    def make(self):
        company = self.company(KNOWN[0])
        self.branch(company, KNOWN[1], True)
        self.branch(company, KNOWN[2], False)
        for code, bin_, name_kk, name_ru, name_en in bodies():
            self.bodies[code] = self.organisation("state_body", words.FORM_STATE, words.STATE_ACTIVITY, (name_kk, name_ru, name_en), bin_)
        for names in words.UNIVERSITIES:
            self.universities.append(self.organisation("university", words.FORM_STOCK, words.EDUCATION_ACTIVITY, names))
        for names in words.CLINICS:
            self.clinics.append(self.organisation("clinic", words.FORM_STATE, words.HEALTH_ACTIVITY, names))
        while len(self.organisations) < self.count:
            if len(self.organisations) % 10 == 9:
                self.branch(self.dice.one(self.companies), None, self.dice.chance(0.7))
            else:
                self.company()
        for organisation in self.companies:
            self.found(organisation)
        for person in self.people.people:
            self.work(person)
        return self.organisations

    def organisation(self, kind, form, oked, names, bin_=None, registered=None, leader=None):
        dice = self.dice
        n = len(self.organisations)
        registered = registered or (f"20{bin_[:2]}-{bin_[2:4]}-15" if bin_ else dice.day(FIRST, LAST))
        type_ = {"branch": "41", "representation": "42"}.get(kind, "40")
        bin_ = bin_ or self.serials.take(registered[2:4] + registered[5:7] + type_)
        leader = leader or (self.people.people[0] if n == 0 else dice.one(self.grown))
        organisation = Organisation(
            n=n, bin=bin_, name_kk=names[0], name_ru=names[1], name_en=names[2], registered=registered, kind=kind, form=form,
            size=words.SIZES[0 if n % 7 else 1 + n // 7 % 2], oked=oked, address=dice.one(self.people.homes), leader=leader,
            leader_position="Директор" if kind != "state_body" else "Бастық",
            auth_capital=dice.between(1, 2000) * 100_000 * 100 if kind in ("company", "university") else None,
            tax_office=words.TAX_OFFICES[n % 2])
        leader.leads.append(organisation)
        self.organisations.append(organisation)
        self.people.phone(organisation, "landline", f"+7799{self.people.number('landline'):07}", registered)
        organisation.emails.append(f"o{n}@example.kz")
        return organisation

    def company(self, bin_=None):
        dice = self.dice
        n = len(self.organisations)
        name_kk, name_en = words.COMPANY_NAMES[n * 3 % len(words.COMPANY_NAMES)]
        is_stock = n % 25 == 24
        names = ((f"{name_kk}-{n} АҚ", f"АО «{name_kk}-{n}»", f"{name_en}-{n} JSC") if is_stock else
                 (f"{name_kk}-{n} ЖШС", f"ТОО «{name_kk}-{n}»", f"{name_en}-{n} LLP"))
        company = self.organisation("company", words.FORM_STOCK if is_stock else words.FORM_COMPANY,
                                    words.ACTIVITIES[(n + n // 10) % len(words.ACTIVITIES)], names, bin_)
        self.companies.append(company)
        if n and dice.chance(0.06):
            company.liquidated = moved(company.registered, dice.between(100, 400))
        if n == 0 or dice.chance(0.6):
            company.is_vat_payer = True
            company.vat_certificate = f"99{n:010}"
            company.vat_since = moved(company.registered, 30)
            company.vat_until = company.liquidated and max(company.liquidated, company.vat_since)
        return company

    def branch(self, head, bin_, is_branch):
        if bin_ is None and head.liquidated:
            return
        kind = "branch" if is_branch else "representation"
        place = self.dice.one(words.CITIES)
        names = ((f"{head.name_kk}, {place} филиалы", f"Филиал {head.name_ru} в {place}", f"{head.name_en}, branch in {place}")
                 if is_branch else
                 (f"{head.name_kk}, {place} өкілдігі", f"Представительство {head.name_ru} в {place}", f"{head.name_en}, office in {place}"))
        branch = self.organisation(kind, words.FORM_BRANCH if is_branch else words.FORM_REPRESENTATION, head.oked, names, bin_,
                                   None if bin_ else moved(head.registered, 60))
        branch.head = head
        head.branches.append(branch)

    def found(self, organisation):
        """Whose it is: one to three people, and of every fourth an organisation besides; shares make 100 %."""
        dice = self.dice
        owners = [organisation.leader] if organisation.n == 0 or dice.chance(0.6) else [dice.one(self.grown)]
        if organisation.n == 0:
            owners.append(self.people.people[2])
        elif dice.chance(0.4):
            owners.append(dice.one(self.grown))
        if organisation.n and organisation.n % 4 == 0:
            older = dice.one(self.companies)
            if older.registered < organisation.registered and not older.liquidated:
                owners.append(older)
        if organisation.n and organisation.n % 60 == 7:  # the known company owns others too
            owners.append(self.companies[0])
        owners = list(dict.fromkeys(owners))
        shares = [dice.between(1, 4) for _ in owners]
        parts = [10000 * share // sum(shares) for share in shares]
        parts[0] += 10000 - sum(parts)
        for owner, part in zip(owners, parts):
            organisation.founders.append((owner, part))
            owner.founded.append((organisation, part))

    # --- who works and studies where ---

    def work(self, person):
        dice = self.dice
        adult = max(ordinal(person.birth_date) + 19 * 365, ordinal("1870-01-01"))
        last = ordinal(person.death_date) if person.death_date else ordinal("1899-12-31")
        if person.n < 4 or (not person.is_foreign and person.birth_date > "1840" and dice.chance(0.65)):
            begins = dice.between(adult, adult + 2000)
            known = {0: self.companies[0], 2: self.bodies["police"]}
            employers = [known.get(person.n) or dice.one(self.organisations)]
            if person.n < 4 or dice.chance(0.4):
                employers.insert(0, dice.one(self.organisations))
            for place, employer in enumerate(employers):
                ends = begins + 1500 if place + 1 < len(employers) else None
                if ends is None and last != ordinal("1899-12-31"):
                    ends = last
                if begins >= last:
                    break
                self.employ(person, employer, day(begins), day(min(ends, last)) if ends else None)
                begins = (ends or begins) + 30
            self.contribute(person)
            if person.n < 4 and person.service is None:  # served once, and left
                begins = person.employments[0].begins
                person.service = CivilService(person, self.bodies["police"], person.employments[0].position, "C-4", moved(begins, -400),
                                              moved(begins, -10), f"{person.n}-ж/қ", [])
        if person.n < 4 or (not person.is_foreign and person.birth_date > "1850" and dice.chance(0.2)):
            self.study(person, adult)

    def employ(self, person, employer, begins, ends):
        dice = self.dice
        employment = Employment(person, employer, dice.one(words.POSITIONS), begins, ends, f"ЕШ-{self.people.number('employment'):07}",
                                dice.between(70, 400) * 1000 * 100 + dice.below(100), dice.chance(0.1))
        person.employments.append(employment)
        employer.employments.append(employment)
        if employer.kind == "state_body" and (ends is None) and person.service is None:
            person.service = CivilService(person, employer, employment.position, dice.one(("C-4", "C-5", "D-3")), begins, None,
                                          f"{employment.contract_number[-4:]}-ж/қ",
                                          [(moved(begins, 400), dice.one(words.PENALTIES))] if dice.chance(0.1) else [])

    def contribute(self, person):
        """What employers paid into the pension fund in the months of 1899."""
        for employment in person.employments:
            for month in range(1, 13):
                period = f"1899-{month:02}"
                if employment.begins[:7] > period or (employment.ends and employment.ends[:7] < period):
                    continue
                income = employment.salary + month * 100_000
                date = f"1899-{month + 1:02}-10" if month < 12 else "1900-01-10"
                kind = "voluntary" if employment.is_voluntary else "mandatory"
                person.contributions.append(Contribution(person, employment.employer, period, date, kind, income, income // 10))

    def study(self, person, begins):
        dice = self.dice
        if begins + 1461 > ordinal("1902-01-01"):
            return
        ends = begins + 1461
        state = "student" if ends > ordinal("1899-12-31") else "expelled" if person.n >= 4 and dice.chance(0.1) else "graduate"
        person.studies.append(Study(
            person, dice.one(self.universities), dice.one(words.SPECIALITIES), dice.one(("bachelor", "bachelor", "master")),
            "full_time" if dice.chance(0.7) else "part_time", day(begins), None if state == "student" else day(ends), state,
            f"ЖБ-{person.n:08}" if state == "graduate" else None, dice.chance(0.4)))
