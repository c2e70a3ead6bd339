"""Columns of native tables: text as places into distinct values, numbers as floats."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs import codes, periods
from fastavs.errors import InputError
from fastavs.numbers import NumberForm, form_of, readings
from fastavs.tables.arrow import flags, texts
from fastavs.tables.arrow import numbers as row_numbers
from fastavs.tables.tables import Piece

_CODES = ("codes", "0203290000", "read the source with this column as text, so that leading zeros stay")
TEXT_ALONE = {
    "line": _CODES,
    "prefix": _CODES,
    "partner": ("partner codes", "TUR", "use ISO alpha-3 codes, as text"),
    "duty": ("duties", "15%", 'write shares as percent with their sign: 0.15 is "15%"'),
}
"""Columns that cannot be numbers: what they hold, an example, and what to do."""
CODED = ("line", "prefix")
"""Columns of codes."""
PERIODS = ("period", "first_period", "last_period")
"""Columns of periods."""


def clean_of(column: str) -> Callable[[str], str]:
    """Return what brings the texts of a column into the form that is compared: codes in digits, months as labels."""
    return codes.as_digits if column in CODED else periods.as_label if column in PERIODS else str.strip


_TELLING = ("line", "prefix", "partner", "period", "currency")


def about_row(piece: Piece, row: int) -> str | None:
    """Return what a person knows a row by, as "line 2203000100, partner DEU"; rows count from 0 here."""
    cells = {name: piece.table.column(name)[row].as_py() for name in _TELLING if name in piece.table.column_names}
    return ", ".join(f"{name} {cell}" for name, cell in cells.items() if cell not in (None, "")) or None


def text_column(piece: Piece, column: str) -> tuple[np.ndarray, list[str]]:
    """Return a text column as places into its distinct values: int32[n] (-1 = null) and the list of texts.

    Raises
    ------
    InputError
        Numbers where codes are expected: their leading zeros are gone.
    """
    if column not in piece.table.column_names:
        return np.full(piece.table.num_rows, -1, dtype=np.int32), []
    coded = coded_column(piece, column)
    return _cleaned(plain(coded.indices.cast(pa.int32()), -1, np.int32), coded.dictionary, column)


def coded_column(piece: Piece, column: str) -> pa.DictionaryArray:
    """Return a text column as one array of codes and the distinct texts, as `text_column` but as found.

    Raises
    ------
    InputError
        Numbers where codes are expected: their leading zeros are gone.
    """
    array = piece.table.column(column)
    kind = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
    if pa.types.is_nested(kind):
        raise _wrong_type(piece, column, kind, "text")
    if column in PERIODS and pa.types.is_floating(kind):
        array = _whole_numbers(piece, column, array)
        kind = array.type
    if column in PERIODS and pa.types.is_timestamp(kind):  # the day where it was noted, whatever the hour
        array = array.cast(kind)
        array = (pc.local_timestamp(array) if kind.tz else array).cast(pa.date32(), safe=False)
        kind = array.type
    if column in TEXT_ALONE and _is_number(kind):
        what, example, cure = TEXT_ALONE[column]
        raise InputError(
            f"{what} are text, and this column holds numbers ({kind})",
            file=piece.label,
            column=column,
            value=next((cell.as_py() for cell in array if cell.is_valid), None),
            expected=f'text such as "{example}"',
            cure=cure,
        )
    if pa.types.is_integer(array.type):
        array = array.dictionary_encode().cast(pa.dictionary(pa.int32(), pa.string()))
    elif not pa.types.is_dictionary(array.type):
        array = array.cast(pa.string()).dictionary_encode()
    elif kind != pa.string() or any(chunk.dictionary.null_count for chunk in array.chunks):
        array = array.cast(kind).cast(pa.string()).dictionary_encode()  # Arrow cannot unify dictionaries that hold null
    whole = array.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else texts([]).dictionary_encode()
    return whole


def _whole_numbers(piece: Piece, column: str, array: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return whole numbers that pandas has turned into floats because one is missing."""
    odd = array.filter(pc.not_equal(array, pc.round(array)))
    if len(odd):
        raise InputError(
            "a period that is no whole number", file=piece.label, column=column, value=odd[0].as_py(),
            expected='2023, or text such as "2023M01"',
        )  # fmt: skip
    return array.cast(pa.int64())


