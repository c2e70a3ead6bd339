"""The screen after ``fastavs run``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastavs.cli.console import NONE, count, head, make_table, money, percent, plural, say
from fastavs.cli.study_screen import show_lead, show_set_aside, show_title, show_unread, show_unused
from fastavs.results.thin import matched_told, thin_caution
from fastavs.results.unweighed import CAUSES, DONOR, EXCLUDED, NO_LINE, SEVERAL, UNKNOWN, UNMATCHED, UNREAD

if TYPE_CHECKING:
    from rich.console import Console

    from fastavs.checked import Checked
    from fastavs.results.rates import Rates

Record = dict[str, Any]

BRIEFLY = {
    EXCLUDED: "partner\nexcluded",
    SEVERAL: "code of\nseveral\nlines",
    DONOR: "short\ncode",
    NO_LINE: "code of\nno line",
    UNREAD: "duty\nnot\nread",
    UNMATCHED: "line not\nmatched",
    UNKNOWN: "rate not\nknown",
}
IN_FULL = {
    SEVERAL: "the code is shorter than a line, and more than one line begins with it",
    DONOR: "the code is shorter than the one line that begins with it, and short_codes is donors",
    NO_LINE: "no line of the schedule begins with the code; it is of another vintage or outside the tariff",
}


def show_run(console: Console, rates: Rates, record: Record, folder: Path) -> None:
    """Print what a run found, what it could not find, and where the results are."""
    show_title(console, rates.checked)
    for told in rates.cautions:
        say(console, told, style="yellow")
    show_lead(console, record["counts"])
    _show_summary(console, rates.summary().to_pylist())
    _show_levels(console, record["years"])
    show_unread(console, record["counts"], rates.checked.config.currency, written=True)
    show_set_aside(console, record["counts"], written=True)
    _show_ungrouped(console, record["counts"]["lines_in_no_group"], rates.year().year)
    _show_gaps(console, rates.checked, record)
    _show_trade(console, rates.checked, record["trade"])
    _show_breaches(console, record["years"], rates.checked)
    steps = ", ".join(f"{step} {seconds:.1f}" for step, seconds in record["seconds"].items())
    total = sum(record["seconds"].values())
    say(console)
    if record["replaced_although_edited"]:
        names = ", ".join(record["replaced_although_edited"])
        say(console, f"Replaced, though edited since an earlier run wrote them: {names}.", style="yellow")
    console.print(f"Results: {folder} ({plural(len(record['files']), 'file')})", style="bold", soft_wrap=True)
    say(console, f"{total:.1f} seconds: {steps}.")


def _show_ungrouped(console: Console, ungrouped: dict[str, int], year: int) -> None:
    for title, lines in ungrouped.items():
        if lines:
            say(console)
            text = f"{plural(lines, 'line')} of {year} in no group of {title}: they make up the group unassigned."
            say(console, text, style="yellow")


def _show_summary(console: Console, summary: Sequence[Record]) -> None:
    has_bound = any(row["bound_mean"] is not None for row in summary)
    head(console, "Rates, in percent")
    adjusted = ["ad-\njusted"] if any(row["adjust"] for row in summary) else []
    columns = ["year", "lines", "with\nspec.\npart", "simple\nmean", "sd", "weighted\nmean", *adjusted]
    columns += ["ad val.\nalone:\nsimple", "weighted", "by HS6\nfirst"]
    columns += ["bound\nmean", "lines\nwith\nwater"] if has_bound else []
    table = make_table(*columns, "not\nknown")
    for row in summary:
        cells = [str(row["year"]), count(row["lines"]), count(row["specific_lines"])]
        for name in ("simple_mean", "simple_sd", "weighted_mean_unadjusted"):
            cells.append(percent(row[name]))
        if adjusted:
            cells.append(percent(row["weighted_mean"]))
        for name in ("ad_valorem_simple_mean", "ad_valorem_weighted_mean", "hs6_mean"):
            cells.append(percent(row[name]))
        if has_bound:
            is_bound = row["bound_mean"] is not None
            cells += [percent(row["bound_mean"]), count(row["water_lines"]) if is_bound else NONE]
        table.add_row(*cells, count(row["unresolved_lines"]))
    console.print(table)
    if adjusted:
        text = "Adjusted: the weighted mean corrected for lines without trade, which weigh nothing: plus the simple "
        say(console)
        text += f"mean of all lines, less that of matched lines. Lines matched: {matched_told(summary)}."
        say(console, text)
    caution = thin_caution(summary)
    if caution:
        say(console, caution, style="yellow")


def _show_levels(console: Console, years: Sequence[Record]) -> None:
    levels = {level for year in years for level in year["lines_by_level"]} - {"none"}
    names = [*sorted(levels, key=int, reverse=True), "none"]
    head(console, "Lines by match level: how many digits they share with the trade that their rates rest on")
    table = make_table(
        "year", f"all:\n{names[0]}", *names[1:], f"with a\nspecific\npart:\n{names[0]}", *names[1:]
    )  # fmt: skip
    for year in years:
        cells = [str(year["year"])]
        for kind in ("lines_by_level", "specific_lines_by_level"):
            cells += [count(year[kind][name]) if name in year[kind] else NONE for name in names]
        table.add_row(*cells)
    console.print(table)


def _show_gaps(console: Console, checked: Checked, record: Record) -> None:
    head(console, f"What could not be computed (trade in {checked.config.currency})")
    years = record["years"]
    gaps = ("unresolved", "ad_valorem_part_only")
    if not any(year[gap]["lines"] for year in years for gap in gaps) and not any(
        year["outliers"] or year["no_quantity"] for year in years
    ):
        say(console, "Every rate is known.")
        return
    table = make_table(
        "year", "rate not\nknown:\nlines", "trade", "share,\n%", "ad valorem\npart only:\nlines", "trade", "share,\n%",
        "observations\nwithout\nquantity", "outliers",
    )  # fmt: skip
    for year, trade in zip(years, record["trade"]["years"], strict=True):
        cells = [str(year["year"])]
        for gap in gaps:
            cells += [count(year[gap]["lines"]), money(year[gap]["imports"]), _share(year[gap]["imports"], trade)]
        table.add_row(*cells, count(year["no_quantity"]), count(year["outliers"]))
    console.print(table)
    say(
        console,
        "Not known: a purely specific duty without any usable observation. "
        + ("It counts as zero, as the study says." if checked.options.unresolved == "zero" else "It is in no mean.")
        + " Ad valorem part only: a duty with a specific part that no observation tells anything about.",
    )


def _show_trade(console: Console, checked: Checked, trade: Record) -> None:
    head(console, "Trade that weighs no line, in percent of the trade that the year rests on")
    years, currency = trade["years"], checked.config.currency
    causes = [cause for cause in CAUSES if any(cause in year["weighs_no_line"] for year in years)]
    table = make_table("year", f"all trade,\n{currency}", "weighs\na line", *(BRIEFLY[cause] for cause in causes))
    for year in years:
        shares = [year["weighs_no_line"].get(cause, {"value": 0.0})["value"] for cause in causes]
        cells = [_share(value, year) for value in (year["weighs"]["value"], *shares)]
        table.add_row(str(year["year"]), money(year["all"]["value"]), *cells)
    console.print(table)
    for cause in causes:
        if cause in IN_FULL:
            say(console, f"{BRIEFLY[cause].replace(chr(10), ' ').capitalize()}: {IN_FULL[cause]}.")
    unused = {period: (trade["unused_rows"][period], value) for period, value in trade["unused_periods"].items()}
    show_unused(console, unused)
    aside = trade["rows_set_aside"]
    if aside["rows"]:
        rows = plural(aside["rows"], "row")
        say(console, f"In no figure here: the {rows} set aside, worth {money(aside['value'])} as far as can be read.")


def _share(value: float, trade: Record) -> str:
    return percent(value / trade["all"]["value"]) if trade["all"]["value"] > 0.0 else NONE


def _show_breaches(console: Console, years: Sequence[Record], checked: Checked) -> None:
    """Name the lines applied above bound: breaches where the year's own tariff is, cuts due where an older one is."""
    unbound = [f"{year['year']} ({year['lines_without_bound']:,})" for year in years if year["lines_without_bound"]]
    if unbound:
        say(console)
        text = "Applied lines with no bound line of their heading, in no figure of the year: "
        say(console, text + ", ".join(unbound) + ".", style="yellow")
    own = [year for year in years if year["breaches"] and year["year"] in checked.applied]
    due = [year for year in years if year["breaches"] and year["year"] not in checked.applied]
    for some, what, style in (
        (own, "Applied above bound, in lines a year", "red"),
        (due, f"Bound below the applied tariff of {checked.serving.applied_year}, cuts due, in lines a year", None),
    ):
        if some:
            say(console)
            lines = ", ".join(f"{year['year']} ({year['breaches']:,})" for year in some)
            say(console, f"{what}: {lines}. See breaches.csv.", style=style)
