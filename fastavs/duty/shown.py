"""A duty as it shows itself: what it needs, and which part governs at what unit value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from fastavs.duty.by_unit_value import formula, pieces_by_unit_value, stretch
from fastavs.duty.expr import Specific
from fastavs.duty.pieces import Piecewise
from fastavs.shown.card import MOST_ROWS, Card, Grid
from fastavs.shown.text import cut
from fastavs.shown.words import percent
from fastavs.units.units import BASE_UNITS

_LONGEST = 120  # letters of the text of a duty at the prompt


class Shown(Protocol):
    """What is shown of a duty."""

    @property
    def text(self) -> str: ...
    @property
    def ad_valorem(self) -> float: ...
    @property
    def specifics(self) -> tuple[Specific, ...]: ...
    @property
    def kinds(self) -> tuple[str, ...]: ...
    @property
    def currencies(self) -> tuple[str, ...]: ...
    def pieces(self, fx: Mapping[str, float]) -> Piecewise: ...


def duty_line(duty: Shown) -> str:
    """Return a duty in one line, with its pieces if it has two or three."""
    rows, of = _rows(duty), f"{duty.currencies[0]}/{BASE_UNITS[duty.kinds[0]]}" if duty.kinds else ""
    told = ""
    if 2 <= len(rows) <= 3:
        told = ": " + ", ".join(f"{binds} {where}" for where, binds, _ in rows) + f" {of}"
    return f"<fastavs.Duty {cut(duty.text, _LONGEST)}{told}>"


def duty_card(duty: Shown) -> Card:
    """Return what a duty shows of itself.

    Pieces are those of unit values in the duty's own currency; a duty in several currencies, or on several kinds of
    quantity, has none without exchange rates.
    """
    facts = [("ad valorem part", percent(duty.ad_valorem, 2))]
    facts += [("specific part", f"{term}, on {term.kind}") for term in duty.specifics]
    if duty.kinds:
        facts.append(("needs", f"a quantity in {' and in '.join(BASE_UNITS[kind] for kind in duty.kinds)}"))
    grid, rows = None, _rows(duty)
    if rows:
        of = f"{duty.currencies[0]}/{BASE_UNITS[duty.kinds[0]]}"
        more = f" The first {MOST_ROWS} of {len(rows)}." if len(rows) > MOST_ROWS else ""
        about = f"u is the unit value in {of}.{more}"
        grid = Grid((f"unit value, {of}", "what binds", "rate"), tuple(rows[:MOST_ROWS]), 3, about)
    calls = "" if len(duty.kinds) < 2 and len(duty.currencies) < 2 else "Rates: .rate(unit_value={...}, fx={...})"
    return Card("Duty", duty.text, "", tuple(facts), grid, (), calls)


def _rows(duty: Shown) -> list[tuple[str, str, str]]:
    """Return where, what binds and the rate, by ascending unit value in the duty's currency; none without a kind."""
    if len(duty.kinds) != 1 or len(duty.currencies) != 1:
        return []
    pieces = pieces_by_unit_value(duty.pieces({duty.currencies[0]: 1.0}))
    return [(stretch(one), one["binds"], formula(one)) for one in pieces]
