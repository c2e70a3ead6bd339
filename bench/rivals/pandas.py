"""pandas: merge and group, or columns taken once and grouped."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from bench.resolved import Resolved
from bench.rivals import Rates, Run, Summary
from bench.shocks import Shock

TIE = 1e-12  # relative: applied and bound nearer than this are equal
Means = Callable[[Shock], pd.Series]


def _lines(given: Resolved) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "year": given.year_of(), "row": given.row, "place": given.place_of(), "weight": given.weight,
            "share": given.share, "matched": given.matched,
        }
    )  # fmt: skip


def _with_means(given: Resolved, means: Means) -> Run:
    """Return the whole sweep, from the way that rates of rows are found."""
    lines = _lines(given)
    in_bound = lines["place"].to_numpy() >= 0
    place = lines["place"].to_numpy()[in_bound]
    carried_place = np.repeat(np.arange(given.carried_start.size - 1), np.diff(given.carried_start))
    matched = lines["matched"].to_numpy()
    weights = lines.groupby("year")["weight"].sum()
    places = pd.RangeIndex(given.carried_start.size - 1)

    def run(shock: Shock) -> Summary:
        part = given.part * shock.ad_valorem
        rate = _settle(means(shock), part)
        carried = pd.DataFrame(
            {"rate": rate[given.carried], "part": part[given.carried], "specific": given.specific[given.carried]}
        )
        carried = carried.groupby(carried_place).agg({"rate": "mean", "part": "mean", "specific": "max"})
        left = carried[["rate", "part"]].reindex(places, fill_value=np.inf)
        left_specific = carried["specific"].reindex(places, fill_value=False).to_numpy()[place]
        left_rate, left_part = left["rate"].to_numpy()[place], left["part"].to_numpy()[place]
        frame = lines.assign(rate=rate[given.row], part=part[given.row], specific=given.specific[given.row])
        right = frame["rate"].to_numpy()[in_bound]
        above = left_rate * (1.0 - TIE) > right
        bound, water = np.full(len(lines), np.nan), np.zeros(len(lines), dtype=bool)
        bound[in_bound], water[in_bound] = right, left_rate < right * (1.0 - TIE)
        frame.loc[in_bound, "rate"] = np.where(above, right, left_rate)
        frame.loc[in_bound, "part"] = np.minimum(left_part, frame["part"].to_numpy()[in_bound])
        frame.loc[in_bound, "specific"] = np.where(above, frame["specific"].to_numpy()[in_bound], left_specific)
        frame = frame.assign(bound=bound, water=water, known=frame["rate"].where(matched))
        return _summed(given, frame, weights)

    return run


def _summed(given: Resolved, frame: pd.DataFrame, weights: pd.Series) -> Summary:
    """Return the summary of all years from the governing rates of lines."""
    frame = frame.assign(
        weighted=frame["weight"] * frame["rate"], squares=frame["weight"] * frame["rate"] ** 2,
        weighted_part=frame["weight"] * frame["part"], shared=frame["share"] * frame["rate"],
    )  # fmt: skip
    found = frame.groupby("year").agg(
        lines=("rate", "size"), specific_lines=("specific", "sum"),
        simple_mean=("rate", "mean"), simple_sd=("rate", "std"), weighted=("weighted", "sum"),
        squares=("squares", "sum"), bound_mean=("bound", "mean"), water_lines=("water", "sum"),
        known=("rate", "count"), ad_valorem_simple_mean=("part", "mean"), ad_valorem_simple_sd=("part", "std"),
        weighted_part=("weighted_part", "sum"), matched_lines=("matched", "sum"), matched_mean=("known", "mean"),
        matched_sd=("known", "std"), hs6_mean=("shared", "sum"),
    )  # fmt: skip
    unadjusted = found["weighted"] / weights
    adjust = (found["simple_mean"] - found["matched_mean"]).where(~given.own, 0.0)
    found = found.assign(
        unresolved_lines=found["lines"] - found["known"], weighted_mean_unadjusted=unadjusted, adjust=adjust,
        weighted_mean=unadjusted + adjust, weighted_sd=np.sqrt(found["squares"] / weights - unadjusted**2),
        ad_valorem_weighted_mean=found["weighted_part"] / weights,
    )  # fmt: skip
    return {str(name): found[name].to_numpy() for name in found.columns}


def _settle(means: pd.Series, part: np.ndarray) -> np.ndarray:
    """Return the rate of every row: the mean, or the ad valorem part."""
    return np.asarray(means.reindex(pd.RangeIndex(part.size)).fillna(pd.Series(part)))


def _charge(given: Resolved, shock: Shock, frame: dict[str, np.ndarray] | pd.DataFrame) -> np.ndarray:
    a, fx = shock.ad_valorem, given.rates_of_exchange(shock)
    low, plus, high, b, period, ratio = (
        np.asarray(frame[name]) for name in ("low", "plus", "high", "b", "period", "ratio")
    )
    paid = plus * a + b * shock.specific * fx[period] * ratio
    return np.minimum(high * a, np.maximum(low * a, paid))


def _merged(given: Resolved) -> Means:
    """Merge duties with observations each time."""
    rows = np.flatnonzero(given.group >= 0)
    group = np.repeat(np.arange(given.start.size - 1, dtype=np.int32), np.diff(given.start))
    observations = pd.DataFrame({"grp": group, "period": given.period, "ratio": given.ratio})
    duty = {"low": given.low, "plus": given.plus, "high": given.high, "b": given.b}
    charged = pd.DataFrame({name: column[rows] for name, column in duty.items()})
    charged = charged.assign(row=rows.astype(np.int32), grp=given.group[rows])

    def means(shock: Shock) -> pd.Series:
        frame = charged.merge(observations, on="grp")
        rate = pd.Series(_charge(given, shock, frame), name="rate")
        kept = rate <= given.outlier
        return rate[kept].groupby(frame["row"][kept], sort=False).mean()

    return means


def _laid_out(given: Resolved) -> Means:
    """Take the columns as they were merged beforehand."""
    row, period, ratio = given.charged()
    columns = {"low": given.low[row], "plus": given.plus[row], "high": given.high[row], "b": given.b[row]}
    columns |= {"period": period, "ratio": ratio}

    def means(shock: Shock) -> pd.Series:
        rate = _charge(given, shock, columns)
        kept = rate <= given.outlier
        return pd.Series(rate[kept]).groupby(row[kept], sort=False).mean()

    return means


def rates(given: Resolved) -> Rates:
    """Return what gives the rates of rows."""
    means = _laid_out(given)
    return lambda shock: _settle(means(shock), given.part * shock.ad_valorem)


WAYS: dict[str, Callable[[Resolved], Run]] = {
    "laid out": lambda given: _with_means(given, _laid_out(given)),
    "merge": lambda given: _with_means(given, _merged(given)),
}
