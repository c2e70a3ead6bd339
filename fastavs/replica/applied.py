"""Applied schedules 2001 to 2011, calibrated to the published means.

The ad valorem parts of a chapter follow a discrete distribution (0, 5, 10, ... %) with the wanted mean, and lines keep
their rank in it from year to year. Specific parts are solved for on the observations drawn: line by line for 2011, by
one factor per industry and year before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastavs.replica.counts import COMPOSED, FREE
from fastavs.replica.facts import (
    OWN_YEARS,
    bisect,
    by_industry,
    chapter_rates,
    chapters,
    table,
    yearly,
)
from fastavs.replica.nomenclature import (
    APPLIED_ONLY,
    BOUND_ONLY,
    FRESH_APPLIED,
    FRESH_BOUND,
    IN_APPLIED,
    NEW_APPLIED,
    Lines,
)
from fastavs.replica.rates import AD_VALOREM, GREATER, SPECIFIC, Sample, rounded
from fastavs.replica.specific import SpecificParts

GRID = np.array([0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0, 75.0])
PRIOR = np.array([0.13, 0.32, 0.19, 0.19, 0.13, 0.04])
HIGH_PRIOR = np.append(PRIOR, [0.04, 0.03, 0.03, 0.025, 0.025])  # where the mean is above `HIGH`
HIGH = 17.0
MOST_AD_VALOREM = {"02": 36.0}  # percent; what is above it in a chapter's mean comes from specific parts
USUAL_MOST = 15.5
LEAST_SHARE = 0.4  # of a chapter's mean is ad valorem at least
EXCESS_BEFORE_2006 = {2001: 0.95, 2002: 1.2, 2003: 1.65, 2004: 1.4, 2005: 1.15}  # no ad valorem means are published
MEAN_OF_NEW = 27.5  # percent, lines of 2011 without a match; Table A2 implies 29.0, give or take its rounding
MEAT = "02"  # falls hardly at all to 2020, so its lines without a match can't be dearer than the others
PEAK, PEAK_FROM, PEAK_SHARE = 1.6, 12.0, 0.3
HIGHEST = 9.0  # the rate of a tame observation: what is above 10 should be planted errors alone
HEAVY_ROOT = 14.0  # excess of the lines that a composed chapter's bound lines take after


@dataclass(frozen=True, slots=True)
class Schedule:
    """A year's duties. n lines; those out of the year hold zeros.

    Attributes
    ----------
    there : bool[n]
    form : int64[n]
    a, b : float64[n]
        Fraction, and euro for one duty unit.
    rate : float64[n]
        What the line is charged on the observations drawn; NaN out of the year.
    """

    there: np.ndarray
    form: np.ndarray
    a: np.ndarray
    b: np.ndarray
    rate: np.ndarray


def ranks(lines: Lines, seed: int) -> np.ndarray:
    """Return each line's standing among the ad valorem parts of its chapter, float64[n] in 0 to 1."""
    rng = np.random.default_rng([seed, 6])
    standing = rng.random(lines.size)
    going = lines.of((APPLIED_ONLY, FRESH_APPLIED))
    standing = np.where(going, np.minimum(standing, rng.random(lines.size)), standing)
    composed = np.isin(lines.chapter, [chapters().index(one) for one in COMPOSED])
    standing = np.where(composed & (going | (lines.kind == NEW_APPLIED)), standing * 0.2, standing)
    return np.where(composed & _roots(lines), 1.0 - standing * 0.1, standing)


def _roots(lines: Lines) -> np.ndarray:
    """Return the lines of 2011 that share a subheading with lines of the bound schedule alone, bool[n]."""
    six = lines.code // 10**4
    staying = lines.of(IN_APPLIED) & ~lines.of((APPLIED_ONLY, FRESH_APPLIED, NEW_APPLIED))
    return staying & np.isin(six, six[lines.of((BOUND_ONLY, FRESH_BOUND))])


