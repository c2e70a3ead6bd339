"""Observations in order: trade added up by code, period and partner, and laid out for the kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fastavs import codes
from fastavs.duty import ADD, CONST, MAX, MIN, TERM, Duty
from fastavs.errors import InputError
from fastavs.fx import Fx
from fastavs.kernels import addup, moments, rates
from fastavs.kernels.options import readonly
from fastavs.schedule import YearSchedule
from fastavs.trade import Trade


@dataclass(frozen=True, slots=True)
class Recorded:
    """All observations of a study at one code length, sorted by code, period and partner. n of them, u codes.

    Attributes
    ----------
    code_key, code_digits : int64[u]
        Distinct codes in order, none longer than the tariff's.
    code, period, partner : int32[n]
        Places: into the codes above, and into the lists of the trade.
    value : float64[n]
        All the value.
    quantity, quantity_value, ratio : float64[kinds, n]
        Quantity by kind in base units, the value of the rows that carry it, and r, the one over the other; 0 = none.
    excluded : bool[n]
        Whether the partner is excluded in the period.
    row_start : int64[n + 1]
    row_order : int64[rows]
        Observation i is made of the trade rows ``row_order[row_start[i]:row_start[i + 1]]``.
    """

    code_key: np.ndarray
    code_digits: np.ndarray
    code: np.ndarray
    period: np.ndarray
    partner: np.ndarray
    value: np.ndarray
    quantity: np.ndarray
    quantity_value: np.ndarray
    ratio: np.ndarray
    excluded: np.ndarray
    row_start: np.ndarray
    row_order: np.ndarray


def record(trade: Trade, digits: int) -> Recorded:
    """Cut codes to the tariff's length and add up the rows of each (code, period, partner)."""
    lengths = np.array([min(len(code), digits) for code in trade.codes], dtype=np.int64)
    keys = codes.to_keys([code[:digits] for code in trade.codes])
    pairs, place = np.unique(keys * 16 + lengths, return_inverse=True)  # a key and its length in one number
    n_periods, n_partners = len(trade.periods), len(trade.partners)
    rows = trade.rows
    one = (place[rows.code].astype(np.int64) * n_periods + rows.period) * n_partners + rows.partner
    order = np.argsort(one, kind="stable")
    ordered = one[order]
    first = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    start = np.concatenate((first, [one.size])).astype(np.int64)
    label = ordered[first]
    value = np.empty(first.size)
    quantity = np.empty((len(trade.kinds), first.size))
    quantity_value = np.empty_like(quantity)
    addup.add_up(
        readonly(start, np.int64),
        readonly(order, np.int64),
        readonly(rows.value, np.float64),
        readonly(trade.amount, np.float64),
        value,
        quantity,
        quantity_value,
    )
    partner = label % n_partners
    period = label // n_partners % n_periods
    return Recorded(
        pairs // 16,
        pairs % 16,
        (label // n_partners // n_periods).astype(np.int32),
        period.astype(np.int32),
        partner.astype(np.int32),
        value,
        quantity,
        quantity_value,
        _ratios(quantity, quantity_value),
        trade.excluded[partner, period],
        start,
        order,
    )


def _ratios(quantity: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Return quantity over value, 0 where there is none; absurd rows may overflow to infinity."""
    with np.errstate(over="ignore"):
        return np.divide(quantity, value, out=np.zeros_like(quantity), where=value > 0.0)


@dataclass(frozen=True, slots=True)
class Basis:
    """The observations that one year's rates rest on: a year's own, or the base period's.

    Attributes
    ----------
    recorded : Recorded
    periods : tuple of int
        Places of the periods used.
    within : int64[m]
        Observations in those periods, all partners, in order.
    chosen : int64[k]
        Those that take part in AVEs: not excluded, not under the minimal value, and so on.
    code_start, code_stop : int64[u]
        By code as in `Recorded`: its observations among the chosen.
    period : int32[k]
    ratio, quantity, quantity_value : float64[kinds, k]
        Of the chosen, as the kernels take them; the last two are empty unless the pooled method needs them.
    small, absent : int
        Observations of partners not excluded that take no part: under the minimal value, or of a partner without
        imports in every base period.
    """

    recorded: Recorded
    periods: tuple[int, ...]
    within: np.ndarray
    chosen: np.ndarray
    code_start: np.ndarray
    code_stop: np.ndarray
    period: np.ndarray
    ratio: np.ndarray
    quantity: np.ndarray
    quantity_value: np.ndarray
    small: int
    absent: int


def make_basis(
    recorded: Recorded,
    periods: Sequence[int],
    min_value: float = 0.0,
    in_every_period: bool = False,
    pooled: bool = False,
) -> Basis:
    """Pick the observations of some periods.

    Parameters
    ----------
    recorded : Recorded
    periods : sequence of int
        Places of the periods.
    min_value : float
        Smaller observations take no part.
    in_every_period : bool
        Keep only partners that a code was imported from in each of the periods (option ``base_partners = "all"``).
    pooled : bool
        Whether quantities and their values will be added up (option ``method = "pooled"``).
    """
    within = np.flatnonzero(np.isin(recorded.period, np.array(periods, dtype=np.int64)))
    partner_counts = ~recorded.excluded[within]
    takes_part = partner_counts & (recorded.value[within] >= min_value)
    small = int(partner_counts.sum() - takes_part.sum())
    if in_every_period:
        partners = int(recorded.partner.max(initial=0)) + 1
        pair = recorded.code[within].astype(np.int64) * partners + recorded.partner[within]
        _, place, times = np.unique(pair, return_inverse=True, return_counts=True)
        takes_part &= times[place] == len(periods)
    absent = int(partner_counts.sum() - takes_part.sum()) - small
    chosen = within[takes_part]
    codes_in_order = recorded.code[chosen]
    every_code = np.arange(recorded.code_key.size, dtype=recorded.code.dtype)
    summed = chosen if pooled else chosen[:0]
    return Basis(
        recorded,
        tuple(periods),
        within,
        chosen,
        np.searchsorted(codes_in_order, every_code),
        np.searchsorted(codes_in_order, every_code, side="right"),
        readonly(recorded.period[chosen], np.int32),
        readonly(recorded.ratio[:, chosen], np.float64),
        readonly(recorded.quantity[:, summed], np.float64),
        readonly(recorded.quantity_value[:, summed], np.float64),
        small,
        absent,
    )


@dataclass(frozen=True, slots=True)
class Served:
    """Trade codes of a basis held against the lines of a schedule year.

    Attributes
    ----------
    order : int64[u]
        Codes (places in `Recorded`) by what they reach; `observations` and `lines` follow it.
    own_line : int64[u]
        By code as in `Recorded`: the line it serves alone, -1 where none.
    reach_digits : int64[u]
        By code as in `Recorded`.
    observations : rates.Observations
    level_digits : int8[e]
        The tariff's length, then the levels that lines borrow at.
    code_lo, code_hi : int64[e, h]
        Places in `order` that share a line's digits at each level.
    """

    order: np.ndarray
    own_line: np.ndarray
    reach_digits: np.ndarray
    observations: rates.Observations
    level_digits: np.ndarray
    code_lo: np.ndarray
    code_hi: np.ndarray


def serve(basis: Basis, schedule: YearSchedule, levels: Sequence[int], by_prefix: bool) -> Served:
    """Find what every trade code reaches, and what every line finds at each level (METHOD.md section 3)."""
    recorded = basis.recorded
    reach_key, reach_digits = codes.reach(
        recorded.code_key, recorded.code_digits, schedule.keys, schedule.digits, by_prefix
    )
    order = np.lexsort((recorded.code_digits, recorded.code_key, reach_digits, reach_key))
    line = np.searchsorted(schedule.keys, reach_key)
    found = schedule.keys[np.minimum(line, schedule.keys.size - 1)] == reach_key
    own_line = np.where(found & (reach_digits == schedule.digits), line, -1)
    observations = rates.Observations(
        readonly(basis.code_start[order], np.int64),
        readonly(basis.code_stop[order], np.int64),
        readonly(reach_digits[order], np.int8),
        basis.period,
        basis.ratio,
        basis.quantity,
        basis.quantity_value,
    )
    level_digits = np.array([schedule.digits, *(n for n in levels if n < schedule.digits)], dtype=np.int8)
    low, high = codes.interval(schedule.keys[None, :], level_digits.astype(np.int64)[:, None])
    sorted_reach = reach_key[order]
    return Served(
        order,
        own_line,
        reach_digits,
        observations,
        level_digits,
        np.searchsorted(sorted_reach, low),
        np.searchsorted(sorted_reach, high),
    )


def compile_duties(
    duties: Sequence[Duty],
    kinds: Sequence[str],
    fx: Fx,
    fx_periods: Sequence[str],
    used: Sequence[int],
    needed_by: str,
) -> rates.Duties:
    """Turn distinct duties into flat arrays.

    Parameters
    ----------
    duties : sequence of Duty
    kinds : sequence of str
        Order of the quantity rows of the observations.
    fx : Fx
    fx_periods : sequence of str
        The period whose rate serves each trade period (all trade periods of the study).
    used : sequence of int
        The trade periods that observations come from; only these need a rate.
    needed_by : str
        What messages name as needing the rate.
    """
    op_start, term_start = [0], [0]
    op: list[int] = []
    arg: list[float] = []
    term_kind: list[int] = []
    b: list[float] = []
    currency: list[str] = []
    for duty in duties:
        if len(duty.program) > rates.STACK or len(duty.specifics) > rates.STACK:
            raise InputError(
                "a duty of too many parts",
                value=duty.text,
                expected=f"at most {rates.STACK} numbers and operations",
            )
        op.extend(code for code, _ in duty.program)
        arg.extend(float(value) for _, value in duty.program)
        term_kind.extend(kinds.index(term.kind) for term in duty.specifics)
        b.extend(term.b for term in duty.specifics)
        currency.extend(term.currency for term in duty.specifics)
        op_start.append(len(op))
        term_start.append(len(b))
    c = np.full((len(b), len(fx_periods)), np.nan)
    chosen = list(used)
    for one in sorted(set(currency)):
        vector = fx.vector([fx_periods[period] for period in chosen], one, needed_by)
        terms = np.array([name == one for name in currency])
        c[np.ix_(terms, np.array(chosen))] = np.array(b)[terms, None] * vector
    return rates.Duties(
        readonly(op_start, np.int64),
        readonly(op, np.int8),
        readonly(arg, np.float64),
        readonly(term_start, np.int64),
        readonly(term_kind, np.int64),
        readonly(b, np.float64),
        readonly(c, np.float64),
        readonly([duty.ad_valorem for duty in duties], np.float64),
        readonly([_form(duty) for duty in duties], np.int8),
    )


def _form(duty: Duty) -> int:
    """Return which plain form a duty has, if any, read off its program."""
    forms = {
        (TERM,): rates.ALONE,
        (CONST, TERM, MAX): rates.GREATER,
        (CONST, TERM, ADD): rates.SUM,
        (CONST, TERM, MIN): rates.LESSER,
    }
    return forms.get(tuple(op for op, _ in duty.program), rates.ANY)


def add_by(values: np.ndarray, group: np.ndarray, n: int) -> np.ndarray:
    """Add values up by group (int64, negative left out); float64[n], compensated."""
    out = np.empty(n)
    moments.sums(readonly(values, np.float64), readonly(group, np.int64), out)
    return out