def plain(array: pa.Array, null: float, dtype: type) -> np.ndarray:
    """Return a column's numbers with `null` where it has none.

    By the buffer, for Arrow's own way to numpy imports pandas wherever that is installed.
    """
    n = len(array)
    if array.null_count == n:
        return np.full(n, null, dtype=dtype)
    values: np.ndarray = np.frombuffer(array.buffers()[1], dtype=dtype)[array.offset : array.offset + n]
    if not array.null_count:
        return values
    valid = array.is_valid()
    bits = np.unpackbits(np.frombuffer(valid.buffers()[1], dtype=np.uint8), bitorder="little")
    return np.where(bits[valid.offset : valid.offset + n], values, null).astype(dtype)


def _cleaned(places: np.ndarray, dictionary: pa.Array, column: str) -> tuple[np.ndarray, list[str]]:
    """Clean distinct texts as `clean_of` says and merge what becomes equal; empty text is null."""
    merged, names = places, dictionary.to_pylist()
    if not _is_clean(dictionary, column):
        clean = clean_of(column)
        distinct: dict[str, int] = {}
        new_place = np.full(len(names) + 1, -1, dtype=np.int32)  # the last entry serves place -1
        for i, text in enumerate(names):
            cleaned = clean(text or "")
            if cleaned:
                new_place[i] = distinct.setdefault(cleaned, len(distinct))
        merged, names = new_place[places], list(distinct)
    held = np.zeros(len(names) + 1, dtype=bool)
    held[merged] = True
    used = np.flatnonzero(held[:-1])  # dataframes keep categories that no row holds
    if used.size == len(names):
        return merged, names
    back = np.full(len(names) + 1, -1, dtype=np.int32)
    back[used] = np.arange(used.size, dtype=np.int32)
    return back[merged], [names[place] for place in used]


def _is_clean(texts: pa.Array, column: str) -> bool:
    """Whether texts are distinct, and surely as `clean_of` leaves them: digits; of others, ASCII at both ends."""
    pattern = "^[0-9]+$" if column in CODED else "^[0-9]{4}$" if column in PERIODS else "^[!-~](.*[!-~])?$"
    whole = pc.all(pc.match_substring_regex(texts, pattern)).as_py()
    return whole is True and not texts.null_count and len(texts.unique()) == len(texts)


