"""Applied above bound: where it happens, below which unit value, and the imports concerned."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa

from fastavs.duty import Duty
from fastavs.duty.pieces import Piecewise
from fastavs.inputs.schedule import YearSchedule
from fastavs.kernels.names import TIE
from fastavs.results.year_rates import YearRates
from fastavs.tables.arrow import line_codes, numbers, texts
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

FxOf = Callable[[YearSchedule, tuple[str, ...]], dict[str, float]]
ExchangeRates = tuple[tuple[str, float], ...]  # currencies and their rates
Critical = tuple[float | None, str | None]  # unit value and unit


def breaches_table(years: Sequence[YearRates], fx_of: FxOf) -> pa.Table:
    """Return a row per line and year whose applied rate is above its bound rate.

    `critical_unit_value` (study's currency for one `unit`) is the unit value below which the applied duty exceeds
    the bound one: infinite where it does at every unit value; null where it does not do so below any one value, or
    where there are no two duties on one kind of quantity to compare (a rate carried over from several lines, say).
    `fx_of` gives the exchange rates of a schedule.
    """
    pairs = _Pairs(fx_of)
    tables = [_breaches_of(rates, pairs) for rates in years if rates.bound is not None]
    return pa.concat_tables([pa.Table.from_batches([], SCHEMA), *tables]).combine_chunks()


def _breaches_of(rates: YearRates, pairs: _Pairs) -> pa.Table:
    assert rates.bound is not None
    here = np.flatnonzero(rates.breach)
    found, pair = pairs.critical(rates, here)
    values = np.array([np.nan if value is None else value for value, _ in found])[pair]
    columns = [
        numbers(np.full(here.size, rates.year, dtype=np.int64)),
        line_codes(rates.keys[here], rates.digits),
        numbers(rates.applied[here]),
        numbers(rates.bound[here]),
        numbers(values),
        texts([unit for _, unit in found]).take(numbers(pair)),
        numbers(rates.imports[here]),
    ]
    return pa.table(columns, schema=SCHEMA)


class _Pairs:
    """Applied and bound duties that meet on a line. Many lines and years share a pair, which is compared once.

    Parameters
    ----------
    fx_of : callable
        Gives the exchange rates of a schedule.
    """

    def __init__(self, fx_of: FxOf) -> None:
        self._fx_of = fx_of
        # by the exchange rates, then by the duties' texts
        self._pieces: defaultdict[ExchangeRates, dict[str, Piecewise | None]] = defaultdict(dict)
        self._found: defaultdict[tuple[ExchangeRates, ExchangeRates], dict[tuple[str, str], Critical]] = defaultdict(
            dict
        )

    def critical(self, rates: YearRates, here: np.ndarray) -> tuple[list[Critical], np.ndarray]:
        """Compare the duties of some bound lines.

        Parameters
        ----------
        rates : YearRates
        here : int64[n]
            Places of the lines.

        Returns
        -------
        found : list of Critical
            What each distinct pair gives; (None, None) where the applied rate was carried over.
        pair : int64[n]
            Each line's place in `found`.
        """
        applied, bound = rates.sides["applied"].schedule, rates.sides["bound"].schedule
        place = np.minimum(np.searchsorted(applied.keys, rates.keys[here]), applied.keys.size - 1)
        same = (applied.keys[place] == rates.keys[here]) & (applied.digits == rates.digits)
        number = np.where(same, applied.duty[place] * len(bound.duties) + bound.duty[here], -1)
        distinct, pair = np.unique(number, return_inverse=True)
        applied_ix, bound_ix = np.divmod(distinct[distinct >= 0], len(bound.duties))
        applied_fx = self._rates_of(applied, [applied.duties[one] for one in np.unique(applied_ix)])
        bound_fx = self._rates_of(bound, [bound.duties[one] for one in np.unique(bound_ix)])
        known = self._found[applied_fx, bound_fx]
        found: list[Critical] = [(None, None)] * int((distinct < 0).sum())
        for a, b in zip(applied_ix.tolist(), bound_ix.tolist(), strict=True):
            one, other = applied.duties[a], bound.duties[b]
            if (one.text, other.text) not in known:
                pieces = self._in_pieces(one, applied_fx), self._in_pieces(other, bound_fx)
                known[one.text, other.text] = critical_unit_value(*pieces)
            found.append(known[one.text, other.text])
        return found, pair

    def _rates_of(self, schedule: YearSchedule, duties: Sequence[Duty]) -> ExchangeRates:
        currencies = sorted({term.currency for duty in duties for term in duty.specifics})
        return tuple(self._fx_of(schedule, tuple(currencies)).items())

    def _in_pieces(self, duty: Duty, fx: ExchangeRates) -> Piecewise | None:
        """Return the duty in pieces; None if it asks for two kinds of quantity."""
        known = self._pieces[fx]
        if duty.text not in known:
            known[duty.text] = duty.pieces(dict(fx)) if len(duty.kinds) <= 1 else None
        return known[duty.text]


def critical_unit_value(applied: Piecewise | None, bound: Piecewise | None) -> Critical:
    """Return the unit value below which an applied duty exceeds the bound one, and its unit.

    None stands for a duty on two kinds of quantity, which is no function of one unit value.

    Examples
    --------
    >>> from fastavs.duty import parse_duty
    >>> fx = {"USD": 1.0}
    >>> applied = parse_duty("max(13.3%, 0.12 USD/l)").pieces(fx)
    >>> value, unit = critical_unit_value(applied, parse_duty("min(14.7%, max(13.3%, 0.12 USD/l))").pieces(fx))
    >>> round(value, 6), unit
    (0.816327, 'l')

    A bound duty that rises above the applied one for cheap goods: there is no value below which the breach happens.

    >>> critical_unit_value(parse_duty("20%").pieces(), parse_duty("max(10%, 0.5 USD/kg)").pieces(fx))
    (None, 'kg')
    """
    if applied is None or bound is None or len({applied.kind, bound.kind} - {None}) > 1:
        return None, None
    kind = applied.kind or bound.kind
    ratio = _least_ratio(applied, bound)
    value = None if ratio is None else math.inf if ratio == 0.0 else 1.0 / ratio
    return value, BASE_UNITS[kind] if kind else None


def _least_ratio(applied: Piecewise, bound: Piecewise) -> float | None:
    """Return the least r, quantity over value, from which `applied` stays above `bound`; None where there is none.

    Both are piecewise linear in r, so their difference is too: its sign is read off at the breakpoints of both and
    between them.
    """
    knots = sorted({0.0, *applied.breakpoints, *bound.breakpoints})
    first: float | None = None
    for start, end in pairwise([*knots, math.inf]):
        inside = start + 1.0 if end == math.inf else (start + end) / 2
        p, q = applied.piece(inside), bound.piece(inside)
        slope = applied.slopes[p] - bound.slopes[q]
        gap = (applied.intercepts[p] - bound.intercepts[q]) + slope * start
        tolerance = TIE * max(abs(applied.rate(start)), abs(bound.rate(start)))
        crosses = slope != 0.0 and start < start - gap / slope < end
        if gap > tolerance or (abs(gap) <= tolerance and slope > 0.0):
            first = start if first is None else first
            if slope < 0.0 and crosses:
                first = None
        else:
            first = start - gap / slope if slope > 0.0 and crosses else None
    return first
