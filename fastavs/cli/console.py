"""What all screens share: the console, tables, numbers as people read them."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fastavs.shown.words import figure as figure

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

NONE = "–"
PIPED_WIDTH, WIDEST_TEXT, ENDLESS = 100, 120, 1000


def make_console() -> Console:
    """Return a console on standard output; texts in brackets are texts, not markup.

    It is wider than any table, so that a narrow terminal breaks lines rather than have numbers cut off.
    """
    from rich.console import Console

    return Console(width=ENDLESS, markup=False, highlight=False, emoji=False)


def say(console: Console, text: str = "", style: str | None = None) -> None:
    """Print a text, wrapped between words."""
    width = shutil.get_terminal_size((PIPED_WIDTH, 24)).columns
    console.print(text, style=style, width=min(width, WIDEST_TEXT))


def head(console: Console, text: str) -> None:
    """Print the heading of a part of the screen."""
    say(console)
    say(console, text, style="bold")


def make_table(*columns: str, left: Sequence[int] = (0,)) -> Table:
    """Return a table of plain columns; those in `left` hold words, all others numbers."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False, header_style="")
    for place, header in enumerate(columns):
        table.add_column(header, justify="left" if place in left else "right", no_wrap=True, vertical="bottom")
    return table


def percent(fraction: float | None) -> str:
    """Return a rate or share in percent with two decimals; what is beyond all sense without.

    Examples
    --------
    >>> percent(0.0625), percent(None), percent(585042850.66)
    ('6.25', '–', '5.85e+10')
    """
    if fraction is None or math.isnan(fraction):
        return NONE
    return f"{100.0 * fraction:,.2f}" if abs(fraction) < 1e5 else f"{100.0 * fraction:.3g}"


def count(number: int) -> str:
    """Return a count with thousands separated."""
    return f"{number:,}"


def money(value: float) -> str:
    """Return an amount of money without its small change.

    Examples
    --------
    >>> money(1234567.89), money(12.345), money(0.0)
    ('1,234,568', '12.35', '0')
    """
    return f"{value:,.0f}" if value >= 1000.0 or value == 0.0 else f"{value:,.2f}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> plural(1, "row"), plural(1234, "row")
    ('1 row', '1,234 rows')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
