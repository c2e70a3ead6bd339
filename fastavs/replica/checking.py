"""Published against computed: how near the replica's computed results come to what it is calibrated to."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fastavs.replica.counts import UNMATCHED_2011, UNMATCHED_BOUND
from fastavs.replica.facts import by_industry, table, yearly

if TYPE_CHECKING:
    from fastavs.results.rates import Rates

SUMMARY = (
    # column of the summary, of the published table, the table, tolerance in percentage points or relative to the figure
    ("simple_mean", "simple_mean_pct", "table1_summary", 0.3),
    ("simple_sd", "simple_sd_pct", "table1_summary", None),
    ("weighted_mean", "weighted_mean_pct", "table1_summary", 1.0),
    ("weighted_sd", "weighted_sd_pct", "table1_summary", None),
    ("bound_mean", "bound_simple_mean_pct", "table1_summary", 0.4),
    ("ad_valorem_simple_mean", "simple_ad_valorem_mean_pct", "tableA1_ad_valorem_vs_applied", 0.3),
    ("ad_valorem_simple_sd", "simple_ad_valorem_sd_pct", "tableA1_ad_valorem_vs_applied", None),
    ("ad_valorem_weighted_mean", "weighted_ad_valorem_mean_pct", "tableA1_ad_valorem_vs_applied", None),
    ("weighted_mean_unadjusted", "weighted_applied_mean_pct", "tableA1_ad_valorem_vs_applied", 1.0),
    ("matched_mean", "simple_mean_pct", "tableA2_matched_only", None),
)
COUNTS = (
    ("lines", "lines", "table1_summary", 0.0),
    ("water_lines", "lines_bound_above_applied", "table1_summary", 0.05),
    ("matched_lines", "matched_lines", "tableA2_matched_only", 0.0),
)
CHAPTERS = (
    (2011, "simple_mean", "simple_2011_pct"),
    (2020, "simple_mean", "simple_2020_pct"),
    (2011, "weighted_mean", "weighted_2011_pct"),
    (2020, "weighted_mean", "weighted_2020_pct"),
)
CHAPTER_TOLERANCE = 2.0
CHAPTERS_WANTED = 85
COUNT_TOLERANCE = 0.02
OUTLIERS = 60
OBSERVATIONS = 1_302_487  # the paper's footnote 15


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure beside the computed one.

    Attributes
    ----------
    table, key, name : str
        Where it stands: the published table, the row (a year, an industry, ...), the column.
    published, computed : float
        In the table's own terms: percent, or a count.
    tolerance : float or None
        How far off is near enough, in the same terms; None where the replica is not calibrated to it.
    """

    table: str
    key: str
    name: str
    published: float
    computed: float
    tolerance: float | None

    @property
    def off(self) -> float:
        return self.computed - self.published

    @property
    def near(self) -> bool:
        """Whether it is near enough; True where nothing is claimed."""
        return self.tolerance is None or abs(self.off) <= self.tolerance + 1e-9


def check(study: str | Path) -> list[Figure]:
    """Run a replica and set its computed figures beside the published ones.

    Parameters
    ----------
    study : path-like
        The study file, or the folder that holds it.

    Returns
    -------
    list of Figure
        Tables 1, 3, 4, A1, A2, the bias adjustment, lines without a match by level, and outliers.
    """
    from fastavs.study import Study

    path = Path(study)
    rates = Study.load(path / "study.toml" if path.is_dir() else path).rates()
    summary = rates.summary().to_pylist()
    parts = (_yearly(summary), _adjust(summary), _industries(rates), _chapters(rates), _water(rates), _unmatched(rates))
    return list(itertools.chain(*parts))


def _yearly(summary: list[dict[str, Any]]) -> Iterator[Figure]:
    for column, printed, source, tolerance in SUMMARY:
        published = yearly(printed, source)
        for row in summary:
            if row["year"] in published and row[column] is not None:
                computed = 100.0 * row[column]
                yield Figure(source, str(row["year"]), printed, published[row["year"]], computed, tolerance)
    for column, printed, source, relative in COUNTS:
        published = yearly(printed, source)
        for row in summary:
            if row["year"] in published:
                wanted = published[row["year"]]
                yield Figure(source, str(row["year"]), printed, wanted, row[column], relative * wanted)


