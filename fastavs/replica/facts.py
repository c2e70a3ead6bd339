"""Figures that the replica is made from and calibrated to: published tables, tariff structure, partners, periods."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

import numpy as np

from fastavs.models.concordances import shipped

DATA = Path(__file__).parent / "data"
NOTE = "synthetic replica"
NAME = "russia-2001-2020"

OWN_YEARS = tuple(range(2001, 2011))
BOUND_YEARS = tuple(range(2012, 2021))
BASE = ("2009", "2010", "2011H1")


@lru_cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a table shipped with the package."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


def column(name: str, field: str) -> np.ndarray:
    """Return a column of numbers, NaN where the cell is empty."""
    return np.array([float(row[field]) if row[field] else np.nan for row in table(name)])


@lru_cache
def chapters() -> tuple[str, ...]:
    """Return the chapters of Table 4, ascending."""
    return tuple(row["chapter"] for row in table("published/table4_chapters"))


def chapter_rates(field: str) -> np.ndarray:
    """Return a column of Table 4 (percent), float64[96]."""
    return column("published/table4_chapters", field)


def yearly(field: str, source: str = "table1_summary") -> dict[int, float]:
    """Return a yearly figure of Table 1 or another table with a row a year."""
    rows = table(f"published/{source}")
    return {int(row["year"]): float(row[field]) for row in rows if row[field]}


def by_industry(source: str, field: str) -> dict[tuple[int, int], float]:
    """Return a figure of Table 2 or 3 by (industry, year)."""
    rows = table(f"published/{source}")
    return {(int(row["industry"]), int(row["year"])): float(row[field]) for row in rows if row[field]}


@lru_cache
def industry_names() -> dict[int, str]:
    """Return the industries' names."""
    return {int(label): name for label, name in shipped("industry").names.items()}


@lru_cache
def concordance() -> dict[str, int]:
    """Return prefix to industry: the concordance that comes with the package."""
    known = shipped("industry")
    labels = [known.sectors[some[0][0]] for some in known.rows]
    return dict(zip(known.prefixes, map(int, labels), strict=True))


def industry_of(heading: str) -> int:
    """Return the industry of a four-digit heading.

    Examples
    --------
    >>> industry_of("2709"), industry_of("3901"), industry_of("0803")
    (2, 9, 17)
    """
    known = concordance()
    return known.get(heading, known[heading[:2]])


def largest_remainder(shares: np.ndarray, total: int, least: np.ndarray | int = 0) -> np.ndarray:
    """Return whole numbers near `shares` scaled to `total`, none below `least`, that add up to `total`.

    Examples
    --------
    >>> largest_remainder(np.array([1.0, 1.0, 2.0]), 7)
    array([2, 2, 3])
    """
    quota = shares * (total / shares.sum()) if shares.sum() > 0 else np.full(shares.size, total / max(shares.size, 1))
    whole = np.maximum(np.floor(quota + 1e-9).astype(np.int64), least)
    short = total - int(whole.sum())
    order = np.argsort(-(quota - whole), kind="stable")
    place = 0
    while short > 0:
        whole[order[place % whole.size]] += 1
        short, place = short - 1, place + 1
    while short < 0:  # the floor took too much: give back where most is
        spare = np.where(whole > least, whole - quota, -np.inf)
        whole[int(np.argmax(spare))] -= 1
        short += 1
    return whole


def bisect(function, low: float, high: float, steps: int = 60) -> float:  # type: ignore[no-untyped-def]
    """Return where an ascending function crosses zero between `low` and `high`; the nearer end if it does not."""
    for _ in range(steps):
        middle = (low + high) / 2.0
        if function(middle) < 0.0:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0
