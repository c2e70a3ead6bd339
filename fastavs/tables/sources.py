"""Large tables in batches: only the wanted columns, a stretch of rows at a time, texts as places in one list.

What is in memory at any time is one batch, whatever the number and size of Parquet and Arrow files; a CSV file is
held whole while it is read, one file at a time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.errors import InputError
from fastavs.tables.arrow import texts
from fastavs.tables.columns import CODED, clean_of, coded_column, plain
from fastavs.tables.first_feather import is_first_feather, read_first_feather
from fastavs.tables.kinds import ARROW_ENDINGS, PARQUET_ENDINGS, check_kind
from fastavs.tables.tables import (
    Columns,
    Piece,
    file_digest,
    from_dataframe,
    label_of,
    labelled,
    native,
    paths_of,
    read_one,
    unreadable,
)
from fastavs.tables.workbooks import sheet_of

BATCH_ROWS = 1 << 16
"""Rows in a batch: some 3 MB of columns, few enough for the next batch to get the memory of the one before."""
BUFFER = 1 << 20
"""Bytes of a Parquet file that are read at a time."""


class FileSource:
    """The rows of one file, in batches.

    Parameters
    ----------
    path : Path
    columns : Columns
        The native columns wanted.
    renamed : mapping of str to str
        Native names to those of the file.
    folder : Path
        What the label is relative to.

    Attributes
    ----------
    label : str
        What messages call it: the file's name as the study writes it.
    notes : tuple of str
        What a reader of the results should know of how it was read, once it was.
    """

    def __init__(self, path: Path, columns: Columns, renamed: Mapping[str, str], folder: Path) -> None:
        self.label = label_of(path, folder)
        self._path = path
        self._columns = columns
        self._renamed = renamed
        self.notes: tuple[str, ...] = ()
        self._folder = folder
        self._digest = ""
        self._read: tuple[int, int] | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the file's bytes, taken when first asked for.

        Raises
        ------
        InputError
            A file that is not the one that was read.
        """
        if not self._digest:
            with unreadable(self.label, self._path):
                self._digest = file_digest(self._path)
                self._insist_on_same()
        return self._digest

    def _insist_on_same(self) -> None:
        if self._read not in (None, _state(self._path)):
            raise InputError("the file was changed after it had been read", file=self.label, cure="run it again")

    def with_all_columns(self) -> FileSource:
        """Return the same file, with all its columns."""
        columns = replace(self._columns, further=lambda schema: list(schema.names))
        return FileSource(self._path, columns, self._renamed, self._folder)

    def rows(self) -> int:
        """Return how many rows there are, 0 where that is not known before they are read."""
        if not self._path.name.lower().endswith(PARQUET_ENDINGS):
            return 0
        import pyarrow.parquet as pq

        with unreadable(self.label, self._path):
            check_kind(self._path, self.label)
            with pq.ParquetFile(self._path) as file:
                return int(file.metadata.num_rows)

    def batches(self) -> Iterator[Piece]:
        """Return the rows in order, at most `BATCH_ROWS` of them at a time.

        Raises
        ------
        InputError
            A file that cannot be read, of an unknown kind, without the columns that must be there, or without rows.
        """
        first = 0
        with unreadable(self.label, self._path):
            self._insist_on_same()
            self._read = _state(self._path)
            check_kind(sheet_of(self._path)[0], self.label)
            for table in _stretches(self._tables()):
                found = native(table, self._columns, self._renamed, self.label)
                form, digits = self._columns.form, self._columns.digits
                yield Piece(self.label, found, "", first, form, digits, renamed=self._renamed)
                first += table.num_rows

    def _tables(self) -> Iterator[pa.Table]:
        name = self._path.name.lower()
        if name.endswith(PARQUET_ENDINGS):
            return _parquet_batches(self._path, self._columns, self._renamed)
        if name.endswith(ARROW_ENDINGS):
            return _arrow_batches(self._path, self._columns, self._renamed)
        table, self.notes = read_one(self._path, self.label, self._columns, self._renamed)
        return iter([table])


def _state(path: Path) -> tuple[int, int]:
    """Return what tells a file from a later one under its name: when it was written, and its size."""
    found = sheet_of(path)[0].stat()
    return found.st_mtime_ns, found.st_size


