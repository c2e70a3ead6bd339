"""Tables of bound against applied: water, staging, breaches, and which of the two governs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from fastavs.codes import to_code, to_key, trouble
from fastavs.kernels.names import TIE
from fastavs.report.averages import (
    by_group_id,
    group_name,
    group_order,
    grouping_of,
    groupings,
    percent,
)
from fastavs.report.table import ReportTable, Skipped
from fastavs.report.words import plural
from fastavs.tables.arrow import flags, from_rows, numbers, texts
from fastavs.tables.columns import number_column, text_column

if TYPE_CHECKING:
    from fastavs.checked import Checked
    from fastavs.results.rates import Rates
    from fastavs.results.year_rates import YearRates

LARGEST = 20
_NO_BOUND = "the study has no bound schedule"
_STAGES = pa.schema(
    [
        ("year", pa.int64()),
        ("lines", pa.int64()),
        ("lines_in_final_schedule", pa.int64()),
        ("lines_at_final_bound", pa.int64()),
        ("lines_at_final_bound_pct", pa.float64()),
        ("cuts_due", pa.int64()),
        ("cuts_made", pa.int64()),
        ("cuts_made_pct", pa.float64()),
    ]
)
_BREACHES = pa.schema(
    [
        ("year", pa.int64()),
        ("chapter", pa.string()),
        ("name", pa.string()),
        ("lines", pa.int64()),
        ("breach_lines", pa.int64()),
        ("mean_excess_pct", pa.float64()),
        ("largest_excess_pct", pa.float64()),
        ("imports_above_bound_pct", pa.float64()),
    ]
)


def bound_years(rates: Rates) -> list[YearRates]:
    """Return the years that have a bound schedule."""
    return [one for one in rates.years.values() if one.bound is not None]


def water_by_group(rates: Rates) -> Iterator[ReportTable | Skipped]:
    """Make Table 5, lines with water by chapter in the last bound year, and the same by each grouping."""
    years = bound_years(rates)
    titles = ["chapter", *(title for title in groupings(rates.checked) if title != "chapter")]
    for place, title in enumerate(titles):
        table_id = by_group_id("5", place, title)
        yield _water_table(rates, years[-1], title, table_id) if years else Skipped(table_id, _NO_BOUND)


def _water_table(rates: Rates, year: YearRates, title: str, table_id: str) -> ReportTable:
    grouping = grouping_of(rates, title, year)
    groups, member = grouping.assign(year.keys, year.digits)
    lines = np.bincount(member, minlength=len(groups))
    water = np.bincount(member[year.water], minlength=len(groups))
    here = sorted(np.flatnonzero(lines), key=lambda g: group_order(groups[g]))
    applied = year.sides["applied"].schedule.year
    key = "chapter" if title == "chapter" else "group"
    names = [group_name(title, groups[g], grouping.names.get(groups[g])) for g in here]
    table = pa.table(
        {
            key: texts([groups[g] for g in here]),
            "name": texts(names),
            "lines": numbers(lines[here]),
            f"lines_applied_{applied}_below_final_bound": numbers(water[here]),
            "imports_under_water_pct": percent(_import_shares(year, year.water, member, len(groups))[here]),
        }
    )
    return ReportTable(
        table_id,
        f"Water by {title}: lines applied below their bound of {year.year}",
        f"On these lines duties of {applied} could still be raised without breaking a promise of {year.year}, and what "
        "part of imports they are.",
        table,
        (key,),
    )


def _import_shares(year: YearRates, among: np.ndarray, member: np.ndarray, groups: int) -> np.ndarray:
    """Return what part of each group's weights the lines `among` have, float64[groups]; NaN of no weight."""
    from fastavs.kernels.sums import add_by

    weight = year.weight
    whole = add_by(weight, member, groups)
    with np.errstate(invalid="ignore"):
        return np.where(whole > 0.0, add_by(weight, np.where(among, member, -1), groups) / whole, np.nan)


def _import_share(year: YearRates, among: np.ndarray) -> float:
    return float(_import_shares(year, among, np.zeros(among.size, dtype=np.int64), 1)[0])


