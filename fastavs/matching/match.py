"""Rates of a schedule year from a basis of observations, and applied against bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fastavs import codes
from fastavs.duty import CONST
from fastavs.inputs.fx import Fx
from fastavs.inputs.options import Options
from fastavs.inputs.schedule import YearSchedule
from fastavs.kernels import direct_carry as carrying
from fastavs.kernels import rates as kernels
from fastavs.kernels.names import TIE
from fastavs.kernels.options import readonly
from fastavs.matching.basis import Basis
from fastavs.matching.reach import Served, compile_duties, serve


@dataclass(frozen=True, slots=True)
class Prepared:
    """One schedule of one year against its trade, before any duty is charged. h lines.

    Attributes
    ----------
    schedule : YearSchedule
    basis : Basis
    served : Served
    own_trade : bool
        Whether the basis is the year's own trade.
    borrows : bool[h]
        Whether a line may look at its relatives' observations.
    imports : float64[h]
        Value of each line's own trade, by the partners that weigh.
    matched : bool[h]
    """

    schedule: YearSchedule
    basis: Basis
    served: Served
    own_trade: bool
    borrows: np.ndarray
    imports: np.ndarray
    matched: np.ndarray


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One schedule of one year, evaluated. h lines.

    Attributes
    ----------
    prepared : Prepared
    duties : fastavs.kernels.rates.Duties
    raw : fastavs.kernels.rates.LineRates
    side : fastavs.kernels.direct_carry.Side
        The same with levels as digits and null rates as the study wants them.
    """

    prepared: Prepared
    duties: kernels.Duties
    raw: kernels.LineRates
    side: carrying.Side

    @property
    def schedule(self) -> YearSchedule:
        return self.prepared.schedule

    @property
    def basis(self) -> Basis:
        return self.prepared.basis

    @property
    def served(self) -> Served:
        return self.prepared.served

    @property
    def imports(self) -> np.ndarray:
        return self.prepared.imports

    @property
    def matched(self) -> np.ndarray:
        return self.prepared.matched


def prepare(
    schedule: YearSchedule,
    basis: Basis,
    own_trade: bool,
    base_keys: np.ndarray,
    options: Options,
) -> Prepared:
    """Hold a schedule year against its trade: who serves which line, what is matched, what weighs.

    Parameters
    ----------
    schedule : YearSchedule
    basis : Basis
        The year's own observations, or the base period's.
    own_trade : bool
        True for the year's own: every line is matched and none borrows.
    base_keys : int64[...]
        Codes of the base-period schedules that have this schedule's code length.
    options : Options
    """
    served = serve(basis, schedule, options.levels, options.short_codes == "reach")
    h = schedule.keys.size
    all_imports, mfn_imports = basis.imports(served.own_line, h)
    if own_trade:
        imports = mfn_imports if options.weights == "mfn" else all_imports
        matched = np.ones(h, dtype=bool)
        borrows = np.zeros(h, dtype=bool)
    elif options.match_on == "imports":
        imports = mfn_imports
        matched = mfn_imports > 0.0
        borrows = np.ones(h, dtype=bool)
    else:
        imports = mfn_imports
        matched = np.isin(schedule.keys, base_keys) | (all_imports > 0.0)
        borrows = ~matched
    return Prepared(schedule, basis, served, own_trade, borrows, imports, matched)


def evaluate(
    prepared: Prepared, kinds: Sequence[str], fx: Fx, fx_periods: Sequence[str], options: Options
) -> Evaluated:
    """Charge every line its duty (METHOD.md section 3).

    Parameters
    ----------
    prepared : Prepared
    kinds : sequence of str
        Order of the quantity rows of the observations.
    fx : Fx
    fx_periods : sequence of str
        The period whose exchange rate serves each trade period.
    options : Options
    """
    schedule = prepared.schedule
    needed_by = f"the {schedule.kind} schedule of {schedule.year}"
    duties = compile_duties(schedule.duties, kinds, fx, fx_periods, prepared.basis.periods, needed_by)
    raw = run_kernel(prepared, duties, options)
    return Evaluated(prepared, duties, raw, _side(prepared, raw, options.unresolved == "zero"))


