"""Observations in order: trade added up by code, period and partner, and laid out for the kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fastavs import codes
from fastavs.duty import ADD, CONST, MAX, MIN, TERM, Duty
from fastavs.errors import InputError
from fastavs.fx import Fx
from fastavs.kernels import addup, moments, rates
from fastavs.kernels.options import readonly
from fastavs.schedule import YearSchedule
from fastavs.sources import stretches
from fastavs.trade import Trade

MOST_BUCKETS = 1 << 16


@dataclass(frozen=True, slots=True)
class Recorded:
    """All observations of a study at one code length, sorted by code, period and partner. n of them, u codes.

    Columns that an observation of one row shares with it are the trade's own, where every observation is of one row.

    Attributes
    ----------
    trade : Trade
        What it was made from, in order.
    code_key, code_digits : int64[u]
        Distinct codes in order, none longer than the tariff's.
    code : int32[n]
        Places into the codes above.
    period, partner : int16[n] or int32[n]
        Places into the lists of the trade.
    value : float64[n]
        All the value.
    excluded : bool[n]
        Whether the partner is excluded in the period.
    row_start : int64[n + 1]
        Where each observation's rows begin in `row_order`; empty where every observation is of one row.
    row_order : int32[rows] or int64[rows]
        Trade rows, observation by observation; empty where that is the order they stand in.
    """

    trade: Trade
    code_key: np.ndarray
    code_digits: np.ndarray
    code: np.ndarray
    period: np.ndarray
    partner: np.ndarray
    value: np.ndarray
    excluded: np.ndarray
    row_start: np.ndarray
    row_order: np.ndarray

    def rows_of(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the trade rows of some observations, one behind the other, and where each one's begin."""
        if self.row_start.size:
            first, counts = self.row_start[at], self.row_start[at + 1] - self.row_start[at]
            start = np.concatenate(([0], np.cumsum(counts)))
            rows = np.arange(start[-1]) + np.repeat(first - start[:-1], counts)
        else:
            start, rows = np.arange(at.size + 1), at
        return (self.row_order[rows] if self.row_order.size else rows), start

    def quantities(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the quantities of some observations and the value of the rows that carry them.

        Returns
        -------
        quantity, quantity_value : float64[kinds, m]
            In base units of each of the trade's kinds, and in the study's currency; 0 = none.
        """
        rows, start = self.rows_of(at)
        amount, value = self.trade.amounts(rows)[0], self.trade.rows.value[rows]
        if not self.row_start.size:
            return amount, np.where(amount > 0.0, value, 0.0)
        quantity = np.empty((amount.shape[0], at.size))
        quantity_value = np.empty_like(quantity)
        _add_up(start, value, amount, np.empty(at.size), quantity, quantity_value)
        return quantity, quantity_value


def _add_up(
    start: np.ndarray,
    value: np.ndarray,
    amount: np.ndarray,
    out_value: np.ndarray,
    quantity: np.ndarray,
    quantity_value: np.ndarray,
) -> None:
    addup.add_up(
        readonly(start, np.int64),
        readonly(np.arange(value.size), np.int64),
        readonly(value, np.float64),
        readonly(amount, np.float64),
        out_value,
        quantity,
        quantity_value,
    )


def in_order(trade: Trade) -> Trade:
    """Return the trade with its rows by code, period and partner.

    Columns are rearranged where they stand, one after the other, for want of room for two of each: what was given
    is of no more use.
    """
    if trade.in_order:
        return trade
    rows = trade.rows
    order = _sort(rows.code, rows.period, rows.partner, len(trade.periods), len(trade.partners))
    for name in ("value", "kind_1", "amount_1", "kind_2", "amount_2", "mass", "marked"):
        column = getattr(rows, name)
        if column.size and column.min() < column.max():
            ordered = np.empty_like(column)
            for stretch in rows.stretches():
                np.take(column, order[stretch], out=ordered[stretch], mode="clip")
            column[:] = ordered
    return replace(trade, rows=replace(rows, origin=replace(rows.origin, order=order)), in_order=True)


def _sort(code: np.ndarray, period: np.ndarray, partner: np.ndarray, n_periods: int, n_partners: int) -> np.ndarray:
    """Sort rows by code, period and partner where they stand, rows of one key as they came; return the old places."""
    order = np.empty(code.size, dtype=np.int32 if code.size < 2**31 else np.int64)
    if n_periods * n_partners < 2**31 and code.size < 2**32:
        by_period = (int(code.max()) + 1) * n_periods <= 2 * code.size + MOST_BUCKETS
        addup.sort_rows(code, period, partner, n_periods, n_partners, by_period, order)
    else:  # beyond what one integer can pack
        order[:] = np.lexsort((partner, period, code))
        for column in (code, period, partner):
            column[:] = column[order]
    return order


def record(trade: Trade, digits: int) -> Recorded:
    """Cut codes to the tariff's length and add up the rows of each (code, period, partner); trade is in order."""
    lengths = np.array([min(len(code), digits) for code in trade.codes], dtype=np.int64)
    keys = codes.to_keys([code[:digits] for code in trade.codes])
    pairs, place = np.unique(keys * 16 + lengths, return_inverse=True)  # a key and its length in one number
    rows = trade.rows
    code, period, partner = rows.code, rows.period, rows.partner
    row_order = np.empty(0, dtype=np.int32)
    if pairs.size < len(trade.codes):  # some codes are one when cut
        code, period, partner = place.astype(np.int32)[rows.code], period.copy(), partner.copy()
        row_order = _sort(code, period, partner, len(trade.periods), len(trade.partners))
    new = np.ones(code.size, dtype=bool)
    new[1:] = (code[1:] != code[:-1]) | (period[1:] != period[:-1]) | (partner[1:] != partner[:-1])
    ordered_value = rows.value[row_order] if row_order.size else rows.value
    row_start = np.empty(0, dtype=np.int64)
    value = ordered_value
    if not new.all():
        first = np.flatnonzero(new)
        row_start = np.append(first, code.size)
        code, period, partner = code[first], period[first], partner[first]
        value = np.empty(first.size)
        none = np.empty((0, first.size))
        _add_up(row_start, ordered_value, np.empty((0, new.size)), value, none, none.copy())
    return Recorded(
        trade,
        pairs // 16,
        pairs % 16,
        code,
        period,
        partner,
        value,
        _excluded(trade.excluded, period, partner),
        row_start,
        row_order,
    )


def _excluded(by_partner: np.ndarray, period: np.ndarray, partner: np.ndarray) -> np.ndarray:
    excluded = np.zeros(period.size, dtype=bool)
    if by_partner.any():
        for stretch in stretches(period.size):
            excluded[stretch] = by_partner[partner[stretch], period[stretch]]
    return excluded


@dataclass(frozen=True, slots=True)
class Basis:
    """The observations that one year's rates rest on: a year's own, or the base period's.

    Attributes
    ----------
    recorded : Recorded
    periods : tuple of int
        Places of the periods used.
    within : int32[m], int64[m] if there are very many
        Observations in those periods, all partners, in order.
    chosen : as `within`, [k]
        Those that take part in AVEs: not excluded, not under the minimal value, and so on.
    code_start, code_stop : int64[u]
        By code as in `Recorded`: its observations among the chosen.
    period : int32[k]
    ratio, quantity, quantity_value : float64[kinds, k]
        Of the chosen, as the kernels take them: r = quantity over value, 0 = none; the last two are empty unless
        the pooled method needs them.
    lacks : bool[kinds, m]
        Which of the observations within have no quantity of a kind.
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
    lacks: np.ndarray
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
    wanted = np.zeros(recorded.period.size, dtype=bool)
    for period in periods:
        wanted |= recorded.period == period
    within = np.flatnonzero(wanted).astype(np.int32 if wanted.size < 2**31 else np.int64)
    partner_counts = ~recorded.excluded[within]
    takes_part = partner_counts & (recorded.value[within] >= min_value)
    small = int(partner_counts.sum() - takes_part.sum())
    if in_every_period:
        partners = int(recorded.partner.max(initial=0)) + 1
        pair = recorded.code[within].astype(np.int64) * partners + recorded.partner[within]
        _, place, times = np.unique(pair, return_inverse=True, return_counts=True)
        takes_part &= times[place] == len(periods)
    absent = int(partner_counts.sum() - takes_part.sum()) - small
    chosen = within if takes_part.all() else within[takes_part]
    codes_in_order = recorded.code[chosen]
    every_code = np.arange(recorded.code_key.size, dtype=recorded.code.dtype)
    quantity, quantity_value = recorded.quantities(within)
    lacks = quantity <= 0.0
    if chosen is not within:
        quantity, quantity_value = quantity[:, takes_part], quantity_value[:, takes_part]
    none = np.empty((quantity.shape[0], 0))
    return Basis(
        recorded,
        tuple(periods),
        within,
        chosen,
        np.searchsorted(codes_in_order, every_code),
        np.searchsorted(codes_in_order, every_code, side="right"),
        readonly(recorded.period[chosen], np.int32),
        readonly(_ratios(quantity, quantity_value), np.float64),
        readonly(quantity if pooled else none, np.float64),
        readonly(quantity_value if pooled else none, np.float64),
        lacks,
        small,
        absent,
    )


def _ratios(quantity: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Return quantity over value, 0 where there is none; absurd rows may overflow to infinity."""
    with np.errstate(over="ignore"):
        return np.divide(quantity, value, out=np.zeros_like(quantity), where=value > 0.0)


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
