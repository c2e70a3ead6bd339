"""Tables and records in files."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What texts begin with that spreadsheets work out."""
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?( ?%)?")
LONGEST_NAME = 200  # bytes: systems take 255, an ending and all
CSV_ROWS = 1 << 12
"""Rows that are turned into Python's numbers and texts at a time."""


def safe_name(text: str) -> str:
    """Return a text as a file name that every system takes.

    Examples
    --------
    >>> safe_name("../ICT goods: list"), safe_name("отрасль"), safe_name("..")
    ('ICT-goods-list', 'отрасль', 'study')
    """
    short = re.sub(r"[^\w.-]+", "-", text).strip("-. ")[:80].encode()[:LONGEST_NAME]
    return short.decode(errors="ignore") or "study"


def write_csv(table: pa.Table, path: Path) -> None:
    """Write a table as CSV: null is empty, floats read back to the same bits, infinity is ``inf``.

    Texts that a spreadsheet would work out are written harmless, see `harmless`.
    """
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(map(harmless, table.column_names))
        for batch in table.to_batches(CSV_ROWS):
            writer.writerows(zip(*map(_cells, batch.columns), strict=True))


def harmless(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula: with an apostrophe before one.

    Numbers and percentages stay as they are.

    Examples
    --------
    >>> harmless("=1+1"), harmless("@SUM(A1)"), harmless("-5%"), harmless("+10% on wine"), harmless("wine")
    ("'=1+1", "'@SUM(A1)", '-5%', "'+10% on wine", 'wine')
    """
    return f"'{text}" if text[:1] in FORMULAS and not _NUMBER.fullmatch(text) else text


def _cells(column: pa.Array) -> list[Any]:
    """Return a column's cells for a CSV file."""
    cells = column.to_pylist()
    if not any(isinstance(cell, str) and cell[:1] in FORMULAS for cell in cells):
        return cells
    return [harmless(cell) if isinstance(cell, str) else cell for cell in cells]


def write_parquet(table: pa.Table, path: Path, marks: Mapping[str, str]) -> None:
    """Write a table as Parquet; `marks` are its metadata."""
    import pyarrow.parquet as pq

    pq.write_table(table.replace_schema_metadata(dict(marks)), path, compression="zstd")


def to_json(content: Any) -> str:
    """Return JSON with sorted keys: floats read back to the same bits, infinity is "inf", NaN null.

    Examples
    --------
    >>> to_json({"b": 0.1, "a": [float("inf"), None]})
    '{\\n  "a": [\\n    "inf",\\n    null\\n  ],\\n  "b": 0.1\\n}\\n'
    """
    return json.dumps(_plain(content), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(content: Any) -> Any:
    if isinstance(content, Mapping):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    if isinstance(content, float) and not math.isfinite(content):
        return None if math.isnan(content) else str(content)
    return content