class MemorySource:
    """The rows of one dataframe, in batches that share its memory; as `FileSource`."""

    def __init__(self, piece: Piece) -> None:
        self.label = piece.label
        self.digest = piece.digest
        self.notes = piece.notes
        self._table = piece.table
        self._form, self._digits, self._renamed = piece.form, piece.digits, piece.renamed

    def with_all_columns(self) -> MemorySource:
        """Return the same: all columns are there that were asked for when it was taken."""
        return self

    def rows(self) -> int:
        """Return how many rows there are."""
        return int(self._table.num_rows)

    def batches(self) -> Iterator[Piece]:
        """Return the rows in order, at most `BATCH_ROWS` of them at a time."""
        first = 0
        for table in _stretches([self._table]):
            yield Piece(self.label, table, "", first, self._form, self._digits, renamed=self._renamed)
            first += table.num_rows


Source = FileSource | MemorySource


def sources_of(source: Any, columns: Columns, renamed: Mapping[str, str], title: str) -> list[Source]:
    """Take one table from Python, or a list of them, as `fastavs.tables.tables.from_memory`; files stay files."""
    found: list[Source] = []
    for label, one in labelled(source, title):
        if isinstance(one, str | os.PathLike):
            found += [FileSource(path, columns, renamed, Path()) for path in paths_of(one, label)]
        else:
            found.append(MemorySource(from_dataframe(one, columns, renamed, label)))
    return found


def ahead(sources: Sequence[Source]) -> Iterator[tuple[int, Piece]]:
    """Return the batches of all sources with the number of the source, the next one decoded beside the work on one."""
    batches = ((number, piece) for number, source in enumerate(sources) for piece in source.batches())
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, batches, None)
        while (found := coming.result()) is not None:
            coming = pool.submit(next, batches, None)
            yield found


def stretches(rows: int) -> Iterator[slice]:
    """Cut a number of rows into slices of `BATCH_ROWS`."""
    for first in range(0, rows, BATCH_ROWS):
        yield slice(first, min(first + BATCH_ROWS, rows))


