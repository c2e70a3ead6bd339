"""The files that ``fastavs sweep`` leaves: all of them, or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fastavs.errors import InputError
from fastavs.tables.outputs import cannot_write, whole_files

if TYPE_CHECKING:
    import pyarrow as pa

    from fastavs.results.sweep import Sweep

KINDS = (".csv", ".parquet")


def files_of(
    out: Path | None,
    by: Sequence[str],
    lines: Sequence[str],
    whole_lines: Path | None,
    index: Path | None = None,
    tidy: Path | None = None,
) -> dict[tuple[str, str], Path]:
    """Return where each table goes: ("summary", ""), ("group", its grouping), ("lines", ""), ("tidy", "").

    Raises
    ------
    InputError
        A kind of file that cannot be written, a folder that is not there, or two tables for one file.
    """
    from fastavs.tables.write import safe_name

    if whole_lines is not None:
        _check("--whole-lines", whole_lines, (".parquet",))
    found: dict[tuple[str, str], Path] = {}
    if out is not None:
        _check("--out", out, KINDS)
        found["summary", ""] = out
        found |= {("group", title): out.with_name(f"{out.stem}_{safe_name(title)}{out.suffix}") for title in by}
        if lines:
            found["lines", ""] = out.with_name(f"{out.stem}_lines{out.suffix}")
    if tidy is not None:
        _check("--tidy", tidy, KINDS)
        found["tidy", ""] = tidy
    taken = [path.resolve() for path in (*found.values(), whole_lines, index) if path is not None]
    for path in taken:
        if taken.count(path) > 1:
            raise InputError("two tables would be written to one file", value=path.name, cure="choose another name")
    return found


def _check(option: str, path: Path, kinds: Sequence[str]) -> None:
    if path.suffix not in kinds:
        expected = "a name in " + " or ".join(kinds)
        raise InputError("no such kind of file", key=option, value=path.name, expected=expected)
    check_folder(option, path)


def check_folder(option: str, path: Path) -> None:
    """Raise an InputError if the folder that a file goes to is not there."""
    if not path.absolute().parent.is_dir():
        raise InputError("no such folder", key=option, value=str(path.parent), cure="make it first")


@contextmanager
def placed(files: Sequence[Path]) -> Iterator[dict[Path, Path]]:
    """Give each file a name to be written under; all take their places when the block ends well, or none does.

    Raises
    ------
    InputError
        A file cannot be written; what stood there stays.
    """
    new: dict[Path, Path] = {}
    try:
        with whole_files(files) as names:
            new.update(zip(files, names, strict=True))
            yield new
    except OSError as error:
        which = ", ".join(map(str, files))
        cure = "name files in folders that are there, have room and may be written to"
        raise cannot_write("the results" if len(files) > 1 else "the file", error, which, cure) from None
    except InputError as error:
        raise error.renamed({str(name): str(file) for file, name in new.items()}) from None


def write_files(
    sweep: Sweep, files: dict[tuple[str, str], Path], new: Mapping[Path, Path], baseline: str | None = None
) -> None:
    """Write the tables of a sweep.

    Parameters
    ----------
    sweep : Sweep
    files : dict of (str, str) to Path
        As `files_of` says.
    new : mapping of Path to Path
        The name that each is written under.
    baseline : str, optional
        The scenario that the tidy table is held against; the first that changes nothing by default.
    """
    for (what, title), path in files.items():
        table = sweep.tidy(baseline) if what == "tidy" else _table(sweep, what, title)
        _write(table, path.suffix, new[path])


def _table(sweep: Sweep, what: str, title: str) -> pa.Table:
    if what == "group":
        return sweep.by(title)
    if what == "summary" or sweep.chosen is None:
        return sweep.summary()
    return sweep.chosen


def _write(table: pa.Table, kind: str, path: Path) -> None:
    import pyarrow.csv
    import pyarrow.parquet

    if kind == ".parquet":
        pyarrow.parquet.write_table(table, path)
        return
    columns = {name: _harmless_texts(table.column(name)) for name in table.column_names}
    pyarrow.csv.write_csv(pyarrow.table(columns), path)


def _harmless_texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column of texts with those harmless that a spreadsheet would work out; other columns as they are."""
    import pyarrow as pa

    from fastavs.tables.arrow import texts
    from fastavs.tables.write import harmless

    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    if not pa.types.is_string(coded.type.value_type):
        return column
    chunks = coded.unify_dictionaries().chunks
    distinct = [one if one is None else harmless(one) for one in chunks[0].dictionary.to_pylist()] if chunks else []
    return pa.chunked_array([texts(distinct).take(chunk.indices) for chunk in chunks], pa.string())
