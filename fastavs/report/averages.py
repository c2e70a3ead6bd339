"""Tables of averages: by year, by industry, by chapter, with and without the specific parts."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.chapters import CHAPTER_NAMES
from fastavs.codes import UNASSIGNED, Grouping, chapters
from fastavs.report.table import ReportTable, Skipped
from fastavs.report.words import plural
from fastavs.results.thin import thin_caution
from fastavs.tables.arrow import from_list, numbers, texts

if TYPE_CHECKING:
    from fastavs.checked import Checked
    from fastavs.results.rates import Rates
    from fastavs.results.year_rates import YearRates

UNADJUSTED = "weighted_mean_unadjusted_pct"
"""The column of the weighted mean without correction, which stands in Table 1 where there is one with it."""
_HUNDRED = 100.0
_BIN = 5  # percentage points
_BINS = 100 // _BIN


def percent(fractions: pa.ChunkedArray | np.ndarray) -> pa.Array | pa.ChunkedArray:
    """Return fractions as percent; NaN becomes null."""
    if isinstance(fractions, np.ndarray):
        return numbers(fractions * _HUNDRED)
    return pc.multiply(fractions, numbers(np.array([_HUNDRED]))[0])


def main_grouping(checked: Checked) -> str:
    """Return what tables by industry go by: "industry" if the study has it, else its first grouping, else chapter."""
    return "industry" if "industry" in checked.groups else next(iter(checked.groups), "chapter")


def groupings(checked: Checked) -> list[str]:
    """Return the groupings of a study, the main one first."""
    main = main_grouping(checked)
    return [main, *(title for title in checked.groups if title != main)]


def grouping_of(rates: Rates, title: str, year: YearRates) -> Grouping:
    """Return a grouping as it holds in a year."""
    return rates.checked.groups[title] if title in rates.checked.groups else chapters(year.keys)


def group_name(title: str, group: str, name: str | None) -> str | None:
    """Return the name of a group: the study's own, or for a chapter the one that everybody knows."""
    return name or (CHAPTER_NAMES.get(group) if title == "chapter" else None)


def group_order(group: str) -> tuple[bool, int, str]:
    """Return what groups are sorted by: numbers as numbers, then names, then those that the grouping left out.

    Examples
    --------
    >>> sorted(["10", "unassigned", "2", "textiles"], key=group_order)
    ['2', '10', 'textiles', 'unassigned']
    """
    number = int(group) if group.isdecimal() else sys.maxsize
    return group == UNASSIGNED, number, group


def by_group_id(table: str, place: int, title: str) -> str:
    """Return the id of a table by some grouping: the main one's is the table's own."""
    return table if place == 0 else f"{table}-{title}"


def compared_years(rates: Rates) -> tuple[int, int] | None:
    """Return the years before and after: the applied schedule that later years are compared with and the last year.

    Where that is no year before the last, the first year that rests on the base period, or the first of all; None if
    the study has one year only.
    """
    years = list(rates.years)
    resting = [year for year, one in rates.years.items() if not one.own_trade]
    for first in (rates.checked.serving.applied_year, *resting[:1], years[0]):
        if first is not None and first < years[-1]:
            return first, years[-1]
    return None


def yearly(rates: Rates) -> Iterator[ReportTable]:
    """Make Table 1: the summary, year by year."""
    summary = rates.summary()
    rows = summary.to_pylist()
    adjusted = any(row["adjust"] for row in rows)
    columns = {
        "year": summary["year"],
        "lines": summary["lines"],
        "lines_with_specific": summary["specific_lines"],
        "simple_mean_pct": percent(summary["simple_mean"]),
        "simple_sd_pct": percent(summary["simple_sd"]),
        **({UNADJUSTED: percent(summary["weighted_mean_unadjusted"])} if adjusted else {}),
        "weighted_mean_pct": percent(summary["weighted_mean"]),
        "weighted_sd_pct": percent(summary["weighted_sd"]),
    }
    bound = [one.bound is not None for one in rates.years.values()]
    if any(bound):
        columns["bound_simple_mean_pct"] = percent(summary["bound_mean"])
        water = zip(summary["water_lines"].to_pylist(), bound, strict=True)
        columns["lines_bound_above_applied"] = from_list([lines if some else None for lines, some in water], pa.int64())
    columns["adjust_pct"] = percent(summary["adjust"])
    if adjusted:
        columns["matched_lines"] = summary["matched_lines"]
    columns["unresolved_lines"] = summary["unresolved_lines"]
    table = pa.table(columns)
    caption = f"{_path(table)} {thin_caution(rows) or ''}".strip()
    yield ReportTable("1", "Average tariff, year by year", caption, table, ("year",))


