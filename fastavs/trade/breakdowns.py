"""Columns that break a row down, such as the mode of transport: totals beside their parts, and parts that add up."""

from __future__ import annotations

import numpy as np

from fastavs.inputs.set_aside import PART_OF_TOTAL
from fastavs.inputs.trade_columns import plain_name
from fastavs.trade.flows import NAMES as FLOWS
from fastavs.trade.trade_rows import TradeRows, groups_of

TOTALS = frozenset(("-", "0", "00", "000", "c00", "w00", "wld", "world", "total", "tot", "all", "t"))
"""What stands for the total in such a column, where the parts add up to it; compare in small letters."""
_PARTS_OF_YEAR = frozenset(("month", "months", "refmonth", "quarter", "refquarter", "freq", "freqcode", "frequency"))
"""Columns that tell parts of a year from the whole of it, as `plain_name` gives them."""
_TOTAL_BY_COLUMN = dict.fromkeys(
    ("statprocedure", "statregime", "statisticalprocedure", "statisticalregime"), frozenset("4")
) | dict.fromkeys(_PARTS_OF_YEAR, frozenset(("52", "a", "annual", "year", "yearly")))
"""What else stands for the total in columns of Comext, and for a year (52 is Comtrade's), by the plain name."""
KNOWN = frozenset(
    ("motcode", "motdesc", "customscode", "customsdesc", "moscode", "partner2code", "partner2iso", "partner2desc")
).union(_PARTS_OF_YEAR)
"""Names of columns of Comtrade that break rows down, as `plain_name` gives them; there one part may be the total."""
LONGEST_VALUE = 24
FEW = 60
"""A column of more values, most of them of one row, numbers rows and parts nothing."""
WITHIN = 0.01
"""How far, relatively, parts may add up beside their total and still be all of it."""


def is_total(column: str, value: str) -> bool:
    """Whether a value of a column may stand for the total of the others."""
    return value.casefold() in TOTALS or value.casefold() in _TOTAL_BY_COLUMN.get(plain_name(column), ())


def sift_breakdowns(rows: TradeRows) -> None:
    """Set aside the parts of totals that stand beside them, column by column; each period, code and partner by itself.

    Where parts do not add up to their total, all rows stay and are told of.
    """
    for column, (codes, values) in rows.breakdowns.items():
        totals = [place for place, value in enumerate(values) if is_total(column, value)]
        if not totals or plain_name(column) in FLOWS:
            continue
        left = rows.rows_left()
        is_whole = np.isin(codes[left], totals)
        is_part = ~is_whole & (codes[left] > 0)
        if is_whole.any() and is_part.any():
            _sift_column(rows, column, left, is_whole, is_part)


def _sift_column(rows: TradeRows, column: str, left: np.ndarray, is_whole: np.ndarray, is_part: np.ndarray) -> None:
    """Set aside the parts in one column, if totals have them in most of its groups, or in the most of its value.

    Parameters
    ----------
    rows : TradeRows
    column : str
    left : int64[m]
        The rows that are left.
    is_whole, is_part : bool[m]
    """
    codes, value = rows.breakdowns[column][0][left], rows.value[left]
    others = [
        other[left] for name, (other, _) in rows.breakdowns.items() if name != column and _apart(other[left], codes)
    ]
    group, many = groups_of(rows.key(left), *others)
    whole = np.bincount(group[is_whole], value[is_whole], many)
    parts = np.bincount(group[is_part], value[is_part], many)
    kinds = np.unique(np.stack((group[is_part], codes[is_part])), axis=1)[0]
    several = np.bincount(kinds, minlength=many) > 1
    both = (whole > 0.0) & (parts > 0.0)
    fits = both & (np.abs(whole - parts) <= WITHIN * whole)
    most = 2 * fits.sum() >= both.sum() or 2.0 * whole[fits].sum() >= whole[both].sum()
    if not most or not (fits & several if plain_name(column) not in KNOWN else fits).any():
        return
    rows.lose(left[is_part & fits[group]], f"{PART_OF_TOTAL} ({column})")
    differ = both & ~fits
    if differ.any():
        first = rows.where(int(left[is_whole & differ[group]].min()))
        rows.remarks.append(
            f"Column {column}: totals worth {whole[differ].sum():,.6g} (the first: {first}) stand beside parts worth "
            f"{parts[differ].sum():,.6g} that do not add up to them, though others do. All of these count."
        )


def _apart(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two columns part rows each in its own way, and neither says what the other says in other words."""
    pairs = np.unique(one.astype(np.int64) * (int(other.max(initial=0)) + 1) + other)
    return bool(pairs.size > max(np.unique(one).size, np.unique(other).size))


def tell_of_breakdowns(rows: TradeRows) -> None:
    """Remark on columns that no one named and that have several values within one period, code and partner."""
    many = [column for column in rows.overflowed if plain_name(column) not in FLOWS]
    told = [f"{column} (too many values, or fractions, to be compared)" for column in many]
    left, key, keys = rows.rows_left() if rows.breakdowns else np.empty(0), np.empty(0, dtype=np.int64), 0
    for column, (codes, values) in rows.breakdowns.items():
        if plain_name(column) in FLOWS:
            continue
        some = np.flatnonzero(rows.held(codes, values))
        if plain_name(column) in _PARTS_OF_YEAR and not any(is_total(column, values[place]) for place in some):
            continue  # months alone add up to their year
        numbers_rows = some.size > FEW and 2 * some.size > left.size and plain_name(column) not in KNOWN
        if some.size < 2 or numbers_rows:
            continue
        if not keys:
            key, keys = groups_of(rows.key(left))
        one_of_key = np.zeros(keys, dtype=codes.dtype)
        one_of_key[key] = codes[left]
        if (one_of_key[key] != codes[left]).any():
            held = [values[place][:LONGEST_VALUE] or "nothing" for place in some]
            more = f" and {len(held) - 5} more" if len(held) > 5 else ""
            told.append(f"{column} ({', '.join(held[:5])}{more})")
    if told:
        rows.remarks.append(
            f"Rows of one period, code and partner differ in columns that the study does not name, and are added up: "
            f"{'; '.join(told)}. Leave out what does not belong."
        )
