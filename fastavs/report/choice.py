"""Which line the report shows by itself, unless it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fastavs.codes import to_code

if TYPE_CHECKING:
    from fastavs.results.rates import Rates
    from fastavs.results.year_rates import YearRates

ENOUGH = 8  # observations that make a picture
CANDIDATES = 24


def choose_line(rates: Rates, year: int) -> str | None:
    """Return the line whose picture says most, or None where no line with a specific part has observations.

    None as well under a scenario that changes the trade, whose observations are not those recorded.

    Among lines with observations of their own the one that has most, if possible one where now the specific part sets
    the rate and now the percentage. Where hardly any line has its own, the one whose relatives' observations come from
    most partners.
    """
    if rates.changes_trade:
        return None
    columns = rates.year(year)
    usable = columns.has_specific & (columns.observations > 0) & _has_curve(columns)
    mixed = usable & (columns.binding > 0) & (columns.binding < columns.observations)
    own = usable & (columns.match_level == columns.digits)
    for pool in (own & mixed, own):
        if columns.observations[pool].max(initial=0) >= ENOUGH:
            return _code(columns, _by_observations(columns, pool)[0])
    ordered = [*_by_observations(columns, mixed), *_by_observations(columns, usable & ~mixed)]
    candidates: dict[str, str] = {}  # one a heading: its lines mostly share their relatives
    for place in ordered:
        line = _code(columns, place)
        candidates.setdefault(line[:4], line)
        if len(candidates) == CANDIDATES:
            break
    return max(candidates.values(), key=lambda line: _partners(rates, line, year), default=None)


def _by_observations(columns: YearRates, pool: np.ndarray) -> list[int]:
    """Return the places of a pool of lines, those with most observations first, then most imports."""
    places = np.flatnonzero(pool)
    order = np.lexsort((places, -columns.imports[places], -columns.observations[places]))
    return [int(place) for place in places[order]]


def _has_curve(columns: YearRates) -> np.ndarray:
    """Return which lines are governed by one duty on one kind of quantity, bool[h]."""
    fits = np.zeros(columns.keys.size, dtype=bool)
    for kind, evaluated in columns.sides.items():
        schedule = evaluated.schedule
        simple = schedule.per_duty([len(duty.kinds) == 1 for duty in schedule.duties]).astype(bool)
        place = np.minimum(np.searchsorted(schedule.keys, columns.keys), schedule.keys.size - 1)
        here = (schedule.keys[place] == columns.keys) & (columns.bound_governs == (kind == "bound"))
        fits |= here & simple[place]
    return fits


def _code(columns: YearRates, place: int) -> str:
    return to_code(int(columns.keys[place]), columns.digits)


def _partners(rates: Rates, line: str, year: int) -> int:
    table = rates.observations(line, year)
    return len({row["partner"] for row in table.to_pylist() if row["kept"]})
