"""Native tables in: Parquet, Arrow, Feather, CSV and CSV.gz files, or any dataframe that speaks Arrow.

Nothing is judged here but form: columns that must be there, files that can be read. What a row says is judged by
the module that owns the table.
"""

from __future__ import annotations

import glob
import hashlib
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from fastavs.arguments import a_path
from fastavs.errors import InputError, did_you_mean
from fastavs.numbers import NumberForm
from fastavs.tables.csv_files import read_csv
from fastavs.tables.first_feather import is_first_feather, read_first_feather
from fastavs.tables.kinds import (
    ARROW_ENDINGS,
    CSV_ENDINGS,
    PARQUET_ENDINGS,
    WORKBOOK_ENDINGS,
    check_kind,
    encoding_trouble,
)
from fastavs.tables.workbooks import read_workbook, sheet_of

TABLES = "a dataframe that speaks Arrow (pyarrow, pandas, polars, DuckDB), a mapping of columns, or the path of a file"
FILES = "Parquet, Arrow/Feather, CSV or CSV.gz, whole and with a header"
_NOT_RENAMED = ("groups", "sectors", "regions")  # tables whose columns no setting names


@dataclass(frozen=True, slots=True)
class Piece:
    """One file's or one dataframe's rows.

    Attributes
    ----------
    label : str
        What messages call it: the file's name as the study writes it, or "<trade>" for data from memory.
    table : pyarrow.Table
        The wanted columns under their native names, row order as found.
    digest : str
        SHA-256 of the file's bytes, or of the data for tables from memory.
    first : int
        Where a batch of a larger table begins there, from 0.
    form : NumberForm, optional
        How the study says that text prints numbers.
    digits : int, optional
        What codes of trade are cut to.
    notes : tuple of str
        What a reader of the results should know of how the table was read.
    renamed : mapping of str to str
        Native names of columns to those that the file has, where the study says so.
    """

    label: str
    table: pa.Table
    digest: str
    first: int = 0
    form: NumberForm | None = None
    digits: int | None = None
    notes: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a native table.

    Attributes
    ----------
    title : str
        The table's name in messages.
    text, numbers : tuple of str
        Columns read as text and as numbers.
    required : tuple of str
        Those that must be there.
    further : callable, optional
        Names, of a file's columns, those that are wanted besides, under the names that they have there.
    form : NumberForm, optional
        How the study says that text prints numbers.
    digits : int, optional
        What codes of trade are cut to.
    """

    title: str
    text: tuple[str, ...]
    numbers: tuple[str, ...]
    required: tuple[str, ...]
    further: Callable[[pa.Schema], Sequence[str]] | None = None
    form: NumberForm | None = None
    digits: int | None = None

    @property
    def all(self) -> tuple[str, ...]:
        return self.text + self.numbers

    def besides(self, schema: pa.Schema, renamed: Mapping[str, str]) -> list[str]:
        """Return the columns wanted besides the native ones, each of one name with no other."""
        if self.further is None:
            return []
        taken = {*self.all, *renamed.values()}
        return [name for name in self.further(schema) if name not in taken and schema.names.count(name) == 1]


def find_files(patterns: Sequence[str], folder: Path, key: str) -> list[Path]:
    """Return the files that patterns name, each once, sorted within a pattern.

    Raises
    ------
    InputError
        A pattern that matches nothing.
    """
    found: dict[Path, Path] = {}
    for pattern in patterns:
        without, sheet = sheet_of(Path(pattern))
        matches = sorted(glob.glob(str(folder / without) if sheet else str(folder / pattern), recursive=True))
        if not matches:
            nearby = [path.name for path in folder.iterdir()] if folder.is_dir() else []
            raise InputError(
                "no such file",
                key=key,
                value=pattern,
                cure=f"paths are relative to {folder.resolve()}.{did_you_mean(Path(pattern).name, nearby)}",
            )
        for match in matches:
            if not (os.path.isfile(match) or os.path.isdir(match)):  # nobody may ever write to a pipe
                raise InputError("no ordinary file", key=key, value=match)
            named = f"#{sheet}" if sheet else ""
            found.setdefault(Path(f"{Path(match).resolve()}{named}"), Path(match + named))  # one under two paths is one
    return list(found.values())


def read_files(paths: Iterable[Path], columns: Columns, renamed: Mapping[str, str], folder: Path) -> list[Piece]:
    """Read files of one native table. `renamed` maps native names to the names that the files use."""
    pieces = []
    for path in paths:
        label = label_of(path, folder)
        with unreadable(label, path):
            digest = file_digest(path)
            found, notes = read_one(path, label, columns, renamed)
            table = native(found, columns, renamed, label)
        pieces.append(Piece(label, table, digest, form=columns.form, notes=notes))
    return pieces


def label_of(path: Path, folder: Path) -> str:
    """Return what messages call a file: its name as the study writes it."""
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with sheet_of(path)[0].open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def unreadable(label: str, path: Path, expected: str = FILES) -> Iterator[None]:
    """Turn what reading a file can raise into a complaint about the file."""
    try:
        yield
    except (pa.ArrowException, OSError, EOFError, UnicodeDecodeError) as error:
        code_page = encoding_trouble(path) if path.name.lower().endswith(CSV_ENDINGS) else None
        raise InputError(
            f"the file cannot be read ({code_page or _reason(error)})",
            file=label,
            expected=expected,
            cure="save the file as UTF-8"
            if code_page
            else "write the file anew; it may be damaged, cut off, empty, or of another kind than its name says",
        ) from None


def _reason(error: Exception) -> str:
    return "a text in it is no UTF-8" if isinstance(error, UnicodeDecodeError) else _first_line(error)


def from_memory(source: Any, columns: Columns, renamed: Mapping[str, str], title: str | None = None) -> list[Piece]:
    """Take one table from Python, or a list of them: dataframes, and files by their paths.

    A dataframe is anything with ``__arrow_c_stream__``, a mapping of columns, or what becomes one when it is collected.
    `title` is what messages call it, ``columns.title`` by default.
    """
    pieces: list[Piece] = []
    for label, one in labelled(source, title or columns.title):
        if isinstance(one, str | os.PathLike):
            pieces += read_files(paths_of(one, label), columns, renamed, Path())
        else:
            pieces.append(from_dataframe(one, columns, renamed, label))
    return pieces


def labelled(source: Any, title: str) -> list[tuple[str, Any]]:
    """Return tables given one by one or in a list, each with what messages call it."""
    sources = source if isinstance(source, list | tuple) else [source]
    return [(f"<{title}>" if len(sources) == 1 else f"<{title} {i}>", one) for i, one in enumerate(sources, 1)]


def paths_of(path: str | os.PathLike[str], label: str) -> list[Path]:
    """Return the files that a path means, or a pattern.

    Raises
    ------
    InputError
        There is none.
    """
    found = a_path(label, path)
    try:
        return find_files([str(found)], Path(), label)
    except InputError as error:
        raise InputError(
            f"cannot take {found}, where no file is, as a table", file=label, expected=TABLES, cure=error.cure
        ) from None


def from_dataframe(source: Any, columns: Columns, renamed: Mapping[str, str], label: str) -> Piece:
    """Take one dataframe; see `from_memory`."""
    table = _to_arrow(collected(source, label), label)
    try:
        found = native(table, columns, renamed, label)
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise InputError(f"the table is damaged ({_reason(error)})", file=label, cure="make it anew") from None
    return Piece(label, found, _digest(found), form=columns.form, digits=columns.digits, renamed=renamed)


def collected(source: Any, label: str) -> Any:
    """Return what a lazy frame of polars, or a dataset of Arrow, comes to; anything else as it is.

    Raises
    ------
    InputError
        It cannot be collected.
    """
    collect = getattr(source, "collect", None) or getattr(source, "to_table", None)
    if hasattr(source, "__arrow_c_stream__") or isinstance(source, type) or not callable(collect):
        return source
    try:
        return collect()
    except Exception as error:  # whatever those that made it raise
        raise InputError(f"the frame cannot be collected ({_first_line(error)})", file=label) from None


def _digest(table: pa.Table) -> str:
    """Return the SHA-256 of a table as an Arrow stream, dictionaries included."""
    digest = _Digest()
    with pa.PythonFile(digest, mode="w") as stream, pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    return digest.hash.hexdigest()


class _Digest(io.RawIOBase):
    """A file that keeps nothing of what is written to it but the SHA-256."""

    def __init__(self) -> None:
        self.hash = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, some: Any) -> int:
        self.hash.update(some)
        return len(some)


class _Unasked:
    """A table that says what it holds and takes no wish for a schema, as DuckDB's do before version 1.5."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def __arrow_c_stream__(self, wish: object = None) -> Any:
        return self._source.__arrow_c_stream__()


