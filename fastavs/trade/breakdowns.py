"""Columns that break a row down, such as the mode of transport: totals beside their parts, and parts that add up."""

from __future__ import annotations

import numpy as np

from fastavs.inputs.set_aside import PART_OF_TOTAL
from fastavs.inputs.trade_columns import plain_name
from fastavs.trade.flows import NAMES as FLOWS
from fastavs.trade.together import Together, groups_of

TOTALS = frozenset(("", "-", "0", "00", "000", "c00", "w00", "wld", "world", "total", "tot", "all", "t", "4", "9999"))
"""What stands for the total in such a column, where the parts add up to it; compare in small letters."""
LONGEST_VALUE = 24
WITHIN = 0.01
"""How far, relatively, parts may add up beside the total of a file and still be all of it."""


def sift_breakdowns(rows: Together) -> None:
    """Set aside the parts of totals that stand beside them, column by column."""
    for column, (codes, values) in rows.splits.items():
        totals = [place for place, value in enumerate(values) if value.casefold() in TOTALS]
        if not totals or plain_name(column) in FLOWS:
            continue
        left = rows.rows_left()
        is_total = np.isin(codes[left], totals)
        if not is_total.any() or is_total.all():
            continue
        others = [
            other[left]
            for name, (other, _) in rows.splits.items()
            if name != column and _apart(other[left], codes[left])
        ]
        group, many = groups_of(rows.key(left), *others)
        whole = np.bincount(group[is_total], rows.value[left][is_total], many)
        parts = np.bincount(group[~is_total], rows.value[left][~is_total], many)
        both = (whole > 0.0) & (parts > 0.0)
        if both.any() and abs(whole[both].sum() - parts[both].sum()) <= WITHIN * whole[both].sum():
            rows.lose(left[~is_total & both[group]], f"{PART_OF_TOTAL} ({column})")


def _apart(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two columns part rows each in its own way, and neither says what the other says in other words."""
    pairs = np.unique(one.astype(np.int64) * 128 + other)
    return bool(pairs.size > max(np.unique(one).size, np.unique(other).size))


def tell_of_splits(rows: Together) -> None:
    """Remark on columns that no one named and that have several values within one period, code and partner."""
    told = []
    for column, (codes, values) in rows.splits.items():
        if plain_name(column) in FLOWS:
            continue
        left = rows.rows_left()
        if codes[left].min(initial=127) == codes[left].max(initial=0):
            continue
        pairs = np.unique(rows.key(left) * 128 + codes[left])
        if pairs.size > np.unique(pairs // 128).size:
            some = np.flatnonzero(rows.held(codes, values))
            held = [values[place][:LONGEST_VALUE] or "nothing" for place in some]
            more = f" and {len(held) - 5} more" if len(held) > 5 else ""
            told.append(f"{column} ({', '.join(held[:5])}{more})")
    if told:
        rows.remarks.append(
            f"Rows of one period, code and partner differ in columns that the study does not name, and are added up: "
            f"{'; '.join(told)}. Leave out what does not belong."
        )
