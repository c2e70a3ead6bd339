"""What Russia bound itself to by 2020, line by line: the final commitments.

Every line of the bound schedule is of one kind. Its final bound rate is above the applied one of 2011 (water), equal
to it, or below (a reduction); chapters' reductions add up to Table 4's means of 2020, and lines with water to Table 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastavs.replica.applied import Schedule
from fastavs.replica.facts import BOUND_YEARS, by_industry, chapter_rates, chapters, column, table, yearly
from fastavs.replica.nomenclature import IN_APPLIED, IN_BOUND, Lines
from fastavs.replica.rates import AD_VALOREM, GREATER, Sample
from fastavs.replica.specific import SpecificParts

ALONE, WATER, EQUAL, REDUCED, NESTED = range(5)
LEAST_CUT = 0.003  # fraction; smaller reductions would vanish in rounding
NESTED_LINES = 9
SPARE = 2
VEHICLES = "87"  # keep their specific parts, and with them the weighted mean of 2012
NESTED_ROOM = 0.014  # the real schedule bound 13.3 % with a specific part at 14.7 % at most
WATER_STEPS = (0.025, 0.05, 0.05, 0.05, 0.05, 0.1)


@dataclass(frozen=True, slots=True)
class Carried:
    """The applied schedule of 2011 as the bound lines see it. n lines; NaN where nothing is carried.

    Attributes
    ----------
    same : bool[n]
        The line has the same code in 2011.
    rate, ad_valorem : float64[n]
    specific : bool[n]
    """

    same: np.ndarray
    rate: np.ndarray
    ad_valorem: np.ndarray
    specific: np.ndarray


def carry(lines: Lines, schedule: Schedule) -> Carried:
    """Carry 2011's rates over to the bound lines: the same code's, else the mean over 8, 6 or 4 digits."""
    here = np.flatnonzero(schedule.there & ~np.isnan(schedule.rate))
    code, rate, part = lines.code[here], schedule.rate[here], schedule.a[here]
    specific = schedule.form[here] != AD_VALOREM
    same = lines.of(IN_BOUND) & lines.of(IN_APPLIED)
    out = Carried(same, schedule.rate.copy(), schedule.a.copy(), schedule.form != AD_VALOREM)
    other = np.flatnonzero(~same)
    out.rate[other] = out.ad_valorem[other] = np.nan
    out.specific[other] = False
    for i in np.flatnonzero(lines.of(IN_BOUND) & ~same):
        for digits in (8, 6, 4):
            unit = 10 ** (10 - digits)
            low = lines.code[i] // unit * unit
            first, last = np.searchsorted(code, [low, low + unit])
            if last > first:
                out.rate[i], out.ad_valorem[i] = rate[first:last].mean(), part[first:last].mean()
                out.specific[i] = specific[first:last].any()
                break
    return out


@dataclass(frozen=True, slots=True)
class Commitments:
    """Final commitments. n lines; those out of the bound schedule hold zeros.

    Attributes
    ----------
    there : bool[n]
    kind : int64[n]
        `ALONE` (nothing to compare with), `WATER`, `EQUAL`, `REDUCED` or `NESTED`.
    rate : float64[n]
        Final bound rate, a fraction.
    specific : bool[n]
        Lines that may keep (or get) a specific part.
    """

    there: np.ndarray
    kind: np.ndarray
    rate: np.ndarray
    specific: np.ndarray


def make_commitments(
    lines: Lines, parts: SpecificParts, schedule: Schedule, carried: Carried, base: Sample, seed: int
) -> Commitments:
    """Choose every line's kind and final rate."""
    rng = np.random.default_rng([seed, 9])
    there = lines.of(IN_BOUND)
    keeping = _keeping(lines, parts, there & (base.size > 0), carried)
    losing = there & carried.specific & ~keeping
    kind = np.where(there, EQUAL, 0)
    rate = np.where(there, np.nan_to_num(carried.rate), 0.0)
    alone = there & np.isnan(carried.rate)
    kind[alone], rate[alone] = ALONE, 0.05
    _nest(lines, schedule, keeping & carried.same, base, kind, rate)
    gaining = keeping & ~carried.specific
    _add_water(lines, there & ~losing & ~gaining & (kind == EQUAL), carried, rng, kind, rate)
    # A line without a twin in 2011 cannot equal a mean to the last bit if it keeps a specific part.
    forced = (kind == EQUAL) & (losing | gaining | (there & ~carried.same & carried.specific))
    for c, wanted in enumerate(chapter_rates("simple_2020_pct") / 100.0):
        _reduce(np.flatnonzero(there & (lines.chapter == c)), wanted, carried, forced, losing, rng, kind, rate)
    means = (kind == EQUAL) & ~carried.same
    rate[means] = np.floor(rate[means] * 1000.0 + 1e-6) / 1000.0
    return Commitments(there, kind, rate, keeping)


