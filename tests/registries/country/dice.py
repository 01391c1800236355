"""Chance that is the same each time."""
import random

from .numbers import day


class Dice:
    def __init__(self, seed):
        self.random = random.Random(seed).random

    def chance(self, share):
        return self.random() < share

    def below(self, limit):
        return int(self.random() * limit)

    def between(self, least, most):
        return least + int(self.random() * (most - least + 1))

    def one(self, sequence):
        return sequence[int(self.random() * len(sequence))]

    def some(self, sequence, count):
        """Up to so many different members, in their order."""
        wished = {self.below(len(sequence)) for _ in range(count)}
        return [sequence[place] for place in sorted(wished)]

    def day(self, first, last):
        """A day between two ordinals."""
        return day(self.between(first, last))
