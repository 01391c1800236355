"""What there is in the fictional country.

All days are ISO texts ("1890-04-01"), all moments RFC 3339 texts, all amounts integers in tiyn, all shares integers in
hundredths of a percent: as the services' descriptions have them. Where a thing has an owner, the owner has the thing:
each link is kept at both ends. Nothing is compared by value: two entities are the same when they are one object.
"""
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


# --- things ---

@entity
class Vehicle:
    plate: str
    vin: str
    certificate: str
    make: str
    model: str
    year: int
    category: str
    color: str
    engine_volume: int
    registration_date: str
    deregistration_date: Optional[str]
    owner: Owner
    earlier_owners: list = field(default_factory=list)  # (Owner, begins, ends)
    inspections: list = field(default_factory=list)
    violations: list = field(default_factory=list)
    accidents: list = field(default_factory=list)
    crossings: list = field(default_factory=list)
    stolen: Optional["Theft"] = None


@entity
class VehicleInspection:
    number: str
    vehicle: Vehicle
    date: str
    valid_until: str
    centre: str
    is_passed: bool
    faults: list  # of texts


@entity
class Violation:
    """Of the traffic rules."""
    number: str
    person: Person
    vehicle: Vehicle
    at: str
    place: str
    article: str
    fine: int
    paid: Optional[str]
    by_camera: bool


@entity
class Accident:
    number: str
    at: str
    place: str
    kind: Entry
    vehicles: list
    drivers: list  # in the order of the vehicles
    culprit: Optional[Person]
    injured: int
    killed: int
    case: Optional["Case"]


@entity
class Theft:
    """Of a vehicle or a weapon: why it is looked for."""
    number: str
    thing: object
    since: str
    reason: Entry
    body: Organisation
    case: "Case"
    found: Optional[str]


@entity
class Weapon:
    number: str
    kind: Entry
    make: str
    model: str
    calibre: str
    year: int
    permit_number: str
    permit_until: str
    registration_date: str
    owner: Owner
    earlier_owners: list = field(default_factory=list)
    stolen: Optional[Theft] = None


@entity
class Vessel:
    number: str
    name: str
    is_sea: bool
    kind: Entry
    year: int
    length_cm: int
    engine_power: int
    home_port: Entry
    registration_date: str
    deregistration_date: Optional[str]
    owner: Owner
    imo: Optional[str]


@entity
class RailwayCar:
    number: str
    kind: Entry
    year: int
    plant: str
    load_kg: int
    registration_date: str
    next_repair: str
    owner: Organisation
    lessee: Optional[Organisation]


@entity
class Machine:
    plate: str
    factory_number: str
    kind: Entry
    make: str
    model: str
    year: int
    engine_number: str
    registration_date: str
    deregistration_date: Optional[str]
    owner: Owner
    is_pledged: bool


@entity
class Encumbrance:
    number: str
    kind: Entry  # pledge, arrest, servitude
    body: str
    begins: str
    ends: Optional[str]


@entity
class Land:
    cadastre: str
    address: Address
    area: int  # square metres
    category: Entry
    purpose: Entry
    right: Entry
    value: int
    registered: str
    owners: list  # (Owner, share)
    encumbrances: list = field(default_factory=list)
    buildings: list = field(default_factory=list)


@entity
class RealEstate:
    cadastre: str
    kind: Entry  # land (1), building (2), flat (3): what a prohibition names
    address: Address
    area: int  # hundredths of a square metre
    rooms: Optional[int]
    floor: Optional[int]
    year: int
    value: int
    right: Entry
    registered: str
    land: Optional[Land]
    owners: list  # (Owner, share)
    earlier_owners: list = field(default_factory=list)  # (Owner, begins, ends)
    encumbrances: list = field(default_factory=list)


# --- cases, courts, bodies ---

@entity
class Case:
    """A pre-trial investigation. `body` is one of deploy/bodies.tsv."""
    number: str  # 15 digits
    body: Organisation
    articles: list  # of texts as "188/2"
    opened: str
    closed: Optional[str]
    state: str  # open | closed | in_court
    decision: Optional[Entry]
    investigator: str
    plot: str
    persons: list = field(default_factory=list)  # CaseRole
    damage: int = 0


@entity
class CaseRole:
    case: Case
    person: Person
    role: str  # suspect | victim | witness | applicant


@entity
class CourtCase:
    number: str
    court: Entry
    kind: str  # criminal | civil | administrative
    opened: str
    decided: Optional[str]
    state: str  # open | decided | in_force
    judge: str
    category: Entry
    decision: Optional[Entry]
    amount: int
    parties: list = field(default_factory=list)  # (Owner, role: plaintiff | defendant | accused | victim)
    case: Optional[Case] = None


@entity
class EnforcementCase:
    number: str
    court_case: Optional[CourtCase]
    debtor: Owner
    claimant: Owner
    kind: Entry
    opened: str
    closed: Optional[str]
    state: str  # open | closed
    amount: int
    paid: int
    bailiff: str
    office: Entry
    restrictions: list  # of texts: exit_ban | arrest_of_accounts | arrest_of_property | licence_suspended


@entity
class Crossing:
    person: Person
    at: str
    direction: str  # entry | exit
    point: Entry
    document: Document
    vehicle: Optional[Vehicle]
    country: Entry  # from or to
    purpose: Entry
    transport: str  # car | train | air | foot
    together: str  # who crossed together has the same


@entity
class WorkPermit:
    number: str
    person: Person
    employer: Organisation
    position: str
    category: int
    begins: str
    ends: str
    state: str  # valid | expired | withdrawn