def _is_flat(chapter: int) -> bool:
    """Whether Table 4 says that all lines of a chapter have one rate in 2011."""
    simple = chapter_rates("simple_2011_pct")[chapter]
    return bool(simple % 5.0 == 0.0 and abs(simple - chapter_rates("weighted_2011_pct")[chapter]) < 0.05)


def ad_valorem_parts(standing: np.ndarray, mean: float) -> np.ndarray:
    """Return ad valorem parts in percent with the given mean, higher for higher standing, float64[n].

    Examples
    --------
    >>> ad_valorem_parts(np.array([0.1, 0.9, 0.5, 0.3]), 5.0).tolist()
    [0.0, 10.0, 5.0, 5.0]
    """
    n = standing.size
    prior = HIGH_PRIOR if mean > HIGH else PRIOR
    grid = GRID[: prior.size]

    def tilted(tilt: float) -> np.ndarray:
        weight = prior * np.exp(tilt * (grid - mean))
        return weight / weight.sum()

    share = tilted(bisect(lambda tilt: float(tilted(tilt) @ grid) - mean, -2.0, 2.0))
    place = np.empty(n)
    place[np.argsort(standing, kind="stable")] = (np.arange(n) + 0.5) / max(n, 1)
    chosen = np.minimum(np.searchsorted(np.cumsum(share), place), grid.size - 1)
    return _mended(grid[chosen], grid, mean, standing)


def _mended(parts: np.ndarray, grid: np.ndarray, mean: float, standing: np.ndarray) -> np.ndarray:
    """Move single lines by a step of the grid until the mean is as near as a step allows."""
    parts = parts.copy()
    for _ in range(parts.size):
        missing = mean * parts.size - parts.sum()
        step = 5.0 if missing > 0 else -5.0
        if abs(missing) <= 2.5:
            break
        movable = np.flatnonzero((parts + step >= 0.0) & (parts <= 20.0 if step > 0 else parts <= 25.0))
        if movable.size == 0:
            break
        parts[movable[np.argmin(np.abs(standing[movable] - 0.5))]] += step
    return parts


@dataclass(frozen=True, slots=True)
class Targets:
    """What a year's chapters should come to, in percent (96 rows)."""

    ad_valorem: np.ndarray
    excess: np.ndarray  # per line with a specific part


def targets_2011(lines: Lines, parts: SpecificParts) -> Targets:
    """Split Table 4's means of 2011 into ad valorem and specific parts so that Table A1's means come out."""
    there = lines.of(IN_APPLIED)
    n = np.bincount(lines.chapter[there], minlength=96).astype(np.float64)
    s = np.bincount(lines.chapter[parts.in_year[2011]], minlength=96).astype(np.float64)
    rates = chapter_rates("simple_2011_pct")
    most = np.array([MOST_AD_VALOREM.get(chapter, USUAL_MOST) for chapter in chapters()])
    a1 = "tableA1_ad_valorem_vs_applied"
    gap = yearly("simple_applied_mean_pct", a1)[2011] - yearly("simple_ad_valorem_mean_pct", a1)[2011]
    per_line = n / np.maximum(s, 1.0)
    # High weighted means need high lines, but few of them do.
    peaks = np.minimum(PEAK * (chapter_rates("weighted_2011_pct") - PEAK_FROM), PEAK_SHARE * rates * per_line)

    def excess(share: float) -> np.ndarray:
        wanted = np.maximum(np.maximum(share * rates, (rates - most) * per_line), peaks)
        return np.where(s > 0, np.minimum(wanted, (1.0 - LEAST_SHARE) * rates * per_line), 0.0)

    share = bisect(lambda x: float((excess(x) * s).sum()) - gap * n.sum(), 0.0, 3.0)
    found = excess(share)
    return Targets(rates - found * s / np.maximum(n, 1.0), found)