def _path(table: pa.Table) -> str:
    """Say in a sentence where the average goes."""
    years, means = table["year"].to_pylist(), table["simple_mean_pct"].to_pylist()
    text = (
        "The simple mean counts every tariff line alike; the weighted mean counts each by its imports. Specific duties "
        "are turned into percent of the value of what was imported."
    )
    if len(years) < 2 or means[0] is None or means[-1] is None:
        return text
    change = f"{means[0]:.1f} % in {years[0]} to {means[-1]:.1f} % in {years[-1]}"
    return f"The average rate over all tariff lines goes from {change}. {text}"


def group_tables(rates: Rates) -> Iterator[ReportTable]:
    """Make Tables 2 and 3 by each grouping of the study."""
    of_group = [
        (place, title, _ordered(rates.groups_as_written(title))) for place, title in enumerate(groupings(rates.checked))
    ]
    for place, title, by in of_group:
        yield _means_by_group(place, title, by)
    for place, title, by in of_group:
        yield _specific_by_group(place, title, by)


def _ordered(by: pa.Table) -> pa.Table:
    groups, years = by["group"].to_pylist(), by["year"].to_pylist()
    order = sorted(range(by.num_rows), key=lambda row: (group_order(groups[row]), years[row]))
    return by.take(numbers(np.array(order, dtype=np.int64)))


def _group_keys(title: str, by: pa.Table) -> dict[str, Any]:
    pairs = zip(by["group"].to_pylist(), by["name"].to_pylist(), strict=True)
    return {
        "group": by["group"],
        "name": texts([group_name(title, group, name) for group, name in pairs]),
        "year": by["year"],
    }


def _means_by_group(place: int, title: str, by: pa.Table) -> ReportTable:
    table = pa.table(
        _group_keys(title, by)
        | {
            "lines": by["lines"],
            "simple_mean_pct": percent(by["simple_mean"]),
            "simple_sd_pct": percent(by["simple_sd"]),
            "weighted_mean_pct": percent(by["weighted_mean"]),
        }
    )
    return ReportTable(
        by_group_id("2", place, title),
        f"Average tariff by {title} and year",
        f"How high the duties of each {title} are, and how far those of its tariff lines lie apart (standard "
        "deviation).",
        table,
        ("group", "year"),
    )


def _specific_by_group(place: int, title: str, by: pa.Table) -> ReportTable:
    table = pa.table(_group_keys(title, by) | {"lines": by["lines"], "lines_with_specific": by["specific_lines"]})
    return ReportTable(
        by_group_id("3", place, title),
        f"Tariff lines with a specific part, by {title} and year",
        "How many tariff lines are charged by weight, volume or number, alone or beside a percentage of the value.",
        table,
        ("group", "year"),
    )


def chapter_comparison(rates: Rates) -> Iterator[ReportTable | Skipped]:
    """Make Table 4: chapters before and after."""
    years = compared_years(rates)
    if years is None:
        yield Skipped("4", "the study has one year only, and there is nothing to compare it with")
        return
    rows = {(row["group"], row["year"]): row for row in rates.by("chapter").to_pylist() if row["year"] in years}
    found = sorted({chapter for chapter, _ in rows})
    names = {chapter: row["name"] for (chapter, _), row in rows.items()}
    columns: dict[str, Any] = {
        "chapter": texts(found),
        "name": texts([group_name("chapter", one, names[one]) for one in found]),
    }
    for ours, theirs in (("simple", "simple_mean"), ("weighted", "weighted_mean"), ("import_share", "import_share")):
        for year in years:
            values = [rows.get((chapter, year), {}).get(theirs) for chapter in found]
            columns[f"{ours}_{year}_pct"] = percent(pa.chunked_array([from_list(values, pa.float64())]))
    if "industry" in rates.checked.groups:
        columns["industry"] = _usual_industry(rates, years[1], found)
    yield ReportTable(
        "4",
        f"Chapters in {years[0]} and in {years[1]}",
        f"Where duties fall and where they rise from {years[0]} to {years[1]}. Weighted means are not corrected for "
        "unmatched lines; import shares are shares of the weights of the year.",
        pa.table(columns),
        ("chapter",),
    )


def _usual_industry(rates: Rates, year: int, found: Sequence[str]) -> pa.Array:
    """Return the industry that most lines of each chapter belong to."""
    one = rates.years[year]
    industries, industry = rates.checked.groups["industry"].assign(one.keys, one.digits)
    chapter_names, chapter = grouping_of(rates, "chapter", one).assign(one.keys, one.digits)
    pairs = np.bincount(chapter * len(industries) + industry, minlength=len(chapter_names) * len(industries))
    lines = pairs.reshape(len(chapter_names), len(industries))
    usual = {
        name: industries[int(np.argmax(lines[place]))] for place, name in enumerate(chapter_names) if lines[place].any()
    }
    return texts([usual.get(name) for name in found])


