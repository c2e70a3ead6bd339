"""numpy: sorted arrays, a few passes over a stretch that fits the cache, sums by `reduceat` or `bincount`.

All moments of a year come out of one matrix product.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bench.resolved import GREATER, NESTED, SUM, Resolved
from bench.rivals import Rates, Run, Summary
from bench.shocks import Shock

STRETCH = 1 << 16  # observations worked on at a time
TIE = 1e-12  # relative: applied and bound nearer than this are equal


class _Rows:
    """Rows with observations, those of one form behind each other, cut into stretches. One segment a (row, period)."""

    def __init__(self, given: Resolved) -> None:
        rows = np.flatnonzero(given.group >= 0)
        rows = rows[np.argsort(given.form[rows], kind="stable")]
        lo, hi = given.start[given.group[rows]], given.start[given.group[rows] + 1]
        self.rows, self.n = rows, hi - lo
        self.start = np.concatenate(([0], np.cumsum(self.n)))
        at = np.arange(self.start[-1]) + np.repeat(lo - self.start[:-1], self.n)
        self.ratio, period = given.ratio[at], given.period[at]
        new = np.ones(period.size, dtype=bool)
        new[1:] = period[1:] != period[:-1]
        new[self.start[:-1]] = True
        self.segment = np.append(np.flatnonzero(new), period.size)
        self.segment_n = np.diff(self.segment)
        self.segment_period = period[self.segment[:-1]]
        self.segment_row = np.searchsorted(self.start, self.segment[:-1], side="right") - 1
        self.first_segment = np.searchsorted(self.segment, self.start)
        self.form = given.form[rows]
        self.stretches = self._cut()

    def _cut(self) -> list[tuple[int, int]]:
        """Return spans of rows of one form with some so many observations each."""
        found, first = [], 0
        for row in range(1, self.rows.size + 1):
            full = row == self.rows.size or self.form[row] != self.form[first]
            if full or self.start[row + 1] - self.start[first] > STRETCH:
                found.append((first, row))
                first = row
        return found


def _rate_by_observation(given: Resolved, add_up: str) -> Rates:
    """Charge every observation, drop outliers, take the mean of each row."""
    laid = _Rows(given)
    rows, start = laid.rows, laid.start
    owner = np.repeat(np.arange(rows.size), laid.n)
    b, low, plus, high = given.b[rows], given.low[rows], given.plus[rows], given.high[rows]

    def means(shock: Shock) -> np.ndarray:
        c = (b * shock.specific)[laid.segment_row] * given.rates_of_exchange(shock)[laid.segment_period]
        total, dropped = np.empty(rows.size), np.zeros(rows.size)
        for first, last in laid.stretches:
            lo, hi = start[first], start[last]
            s0, s1 = laid.first_segment[first], laid.first_segment[last]
            x = np.repeat(c[s0:s1], laid.segment_n[s0:s1])
            x *= laid.ratio[lo:hi]
            n, form = laid.n[first:last], laid.form[first]
            if form == SUM:
                x += np.repeat(plus[first:last] * shock.ad_valorem, n)
            if form in (GREATER, NESTED):
                np.maximum(x, np.repeat(low[first:last] * shock.ad_valorem, n), out=x)
            if form == NESTED:
                np.minimum(x, np.repeat(high[first:last] * shock.ad_valorem, n), out=x)
            out = np.flatnonzero(x > given.outlier)
            if out.size:
                x[out] = 0.0
                dropped[first:last] = np.bincount(owner[lo + out] - first, minlength=last - first)
            if add_up == "reduceat":
                total[first:last] = np.add.reduceat(x, start[first:last] - lo)
            else:
                total[first:last] = np.bincount(owner[lo:hi] - first, x, last - first)
        return _settle(given, laid, shock, total, laid.n - dropped)

    return means


def _amount_outside(given: Resolved) -> Rates:
    """The same with less work: ``max(a, c r) = c max(a / c, r)``, so c is taken out of the sum of a segment.

    A sum or a plain amount needs the total of its ratios alone. Segments with an outlier go by observation.
    """
    laid = _Rows(given)
    rows, segment, row = laid.rows, laid.segment, laid.segment_row
    b, low, plus, high = given.b[rows], given.low[rows], given.plus[rows], given.high[rows]
    largest = np.maximum.reduceat(laid.ratio, segment[:-1])
    ratios = np.add.reduceat(laid.ratio, segment[:-1])
    plain = np.isin(laid.form[row], (GREATER, NESTED), invert=True)

    def means(shock: Shock) -> np.ndarray:
        fx = given.rates_of_exchange(shock)
        c = (b * shock.specific)[row] * fx[laid.segment_period]
        total = (plus * shock.ad_valorem)[row] * laid.segment_n + c * ratios
        floor = (low * shock.ad_valorem)[row] / c
        ceiling = (high * shock.ad_valorem)[row] / c
        for first, last in laid.stretches:
            s0, s1 = laid.first_segment[first], laid.first_segment[last]
            if plain[s0]:
                continue
            lo, hi = segment[s0], segment[s1]
            x = np.repeat(floor[s0:s1], laid.segment_n[s0:s1])
            np.maximum(x, laid.ratio[lo:hi], out=x)
            if laid.form[first] == NESTED:
                np.minimum(x, np.repeat(ceiling[s0:s1], laid.segment_n[s0:s1]), out=x)
            total[s0:s1] = np.add.reduceat(x, segment[s0:s1] - lo) * c[s0:s1]
        kept = laid.segment_n.copy()
        beyond = (plus * shock.ad_valorem)[row] + c * largest > given.outlier
        for g in np.flatnonzero(beyond & (high * shock.ad_valorem > given.outlier)[row]):
            a = low[row[g]] * shock.ad_valorem, plus[row[g]] * shock.ad_valorem, high[row[g]] * shock.ad_valorem
            x = np.minimum(np.maximum(a[1] + c[g] * laid.ratio[segment[g] : segment[g + 1]], a[0]), a[2])
            x = x[x <= given.outlier]
            total[g], kept[g] = x.sum(), x.size
        by_row = laid.first_segment[:-1]
        return _settle(given, laid, shock, np.add.reduceat(total, by_row), np.add.reduceat(kept, by_row))

    return means


def _settle(given: Resolved, laid: _Rows, shock: Shock, total: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Return the rate of every row: the mean, or the ad valorem part."""
    rate = given.part * shock.ad_valorem
    some = kept > 0
    rate[laid.rows[some]] = total[some] / kept[some]
    return rate


