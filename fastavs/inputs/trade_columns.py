"""The columns of the trade table, and of the table that names rows to be dropped."""

from __future__ import annotations

import re

import pyarrow as pa

from fastavs.tables.columns import TEXT_ALONE
from fastavs.tables.tables import Columns

_DATES = frozenset(
    ("date", "day", "week", "time", "year", "refyear", "refperiodid", "datetime")
)  # fmt: skip


_UNITS = ("unit", "uom", "edizm")  # rows of one key may be in several units


def plain_name(name: str) -> str:
    """Return a column's name without case, blanks and signs, so that spellings meet.

    Examples
    --------
    >>> plain_name("Trade Flow"), plain_name("flowCode"), plain_name("STAT_PROCEDURE")
    ('tradeflow', 'flowcode', 'statprocedure')
    """
    return re.sub(r"[\W_]", "", name.casefold())


def may_part(field: pa.Field) -> bool:
    """Whether a column is of a kind that can part rows: texts, or numbers that may stand for something.

    A gap makes floats of whole numbers in pandas; whether floats are whole, their values tell.
    """
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    name = plain_name(field.name)
    if name in _DATES or any(one in name for one in _UNITS) or (name in TEXT_ALONE and is_numeric(kind)):
        return False
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or is_numeric(kind)
    )


def is_numeric(kind: pa.DataType) -> bool:
    """Whether a type is one of whole numbers or of floats."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def further_columns(schema: pa.Schema) -> list[str]:
    """Return the columns of a trade file that may part its rows, whatever they are called."""
    return [field.name for field in schema if may_part(field)]


def every_column(schema: pa.Schema) -> list[str]:
    """Return all columns of a table."""
    return list(schema.names)


TRADE_COLUMNS = Columns(
    "trade",
    ("period", "line", "partner", "unit", "unit_2", "mislabelled", "flow"),
    ("value", "quantity", "quantity_2", "net_mass_kg"),
    ("period", "line", "partner", "value"),
    further_columns,
)
DROP_COLUMNS = Columns("drop", ("period", "line", "partner", "reason"), (), ("period", "line", "partner", "reason"))