def histogram(rates: Rates) -> Iterator[ReportTable]:
    """Make the figures behind Figure 1: how many lines stand how high, before and after."""
    years = compared_years(rates) or (next(iter(rates.years)),)
    # a rate that rounding put just below a bin's lower end belongs to the bin: a mean of rates of 15 % may come out so
    lower = np.arange(_BINS + 1) * _BIN / _HUNDRED - 1e-9
    known = {year: rates.years[year].rate[~np.isnan(rates.years[year].rate)] for year in years}
    counts = {
        year: np.bincount(np.searchsorted(lower, values, side="right"), minlength=_BINS + 2)
        for year, values in known.items()
    }
    first = 0 if any(count[0] for count in counts.values()) else 1  # rates below zero: seldom, so only if there are any
    edges: list[float | None] = [None, *(float(_BIN * place) for place in range(_BINS + 1)), None]
    columns: dict[str, Any] = {
        "from_pct": from_list(edges[first : _BINS + 2], pa.float64()),
        "to_pct": from_list(edges[first + 1 : _BINS + 3], pa.float64()),
    }
    for year, count in counts.items():
        columns[f"lines_{year}"] = numbers(count[first:].astype(np.int64))
    for year, count in counts.items():
        total = max(int(count.sum()), 1)
        columns[f"share_{year}_pct"] = percent(count[first:] / total)
    unknown = {year: rates.years[year].rate.size - values.size for year, values in known.items()}
    told = " and ".join(f"{plural(lines, 'line')} of {year}" for year, lines in unknown.items() if lines)
    note = f"Left out, for their rate cannot be known: {told}." if told else ""
    yield ReportTable(
        "figure1",
        "How high tariff lines stand, " + " and ".join(str(year) for year in years),
        f"How many tariff lines have a rate within each {_BIN} percentage points; the last row holds all from 100 %.",
        pa.table(columns),
        ("from_pct", "to_pct"),
        note=note,
    )


def ad_valorem_table(rates: Rates) -> Iterator[ReportTable]:
    """Make Table A1: the ad valorem parts alone against the whole duty."""
    summary = rates.summary()
    alone = [_weighted_sd(one.ad_valorem, one.weight) for one in rates.years.values()]
    table = pa.table(
        {
            "year": summary["year"],
            "lines": summary["lines"],
            "simple_ad_valorem_mean_pct": percent(summary["ad_valorem_simple_mean"]),
            "simple_ad_valorem_sd_pct": percent(summary["ad_valorem_simple_sd"]),
            "simple_applied_mean_pct": percent(summary["simple_mean"]),
            "simple_applied_sd_pct": percent(summary["simple_sd"]),
            "weighted_ad_valorem_mean_pct": percent(summary["ad_valorem_weighted_mean"]),
            "weighted_ad_valorem_sd_pct": percent(np.array(alone)),
            "weighted_applied_mean_pct": percent(summary["weighted_mean_unadjusted"]),
            "weighted_applied_sd_pct": percent(summary["weighted_sd"]),
        }
    )
    yield ReportTable(
        "A1",
        "With and without the specific parts of duties",
        "What is missed when only the percentages of the tariff are counted and its amounts by weight, volume or "
        "number are left out. Weighted means are not corrected for unmatched lines.",
        table,
        ("year",),
    )


def matched_table(rates: Rates) -> Iterator[ReportTable | Skipped]:
    """Make Table A2: matched lines only."""
    resting = {year for year, one in rates.years.items() if not one.own_trade}
    if not resting:
        yield Skipped("A2", "every year rests on its own trade, so that every line is matched")
        return
    known = "that the base period knows under the same code"
    if rates.checked.options.match_on == "imports":
        known = "that were imported in the base period"
    summary = rates.summary()
    summary = summary.filter(pc.is_in(summary["year"], numbers(np.array(sorted(resting), dtype=np.int64))))
    table = pa.table(
        {
            "year": summary["year"],
            "matched_lines": summary["matched_lines"],
            "simple_mean_pct": percent(summary["matched_mean"]),
            "simple_sd_pct": percent(summary["matched_sd"]),
        }
    )
    yield ReportTable(
        "A2",
        "Matched lines only",
        f"The average over tariff lines {known}. The gap to the average over all lines is what the weighted means are "
        "corrected by.",
        table,
        ("year",),
    )


def _weighted_sd(values: np.ndarray, weight: np.ndarray) -> float:
    """Return the weighted deviation about the weighted mean, NaN without weight (METHOD.md section 4)."""
    from fastavs.kernels.sums import add_by

    whole = np.zeros(values.size, dtype=np.int64)
    total = add_by(weight, whole, 1)[0]
    if not total > 0.0:
        return float("nan")
    some = weight > 0.0
    mean = add_by((weight * values)[some], whole[some], 1)[0] / total
    return float(np.sqrt(add_by((weight * (values - mean) ** 2)[some], whole[some], 1)[0] / total))
