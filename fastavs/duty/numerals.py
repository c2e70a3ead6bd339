"""Numbers as authorities print them: decimal comma or point, thousands by space or comma."""

from __future__ import annotations

import re
from fractions import Fraction

_SPACES = re.compile(r"(?<=\d)\s(?=\d{3}(?!\d))")
_MIXED = re.compile(r"(?:(\d+)\s+)?(\d+)/(\d+)")
_COMMA_GROUPS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_THREE_PLACES = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


def read_numeral(text: str, *, comma_groups: bool) -> Fraction | None:
    """Read a printed number exactly.

    Parameters
    ----------
    text : str
        A numeral: "303.40", "0,15", "1 000", "33 1/3".
    comma_groups : bool
        Whether the language writes thousands with a comma, so that "1,125" could be either.

    Returns
    -------
    Fraction or None
        None where two readings are possible.
    """
    mixed = _MIXED.fullmatch(text)
    if mixed:
        return int(mixed[1] or 0) + Fraction(int(mixed[2]), int(mixed[3]))
    plain = _SPACES.sub("", text)
    if "," in plain and comma_groups:
        if _THREE_PLACES.fullmatch(plain):
            return None
        if _COMMA_GROUPS.fullmatch(plain) and not plain.startswith("0"):
            plain = plain.replace(",", "")
    plain = plain.replace(",", ".")
    return Fraction(plain) if plain.count(".") < 2 else None


def read_count(text: str, *, comma_groups: bool) -> Fraction | None:
    """Read the number before a unit: as `read_numeral`, but "1,000" are thousands where a comma groups them.

    Returns
    -------
    Fraction or None
        None for a number such as "1.000", which no one writes for 1.
    """
    plain = _SPACES.sub("", text)
    if comma_groups and "," in plain:
        return Fraction(plain.replace(",", "")) if _COMMA_GROUPS.fullmatch(plain) else None
    return None if _THREE_PLACES.fullmatch(plain) else read_numeral(text, comma_groups=comma_groups)
