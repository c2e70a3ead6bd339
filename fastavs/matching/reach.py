"""Trade codes held against tariff lines, and duties as flat arrays: what the kernels take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fastavs import codes
from fastavs.duty import ADD, CONST, MAX, MIN, TERM, Duty
from fastavs.errors import InputError
from fastavs.inputs.fx import Fx
from fastavs.inputs.schedule import YearSchedule
from fastavs.kernels import rates, sums
from fastavs.kernels.names import ALONE, ANY, GREATER, LESSER, STACK, SUM
from fastavs.kernels.options import readonly
from fastavs.matching.basis import Basis


@dataclass(frozen=True)
class Served:
    """Trade codes of a basis held against the lines of a schedule year.

    Attributes
    ----------
    basis : Basis
    order : int64[u]
        Codes (places in `Recorded`) by what they reach; `observations` follow it.
    own_line : int64[u]
        By code as in `Recorded`: the line it serves alone, -1 where none.
    reach_digits : int64[u]
        By code as in `Recorded`.
    level_digits : int8[e]
        The tariff's length, then the levels that lines borrow at.
    code_lo, code_hi : int64[e, h]
        Places in `order` that share a line's digits at each level.
    """

    basis: Basis
    order: np.ndarray
    own_line: np.ndarray
    reach_digits: np.ndarray
    level_digits: np.ndarray
    code_lo: np.ndarray
    code_hi: np.ndarray

    @cached_property
    def code_reach(self) -> np.ndarray:
        """Digits up to which each code serves lines, in the order of `order`; int8[u]."""
        return readonly(self.reach_digits[self.order], np.int8)

    @cached_property
    def observations(self) -> rates.Observations:
        """The observations of all codes, in the order of `order`, as kernels take them."""
        basis = self.basis
        return rates.Observations(
            readonly(basis.code_start[self.order], np.int64),
            readonly(basis.code_stop[self.order], np.int64),
            self.code_reach,
            basis.period,
            basis.ratio,
            basis.quantity,
            basis.quantity_value,
        )


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
    level_digits = np.array([schedule.digits, *(n for n in levels if n < schedule.digits)], dtype=np.int8)
    low, high = codes.interval(schedule.keys[None, :], level_digits.astype(np.int64)[:, None])
    sorted_reach = reach_key[order]
    return Served(
        basis,
        order,
        own_line,
        reach_digits,
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
        if len(duty.program) > STACK or len(duty.specifics) > STACK:
            raise InputError(
                "a duty of too many parts",
                value=duty.text,
                expected=f"at most {STACK} numbers and operations",
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
        (TERM,): ALONE,
        (CONST, TERM, MAX): GREATER,
        (CONST, TERM, ADD): SUM,
        (CONST, TERM, MIN): LESSER,
    }
    return forms.get(tuple(op for op, _ in duty.program), ANY)


def add_by(values: np.ndarray, group: np.ndarray, n: int) -> np.ndarray:
    """Add values up by group (int64, negative left out); float64[n], compensated."""
    out, lost = np.empty(n), np.empty(n)
    sums.sums_by_group(readonly(values, np.float64), readonly(group, np.int64), out, lost)
    return out
