"""Columns that break a row down, such as the mode of transport: totals beside their parts, and parts that add up."""

from __future__ import annotations

import numpy as np

from fastavs.inputs.set_aside import PART_OF_TOTAL
from fastavs.inputs.trade_columns import plain_name
from fastavs.trade.flows import NAMES as FLOWS
from fastavs.trade.together import Together, groups_of

TOTALS = frozenset(("", "-", "0", "00", "000", "c00", "w00", "wld", "world", "total", "tot", "all", "t", "4", "9999"))
"""What stands for the total in such a column, where the parts add up to it; compare in small letters."""
KNOWN = frozenset(
    ("motcode", "motdesc", "customscode", "customsdesc", "moscode", "partner2code", "partner2iso", "partner2desc")
)
"""Names of columns of Comtrade that break rows down, as `plain_name` gives them."""
LONGEST_VALUE = 24
FEW = 60
"""A column of more values, most of them of one row, numbers rows and parts nothing."""
WITHIN = 0.01
"""How far, relatively, parts may add up beside the total of a file and still be all of it."""


def is_total(column: str, value: str) -> bool:
    """Whether a value of a column may stand for the total of the others."""
    return value.casefold() in TOTALS


def sift_breakdowns(rows: Together) -> None:
    """Set aside the parts of totals that stand beside them, column by column."""
    for column, (codes, values) in rows.splits.items():
        totals = [place for place, value in enumerate(values) if is_total(column, value)]
        if not totals or plain_name(column) in FLOWS:
            continue
        left = rows.rows_left()
        whole_row = np.isin(codes[left], totals)
        if not whole_row.any() or whole_row.all():
            continue
        others = [
            other[left]
            for name, (other, _) in rows.splits.items()
            if name != column and _apart(other[left], codes[left])
        ]
        group, many = groups_of(rows.key(left), *others)
        whole = np.bincount(group[whole_row], rows.value[left][whole_row], many)
        parts = np.bincount(group[~whole_row], rows.value[left][~whole_row], many)
        both = (whole > 0.0) & (parts > 0.0)
        if both.any() and abs(whole[both].sum() - parts[both].sum()) <= WITHIN * whole[both].sum():
            rows.lose(left[~whole_row & both[group]], f"{PART_OF_TOTAL} ({column})")


def _apart(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two columns part rows each in its own way, and neither says what the other says in other words."""
    pairs = np.unique(one.astype(np.int64) * (int(other.max(initial=0)) + 1) + other)
    return bool(pairs.size > max(np.unique(one).size, np.unique(other).size))


def tell_of_splits(rows: Together) -> None:
    """Remark on columns that no one named and that have several values within one period, code and partner."""
    told = [f"{column} (too many values, or fractions, to be compared)" for column in rows.overflowed]
    for column, (codes, values) in rows.splits.items():
        if plain_name(column) in FLOWS:
            continue
        left = rows.rows_left()
        some = np.flatnonzero(rows.held(codes, values))
        numbers_rows = some.size > FEW and 2 * some.size > left.size and plain_name(column) not in KNOWN
        if some.size < 2 or numbers_rows:
            continue
        key = rows.key(left)
        pairs = np.unique(key * len(values) + codes[left])
        if pairs.size > np.unique(key).size:
            held = [values[place][:LONGEST_VALUE] or "nothing" for place in some]
            more = f" and {len(held) - 5} more" if len(held) > 5 else ""
            told.append(f"{column} ({', '.join(held[:5])}{more})")
    if told:
        rows.remarks.append(
            f"Rows of one period, code and partner differ in columns that the study does not name, and are added up: "
            f"{'; '.join(told)}. Leave out what does not belong."
        )
