"""People and organisations, with what belongs to them alone."""
from dataclasses import dataclass, field
from typing import Optional, Union


@dataclass(frozen=True, slots=True)
class Entry:
    """A word of a dictionary."""
    code: str
    name_kk: str
    name_ru: str

    def record(self):
        return {"code": self.code, "name_kk": self.name_kk, "name_ru": self.name_ru}


def entity(cls):
    return dataclass(slots=True, eq=False, repr=False)(cls)


@entity
class Address:
    country: Entry
    province: Entry
    region: Optional[Entry]
    city: str
    street: str
    building: str
    flat: Optional[str]
    code: str  # of the address register; the same for all who live there
    kato: str
    zip_code: str = "999999"

    @property
    def line(self):
        flat = f", {self.flat}" if self.flat else ""
        return f"{self.province.name_ru}, {self.city}, {self.street}, {self.building}{flat}"


@entity
class Residence:
    address: Address
    begins: str
    ends: Optional[str]


@entity
class Phone:
    number: str  # +7999NNNNNNN: no such network
    kind: str  # mobile | landline
    operator: str
    holder: Union["Person", "Organisation"]  # who has the contract
    begins: str
    ends: Optional[str]
    users: list = field(default_factory=list)  # all who are reached by it: of a landline those who live there


@entity
class Document:
    kind: str  # identity_card | passport | birth_certificate | residence_permit | foreign_passport
    number: str
    issued: str
    expires: Optional[str]
    issuer: Entry
    holder: "Person"
    is_valid: bool


@entity
class CivilAct:
    """An entry of the civil status registers."""
    number: str
    kind: str  # birth | marriage | divorce | death
    date: str  # of the event
    registered: str
    office: Entry
    persons: list  # birth: child, father, mother (None where unknown); marriage, divorce: husband, wife; death: the dead


@entity
class Marriage:
    husband: "Person"
    wife: "Person"
    begins: str
    ends: Optional[str]
    act: CivilAct


@entity
class DrivingLicence:
    number: str
    categories: list  # of texts: A, B, C, D, BE, CE
    issued: str
    expires: str
    issuer: Entry
    state: str  # valid | expired | revoked
    revoked_until: Optional[str]
    holder: "Person"


@entity
class Employment:
    person: "Person"
    employer: "Organisation"
    position: str
    begins: str
    ends: Optional[str]
    contract_number: str
    salary: int  # a month
    is_voluntary: bool  # contributes of one's own will


@entity
class Contribution:
    person: "Person"
    payer: "Organisation"
    period: str  # YYYY-MM
    date: str
    kind: str  # mandatory | mandatory_professional | voluntary
    income: int
    amount: int  # a tenth of the income


@entity
class Study:
    person: "Person"
    university: "Organisation"
    speciality: Entry
    level: str  # bachelor | master | doctor
    form: str  # full_time | part_time
    begins: str
    ends: Optional[str]
    state: str  # student | graduate | expelled
    diploma_number: Optional[str]
    grant: bool


@entity
class Disability:
    person: "Person"
    group: int  # 1-3
    cause: Entry
    begins: str
    ends: Optional[str]
    certificate_number: str
    loss_percent: int
    benefit: int  # a month


@entity
class Assistance:
    person: "Person"
    kind: Entry
    begins: str
    ends: Optional[str]
    amount: int  # a month
    decision_number: str
    office: Entry


@entity
class DispensaryRecord:
    person: "Person"
    kind: str  # psychiatric | narcological | tuberculosis
    diagnosis_code: str
    clinic: "Organisation"
    begins: str
    ends: Optional[str]


@entity
class Conviction:
    person: "Person"
    case: "Case"
    court: Entry
    date: str
    articles: list
    punishment: str
    term_months: int
    ends: Optional[str]
    is_spent: bool


@entity
class Search:
    """Of somebody wanted or missing."""
    person: "Person"
    kind: str  # wanted | missing
    number: str
    category: Entry
    since: str
    body: "Organisation"
    case: Optional["Case"]
    articles: list
    ends: Optional[str]
    state: str  # active | ended
    last_seen: str  # a place


@entity
class CivilService:
    person: "Person"
    body: "Organisation"
    position: str
    category: str
    begins: str
    ends: Optional[str]
    order_number: str
    penalties: list  # of (date, Entry)