def number_column(piece: Piece, column: str, form: NumberForm | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return a column as float64[n] (NaN = none) and where it held text that is no number, bool[n].

    Parameters
    ----------
    piece : Piece
    column : str
        A column of numbers, or of text that prints them; a column that is not there is NaN throughout.
    form : NumberForm, optional
        How the study says that the column's text prints numbers, the piece's own form if left out. Where that is not
        said either, it is the native form (a decimal point, nothing between thousands) as long as no number shows
        another (see `fastavs.numbers`).

    Raises
    ------
    InputError
        A column of another type; text that prints a number in another form, which is a fault of the whole column; or,
        where `form` is left out, numbers all of which can be read in two ways ("1.000").
    """
    n = piece.table.num_rows
    if column not in piece.table.column_names:
        return np.full(n, np.nan), np.zeros(n, dtype=bool)
    array = piece.table.column(column)
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _numbers_from_text(piece, column, array, form or piece.form)
    if not (_is_number(kind) or pa.types.is_null(kind)):
        raise _wrong_type(piece, column, kind, "numbers")
    return plain(array.cast(pa.float64(), safe=False).combine_chunks(), np.nan, np.float64), np.zeros(n, dtype=bool)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _wrong_type(piece: Piece, column: str, kind: pa.DataType, expected: str) -> InputError:
    return InputError(f"a column of {kind}", file=piece.label, column=column, expected=f"a column of {expected}")


NOTHING = frozenset({"", "na", "n/a", "nan", "null", "none", ".", "-"})
"""What tools write into a column of numbers where they have none."""


_NATIVE_NUMBER = re.compile(r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf(?:inity)?)")
_NATIVE_TEXT = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"  # what Arrow reads as Python does; the rest goes one by one
_EITHER_WAY = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"  # a decimal point, or a point between thousands


def _numbers_from_text(
    piece: Piece, column: str, array: pa.ChunkedArray, form: NumberForm | None
) -> tuple[np.ndarray, np.ndarray]:
    """Read text cell by cell, most of it at once: see `number_column`."""
    values = np.full(len(array), np.nan)
    bad = np.zeros(len(array), dtype=bool)
    cells = pc.utf8_trim_whitespace(array.cast(pa.string()))
    usual = _where(pc.match_substring_regex(cells, form.pattern if form else _NATIVE_TEXT))
    numbers = cells.filter(flags(usual))
    for mark, point in form.replaced if form else ():
        numbers = pc.replace_substring(numbers, mark, point)
    values[usual] = plain(numbers.cast(pa.float64()).combine_chunks(), np.nan, np.float64)
    others = np.flatnonzero(~usual & _where(cells.is_valid()))
    for i, cell in zip(others.tolist(), cells.take(row_numbers(others)).to_pylist(), strict=True):
        text = cell.strip().lower()
        if text in NOTHING:
            continue
        number = form.read(text) if form else text if _NATIVE_NUMBER.fullmatch(text) else None
        if number is not None:
            values[i] = float(number)
        elif readings(text):
            raise _other_form(piece, column, array.to_pylist(), i, form)
        else:
            bad[i] = True
    if form is None:
        _refuse_doubtful(piece, column, cells, ~np.isnan(values))
    return values, bad


def _refuse_doubtful(piece: Piece, column: str, cells: pa.ChunkedArray, numbers: np.ndarray) -> None:
    """Refuse numbers all of whose points may part thousands as well."""
    pointed = numbers & _where(pc.match_substring(cells, "."))
    either = pointed & _where(pc.match_substring_regex(cells, _EITHER_WAY))
    if either.any() and not (pointed & ~either).any():
        last = int(np.flatnonzero(either)[-1])
        raise _either_way(piece, column, str(cells[last].as_py()), last)


def _where(mask: pa.ChunkedArray) -> np.ndarray:
    """Return truth values as bool[n]; null is false."""
    return plain(mask.cast(pa.uint8()).combine_chunks(), 0, np.uint8).astype(bool)


def _other_form(piece: Piece, column: str, texts: list[str | None], place: int, form: NumberForm | None) -> InputError:
    """Complain of a number that is not in the form of its table, and say which setting reads the column."""
    text = str(texts[place]).strip()
    found = form_of(cell.strip() for cell in texts if cell is not None)
    if found is None and form is None and len(readings(text)) == 2:
        return _either_way(piece, column, text, place)
    setting = f"say {found} {_place_of_settings(piece)}" if found else "give the column one form"
    return InputError(
        "a number in another form",
        file=piece.label,
        row=piece.first + place + 1,
        column=column,
        about=about_row(piece, place),
        value=text,
        expected=str(form) if form else "a decimal point, and nothing between thousands",
        cure=f"{setting}, or write {readings(text)[-1].plain}",
    )


def _either_way(piece: Piece, column: str, text: str, place: int) -> InputError:
    decimal, grouped = readings(text)
    return InputError(
        f"a number that may be {float(decimal.plain):g} or {grouped.plain}, and no other in the column decides",
        file=piece.label,
        row=piece.first + place + 1,
        column=column,
        about=about_row(piece, place),
        value=text,
        cure=f'say decimal = "{decimal.decimal}" or thousands = "{grouped.thousands}" {_place_of_settings(piece)}, '
        "or write plain numbers",
    )


def _place_of_settings(piece: Piece) -> str:
    """Return where it is said how a table prints numbers."""
    if piece.label.startswith("<"):  # it came from memory, as "<trade>" or "<published summary>"
        return f"under [{piece.label.strip('<>').split()[0]}]"
    return "under the table's heading in the study file"
