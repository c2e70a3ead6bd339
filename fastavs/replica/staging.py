"""How commitments come into force from 2012 to 2020, and the bound schedules written year by year.

A reduction goes in equal steps from the applied rate of 2011 to the final bound rate, the last step in its own year.
Some bound rates start above the applied one and pass it later: there is water for a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastavs.replica.applied import Schedule
from fastavs.replica.bound import (
    ALONE,
    EQUAL,
    LEAST_CUT,
    NESTED,
    NESTED_ROOM,
    REDUCED,
    WATER,
    Carried,
    Commitments,
    industry_path,
)
from fastavs.replica.facts import BOUND_YEARS, by_industry, yearly
from fastavs.replica.goods import Goods
from fastavs.replica.nomenclature import Lines
from fastavs.replica.rates import AD_VALOREM, GREATER, Sample, duty_text, number, rounded
from fastavs.replica.specific import SpecificParts

YEARS = np.array(BOUND_YEARS)
TIMES = len(BOUND_YEARS)
TOKEN = 0.12  # of a yearly step: what commitments that begin after 2012 bring in that year
ABOVE = (0.02, 0.03, 0.05)  # how far bound rates start above applied ones where the water dries up


@dataclass(frozen=True, slots=True)
class Paths:
    """Bound rates by line and year, fractions; float64[n, 9]."""

    rate: np.ndarray
    governing: np.ndarray


def make_paths(lines: Lines, found: Commitments, carried: Carried, seed: int) -> Paths:
    """Settle every line's bound rate in every year."""
    rng = np.random.default_rng([seed, 10])
    rate = np.repeat(found.rate[:, None], TIMES, axis=1)
    losing = carried.specific & ~found.specific
    drying = _drying(lines, found, carried, losing, rng, rate)
    _reduce(lines, found, carried, drying, losing, rng, rate)
    _start_water_high(found, carried, rng, rate)
    rate = np.round(rate, 3)
    # A line that loses or gains a specific part is bound below the applied rate from the start, rounding or not.
    bound = found.kind == REDUCED
    losing, gaining = bound & losing, bound & found.specific & ~carried.specific
    most = np.where(gaining, carried.rate * 0.95, carried.rate) - 0.002
    rate = np.where((losing | gaining)[:, None], np.minimum(rate, np.floor(most * 1000.0)[:, None] / 1000.0), rate)
    rate = np.maximum(rate, 0.0)
    applied = np.nan_to_num(carried.rate, nan=np.inf)[:, None]
    return Paths(rate, np.minimum(rate, applied))


def _drying(
    lines: Lines,
    found: Commitments,
    carried: Carried,
    losing: np.ndarray,
    rng: np.random.Generator,
    rate: np.ndarray,
) -> np.ndarray:
    """Let some bound rates start above the applied ones, as many as Table 1 has lines with water that end; bool[n]."""
    water = np.array([yearly("lines_bound_above_applied")[year] for year in BOUND_YEARS])
    ending = -np.diff(np.maximum(water - water[-1], 0.0)).astype(int)
    twins = (found.kind == EQUAL) & carried.same & (carried.rate > 0.0) & ~carried.specific
    open_to = np.flatnonzero(
        ((found.kind == REDUCED) & ~losing & (carried.specific | ~found.specific))
        | twins & (rng.random(lines.size) < 0.25)
    )
    chosen = rng.permutation(open_to)[: int(ending.sum())]
    last = np.repeat(np.arange(ending.size), ending)
    for i, x in zip(chosen.tolist(), last.tolist(), strict=True):
        year = np.arange(TIMES)
        done = x + 1 + int(rng.integers(0, 3))
        falling = carried.rate[i] - (carried.rate[i] - found.rate[i]) * np.clip((year - x) / (done - x), 0.0, 1.0)
        above = carried.rate[i] + float(rng.choice(ABOVE)) * (x + 1 - year) / (x + 1)
        rate[i] = np.where(year <= x, np.maximum(above, carried.rate[i] + 0.002), falling)
    drying = np.zeros(lines.size, dtype=bool)
    drying[chosen] = True
    return drying


