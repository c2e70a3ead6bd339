"""Rows judged by those beside them: other flows, the same row twice, totals beside their parts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastavs.inputs.set_aside import ROW, SetAside
from fastavs.tables.sources import Source
from fastavs.trade.breakdowns import sift_breakdowns, tell_of_breakdowns
from fastavs.trade.code_totals import sift_code_totals
from fastavs.trade.duplicates import sift_duplicates
from fastavs.trade.flows import sift_flows
from fastavs.trade.lost_zeros import sift_lost_zeros
from fastavs.trade.partner_totals import sift_partner_totals
from fastavs.trade.remarks import tell_of_own_country, tell_of_same_periods
from fastavs.trade.rules import Rules
from fastavs.trade.trade_rows import TradeRows


def sift(rows: TradeRows, rules: Rules, sources: Sequence[Source]) -> np.ndarray:
    """Find the rows that go because of others, int64[m], ascending; remarks stay with `rows`.

    Each step begins with a test that costs next to nothing where it does not apply.
    """
    choices = rules.choices
    sift_lost_zeros(rows, rules.tariff)
    sift_flows(rows, choices.flow)
    sift_duplicates(rows, sources, choices.duplicates == "drop")
    if choices.totals == "set_aside":
        sift_breakdowns(rows)
        sift_partner_totals(rows, rules.partners)
        sift_code_totals(rows, choices.value_factor)
    tell_of_breakdowns(rows)
    tell_of_same_periods(rows)
    tell_of_own_country(rows)
    return np.sort(np.concatenate([np.empty(0, dtype=np.int64), *(some for some, _ in rows.lost)]))


def note_lost(rows: TradeRows, sources: Sequence[Source], aside: SetAside) -> None:
    """Set aside what has gone; the files are read again, for what rows say is not kept."""
    if not rows.lost:
        return
    lost = np.concatenate([some for some, _ in rows.lost])
    reasons = [reason for _, some in rows.lost for reason in some]
    order = np.argsort(lost, kind="stable")
    file, number = rows.origin.find(lost[order])
    for place in np.unique(file):
        here = np.flatnonzero(file == place)
        for batch in sources[place].batches():
            first, last = np.searchsorted(number[here], (batch.first, batch.first + batch.table.num_rows))
            some = here[first:last]
            aside.add(batch, number[some] - batch.first, [reasons[one] for one in order[some]], ROW)
