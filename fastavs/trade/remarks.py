"""Remarks on rows that all count: periods that hold the same rows, a country as its own partner."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from fastavs.countries.partner import iso3
from fastavs.inputs.trade_columns import plain_name
from fastavs.tables.sources import stretches
from fastavs.trade.trade_rows import TradeRows

FEW = 5
"""Periods of fewer rows may hold the same ones by chance."""
REPORTERS = frozenset(
    (
        "reporter", "reportercode", "reporteriso", "reporterdesc", "reportername", "rtcode", "rttitle", "rt3iso",
        "declarant", "declarantiso",
    )
)  # fmt: skip
"""What offices call the column of the country whose statistics they are, as `plain_name` gives it."""
_ODD = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))


def tell_of_same_periods(rows: TradeRows) -> None:
    """Remark on two periods whose rows are the same: one year's file under the name of another's."""
    counts = np.bincount(rows.period, minlength=len(rows.periods))
    several = [place for place in np.flatnonzero(counts >= FEW).tolist() if (counts == counts[place]).sum() > 1]
    if not several:
        return
    sums = _sums(rows)
    for first, second in combinations(several, 2):
        if counts[first] == counts[second] and (sums[:, first] == sums[:, second]).all():
            names = " and ".join(sorted((rows.periods[first], rows.periods[second])))
            rows.remarks.append(
                f"The {counts[first]:,} rows of {names} are the same in code, partner and value: is one file there "
                "twice?"
            )


def _sums(rows: TradeRows) -> np.ndarray:
    """Return two sums for each period that do not depend on the order of its rows, int64[2, periods]."""
    sums = np.zeros((2, len(rows.periods)), dtype=np.int64)
    for some in stretches(rows.value.size):
        mixed = rows.code[some].astype(np.uint64) * _ODD[0]
        mixed ^= rows.partner[some].astype(np.uint64) * _ODD[1]
        mixed ^= rows.value[some].view(np.uint64) * _ODD[2]
        mixed ^= mixed >> np.uint64(29)
        mixed *= _ODD[0]
        for which, part in enumerate((mixed >> np.uint64(32), mixed & np.uint64(0xFFFFFFFF))):
            added = np.bincount(rows.period[some], part.astype(np.float64), len(rows.periods))
            sums[which] += added.astype(np.int64)  # whole numbers that float64 holds exactly
    return sums


def tell_of_own_country(rows: TradeRows) -> None:
    """Remark on trade of a country with itself, where a column says whose statistics they are."""
    for column, value in rows.constants.items():
        own = iso3(value) if value and plain_name(column) in REPORTERS else None
        places = [place for place, partner in enumerate(rows.partners) if own and iso3(partner) == own]
        if not places:
            continue
        left = rows.rows_left()
        mine = left[np.isin(rows.partner[left], places)]
        if mine.size:
            many = "1 row has" if mine.size == 1 else f"{mine.size:,} rows have"
            worth = f"{own}, worth {rows.value[mine].sum():,.0f}"
            rows.remarks.append(
                f"{many} the reporting country itself as partner ({worth}): goods that come back. They count as those "
                f'of any partner; [partners] exclude = ["{own}"] leaves them out of rates.'
            )
            return