def _adjust(summary: list[dict[str, Any]]) -> Iterator[Figure]:
    """The bias adjustment: 1.0 in 2011 and 0.3 after, as the paper says below Table 1."""
    for row in summary:
        if row["year"] >= 2011:
            wanted, tolerance = (1.0, 0.3) if row["year"] == 2011 else (0.3, 0.15)
            yield Figure("adjust", str(row["year"]), "adjust", wanted, 100.0 * row["adjust"], tolerance)


def _industries(rates: Rates) -> Iterator[Figure]:
    found = {(int(row["group"]), row["year"]): row for row in rates.by("industry").to_pylist()}
    specific = by_industry("table3_industry_specific_lines", "lines_with_specific")
    source = "table3_industry_specific_lines"
    for (industry, year), wanted in specific.items():
        computed = found[industry, year]["specific_lines"] if (industry, year) in found else 0
        key = f"{industry} {year}"
        yield Figure(source, key, "lines_with_specific", wanted, computed, max(COUNT_TOLERANCE * wanted, 0.0))
    for year in sorted({year for _, year in specific}):
        wanted = sum(count for (_, one), count in specific.items() if one == year)
        computed = sum(row["specific_lines"] for (_, one), row in found.items() if one == year)
        yield Figure(source, f"all {year}", "lines_with_specific", wanted, computed, COUNT_TOLERANCE * wanted)
    means = by_industry("table2_industry_rates", "simple_mean_pct")
    for (industry, year), wanted in means.items():
        if (industry, year) in found:
            computed = 100.0 * found[industry, year]["simple_mean"]
            yield Figure("table2_industry_rates", f"{industry} {year}", "simple_mean_pct", wanted, computed, None)


def _chapters(rates: Rates) -> Iterator[Figure]:
    found = {(row["group"], row["year"]): row for row in rates.by("chapter").to_pylist()}
    for row in table("published/table4_chapters"):
        for year, column, printed in CHAPTERS:
            computed = 100.0 * (found[row["chapter"], year][column] or 0.0)
            yield Figure(
                "table4_chapters", row["chapter"], printed, float(row[printed]), computed, CHAPTER_TOLERANCE
            )  # fmt: skip


def _water(rates: Rates) -> Iterator[Figure]:
    found = {row["group"]: row["water_lines"] for row in rates.by("chapter").to_pylist() if row["year"] == 2020}
    name = "lines_applied_2011_below_final_bound"
    for row in table("published/table5_water_chapters"):
        yield Figure("table5_water_chapters", row["chapter"], name, float(row[name]), found[row["chapter"]], None)


def _unmatched(rates: Rates) -> Iterator[Figure]:
    for year, kind, wanted in ((2011, "applied", UNMATCHED_2011), (2012, "bound", UNMATCHED_BOUND)):
        one = rates.years[year].sides[kind]
        level = one.match_level[~one.matched]
        for digits, lines in wanted.items():
            yield Figure("unmatched", str(year), f"at {digits} digits", lines, int((level == digits).sum()), 0.0)
    # A line's outliers are its own and its relatives': errors in the data are those of matched lines.
    applied = rates.years[2011].sides["applied"]
    outliers = int(applied.outliers[applied.matched].sum())
    yield Figure("outliers", "2011", "observations above 1000 %", OUTLIERS, outliers, 0.2 * OUTLIERS)
    observations = int((~applied.basis.recorded.excluded[applied.basis.within]).sum())
    yield Figure("outliers", "base", "observations", OBSERVATIONS, observations, 0.05 * OBSERVATIONS)


def chapters_near(figures: list[Figure]) -> int:
    """Return how many chapters have all four means of Table 4 near the published ones."""
    chapters: dict[str, list[bool]] = {}
    for figure in figures:
        if figure.table == "table4_chapters":
            chapters.setdefault(figure.key, []).append(figure.near)
    return int(np.sum([all(near) for near in chapters.values()]))
