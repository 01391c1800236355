"""Addresses: few enough that several people live at one."""
from . import words
from .entities import Address


def make(dice, count):
    """So many homes; the same object wherever somebody lives there."""
    homes = []
    for n in range(count):
        homes.append(Address(
            country=words.HOME, province=words.PROVINCES[n % 3], region=None if n % 4 else words.REGIONS[n // 4 % 2],
            city=words.CITIES[n % 5], street=words.STREETS[n // 5 % 7], building=str(n // 35 + 1),
            flat=str(dice.between(1, 90)) if n % 3 else None, code=f"99{n:014}", kato=f"9900000{n % 5:02}"))
    return homes


def abroad(n):
    """Where a foreigner was born."""
    return Address(country=words.FOREIGN_COUNTRIES[n % 4], province=words.Entry("00", "Шет ел", "Зарубежье"), region=None,
                   city="Шетқала", street="Шет көше", building=str(n % 50 + 1), flat=None, code=f"00{n:014}", kato="000000000",
                   zip_code="000000")
