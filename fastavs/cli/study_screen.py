"""What several screens say of a study: its title, and what was set aside of its trade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastavs.cli.console import count, head, make_table, money, percent, plural, say
from fastavs.results.facts import dollar_told, large_losses

if TYPE_CHECKING:
    from rich.console import Console

    from fastavs.checked import Checked


"""A reason that takes more than this of the rows or of the value leads the screen."""


def show_title(console: Console, checked: Checked) -> None:
    """Print the study's name, its note, and what its values are."""
    config = checked.config
    say(console, config.name, style="bold")
    if config.note:
        say(console, config.note)
    lifted = ", ".join(f"{one.partner} {one.factor:g}" for one in config.valuation)
    if config.value_basis == "not stated":
        values = f"Values are in {config.currency}; whether they are CIF or FOB is not stated (value_basis)"
    else:
        values = f"Values are {config.value_basis}, in {config.currency}"
    factor = config.trade.value_factor
    values += f", {factor:,.9g} times those of the files" if factor != 1.0 else ""
    values += f"; lifted by a factor for {lifted}." if lifted else "."
    if config.value_basis == "FOB":
        values += " FOB leaves freight and insurance out: where duty is charged on CIF, AVEs come out too high."
    say(console, values, style=None if config.value_basis == "CIF" else "yellow")
    dollar = checked.dollar
    if dollar:
        sure = bool(config.schedules.dollar) or dollar.code == config.currency
        say(console, dollar_told(checked), style=None if sure else "yellow")


def show_unread(console: Console, counts: dict[str, Any], currency: str, written: bool) -> None:
    """Print the duties that cannot be read, whose lines are set aside; `written` says whether they stand in a file."""
    unread = counts["unread_duties"]
    if not unread:
        return
    lines, imports = sum(one["lines"] for one in unread), sum(one["imports"] for one in unread)
    head(console, f"Duties that cannot be read: {plural(lines, 'line')} set aside (trade in {currency})")
    table = make_table("lines", "trade", "duty", "why not", left=(2, 3))
    for one in unread:
        table.add_row(count(one["lines"]), money(one["imports"]), one["duty"], one["reason"])
    console.print(table)
    say(
        console,
        f"Their trade: {money(imports)}.{' Line by line: unread_duties.csv.' if written else ''}",
        style="yellow",
    )
    say(console, f"The first: {unread[0]['first']}. Where such a line is bound, its bound duty counts alone.")


def show_unused(console: Console, unused: dict[str, tuple[int, float]]) -> None:
    """Print the trade periods that no year rests on, with their value and rows."""
    if unused:
        values = ", ".join(f"{period} ({money(value)})" for period, (_, value) in unused.items())
        rows = ", ".join(f"{count(rows)} of {period}" for period, (rows, _) in unused.items())
        say(console, f"No year rests on the trade of {values}. Rows: {rows}.", style="yellow")


def show_lead(console: Console, counts: dict[str, Any]) -> None:
    """Print what a reader must know before any figure: reasons that take much of the trade, and remarks on its rows."""
    for told in large_losses(counts):
        say(console, told, style="yellow")
    for remark in counts["remarks"]:
        say(console, remark, style="yellow")


def show_set_aside(console: Console, counts: dict[str, Any], written: bool) -> None:
    """Print what was set aside and why; `written` says whether the rows themselves stand in files."""
    head(console, f"Set aside, of {plural(counts['rows_read'], 'trade row')} read")
    if counts["set_aside"]:
        table = make_table("reason", "whole\nrow", "quantity\nalone", "rows,\n%", "value,\n%")
        for one in counts["set_aside"]:
            number = count(one["count"])
            shares = percent(one["share_of_rows"]), percent(one["share_of_value"])
            table.add_row(one["reason"], *((number, "") if one["lost"] == "row" else ("", number)), *shares)
        console.print(table)
        where = " All of it, row by row: set_aside.parquet." if written else ""
        say(console, f"A row that loses its quantity alone still weighs.{where}")
        say(console, "The first of each (rows count from 1, without the header):")
        for one in counts["set_aside"]:
            say(console, f"  {one['reason']}: {one['first']}")
    else:
        say(console, "Nothing.")
    if counts["suspects"]:
        where = " They stand in mislabelled.csv." if written else ""
        rows = plural(counts["suspects"], "row looks", "rows look")
        say(console, f"{rows} mislabelled: mass and quantity do not fit each other.{where}")
    for note in counts["notes"]:
        say(console, f"{note}.", style="yellow")
    show_cautions(console, counts)


def show_cautions(console: Console, counts: dict[str, Any]) -> None:
    """Print what most likely is a mistake and stops nothing."""
    if counts["cautions"]:
        head(console, "What may be a mistake")
        for one in counts["cautions"]:
            say(console, one, style="yellow")
