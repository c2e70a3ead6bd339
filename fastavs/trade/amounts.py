"""Quantities of a batch of trade: numbers, what stands where they are withheld, and what their units mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from fastavs.errors import InputError, UnitError
from fastavs.inputs.trade_columns import plain_name
from fastavs.tables.arrow import numbers
from fastavs.tables.columns import number_column
from fastavs.tables.tables import Piece
from fastavs.trade.rows import NO_KIND
from fastavs.units.units import KINDS, NO_UNIT, Unit, read_unit

SUPPRESSED = "quantity is suppressed"
LIMITED = "quantity is a limit, not a figure"
MARKS = frozenset(
    (
        ":", ":c", ":n", ":u", "(s)", "s", "(d)", "d", "(c)", "c", "(x)", "x", "(z)", "z", "*", "**", "***", "#",
        "..", "...", "…", "n.a.", "n.a", "n.d.", "nd", "n.e.s.", "conf", "conf.", "confidential", "suppressed",
        "withheld",
    )
)  # fmt: skip
"""What offices write where a quantity is confidential or not to be had; compare in small letters, without blanks."""


_LIMIT = re.compile(r"(?:[<>≤≥~]=?|under|over|less than|more than)\s*[0-9][0-9.,]*", re.IGNORECASE)


def is_limit(text: str) -> bool:
    """Whether a cell says that a quantity is below or above a number.

    Examples
    --------
    >>> is_limit("<1"), is_limit("less than 0,5"), is_limit("1")
    (True, True, False)
    """
    return bool(_LIMIT.fullmatch(text.strip()))


class Amount(NamedTuple):
    """A column of quantities. n rows.

    Attributes
    ----------
    amount : float64[n]
        NaN = none.
    wrong : bool[n]
        Where it holds text that is no number.
    suppressed : int64[m]
        Rows that hold a mark or a limit ("<1") instead, ascending.
    marks : list of str
        The mark of each of these.
    """

    amount: np.ndarray
    wrong: np.ndarray
    suppressed: np.ndarray
    marks: list[str]


def amount_column(piece: Piece, column: str) -> Amount | None:
    """Return a column of quantities, None where the table has no such column.

    Raises
    ------
    InputError
        As `number_column`.
    """
    if column not in piece.table.column_names:
        return None
    amount, wrong = number_column(piece, column)
    rows = np.flatnonzero(wrong)
    if not rows.size:
        return Amount(amount, wrong, rows, [])
    cells = piece.table.column(column).take(numbers(rows)).to_pylist()
    hidden = np.array(["".join(str(cell).split()).lower() in MARKS or is_limit(str(cell)) for cell in cells])
    wrong[rows[hidden]] = False
    return Amount(amount, wrong, rows[hidden], [str(cells[at]).strip() for at in np.flatnonzero(hidden)])


def check_unit(text: str | None) -> None:
    """Make sure that the unit of ``[trade] unit`` is one that duties are charged on.

    Raises
    ------
    InputError
        It is none.
    """
    if text is not None and _read_unit(text)[2]:
        try:
            read_unit(text)
        except UnitError as error:
            raise InputError(
                error.problem, key="trade.unit", value=text, expected=error.expected, cure=error.cure
            ) from None
        raise InputError("no unit", key="trade.unit", value=text, cure="leave the key out")


COMTRADE_UNITS = frozenset(("qtyunitcode", "altqtyunitcode", "qtcode", "qtaltcode"))
"""What UN Comtrade calls its columns of unit numbers, as `plain_name` gives them."""


def has_comtrade_units(piece: Piece, column: str) -> bool:
    """Whether a file calls a column of units as UN Comtrade calls its unit numbers."""
    return plain_name(piece.renamed.get(column, column)) in COMTRADE_UNITS


class Units:
    """What the distinct unit texts of a column mean, by place; `read` reads one."""

    def __init__(self, read: Callable[[str], Unit] = read_unit) -> None:
        self._read = read
        self.kinds: list[int] = []
        self.sizes: list[float] = []
        self.problems: list[str | None] = []

    def learn(self, texts: list[str]) -> None:
        """Read the texts that are new."""
        for text in texts[len(self.kinds) :]:
            kind, size, problem = _read_unit(text, self._read)
            self.kinds.append(kind)
            self.sizes.append(size)
            self.problems.append(problem)


def _read_unit(text: str, read: Callable[[str], Unit] = read_unit) -> tuple[int, float, str | None]:
    """Return a unit's kind and its size in base units, and what is wrong with it."""
    if text in NO_UNIT:
        return NO_KIND, 0.0, "quantity without a unit"
    try:
        found = read(text)
    except UnitError as error:
        known = "unit measures nothing that duties are charged on" if error.known else error.problem
        return NO_KIND, 0.0, f"{known.replace(' (', ', ').replace(')', '')} ({text})"
    return KINDS.index(found.kind), float(found.size), None


def positive(amount: np.ndarray) -> np.ndarray | None:
    """Return an amount with 0 where there is none, None if there is none at all."""
    has = amount > 0.0
    if has.all():
        return amount
    return np.where(has, amount, 0.0) if has.any() else None
