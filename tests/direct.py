"""A study's rates with each duty charged on each observation: the twin of the index for studies of real size.

Who serves which line is the package's own matching; everything from there on is worked out here and in `direct_lines`,
in plain numpy and exact sums. `rates(study)` has the tables of `Study.rates` and the schedules behind every year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import inside
import numpy as np
import pyarrow as pa
from direct_lines import Side, charged
from exact import moments, sums

import fastavs as fa
from fastavs import codes
from fastavs.inputs.fx import Fx

TIE = 1e-12  # relative: applied and bound nearer than this are equal
COLUMNS = Side.__slots__[1:]


# ---- applied carried to the lines of a bound schedule, and one against the other


def carried(applied: Side, schedule: Any, levels: Sequence[int]) -> Side:
    """Carry applied rates over to other lines: the same code's, else means over shared digits (METHOD.md section 3)."""
    source, h = applied.schedule, schedule.keys.size
    same = np.full(h, -1)
    if source.digits == schedule.digits:
        place = np.minimum(np.searchsorted(source.keys, schedule.keys), source.keys.size - 1)
        same = np.where(source.keys[place] == schedule.keys, place, -1)
    columns = {name: getattr(applied, name)[same].copy() for name in COLUMNS}
    digits = [n for n in levels if n <= min(source.digits, schedule.digits)]
    for line in np.flatnonzero(same < 0):
        spans = [codes.interval(schedule.keys[line], n) for n in digits]
        lots = [np.arange(*np.searchsorted(source.keys, span)) for span in spans]
        one: dict[str, Any] = dict.fromkeys(COLUMNS, 0) | {"rate": np.nan, "ad_valorem": np.nan}
        for level, lot in zip(digits, lots, strict=True):
            some = lot[~np.isnan(applied.rate[lot])]
            if some.size:
                all_one = np.zeros(some.size, dtype=np.int64)
                for name in ("rate", "ad_valorem"):
                    one[name] = sums(getattr(applied, name)[some], all_one, 1)[0] / some.size
                for name in ("kept", "outliers", "no_quantity", "binding"):
                    one[name] = getattr(applied, name)[some].sum()
                one |= {"specific": applied.specific[some].any(), "level": level}
                break
        one["unresolved"] = all(applied.unresolved[lot].all() for lot in lots)
        for name in COLUMNS:
            columns[name][line] = one[name]
    return Side(applied.match, **columns)


@dataclass(frozen=True, slots=True)
class Year:
    """The governing rates of a year's lines. h lines; NaN = null.

    Attributes
    ----------
    year : int
    own : Side
        Of the schedule whose lines the year has.
    governing : dict of str to array [h]
        The columns of a `Side` from whichever side governs; `ad_valorem` by the same rule over those parts.
    applied, bound : float64[h]
        `bound` is None in a year without a bound schedule.
    bound_governs, water, breach : bool[h]
    sides : dict of str to Side
        "applied" and "bound", as charged.
    """

    year: int
    own: Side
    governing: dict[str, np.ndarray]
    applied: np.ndarray
    bound: np.ndarray | None
    bound_governs: np.ndarray
    water: np.ndarray
    breach: np.ndarray
    sides: dict[str, Side]

    @property
    def weight(self) -> np.ndarray:
        """The weight of each line, float64[h]: its imports, if it is matched and its rate is known."""
        match = self.own.match
        return np.where(match.matched & ~np.isnan(self.governing["rate"]), match.imports, 0.0)


def applied_alone(year: int, applied: Side) -> Year:
    """A year that has an applied schedule only."""
    columns = {name: getattr(applied, name) for name in COLUMNS}
    none = np.zeros(applied.rate.size, dtype=bool)
    return Year(year, applied, columns, applied.rate, None, none, none, none, {"applied": applied})


def applied_against_bound(year: int, applied: Side, bound: Side, levels: Sequence[int]) -> Year:
    """A year with a bound schedule: the lesser of applied and bound governs each bound line (eq. 19)."""
    left, right = carried(applied, bound.schedule, levels), bound
    with np.errstate(invalid="ignore"):
        tie = np.abs(left.rate - right.rate) <= TIE * np.maximum(np.abs(left.rate), np.abs(right.rate))
        breach, water = (left.rate > right.rate) & ~tie, (right.rate > left.rate) & ~tie
    governs = breach | (np.isnan(left.rate) & ~np.isnan(right.rate)) | np.isnan(left.ad_valorem)
    columns = {name: np.where(governs, getattr(right, name), getattr(left, name)) for name in COLUMNS}
    columns["ad_valorem"] = np.fmin(left.ad_valorem, right.ad_valorem)
    columns["unresolved"] = left.unresolved & right.unresolved
    sides = {"applied": applied, "bound": bound}
    return Year(year, bound, columns, left.rate, right.rate, governs, water, breach, sides)


# ---- a study


@dataclass(frozen=True)
class Direct:
    """The rates of a study, charged directly.

    Attributes
    ----------
    years : dict of int to Year
    groups : dict of str to fastavs.codes.Grouping
    """

    years: dict[int, Year]
    groups: dict[str, codes.Grouping]

    @cached_property
    def table(self) -> pa.Table:
        """A row per year and line: the columns of ``rates.parquet``."""
        return pa.concat_tables(_year_table(year) for year in self.years.values())

    def summary(self) -> pa.Table:
        """Return a row per year: the columns of ``summary.csv``."""
        return _table([_year_summary(year) for year in self.years.values()])

    def by(self, grouping: str) -> pa.Table:
        """Return a row per group and year: the columns of ``group_<name>.csv``."""
        rows = []
        for year in self.years.values():
            rows += _year_groups(year, self.groups.get(grouping) or codes.chapters(year.own.schedule.keys))
        return _table(sorted(rows, key=lambda row: (row["group"], row["year"])))


