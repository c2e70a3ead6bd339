"""What was set aside, as it shows itself."""

from __future__ import annotations

from collections.abc import Mapping

from fastavs.shown.card import MOST_ROWS, Card, Grid
from fastavs.shown.words import count, plural

Counts = Mapping[tuple[str, str], int]
"""What `SetAside.counts` gives: by what was lost, and the reason."""


def set_aside_card(counts: Counts, row: str) -> Card:
    """Return what was set aside by reason, the most frequent first; `row` stands for a whole row that was lost."""
    rows = tuple(
        (reason, count(number) if lost == row else "", "" if lost == row else count(number))
        for (lost, reason), number in list(counts.items())[:MOST_ROWS]
    )
    more = f"{plural(len(counts) - MOST_ROWS, 'more reason')}; " if len(counts) > MOST_ROWS else ""
    grid = Grid(("reason", "whole row", "quantity alone"), rows, 1, f"{more}row by row: .table()")
    return Card("SetAside", set_aside_told(counts, row), grid=grid if rows else None)


def set_aside_told(counts: Counts, row: str) -> str:
    """Return how much was set aside in a few words; see `set_aside_card`.

    Examples
    --------
    >>> set_aside_told({("row", "no code"): 3, ("quantity", "unknown unit"): 1}, "row")
    '3 rows and 1 quantity set aside'
    >>> set_aside_told({}, "row")
    'nothing set aside'
    """
    rows = sum(number for (lost, _), number in counts.items() if lost == row)
    quantities = sum(counts.values()) - rows
    parts = [plural(rows, "row")] if rows else []
    parts += [plural(quantities, "quantity", "quantities")] if quantities else []
    return f"{' and '.join(parts)} set aside" if parts else "nothing set aside"
