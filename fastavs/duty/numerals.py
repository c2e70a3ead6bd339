"""The numbers of a duty text: fractions, and decimals by the rule of `fastavs.numbers`."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from fractions import Fraction
from typing import TypeVar

from fastavs.numbers import chosen, readings, shown_by
from fastavs.units.units import plain_number

Printed = TypeVar("Printed", bound=str)

_FRACTION = re.compile(r"(?:([0-9]+)[ \u00a0]+)?([0-9]+)/([0-9]+)")
_VULGAR = re.compile(r"([0-9]*)([\u00bc-\u00be\u2150-\u215e])")
_SHORTEST = re.compile(r"[0-9]+\.[0-9]*[1-9]")

_MARKED = {mark: re.compile(rf"[0-9][0-9.,]*[{mark}][0-9]+") for mark in (".", ",")}

CYRILLIC = re.compile("[А-Яа-яЁё]")
"""What tells a Russian text."""

_HIGHEST_RATE = 10_000
"""No duty is that many percent; a percentage that would be, if a mark parted thousands, has decimals."""

_LIKE_RATES = (100, 10)
"""A fraction of at least so much, above and below the line, cannot be two rates: 100/3."""


def printed_number(value: Fraction) -> str:
    """Write the number of a percentage or an amount, so that it reads back.

    A decimal where one exists, else a mixed number: a fraction alone could be two rates.

    Examples
    --------
    >>> printed_number(Fraction(617, 1000)), printed_number(Fraction(2, 3)), printed_number(Fraction(100, 3))
    ('0.617', '0 2/3', '100/3')
    """
    printed = plain_number(value)
    if "/" not in printed or _is_no_pair(value.numerator, value.denominator):
        return printed
    whole, rest = divmod(value.numerator, value.denominator)
    return f"{whole} {rest}/{value.denominator}"


def read_fraction(text: str, *, may_be_rates: bool = True) -> Fraction | None:
    """Read a fraction of a duty text: "33 1/3", "33⅓" or "100/3".

    Parameters
    ----------
    text : str
        The fraction.
    may_be_rates : bool
        Whether it could be two rates where nothing stands before it ("10/15"); two numbers of cents are none.

    Returns
    -------
    Fraction or None
        None for what may be two rates, what is no proper fraction in lowest terms ("1 4/6"), and what is no fraction.
    """
    vulgar = _VULGAR.fullmatch(text)
    if vulgar:
        return int(vulgar[1] or 0) + Fraction(unicodedata.normalize("NFKC", vulgar[2]).replace("\u2044", "/"))
    found = _FRACTION.fullmatch(text)
    if found is None:
        return None
    above, below = int(found[2]), int(found[3])
    proper = 0 < above < below and math.gcd(above, below) == 1
    if found[1] is None and (may_be_rates or not proper):
        return Fraction(above, below) if _is_no_pair(above, below) else None
    return int(found[1] or 0) + Fraction(above, below) if proper else None


def is_fraction(text: str) -> bool:
    """Whether a number is printed as a fraction."""
    return bool(_FRACTION.fullmatch(text) or _VULGAR.fullmatch(text))


def _is_no_pair(above: int, below: int) -> bool:
    return above >= _LIKE_RATES[0] and below < _LIKE_RATES[1]


def decimal_marks(rates: Iterable[Printed], amounts: Iterable[Printed]) -> list[tuple[Printed, str]]:
    """Return the numbers of a text that show its decimal mark, each with the mark.

    Parameters
    ----------
    rates, amounts : iterable of str
        Numbers that are percentages, and others.
    """
    shown = []
    for number in rates:
        meanings = readings(number)
        if len(meanings) == 2 and meanings[1].value >= _HIGHEST_RATE:
            meanings = meanings[:1]
        shown.append((number, shown_by(meanings)))
    shown += [(number, shown_by(readings(number))) for number in amounts]
    return [(number, mark) for number, mark in shown if mark]


def decimal_of(texts: Iterable[str]) -> str | None:
    """Return the mark that the duty texts of one schedule show to be the decimal one.

    Parameters
    ----------
    texts : iterable of str
        Duties as printed; Russian ones count for nothing, as their numbers have one meaning anyway.

    Returns
    -------
    str or None
        "," or "."; None where no number shows it, or where they disagree.

    Examples
    --------
    >>> decimal_of(["1.050 EUR/kg", "0.500 EUR/kg"]), decimal_of(["max(15%, 2 EUR/kg)"])
    ('.', None)
    """
    plain = [text for text in texts if not CYRILLIC.search(text)]
    shown = [mark for mark, pattern in _MARKED.items() if _shows(plain, mark, pattern)]
    return shown[0] if len(shown) == 1 else None


def _shows(texts: Iterable[str], mark: str, pattern: re.Pattern[str]) -> bool:
    numbers = (number for text in texts if mark in text for number in pattern.findall(text))
    return any(shown_by(readings(number)) == mark for number in numbers)


def read_decimal(text: str, decimal: str | None, *, decimal_comma: bool) -> Fraction | None:
    """Read a number of a duty text that is no fraction.

    Parameters
    ----------
    text : str
        The number.
    decimal : {".", ","} or None
        The mark that the text or its schedule shows to be decimal.
    decimal_comma : bool
        Whether the language of the text writes decimals with a comma and never groups by one.

    Returns
    -------
    Fraction or None
        None where two readings are possible. Canonical text has the shortest decimals and no other marks, so that
        1.055 is read where 1.050 is not.

    Examples
    --------
    >>> read_decimal("1.055", None, decimal_comma=False), read_decimal("1.050", None, decimal_comma=False)
    (Fraction(211, 200), None)
    """
    meanings = readings(text)
    found = chosen(meanings, decimal)
    if found is None and meanings and decimal is None and (decimal_comma if "," in text else _SHORTEST.fullmatch(text)):
        found = meanings[0]
    return found.value if found else None