def rates(study: fa.Study) -> Direct:
    """Charge a study as it is."""
    return rates_of(study, study.checked.fx, partial(inside.match, study))


def rates_of(study: fa.Study, fx: Fx, match_of: Any) -> Direct:
    """Charge a study whose exchange rates and matches, by kind and schedule year, may be other ones."""
    done: dict[tuple[str, int], Side] = {}

    def side(kind: str, year: int) -> Side:
        if (kind, year) not in done:
            match = match_of(kind, year)
            done[kind, year] = charged(match, fx, study.checked.fx_periods(year), study.options)
        return done[kind, year]

    years = {}
    for year in study.checked.serving.years:
        applied = side("applied", inside.applied_year(study, year))
        if year in study.checked.bound:
            years[year] = applied_against_bound(year, applied, side("bound", year), study.options.levels)
        else:
            years[year] = applied_alone(year, applied)
    return Direct(years, study.checked.groups)


# ---- tables


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as a table, NaN as null."""
    columns = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        columns[name] = [None if isinstance(one, float) and np.isnan(one) else one for one in values]
    return pa.table(columns)


def _year_table(year: Year) -> pa.Table:
    of, match = year.governing, year.own.match
    h = of["rate"].size
    with np.errstate(invalid="ignore"):
        share = of["binding"] / of["kept"]

    def number(values: np.ndarray | None) -> pa.Array:
        return pa.nulls(h, pa.float64()) if values is None else pa.array(values, pa.float64(), mask=np.isnan(values))

    return pa.table({
        "year": pa.array(np.full(h, year.year)), "line": pa.array(match.schedule.lines(), pa.string()),
        "rate": number(of["rate"]), "applied": number(year.applied), "bound": number(year.bound),
        "ad_valorem": number(of["ad_valorem"]),
        "governs": pa.array(np.where(year.bound_governs, "bound", "applied").tolist(), pa.string()),
        "has_specific": pa.array(of["specific"].astype(bool)), "match_level": pa.array(of["level"]),
        "observations": pa.array(of["kept"]), "outliers": pa.array(of["outliers"]),
        "no_quantity": pa.array(of["no_quantity"]), "specific_share": number(share),
        "imports": pa.array(match.imports), "matched": pa.array(match.matched),
    })  # fmt: skip


def _year_summary(year: Year) -> dict[str, Any]:
    of, match = year.governing, year.own.match
    rate, weight, matched = of["rate"], year.weight, match.matched
    everyone = np.zeros(rate.size, dtype=np.int64)
    whole, parts = (moments(one, weight, everyone, 1) for one in (rate, of["ad_valorem"]))
    among = moments(rate, weight, np.where(matched, 0, -1), 1)
    bound = np.nan if year.bound is None else moments(year.bound, weight, everyone, 1).mean[0]
    adjust = 0.0 if match.own_trade else float(whole.mean[0] - among.mean[0])
    headings, heading = np.unique(codes.cut(match.schedule.keys, min(6, match.schedule.digits)), return_inverse=True)
    by_heading = moments(rate, weight, heading, headings.size).mean
    zeros = np.zeros(headings.size, dtype=np.int64)
    return {
        "year": year.year,
        "lines": rate.size,
        "specific_lines": int(of["specific"].sum()),
        "simple_mean": float(whole.mean[0]),
        "simple_sd": float(whole.sd[0]),
        "weighted_mean": float(whole.weighted_mean[0]) + adjust,
        "weighted_sd": float(whole.weighted_sd[0]),
        "bound_mean": float(bound),
        "water_lines": int(year.water.sum()),
        "unresolved_lines": int(of["unresolved"].sum()),
        "ad_valorem_simple_mean": float(parts.mean[0]),
        "ad_valorem_simple_sd": float(parts.sd[0]),
        "ad_valorem_weighted_mean": float(parts.weighted_mean[0]),
        "matched_lines": int(matched.sum()),
        "matched_mean": float(among.mean[0]),
        "matched_sd": float(among.sd[0]),
        "weighted_mean_unadjusted": float(whole.weighted_mean[0]),
        "adjust": adjust,
        "hs6_mean": float(moments(by_heading, zeros, zeros, 1).mean[0]),
    }


def _year_groups(year: Year, grouping: codes.Grouping) -> list[dict[str, Any]]:
    of, schedule = year.governing, year.own.schedule
    groups, member = grouping.assign(schedule.keys, schedule.digits)
    found = moments(of["rate"], year.weight, member, len(groups))
    known = np.where(np.isnan(of["rate"]), 0.0, year.weight)
    total = sums(known, np.zeros(known.size, dtype=np.int64), 1)[0]
    rows = []
    for g, group in enumerate(groups):
        mine = member == g
        if mine.any():
            rows.append({
                "group": group,
                "name": grouping.names.get(group),
                "year": year.year,
                "lines": int(mine.sum()),
                "specific_lines": int(of["specific"][mine].sum()),
                "simple_mean": float(found.mean[g]),
                "simple_sd": float(found.sd[g]),
                "weighted_mean": float(found.weighted_mean[g]),
                "import_share": float(found.weight[g] / total) if total > 0.0 else np.nan,
                "water_lines": int(year.water[mine].sum()),
            })  # fmt: skip
    return rows
