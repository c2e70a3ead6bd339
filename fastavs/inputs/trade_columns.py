"""The columns of the trade table, and of the table that names rows to be dropped."""

from __future__ import annotations

from fastavs.tables.tables import Columns

TRADE_COLUMNS = Columns(
    "trade",
    ("period", "line", "partner", "unit", "unit_2", "mislabelled"),
    ("value", "quantity", "quantity_2", "net_mass_kg"),
    ("period", "line", "partner", "value"),
)
DROP_COLUMNS = Columns("drop", ("period", "line", "partner", "reason"), (), ("period", "line", "partner", "reason"))
