"""Canonical text as it is printed, read without the grammar: what nearly every row of a native schedule holds.

The grammar takes more (blanks left out, idle zeros, parentheses); it gives the same duty wherever this gives one.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from fastavs.duty.expr import Add, Expr, Max, Min, Percent, Specific, Sub
from fastavs.duty.numerals import printed_number, read_fraction
from fastavs.errors import DutyError, UnitError
from fastavs.units.units import parse_unit

_NUMBER = r"(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9]|(?: [1-9][0-9]*)?/[1-9][0-9]*)?"  # no idle zeros
_TERM = re.compile(rf"({_NUMBER})(?:%| ([A-Z]{{3}})/((?:{_NUMBER} )?[A-Za-z][A-Za-z0-9]*))")
_OPERATIONS: dict[str, type[Add] | type[Sub]] = {" + ": Add, " - ": Sub}
_CHOICES: dict[str, type[Max] | type[Min]] = {"max(": Max, "min(": Min}


class _NotPrinted(Exception):
    """The text is not as a duty prints it."""


def read_printed(text: str) -> Expr | None:
    """Read a duty from its canonical text, exactly as a duty prints it.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    Expr or None
        None for any other text than ``str`` of an expression.

    Examples
    --------
    >>> str(read_printed("max(15%, 0.15 EUR/kg)")), read_printed("max(15.0%, 0.15 EUR/kg)")
    ('max(15%, 0.15 EUR/kg)', None)
    """
    try:
        expr, end = _sum(text, 0)
    except (_NotPrinted, DutyError, RecursionError):
        return None
    return expr if end == len(text) else None


def _sum(text: str, start: int) -> tuple[Expr, int]:
    """Read the sum that begins at a position, and where it ends."""
    expr, end = _part(text, start)
    while operation := _OPERATIONS.get(text[end : end + 3]):
        if text.startswith("(", end + 3):
            right, end = _sum(text, end + 4)
            if not isinstance(right, Add | Sub) or not text.startswith(")", end):
                raise _NotPrinted
            end += 1
        else:
            right, end = _part(text, end + 3)
        expr = operation(expr, right)
    return expr, end


def _part(text: str, start: int) -> tuple[Expr, int]:
    """Read the percentage, amount, greatest or least that begins at a position, and where it ends."""
    choice = _CHOICES.get(text[start : start + 4])
    if choice is None:
        found = _TERM.match(text, start)
        if found is None:
            raise _NotPrinted
        return _term(found[0]), found.end()
    part, end = _sum(text, start + 4)
    parts = [part]
    while text.startswith(", ", end):
        part, end = _sum(text, end + 2)
        parts.append(part)
    if not text.startswith(")", end):
        raise _NotPrinted
    return choice(tuple(parts)), end + 1


@lru_cache(maxsize=1 << 14)
def _term(text: str) -> Percent | Specific:
    """The leaf that a text prints; the same few stand in thousands of duties."""
    found = _TERM.fullmatch(text)
    assert found is not None
    number, currency, unit_name = found.groups()
    if currency is None:
        return Percent(_number(number))
    try:
        unit = parse_unit(unit_name)
    except UnitError:
        raise _NotPrinted from None
    if unit.text != unit_name:
        raise _NotPrinted
    return Specific(_number(number), currency, unit)


def _number(text: str) -> Fraction:
    if "/" in text:
        value = read_fraction(text)
        if value is None or printed_number(value) != text:
            raise _NotPrinted
        return value
    whole, _, places = text.partition(".")
    return Fraction(int(whole + places), 10 ** len(places))
