"""Tables and figures of what scenarios move: revenue, lines, chapters, partners, and what each step touches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from fastavs.report.drawing import SMALL
from fastavs.report.figure_groups import AFTER, BEFORE, draw_groups, most_changed, pair_of
from fastavs.report.fitting import shorten, text_width
from fastavs.report.sheet import Sheet
from fastavs.report.sketch import Sketch
from fastavs.report.table import ReportTable
from fastavs.report.words import chapter_label, plural
from fastavs.results.movers import LINE, PARTNER, movers_table
from fastavs.results.revenue import revenue_of
from fastavs.scenario.step_words import step_told
from fastavs.scenario.steps import verb_of
from fastavs.tables.arrow import numbers, texts

if TYPE_CHECKING:
    from fastavs.results.sweep import Sweep

MOST_SCENARIOS, MOST_ROWS = 8, 10  # whose movers are listed, and how many of each
MOST_BY_PARTNER = 3
MOST_FIGURES, MOST_CHAPTERS = 3, 16
BODY = 12.0  # of the names above a figure


def move_tables(sweep: Sweep, base: int, kept: Sequence[int]) -> list[ReportTable]:
    """Return the tables of what some scenarios move, by their places, the baseline's aside."""
    if sweep.origin is None:
        return []
    others = [place for place in kept if place != base]
    tables = [_steps(sweep, others), _revenue(sweep, base, kept)]
    some = others[:MOST_SCENARIOS]
    tables += [_movers(sweep, base, some, by) for by in (LINE, "chapter")]
    with_trade = sweep.origin.study is not None or sweep.origin.index.records.code_key.size
    if with_trade:
        tables.append(_movers(sweep, base, some[:MOST_BY_PARTNER], PARTNER))
    return [one for one in tables if one is not None]


def _steps(sweep: Sweep, places: Sequence[int]) -> ReportTable | None:
    """Return the steps of scenarios in words, with what they touch."""
    from fastavs.reform.account import account_of

    origin = sweep.origin
    assert origin is not None
    some = [sweep.scenarios[place] for place in places[:MOST_SCENARIOS] if sweep.scenarios[place].has_steps]
    steps = [(one, placed) for one in some for placed in one.resolved(sweep.scenarios).steps]
    if not steps:
        return None
    index = origin.with_trade() if origin.study is not None else origin.index
    names = {one.name for one in some}
    rows = [row for row in account_of(index, sweep.scenarios, origin.study) if row["scenario"] in names]
    touched = {(row["scenario"], row["step"]): row for row in rows}
    of_steps: list[dict[str, Any]] = []
    for one in some:
        for place, placed in enumerate(one.resolved(sweep.scenarios).steps, start=1):
            what, of = step_told(placed.step)
            row = touched.get((one.name, place), {})
            share = row.get("share")
            of_steps.append({
                "scenario": one.name, "step": f"{place} {verb_of(placed.step)}", "what": what, "of": of or "everything",
                "lines_touched": row.get("lines"), "trade_pct": None if share is None else 100.0 * share,
            })  # fmt: skip
    table = pa.Table.from_pylist(of_steps, schema=_STEPS)
    caption = "Lines are the most of any year; trade is that of the last year that a step touches, as weights count it."
    return ReportTable("steps", "Step by step, and what each touches", caption, table, ("scenario", "step"))


_STEPS = pa.schema([
    ("scenario", pa.string()), ("step", pa.string()), ("what", pa.string()), ("of", pa.string()),
    ("lines_touched", pa.int64()), ("trade_pct", pa.float64()),
])  # fmt: skip


def _revenue(sweep: Sweep, base: int, kept: Sequence[int]) -> ReportTable:
    """Return revenue at base trade of scenarios in every year."""
    origin = sweep.origin
    assert origin is not None
    years = np.array(sweep.years, dtype=np.int64)
    group = np.searchsorted(years, origin.year)
    found = {
        place: revenue_of(rates, origin.imports_under(place), group, years.size) for place, rates in origin.rates(kept)
    }
    unit = _million(sweep)
    before = found[base].revenue
    columns = {
        "scenario": texts([sweep.scenarios[place].name for place in kept for _ in years]),
        "year": numbers(np.tile(years, len(kept))),
        f"revenue{unit}": _millions([found[place].revenue for place in kept]),
        f"revenue{unit}_difference": _millions([found[place].revenue - before for place in kept]),
        f"imports_without_a_rate{unit}": _millions([found[place].unknown_imports for place in kept]),
    }
    caption = (
        "Rate times imports, over lines with a known rate. Imports are the weights of the unchanged study: no "
        "importer buys more or less, and no partner leaves. Where a scenario changes prices, the same quantities are "
        "valued at its prices."
    )
    return ReportTable("revenue", "Revenue at base trade", caption, pa.table(columns), ("scenario", "year"))