def run_kernel(prepared: Prepared, duties: kernels.Duties, options: Options) -> kernels.LineRates:
    """Evaluate a schedule's duties on the observations that serve it; nothing else."""
    schedule, served = prepared.schedule, prepared.served
    h = schedule.keys.size
    lines = kernels.Lines(
        readonly(schedule.duty, np.int64),
        readonly(served.level_digits, np.int8),
        readonly(served.code_lo, np.int64),
        readonly(served.code_hi, np.int64),
        readonly(prepared.borrows, np.bool_),
    )
    raw = kernels.LineRates(
        np.empty(h),
        np.empty(h, dtype=np.int8),
        np.empty(h, dtype=np.int8),
        *(np.empty(h, dtype=np.int64) for _ in range(3)),
    )
    kernels.line_rates(duties, served.observations, lines, options.outlier, options.method == "pooled", raw)
    return raw


def without_quantity(prepared: Prepared) -> np.ndarray:
    """Count each line's own observations that lack a quantity which its duty needs, int64[h]."""
    schedule, own_line = prepared.schedule, prepared.served.own_line
    kinds = [duty.kinds for duty in schedule.duties]
    served = np.flatnonzero(own_line >= 0)
    line = own_line[served]
    found = np.zeros(schedule.keys.size, dtype=np.int64)
    for some in sorted({one for one in kinds if one}):
        needed = schedule.per_duty([one == some for one in kinds])[line]
        np.add.at(found, line[needed], prepared.basis.lacking(some, served[needed]))
    return found


def _side(prepared: Prepared, raw: kernels.LineRates, zero: bool) -> carrying.Side:
    schedule = prepared.schedule
    purely_specific = schedule.per_duty(
        [duty.has_specific and all(op != CONST for op, _ in duty.program) for duty in schedule.duties]
    ).astype(np.bool_)
    unresolved = purely_specific & (raw.source == kernels.AD_VALOREM_PART)
    level = np.where(raw.level == kernels.NO_SOURCE, 0, prepared.served.level_digits[raw.level])
    return carrying.Side(
        np.where(unresolved, 0.0 if zero else np.nan, raw.rate),
        schedule.per_duty([duty.ad_valorem for duty in schedule.duties]).astype(np.float64),
        schedule.per_duty([duty.has_specific for duty in schedule.duties]).astype(np.bool_),
        level.astype(np.int8),
        raw.kept,
        raw.outliers,
        without_quantity(prepared),
        raw.binding,
        unresolved,
    )


def carry(applied: Evaluated, schedule: YearSchedule, levels: Sequence[int]) -> carrying.Side:
    """Carry an applied schedule's rates over to the lines of a bound one (METHOD.md, "Applied from 2012 on")."""
    source = applied.schedule
    h = schedule.keys.size
    place = np.minimum(np.searchsorted(source.keys, schedule.keys), source.keys.size - 1)
    same = np.where((source.keys[place] == schedule.keys) & (source.digits == schedule.digits), place, -1)
    shortest = min(source.digits, schedule.digits)
    digits = np.array([n for n in levels if n <= shortest], dtype=np.int8)
    low, high = codes.interval(schedule.keys[None, :], digits.astype(np.int64)[:, None])
    kept, outliers, no_quantity, binding = (np.empty(h, dtype=np.int64) for _ in range(4))
    out = carrying.Side(
        np.empty(h),
        np.empty(h),
        np.empty(h, dtype=np.bool_),
        np.empty(h, dtype=np.int8),
        kept,
        outliers,
        no_quantity,
        binding,
        np.empty(h, dtype=np.bool_),
    )
    carrying.carry(
        readonly_side(applied.side),
        readonly(same, np.int64),
        readonly(digits, np.int8),
        readonly(np.searchsorted(source.keys, low), np.int64),
        readonly(np.searchsorted(source.keys, high), np.int64),
        out,
    )
    return out