@entity
class ForeignViolation:
    number: str
    person: Person
    date: str
    article: str
    body: Organisation
    employer: Optional[Organisation]
    fine: int
    decision: Entry


@entity
class Expulsion:
    number: str
    person: Person
    court: Entry
    date: str
    reason: Entry
    carried_out: Optional[str]
    ban_until: str
    state: str  # ordered | carried_out | suspended


# --- services, deeds, mail ---

@entity
class Application:
    """For a service at a public service centre."""
    number: str
    applicant: Owner
    representative: Optional[Person]
    service: Entry
    centre: Entry
    submitted: str
    completed: Optional[str]
    state: str  # accepted | done | refused


@entity
class Appeal:
    """A complaint or statement to a state body."""
    number: str
    applicant: Owner
    body: Organisation
    kind: Entry
    subject: str
    submitted: str
    answered: Optional[str]
    state: str  # accepted | under_review | answered | forwarded


@entity
class Deed:
    """Before a notary."""
    number: str
    kind: Entry
    notary: str
    notary_licence: str
    date: str
    parties: list  # (Owner, role: grantor | grantee | testator | heir | party)
    amount: Optional[int]
    object: Optional[object]  # Vehicle, RealEstate, Land


@entity
class Licence:
    number: str
    holder: Owner
    kind: Entry
    issuer: Entry
    issued: str
    expires: Optional[str]
    state: str  # valid | suspended | withdrawn | expired


@entity
class PostalItem:
    number: str  # S10: two letters, nine digits with check digit, KZ
    kind: Entry
    sender: Owner
    recipient: Owner
    sent: str
    delivered: Optional[str]
    office_from: Entry
    office_to: Entry
    weight_g: int
    value: int


@entity
class Ticket:
    """Of a passenger by rail."""
    number: str
    person: Person
    document: Document
    train: str
    departs: str
    station_from: Entry
    station_to: Entry
    car: int
    seat: int
    price: int


@entity
class Shipment:
    """Goods by rail."""
    number: str
    sender: Organisation
    recipient: Organisation
    car: RailwayCar
    goods: Entry
    weight_kg: int
    sent: str
    arrived: Optional[str]
    station_from: Entry
    station_to: Entry
    charge: int


# --- taxes, trade, licences of organisations ---

@entity
class TaxPayment:
    number: str
    payer: Owner
    kind: Entry  # code of the budget classification
    date: str
    amount: int
    office: Entry
    purpose: str


@entity
class Arrears:
    debtor: Owner
    kind: Entry
    since: str
    amount: int
    penalty: int
    fine: int
    office: Entry


@entity
class TaxReturn:
    number: str
    taxpayer: Owner
    form: Entry  # 100.00, 300.00 ...
    period: str  # YYYY or YYYY-Qn
    submitted: str
    is_additional: bool
    income: int
    deductions: int
    tax: int


@entity
class CrossCheck:
    number: str
    organisation: Organisation
    counterparty: Organisation
    office: Entry
    begins: str
    ends: Optional[str]
    period_from: str
    period_to: str
    turnover: int
    vat: int
    result: str  # confirmed | partly_confirmed | not_confirmed | under_way


@entity
class Counterparty:
    organisation: Owner
    other: Owner
    period: str  # YYYY-Qn
    invoices: int
    is_supplier: bool  # the other supplies
    turnover: int
    vat: int


@entity
class ExciseDeclaration:
    number: str
    organisation: Organisation
    service: int  # 68-72: ethyl alcohol, alcohol made, alcohol sold, petroleum products (v2, v3)
    period: str  # YYYY-MM
    submitted: str
    product: Entry
    counterparty: Optional[Organisation]
    stock_begin: int  # litres; tonnes for petroleum products
    made: int
    received: int
    shipped: int
    stock_end: int
    turnover: int
    excise: int


@entity
class Procurement:
    number: str
    customer: Organisation
    supplier: Organisation
    subject: str
    method: Entry
    date: str
    begins: str
    ends: str
    amount: int
    state: str  # signed | done | terminated


@entity
class UnfairParticipant:
    organisation: Organisation
    customer: Organisation
    reason: Entry
    decision_number: str
    begins: str
    ends: str


@entity
class Inspection:
    number: str
    organisation: Organisation
    body: Organisation
    kind: Entry
    subject: str
    registered: str
    begins: str
    ends: Optional[str]
    result: Entry
    fine: int


@entity
class Monopoly:
    organisation: Organisation
    market: Entry
    share: int
    order_number: str
    begins: str
    ends: Optional[str]
    tariff: int  # of one unit


@entity
class SubsoilContract:
    number: str
    organisation: Organisation
    is_hydrocarbon: bool
    field: str
    mineral: Entry
    kind: Entry  # exploration, production
    signed: str
    ends: str
    area_ha: int
    reserves: int  # thousand tonnes
    obligations: int
    state: str  # in_force | ended | terminated


@entity
class ForeignTrade:
    organisation: Organisation
    registered: str
    code: str
    kinds: list  # import | export | transit


@entity
class CustomsDeclaration:
    number: str
    organisation: Organisation
    partner: str  # abroad
    partner_country: Entry
    date: str
    procedure: Entry
    goods_code: str
    goods: str
    weight_kg: int
    value: int
    duty: int
    vat: int
    office: Entry


@entity
class PassengerDeclaration:
    number: str
    person: Person
    crossing: Crossing
    date: str
    office: Entry
    goods: str
    currency: str
    value: int
    duty: int


@entity
class VehicleDeclaration:
    number: str
    declarant: Owner
    vehicle: Vehicle
    date: str
    office: Entry
    country: Entry  # it came from
    value: int
    duty: int
    excise: int