def _million(sweep: Sweep) -> str:
    """Return how columns of money in millions end."""
    currency = str(sweep.facts.get("currency", "")).lower()
    return f"_million_{currency}" if len(currency) == 3 else "_million"


def _millions(values: Sequence[np.ndarray]) -> pa.Array:
    return numbers(np.concatenate([*values, np.empty(0)]) / 1e6)


def _movers(sweep: Sweep, base: int, places: Sequence[int], by: str) -> ReportTable | None:
    """Return what each scenario moves farthest in the last year; of lines those whose revenue moves most."""
    assert sweep.origin is not None
    unit = _million(sweep)
    rows: list[dict[str, Any]] = []
    for place in places:
        table = movers_table(sweep.origin, place, base, by, sweep.years[-1], None if by == LINE else MOST_ROWS)
        moved = table.to_pylist()
        if by == LINE:  # most lines that move far have no trade
            moved = sorted(
                (row for row in moved if row["revenue_difference"]), key=lambda row: -abs(row["revenue_difference"])
            )
        for row in moved[:MOST_ROWS]:
            named = chapter_label(row[by]) if by == "chapter" else row[by]
            rows.append({
                "scenario": sweep.scenarios[place].name, by: named, "before_pct": 100.0 * row["before"],
                "after_pct": 100.0 * row["after"], "change_pct": row["difference_points"],
                f"imports{unit}": row["imports"] / 1e6, f"revenue{unit}_difference": row["revenue_difference"] / 1e6,
            })  # fmt: skip
    if not rows:
        return None
    several = {LINE: "Lines", PARTNER: "Partners"}.get(by, "Chapters")
    caption = f"The {MOST_ROWS} whose rate each scenario moves farthest in {sweep.years[-1]}."
    if by == LINE:
        caption = f"The {MOST_ROWS} lines whose revenue each scenario moves most in {sweep.years[-1]}."
    if by == "chapter":
        caption += " Rates are weighted by imports of the unchanged study."
    if by == PARTNER:
        caption += " The rate is what a partner's own exports face: its observations alone, weighted by its imports."
    made = pa.table({name: [row[name] for row in rows] for name in rows[0]})
    return ReportTable(f"movers-{by}", f"{several} that move most", caption, made, ("scenario", by))


def move_sketches(sweep: Sweep, base: int, places: Sequence[int]) -> list[Sketch]:
    """Return a figure of the chapters that a scenario moves most, for a few scenarios."""
    if sweep.origin is None:
        return []
    found, year = [], sweep.years[-1]
    for number, place in enumerate(places[:MOST_FIGURES]):
        rows = movers_table(sweep.origin, place, base, "chapter", year, None).to_pylist()
        pairs = [pair_of(chapter_label(row["chapter"]), row["before"], row["after"]) for row in rows]
        pairs = [one for one in pairs if abs(one.change) > 5e-5]
        if not pairs:
            continue
        shown, name = most_changed(pairs, MOST_CHAPTERS), sweep.scenarios[place].name
        title = f"Chapters under “{name}”, {year}"
        caption = (
            f"Weighted means of chapters: the ring is “{sweep.scenarios[base].name}”, the dot “{name}”."
            + (f" Shown are the {len(shown)} of {len(pairs)} that move most." if len(shown) < len(pairs) else "")
        )  # fmt: skip
        down = sum(one.change < 0 for one in pairs)
        description = f"Dot chart of {plural(len(shown), 'chapter')}; {down} of {len(pairs)} fall."
        marks = sweep.scenarios[base].name, name
        found.append(Sketch(f"moves-{number + 1}", title, caption, description, _drawing(shown, marks)))
    return found


def _drawing(pairs: Sequence[Any], marks: tuple[str, str]) -> Callable[[float], Sheet]:
    """Return who draws chapters before and after, with the names of the two scenarios above."""

    def draw(width: float) -> Sheet:
        wide = width >= 600
        row, side, left = (21.0, 58.0, 236.0) if wide else (36.0, 58.0, 12.0)
        top = 50.0 if wide else 70.0
        sheet = Sheet(width, top + row * len(pairs) + 12)
        room = (width - 170.0) / 2 if wide else width - 40.0
        x, y = 16.0, 16.0
        for name, mark in zip(marks, (BEFORE, AFTER), strict=True):
            sheet.dot(x, y, *mark)
            short = shorten(name, BODY, room)
            sheet.text(x + 11, y, short, bold=True)
            x, y = (x + 35.0 + text_width(short, BODY) * 1.08, y) if wide else (x, y + 20.0)
        sheet.text(width - 8, 16.0, "change, points" if wide else "points", "muted", SMALL, align="right")
        draw_groups(sheet.axes(left, top, width - left - side - 12, row * len(pairs)), pairs, names_above=not wide)
        return sheet

    return draw
