"""How many lines a chapter has in each tariff, and how many of them are shared between tariffs.

Line counts by chapter are not published. They start from the tariff of the Eurasian Economic Union and are tilted,
as little as possible, until the chapters' published means average to those of industries and of all lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastavs.replica.facts import (
    bisect,
    by_industry,
    chapter_rates,
    chapters,
    concordance,
    largest_remainder,
    table,
    yearly,
)

CLASSES = ("kept", "bound_only", "applied_only", "dropped", "fresh_both", "fresh_applied", "fresh_bound")
"""Base-period lines: in the tariff of 2010 (the first four) or first traded in 2011, by where they go from there."""
TOTALS = (8457, 1894, 450, 250, 600, 986, 259)
"""8,907 lines of 2011 and 10,351 of 2012-2020 stand in the tariff of 2010 (section III of the paper), of 11,051."""
UNMATCHED_2011 = {8: 51, 6: 278, 4: 303}
UNMATCHED_BOUND = {8: 221, 6: 100, 4: 22, 0: 4}
COMPOSED = ("17", "65", "41")  # chapters whose mean rises to 2020 through the choice of lines alone
FREE = (15, 22)  # industries whose published mean is not that of the chapters they are made of
LEAST = 3


@dataclass(frozen=True, slots=True)
class Counts:
    """Lines by chapter (96 rows).

    Attributes
    ----------
    applied, bound : int64[96]
        Lines of 2011 and of 2012-2020.
    classes : int64[96, 7]
        Base-period lines by class, see `CLASSES`.
    new_applied, new_bound : int64[96]
        Lines that no base period knows.
    """

    applied: np.ndarray
    bound: np.ndarray
    classes: np.ndarray
    new_applied: np.ndarray
    new_bound: np.ndarray


def make_counts() -> Counts:
    """Settle every count; nothing here is random."""
    applied = _lines(2011, chapter_rates("simple_2011_pct"), _structure())
    bound = _lines(2020, chapter_rates("simple_2020_pct"), applied.astype(np.float64))
    new_applied = _unmatched(applied, chapter_rates("simple_2011_pct"), sum(UNMATCHED_2011.values()), 1.6, 0.5)
    new_bound = _unmatched(bound, chapter_rates("simple_2020_pct"), sum(UNMATCHED_BOUND.values()), 1.5, 0.35)
    classes = _shared(applied - new_applied, bound - new_bound)
    return Counts(applied, bound, classes, new_applied, new_bound)


def _structure() -> np.ndarray:
    """Return the lines by chapter of the tariff that the counts start from."""
    found = dict.fromkeys(chapters(), 0.0)
    for row in table("subheadings"):
        found[row["hs6"][:2]] += float(row["lines"])
    return np.array(list(found.values()))


def _lines(year: int, rates: np.ndarray, prior: np.ndarray) -> np.ndarray:
    industry = np.array([concordance()[chapter] for chapter in chapters()])
    published = by_industry("table2_industry_rates", "simple_mean_pct")
    tilted = prior / prior.sum()
    for one in np.unique(industry):
        within = industry == one
        if one in FREE or within.sum() < 2:
            continue
        wanted, size = published[int(one), year], tilted[within].sum()
        if not rates[within].min() < wanted < rates[within].max():
            continue
        tilt = bisect(lambda x, w=within, t=wanted: _mean(tilted[w] * np.exp(x * (rates[w] - t)), rates[w]) - t, -1, 1)
        share = tilted[within] * np.exp(tilt * (rates[within] - wanted))
        tilted[within] = share * (size / share.sum())
    level = np.zeros(rates.size)
    for one in np.unique(industry):
        level[industry == one] = _mean(tilted[industry == one], rates[industry == one])
    wanted = yearly("simple_applied_mean_pct", "tableA1_ad_valorem_vs_applied")[year]
    tilt = bisect(lambda x: _mean(tilted * np.exp(x * (level - wanted)), rates) - wanted, -1, 1)
    total = int(yearly("lines")[year])
    return largest_remainder(tilted * np.exp(tilt * (level - wanted)), total, LEAST)


def _mean(weight: np.ndarray, rates: np.ndarray) -> float:
    return float((weight * rates).sum() / weight.sum())


def _unmatched(lines: np.ndarray, rates: np.ndarray, total: int, power: float, most: float) -> np.ndarray:
    """Spread lines without a match over chapters, more where rates are high: that is what A2 implies."""
    share = lines * (rates / rates.mean()) ** power
    for _ in range(50):
        share = np.minimum(share * (total / share.sum()), lines * most)
    return np.minimum(largest_remainder(share, total), lines - LEAST + 1)


def _shared(applied: np.ndarray, bound: np.ndarray) -> np.ndarray:
    """Split matched lines into classes by iterative scaling to the chapters' and the classes' totals."""
    totals = np.array(TOTALS, dtype=np.float64)
    share = (applied + bound) / (applied + bound).sum()
    cells = share[:, None] * totals[None, :]
    for chapter in COMPOSED:  # little lasts, so that the choice of lines alone can raise the mean
        cells[chapters().index(chapter), [0, 4]] *= 0.03
    in_applied, in_bound = [0, 2, 4, 5], [0, 1, 4, 6]
    for _ in range(300):
        cells[:, in_applied] *= (applied / cells[:, in_applied].sum(axis=1))[:, None]
        cells[:, in_bound] *= (bound / cells[:, in_bound].sum(axis=1))[:, None]
        cells *= (totals / cells.sum(axis=0))[None, :]
    whole = np.zeros(cells.shape, dtype=np.int64)
    for k in range(len(TOTALS)):
        whole[:, k] = largest_remainder(cells[:, k], TOTALS[k])
    for c in range(applied.size):
        _mend(whole[c], int(applied[c]), int(bound[c]))
    return whole


def _mend(row: np.ndarray, applied: int, bound: int) -> None:
    """Make a chapter's classes add up; the classes in one tariff only take the difference."""
    row[4] = min(row[4], applied - 2, bound - 2)
    row[0] = min(row[0], applied - row[4], bound - row[4])
    row[2] = min(row[2], applied - row[0] - row[4])
    row[5] = applied - row[0] - row[2] - row[4]
    row[1] = min(row[1], bound - row[0] - row[4])
    row[6] = bound - row[0] - row[1] - row[4]
