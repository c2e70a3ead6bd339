"""Lists of codes that steps name: written out, or from the files that people have.

Of a file, the first sheet or the CSV is read: the column headed code, hs, hs6, hts, tnved, prefix or line, else the
first whose cells are mostly codes. Points and spaces between digits go; an odd number of digits gets back the leading
zero that a spreadsheet took. What was done is told in notes; a cell that is no code is an error.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastavs.codes import LONGEST, as_digits
from fastavs.errors import InputError
from fastavs.scenario.paths import whole_path

HEADINGS = ("code", "hs", "hs6", "hts", "tnved", "prefix", "line")
"""What the column of codes is headed."""
_ENOUGH = 0.5  # of the cells of a column of codes
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}")
_RANGE = re.compile(r"[0-9. ]{2,}\s*(?:-|\u2013|\u2014|\.\.\.?|to|bis|по)\s*[0-9. ]{2,}")
_SEVERAL = re.compile(r"[0-9. ]{2,}\s*[,;/]\s*[0-9. ,;/]+")


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes that steps name.

    Attributes
    ----------
    name : str
    codes : tuple of str
        Prefixes in digits, each once; those from files may be longer than the tariff's codes.
    file : str or None
        Whole path of the file that they come from.
    notes : tuple of str
        What was done to the cells of the file.

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Scenario("x", fa.Cap("10%", lists="ita"), lists={"ita": ["8542", "8517.12"]}).lists[0].codes
    ('8542', '851712')
    """

    name: str
    codes: tuple[str, ...]
    file: str | None = None
    notes: tuple[str, ...] = field(default=(), compare=False)


def lists_given(given: Any) -> tuple[CodeList, ...]:
    """Return lists by name, of codes or of the paths of files.

    Raises
    ------
    InputError
        No mapping; a list without codes; what is no code; a file that cannot be read.
    """
    if not isinstance(given, Mapping):
        shown = given if isinstance(given, str | bool | int | float) else type(given).__name__
        raise InputError(
            "not lists by name", key="lists", value=shown,
            expected='names, and codes or a file for each, such as {"spared": ["09", "30"], "ita": "ita.xlsx"}',
        )  # fmt: skip
    for name in given:
        if not isinstance(name, str) or not name.strip():
            raise InputError("a list without a name", key="lists", value=name, expected="a text")
    return tuple(_one(name, value) for name, value in given.items())


def _one(name: str, value: Any) -> CodeList:
    key = f"lists.{name}"
    if isinstance(value, CodeList):
        return value if value.name == name else CodeList(name, value.codes, value.file, value.notes)
    if isinstance(value, str | os.PathLike):
        if isinstance(value, str) and as_digits(value).isdigit():
            raise InputError(
                "a list that is one text, which would be a file", key=key, value=value,
                expected="codes or the path of a file", cure=f'write ["{value}"]',
            )  # fmt: skip
        path = Path(whole_path("lists", key, value))
        codes, notes = read_list(path, key)
        return CodeList(name, codes, str(path), notes)
    if isinstance(value, Mapping | bytes) or not isinstance(value, Iterable):
        shown = value if isinstance(value, bool | int | float) else type(value).__name__
        raise InputError("not a list of codes", key=key, value=shown, expected="codes as text, or the path of a file")
    found = []
    for code in value:
        digits = as_digits(code) if isinstance(code, str) else ""
        if not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST):
            shown = code if isinstance(code, str | bool | int | float) else type(code).__name__
            expected = f"1 to {LONGEST} digits, as text with their leading zeros"
            raise InputError("a list with something that is no code", key=key, value=shown, expected=expected)
        found.append(digits)
    if not found:
        raise InputError("a list without codes", key=key, expected="at least one code")
    return CodeList(name, tuple(dict.fromkeys(found)))