def _with_means(given: Resolved, means: Rates) -> Run:
    """Return the whole sweep, from the way that rates of rows are found."""
    years, first_bound = given.years.size, int(np.argmax(given.bound))
    n = np.diff(given.year_start)
    spans = [slice(given.year_start[y], given.year_start[y + 1]) for y in range(years)]
    weights = [
        np.stack((np.ones(n[y]), given.weight[at], given.matched[at], given.share[at]), axis=1)
        for y, at in enumerate(spans)
    ]
    sums = np.array([one.sum(axis=0) for one in weights])
    lines = n[first_bound]
    bound_rows = given.row[given.year_start[first_bound] :].reshape(-1, lines)
    carried_n = np.diff(given.carried_start)
    alone = carried_n == 0
    carried_at = np.minimum(given.carried_start[:-1], given.carried.size - 1)  # what it gives for nothing is not used
    carried_specific = np.logical_or.reduceat(given.specific[given.carried], carried_at) & ~alone
    bound_specific = given.specific[bound_rows]
    applied_specific = [np.count_nonzero(given.specific[given.row[at]]) for at in spans[:first_bound]]

    def run(shock: Shock) -> Summary:
        rate, part = means(shock), given.part * shock.ad_valorem
        found = np.empty((years, 4, 4))
        specific, water = np.zeros(years, dtype=np.int64), np.zeros(years, dtype=np.int64)
        bound_mean, specific[:first_bound] = np.full(years, np.nan), applied_specific
        for y in range(first_bound):
            t, p = rate[given.row[spans[y]]], part[given.row[spans[y]]]
            found[y] = np.stack((t, t * t, p, p * p)) @ weights[y]
        left, left_part = (
            np.where(alone, np.inf, np.add.reduceat(one[given.carried], carried_at) / np.maximum(carried_n, 1))
            for one in (rate, part)
        )
        for y, here, right_specific in zip(range(first_bound, years), bound_rows, bound_specific, strict=True):
            right = rate[here]
            above = left * (1.0 - TIE) > right
            t, p = np.where(above, right, left), np.minimum(left_part, part[here])
            found[y] = np.stack((t, t * t, p, p * p)) @ weights[y]
            bound_mean[y] = right.mean()
            water[y] = np.count_nonzero(left < right * (1.0 - TIE))
            specific[y] = np.count_nonzero(np.where(above, right_specific, carried_specific))
        return _summary(given, n, sums, found, specific, water, bound_mean)

    return run


def _summary(
    given: Resolved, n: np.ndarray, sums: np.ndarray, found: np.ndarray, specific: np.ndarray, water: np.ndarray,
    bound_mean: np.ndarray,
) -> Summary:  # fmt: skip
    """Turn sums of t, t^2, p, p^2 by the four weights (one, imports, matched, HS6) into the summary's columns."""
    t, tt, p, pp = (found[:, k] for k in range(4))
    matched = sums[:, 2]
    mean, weighted, matched_mean = t[:, 0] / n, t[:, 1] / sums[:, 1], t[:, 2] / matched
    adjust = np.where(given.own, 0.0, mean - matched_mean)
    return {
        "lines": n, "specific_lines": specific, "simple_mean": mean,
        "simple_sd": np.sqrt((tt[:, 0] - t[:, 0] * mean) / (n - 1)),
        "weighted_mean": weighted + adjust, "weighted_sd": np.sqrt(tt[:, 1] / sums[:, 1] - weighted * weighted),
        "bound_mean": bound_mean, "water_lines": water, "unresolved_lines": np.zeros(n.size, dtype=np.int64),
        "ad_valorem_simple_mean": p[:, 0] / n,
        "ad_valorem_simple_sd": np.sqrt((pp[:, 0] - p[:, 0] * p[:, 0] / n) / (n - 1)),
        "ad_valorem_weighted_mean": p[:, 1] / sums[:, 1],
        "matched_lines": matched.astype(np.int64), "matched_mean": matched_mean,
        "matched_sd": np.sqrt((tt[:, 2] - t[:, 2] * matched_mean) / (matched - 1)),
        "weighted_mean_unadjusted": weighted, "adjust": adjust, "hs6_mean": t[:, 3],
    }  # fmt: skip


def rates(given: Resolved) -> Rates:
    """Return what gives the rates of rows."""
    return _rate_by_observation(given, "reduceat")


WAYS: dict[str, Callable[[Resolved], Run]] = {
    "reduceat": lambda given: _with_means(given, _rate_by_observation(given, "reduceat")),
    "bincount": lambda given: _with_means(given, _rate_by_observation(given, "bincount")),
    "reduceat, amount outside": lambda given: _with_means(given, _amount_outside(given)),
}