def readonly_side(side: carrying.Side) -> carrying.Side:
    """Return the side as kernels take it."""
    return carrying.Side(*(readonly(array, array.dtype) for array in side))


@dataclass(frozen=True, slots=True)
class YearRates:
    """The governing rates of a year's lines. h lines, in ascending order; NaN = null.

    Attributes
    ----------
    year, digits : int
    keys : int64[h]
    own_trade : bool
        Whether the year's rates rest on its own trade.
    rate, ad_valorem : float64[h]
        Governing rate, and the same rule over the ad valorem parts; fractions.
    applied, bound : float64[h]
        `bound` is None in a year without a bound schedule.
    bound_governs, has_specific, matched, water, breach, unresolved : bool[h]
        `water`: bound above applied; `breach`: applied above bound.
    match_level : int8[h]
    observations, outliers, no_quantity, binding : int64[h]
        Of the governing schedule.
    imports : float64[h]
    sides : dict
        "applied" and "bound": the evaluated schedules behind the year.
    """

    year: int
    digits: int
    keys: np.ndarray
    own_trade: bool
    rate: np.ndarray
    ad_valorem: np.ndarray
    applied: np.ndarray
    bound: np.ndarray | None
    bound_governs: np.ndarray
    has_specific: np.ndarray
    matched: np.ndarray
    water: np.ndarray
    breach: np.ndarray
    unresolved: np.ndarray
    match_level: np.ndarray
    observations: np.ndarray
    outliers: np.ndarray
    no_quantity: np.ndarray
    binding: np.ndarray
    imports: np.ndarray
    sides: dict[str, Evaluated]


def applied_alone(year: int, applied: Evaluated) -> YearRates:
    """A year that has an applied schedule only."""
    none = np.zeros(applied.schedule.keys.size, dtype=bool)
    side = applied.side
    return YearRates(
        year, applied.schedule.digits, applied.schedule.keys, applied.prepared.own_trade,
        side.rate, side.ad_valorem, side.rate, None,
        none, side.specific, applied.prepared.matched, none, none, side.unresolved,
        side.level, side.kept, side.outliers, side.no_quantity, side.binding,
        applied.prepared.imports, {"applied": applied},
    )  # fmt: skip


def applied_against_bound(year: int, applied: Evaluated, bound: Evaluated, levels: Sequence[int]) -> YearRates:
    """A year with a bound schedule: the lesser of applied and bound governs each bound line (eq. 19)."""
    left, right = carry(applied, bound.schedule, levels), bound.side
    known_left, known_right = ~np.isnan(left.rate), ~np.isnan(right.rate)
    with np.errstate(invalid="ignore"):
        tie = np.abs(left.rate - right.rate) <= TIE * np.maximum(np.abs(left.rate), np.abs(right.rate))
        above = known_left & known_right & (left.rate > right.rate) & ~tie
        water = known_left & known_right & (right.rate > left.rate) & ~tie
    nothing_carried = np.isnan(left.ad_valorem)
    governs = above | (known_right & ~known_left) | nothing_carried

    def governing(name: str) -> np.ndarray:
        return np.where(governs, getattr(right, name), getattr(left, name))

    return YearRates(
        year, bound.schedule.digits, bound.schedule.keys, bound.prepared.own_trade,
        governing("rate"), np.fmin(left.ad_valorem, right.ad_valorem), left.rate, right.rate,
        governs, governing("specific"), bound.prepared.matched, water, above, left.unresolved & right.unresolved,
        governing("level"), governing("kept"), governing("outliers"), governing("no_quantity"),
        governing("binding"), bound.prepared.imports, {"applied": applied, "bound": bound},
    )  # fmt: skip
