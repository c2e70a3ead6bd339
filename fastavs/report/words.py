"""Numbers and names as people read them."""

from __future__ import annotations

from fastavs.chapters import CHAPTER_NAMES
from fastavs.shown.words import NONE, count, listed, money, percent, plural, points, share

__all__ = [
    "NONE", "SECTION_STARTS", "chapter_label", "count", "currency_name", "listed", "money", "percent", "plural",
    "points", "share", "spelled",
]  # fmt: skip

_UNITS = {
    "kg": "kilogram", "l": "litre", "lpa": "litre of pure alcohol", "m3": "cubic metre", "m2": "square metre",
    "m": "metre", "cm3": "cubic centimetre", "bbl": "barrel", "pfl": "proof litre", "pfgal": "proof gallon",
}  # fmt: skip

_CURRENCIES = {
    "CHF": "the Swiss franc", "EUR": "the euro", "GBP": "the pound", "JPY": "the yen", "RUB": "the rouble",
    "USD": "the US dollar",
}  # fmt: skip

SECTION_STARTS = ("01", "06", "15", "25", "28", "39", "41", "44", "50", "64", "68", "72", "84", "86", "90", "93")
"""First chapters of the blocks that a figure sets apart."""


def chapter_label(chapter: str) -> str:
    """Return a chapter with its name.

    Examples
    --------
    >>> chapter_label("22"), chapter_label("98")
    ('22 Drinks and vinegar', '98')
    """
    return f"{chapter} {CHAPTER_NAMES.get(chapter, '')}".strip()


def spelled(unit: str) -> str:
    """Return the name of a unit as a reader knows it.

    Examples
    --------
    >>> spelled("l"), spelled("piece")
    ('litre', 'piece')
    """
    return _UNITS.get(unit, unit)


def currency_name(code: str) -> str:
    """Return what people call a currency, as far as its name is short; else its code.

    Examples
    --------
    >>> currency_name("EUR"), currency_name("KZT")
    ('the euro', 'KZT')
    """
    return _CURRENCIES.get(code, code)
