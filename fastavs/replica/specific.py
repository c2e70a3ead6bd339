"""Which lines have a specific part in which year, as many as Table 3 says, and of which form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastavs.replica.facts import OWN_YEARS, by_industry, table
from fastavs.replica.goods import Goods
from fastavs.replica.nomenclature import IN_APPLIED, NEW_APPLIED, Lines
from fastavs.replica.rates import AD_VALOREM, COMPOUND, GREATER, SPECIFIC

CHAPTER_BONUS = {
    "91": 7.0,
    "36": 3.0,
    "42": 2.0,
    "43": 1.0,
    "40": 2.0,
    "30": 1.0,
    "70": 1.5,
    "95": 2.0,
    "76": 2.0,
    "87": 3.0,
    "84": -2.5,
    "13": -50.0,
    "45": -50.0,
    "46": -50.0,
    "58": -50.0,
    "60": -50.0,
    "66": -50.0,
    "78": -50.0,
    "79": -50.0,
    "93": -50.0,
    "97": -50.0,
}
"""Chapters where today's tariff has other specific parts than the published rates of 2011 ask for; none where all
lines have one rate."""
HEADING_BONUS = {
    "2204": 3.5,
    "2205": 3.5,
    "2206": 3.5,
    "0103": 6.0,
}  # the paper's example is wine; today's rates are plain
PURE_HEADINGS = {"2203": 0.8, "2207": 0.8, "2208": 0.6, "2402": 0.5, "1701": 0.35, "2206": 0.5}
NEW_BONUS = 1.2


@dataclass(frozen=True, slots=True)
class SpecificParts:
    """Lines with a specific part. n lines.

    Attributes
    ----------
    wish : float64[n]
        How readily a line gets one.
    form : int64[n]
        The form it takes when it has one.
    in_year : dict of int to bool[n]
        2001 to 2011.
    """

    wish: np.ndarray
    form: np.ndarray
    in_year: dict[int, np.ndarray]

    @property
    def ever(self) -> np.ndarray:
        return np.logical_or.reduce(list(self.in_year.values()))

    def forms(self, year: int) -> np.ndarray:
        """Return the form of every line in a year, int64[n]."""
        return np.where(self.in_year[year], self.form, AD_VALOREM)


def choose_specific(lines: Lines, goods: Goods, seed: int) -> SpecificParts:
    """Choose them: those of today's tariff first, the same ones as long as possible."""
    rng = np.random.default_rng([seed, 5])
    rows = table("subheadings")
    share = np.array([(float(row["specific"]) + 0.3) / (float(row["lines"]) + 0.8) for row in rows] + [0.2])
    wish = np.log(share / (1.0 - share))[lines.subheading] + rng.normal(0.0, 0.8, lines.size)
    texts = lines.texts()
    bonus = np.array([CHAPTER_BONUS.get(code[:2], 0.0) + HEADING_BONUS.get(code[:4], 0.0) for code in texts])
    wish += bonus + np.where(lines.kind == NEW_APPLIED, NEW_BONUS, 0.0)
    cars_without_bridge = np.array(
        [code[:4] == "8703" and unit == "piece" for code, unit in zip(texts, goods.unit, strict=True)]
    )
    anchors = {row["line"] for row in table("published/table6_water_examples")}
    never = cars_without_bridge | (lines.free_from > 0) | np.isin(np.array(texts), sorted(anchors))
    wish[never] = -np.inf
    chance = rng.random(lines.size)
    form = np.full(lines.size, GREATER)
    form[np.array([code[:2] == "64" for code in texts])] = COMPOUND
    pure = np.array([PURE_HEADINGS.get(code[:4], 0.0) for code in texts])
    form[chance < pure] = SPECIFIC
    wanted = by_industry("table3_industry_specific_lines", "lines_with_specific")
    member = {year: lines.in_year[place] for place, year in enumerate(OWN_YEARS)} | {2011: lines.of(IN_APPLIED)}
    found = {}
    for year, there in member.items():
        chosen = np.zeros(lines.size, dtype=bool)
        for industry in np.unique(lines.industry):
            here = np.flatnonzero(there & (lines.industry == industry))
            first = here[np.argsort(-wish[here], kind="stable")]
            chosen[first[: int(wanted[int(industry), year])]] = True
        found[year] = chosen
    return SpecificParts(wish, form, found)