@entity
class Person:
    n: int
    iin: str
    surname: str
    name: str
    patronymic: Optional[str]
    birth_date: str
    is_male: bool
    nationality: Entry
    citizenship: Entry
    country: Entry
    is_foreign: bool
    birth_place: Address
    address: Address
    residence: Residence
    eng_surname: Optional[str]
    eng_name: Optional[str]
    photo_seed: int
    father: Optional["Person"] = None
    mother: Optional["Person"] = None
    spouse: Optional["Person"] = None  # the present one
    marriage: Optional[Marriage] = None  # the present one
    death_date: Optional[str] = None
    death: Optional[CivilAct] = None
    driving_licence: Optional[DrivingLicence] = None
    disability: Optional[Disability] = None
    wanted: Optional[Search] = None
    missing: Optional[Search] = None
    incapable: Optional["CourtCase"] = None  # the case in which a court found so
    service: Optional[CivilService] = None
    work_permit: Optional["WorkPermit"] = None
    unfair: Optional["UnfairParticipant"] = None  # as an individual entrepreneur, like the next five
    declarations: list = field(default_factory=list)
    counterparties: list = field(default_factory=list)
    contracts: list = field(default_factory=list)
    customs: list = field(default_factory=list)
    inspections: list = field(default_factory=list)
    children: list = field(default_factory=list)
    marriages: list = field(default_factory=list)
    civil_acts: list = field(default_factory=list)
    earlier_addresses: list = field(default_factory=list)  # of Residence
    phones: list = field(default_factory=list)
    emails: list = field(default_factory=list)
    documents: list = field(default_factory=list)
    employments: list = field(default_factory=list)
    contributions: list = field(default_factory=list)
    studies: list = field(default_factory=list)
    assistance: list = field(default_factory=list)
    dispensary: list = field(default_factory=list)
    convictions: list = field(default_factory=list)
    leads: list = field(default_factory=list)  # Organisation
    founded: list = field(default_factory=list)  # (Organisation, share)
    vehicles: list = field(default_factory=list)
    land: list = field(default_factory=list)  # (Land, share)
    real_estate: list = field(default_factory=list)  # (RealEstate, share)
    weapons: list = field(default_factory=list)
    vessels: list = field(default_factory=list)
    machines: list = field(default_factory=list)
    violations: list = field(default_factory=list)
    accidents: list = field(default_factory=list)
    cases: list = field(default_factory=list)  # CaseRole
    court_cases: list = field(default_factory=list)  # (CourtCase, role)
    enforcement: list = field(default_factory=list)  # where debtor
    claims: list = field(default_factory=list)  # EnforcementCase where claimant
    crossings: list = field(default_factory=list)
    tax_payments: list = field(default_factory=list)
    arrears: list = field(default_factory=list)
    applications: list = field(default_factory=list)
    appeals: list = field(default_factory=list)
    deeds: list = field(default_factory=list)
    licences: list = field(default_factory=list)
    passenger_declarations: list = field(default_factory=list)
    vehicle_declarations: list = field(default_factory=list)
    postal_sent: list = field(default_factory=list)
    postal_received: list = field(default_factory=list)
    tickets: list = field(default_factory=list)
    foreign_violations: list = field(default_factory=list)
    expulsions: list = field(default_factory=list)

    @property
    def full_name(self):
        return " ".join(part for part in (self.surname, self.name, self.patronymic) if part)

    @property
    def id_number(self):
        """What a form calls the person by."""
        return self.iin

    @property
    def identity(self):
        """The document shown by default: the valid one that is no child's, or the last."""
        return next((one for one in self.documents if one.is_valid and one.kind != "birth_certificate"), self.documents[-1])

    @property
    def is_alive(self):
        return self.death_date is None


@entity
class Organisation:
    n: int
    bin: str
    name_kk: str
    name_ru: str
    name_en: str
    registered: str
    kind: str  # company | branch | representation | state_body | university | clinic | notary_chamber
    form: Entry
    size: Entry
    oked: Entry
    address: Address
    leader: Person
    leader_position: str
    auth_capital: Optional[int]
    liquidated: Optional[str] = None
    head: Optional["Organisation"] = None  # of a branch or representation
    is_vat_payer: bool = False
    vat_certificate: Optional[str] = None
    vat_since: Optional[str] = None
    vat_until: Optional[str] = None
    monopoly: Optional["Monopoly"] = None
    foreign_trade: Optional["ForeignTrade"] = None
    unfair: Optional["UnfairParticipant"] = None
    tax_office: Optional[Entry] = None
    branches: list = field(default_factory=list)
    founders: list = field(default_factory=list)  # (Person or Organisation, share in 0.01 %)
    founded: list = field(default_factory=list)  # (Organisation, share)
    phones: list = field(default_factory=list)
    emails: list = field(default_factory=list)
    employments: list = field(default_factory=list)
    licences: list = field(default_factory=list)
    contracts: list = field(default_factory=list)  # Procurement, as supplier
    purchases: list = field(default_factory=list)  # Procurement, as customer
    subsoil_contracts: list = field(default_factory=list)
    inspections: list = field(default_factory=list)
    arrears: list = field(default_factory=list)
    tax_payments: list = field(default_factory=list)
    declarations: list = field(default_factory=list)  # TaxReturn
    excise_declarations: list = field(default_factory=list)
    cross_checks: list = field(default_factory=list)
    counterparties: list = field(default_factory=list)  # Counterparty
    customs: list = field(default_factory=list)  # CustomsDeclaration
    vehicles: list = field(default_factory=list)
    vehicle_declarations: list = field(default_factory=list)
    land: list = field(default_factory=list)  # (Land, share)
    real_estate: list = field(default_factory=list)  # (RealEstate, share)
    weapons: list = field(default_factory=list)
    vessels: list = field(default_factory=list)
    machines: list = field(default_factory=list)
    railway_cars: list = field(default_factory=list)
    shipments: list = field(default_factory=list)  # sent or received by rail
    cases: list = field(default_factory=list)  # of this body, where it is a state body
    court_cases: list = field(default_factory=list)  # (CourtCase, role)
    enforcement: list = field(default_factory=list)
    claims: list = field(default_factory=list)
    applications: list = field(default_factory=list)
    appeals: list = field(default_factory=list)
    deeds: list = field(default_factory=list)
    work_permits: list = field(default_factory=list)
    postal_sent: list = field(default_factory=list)
    postal_received: list = field(default_factory=list)

    @property
    def full_name(self):
        return self.name_ru

    @property
    def id_number(self):
        return self.bin


Owner = Union[Person, Organisation]
