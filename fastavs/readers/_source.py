"""Opening files as they come: plain, gzip or zip, UTF-8 or a named code page, comma, semicolon or tab.

Everything is read as text; a reader decides what is a number. What is no such file at all, or is cut off,
is an `InputError` that says where.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from fastavs.errors import InputError, did_you_mean

Path_ = str | PathLike[str]

_GZIP, _ZIP, _PARQUET, _BOM = b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b"\xef\xbb\xbf"
_CUT_OFF = "get the file again: it seems to be cut off"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


@dataclass(frozen=True, slots=True)
class Source:
    """One opened file: its name for messages, its rows as text, and what looked odd about it."""

    file: str
    rows: pa.Table
    notes: tuple[str, ...] = ()


def read_csv(path: Path_, columns: Sequence[str], *, encodings: Sequence[str] = ("utf-8",)) -> Source:
    """Read a csv with a header, all columns as text.

    Parameters
    ----------
    path : path
        Plain, gzip or zip (of one file); told by the content, not by the name.
    columns : sequence of str
        Columns that must be there; others are kept as well.
    encodings : sequence of str
        Tried in order.

    Raises
    ------
    InputError
        The file is absent, empty, cut off, or of another layout.
    """
    file = Path(path).name
    text = _decode(_unpack(path, file), file, encodings)
    if not text.strip():
        raise InputError("the file is empty", file=file, expected="a csv with a header", cure=_CUT_OFF)
    header, _, rest = text.partition("\n")
    names, delimiter = _header(header, columns, file)
    if text.count('"') % 2:
        raise InputError("a quotation mark is opened and never closed", file=file, cure=_CUT_OFF)
    if not rest.strip():
        raise InputError("the file has a header and no rows", file=file, cure=_CUT_OFF)
    notes = () if text.endswith("\n") else (f"{file}: the last row has no line end; it may be cut off",)
    return Source(file, _parse(rest, names, delimiter, file), notes)


def read_parquet(path: Path_, columns: Sequence[str]) -> Source:
    """Read a parquet file, all columns as text.

    Raises
    ------
    InputError
        The file is absent, empty, cut off, or of another layout.
    """
    file = Path(path).name
    raw = _bytes(path, file)
    if not raw.startswith(_PARQUET) or not raw.endswith(_PARQUET):
        raise InputError("no whole parquet file", file=file, expected="parquet", cure=_CUT_OFF)
    try:
        table = pq.read_table(pa.BufferReader(raw))
    except (pa.ArrowInvalid, OSError) as trouble:
        raise InputError("the parquet file cannot be read", file=file, cure=_CUT_OFF) from trouble
    _require(columns, table.column_names, file)
    if table.num_rows == 0:
        raise InputError("the file has no rows", file=file, cure=_CUT_OFF)
    text = [pc.fill_null(table.column(name).cast(pa.string()), "") for name in table.column_names]
    return Source(file, pa.table(text, names=table.column_names))


def to_float(text: pa.ChunkedArray, *, decimal_comma: bool = False) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Turn text into numbers.

    Returns
    -------
    number : double[n]
        Null where the text is empty or no finite number.
    bad : bool[n]
        Where the text is neither empty nor a finite number.
    """
    trimmed = pc.utf8_trim_whitespace(text)
    if decimal_comma:
        trimmed = pc.replace_substring(trimmed, ",", ".")
    fits = pc.match_substring_regex(trimmed, _NUMBER)
    number = pc.if_else(fits, trimmed, pa.scalar(None, pa.string())).cast(pa.float64())
    fits = pc.and_(fits, pc.fill_null(pc.is_finite(number), False))
    number = pc.if_else(fits, number, pa.scalar(None, pa.float64()))
    return number, pc.and_not(pc.not_equal(trimmed, ""), fits)


def _bytes(path: Path_, file: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as trouble:
        reason = trouble.strerror or "it cannot be opened"
        raise InputError(f"the file cannot be read ({reason})", file=file, cure="check the path") from trouble


def _unpack(path: Path_, file: str) -> bytes:
    raw = _bytes(path, file)
    try:
        if raw.startswith(_GZIP):
            return gzip.decompress(raw)
        if raw.startswith(_ZIP):
            return _unzip(raw, file)
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as trouble:
        raise InputError("the compressed file is damaged or cut off", file=file, cure=_CUT_OFF) from trouble
    return raw


def _unzip(raw: bytes, file: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = archive.namelist()
        if len(members) != 1:
            raise InputError(
                "the zip file holds more or less than one file",
                file=file,
                value=", ".join(members[:5]),
                cure="unpack it and give the file that is meant",
            )
        return archive.read(members[0])


def _decode(raw: bytes, file: str, encodings: Sequence[str]) -> str:
    raw = raw.removeprefix(_BOM)
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(
        "the file is no text",
        file=file,
        expected=f"text in {' or '.join(encodings)}",
        cure="save it as a UTF-8 csv",
    )


def _header(header: str, columns: Sequence[str], file: str) -> tuple[list[str], str]:
    """Names of the columns, and the delimiter that yields the most of those wanted."""
    split = {mark: [name.strip().strip('"') for name in header.rstrip("\r").split(mark)] for mark in ",;\t"}
    mark = max(split, key=lambda mark: len(set(columns) & set(split[mark])))
    names = split[mark]
    _require(columns, names, file)
    # A comma after the last name makes a column without one (ECB): give it a name that no one asks for.
    names = [name or f"unnamed {i + 1}" for i, name in enumerate(names)]
    for name in names:
        if names.count(name) > 1:
            raise InputError("a column stands twice", file=file, column=name, cure="rename one of them")
    return names, mark


def _require(columns: Sequence[str], names: Sequence[str], file: str) -> None:
    for column in columns:
        if column not in names:
            raise InputError(
                f"the file has no such column.{did_you_mean(column, names)} It has {', '.join(names[:12])}",
                file=file,
                column=column,
                expected=f"the columns {', '.join(columns)}",
                cure="check that this is the file for this reader",
            )


def _parse(rows: str, names: list[str], delimiter: str, file: str) -> pa.Table:
    broken: list[tuple[int | None, int, str]] = []

    def skip(row: pa_csv.InvalidRow) -> str:
        broken.append((row.number, row.actual_columns, row.text))
        return "skip"

    try:
        table = pa_csv.read_csv(
            pa.BufferReader(rows.encode()),
            read_options=pa_csv.ReadOptions(column_names=names, use_threads=False),
            parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=skip),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as trouble:
        raise InputError(f"the csv cannot be read ({trouble})", file=file, cure=_CUT_OFF) from trouble
    if broken:
        number, fields, text = broken[0]
        raise InputError(
            f"a row of {fields} fields",
            file=file,
            row=number,
            value=text[:80],
            expected=f"{len(names)} fields, as in the header",
            cure=_CUT_OFF,
        )
    return table
