"""A fictional country: the same people, organisations and things in every registry, made anew from a seed."""
from . import words
from .country import Country, holder, within

__all__ = ["Country", "holder", "within", "words"]
