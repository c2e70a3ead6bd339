"""Averages of a year: over all lines, over groups, over HS subheadings (METHOD.md section 4)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from fastavs.codes import Grouping, cut
from fastavs.kernels import moments as kernels
from fastavs.kernels.options import readonly
from fastavs.matching.match import YearRates

SUMMARY = pa.schema(
    [
        ("year", pa.int64()),
        ("lines", pa.int64()),
        ("specific_lines", pa.int64()),
        ("simple_mean", pa.float64()),
        ("simple_sd", pa.float64()),
        ("weighted_mean", pa.float64()),
        ("weighted_sd", pa.float64()),
        ("bound_mean", pa.float64()),
        ("water_lines", pa.int64()),
        ("unresolved_lines", pa.int64()),
        ("ad_valorem_simple_mean", pa.float64()),
        ("ad_valorem_simple_sd", pa.float64()),
        ("ad_valorem_weighted_mean", pa.float64()),
        ("matched_lines", pa.int64()),
        ("matched_mean", pa.float64()),
        ("matched_sd", pa.float64()),
        ("weighted_mean_unadjusted", pa.float64()),
        ("adjust", pa.float64()),
        ("hs6_mean", pa.float64()),
    ]
)
GROUP = pa.schema(
    [
        ("group", pa.string()),
        ("name", pa.string()),
        ("year", pa.int64()),
        ("lines", pa.int64()),
        ("specific_lines", pa.int64()),
        ("simple_mean", pa.float64()),
        ("simple_sd", pa.float64()),
        ("weighted_mean", pa.float64()),
        ("import_share", pa.float64()),
        ("water_lines", pa.int64()),
    ]
)


def moments(value: np.ndarray, weight: np.ndarray, group: np.ndarray, groups: int) -> kernels.Moments:
    """Means and deviations by group; see `fastavs.kernels.moments.moments`."""
    out = kernels.Moments(np.empty(groups, dtype=np.int64), *(np.empty(groups) for _ in range(5)))
    kernels.moments(readonly(value, np.float64), readonly(weight, np.float64), readonly(group, np.int64), out)
    return out


def weights(rates: YearRates) -> np.ndarray:
    """Return the weight of each line, float64[h]: its imports, if it is matched and its rate is known."""
    return np.where(rates.matched & ~np.isnan(rates.rate), rates.imports, 0.0)


def year_summary(rates: YearRates) -> dict[str, object]:
    """Return the year's row of the summary."""
    h = rates.keys.size
    everyone = np.zeros(h, dtype=np.int64)
    weight = weights(rates)
    whole = moments(rates.rate, weight, everyone, 1)
    matched = moments(rates.rate, weight, np.where(rates.matched, 0, -1), 1)
    parts = moments(rates.ad_valorem, weight, everyone, 1)
    simple, unadjusted = whole.mean[0], whole.weighted_mean[0]
    adjust = 0.0 if rates.own_trade else simple - matched.mean[0]
    bound = np.nan
    if rates.bound is not None:
        bound = moments(rates.bound, weight, everyone, 1).mean[0]
    row = {
        "year": rates.year,
        "lines": h,
        "specific_lines": int(rates.has_specific.sum()),
        "simple_mean": simple,
        "simple_sd": whole.sd[0],
        "weighted_mean": unadjusted + adjust,
        "weighted_sd": whole.weighted_sd[0],
        "bound_mean": bound,
        "water_lines": int(rates.water.sum()),
        "unresolved_lines": int(rates.unresolved.sum()),
        "ad_valorem_simple_mean": parts.mean[0],
        "ad_valorem_simple_sd": parts.sd[0],
        "ad_valorem_weighted_mean": parts.weighted_mean[0],
        "matched_lines": int(rates.matched.sum()),
        "matched_mean": matched.mean[0],
        "matched_sd": matched.sd[0],
        "weighted_mean_unadjusted": unadjusted,
        "adjust": adjust,
        "hs6_mean": hs6_mean(rates),
    }
    return {name: _null_if_nan(value) for name, value in row.items()}


def hs6_mean(rates: YearRates) -> float:
    """Lines averaged to HS subheadings first, then those averaged, as the WTO's tariff profiles do."""
    headings, heading = np.unique(cut(rates.keys, min(6, rates.digits)), return_inverse=True)
    nothing = np.zeros(rates.keys.size)
    by_heading = moments(rates.rate, nothing, heading, headings.size).mean
    return float(moments(by_heading, np.zeros(headings.size), np.zeros(headings.size, dtype=np.int64), 1).mean[0])


def year_groups(rates: YearRates, grouping: Grouping) -> list[dict[str, object]]:
    """Return a row per group that has lines in the year; weighted means are plain, without Adjust."""
    groups, member = grouping.assign(rates.keys, rates.digits)
    weight = weights(rates)
    by_group = moments(rates.rate, weight, member, len(groups))
    everyone = np.zeros(rates.keys.size, dtype=np.int64)
    total = moments(rates.rate, weight, everyone, 1).weight[0]
    lines = np.bincount(member, minlength=len(groups))
    specific = np.bincount(member, weights=rates.has_specific, minlength=len(groups))
    water = np.bincount(member, weights=rates.water, minlength=len(groups))
    rows: list[dict[str, object]] = []
    for g, group in enumerate(groups):
        if not lines[g]:
            continue
        row = {
            "group": group,
            "name": grouping.names.get(group),
            "year": rates.year,
            "lines": int(lines[g]),
            "specific_lines": int(specific[g]),
            "simple_mean": by_group.mean[g],
            "simple_sd": by_group.sd[g],
            "weighted_mean": by_group.weighted_mean[g],
            "import_share": by_group.weight[g] / total if total > 0.0 else np.nan,
            "water_lines": int(water[g]),
        }
        rows.append({name: _null_if_nan(value) for name, value in row.items()})
    return rows


def summary_table(years: Sequence[YearRates]) -> pa.Table:
    """Return the summary, a row per year."""
    return pa.Table.from_pylist([year_summary(rates) for rates in years], schema=SUMMARY)


def group_table(years: Sequence[YearRates], groupings: dict[int, Grouping]) -> pa.Table:
    """Return one grouping's table, a row per group and year. `groupings` holds the grouping of each year."""
    rows = [row for rates in years for row in year_groups(rates, groupings[rates.year])]
    rows.sort(key=lambda row: (str(row["group"]), row["year"]))
    return pa.Table.from_pylist(rows, schema=GROUP)


def _null_if_nan(value: object) -> object:
    if isinstance(value, float | np.floating):
        return None if np.isnan(value) else float(value)
    return value