def read_list(path: Path, key: str | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read a list of codes from a CSV file or a workbook.

    Parameters
    ----------
    path : Path
        A workbook's sheet may stand after its name: ``book.xlsx#codes``.
    key : str, optional
        What messages call it besides.

    Returns
    -------
    codes : tuple of str
        Digits, each once.
    notes : tuple of str
        What was done to the cells.

    Raises
    ------
    InputError
        A file that cannot be read; no column of codes; a cell that is no code.
    """
    label = str(path)
    cells = _cells(path, label, key)
    column, first, heading = _column(cells, label, key)
    width = max(len(cells[max(first - 1, 0)]), column + 1)
    found: list[str] = []
    lost = 0
    for row in range(first, len(cells)):
        cell = cells[row][column] if column < len(cells[row]) else ""
        text = _text(cell)
        if not text:
            continue
        code, added, trouble = _code(cell)
        beyond = next((place for place in range(width, len(cells[row])) if _is_code(cells[row][place])), None)
        if beyond is not None:
            text, trouble = _text(cells[row][beyond]), ("a second code in a row", "write one code a row")
        if trouble:
            raise InputError(
                trouble[0], file=label, key=key, about=f"cell {_place(row, beyond or column)}", value=text,
                expected="one code, in digits", cure=trouble[1],
            )  # fmt: skip
        lost += added
        found.append(code)
    if not found:
        raise InputError("a list without codes", file=label, key=key, expected=f"codes in the column {heading}")
    name, repeated = Path(label).name, len(found) - len(set(found))
    notes = [f"{name}: codes from the column {heading}, {len(found):,} of them"]
    if lost:
        notes.append(
            f"{name}: {lost:,} of {len(found):,} codes had an odd number of digits and got a leading zero back"
        )
    if repeated:
        notes.append(f"{name}: {repeated:,} of {len(found):,} codes stand there more than once")
    return tuple(dict.fromkeys(found)), tuple(notes)


def _cells(path: Path, label: str, key: str | None) -> Sequence[Sequence[Any]]:
    import csv

    import pyarrow as pa

    from fastavs.tables.csv_files import csv_cells
    from fastavs.tables.kinds import CSV_ENDINGS, WORKBOOK_ENDINGS, encoding_trouble
    from fastavs.tables.workbooks import sheet_cells, sheet_of

    file = sheet_of(path)[0]
    try:
        if file.name.lower().endswith(WORKBOOK_ENDINGS):
            return sheet_cells(path, label)
        if not file.name.lower().endswith(CSV_ENDINGS):
            raise InputError(
                "a list in a file of another kind", file=label, key=key, expected="CSV or a workbook",
                cure="save it as .csv or .xlsx",
            )  # fmt: skip
        return csv_cells(path)
    except UnicodeDecodeError:
        trouble = encoding_trouble(path)
        raise InputError(f"the list cannot be read ({trouble})", file=label, key=key, cure="save it as UTF-8") from None
    except (pa.ArrowException, OSError, EOFError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is damaged"
        reason = "no such file" if isinstance(error, FileNotFoundError) else reason
        raise InputError(f"the list cannot be read ({reason})", file=label, key=key) from None


def _column(cells: Sequence[Sequence[Any]], label: str, key: str | None) -> tuple[int, int, str]:
    """Return the column of codes, the first row below its heading, and what the column is called."""
    for row, line in enumerate(cells[:30]):
        for column, cell in enumerate(line):
            if _heading(cell) in HEADINGS:
                return column, row + 1, f'"{_text(cell)}"'
    for column in range(max(map(len, cells), default=0)):
        filled = [row for row, line in enumerate(cells) if column < len(line) and _text(line[column])]
        codes = [row for row in filled if _is_code(cells[row][column])]
        headed = bool(codes) and codes[0] > filled[0]
        counted = _counts_up([_text(cells[row][column]) for row in codes])
        if len(codes) > _ENOUGH * (len(filled) - headed) and not counted:
            above = [_text(cells[row][column]) for row in filled if row < codes[0]]
            return column, codes[0], f'"{above[-1]}"' if above else _letters(column)
    raise InputError(
        "no column of codes in the list", file=label, key=key,
        expected=f"a column headed {', '.join(HEADINGS[:-1])} or {HEADINGS[-1]}, or one whose cells are mostly codes",
    )  # fmt: skip


def _heading(cell: Any) -> str:
    return re.sub("[^a-z0-9]", "", cell.lower()) if isinstance(cell, str) else ""


def _is_code(cell: Any) -> bool:
    return _code(cell)[2] is None


def _counts_up(texts: Sequence[str]) -> bool:
    """Whether numbers are 1, 2, 3 and so on: rows counted, not codes."""
    return len(texts) > 1 and list(texts) == [str(number) for number in range(1, len(texts) + 1)]


def _text(cell: Any) -> str:
    """Return a cell as text, whole numbers without decimals."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()


def _code(cell: Any) -> tuple[str, bool, tuple[str, str] | None]:
    """Return a cell's code in digits, whether it got a leading zero back, and what is wrong with its cure."""
    text = _text(cell)
    if isinstance(cell, bool) or (isinstance(cell, float) and "." in text):
        return "", False, ("a number with decimals, which may have lost zeros", "make the column one of text")
    digits = as_digits(text)
    parts = re.split(r"[. \u00a0]+", text)
    if not digits.isdigit() and all(part.isascii() and part.isdigit() for part in parts):
        digits = "".join(parts)
    if not (digits.isascii() and digits.isdigit()):
        return "", False, _trouble(text)
    if len(digits) % 2 == 0:
        return digits, False, None
    if digits[0] == "0" or (len(parts) > 1 and len(parts[0]) % 2 == 0):
        return "", False, (
            "a code with an odd number of digits that has not lost its first one",
            f'write it in full, such as "{digits}0", or with one digit less',
        )  # fmt: skip
    return "0" + digits, True, None


def _trouble(text: str) -> tuple[str, str]:
    if _SCIENTIFIC.fullmatch(text):
        return "a code in scientific notation, which may have lost digits", "save the file anew with the column as text"
    if _RANGE.fullmatch(text):
        return "a range of codes", "write the codes that it covers, or the prefix that they share"
    if _SEVERAL.fullmatch(text):
        return "several codes in one cell", "write one code a row"
    return "a cell that is no code", "write one code a row, and words in another column"


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _place(row: int, column: int) -> str:
    return f"{_letters(column)}{row + 1}"
