"""What a study's inputs hold, before anything is computed: title, which trade serves which year, what was set aside."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from fastavs.inputs.set_aside import DROPPED, QUANTITY, ROW
from fastavs.results.cautions import cautions
from fastavs.results.cures import CHOSEN, cure_of
from fastavs.results.unread_duties import unread_record
from fastavs.warned import Caution

if TYPE_CHECKING:
    from fastavs.checked import Checked


SHARE_DIGITS = 9
LARGE = 0.01
"""The share of rows or value that a reason must take to be said before any figure."""


def study_record(checked: Checked) -> dict[str, Any]:
    """Return the study's title, as it stands on everything made from the study, and how its trade is read."""
    config = checked.config
    return {
        "name": config.name,
        "note": config.note,
        "currency": config.currency,
        "value_basis": config.value_basis,
        "valuation": {one.partner: one.factor for one in config.valuation},
        "dollar": checked.dollar.code if checked.dollar else None,
        "value_factor": config.trade.value_factor,
        "trade": {name: value for name, value in msgspec.to_builtins(config.trade).items() if name != "files"},
    }


def dollar_told(checked: Checked) -> str:
    """Return what "$" and cents of duties are read as, in words; empty where no duty has any."""
    dollar = checked.dollar
    if dollar is None:
        return ""
    other = "" if checked.config.schedules.dollar else ' Another: [schedules] dollar = "...".'
    return f"Dollars and cents of duties are {dollar.code}, {dollar.reason}.{other}"


def plan_record(checked: Checked) -> dict[str, Any]:
    """Return which year rests on which periods."""
    serving, periods = checked.serving, checked.trade.periods
    resting = [year for year in serving.years if year not in serving.own_periods]
    return {
        "base_periods": [periods[place] for place in serving.base_periods],
        "first_year": resting[0] if resting else None,
        "applied_year": serving.applied_year,
        "years": [
            {
                "year": year,
                "own_trade": year in serving.own_periods,
                "periods": [periods[place] for place in serving.periods_of(year)],
                "schedules": [
                    kind for kind, some in (("applied", checked.applied), ("bound", checked.bound)) if year in some
                ],
            }
            for year in serving.years
        ],
    }


def unused_periods(checked: Checked) -> dict[str, tuple[int, float]]:
    """Return rows and value (study's currency) of each trade period that no year rests on."""
    trade, serving = checked.trade, checked.serving
    used = {place for year in serving.years for place in serving.periods_of(year)}
    found = {}
    for place in range(len(trade.periods)):
        if place not in used:
            value = trade.rows.value[trade.rows.period == place]
            found[trade.periods[place]] = (value.size, math.fsum(value))
    return found


def _notes(checked: Checked) -> list[str]:
    """Return what a reader of the results should know of how the inputs were read."""
    trade = checked.config.trade
    said = [f"Codes of the trade are cut to {trade.digits} digits, as the study says"] if trade.digits else []
    said += [f"The trade is {trade.flow}, as the study says"] if trade.flow else []
    return said + checked.inputs.notes()


def large_losses(counts: Mapping[str, Any]) -> list[Caution]:
    """Return a sentence for each reason that takes more than 1 % of the rows or of the value, the largest first.

    What the study itself drops is none. `counts` is what `reading_record` says.
    """
    found = []
    for one in counts.get("set_aside", ()):
        rows, value = one["share_of_rows"], one["share_of_value"]
        if max(rows, value) > LARGE and one["reason"] != DROPPED:
            what = "set aside" if one["lost"] == ROW else "without its quantity"
            found.append((
                max(rows, value),
                Caution(
                    f"{100 * value:.2f} % of the value and {100 * rows:.2f} % of the rows are {what}: {one['reason']} "
                    f"(the first: {one['first']}).",
                    rows=one["count"],
                    cure="" if one["reason"].startswith(CHOSEN) else cure_of(one["reason"]),
                ),
            ))  # fmt: skip
    return [told for _, told in sorted(found, key=lambda one: -one[0])]


def reading_record(checked: Checked, *, suspects: bool = True) -> dict[str, Any]:
    """Return how many rows were read and what was set aside; without `suspects`, none are looked for."""
    accounts = checked.set_aside.accounts()
    read = checked.trade.read
    rows, factor = max(read, 1), checked.config.trade.value_factor
    lost_value = sum(one.value for one in accounts if one.lost == ROW) * factor
    value = float(checked.trade.rows.value.sum()) + lost_value
    return {
        "rows_read": read,
        "rows_set_aside": sum(one.count for one in accounts if one.lost == ROW),
        "quantities_set_aside": sum(one.count for one in accounts if one.lost == QUANTITY),
        "set_aside": [
            {
                "lost": one.lost,
                "reason": one.reason,
                "count": one.count,
                "first": one.first,
                "share_of_rows": round(one.count / rows, SHARE_DIGITS),
                "share_of_value": round(one.value * factor / value, SHARE_DIGITS),
            }
            for one in accounts
        ],
        "remarks": list(checked.trade.remarks),
        "suspects": checked.trade.suspects.num_rows if suspects else None,
        "cautions": cautions(checked),
        "unread_duties": unread_record(checked),
        "notes": _notes(checked),
    }
