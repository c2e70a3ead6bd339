"""``fastavs sweep --check``: what scenarios touch, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from fastavs.cli.console import make_console, make_table, percent, say
from fastavs.reform.account import still_years
from fastavs.scenario.step_words import named
from fastavs.shown.words import plural

if TYPE_CHECKING:
    from fastavs.reform.account import Account
    from fastavs.scenario.scenario import Scenario


_IN_TIME = ("delay", "advance", "freeze")


def show_account(found: Account, scenarios: Sequence[Scenario], years: Sequence[int], as_json: bool) -> None:
    """Print an account; `years` are those whose lines are shown, the last with any by default."""
    if as_json:
        from fastavs.tables.write import to_json

        click.echo(to_json({"steps": list(found.rows)}), nl=False)
        return
    console = make_console()
    say(console, f"{found.title}: what scenarios touch; nothing is worked out", style="bold")
    for one in scenarios:
        rows = [row for row in found.rows if row["scenario"] == one.name]
        if not one.has_steps:
            told = (
                "has no steps and changes nothing" if one.leaves_all else "has changes of version 0.1.0, and no steps"
            )
            say(console, f"{one.name}: {told}")
            continue
        say(console, one.name, style="bold")
        screen = make_table("step", "what", "lines", "changed", "of years", "% of\ntrade", "partners", left=(0, 1, 4))
        for row in rows:
            partners = "" if row["partners"] is None else f"{row['partners']:,}"
            share = "" if row["share"] is None else percent(row["share"])
            screen.add_row(
                _where(row, one.name), row["verb"], _lines(row, years), _lines(row, years, "changed"), _years(row),
                share, partners,
            )  # fmt: skip
        console.print(screen)
        for row in rows:
            for told in _told(row):
                say(console, f"Step {row['step']} ({row['verb']}): {told}", style="yellow")


def _where(row: dict[str, Any], name: str) -> str:
    """Say where a step stands: one of a base is named with it."""
    return str(row["step"]) if row["written_in"] == name else f"{row['step']} (of {row['written_in']})"


def _lines(row: dict[str, Any], years: Sequence[int], what: str = "lines") -> str:
    """Count lines: one number if all years have as many, else those of the years that are shown."""
    if row[what] is None:
        return ""
    some = [one for one in row[f"{what}_by_year"] if one["lines"] and (not years or one["year"] in years)]
    numbers = {one["lines"] for one in some}
    if len(numbers) < 2:
        return f"{next(iter(numbers), 0):,}"
    return f"{min(numbers):,} to {max(numbers):,}" if len(some) > 4 else ", ".join(f"{one['lines']:,}" for one in some)


def _years(row: dict[str, Any]) -> str:
    years = [one["year"] for one in row["lines_by_year"] or () if one["lines"]]
    return "" if not years else str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"


def _told(row: dict[str, Any]) -> list[str]:
    """Say in words what else was counted."""
    counts = (
        ("rate_found", "lines had no known rate and have one now"),
        ("left_as_they_are", "duties of all years stay as they are: they have no rate, or it is 0"),
        ("now_outliers", "observations come to be outliers"),
        ("no_longer_outliers", "observations are outliers no longer"),
    )
    still = still_years(row) if row["verb"] in _IN_TIME else []
    years = [f"it changes no duty of {plural(len(still), 'year')}: {named(still)}"] if still else []
    return [*row["notes"], *years, *(f"{row[name]:,} {told}" for name, told in counts if row[name])]
