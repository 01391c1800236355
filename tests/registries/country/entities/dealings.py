"""What people and organisations ask for, sign and send."""
from typing import Optional

from .people import Document, entity, Entry, Organisation, Owner, Person
from .things import Land, RailwayCar, RealEstate, Vehicle


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