def _steps() -> np.ndarray:
    """Return the share of a cut made by each year: begun in 2012 (9 rows, by last year) or after it (8 rows)."""
    at_once = np.minimum(1.0, (YEARS[None, :] - 2011) / (YEARS[:, None] - 2011))
    later = np.minimum(1.0, (YEARS[None, :] - 2012 + TOKEN) / (YEARS[1:, None] - 2012 + TOKEN))
    return np.concatenate([at_once, later])


def _reduce(
    lines: Lines,
    found: Commitments,
    carried: Carried,
    drying: np.ndarray,
    losing: np.ndarray,
    rng: np.random.Generator,
    rate: np.ndarray,
) -> None:
    """Give each plain reduction its last year so that industries go down as Table 2 says."""
    there = found.there
    wanted = industry_path(lines, there) / 100.0
    steps = _steps()
    applied = np.nan_to_num(carried.rate)
    for industry in np.unique(lines.industry[there]):
        here = there & (lines.industry == industry)
        plain = np.flatnonzero(here & (found.kind == REDUCED) & ~drying)
        if not plain.size:
            continue
        cut = applied[plain] - found.rate[plain]
        compare = here & (found.kind != ALONE)
        others = compare.copy()
        others[plain] = False
        settled = np.minimum(rate[others], applied[others, None]).sum(axis=0)
        aim = wanted[industry] - wanted[industry, -1] + _final(rate, applied, compare)
        left = applied[plain].sum() - (aim * compare.sum() - settled)
        share = _mixture(np.clip(left / cut.sum(), 0.0, 1.0), steps)
        # What a line loses with its specific part it loses first.
        order = np.lexsort((rng.random(plain.size), ~losing[plain]))
        passed = (np.cumsum(cut[order]) - cut[order] / 2.0) / cut.sum()
        last = np.minimum(np.searchsorted(np.cumsum(share), passed), share.size - 1)
        rate[plain[order]] = applied[plain[order], None] - cut[order, None] * steps[last]


def _final(rate: np.ndarray, applied: np.ndarray, here: np.ndarray) -> float:
    return float(np.minimum(rate[here, -1], applied[here]).mean())


