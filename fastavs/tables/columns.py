"""Columns of native tables: text as places into distinct values, numbers as floats."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.errors import InputError
from fastavs.tables.arrow import texts
from fastavs.tables.tables import Piece

_CODES = ("codes", "0203290000", "read the source with this column as text, so that leading zeros stay")
TEXT_ALONE = {
    "line": _CODES,
    "prefix": _CODES,
    "partner": ("partner codes", "TUR", "use ISO alpha-3 codes, as text"),
    "duty": ("duties", "15%", 'write shares as percent with their sign: 0.15 is "15%"'),
}
"""Columns that cannot be numbers: what they hold, an example, and what to do."""


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
    return _trimmed(plain(coded.indices.cast(pa.int32()), -1, np.int32), coded.dictionary)


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
    if column in ("period", "first_period", "last_period") and pa.types.is_floating(kind):
        array = array.cast(pa.int64())  # pandas turns whole numbers with a gap among them into floats
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
        array = array.cast(kind).cast(pa.string()).dictionary_encode()  # a null among the values cannot be unified
    whole = array.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else texts([]).dictionary_encode()
    return whole


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


def _trimmed(places: np.ndarray, dictionary: pa.Array) -> tuple[np.ndarray, list[str]]:
    """Strip blanks from distinct texts and merge what becomes equal; empty text is null."""
    merged, names = places, dictionary.to_pylist()
    if not _is_trimmed(dictionary):
        distinct: dict[str, int] = {}
        new_place = np.full(len(names) + 1, -1, dtype=np.int32)  # the last entry serves place -1
        for i, text in enumerate(names):
            stripped = (text or "").strip()
            if stripped:
                new_place[i] = distinct.setdefault(stripped, len(distinct))
        merged, names = new_place[places], list(distinct)
    held = np.zeros(len(names) + 1, dtype=bool)
    held[merged] = True
    used = np.flatnonzero(held[:-1])  # dataframes keep categories that no row holds
    if used.size == len(names):
        return merged, names
    back = np.full(len(names) + 1, -1, dtype=np.int32)
    back[used] = np.arange(used.size, dtype=np.int32)
    return back[merged], [names[place] for place in used]


def _is_trimmed(texts: pa.Array) -> bool:
    """Whether texts are distinct, and surely without blanks at their ends: ASCII there."""
    whole = pc.all(pc.match_substring_regex(texts, "^[!-~](.*[!-~])?$")).as_py()
    return whole is True and not texts.null_count and len(texts.unique()) == len(texts)


def number_column(piece: Piece, column: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a column as float64[n] (NaN = none) and where it held text that is no number, bool[n]."""
    n = piece.table.num_rows
    if column not in piece.table.column_names:
        return np.full(n, np.nan), np.zeros(n, dtype=bool)
    array = piece.table.column(column)
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _numbers_from_text(array.to_pylist())
    if not (_is_number(kind) or pa.types.is_null(kind)):
        raise _wrong_type(piece, column, kind, "numbers")
    return plain(array.cast(pa.float64(), safe=False).combine_chunks(), np.nan, np.float64), np.zeros(n, dtype=bool)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _wrong_type(piece: Piece, column: str, kind: pa.DataType, expected: str) -> InputError:
    return InputError(f"a column of {kind}", file=piece.label, column=column, expected=f"a column of {expected}")


NOTHING = frozenset({"", "na", "n/a", "nan", "null", "none", ".", "-"})
"""What tools write into a column of numbers where they have none."""


def _numbers_from_text(texts: list[str | None]) -> tuple[np.ndarray, np.ndarray]:
    values = np.full(len(texts), np.nan)
    bad = np.zeros(len(texts), dtype=bool)
    for i, text in enumerate(texts):
        if text is None or text.strip().lower() in NOTHING:
            continue
        try:
            values[i] = float(text)
        except ValueError:
            bad[i] = True
        else:
            bad[i] = bool(np.isnan(values[i])) or "_" in text  # Python takes 1_000, no one else does
    return values, bad
