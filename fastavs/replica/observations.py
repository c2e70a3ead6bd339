"""Who trades which line in which period, and at what unit value: the replica's observations, values left out.

A unit value is the product of a chapter's, a heading's, a subheading's and a line's level, of the partner's income
(rich countries' goods cost more), of a lasting effect of partner and line, and of chance. Every period has a stream of
random numbers of its own, so no period depends on another.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from fastavs.replica.facts import table
from fastavs.replica.goods import Goods
from fastavs.replica.nomenclature import FRESH_BOTH, KEPT, Lines
from fastavs.replica.specific import SpecificParts

CHANCE = 2.3  # standard deviations at which chance is cut off: beyond it stand only the planted errors
SHORT_OF_QUANTITY = 0.004  # share of observations without a usable quantity
ERRORS = {"2009": 25, "2010": 23, "2011H1": 12}
USUAL_ERRORS = 12
USUAL_INCOME = 12_000.0
CIS_ODDS = {
    "UKR": 0.75, "BLR": 0.55, "KAZ": 0.35, "UZB": 0.12, "MDA": 0.18, "AZE": 0.08,
    "KGZ": 0.06, "ARM": 0.06, "TJK": 0.03, "TKM": 0.02, "GEO": 0.04,
}  # fmt: skip
DROPPED_ROWS = (
    ("2007", "8703239027", "DEU", "a unit value of 40 dollars per car"),
    ("2003", "", "CHN", "a quantity a thousand times too large"),
    ("2004", "", "TUR", "a quantity a thousand times too large"),
    ("2005", "", "CHN", "a quantity a thousand times too large"),
    ("2006", "", "POL", "a quantity a thousand times too large"),
    ("2008", "", "ITA", "a quantity a thousand times too large"),
    ("2010", "", "CHN", "a quantity a thousand times too large"),
)
"""Rows that the study names for dropping; the paper dropped seven and tells of the first."""


@dataclass(frozen=True, slots=True)
class Partners:
    """Partner countries, MFN ones first.

    Attributes
    ----------
    code : tuple of str
        ISO alpha-3.
    cis : bool[p]
    weight : float64[p]
    income : float64[p]
        Dollars per head.
    """

    code: tuple[str, ...]
    cis: np.ndarray
    weight: np.ndarray
    income: np.ndarray


@lru_cache
def partners() -> Partners:
    rows = sorted(table("partners"), key=lambda row: row["cis"])
    return Partners(
        tuple(row["partner"] for row in rows),
        np.array([row["cis"] == "1" for row in rows]),
        np.array([float(row["weight"]) for row in rows]),
        np.array([float(row["income_per_head_usd"]) for row in rows]),
    )


@dataclass(frozen=True, slots=True)
class Observations:
    """A period's observations, by line and partner. m observations.

    Attributes
    ----------
    line, partner : int32[m]
    quantity_per_usd : float64[m]
        In duty units (see `Goods.unit`); NaN where no usable quantity is recorded.
    mfn : bool[m]
    dropped, absurd : bool[m]
        Named for dropping; planted errors that the outlier rule should find.
    """

    line: np.ndarray
    partner: np.ndarray
    quantity_per_usd: np.ndarray
    mfn: np.ndarray
    dropped: np.ndarray
    absurd: np.ndarray

    @property
    def usable(self) -> np.ndarray:
        """Observations that make rates, bool[m]."""
        return self.mfn & ~self.dropped & ~self.absurd & ~np.isnan(self.quantity_per_usd)


class Market:
    """What lasts from period to period: who likes to sell which line, and how dear."""

    def __init__(self, lines: Lines, goods: Goods, parts: SpecificParts, seed: int, scale: float) -> None:
        self.lines, self.goods, self.seed, self.scale = lines, goods, seed, scale
        self.specific = parts.ever
        self.prone = parts.in_year[2011] & lines.of((KEPT, FRESH_BOTH))  # to errors that the outlier rule should find
        people = partners()
        self.sellers = int((~people.cis).sum())
        rng = np.random.default_rng([seed, 3])
        liking = rng.gumbel(size=(lines.size, self.sellers)).astype(np.float32) * np.float32(1.1)
        self.liking = liking + np.log(people.weight[: self.sellers]).astype(np.float32)
        self.lasting = rng.standard_normal((lines.size, people.weight.size), dtype=np.float32)
        self.income = np.log(people.income / USUAL_INCOME) / 1.5

    def observe(self, period: str, rows: float) -> Observations:
        """Draw a period's observations, about `rows` of them."""
        rng = np.random.default_rng([self.seed, 4, int(period[:4]), len(period)])
        traded = np.flatnonzero(self.lines.traded_in(period))
        cis = partners().cis
        odds = np.array([CIS_ODDS[code] for code, one in zip(partners().code, cis, strict=True) if one])
        sells_cis = rng.random((traded.size, odds.size)) < odds * min(1.0, self.scale * 2.0)
        least = np.where(self.specific[traded] | (period >= "2009"), 1, 0)
        number = self._numbers(rng, traded, rows * min(self.scale, 1.0) - sells_cis.sum(), least)
        keen = self.liking[traded] + rng.gumbel(size=(traded.size, self.sellers)).astype(np.float32) * np.float32(0.5)
        order = np.argsort(-keen, axis=1, kind="stable")
        sells = np.zeros((traded.size, cis.size), dtype=bool)
        first = np.arange(self.sellers)[None, :] < number[:, None]
        np.put_along_axis(sells[:, : self.sellers], order, first, axis=1)
        sells[:, self.sellers :] = sells_cis
        named = [row for row in DROPPED_ROWS if row[0] == period]
        for _, code, who, _ in named:
            sells[np.searchsorted(traded, self.named(period, code)), partners().code.index(who)] = True
        place, partner = np.nonzero(sells)
        return self._priced(rng, period, traded[place], partner, named)

    def _numbers(self, rng: np.random.Generator, traded: np.ndarray, rows: float, least: np.ndarray) -> np.ndarray:
        """Return how many MFN partners each line has, at least `least`; few lines that nothing needs have none."""
        wish = self.goods.popularity[traded] * np.exp(rng.normal(0.0, 0.25, traded.size))
        most = self.sellers - 20
        factor = rows / wish.sum()
        for _ in range(30):
            factor *= rows / np.clip(wish * factor, 0.0, most).sum()
        number = np.floor(wish * factor + rng.random(traded.size))
        return np.clip(number, least, most).astype(np.int64)

    def named(self, period: str, code: str) -> int:
        """Return the line of a row named for dropping; where no code is given, some line with a specific part."""
        if code:
            return int(np.searchsorted(self.lines.code, int(code)))
        some = np.flatnonzero(self.specific & (self.lines.kind == KEPT) & self.lines.traded_in(period))
        return int(some[some.size // 3])

    def _priced(
        self,
        rng: np.random.Generator,
        period: str,
        line: np.ndarray,
        partner: np.ndarray,
        named: list[tuple[str, str, str, str]],
    ) -> Observations:
        goods = self.goods
        chance = np.clip(0.45 * self.lasting[line, partner] + 0.89 * rng.standard_normal(line.size), -CHANCE, CHANCE)
        drift = 0.025 * (float(period[:4]) - 2010.0)
        log_price = (
            goods.log_unit_value[line] + drift + goods.income_slope[line] * self.income[partner]
            + goods.spread[line] * chance
        )  # fmt: skip
        per_usd = np.exp(-log_price) * goods.engine[line]
        mfn = ~partners().cis[partner] | ((partners().code.index("GEO") == partner) & (period > "2009"))
        per_usd[rng.random(line.size) < SHORT_OF_QUANTITY] = np.nan
        absurd = self._plant(rng, period, line, mfn & ~np.isnan(per_usd), per_usd)
        dropped = np.zeros(line.size, dtype=bool)
        for _, code, who, _ in named:
            here = (line == self.named(period, code)) & (partner == partners().code.index(who))
            dropped |= here
            per_usd[here] = goods.engine[line[here]] / 40.0 if code else 2000.0 / goods.usual_price[line[here]]
        return Observations(line.astype(np.int32), partner.astype(np.int32), per_usd, mfn, dropped, absurd)

    def _plant(
        self, rng: np.random.Generator, period: str, line: np.ndarray, usable: np.ndarray, per_usd: np.ndarray
    ) -> np.ndarray:
        """Plant absurd errors on lines with a specific part: quantities thousands of times too large; bool[m]."""
        errors = round(ERRORS.get(period, USUAL_ERRORS) * min(self.scale, 1.0))
        open_to = np.flatnonzero(self.prone[line] & usable)
        hit = rng.choice(open_to, min(errors, open_to.size), replace=False)
        per_usd[hit] = 10.0 ** rng.uniform(3.7, 5.0, hit.size) / self.goods.usual_price[line[hit]]
        absurd = np.zeros(line.size, dtype=bool)
        absurd[hit] = True
        return absurd
