"""The screen of ``fastavs check``: what was read, and which year would rest on which trade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastavs.cli.console import NONE, count, head, make_table, plural, say
from fastavs.cli.study_screen import show_lead, show_set_aside, show_title, show_unread, show_unused
from fastavs.duty import Add, Duty, Max, Min, Specific
from fastavs.results.facts import plan_record, reading_record, study_record, unused_periods
from fastavs.results.scale import remarks_of_sample

if TYPE_CHECKING:
    from rich.console import Console

    from fastavs.checked import Checked
    from fastavs.inputs.schedule import YearSchedule

Record = dict[str, Any]
FORMS = ("ad valorem", "specific", "greater of", "lesser of", "sum", "nested")


def check_record(checked: Checked) -> Record:
    """Return what a study's inputs hold, before anything is computed."""
    trade = checked.trade
    schedules = [*checked.applied.values(), *checked.bound.values()]
    counts = reading_record(checked)
    counts["remarks"] += remarks_of_sample(checked)
    return {
        "study": study_record(checked),
        "inputs": checked.inputs.digests(),
        "counts": counts,
        "plan": plan_record(checked),
        "trade": {
            "periods": trade.periods,
            "codes": len(trade.codes),
            "partners": len(trade.partners),
            "unused_periods": unused_periods(checked),
            "excluded_partners": [trade.partners[place] for place in np.flatnonzero(trade.excluded.any(axis=1))],
        },
        "schedules": [_schedule_record(one) for one in schedules],
        "currencies": sorted({one for schedule in schedules for duty in schedule.duties for one in duty.currencies}),
        "groups": {
            name: {"groups": len(set(grouping.members)), "prefixes": len(grouping.prefixes)}
            for name, grouping in checked.groups.items()
        },
    }


def _schedule_record(schedule: YearSchedule) -> Record:
    used = np.bincount(schedule.duty, minlength=len(schedule.duties))
    forms = dict.fromkeys(FORMS, 0)
    for duty, lines in zip(schedule.duties, used, strict=True):
        forms[form_of(duty)] += int(lines)
    return {
        "kind": schedule.kind,
        "year": schedule.year,
        "digits": schedule.digits,
        "lines": schedule.keys.size,
        "duties": len(schedule.duties),
        "lines_by_form": forms,
    }


def form_of(duty: Duty) -> str:
    """Return the form of a duty, one of `FORMS`.

    Examples
    --------
    >>> from fastavs.duty import parse_duty
    >>> [form_of(parse_duty(text)) for text in ("5%", "max(5%, 2 EUR/kg)", "min(5%, max(2%, 1 EUR/kg))")]
    ['ad valorem', 'greater of', 'nested']
    """
    if not duty.has_specific:
        return "ad valorem"
    if isinstance(duty.expr, Specific):
        return "specific"
    if duty.expr.depth > 2:
        return "nested"
    if isinstance(duty.expr, Max | Min):
        return "greater of" if isinstance(duty.expr, Max) else "lesser of"
    return "sum" if isinstance(duty.expr, Add) else "nested"


def show_check(console: Console, checked: Checked, record: Record) -> None:
    """Print what `check_record` found."""
    show_title(console, checked)
    show_lead(console, record["counts"])
    _show_schedules(console, record)
    trade = record["trade"]
    head(console, f"Trade: {plural(record['counts']['rows_read'], 'row')}, {plural(trade['codes'], 'code')}, "
         f"{plural(trade['partners'], 'partner')}")  # fmt: skip
    say(console, f"Periods: {', '.join(trade['periods'])}.")
    if trade["excluded_partners"]:
        say(console, f"Excluded, always or at times: {', '.join(trade['excluded_partners'])}.")
    show_unread(console, record["counts"], checked.config.currency, written=False)
    show_set_aside(console, record["counts"], written=False)
    _show_plan(console, record["plan"])
    show_unused(console, trade["unused_periods"])
    for name, group in record["groups"].items():
        say(
            console,
            f"Grouping {name}: {plural(group['groups'], 'group')}, {plural(group['prefixes'], 'prefix', 'prefixes')}.",
        )
    say(console)
    currencies = ", ".join(record["currencies"])
    rates = f"Every exchange rate that a duty needs is there ({currencies})." if currencies else "No rate is needed."
    say(console, f"{rates} Nothing stands in the way of a run.", style="bold")


def _show_schedules(console: Console, record: Record) -> None:
    head(console, "Schedules: lines by the form of their duty")
    schedules = record["schedules"]
    forms = [form for form in FORMS if any(one["lines_by_form"][form] for one in schedules)]
    table = make_table("", "year", "digits", "lines", "distinct\nduties", *forms)
    for one in schedules:
        cells = [count(one["lines_by_form"][form]) if one["lines_by_form"][form] else NONE for form in forms]
        table.add_row(
            one["kind"], str(one["year"]), str(one["digits"]), count(one["lines"]), count(one["duties"]), *cells
        )
    console.print(table)


def _show_plan(console: Console, plan: Record) -> None:
    head(console, "Which year rests on which trade")
    table = make_table("year", "schedules", "rests on", "periods", left=(0, 1, 2, 3))
    for year in plan["years"]:
        carried = "" if "applied" in year["schedules"] else f", applied of {plan['applied_year']}"
        table.add_row(
            str(year["year"]),
            " and ".join(year["schedules"]) + carried,
            "its own trade" if year["own_trade"] else "the base period",
            ", ".join(year["periods"]),
        )
    console.print(table)