def make_2011(
    lines: Lines,
    parts: SpecificParts,
    standing: np.ndarray,
    targets: Targets,
    base: Sample,
    usual_price: np.ndarray,
    seed: int,
) -> Schedule:
    """Make the schedule called 2011. `base` holds each line's observations of the base period, or its relatives'."""
    there = lines.of(IN_APPLIED)
    form = np.where(there, parts.forms(2011), AD_VALOREM)
    form = np.where((base.size == 0) & (form == SPECIFIC), GREATER, form)  # it has a rate all the same
    a = _chapter_parts(lines, there, form, standing, targets.ad_valorem, 2011)
    specific = there & (form != AD_VALOREM)
    uneven = chapter_rates("weighted_2011_pct") > 1.15 * chapter_rates("simple_2011_pct")
    spread = np.where(uneven, 1.2, 0.8)[lines.chapter]
    draw = np.exp(np.random.default_rng([seed, 7]).normal(0.0, 1.0, lines.size) * spread)
    composed = np.isin(lines.chapter, [chapters().index(one) for one in COMPOSED])
    draw = np.where(composed, draw * np.where(_roots(lines), HEAVY_ROOT, 0.3), draw)
    new = lines.kind == NEW_APPLIED
    lifted = new & ~composed & (lines.chapter != chapters().index(MEAT))

    def rates(lift: float) -> np.ndarray:
        """Target rates with new lines' excess lifted, chapters' sums unchanged; float64[n] in percent."""
        weight = np.where(specific, draw * np.where(lifted, lift, 1.0), 0.0)
        total = np.bincount(lines.chapter, weights=weight, minlength=96)
        wanted = targets.excess * np.bincount(lines.chapter[specific], minlength=96)
        # A purely specific duty has its chapter's ad valorem mean to make up for as well.
        instead = np.where(form == SPECIFIC, targets.ad_valorem[lines.chapter], a * 100.0)
        return instead + weight * (wanted / np.where(total > 0, total, 1.0))[lines.chapter]

    lift = bisect(lambda x: float(rates(x)[new & there].mean()) - MEAN_OF_NEW, 0.05, 20.0, 40)
    wanted = np.minimum(rates(lift) / 100.0, 1.5)
    a[form == SPECIFIC] = 0.0
    b = np.where(base.size > 0, base.solve(form, a, np.maximum(wanted, a + 0.002)), wanted * usual_price)
    b = np.where(specific, b, 0.0)
    b = rounded(np.minimum(b, HIGHEST / np.where(base.largest > 0.0, base.largest, 1.0)))
    rate = np.where(there, base.rates(form, a, b), np.nan)
    return Schedule(there, form, a, b, np.where(form == AD_VALOREM, np.where(there, a, np.nan), rate))


def _chapter_parts(
    lines: Lines, there: np.ndarray, form: np.ndarray, standing: np.ndarray, means: np.ndarray, year: int
) -> np.ndarray:
    """Ad valorem parts of a year as fractions, float64[n]; purely specific duties count as their chapter's mean.

    Fuels and the lines of Table 6 have the rates that the paper tells.
    """
    a = np.zeros(lines.size)
    known = there & (lines.free_from > 0)
    a[known] = np.where(lines.free_from[known] > year, 5.0, 0.0)
    if year >= 2010:
        for row in table("published/table6_water_examples"):
            named = np.searchsorted(lines.code, int(row["line"]))
            known[named], a[named] = True, float(row["applied_2011_pct"])
    for c in range(means.size):
        here = np.flatnonzero(there & (lines.chapter == c) & (form != SPECIFIC) & ~known)
        others = np.flatnonzero(known & (lines.chapter == c))
        mean = (means[c] * (here.size + others.size) - a[others].sum()) / max(here.size, 1)
        if _is_flat(c):
            a[here] = 5.0 * round(mean / 5.0)
        else:
            a[here] = ad_valorem_parts(standing[here], mean)
    return np.round(a) / 100.0


