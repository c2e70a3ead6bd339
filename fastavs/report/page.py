"""The report: one page for people, with everything in it, and its figures as files."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastavs.report.figures import build_figures, write_figures
from fastavs.report.findings import findings, tiles
from fastavs.report.page_tables import page_table, table_name
from fastavs.report.parts import as_parts, filled, page_path, part, put
from fastavs.report.run_tables import run_tables
from fastavs.report.words import listed, money, plural
from fastavs.results.facts import large_losses

if TYPE_CHECKING:
    from fastavs.report.sketch import ReportFigure
    from fastavs.report.table import Tables
    from fastavs.results.rates import Rates
    from fastavs.scenario.scenario import Scenario

PAGE = "report.html"
SHORT_NOTE = 60  # letters: a note this short is set large


def write_report(
    rates: Rates,
    folder: str | Path,
    run: Mapping[str, Any],
    *,
    tables: Tables | None = None,
    line: str | None = None,
) -> list[Path]:
    """Write ``report.html`` and ``figures/*.svg`` into a folder that exists; return the files.

    The page loads nothing: styles, figures and its one small script are in it.

    Parameters
    ----------
    rates : Rates
    folder : path-like
    run : mapping
        What ``run.json`` says; the seconds in it are not shown, so that the same input gives the same bytes.
    tables : Tables, optional
        What `fastavs.report.build_tables` made of the rates, if it has been called already.
    line : str, optional
        The tariff line to show by itself; otherwise one is chosen.

    Raises
    ------
    InputError
        The last year has no such line.
    """
    from fastavs.report.tables import build_tables

    made = build_tables(rates) if tables is None else tables
    figures = build_figures(rates, made, line)
    page = Path(folder) / PAGE
    page.write_text(page_text(rates, run, made, figures), encoding="utf-8", newline="\n")
    return [page, *write_figures(figures, folder)]


def write_page(rates: Rates, path: str | Path, *, line: str | None = None) -> Path:
    """Write the page alone, as a file of any name that ends in .html; return its path.

    Raises
    ------
    InputError
        The last year has no such line; or the file cannot be written.
    """
    from fastavs.report.tables import build_tables
    from fastavs.results.record import run_record

    target = page_path(path)
    made = build_tables(rates)
    run = run_record(rates, rates.checked.study_digest, {})
    return put(target, page_text(rates, run, made, build_figures(rates, made, line)))


def page_text(rates: Rates, run: Mapping[str, Any], tables: Tables, figures: Mapping[str, ReportFigure]) -> str:
    """Return the page as HTML."""
    from markupsafe import Markup

    script = part("page.js")
    summary = rates.summary().to_pylist()
    return filled(
        "template.html.j2",
        study=rates.checked.config,
        short_note=len(rates.checked.config.note) <= SHORT_NOTE,
        scenario=[] if rates.scenario is None else _scenario(rates.scenario, rates.changes_trade),
        years=list(rates.years),
        lead=[*rates.cautions, *_lead(run)],
        tiles=tiles(rates, summary),
        findings=findings(rates, summary, tables, run),
        figures=[as_parts(one) for one in figures.values()],
        tables=[page_table(one) for one in tables.values()],
        skipped=_skipped(tables.skipped),
        run_tables=run_tables(run),
        facts=_facts(run, rates.checked.config.currency),
        versions=run.get("versions", {}),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def _scenario(scenario: Scenario, changes_trade: bool) -> list[str]:
    """Return what a reader should know of the scenario that the rates are under, in sentences."""
    from fastavs.scenario.shown import changes_told, steps_told

    source = listed([one for one in (scenario.author, scenario.reference, scenario.date) if one])
    steps = [placed.step for placed in scenario.resolved().steps] if scenario.has_steps else []
    told = [_ended(scenario.title) if scenario.title else "", f"Source: {_ended(source)}" if source else ""]
    told.append(f"Under this scenario: {_ended(steps_told(steps) if steps else changes_told(scenario))}")
    if changes_trade:
        told.append("It changes the trade: what is said of trade by its causes is said of it as recorded.")
    return [one for one in told if one]


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith(".") else f"{sentence}."


def _skipped(reasons: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in the way, and which tables cannot be made for it."""
    names: dict[str, list[str]] = {}
    for table, reason in reasons.items():
        names.setdefault(reason, []).append(table_name(table))
    return {reason: listed(some) for reason, some in names.items()}


def _lead(run: Mapping[str, Any]) -> list[str]:
    """Return what a reader must know before any figure: reasons that take much of the trade, remarks on its rows."""
    counts = run.get("counts", {})
    return [*large_losses(counts), *counts.get("remarks", [])] if counts else []


def _facts(run: Mapping[str, Any], currency: str) -> list[str]:
    """Return what else a reader should know of the run, in sentences."""
    plan, counts, trade = run.get("plan", {}), run.get("counts", {}), run.get("trade", {})
    facts = []
    own = [str(year["year"]) for year in plan.get("years", []) if year["own_trade"]]
    resting = [str(year["year"]) for year in plan.get("years", []) if not year["own_trade"]]
    if own:
        facts.append(f"Rates of {_span(own)} rest on each year's own trade.")
    if resting:
        facts.append(f"Rates of {_span(resting)} rest on the trade of {listed(list(plan['base_periods']))}.")
    dollar = run.get("study", {}).get("dollar")
    if dollar:
        facts.append(f"Dollars and cents of duties are {dollar}.")
    if counts:
        lost = plural(counts["quantities_set_aside"], "quantity", "quantities")
        facts.append(
            f"{plural(counts['rows_read'], 'trade row')} read, {plural(counts['rows_set_aside'], 'row')} set aside, "
            f"{lost} set aside, {plural(counts['suspects'], 'row')} with quantities that look mislabelled."
        )
    unread = sum(one["lines"] for one in counts.get("unread_duties", []))
    if unread:
        facts.append(
            f"{plural(unread, 'line')} set aside, as the duty cannot be read (unread_duties.csv); where such a line is "
            "bound, its bound duty counts alone."
        )
    aside = trade.get("rows_set_aside", {})
    if aside.get("rows"):
        facts.append(
            f"The rows set aside are worth {money(aside['value'], currency)}, as far as their value can be read."
        )
    facts += [f"{note}." for note in counts.get("notes", ())]
    unused = trade.get("unused_periods", {})
    if unused:
        values = listed([f"{period} ({money(value, currency)})" for period, value in unused.items()])
        facts.append(f"No year rests on the trade of {values}.")
    return facts


def _span(years: list[str]) -> str:
    return years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}" if len(years) > 2 else listed(years)