def line_tables(rates: Rates) -> Iterator[ReportTable | Skipped]:
    """Make Table 6, the largest imports among lines with water, and the table of all lines with water."""
    years = bound_years(rates)
    if not years:
        yield from (Skipped(table_id, _NO_BOUND) for table_id in ("6", "water_lines"))
        return
    year = years[-1]
    if not year.water.any():
        reason = f"no line of {year.year} is bound above what is applied"
        yield from (Skipped(table_id, reason) for table_id in ("6", "water_lines"))
        return
    label, imports = _imports_of_lines(rates.checked, year)
    ranked = np.lexsort((year.keys, -imports, ~year.water))[: int(year.water.sum())]  # codes settle ties
    whole = _line_table(rates.checked, year, ranked, label, imports)
    shown = np.concatenate((ranked[:LARGEST], _published_elsewhere(rates.checked, year, ranked[:LARGEST])))
    rank = np.full(year.keys.size, 0, dtype=np.int64)
    rank[ranked] = np.arange(1, ranked.size + 1)
    largest = _line_table(rates.checked, year, shown, label, imports)
    largest = largest.add_column(0, "rank", numbers(rank[shown], rank[shown] > 0))
    caption = (
        f"Goods whose duty is below what was promised for {year.year}, by their imports "
        f"({'in the base period' if label == 'base' else f'of {label}'})."
    )
    more = shown.size - min(ranked.size, LARGEST)
    note = f"Without a rank: {plural(more, 'line')} that published figures name." if more else ""
    yield ReportTable("6", "The largest imports among lines with water", caption, largest, ("line",), note=note)
    yield ReportTable("water_lines", "All lines with water", caption, whole, ("line",))


def _line_table(checked: Checked, year: YearRates, places: np.ndarray, label: str, imports: np.ndarray) -> pa.Table:
    assert year.bound is not None
    codes = [to_code(int(key), year.digits) for key in year.keys[places]]
    applied = year.sides["applied"].schedule.year
    return pa.table(
        {
            "line": texts(codes),
            "description": descriptions(checked, codes, applied, year.year),
            f"imports_{label}_m{checked.config.currency.lower()}": numbers(imports[places] / 1e6),
            f"applied_{applied}_pct": percent(year.applied[places]),
            f"final_bound_{year.year}_pct": percent(year.bound[places]),
            f"water_{year.year}_pct": percent(year.bound[places] - year.applied[places]),
        }
    )


def _published_elsewhere(checked: Checked, year: YearRates, shown: np.ndarray) -> np.ndarray:
    """Return the places of lines that the published table names and ours would not show."""
    if "table6" not in checked.published:
        return np.empty(0, dtype=np.int64)
    codes = [code for code in checked.published["table6"]["line"].to_pylist() if len(code) == year.digits]
    keys = np.array([to_key(code) for code in codes if not trouble(code)], dtype=np.int64)
    return np.flatnonzero(np.isin(year.keys, keys) & ~np.isin(year.keys, year.keys[shown]))


def _imports_of_lines(checked: Checked, year: YearRates) -> tuple[str, np.ndarray]:
    """Return each line's own imports and their period: the last base period that is a plain year, else all of it."""
    from fastavs.matching.basis import make_basis

    if year.own_trade:
        return str(year.year), year.imports
    plain = [place for place in checked.serving.base_periods if re.fullmatch("[0-9]{4}", checked.trade.periods[place])]
    if not plain:
        return "base", year.imports
    last = max(plain)  # periods are sorted
    side = year.sides["bound"]
    _, imports = make_basis(side.basis.recorded, [last]).imports(side.served.own_line, year.keys.size)
    return checked.trade.periods[last], imports


def descriptions(checked: Checked, codes: list[str], applied: int, bound: int) -> pa.Array:
    """Return what the bound schedule of a year calls some lines, else the applied one, else a published table."""
    printed = checked.published.get("table6", pa.table({})).to_pylist()
    found = {row["line"]: row.get("description") for row in printed}
    for year, pieces in ((applied, checked.inputs.applied), (bound, checked.inputs.bound)):
        for piece in pieces:
            if "description" not in piece.table.column_names:
                continue
            place, lines = text_column(piece, "line")
            mask = (number_column(piece, "year")[0] == year) & np.isin(lines, codes)[place]
            words = piece.table.column("description").filter(flags(mask)).to_pylist()
            found |= {lines[one]: text for one, text in zip(place[mask], words, strict=True) if text}
    return texts([found.get(code) for code in codes])


def water_by_year(rates: Rates) -> Iterator[ReportTable | Skipped]:
    """Make the table of what governs and what is under water, year by year."""
    years = bound_years(rates)
    if not years:
        yield Skipped("water", _NO_BOUND)
        return
    gaps = [_gap(one, one.water) for one in years]
    lines = np.array([one.keys.size for one in years])
    governed = np.array([int(one.bound_governs.sum()) for one in years])
    table = pa.table(
        {
            "year": numbers(np.array([one.year for one in years])),
            "lines": numbers(lines),
            "applied_governs_lines": numbers(lines - governed),
            "bound_governs_lines": numbers(governed),
            "lines_with_water": numbers(np.array([int(one.water.sum()) for one in years])),
            "mean_water_pct": percent(np.array([gap.mean() if gap.size else np.nan for gap in gaps])),
            "imports_under_water_pct": percent(np.array([_import_share(one, one.water) for one in years])),
            "breach_lines": numbers(np.array([int(one.breach.sum()) for one in years])),
            "imports_above_bound_pct": percent(np.array([_import_share(one, one.breach) for one in years])),
        }
    )
    yield ReportTable(
        "water",
        "Applied against bound, year by year",
        "Where the promised ceiling is above the duty applied, there is water: room to raise the duty. Where it is "
        "below, the ceiling governs and the duty must come down.",
        table,
        ("year",),
    )


