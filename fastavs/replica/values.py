"""Import values: how much of each line is traded in each period.

A line's rates rest on unit values, not on how much is traded, so values are free to be calibrated last. Base-period
values are the ones nearest to a random draw (in relative entropy) that give chapters their published import shares and
weighted means in 2011 and 2020; other years are tilted until their weighted mean is the published one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fastavs.replica.facts import BASE, OWN_YEARS, bisect, chapter_rates, table, yearly
from fastavs.replica.nomenclature import (
    APPLIED_ONLY,
    BOUND_ONLY,
    DROPPED,
    FRESH_APPLIED,
    FRESH_BOTH,
    FRESH_BOUND,
    KEPT,
    Lines,
)

IN_2011 = (KEPT, FRESH_BOTH, APPLIED_ONLY, FRESH_APPLIED)
IN_2020 = (KEPT, FRESH_BOTH, BOUND_ONLY, FRESH_BOUND)
BASE_SHARES = np.array([0.35, 0.49, 0.16])  # of lines traded in all three; what is new in 2011 comes on top
MATCHED_2011 = 0.95  # matched imports of 2011 over those of 2020: not published
LEAST_SHARE = 0.02  # percent; Table 4 prints smaller ones as 0.0
SOFT = 1e-9  # how far a chapter may miss its means rather than turn to absurd values
LOOSE = 5e-4  # the same for the weighted mean of 2012, of which only the total is published
BELOW_EXAMPLES = 0.85  # of the smallest line in Table 6: the most that other lines with water import
EXTREME = 11.0  # natural logarithm of the most that a value is raised or lowered to fit
ROUNDS = 8
COUNTS = 0.005  # share of all imports from which a chapter's weighted mean of 2012 matters
CIS_SHARE = 0.08


@dataclass(frozen=True, slots=True)
class Ends:
    """What chapters' values are calibrated on. n lines; rates are NaN where a line is not in the tariff.

    Attributes
    ----------
    applied, first, last : float64[n]
        Governing rates of 2011, of 2012 and of 2020.
    water : bool[n]
        Lines with water in 2020: Table 6 names the largest of them.
    """

    applied: np.ndarray
    first: np.ndarray
    last: np.ndarray
    water: np.ndarray


def line_values(lines: Lines, ends: Ends, seed: int) -> np.ndarray:
    """Return each line's share of base-period imports by MFN partners, float64[n]."""
    rng = np.random.default_rng([seed, 11])
    draw = np.exp(rng.normal(0.0, 1.5, lines.size))
    share = chapter_rates("import_share_2011_pct"), chapter_rates("import_share_2020_pct")
    mean = chapter_rates("weighted_2011_pct") / 100.0, chapter_rates("weighted_2020_pct") / 100.0
    kept = _still_to_fall()
    fixed = _examples(lines)
    most = BELOW_EXAMPLES * fixed[fixed > 0.0].min()
    out = np.zeros(lines.size)
    for c in range(share[0].size):
        here = np.flatnonzero((lines.chapter == c) & lines.of((*IN_2011, *IN_2020, DROPPED)))
        wanted = np.array([max(share[0][c], LEAST_SHARE) * MATCHED_2011, max(share[1][c], LEAST_SHARE)]) / 100.0
        size = wanted.sum()
        kind = lines.kind[here]
        early, late = np.isin(kind, IN_2011), np.isin(kind, IN_2020)
        prior = draw[here] * np.where(kind == DROPPED, 0.3, 1.0)
        prior *= size / 2.0 / prior.sum()
        aims = (
            (early, ends.applied, mean[0][c]),
            (late, ends.last, mean[1][c]),
            (late, ends.first, mean[1][c] + kept * max(mean[0][c] - mean[1][c], 0.0)),
        )
        rows = [early, late, *(np.where(some, np.nan_to_num(rate[here]) - aim, 0.0) for some, rate, aim in aims)]
        every = np.array(rows, dtype=np.float64)
        soft = size * np.array(
            [SOFT] * 4 + [LOOSE if wanted[1] >= COUNTS and mean[0][c] > mean[1][c] + 0.01 else np.inf]
        )
        aim = np.append(wanted, np.zeros(len(aims)))
        out[here] = _below(fixed[here], np.where(ends.water[here], most, np.inf), prior, every, aim, soft, rng)
    return out


