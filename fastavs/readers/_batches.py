"""Reading large csv files piece by piece, keeping only the rows that are wanted."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from fastavs.errors import InputError
from fastavs.readers._source import CUT_OFF, GZIP, ZIP, Path_, first_bytes, header_names, only_member, refuse_seven_zip

BLOCK = 1 << 24
"""Bytes of text that are read at a time."""


@dataclass(frozen=True, slots=True)
class Picked:
    """The rows of one file that were wanted.

    Attributes
    ----------
    file : str
        For messages.
    rows : pyarrow.Table
        Text, with the columns that were asked for.
    number : int64[n]
        Each row's number in the file, from 1.
    total : int
        Rows of the file.
    """

    file: str
    rows: pa.Table
    number: np.ndarray
    total: int


def read_header(path: Path_, columns: Sequence[str]) -> list[str]:
    """Return the names of a csv's columns; `columns` tell the delimiter, and need not all be there."""
    with _opened(path) as stream:
        return _split_header(stream, columns, Path(path).name)[0]


def pick_rows(path: Path_, columns: Sequence[str], wanted: Callable[[pa.Table], pa.ChunkedArray]) -> Picked:
    """Read some columns of a csv with a header as text, and keep the rows that are wanted.

    Parameters
    ----------
    path : path
        Plain, gzip or zip (of one file); told by the content.
    columns : sequence of str
        Columns to read; all must be there.
    wanted : callable
        Takes a piece of the file, returns which of its rows to keep, bool[n].

    Raises
    ------
    InputError
        The file is absent, empty, cut off, damaged or of another layout.
    """
    file = Path(path).name
    try:
        with _opened(path) as stream:
            return _pick(stream, columns, wanted, file)
    except pa.ArrowInvalid as trouble:
        if "Empty CSV file" in str(trouble):
            raise InputError("the file has a header and no rows", file=file, cure=CUT_OFF) from trouble
        raise InputError(f"the csv cannot be read ({trouble})", file=file, cure=CUT_OFF) from trouble


def _pick(
    stream: IO[bytes], columns: Sequence[str], wanted: Callable[[pa.Table], pa.ChunkedArray], file: str
) -> Picked:
    names, delimiter = _split_header(stream, columns, file)
    for column in columns:
        if column not in names:
            header_names(delimiter.join(names), file, columns)
    broken: list[pa_csv.InvalidRow] = []

    def skip(row: pa_csv.InvalidRow) -> str:
        broken.append(row)
        return "skip"

    reader = pa_csv.open_csv(
        stream,
        read_options=pa_csv.ReadOptions(column_names=names, block_size=BLOCK, use_threads=False),
        parse_options=pa_csv.ParseOptions(delimiter=delimiter, invalid_row_handler=skip),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), include_columns=list(columns), strings_can_be_null=False
        ),
    )
    kept, numbers, total = [], [], 0
    for batch in reader:
        piece = pa.Table.from_batches([batch])
        take = np.flatnonzero(np.asarray(wanted(piece)))
        kept.append(piece.take(pa.array(take)))
        numbers.append(total + 1 + take)
        total += piece.num_rows
        if broken:
            break
    if broken:
        raise InputError(
            f"a row of {broken[0].actual_columns} fields",
            file=file,
            value=broken[0].text[:80],
            expected=f"{len(names)} fields, as in the header",
            cure=CUT_OFF,
        )
    return Picked(file, pa.concat_tables(kept), np.concatenate(numbers), total)


def _split_header(stream: IO[bytes], columns: Sequence[str], file: str) -> tuple[list[str], str]:
    """Read the first line; return its names and the delimiter."""
    line = stream.readline().removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").rstrip("\r\n")
    if not line.strip():
        raise InputError("the file is empty", file=file, expected="a csv with a header", cure=CUT_OFF)
    split = {mark: [name.strip().strip('"') for name in line.split(mark)] for mark in ",;\t|"}
    mark = max(split, key=lambda mark: len(set(columns) & set(split[mark])))
    return split[mark], mark


@contextmanager
def _opened(path: Path_) -> Iterator[IO[bytes]]:
    """Open a file for reading bytes, unpacked; damage that shows while it is read is an `InputError`."""
    file = Path(path).name
    start = first_bytes(path, file)
    refuse_seven_zip(start, file)
    try:
        with Path(path).open("rb") as plain:
            if start.startswith(GZIP):
                with gzip.open(plain) as stream:
                    yield cast(IO[bytes], stream)
            elif start.startswith(ZIP):
                with zipfile.ZipFile(plain) as archive, archive.open(only_member(archive, file)) as stream:
                    yield stream
            else:
                yield plain
    except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile) as trouble:
        raise InputError("the compressed file is damaged or cut off", file=file, cure=CUT_OFF) from trouble


def is_one_of(column: pa.ChunkedArray, codes: Sequence[str]) -> pa.ChunkedArray:
    """Tell which texts are among some codes, bool[n]."""
    return pc.is_in(column, value_set=pa.array(codes, pa.string()))