def _stretches(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Cut tables into stretches; one without rows if there are none at all, so that its columns are still checked."""
    some = False
    for table in tables:
        empty = table.slice(0, 0)
        for first in range(0, table.num_rows, BATCH_ROWS):
            some = True
            yield table.slice(first, BATCH_ROWS)
    if not some:
        yield empty


def _wanted(schema: pa.Schema, columns: Columns, renamed: Mapping[str, str]) -> list[str]:
    """Return the columns of a file that are wanted, under the names that they have there."""
    return [renamed.get(column, column) for column in columns.all] + columns.besides(schema, renamed)


def _parquet_batches(path: Path, columns: Columns, renamed: Mapping[str, str]) -> Iterator[pa.Table]:
    """Yield batches with texts as codes of a dictionary, which is how Parquet keeps them."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        schema, metadata = file.schema_arrow, file.metadata
    present = [name for name in _wanted(schema, columns, renamed) if name in schema.names] or schema.names
    numbers = {renamed.get(column, column) for column in columns.numbers}
    coded = [name for name in present if name not in numbers and pa.types.is_string(schema.field(name).type)]
    # in this thread and batch by batch: Arrow's own threads, and its reading ahead, keep memory for themselves
    with pq.ParquetFile(
        path, metadata=metadata, read_dictionary=coded, buffer_size=BUFFER, pre_buffer=False,
        page_checksum_verification=True,
    ) as file:  # fmt: skip
        yield pa.Table.from_batches([], schema)
        for batch in file.iter_batches(BATCH_ROWS, columns=present, use_threads=False):
            yield pa.Table.from_batches([batch])


def _arrow_batches(path: Path, columns: Columns, renamed: Mapping[str, str]) -> Iterator[pa.Table]:
    """Yield the record batches of an Arrow file; a Feather file of the first version comes whole."""
    if is_first_feather(path):
        yield read_first_feather(path)
        return
    with pa.OSFile(str(path)) as stream:
        schema = pa.ipc.open_file(stream).schema
        wanted = _wanted(schema, columns, renamed)
        fields = [place for place, name in enumerate(schema.names) if name in wanted]
        reader = pa.ipc.open_file(stream, options=pa.ipc.IpcReadOptions(included_fields=fields))
        yield pa.Table.from_batches([], schema)
        for place in range(reader.num_record_batches):
            yield pa.Table.from_batches([reader.get_batch(place)])


class Texts:
    """The distinct texts of a column over all batches, numbered as they appear.

    Parameters
    ----------
    column : str
    clean : callable, optional
        Brings a text into the form that is compared; texts that it makes equal are one. Empty is none. Left out, it
        is `fastavs.tables.columns.clean_of` the column.

    Attributes
    ----------
    names : list of str
        By place. Dictionaries may bring texts that no row holds.
    """

    def __init__(self, column: str, clean: Callable[[str], str] | None = None) -> None:
        self.column = column
        self.names: list[str] = []
        self._clean = clean or clean_of(column)
        self._known: dict[str, int] = {}
        self._raw = texts([])  # texts as they came, and the place of each
        self._place_of_raw = np.full(1, -1, dtype=np.int32)  # the last entry serves those that are none
        self._dictionary: pa.Array | None = None
        self._place = np.empty(0, dtype=np.int32)

    def places(self, piece: Piece) -> np.ndarray:
        """Return each row's place in `names`, int32[n]; -1 = none. Only distinct values become Python texts.

        Raises
        ------
        InputError
            Numbers where codes are expected: their leading zeros are gone.
        """
        if self.column not in piece.table.column_names:
            return np.full(piece.table.num_rows, -1, dtype=np.int32)
        coded = coded_column(piece, self.column)
        if self._dictionary is None or not self._dictionary.equals(coded.dictionary):
            self._dictionary = coded.dictionary  # most often that of the batch before
            self._place = self._learn(coded.dictionary, piece.digits if self.column in CODED else None)
        return self._place[plain(coded.indices.cast(pa.int32()), -1, np.int32)]

    def as_found(self) -> list[str]:
        """Return the distinct texts that have come, as they came."""
        found: list[str] = self._raw.to_pylist()
        return found

    def find(self, text: str) -> int:
        """Return the place of a text, -1 where none has come yet."""
        return self._known.get(text, -1)

    def learn(self, text: str) -> int:
        """Return the place of a text; one that has not come yet is taken in."""
        return int(self._learn(texts([text]))[0])

    def _learn(self, dictionary: pa.Array, digits: int | None = None) -> np.ndarray:
        """Return the place of each text of a dictionary, and -1 after them; new ones are taken in, cut to `digits`."""
        new = dictionary.filter(pc.invert(pc.is_in(dictionary, value_set=self._raw))).drop_null()
        if len(new):
            place = [
                self._known.setdefault(cleaned, len(self._known)) if cleaned else -1
                for text in map(self._clean, new.to_pylist())
                for cleaned in (text[:digits] if text.isdigit() else text,)
            ]
            self.names.extend(list(self._known)[len(self.names) :])
            self._raw = pa.concat_arrays([self._raw, new])
            self._place_of_raw = np.concatenate((self._place_of_raw[:-1], np.array([*place, -1], dtype=np.int32)))
        at = plain(pc.index_in(dictionary, value_set=self._raw), -1, np.int32)
        return np.append(self._place_of_raw[at], np.int32(-1))


class Growing:
    """A column that batches are put into one after the other, in the smallest of some types that holds them.

    Parameters
    ----------
    *types : dtypes
        The first to try, then wider ones.
    expected : int
        How many rows will come, as far as is known. Room that is never filled costs no memory.
    default : number
        What a batch without values holds; a column that is never given any stays empty.
    """

    def __init__(self, *types: type, expected: int = 0, default: float = 0) -> None:
        self._types = list(types)
        self._expected = expected
        self._default = default
        self._room: np.ndarray = np.empty(0, dtype=types[0])
        self._rows = 0

    def add(self, rows: int, values: np.ndarray | None) -> None:
        """Put a batch of `rows` after the others; None = the default throughout."""
        before, self._rows = self._rows, self._rows + rows
        if values is None:
            if self._room.size:
                self._make_room(before)
                self._room[before : self._rows] = self._default
            return
        while len(self._types) > 1 and values.max(initial=0) > np.iinfo(self._types[0]).max:
            del self._types[0]
            self._room = self._room.astype(self._types[0])
        if not self._room.size:
            self._make_room(0)
            self._room[:before] = self._default
        self._make_room(before)
        self._room[before : self._rows] = values

    def whole(self) -> np.ndarray:
        """Return the column; empty where no batch had values."""
        return self._room[: self._rows]

    def _make_room(self, filled: int) -> None:
        if self._rows > self._room.size:
            room: np.ndarray = np.empty(max(self._rows, self._expected, 3 * self._room.size // 2), dtype=self._types[0])
            room[:filled] = self._room[:filled]
            self._room = room