def _keeping(lines: Lines, parts: SpecificParts, able: np.ndarray, carried: Carried) -> np.ndarray:
    """Choose the lines with a specific part from 2012 on: as many as Table 3 has in its best year."""
    wanted = by_industry("table3_industry_specific_lines", "lines_with_specific")
    keeping = np.zeros(lines.size, dtype=bool)
    first = lines.chapter == chapters().index(VEHICLES)
    for industry in np.unique(lines.industry):
        here = np.flatnonzero(able & (lines.industry == industry) & (carried.rate > 0.02) & (lines.free_from == 0))
        order = np.lexsort((-parts.wish[here], ~carried.same[here], ~first[here], ~carried.specific[here]))
        most = max(int(wanted[int(industry), year]) for year in BOUND_YEARS)
        keeping[here[order][:most]] = True
        if most:  # some more that can get one, should others turn out to lose theirs
            plain = here[~carried.specific[here] & ~keeping[here]]
            keeping[plain[np.argsort(-parts.wish[plain], kind="stable")][: SPARE + most // 50]] = True
    return keeping


def _nest(
    lines: Lines, schedule: Schedule, open_to: np.ndarray, base: Sample, kind: np.ndarray, rate: np.ndarray
) -> None:
    """Bind a few drinks as the real schedule does: x %, or less with a specific part, whichever is lower."""
    drinks = np.isin(lines.code // 10**6, (2204, 2205, 2206)) & open_to & (schedule.form == GREATER)
    capped = np.minimum(
        np.maximum(schedule.a[base.line], schedule.b[base.line] * base.per_eur), _cap(schedule.a)[base.line]
    )
    found = base.average(capped)
    chosen = np.flatnonzero(drinks & (found < schedule.rate - LEAST_CUT))[:NESTED_LINES]
    kind[chosen], rate[chosen] = NESTED, found[chosen]


def _cap(a: np.ndarray) -> np.ndarray:
    return a + NESTED_ROOM


def _add_water(
    lines: Lines, open_to: np.ndarray, carried: Carried, rng: np.random.Generator, kind: np.ndarray, rate: np.ndarray
) -> None:
    """Raise the bound rate above the applied one on as many lines of a chapter as Table 5 says."""
    finals = {
        int(row["line"]): float(row["final_bound_2020_pct"]) / 100.0 for row in table("published/table6_water_examples")
    }
    named = np.isin(lines.code, list(finals))
    score = carried.rate + 0.04 * rng.random(lines.size) + 0.3 * carried.specific + 0.02 * ~carried.same - 9.0 * named
    wanted = column("published/table5_water_chapters", "lines_applied_2011_below_final_bound").astype(int)
    chosen = np.zeros(lines.size, dtype=bool)
    for c, lines_wanted in enumerate(wanted):
        here = np.flatnonzero(open_to & (lines.chapter == c))
        chosen[here[np.argsort(score[here], kind="stable")][:lines_wanted]] = True
    step = rng.choice(np.array(WATER_STEPS), lines.size)
    for code, final in finals.items():
        step[lines.code == code] = final - carried.rate[lines.code == code]
    kind[chosen] = WATER
    rate[chosen] = np.ceil((carried.rate[chosen] + step[chosen]) * 200.0 - 1e-6) / 200.0


def _reduce(
    here: np.ndarray,
    wanted: float,
    carried: Carried,
    forced: np.ndarray,
    losing: np.ndarray,
    rng: np.random.Generator,
    kind: np.ndarray,
    rate: np.ndarray,
) -> None:
    """Lower bound rates in a chapter until governing rates average to `wanted`: the highest first."""
    governing = np.where(kind[here] == WATER, carried.rate[here], rate[here])
    free = kind[here] == EQUAL
    left = wanted * here.size - governing[~free].sum()
    mine = here[free]
    now = carried.rate[mine]
    if not mine.size:
        return
    share = min(max(2.2 * (1.0 - left / max(now.sum(), 1e-9)) + 0.15, 0.0), 1.0) if left < now.sum() else 0.0
    liable = now > 0.004
    key = np.where(liable, now * rng.random(mine.size) ** 0.5, -1.0)
    cut = np.zeros(mine.size, dtype=bool)
    cut[np.argsort(-key, kind="stable")[: round(float(share * liable.sum()))]] = True
    cut = (cut & liable) | (forced[mine] & liable)
    peak = np.minimum(now / max(float(now.mean()), 1e-9), 3.0)
    depth = rng.uniform(0.75, 1.25, mine.size) * np.where(losing[mine], 1.1, 1.0) * (0.6 + 0.4 * peak)

    def final(size: float) -> np.ndarray:
        lowered = np.clip(now * np.exp(-size * depth), 0.0, now - LEAST_CUT)
        return np.where(cut, lowered, now)

    low, high = 0.0, 8.0
    for _ in range(50):
        middle = (low + high) / 2.0
        low, high = (middle, high) if final(middle).sum() > left else (low, middle)
    exact = final((low + high) / 2.0)
    snapped = np.round(exact * 200.0) / 200.0
    snapped = np.where(snapped > now - LEAST_CUT, np.floor((now - LEAST_CUT) * 1000.0) / 1000.0, snapped)
    kind[mine] = np.where(cut, REDUCED, EQUAL)
    rate[mine] = np.where(cut, np.maximum(snapped, 0.0), now)


def mean_target(year: int) -> float:
    """Return the published simple mean of a year, percent."""
    return yearly("simple_applied_mean_pct", "tableA1_ad_valorem_vs_applied")[year]


def industry_path(lines: Lines, there: np.ndarray) -> np.ndarray:
    """Return Table 2's means of 2012 to 2020 by industry, scaled to the yearly means of all lines; percent, [23, 9]."""
    published = by_industry("table2_industry_rates", "simple_mean_pct")
    path = np.array([[published.get((i, year), 0.0) for year in BOUND_YEARS] for i in range(23)])
    rates = chapter_rates("simple_2020_pct")
    n = np.bincount(lines.industry[there], minlength=23).astype(np.float64)
    level = np.bincount(lines.industry[there], weights=rates[lines.chapter[there]], minlength=23) / np.maximum(n, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        path *= np.where(path[:, -1] > 0, level / path[:, -1], 1.0)[:, None]
    wanted = np.array([mean_target(year) for year in BOUND_YEARS])
    fall = path - path[:, -1:]
    missing = wanted - wanted[-1] - (fall * n[:, None]).sum(axis=0) / n.sum()
    total = (fall * n[:, None]).sum(axis=0) / n.sum()
    return path + fall * np.where(total > 0, missing / np.where(total > 0, total, 1.0), 0.0)[None, :]
