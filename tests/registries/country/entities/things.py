"""Things that people and organisations own, and what happens with them."""
from dataclasses import field
from typing import Optional

from .people import Address, entity, Entry, Organisation, Owner, Person


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
