"""Values printed with their currency: "$1,100", "5.00 EUR"."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.duty.currencies import CODES
from fastavs.errors import InputError
from fastavs.inputs.dollars import DOLLARS
from fastavs.tables.arrow import texts
from fastavs.tables.columns import about_row, plain
from fastavs.tables.tables import Piece

SIGNS: dict[str, frozenset[str]] = {
    **{sign: frozenset({code}) for sign, code in CODES.items() if len(sign) == 1},
    **{
        sign: frozenset({code})
        for sign, code in (
            ("US$", "USD"),
            ("C$", "CAD"),
            ("CA$", "CAD"),
            ("A$", "AUD"),
            ("AU$", "AUD"),
            ("NZ$", "NZD"),
            ("HK$", "HKD"),
            ("S$", "SGD"),
            ("NT$", "TWD"),
            ("MX$", "MXN"),
            ("R$", "BRL"),
            ("Kč", "CZK"),
            ("zł", "PLN"),
            ("Ft", "HUF"),
            ("Fr", "CHF"),
            ("SFr", "CHF"),
        )
    },
    "kr": frozenset(("SEK", "NOK", "DKK", "ISK")),
    "$": DOLLARS,
    "£": frozenset(("GBP", "EGP")),
    "¥": frozenset(("JPY", "CNY")),
    "Rs": frozenset(("INR", "PKR", "LKR", "NPR", "MUR", "SCR")),
}
"""Currencies that a sign may stand for."""
_KNOWN = frozenset().union(*SIGNS.values(), ("CHF", "SEK", "NOK", "DKK", "CZK", "HUF", "RON", "PLN", "ZAR", "MXN"))
_SIGN = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True)) + "|[A-Z]{3}"
_BEFORE = re.compile(rf"([+-]?)\s*({_SIGN})\.?\s*([+-]?[0-9.,].*)")
_BEHIND = re.compile(rf"([+-]?[0-9.,].*?)\s*({_SIGN})")


def parted(text: str) -> tuple[str, str] | None:
    """Return the number of a printed value and its currency's sign or code; None where it has none.

    Examples
    --------
    >>> parted("$1,100"), parted("-US$ 5"), parted("5.00 EUR"), parted("1100")
    (('1,100', '$'), ('-5', 'US$'), ('5.00', 'EUR'), None)
    """
    before, behind = _BEFORE.fullmatch(text.strip()), _BEHIND.fullmatch(text.strip())
    if before:
        return before[1] + before[3], before[2]
    return (behind[1], behind[2]) if behind else None


def without_signs(piece: Piece, column: str, currency: str) -> Piece:
    """Return a piece of a table in which a column of money has numbers alone.

    Raises
    ------
    InputError
        A sign or code of another currency than the study's.
    """
    cells = piece.table.column(column)
    if not (pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type)):
        return piece
    marked = pc.match_substring_regex(cells, _SIGN).cast(pa.uint8()).combine_chunks()
    rows = np.flatnonzero(plain(marked, 0, np.uint8))
    if not rows.size:
        return piece
    found = cells.to_pylist()
    for row in rows.tolist():
        money = parted(found[row])
        if money is None or not (money[1] in SIGNS or money[1] in _KNOWN or money[1] == currency):
            continue
        if currency not in SIGNS.get(money[1], (money[1],)):
            raise InputError(
                f"a value in another currency than the study's, {currency}", file=piece.label,
                row=piece.first + row + 1, column=column, about=about_row(piece, row), value=found[row],
                cure=f"convert the values to {currency}, or say in the study what they are: currency = ...",
            )  # fmt: skip
        found[row] = money[0]
    place = piece.table.column_names.index(column)
    return replace(piece, table=piece.table.set_column(place, column, texts(found)))