def make_own_year(
    lines: Lines,
    parts: SpecificParts,
    standing: np.ndarray,
    year: int,
    targets: Targets,
    reference: np.ndarray,
    own: Sample,
) -> Schedule:
    """Make the schedule of a year with its own trade. `reference` holds specific parts to be moved by a factor."""
    there = lines.in_year[year - OWN_YEARS[0]]
    form = np.where(there, parts.forms(year), AD_VALOREM)
    form = np.where((own.size == 0) & (form == SPECIFIC), GREATER, form)
    n = _per_industry(lines, there)
    specific = form != AD_VALOREM
    rate, excess = _industry_targets(lines, n, _per_industry(lines, specific), targets, year)
    means = _chapter_means(lines, there, targets, rate - excess, n)
    a = _chapter_parts(lines, there, form, standing, means, year)
    a[form == SPECIFIC] = 0.0
    industry = lines.industry
    low, high = np.full(n.size, -6.0), np.full(n.size, 6.0)
    for _ in range(40):
        middle = (low + high) / 2.0
        found = own.rates(form, a, reference * np.exp(middle)[industry] * specific)
        sums = np.bincount(industry[there], weights=100.0 * found[there], minlength=n.size)
        below = sums < rate * n
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    b = rounded(reference * np.exp((low + high) / 2.0)[industry] * specific)
    found = np.where(specific, own.rates(form, a, b), a)
    return Schedule(there, form, a, b, np.where(there, found, np.nan))


def _per_industry(lines: Lines, some: np.ndarray) -> np.ndarray:
    return np.bincount(lines.industry[some], minlength=23).astype(np.float64)


def _industry_targets(
    lines: Lines, n: np.ndarray, s: np.ndarray, targets: Targets, year: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean that each industry should have in a year, and how much of it specific parts make; float64[23]."""
    published = by_industry("table2_industry_rates", "simple_mean_pct")
    rate = np.array([published.get((industry, year), 0.0) for industry in range(n.size)])
    there = lines.of(IN_APPLIED)
    sums = np.bincount(
        lines.industry[there], weights=chapter_rates("simple_2011_pct")[lines.chapter[there]], minlength=23
    )
    for industry in FREE:  # go with the chapters' means, and with the published change over time
        rate[industry] *= sums[industry] / _per_industry(lines, there)[industry] / published[industry, 2011]
    rate *= yearly("simple_mean_pct")[year] * n.sum() / (rate * n).sum()
    usual = np.zeros(n.size)
    weight = np.zeros(n.size)
    for c, excess in enumerate(targets.excess):
        industries = np.unique(lines.industry[there & (lines.chapter == c)])
        usual[industries] += excess
        weight[industries] += excess > 0
    usual /= np.maximum(weight, 1.0)
    gap = EXCESS_BEFORE_2006.get(year)
    if gap is None:
        a1 = "tableA1_ad_valorem_vs_applied"
        gap = yearly("simple_applied_mean_pct", a1)[year] - yearly("simple_ad_valorem_mean_pct", a1)[year]
    total = usual * s
    total *= gap * n.sum() / total.sum()
    return rate, np.minimum(total / np.maximum(n, 1.0), (1.0 - LEAST_SHARE) * rate)


def _chapter_means(lines: Lines, there: np.ndarray, targets: Targets, wanted: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Scale the chapters' ad valorem means of 2011 to what an industry should have, float64[96]."""
    usual = targets.ad_valorem[lines.chapter[there]]
    sums = np.bincount(lines.industry[there], weights=usual, minlength=n.size)
    factor = np.where(sums > 0, wanted * n / np.where(sums > 0, sums, 1.0), 1.0)
    main = np.array([np.bincount(lines.industry[lines.chapter == c]).argmax() for c in range(96)])
    return np.minimum(targets.ad_valorem * factor[main], 60.0)
