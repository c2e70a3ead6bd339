"""Lines set aside because their duty cannot be read, and the trade that they would have."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from fastavs.errors import own_row, place_of
from fastavs.inputs.unread import by_text

if TYPE_CHECKING:
    from fastavs.checked import Checked

SCHEMA = pa.schema([
    ("schedule", pa.string()), ("year", pa.int64()), ("line", pa.string()), ("duty", pa.string()),
    ("reason", pa.string()), ("file", pa.string()), ("row", pa.int64()), ("imports", pa.float64()),
])  # fmt: skip


def unread_lines(checked: Checked) -> pa.Table:
    """Return a row for each line of a year whose duty cannot be read; `imports` is in the study's currency.

    Imports are those that begin with the line's code in the periods that the year rests on, of all partners.
    """
    trade = _Trade(checked) if checked.unread else None
    rows = [
        {
            "schedule": one.kind, "year": year, "line": line, "duty": one.text, "reason": one.reason, "file": one.file,
            "row": own_row(one.file, row),
            "imports": trade.value(line, checked.serving.periods_of(year)) if trade else 0.0,
        }
        for one in checked.unread
        for row, year, line in zip(one.rows, one.years, one.lines, strict=True)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, SCHEMA)


def unread_record(checked: Checked) -> list[dict[str, Any]]:
    """Return what cannot be read by text: why, how many lines have it, the first, and their trade in the base."""
    trade = _Trade(checked) if checked.unread else None
    found = []
    for some in by_text(checked.unread):
        pairs = {
            (line, period)
            for one in some
            for year, line in zip(one.years, one.lines, strict=True)
            for period in checked.serving.periods_of(year)
        }
        found.append({
            "duty": some[0].text,
            "reason": some[0].reason,
            "rows": sum(len(one.rows) for one in some),
            "lines": len({line for line, _ in pairs}),
            "first": f"{place_of(some[0].file, some[0].rows[0])}, line {some[0].lines[0]}",
            "imports": sum(trade.value(line, (period,)) for line, period in sorted(pairs)) if trade else 0.0,
        })  # fmt: skip
    return sorted(found, key=lambda one: (-float(one["imports"]), -int(one["lines"])))


class _Trade:
    """The value recorded by code and period."""

    def __init__(self, checked: Checked) -> None:
        trade = checked.trade
        self.codes = trade.codes
        periods = len(trade.periods)
        flat = np.zeros(len(trade.codes) * periods)
        for stretch in trade.rows.stretches():
            place = trade.rows.code[stretch].astype(np.int64) * periods + trade.rows.period[stretch]
            flat += np.bincount(place, trade.rows.value[stretch], minlength=flat.size)
        self.values = flat.reshape(len(trade.codes), periods)

    def value(self, line: str, periods: tuple[int, ...]) -> float:
        """Return what some periods record under codes that begin with a line's."""
        first, last = bisect_left(self.codes, line), bisect_left(self.codes, line + ":")  # the colon follows the digits
        return float(self.values[first:last, list(periods)].sum())
