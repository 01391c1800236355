#!/usr/bin/env python3
"""Writes a table of fictional officers, born in the 1850s, with right check digits, for `qao admin import`. The same arguments
give the same table.

    officers.py COUNT [--bin BIN]... [--role N] [--bases WORDS] [--duties WORDS] [--first N] > officers.csv"""

import argparse
import csv
import itertools
import sys

WEIGHTS = (range(1, 12), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2))  # decree 406: the second row only where the first gives 10
SURNAMES = ("ҮЛГІ", "СЫНАҚ", "МЫСАЛ", "БАҚЫЛАУ", "ӨРНЕК", "КЕСТЕ", "ЖОБА", "ТӘЖІРИБЕ", "ҚАТАР", "СҰЛБА")
GIVEN = (("БІРІНШІ", "ЕКІНШІ", "ҮШІНШІ", "ТӨРТІНШІ", "БЕСІНШІ"), ("АЛТЫНШЫ", "ЖЕТІНШІ", "СЕГІЗІНШІ", "ТОҒЫЗЫНШЫ", "ОНЫНШЫ"))
PATRONYMICS = ("ҰЛЫ", "ҚЫЗЫ")
POSITIONS = ("Инспектор", "Аға инспектор", "Тергеуші", "Старший следователь", "Начальник отдела, \"Б\"")
COLUMNS = ("iin", "bin", "unit", "surname", "given", "patronymic", "position", "role", "bases", "duties", "until")


def check_digit(digits):
    """Of eleven digits; None for a serial that is never issued."""
    for weights in WEIGHTS:
        rest = sum(int(digit) * weight for digit, weight in zip(digits, weights)) % 11
        if rest < 10:
            return str(rest)
    return None


def iins():
    """Born from 1850 to 1859: the seventh digit is 1 for men and 2 for women of that century. Serials that no fixture has."""
    for serial in range(5000, 10000):
        for year, month, day, sex in itertools.product(range(50, 60), range(1, 13), range(1, 29), (1, 2)):
            digits = f"{year}{month:02}{day:02}{sex}{serial:04}"
            last = check_digit(digits)
            if last is not None:
                yield digits + last


def officer(number, iin, arguments):
    sex = int(iin[6]) - 1
    surname = SURNAMES[number % len(SURNAMES)]
    father = GIVEN[0][number // 7 % len(GIVEN[0])]
    return (iin, arguments.bin[number % len(arguments.bin)], "", surname, GIVEN[sex][number // 3 % len(GIVEN[sex])],
            "" if number % 10 == 0 else father + PATRONYMICS[sex], POSITIONS[number % len(POSITIONS)], arguments.role,
            arguments.bases, arguments.duties, "31.12.2099" if number % 4 == 0 else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("--bin", action="append", help="body; may be given again (300240001087)")
    parser.add_argument("--role", default="2")
    parser.add_argument("--bases", default="operative_search covert_investigation")
    parser.add_argument("--duties", default="")
    parser.add_argument("--first", type=int, default=0, help="leave out so many first")
    arguments = parser.parse_args()
    arguments.bin = arguments.bin or ["300240001087"]
    writer = csv.writer(sys.stdout)
    writer.writerow(COLUMNS)
    chosen = itertools.islice(iins(), arguments.first, arguments.first + arguments.count)
    writer.writerows(officer(number, iin, arguments) for number, iin in enumerate(chosen, arguments.first))


if __name__ == "__main__":
    main()
