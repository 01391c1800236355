"""Numbers as they are issued: check digits, serials; days as ISO texts."""
import datetime
import functools


def check_digit(digits):
    """Of the first eleven digits of an IIN or BIN (government decree 406 of 22 May 2007); None where none is issued."""
    values = [int(digit) for digit in digits]
    for shift in (0, 2):
        rest = sum(value * ((place + shift) % 11 + 1) for place, value in enumerate(values)) % 11
        if rest < 10:
            return str(rest)
    return None


def is_right(number):
    """Whether a text is an IIN or BIN with the right check digit."""
    return len(number) == 12 and number.isascii() and number.isdigit() and check_digit(number[:11]) == number[11]


class Serials:
    """Hands out the numbers of a stem one after another, passing over those that are never issued."""

    def __init__(self, width, first):
        self.width = width
        self.first = first
        self.next = {}

    def take(self, stem):
        serial = self.next.get(stem, self.first)
        while True:
            digits = f"{stem}{serial:0{self.width}}"
            serial += 1
            digit = check_digit(digits)
            if digit is not None:
                self.next[stem] = serial
                return digits + digit


# ISO texts of days are made once: a country asks for half a million of them.
_DAYS = {}


def day(date_or_ordinal):
    """The ISO text of a day given as ordinal; the same object each time."""
    text = _DAYS.get(date_or_ordinal)
    if text is None:
        text = _DAYS[date_or_ordinal] = datetime.date.fromordinal(date_or_ordinal).isoformat()
    return text


@functools.cache
def ordinal(text):
    """The ordinal of an ISO text."""
    return datetime.date(int(text[:4]), int(text[5:7]), int(text[8:10])).toordinal()


def moved(text, days):
    """The day so many days after (before) another; both as ISO texts."""
    return day(ordinal(text) + days)


def moment(date, seconds):
    """RFC 3339 text of the second of a day, in the country's one time zone."""
    return f"{date}T{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}+05:00"
