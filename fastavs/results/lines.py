"""Lines of all years as a table, and in a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fastavs.errors import InputError
from fastavs.evaluation.lines import LineColumns
from fastavs.index.lines_of_years import LineLayout
from fastavs.index.sorted_index import SortedIndex
from fastavs.results.groups import SCENARIO
from fastavs.tables.arrow import flags, labels, line_codes, numbers

SCHEMA = pa.schema(
    [
        ("year", pa.int64()),
        ("line", pa.string()),
        ("rate", pa.float64()),
        ("applied", pa.float64()),
        ("bound", pa.float64()),
        ("ad_valorem", pa.float64()),
        ("governs", pa.string()),
        ("has_specific", pa.bool_()),
        ("match_level", pa.int64()),
        ("observations", pa.int64()),
        ("outliers", pa.int64()),
        ("no_quantity", pa.int64()),
        ("specific_share", pa.float64()),
        ("imports", pa.float64()),
        ("matched", pa.bool_()),
    ]
)
"""The columns of ``rates.parquet``."""


class LineTable:
    """Turns columns of lines into tables as ``rates.parquet`` has them; what no scenario changes is made once."""

    def __init__(self, index: SortedIndex, layout: LineLayout, some: np.ndarray | None = None) -> None:
        some = np.arange(layout.named.size) if some is None else some
        named = layout.named[some]
        self.size = named.size
        self.year = layout.year[some].astype(np.int64)
        self.line = line_codes(index.lines.key[named], layout.digits[some])

    def named(self, names: Sequence[str], columns: Sequence[LineColumns]) -> pa.Table:
        """Return the lines of scenarios, scenario by scenario, with their names."""
        n = len(names)

        def joined(name: str) -> np.ndarray:
            return np.concatenate([getattr(one, name) for one in columns])

        governs = labels(joined("bound_governs"), ["applied", "bound"])
        counts = (
            numbers(joined(name).astype(np.int64))
            for name in ("match_level", "observations", "outliers", "no_quantity")
        )
        arrays = [
            labels(np.repeat(np.arange(n), self.size), names),
            numbers(np.tile(self.year, n)),
            self.line if n == 1 else pa.concat_arrays([self.line] * n),
            *(numbers(joined(name)) for name in ("rate", "applied", "bound", "ad_valorem")),
            governs.cast(pa.string()),
            flags(joined("has_specific")),
            *counts,
            numbers(joined("specific_share")),
            numbers(joined("imports")),
            flags(joined("matched")),
        ]
        return pa.Table.from_arrays(arrays, schema=SCHEMA.insert(0, SCENARIO))


class LineFile:
    """A Parquet file of every line, written scenario by scenario: whole in the end, or not there."""

    def __init__(self, path: str | Path | None) -> None:
        self.path = None if path is None else Path(path)
        self.new = None if self.path is None else self.path.with_name(f".{self.path.name}.new")
        self.writer: pq.ParquetWriter | None = None

    def __enter__(self) -> LineFile:
        if self.new is not None:
            try:
                schema = SCHEMA.insert(0, SCENARIO)
                self.writer = pq.ParquetWriter(
                    self.new, schema, compression="zstd", write_statistics=["scenario", "year"]
                )  # fmt: skip
            except OSError as error:
                self.new.unlink(missing_ok=True)
                raise InputError(
                    f"the lines cannot be written ({error.strerror or error})", file=str(self.path),
                    cure="name a file in a folder that is there and may be written to",
                ) from None  # fmt: skip
        return self

    def write(self, table: pa.Table) -> None:
        """Write one scenario, if there is a file."""
        if self.writer is not None:
            self.writer.write_table(table, row_group_size=max(table.num_rows, 1))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.writer is None or self.new is None or self.path is None:
            return
        try:
            self.writer.close()
            if kind is None:
                self.new.replace(self.path)
        finally:
            self.new.unlink(missing_ok=True)
