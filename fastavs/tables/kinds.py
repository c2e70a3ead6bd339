"""Kinds of table files: told by the ending of the name, and held against what the file holds."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from fastavs.errors import InputError
from fastavs.plain_text import HEAD, markup_of, not_utf8, other_than_text, sign_of

CSV_ENDINGS = tuple(kind + packed for kind in (".csv", ".tsv", ".txt") for packed in ("", ".gz", ".bz2", ".zst"))
ARROW_ENDINGS = (".arrow", ".feather", ".ipc")
PARQUET_ENDINGS = (".parquet", ".pq")
WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_COMPRESSED = {"compressed by gzip": ".gz", "compressed by bzip2": ".bz2", "compressed by zstd": ".zst"}
_ENDINGS: dict[str, tuple[str, ...]] = {
    "a Parquet file": PARQUET_ENDINGS, "an Arrow file": ARROW_ENDINGS, "a Feather file": ARROW_ENDINGS,
    **{what: (ending,) for what, ending in _COMPRESSED.items()},
    "an Excel workbook, or another zip archive": WORKBOOK_ENDINGS,
    "an Excel workbook of before 2007": WORKBOOK_ENDINGS,
}  # fmt: skip


def check_kind(path: Path, label: str) -> None:
    """Make sure that a file is of the kind that its name says, as far as its beginning tells.

    Raises
    ------
    InputError
        It is of another kind.
    OSError
        It cannot be read.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    name = path.name.lower()
    if name.endswith((*_COMPRESSED.values(), *PARQUET_ENDINGS, *ARROW_ENDINGS, *WORKBOOK_ENDINGS)):
        what = sign_of(head) or markup_of(head) or ("plain text, such as CSV" if _is_text(head) else None)
    else:
        what = other_than_text(head)
    if what is None or name.endswith(_ENDINGS.get(what, ())):
        return
    raise InputError(
        f"the file cannot be read (it is {what}, of another kind than its name says)",
        file=label,
        expected="Parquet, Arrow/Feather, CSV, CSV.gz or a workbook, each under its own ending",
        cure=_cure(what),
    )


def _is_text(head: bytes) -> bool:
    return bool(head) and not any(byte < 9 or 13 < byte < 32 for byte in head)


def _cure(what: str) -> str:
    if what.startswith("text in"):
        return "save the file as UTF-8"
    if what in _COMPRESSED:
        return f"unpack it, or let its name end in {_COMPRESSED[what]} after the table's own ending"
    if what.startswith("plain text"):
        return "let its name end in .csv"
    if "Excel" in what:
        return "let its name end in .xlsx or .xls if it is a workbook, or save the table as CSV or Parquet"
    return f"let its name end in {_ENDINGS[what][0]}" if what in _ENDINGS else "save the table as CSV or Parquet"


def encoding_trouble(path: Path) -> str | None:
    """Return where a CSV file is no UTF-8 and what it may be instead; None where it is UTF-8, or cannot be read."""
    try:
        with pa.input_stream(str(path)) as stream:
            return not_utf8(stream.read())
    except (pa.ArrowException, OSError, EOFError):
        return None
