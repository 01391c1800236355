"""What there is in the fictional country.

All days are ISO texts ("1890-04-01"), all moments RFC 3339 texts, all amounts integers in tiyn, all shares integers in
hundredths of a percent: as the services' descriptions have them. Where a thing has an owner, the owner has the thing:
each link is kept at both ends. Nothing is compared by value: two entities are the same when they are one object.
"""
from .people import (Address, Assistance, CivilAct, CivilService, Contribution, Conviction, Disability, DispensaryRecord, Document,
                     DrivingLicence, Employment, Entry, Marriage, Organisation, Owner, Person, Phone, Residence, Search, Study)
from .things import (Accident, Encumbrance, Land, Machine, RailwayCar, RealEstate, Theft, Vehicle, VehicleInspection, Vessel, Violation,
                     Weapon)
from .justice import (Case, CaseRole, CourtCase, Crossing, EnforcementCase, Expulsion, ForeignViolation, WorkPermit)
from .dealings import (Appeal, Application, Deed, Licence, PostalItem, Shipment, Ticket)
from .trade import (Arrears, Counterparty, CrossCheck, CustomsDeclaration, ExciseDeclaration, ForeignTrade, Inspection, Monopoly,
                    PassengerDeclaration, Procurement, SubsoilContract, TaxPayment, TaxReturn, UnfairParticipant, VehicleDeclaration)

__all__ = ["Accident", "Address", "Appeal", "Application", "Arrears", "Assistance", "Case", "CaseRole", "CivilAct", "CivilService",
           "Contribution", "Conviction", "Counterparty", "CourtCase", "CrossCheck", "Crossing", "CustomsDeclaration", "Deed", "Disability",
           "DispensaryRecord", "Document", "DrivingLicence", "Employment", "Encumbrance", "EnforcementCase", "Entry", "ExciseDeclaration",
           "Expulsion", "ForeignTrade", "ForeignViolation", "Inspection", "Land", "Licence", "Machine", "Marriage", "Monopoly",
           "Organisation", "Owner", "PassengerDeclaration", "Person", "Phone", "PostalItem", "Procurement", "RailwayCar", "RealEstate",
           "Residence", "Search", "Shipment", "Study", "SubsoilContract", "TaxPayment", "TaxReturn", "Theft", "Ticket",
           "UnfairParticipant", "Vehicle", "VehicleDeclaration", "VehicleInspection", "Vessel", "Violation", "Weapon", "WorkPermit"]
