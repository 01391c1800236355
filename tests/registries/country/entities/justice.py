"""Investigations, courts, the border, and foreigners at work."""
from dataclasses import field
from typing import Optional

from .people import Document, entity, Entry, Organisation, Owner, Person
from .things import Vehicle


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
