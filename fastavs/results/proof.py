"""The proof of one line's rate, from both schedules down to source rows, for people and machines alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastavs.codes import as_digits
from fastavs.results.observations import observations_table, place_of, sources_of

if TYPE_CHECKING:
    from fastavs.results.rates import Rates
    from fastavs.results.year_rates import ScheduleRates, YearRates


def line_proof(rates: Rates, line: str, year: int | None = None) -> dict[str, Any]:
    """Return everything that one line's rate rests on.

    Parameters
    ----------
    rates : Rates
    line : str
        A tariff line of the year.
    year : int, optional
        The last year by default.

    Returns
    -------
    dict
        The governing rate and how it came about; under ``sides`` the applied and the bound schedule, each with the
        lines that its rate comes from (``sources``) and their observations.

    Raises
    ------
    InputError
        No such year or line.
    """
    columns, line, checked = rates.year(year), as_digits(line), rates.checked
    place = place_of(checked, columns, line)
    observations = observations_table(checked, columns, line).to_pylist()
    sides = {kind: _side(rates, columns, kind, line, observations) for kind in columns.sides}
    sides["applied"]["rate"] = _number(columns.applied[place])
    if columns.bound is not None:
        sides["bound"]["rate"] = _number(columns.bound[place])
    return {
        "line": line,
        "year": columns.year,
        "currency": checked.config.currency,
        "own_trade": columns.own_trade,
        "periods": [checked.trade.periods[period] for period in checked.serving.periods_of(columns.year)],
        "method": checked.options.method,
        "sides": sides,
        "rate": _number(columns.rate[place]),
        "governs": "bound" if columns.bound_governs[place] else "applied",
        "water": bool(columns.water[place]),
        "breach": bool(columns.breach[place]),
        "matched": bool(columns.matched[place]),
        "imports": float(columns.imports[place]),
    }


def _side(rates: Rates, columns: YearRates, kind: str, line: str, observations: list[dict[str, Any]]) -> dict[str, Any]:
    side = columns.sides[kind]
    places, carried = sources_of(columns, kind, line, rates.checked.options.levels)
    names = side.schedule.lines()
    return {
        "schedule_year": side.schedule.year,
        "carried_level": carried,
        "sources": [
            _source(
                side,
                place,
                names[place],
                [row for row in observations if row["schedule"] == kind and row["line"] == names[place]],
            )
            for place in places
        ],
    }


def _source(side: ScheduleRates, place: int, line: str, observations: list[dict[str, Any]]) -> dict[str, Any]:
    schedule = side.schedule
    return {
        "line": line,
        "duty": schedule.duties[schedule.duty[place]].text,
        "ad_valorem": float(side.ad_valorem[place]),
        "has_specific": bool(side.has_specific[place]),
        "rate": _number(side.rate[place]),
        "from_observations": bool(side.observations[place] > 0),
        "level": int(side.match_level[place]),
        "matched": bool(side.matched[place]),
        "kept": int(side.observations[place]),
        "outliers": int(side.outliers[place]),
        "no_quantity": int(side.no_quantity[place]),
        "specific_binds": int(side.binding[place]),
        "observations": observations,
    }


def _number(value: np.floating) -> float | None:
    return None if np.isnan(value) else float(value)
