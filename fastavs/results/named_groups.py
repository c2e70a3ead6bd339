"""Groups with the names that people know them by."""

from __future__ import annotations

import pyarrow as pa

from fastavs.chapters import CHAPTER_NAMES
from fastavs.tables.arrow import texts


def with_names(table: pa.Table, grouping: str) -> pa.Table:
    """Return a table by group, chapters with their names; other groups have those of the study.

    Examples
    --------
    >>> with_names(pa.table({"group": ["22", "98"], "name": pa.nulls(2, pa.string())}), "chapter").to_pylist()
    [{'group': '22', 'name': 'Drinks and vinegar'}, {'group': '98', 'name': None}]
    """
    if grouping != "chapter":
        return table
    named = zip(table["group"].to_pylist(), table["name"].to_pylist(), strict=True)
    names = texts([name or CHAPTER_NAMES.get(group) for group, name in named])
    return table.set_column(table.column_names.index("name"), table.schema.field("name"), names)