def _table_of_stream(source: Any) -> pa.Table:
    try:
        return pa.table(source)
    except TypeError:
        return pa.table(_Unasked(source))


def _to_arrow(source: Any, label: str) -> pa.Table:
    if isinstance(source, pa.Table):
        return source
    try:
        if hasattr(source, "__arrow_c_stream__"):
            return _table_of_stream(source)
        if isinstance(source, Mapping):
            return pa.table(dict(source))
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise InputError(
            f"the columns cannot be taken ({_first_line(error)})",
            file=label,
            expected="columns of one length, each of numbers or of text",
        ) from None
    raise InputError(
        f"cannot take {type(source).__name__} as a table",
        file=label,
        expected=TABLES,
    )


def read_one(path: Path, label: str, columns: Columns, renamed: Mapping[str, str]) -> tuple[pa.Table, tuple[str, ...]]:
    """Read a whole file, of Parquet only the wanted columns; return it with the notes on how it was read."""
    file, _ = sheet_of(path)
    name = file.name.lower()
    wanted = [renamed.get(column, column) for column in columns.all]
    check_kind(file, label)
    if name.endswith(CSV_ENDINGS):
        text, numbers = ([renamed.get(one, one) for one in some] for some in (columns.text, columns.numbers))
        return read_csv(path, label, text, numbers, columns.form)
    if name.endswith(PARQUET_ENDINGS):
        import pyarrow.parquet as pq

        with pq.ParquetFile(path, pre_buffer=False, page_checksum_verification=True) as file:
            present = [column for column in wanted if column in file.schema_arrow.names]
            return file.read(columns=present, use_threads=False) if present else file.read(), ()
    if name.endswith(ARROW_ENDINGS):
        return read_first_feather(path) if is_first_feather(path) else _read_arrow(path), ()
    if name.endswith(WORKBOOK_ENDINGS):
        named = {renamed.get(one, one): one for one in columns.text}
        needed = [renamed.get(one, one) for one in columns.required]
        return read_workbook(path, label, named, needed, columns.form)
    raise InputError(
        "unknown kind of file",
        file=label,
        expected="a name that ends in "
        + ", ".join(PARQUET_ENDINGS + ARROW_ENDINGS + CSV_ENDINGS[:2] + WORKBOOK_ENDINGS),
        cure="unpack the archive and name what is in it" if name.endswith((".zip", ".7z", ".rar")) else None,
    )


