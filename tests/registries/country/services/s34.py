"""Service 34: crossings of the border by foreigners."""
from .s33 import crossings, record, tries


def records(country, asked):
    return [record(one) for one in crossings(country, asked, True)]


def samples(country):
    return tries(country, True)
