"""Opening files as they come: plain, gzip or zip, UTF-8 or a named code page, comma, semicolon or tab, parquet, JSON.

Everything is read as text; a reader decides what is a number. What is no such file at all, or is cut off,
is an `InputError` that says where.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from fastavs.errors import InputError, did_you_mean
from fastavs.plain_text import HEAD, not_utf8, other_than_text

Path_ = str | PathLike[str]

GZIP, ZIP, _PARQUET, _BOM = b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b"\xef\xbb\xbf"
_SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
CUT_OFF = "get the file again: it seems to be cut off"
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
    file, text = read_text(path, encodings)
    return csv_rows(text, file, columns)


def read_text(path: Path_, encodings: Sequence[str] = ("utf-8",)) -> tuple[str, str]:
    """Return a file's name and its text, unpacked.

    Raises
    ------
    InputError
        The file is absent, empty, damaged, or no text.
    """
    file = Path(path).name
    text = _decode(_unpack(path, file), file, encodings)
    if not text.strip():
        raise InputError("the file is empty", file=file, expected="a csv with a header", cure=CUT_OFF)
    return file, text


def csv_rows(text: str, file: str, *layouts: Sequence[str]) -> Source:
    """Read the text of a csv with a header; see `read_csv`."""
    header, _, rest = text.partition("\n")
    names, delimiter = header_names(header, file, *layouts)
    if text.count('"') % 2:
        raise InputError("a quotation mark is opened and never closed", file=file, cure=CUT_OFF)
    if not rest.strip():
        raise InputError("the file has a header and no rows", file=file, cure=CUT_OFF)
    notes = () if text.endswith("\n") else (f"{file}: the last row has no line end; it may be cut off",)
    return Source(file, _parse(rest, names, delimiter, file), notes)


def read_parquet(path: Path_, *layouts: Sequence[str]) -> Source:
    """Read a parquet file, all columns as text; one of the layouts must be there.

    Raises
    ------
    InputError
        The file is absent, empty, cut off, or of another layout.
    """
    file = Path(path).name
    raw = _bytes(path, file)
    if not raw.startswith(_PARQUET):
        what = other_than_text(raw[:HEAD]) or ("plain text, such as csv" if b"\0" not in raw[:HEAD] else None)
        raise InputError(
            f"the file is no parquet{f', but {what}' if what else ''}",
            file=file,
            expected="parquet",
            cure="give the parquet file",
        )
    if not raw.endswith(_PARQUET):
        raise InputError("no whole parquet file", file=file, expected="parquet", cure=CUT_OFF)
    try:
        table = pq.read_table(pa.BufferReader(raw))
    except (pa.ArrowInvalid, OSError) as trouble:
        raise InputError("the parquet file cannot be read", file=file, cure=CUT_OFF) from trouble
    _require(layouts, table.column_names, file)
    if table.num_rows == 0:
        raise InputError("the file has no rows", file=file, cure=CUT_OFF)
    text = [pc.fill_null(table.column(name).cast(pa.string()), "") for name in table.column_names]
    return Source(file, pa.table(text, names=table.column_names))


def is_parquet(path: Path_) -> bool:
    """Tell whether a file begins as parquet does."""
    return first_bytes(path, Path(path).name).startswith(_PARQUET)


def read_any(path: Path_, *layouts: Sequence[str]) -> Source:
    """Read a table that is there as parquet, csv or JSON, told by the content; all columns as text.

    Parameters
    ----------
    path : path
    *layouts : sequence of str
        Sets of columns of which one must be there.

    Raises
    ------
    InputError
        The file is absent, empty, cut off, or of another layout.
    """
    if is_parquet(path):
        return read_parquet(path, *layouts)
    file, text = read_text(path)
    if text.lstrip().startswith("["):
        return json_rows(text, file, *layouts)
    return csv_rows(text, file, *layouts)


def json_rows(text: str, file: str, *layouts: Sequence[str]) -> Source:
    """Read JSON that is a list of rows: lists, of which the first names the columns, or objects.

    A column that stands twice, as the Census Bureau gives what was asked for and asked by, counts once if it is equal.

    Raises
    ------
    InputError
        The text is no such JSON, has no rows, or lacks a column.
    """
    try:
        rows = json.loads(text)
    except json.JSONDecodeError as trouble:
        raise InputError(f"the JSON cannot be read ({trouble.msg})", file=file, cure=CUT_OFF) from trouble
    if not isinstance(rows, list) or not all(isinstance(row, list | dict) for row in rows):
        raise InputError("the JSON is no list of rows", file=file, cure="give the answer as it was got")
    if rows and isinstance(rows[0], dict):
        names = list(dict.fromkeys(name for row in rows for name in row))
        cells = [[row.get(name) for row in rows] for name in names]
    else:
        names, cells = _json_columns(rows, file)
    _require(layouts, names, file)
    if not cells[0]:
        raise InputError("the file has no rows", file=file, cure=CUT_OFF)
    return Source(
        file, pa.table([pa.array([_cell(one) for one in column], pa.string()) for column in cells], names=names)
    )


def _json_columns(rows: list[list[object]], file: str) -> tuple[list[str], list[list[object]]]:
    """Return names and cells, column by column; the first row has the names."""
    if not rows:
        raise InputError("the file has no rows", file=file, cure=CUT_OFF)
    header = [str(name) for name in rows[0]]
    for number, row in enumerate(rows[1:], 1):
        if len(row) != len(header):
            raise InputError(
                f"a row of {len(row)} fields", file=file, row=number, expected=f"{len(header)} fields, as in the header"
            )
    columns: dict[str, list[object]] = {}
    for place, name in enumerate(header):
        cells = [row[place] for row in rows[1:]]
        if columns.setdefault(name, cells) != cells:
            raise InputError("a column stands twice, with other contents", file=file, column=name)
    return list(columns), list(columns.values())


def _cell(one: object) -> str:
    """Return a cell of JSON as text: lists as JSON, null as nothing."""
    if one is None:
        return ""
    return one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)


def together(sources: Sequence[Source]) -> tuple[pa.ChunkedArray, np.ndarray, pa.Table]:
    """Put files below each other: the file and the number of each row, and the rows.

    Columns that only some of the files have are null in the others.
    """
    sizes = [source.rows.num_rows for source in sources]
    names = zip(sources, sizes, strict=True)
    file = pa.chunked_array([pa.array([source.file] * size, pa.string()) for source, size in names])
    number = np.concatenate([np.arange(1, size + 1) for size in sizes])
    return file, number, pa.concat_tables([source.rows for source in sources], promote_options="default")


def without_nulls(rows: pa.Table) -> pa.Table:
    """Return rows of text in which nothing is empty text."""
    return pa.table([pc.fill_null(column, "") for column in rows.columns], names=rows.column_names)


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
        raise _unreadable(file, trouble) from trouble


def first_bytes(path: Path_, file: str) -> bytes:
    """Return the first bytes of a file, which tell what it is."""
    try:
        with Path(path).open("rb") as opened:
            return opened.read(len(_SEVEN_ZIP))
    except OSError as trouble:
        raise _unreadable(file, trouble) from trouble


def _unreadable(file: str, trouble: OSError) -> InputError:
    reason = trouble.strerror or "it cannot be opened"
    return InputError(f"the file cannot be read ({reason})", file=file, cure="check the path")


def refuse_seven_zip(start: bytes, file: str) -> None:
    """Refuse a 7z archive, which nothing here unpacks."""
    if start.startswith(_SEVEN_ZIP):
        raise InputError("the file is a 7z archive", file=file, cure=f"unpack it (7z x {file}) and give what is in it")


def _unpack(path: Path_, file: str) -> bytes:
    raw = _bytes(path, file)
    refuse_seven_zip(raw, file)
    try:
        if raw.startswith(GZIP):
            return gzip.decompress(raw)
        if raw.startswith(ZIP):
            return _unzip(raw, file)
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as trouble:
        raise InputError("the compressed file is damaged or cut off", file=file, cure=CUT_OFF) from trouble
    return raw


def _unzip(raw: bytes, file: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return archive.read(only_member(archive, file))


def only_member(archive: zipfile.ZipFile, file: str) -> str:
    """Return the name of the one file in a zip."""
    members = archive.namelist()
    if "[Content_Types].xml" in members or "mimetype" in members:
        raise InputError("the file is a workbook", file=file, cure="save the sheet that is meant as csv")
    if len(members) != 1:
        raise InputError(
            "the zip file holds more or less than one file",
            file=file,
            value=", ".join(members[:5]),
            cure="unpack it and give the file that is meant",
        )
    return members[0]


def _decode(raw: bytes, file: str, encodings: Sequence[str]) -> str:
    raw = raw.removeprefix(_BOM)
    what = other_than_text(raw[:HEAD])
    for encoding in encodings if what is None or "UTF" not in what else ():  # a code page takes any bytes
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    what = what or (not_utf8(raw) if b"\0" not in raw else None)
    raise InputError(
        f"the file is no text that can be read ({what})" if what else "the file is no text",
        file=file,
        expected=f"text in {' or '.join(encodings)}",
        cure="save it as a UTF-8 csv",
    )


def header_names(header: str, file: str, *layouts: Sequence[str]) -> tuple[list[str], str]:
    """Return the names of the columns, and the delimiter that yields the most of those wanted."""
    columns = {name for layout in layouts for name in layout}
    split = {mark: [name.strip().strip('"') for name in header.rstrip("\r").split(mark)] for mark in ",;\t"}
    mark = max(split, key=lambda mark: len(columns & set(split[mark])))
    names = split[mark]
    _require(layouts, names, file)
    # A comma after the last name makes a column without one (ECB): give it a name that no one asks for.
    names = [name or f"unnamed {i + 1}" for i, name in enumerate(names)]
    for name in names:
        if names.count(name) > 1:
            raise InputError("a column stands twice", file=file, column=name, cure="rename one of them")
    return names, mark


def _require(layouts: Sequence[Sequence[str]], names: Sequence[str], file: str) -> None:
    """Refuse columns that make none of the layouts; the message goes by the one that comes nearest."""
    nearest = min(layouts, key=lambda layout: sum(column not in names for column in layout))
    for column in nearest:
        if column not in names:
            raise InputError(
                f"the file has no such column.{did_you_mean(column, names)} It has {', '.join(names[:12])}",
                file=file,
                column=column,
                expected=f"the columns {' or '.join(', '.join(layout) for layout in layouts)}",
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
        raise InputError(f"the csv cannot be read ({trouble})", file=file, cure=CUT_OFF) from trouble
    if broken:
        number, fields, text = broken[0]
        raise InputError(
            f"a row of {fields} fields",
            file=file,
            row=number,
            value=text[:80],
            expected=f"{len(names)} fields, as in the header",
            cure=CUT_OFF,
        )
    return table
