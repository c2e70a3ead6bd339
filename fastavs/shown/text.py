"""A card as text, for the prompt."""

from __future__ import annotations

import textwrap

from fastavs.errors import printable
from fastavs.shown.card import Card, Grid

WIDTH = 100
LONGEST, LONGEST_NOTE = 300, 600  # letters of a fact or a caution, of a note
CELL = 48  # letters of a cell


def as_text(card: Card) -> str:
    """Return a card as some lines of at most 100 letters.

    Examples
    --------
    >>> from fastavs.shown.card import Card
    >>> print(as_text(Card("Rates", "beer", "made up", (("years", "2019 to 2021"),))))
    <fastavs.Rates: beer>
    made up
    years: 2019 to 2021
    """
    lines = [f"<fastavs.{card.kind}: {cut(card.title, WIDTH - 15 - len(card.kind))}>"]
    lines += _wrapped(card.note, LONGEST_NOTE) if card.note else []
    for about, told in card.facts:
        lines += _wrapped(f"{about}: {told}")
    if card.grid is not None and card.grid.rows:
        lines += ["", *_grid_lines(card.grid), ""]
    for one in card.told_cautions():
        lines += _wrapped(f"! {one}")
    lines += _wrapped(card.calls) if card.calls else []
    return "\n".join(lines)


def cut(words: str, most: int) -> str:
    """Return words in one line of at most so many letters.

    Examples
    --------
    >>> cut("Agriculture and food", 12)
    'Agriculture…'
    """
    words = printable(words[: most + 1].replace("\u00a0", " "))
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _wrapped(words: str, most: int = LONGEST) -> list[str]:
    return textwrap.wrap(cut(words, most), WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _grid_lines(grid: Grid) -> list[str]:
    rows = [[cut(cell, CELL) for cell in row] for row in (grid.head, *grid.rows)]
    wide = [max(len(row[place]) for row in rows) for place in range(len(grid.head))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if place < grid.words else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, wide, strict=True))
        ]
        lines.append(cut("  ".join(cells).rstrip(), WIDTH))
    return lines + (_wrapped(grid.about) if grid.about else [])
