"""What an object shows of itself: a heading, a few facts, one small table, cautions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_ROWS = 8
MOST_CAUTIONS = 4


@dataclass(frozen=True, slots=True)
class Grid:
    """A small table of texts.

    Attributes
    ----------
    head : tuple of str
    rows : tuple of tuple of str
    words : int
        How many columns, from the left, hold words; all others hold numbers.
    about : str
        What the numbers are, and where the rest of the table is had.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1
    about: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What an object shows of itself.

    Attributes
    ----------
    kind : str
        The class, as "Rates".
    title : str
    note : str
        What must be said with every figure, as "synthetic replica".
    facts : tuple of (str, str)
        Each with what it is about.
    grid : Grid or None
    cautions : tuple of str
        What most likely is a mistake, or is not known.
    calls : str
        What to ask for next.
    """

    kind: str
    title: str
    note: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    grid: Grid | None = None
    cautions: tuple[str, ...] = ()
    calls: str = ""

    def told_cautions(self) -> tuple[str, ...]:
        """Return the first cautions, and how many more there are."""
        more = len(self.cautions) - MOST_CAUTIONS
        return self.cautions[:MOST_CAUTIONS] + ((f"and {more} more",) if more > 0 else ())


def spread_over(places: int, most: int = MOST_ROWS) -> list[int]:
    """Return at most `most` of so many places, evenly from the first to the last.

    Examples
    --------
    >>> spread_over(20, 5), spread_over(3), spread_over(0)
    ([0, 5, 10, 14, 19], [0, 1, 2], [])
    """
    if places <= most:
        return list(range(places))
    return [round(step * (places - 1) / (most - 1)) for step in range(most)]


def span(values: Sequence[object]) -> str:
    """Return the first and the last of some values in order, as words.

    Examples
    --------
    >>> span([2001, 2002, 2003]), span([2001]), span([])
    ('2001 to 2003', '2001', 'none')
    """
    if not values:
        return "none"
    return str(values[0]) if len(values) == 1 else f"{values[0]} to {values[-1]}"