def _mixture(path: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Return shares of the rows of `steps` that add up to `path` as nearly as they can; sum 1."""
    share = np.full(len(steps), 1.0 / len(steps))
    best, nearest = share, np.inf
    for _ in range(4000):
        gap = share @ steps - path
        rates = steps @ gap
        share = share * np.exp(-1.5 * (rates - share @ rates))
        share /= share.sum()
        if gap @ gap < nearest:
            best, nearest = share, float(gap @ gap)
    return best


def _start_water_high(found: Commitments, carried: Carried, rng: np.random.Generator, rate: np.ndarray) -> None:
    """Start the bound rates of lines with water above their final ones, so that Table 1's bound means come out."""
    there = found.there
    bound = np.array([yearly("bound_simple_mean_pct")[year] for year in BOUND_YEARS]) / 100.0
    simple = np.array([yearly("simple_mean_pct")[year] for year in BOUND_YEARS]) / 100.0
    applied = np.nan_to_num(carried.rate, nan=np.inf)[:, None]
    now = (rate[there] - np.minimum(rate, applied)[there]).sum(axis=0)
    water = np.flatnonzero(found.kind == WATER)
    extra = np.maximum(((bound - simple) * there.sum() - now) / water.size, 0.0)
    extra[-4:] = 0.0
    extra = np.minimum.accumulate(extra)
    weight = np.where(rng.random(water.size) < 0.35, 0.0, rng.uniform(0.6, 1.4, water.size))
    rate[water] += extra[None, :] * (weight / weight.mean())[:, None]


@dataclass(frozen=True, slots=True)
class BoundYear:
    """A year's bound duties. n lines.

    Attributes
    ----------
    text : list of str
        Duties of the lines in the schedule, in order; "" for the others.
    rate : float64[n]
        Bound rate on the observations drawn, NaN out of the schedule.
    specific : bool[n]
    """

    text: list[str]
    rate: np.ndarray
    specific: np.ndarray


class Writer:
    """Turns bound rates into duties: a specific part keeps its weight against the ad valorem one as both go down."""

    def __init__(
        self,
        lines: Lines,
        goods: Goods,
        parts: SpecificParts,
        schedule: Schedule,
        found: Commitments,
        carried: Carried,
        paths: Paths,
        base: Sample,
    ) -> None:
        self.lines, self.goods, self.parts, self.schedule = lines, goods, parts, schedule
        self.found, self.carried, self.paths, self.base = found, carried, paths, base
        twin = carried.same & (schedule.form != AD_VALOREM)
        target = np.maximum(np.nan_to_num(carried.rate), 0.01)
        form = np.where(twin, schedule.form, GREATER)
        a = np.where(twin, schedule.a, np.round(target * 0.72, 3))
        needed = found.specific & ~twin & (base.size > 0)
        b = np.where(twin, schedule.b, np.where(needed, base.solve(form, a, np.maximum(target, a + 0.002)), 0.0))
        self.form, self.a, self.b = form, a, b
        self.full = np.where(twin | needed, base.rates(form, a, b), np.nan)  # the rate that a and b stand for

    def year(self, year: int) -> BoundYear:
        """Write a year's schedule with as many specific parts as Table 3 has."""
        at = year - BOUND_YEARS[0]
        found, carried = self.found, self.carried
        wanted = self.paths.rate[:, at]
        twin = (found.kind == EQUAL) & carried.same & (np.abs(wanted - carried.rate) < 1e-9 + 0.0006)
        specific = self._specific(year, wanted, twin)
        scale = np.where(specific & ~twin, wanted / np.where(specific, self.full, 1.0), 1.0)
        form = np.where(twin, self.schedule.form, np.where(specific, self.form, AD_VALOREM))
        a = np.where(twin, self.schedule.a, np.where(specific, np.round(self.a * scale, 3), np.round(wanted, 3)))
        b = np.where(twin, self.schedule.b, np.where(specific, rounded(self.b * scale), 0.0))
        rate = np.where(form == AD_VALOREM, a, self.base.rates(form, a, b))
        text = [""] * self.lines.size
        for i in np.flatnonzero(found.there).tolist():
            text[i] = duty_text(int(form[i]), float(a[i]), float(b[i]), self.goods.unit[i])
        for i in np.flatnonzero(found.kind == NESTED).tolist():
            a_i, b_i = float(self.schedule.a[i]), float(self.schedule.b[i])
            text[i] = f"min({number((a_i + NESTED_ROOM) * 100.0)}%, {duty_text(GREATER, a_i, b_i, self.goods.unit[i])})"
            rate[i] = found.rate[i]
        nested = found.kind == NESTED
        has = (form != AD_VALOREM) | nested
        return BoundYear(text, np.where(found.there, rate, np.nan), has & found.there)

    def _specific(self, year: int, wanted: np.ndarray, twin: np.ndarray) -> np.ndarray:
        """Choose the lines whose bound duty has a specific part in a year, bool[n]."""
        found, carried = self.found, self.carried
        counts = by_industry("table3_industry_specific_lines", "lines_with_specific")
        binds = found.there & (wanted < np.nan_to_num(carried.rate) - 1e-9) & ~twin & (found.kind != NESTED)
        able = binds & ~np.isnan(self.full) & (wanted > 0.004)  # a bound of nothing has no specific part
        specific = able & found.specific
        settled = found.there & ((~binds & carried.specific) | (found.kind == NESTED))
        for industry in np.unique(self.lines.industry):
            here = self.lines.industry == industry
            missing = int(counts[int(industry), year]) - int((settled & here).sum()) - int((specific & here).sum())
            if missing < 0:
                some = np.flatnonzero(specific & here)
                specific[some[np.argsort(self.parts.wish[some], kind="stable")][:-missing]] = False
        return specific


def in_force(paths: Paths, there: np.ndarray) -> np.ndarray:
    """Return the share of bound rates that have come to their final level by each year, float64[9]."""
    done = np.abs(paths.rate[there] - paths.rate[there][:, -1:]) < LEAST_CUT / 6.0
    return np.flip(np.logical_and.accumulate(np.flip(done, axis=1), axis=1), axis=1).mean(axis=0)
