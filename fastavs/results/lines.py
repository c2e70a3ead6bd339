"""Lines of all years as a table, and in a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fastavs.evaluation.lines import LineColumns
from fastavs.index.lines_of_years import LineLayout
from fastavs.index.sorted_index import SortedIndex
from fastavs.results.groups import SCENARIO
from fastavs.tables.arrow import flags, labels, line_codes, numbers
from fastavs.tables.outputs import cannot_write, whole_files

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
        self.writer: pq.ParquetWriter | None = None
        self._place = ExitStack()

    def __enter__(self) -> LineFile:
        if self.path is not None:
            with self._told():
                (new,) = self._place.enter_context(whole_files([self.path]))
                schema = SCHEMA.insert(0, SCENARIO)
                statistics = ["scenario", "year"]
                self.writer = pq.ParquetWriter(new, schema, compression="zstd", write_statistics=statistics)
        return self

    def write(self, table: pa.Table) -> None:
        """Write one scenario, if there is a file."""
        if self.writer is not None:
            with self._told():
                self.writer.write_table(table, row_group_size=max(table.num_rows, 1))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.writer is None:
            return
        if kind is not None:
            with suppress(OSError):  # the file is given up, so it need not be complete
                self.writer.close()
            self._place.__exit__(kind, error, trace)
            return
        with self._told():
            self.writer.close()
            self._place.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what writing can raise into a complaint about the file, of which nothing stays."""
        try:
            yield
        except OSError as error:
            self._place.__exit__(type(error), error, error.__traceback__)
            cure = "name a file in a folder that is there, has room and may be written to"
            raise cannot_write("the lines", error, str(self.path), cure) from None
