"""What a run did, as tables for people: from the record that becomes ``run.json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastavs.report.page_tables import Cell, PageTable
from fastavs.report.words import count, money, share

Run = Mapping[str, Any]

_OPTIONS = {
    "outlier": "rates above this are taken for recording errors (10 is 1000 %)",
    "match_on": "what makes a line matched",
    "levels": "digits that a line may share with those it borrows from",
    "method": "one rate a partner, or one unit value a line",
    "unresolved": "what stands for a rate that cannot be known",
    "short_codes": "how far trade under short codes reaches",
    "base_partners": "base-period partners that count",
    "mislabelled": "rows whose quantities look mislabelled",
    "min_value": "smaller observations take no part",
    "weights": "whose imports weigh in years with their own trade",
    "fx_period": "the period whose exchange rates are used",
    "strict": "a row that would be set aside is an error",
}


def run_tables(run: Run) -> list[PageTable]:
    """Return the tables of what was run on what; parts that the record lacks are left out."""
    currency = run.get("study", {}).get("currency", "")
    found = [
        _inputs(run),
        _options(run),
        _set_aside(run),
        _levels(run),
        _gaps(run, currency),
        _trade(run, currency),
    ]
    return [table for table in found if table.body]


def plain_table(
    name: str, title: str, caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1
) -> PageTable:
    """Return a table whose first `words` columns hold words, all others numbers; the first heads its row."""
    return PageTable(
        f"run-{name}", "", title, caption, "",
        [Cell(text, number=place >= words) for place, text in enumerate(head)],
        [[Cell(text, place == 0, place >= words) for place, text in enumerate(row)] for row in rows],
    )  # fmt: skip


def _inputs(run: Run) -> PageTable:
    rows = list(run.get("inputs", {}).items())
    caption = "The same files and options give the same results to the bit; the hash tells whether a file is the same."
    return plain_table("inputs", "Inputs", caption, ["file", "SHA-256"], rows, words=2)


def _options(run: Run) -> PageTable:
    rows = [(name, _said(value), _OPTIONS.get(name, "")) for name, value in run.get("options", {}).items()]
    return plain_table("options", "Options", "", ["option", "value", "what it is"], rows, words=3)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(str(one) for one in value) if isinstance(value, list | tuple) else f"{value}"


def _set_aside(run: Run) -> PageTable:
    counts = run.get("counts", {})
    rows = [
        (one["reason"], *((count(one["count"]), "") if one["lost"] == "row" else ("", count(one["count"]))))
        for one in counts.get("set_aside", [])
    ]
    caption = (
        f"Of {count(counts.get('rows_read', 0))} trade rows read. A row that loses only its quantity still weighs by "
        "its value. Row by row in set_aside.parquet."
    )
    return plain_table("set-aside", "Rows set aside, and why", caption, ["reason", "whole row", "quantity only"], rows)


def _levels(run: Run) -> PageTable:
    years = run.get("years", [])
    names = {level for year in years for level in year["lines_by_level"]} - {"none"}
    levels = [*sorted(names, key=int, reverse=True), "none"]
    rows = []
    for year in years:
        cells = [str(year["year"])]
        for kind in ("lines_by_level", "specific_lines_by_level"):
            cells += [count(year[kind].get(level, 0)) for level in levels]
        rows.append(cells)
    words = [f"{level} digits" if level != "none" else "none" for level in levels]
    head = ["year", *(f"all lines: {one}" for one in words), *(f"with a specific part: {one}" for one in words)]
    caption = (
        "How many digits a line shares with the trade that its rate rests on. All digits: its own trade. Fewer: "
        "borrowed from related lines. None: no trade to go by, so that the percentage alone counts, if there is one."
    )
    return plain_table("levels", "How lines were matched with trade", caption, head, rows)


def _gaps(run: Run, currency: str) -> PageTable:
    rows = [
        (
            str(year["year"]),
            count(year["unresolved"]["lines"]),
            money(year["unresolved"]["imports"]),
            count(year["ad_valorem_part_only"]["lines"]),
            money(year["ad_valorem_part_only"]["imports"]),
            count(year["observations_used"]),
            count(year["no_quantity"]),
            count(year["outliers"]),
        )
        for year in run.get("years", [])
    ]
    caption = (
        "Not known: purely specific duties without any usable observation. Percentage only: duties with a specific "
        "part that no observation tells anything about."
    )
    head = [
        "year", "rate not known: lines", f"their imports, {currency}", "percentage only: lines",
        f"their imports, {currency}", "observations used", "without a quantity", "outliers dropped",
    ]  # fmt: skip
    return plain_table("gaps", "What could not be computed", caption, head, rows)


def _trade(run: Run, currency: str) -> PageTable:
    years = run.get("trade", {}).get("years", [])
    causes = list(dict.fromkeys(cause for year in years for cause in year["weighs_no_line"]))
    rows = []
    for year in years:
        whole = year["all"]["value"]
        values = [year["weighs_no_line"].get(cause, {"value": 0.0})["value"] for cause in causes]
        shares = [share(value, whole) for value in (year["weighs"]["value"], *values)]
        rows.append((str(year["year"]), ", ".join(year["periods"]), money(whole), *shares))
    head = ["year", "trade of", f"all, {currency}", "weighs a line", *(f"no: {cause}" for cause in causes)]
    caption = "What became of the trade that each year rests on. Trade that weighs no line is in no weighted mean."
    return plain_table("trade", "Trade that weighs no line, and why", caption, head, rows, words=2)