def _read_arrow(path: Path) -> pa.Table:
    with pa.OSFile(str(path)) as stream:
        return pa.ipc.open_file(stream).read_all()


def native(table: pa.Table, columns: Columns, renamed: Mapping[str, str], label: str) -> pa.Table:
    """Return the wanted columns of a table under their native names, held against Arrow's rules from end to end.

    Raises
    ------
    InputError
        A column that must be there and is not, two of one name, or no rows.
    ArrowException, UnicodeDecodeError
        Columns that break Arrow's rules: whoever looked at them would read memory that is not theirs.
    """
    for column in renamed:
        if column not in columns.all:
            raise InputError(
                f"the {columns.title} table has no column of that name to rename",
                file=label,
                value=column,
                expected=f"one of {', '.join(columns.all)}.{did_you_mean(column, columns.all)}",
                cure='write the native name first: native = "as the file has it"',
            )
    names = {column: renamed.get(column, column) for column in columns.all}
    for column, name in renamed.items():
        if name not in table.column_names and column not in columns.required:
            raise InputError(
                f"the {columns.title} table has no such column, which is to be read as {column}",
                file=label,
                value=name,
                expected=f"one of {', '.join(table.column_names)}.{did_you_mean(name, table.column_names)}",
                cure=f"mend it or leave it out under [{columns.title}.columns]",
            )
    for column in columns.required:
        if names[column] not in table.column_names:
            raise InputError(
                f"the {columns.title} table has no such column",
                file=label,
                column=column,
                value=names[column],
                expected=f"{', '.join(columns.required)}; it has {', '.join(table.column_names[:12])}",
                cure=(
                    "rename it"
                    if columns.title in _NOT_RENAMED
                    else f"rename it, or name it in [{columns.title}.columns]"
                )
                + f".{did_you_mean(names[column], table.column_names)}",
            )
    present = {column: name for column, name in names.items() if name in table.column_names}
    for column, name in present.items():
        if table.column_names.count(name) > 1:
            raise InputError(
                "two columns of one name", file=label, column=column, value=name, cure="rename one of them"
            )
    if table.num_rows == 0:
        raise InputError(f"the {columns.title} table has no rows", file=label, cure="leave it out or fill it in")
    present |= {name: name for name in columns.besides(table.schema, renamed)}
    chosen = {column: table.column(name) for column, name in present.items()}
    for array in chosen.values():
        array.validate(full=True)
    return pa.table({column: _without_views(array) for column, array in chosen.items()})


def _without_views(array: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return string views (what polars gives) as strings, for Arrow can do little with views."""
    if pa.types.is_string_view(array.type):
        return array.cast(pa.string())
    if pa.types.is_dictionary(array.type) and pa.types.is_string_view(array.type.value_type):
        return array.cast(pa.dictionary(array.type.index_type, pa.string()))
    return array


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