def _below(
    given: np.ndarray,
    most: np.ndarray,
    prior: np.ndarray,
    rows: np.ndarray,
    wanted: np.ndarray,
    soft: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the nearest values (see `_nearest`) with some given beforehand, and none of the others above `most`."""
    given = given.copy()
    for _ in range(ROUNDS):
        free = given == 0.0
        values = given.copy()
        values[free] = _nearest(prior[free], rows[:, free], wanted - rows @ given, soft)
        above = free & (values > most)
        if not above.any():
            break
        given[above] = most[above] * rng.uniform(0.3, 0.95, int(above.sum()))
    return np.minimum(values, np.where(given > 0.0, np.inf, most))


def _still_to_fall() -> float:
    """Return which part of the fall of the weighted mean from 2011 to 2020 is still to come after 2012."""
    mean = yearly("weighted_applied_mean_pct", "tableA1_ad_valorem_vs_applied")
    return (mean[2012] - mean[2020]) / (mean[2011] - mean[2020])


def _examples(lines: Lines) -> np.ndarray:
    """Return the shares of the lines in Table 6, whose imports of 2010 are printed; float64[n]."""
    shares = np.zeros(lines.size)
    for row in table("published/table6_water_examples"):
        imports = float(row["imports_2010_musd"]) / 1e3
        shares[np.searchsorted(lines.code, int(row["line"]))] = imports / _imports("2010")
    return shares


def _imports(period: str) -> float:
    return next(float(row["imports_busd"]) for row in table("periods") if row["period"] == period)


def _nearest(prior: np.ndarray, rows: np.ndarray, wanted: np.ndarray, soft: np.ndarray) -> np.ndarray:
    """Return the values nearest to `prior` in relative entropy with ``rows @ values == wanted``, by Newton's method.

    `soft` is the penalty on each row's multiplier: where nothing fits, a little of `wanted` is given up.
    """
    used = np.isfinite(soft)
    scale = np.append([1.0, 1.0], np.full(len(rows) - 2, 0.1))[used]
    rows, wanted, soft = rows[used] / scale[:, None], wanted[used] / scale, soft[used]
    softer = np.append([1.0, 1.0], np.full(scale.size - 2, 10.0))
    power = _solved(prior, rows, wanted, soft)
    while np.abs(power).max() > EXTREME:
        soft = soft * softer
        power = _solved(prior, rows, wanted, soft)
    return prior * np.exp(power)


def _solved(prior: np.ndarray, rows: np.ndarray, wanted: np.ndarray, soft: np.ndarray) -> np.ndarray:
    """Return the logarithm of what the nearest values are of `prior`."""
    dual = np.zeros(soft.size)

    def loss(x: np.ndarray) -> float:
        return float((prior * np.exp(np.clip(x @ rows, -60.0, 60.0))).sum() - x @ wanted + soft @ (x * x))

    for _ in range(200):
        values = prior * np.exp(np.clip(dual @ rows, -60.0, 60.0))
        slope = rows @ values - wanted + 2.0 * soft * dual
        if np.abs(slope).max() < 1e-12:
            break
        bend = (rows * values) @ rows.T + 2.0 * np.diag(soft)
        step = np.linalg.solve(bend, slope)
        step *= min(1.0, 4.0 / max(float(np.abs(step).max()), 1e-300))
        loss_now, factor = loss(dual), 1.0
        while loss(dual - factor * step) > loss_now and factor > 1e-6:
            factor /= 2.0
        dual = dual - factor * step
    return np.clip(dual @ rows, -60.0, 60.0)


def period_values(
    lines: Lines,
    shares: np.ndarray,
    rates: Mapping[int, np.ndarray],
    traded: Mapping[str, np.ndarray],
    cis: np.ndarray,
    seed: int,
) -> dict[str, np.ndarray]:
    """Return each period's import value by line, MFN partners alone, in dollars; float64[n] by period.

    Parameters
    ----------
    shares : float64[n]
        See `line_values`.
    rates : dict of int to float64[n]
        Rates of 2001 to 2010.
    traded : dict of str to bool[n]
        Lines with an observation in each period.
    cis : float64[n]
        What CIS partners add, relative to MFN ones.
    """
    rng = np.random.default_rng([seed, 12])
    out = _base_values(lines, shares, rates, cis)
    for row in table("published/table6_water_examples"):
        line = np.searchsorted(lines.code, int(row["line"]))
        factor = float(row["imports_2010_musd"]) * 1e6 / out["2010"][line]
        for period in BASE:
            out[period][line] *= factor
    chapter = (chapter_rates("import_share_2011_pct") + chapter_rates("import_share_2020_pct") + 0.02) / 200.0
    usual = np.where(shares > 0.0, shares, 0.0)
    for year in OWN_YEARS:
        period = str(year)
        if period in out:
            continue
        there = lines.in_year[year - OWN_YEARS[0]] & traded[period]
        draw = np.exp(rng.normal(0.0, 0.5, lines.size))
        own = (
            np.where(usual > 0.0, usual, chapter[lines.chapter] / 40.0 * np.exp(rng.normal(0.0, 1.4, lines.size)))
            * draw
        )
        own = np.where(there, own, 0.0)
        total = np.bincount(lines.chapter, weights=own, minlength=96)
        own *= (chapter / np.where(total > 0, total, 1.0))[lines.chapter]
        own = _tilted(own, rates[year], yearly("weighted_mean_pct")[year] / 100.0, 1.0 + cis)
        out[period] = own * (_imports(period) * 1e9 / own.sum())
    return out


def _tilted(value: np.ndarray, rate: np.ndarray, wanted: float, lift: np.ndarray) -> np.ndarray:
    """Tilt values by rates until their weighted mean (after `lift`) is `wanted`."""
    rate = np.minimum(np.nan_to_num(rate), 1.0)
    exact = np.nan_to_num(rate)

    def tilted(tilt: float) -> np.ndarray:
        return value * np.exp(tilt * (rate - wanted))

    def gap(tilt: float) -> float:
        weight = tilted(tilt) * lift
        return float(weight @ exact / weight.sum()) - wanted

    return tilted(bisect(gap, -15.0, 15.0))


def _base_values(
    lines: Lines, shares: np.ndarray, rates: Mapping[int, np.ndarray], cis: np.ndarray
) -> dict[str, np.ndarray]:
    """Split base-period values over the three periods so that 2009 and 2010 have their own weighted means as well."""
    there = np.array([lines.traded_in(period) for period in BASE])
    part = BASE_SHARES[:, None] * there
    # Lines of one period only would weigh too much in it; all they have is there all the same.
    part = part / np.maximum(part.sum(axis=0), 1e-9)
    tilt = np.zeros(3)
    for _ in range(6):
        for place, year in ((0, 2009), (1, 2010)):
            rate = np.minimum(np.nan_to_num(rates[year]), 1.0)
            wanted = yearly("weighted_mean_pct")[year] / 100.0

            def gap(x: float, place: int = place, rate: np.ndarray = rate, wanted: float = wanted) -> float:
                weight = _split(part, tilt, rates, place, x)[place] * shares * (1.0 + cis)
                return float(weight @ rate / weight.sum()) - wanted

            tilt[place] = bisect(gap, -8.0, 8.0, 40)
    split = _split(part, tilt, rates, 0, tilt[0])
    dollars = _imports("2010") * 1e9 / BASE_SHARES[1]
    return {period: split[k] * shares * dollars for k, period in enumerate(BASE)}


def _split(part: np.ndarray, tilt: np.ndarray, rates: Mapping[int, np.ndarray], place: int, x: float) -> np.ndarray:
    now = tilt.copy()
    now[place] = x
    weight = part.copy()
    for k, year in ((0, 2009), (1, 2010)):
        weight[k] *= np.exp(now[k] * (np.minimum(np.nan_to_num(rates[year]), 1.0) - 0.1))
    return weight / np.maximum(weight.sum(axis=0), 1e-300)