def _gap(year: YearRates, among: np.ndarray) -> np.ndarray:
    """Return bound less applied on some lines, as fractions."""
    assert year.bound is not None
    return year.bound[among] - year.applied[among]


def staging_table(rates: Rates) -> Iterator[ReportTable | Skipped]:
    """Make the table of how far the commitments are in force, year by year."""
    years = bound_years(rates)
    if len(years) < 2:
        yield Skipped("staging", "the study has one bound schedule only, so nothing is staged" if years else _NO_BOUND)
        return
    rows = [_stage(one, years[-1]) for one in years]
    table = from_rows(rows, _STAGES)
    yield ReportTable(
        "staging",
        "How the commitments come into force",
        f"Lines that have reached their bound of {years[-1].year}, and how many of the cuts that it calls for are made "
        "in full.",
        table,
        ("year",),
    )


def _stage(year: YearRates, final: YearRates) -> dict[str, Any]:
    place, compared = _same_lines(year, final)
    reached = compared & _at_final(year, final, place)
    due = compared & final.breach[place]
    made = int((reached & due).sum())
    return {
        "year": year.year,
        "lines": year.keys.size,
        "lines_in_final_schedule": int(compared.sum()),
        "lines_at_final_bound": int(reached.sum()),
        "lines_at_final_bound_pct": _percent_of(int(reached.sum()), int(compared.sum())),
        "cuts_due": int(due.sum()),
        "cuts_made": made,
        "cuts_made_pct": _percent_of(made, int(due.sum())),
    }


def _same_lines(year: YearRates, final: YearRates) -> tuple[np.ndarray, np.ndarray]:
    """Return each line's place in the final schedule, int64[h], and whether it is there at all, bool[h]."""
    place = np.minimum(np.searchsorted(final.keys, year.keys), final.keys.size - 1)
    return place, (final.keys[place] == year.keys) & (final.digits == year.digits)


def _at_final(year: YearRates, final: YearRates, place: np.ndarray) -> np.ndarray:
    """Return where the bound is the final one: the same duty, or another that comes to the same rate; bool[h]."""

    assert year.bound is not None
    assert final.bound is not None
    here, there = year.bound, final.bound[place]
    with np.errstate(invalid="ignore"):
        same_rate = np.abs(here - there) <= TIE * np.maximum(np.abs(here), np.abs(there))
    return same_rate | (_duty_texts(year) == _duty_texts(final)[place])


def _duty_texts(year: YearRates) -> np.ndarray:
    schedule = year.sides["bound"].schedule
    return np.array([duty.text for duty in schedule.duties])[schedule.duty]


def _percent_of(part: int, whole: int) -> float | None:
    return 100.0 * part / whole if whole else None


def breach_table(rates: Rates) -> Iterator[ReportTable | Skipped]:
    """Make the table of lines applied above bound, by year and chapter."""
    years = bound_years(rates)
    if not any(one.breach.any() for one in years):
        yield Skipped("breaches", "no line is applied above its bound" if years else _NO_BOUND)
        return
    rows = [row for one in years for row in _breaches_of(rates, one)]
    yield ReportTable(
        "breaches",
        "Applied above bound, by year and chapter",
        "Where the duty applied is above the promised ceiling and has to come down to it: in how many lines, by how "
        "much, and what part of the chapter's imports they are.",
        from_rows(rows, _BREACHES),
        ("year", "chapter"),
    )


def _breaches_of(rates: Rates, year: YearRates) -> Iterator[dict[str, Any]]:
    grouping = grouping_of(rates, "chapter", year)
    groups, member = grouping.assign(year.keys, year.digits)
    lines = np.bincount(member, minlength=len(groups))
    shares = _import_shares(year, year.breach, member, len(groups))
    excess = -_gap(year, year.breach)
    within = member[year.breach]
    for g in np.unique(within):
        here = excess[within == g]
        yield {
            "year": year.year,
            "chapter": groups[g],
            "name": group_name("chapter", groups[g], grouping.names.get(groups[g])),
            "lines": int(lines[g]),
            "breach_lines": here.size,
            "mean_excess_pct": float(here.mean()) * 100.0,
            "largest_excess_pct": float(here.max()) * 100.0,
            "imports_above_bound_pct": None if np.isnan(shares[g]) else float(shares[g]) * 100.0,
        }
