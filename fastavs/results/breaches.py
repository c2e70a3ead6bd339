"""Applied above bound: where it happens, below which unit value, and the imports concerned."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa

from fastavs.codes import to_code
from fastavs.duty import Duty
from fastavs.kernels.names import TIE
from fastavs.matching.match import YearRates
from fastavs.units.units import BASE_UNITS

SCHEMA = pa.schema(
    [
        ("year", pa.int64()),
        ("line", pa.string()),
        ("applied", pa.float64()),
        ("bound", pa.float64()),
        ("critical_unit_value", pa.float64()),
        ("unit", pa.string()),
        ("imports", pa.float64()),
    ]
)

FxOf = Callable[[YearRates, str, tuple[str, ...]], dict[str, float]]


def breaches_table(years: Sequence[YearRates], fx_of: FxOf) -> pa.Table:
    """Return a row per line and year whose applied rate is above its bound rate.

    `critical_unit_value` (study's currency for one `unit`) is the unit value below which the applied duty exceeds
    the bound one: infinite where it does at every unit value; null where it does not do so below any one value, or
    where there are no two duties on one kind of quantity to compare (a rate carried over from several lines, say).
    `fx_of` gives the exchange rates of a year's applied or bound side.
    """
    rows = []
    for rates in years:
        if rates.bound is None:
            continue
        critical: dict[tuple[Duty, Duty], tuple[float | None, str | None]] = {}
        for i in np.flatnonzero(rates.breach):
            applied, bound = duties_of(rates, int(i))
            value, unit = None, None
            if applied is not None:
                if (applied, bound) not in critical:
                    fx_applied = fx_of(rates, "applied", applied.currencies)
                    fx_bound = fx_of(rates, "bound", bound.currencies)
                    critical[applied, bound] = critical_unit_value(applied, bound, fx_applied, fx_bound)
                value, unit = critical[applied, bound]
            rows.append(
                {
                    "year": rates.year,
                    "line": to_code(int(rates.keys[i]), rates.digits),
                    "applied": float(rates.applied[i]),
                    "bound": float(rates.bound[i]),
                    "critical_unit_value": value,
                    "unit": unit,
                    "imports": float(rates.imports[i]),
                }
            )
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def duties_of(rates: YearRates, i: int) -> tuple[Duty | None, Duty]:
    """Return the applied duty of a bound line (None where it was carried from relatives) and the bound one."""
    bound = rates.sides["bound"].schedule
    applied = rates.sides["applied"].schedule
    place = applied.find(to_code(int(rates.keys[i]), rates.digits))
    return (
        None if place is None else applied.duties[applied.duty[place]],
        bound.duties[bound.duty[i]],
    )


def critical_unit_value(
    applied: Duty, bound: Duty, fx_applied: dict[str, float], fx_bound: dict[str, float]
) -> tuple[float | None, str | None]:
    """Return the unit value below which `applied` exceeds `bound`, and its unit.

    Both duties are piecewise linear in r, quantity over value, so their difference is too: its sign is read off at
    the breakpoints of both and between them. What counts is the least r from which `applied` stays above.

    Examples
    --------
    >>> from fastavs.duty import parse_duty
    >>> applied = parse_duty("max(13.3%, 0.12 USD/l)")
    >>> bound = parse_duty("min(14.7%, max(13.3%, 0.12 USD/l))")
    >>> value, unit = critical_unit_value(applied, bound, {"USD": 1.0}, {"USD": 1.0})
    >>> round(value, 6), unit
    (0.816327, 'l')

    A bound duty that rises above the applied one for cheap goods: there is no value below which the breach happens.

    >>> critical_unit_value(parse_duty("20%"), parse_duty("max(10%, 0.5 USD/kg)"), {}, {"USD": 1.0})
    (None, 'kg')
    """
    kinds = tuple(dict.fromkeys(applied.kinds + bound.kinds))
    if len(kinds) > 1:
        return None, None
    unit = BASE_UNITS[kinds[0]] if kinds else None
    left, right = applied.pieces(fx_applied), bound.pieces(fx_bound)
    knots = sorted({0.0, *left.breakpoints, *right.breakpoints})
    first: float | None = None
    for start, end in pairwise([*knots, math.inf]):
        inside = start + 1.0 if end == math.inf else (start + end) / 2
        p, q = left.piece(inside), right.piece(inside)
        slope = left.slopes[p] - right.slopes[q]
        gap = (left.intercepts[p] - right.intercepts[q]) + slope * start
        tolerance = TIE * max(abs(left.rate(start)), abs(right.rate(start)))
        crosses = slope != 0.0 and start < start - gap / slope < end
        if gap > tolerance or (abs(gap) <= tolerance and slope > 0.0):
            first = start if first is None else first
            if slope < 0.0 and crosses:
                first = None
        else:
            first = start - gap / slope if slope > 0.0 and crosses else None
    if first is None:
        return None, unit
    return (math.inf if first == 0.0 else 1.0 / first), unit
