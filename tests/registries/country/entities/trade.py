"""Taxes, trade and licences of organisations."""
from typing import Optional

from .people import entity, Entry, Organisation, Owner, Person
from .things import Vehicle
from .justice import Crossing


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
