"""Which dollar the "$", the dollars and the cents of a schedule are."""

from __future__ import annotations

from dataclasses import dataclass

from fastavs.errors import DutyError
from fastavs.inputs.fx import Fx

_CODES = "USD AUD BBD BMD BND BSD BZD CAD FJD GYD HKD JMD KYD LRD NAD NZD SBD SGD SRD TTD TWD XCD ZWL"
DOLLARS = frozenset(_CODES.split())
"""Currencies that are called dollar."""


@dataclass(frozen=True, slots=True)
class Dollar:
    """What "$", dollars and cents of duties are read as.

    Attributes
    ----------
    code : str
        Currency; the first of `readings` where there are several.
    reason : str
        Why, in words.
    readings : tuple of str
        The dollars that may be meant, where nothing says which.
    """

    code: str
    reason: str
    readings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a duty stands: file, row from 1, line and text."""

    file: str
    row: int
    line: str
    text: str


def dollar_of(stated: str | None, fx: Fx) -> Dollar:
    """Settle which dollar is meant.

    What the study states; else, where the fx table has two dollars besides the study's currency, neither; else the
    study's currency if that is a dollar; else the one dollar of the fx table; else the US dollar.

    Examples
    --------
    >>> dollar_of(None, Fx("CAD", {("2023", "USD"): 1.35}, "fx.csv")).code
    'CAD'
    """
    if stated:
        return Dollar(stated, "as the study says")
    others = tuple(sorted({currency for _, currency in fx.rates} & DOLLARS))
    own = (fx.own,) if fx.own in DOLLARS else ()
    if len(others) > 1:
        readings = (*own, *others)
        return Dollar(readings[0], "one of several", readings)
    if own:
        return Dollar(fx.own, "the study's currency")
    if others:
        return Dollar(others[0], "the one dollar of the fx table")
    return Dollar("USD", "as long as the study does not say another")


def refuse_doubtful_dollar(dollar: Dollar, place: Place) -> None:
    """Stop at a duty in a dollar that may be one of several.

    Raises
    ------
    DutyError
        Names the readings.
    """
    if dollar.readings:
        raise DutyError(
            f"the duty of line {place.line} is in dollars or cents, and those may be {' or '.join(dollar.readings)}",
            file=place.file, row=place.row, column="duty", value=place.text,
            cure=f'say which: [schedules] dollar = "{dollar.readings[0]}"',
        )  # fmt: skip
