"""Sectors of a model: which codes belong to which, and with what share."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from fastavs.arguments import a_mapping, misfit
from fastavs.codes import LONGEST, Grouping, as_digits, cut
from fastavs.errors import InputError
from fastavs.numbers import NumberForm
from fastavs.periods import natural
from fastavs.tables.columns import about_row, number_column, text_column
from fastavs.tables.tables import Columns, Piece, from_memory

SECTOR_COLUMNS = Columns("sectors", ("prefix", "sector", "group", "name"), ("share",), ("prefix",), form=NumberForm())
CLOSE = 1e-5
"""How near to 1 the shares of a prefix must add up: what rounding to six digits leaves."""


def plain_name(name: str, **place: Any) -> str:
    """Return a sector's or region's name, letters with their marks in one piece (NFC).

    Parameters
    ----------
    name : str
    **place
        Where it stands: what an InputError says besides.

    Raises
    ------
    InputError
        Half of a letter, or a zero byte.

    Examples
    --------
    >>> plain_name("e\u0301") == "\u00e9"
    True
    """
    if "\0" in name or any("\ud800" <= one <= "\udfff" for one in name):
        raise InputError(
            "a name that cannot be written: it holds a zero byte, or half of a letter", value=ascii(name),
            cure="write it anew, as text in UTF-8", **place,
        )  # fmt: skip
    return unicodedata.normalize("NFC", name)


def refuse_numbers(name: str, mapping: Mapping[Any, Any], example: str) -> None:
    """Raise an InputError for a key that is a number, which has lost its leading zeros."""
    for key in mapping:
        if isinstance(key, int | float | np.number):
            raise InputError(
                f"a key of {name} is a number", value=str(key), expected=f"text: {example}",
                cure="write codes as text, with their leading zeros",
            )  # fmt: skip


class Members(NamedTuple):
    """The sectors of some codes, n of them, in m pairs."""

    start: np.ndarray  # int64[n + 1] a code's first pair; none: it is in no sector
    sector: np.ndarray  # int64[m] ascending within a code
    share: np.ndarray  # float64[m] adds up to 1 within a code


@dataclass(frozen=True, slots=True)
class Sectors:
    """Prefixes to sectors: the longest matching prefix wins, and its rows share the code out.

    Attributes
    ----------
    title : str
        What it is called in messages.
    sectors : tuple of str
        In the order in which models see them.
    names : dict of str to str
        Of those that have one.
    prefixes : tuple of str
        "" matches every code.
    rows : tuple of tuple of (int, float)
        Of each prefix: sector, share; adding up to 1.
    """

    title: str
    sectors: tuple[str, ...]
    names: dict[str, str]
    prefixes: tuple[str, ...]
    rows: tuple[tuple[tuple[int, float], ...], ...]

    def members(self, keys: np.ndarray, digits: int) -> Members:
        """Return the sectors of codes of one length.

        Parameters
        ----------
        keys : int64[n]
            Codes as 12-digit numbers.
        digits : int
            Their length: none begins with a longer prefix.
        """
        row = np.full(keys.size, -1, dtype=np.int64)
        for length in sorted({len(prefix) for prefix in self.prefixes if len(prefix) <= digits}):
            some = [place for place, prefix in enumerate(self.prefixes) if len(prefix) == length]
            low = np.array([_first_key(self.prefixes[place]) for place in some], dtype=np.int64)
            order = np.argsort(low)
            known, of_keys = low[order], cut(keys, length)
            at = np.minimum(np.searchsorted(known, of_keys), known.size - 1)
            hit = known[at] == of_keys
            row[hit] = np.array(some, dtype=np.int64)[order][at[hit]]
        pairs = [sorted(pair for pair in some if pair[1] > 0.0) for some in self.rows]
        flat = [pair for some in pairs for pair in some]
        sizes = np.array([*map(len, pairs), 0], dtype=np.int64)  # the last entry serves row -1
        first = np.cumsum(sizes) - sizes
        start = np.concatenate([[0], np.cumsum(sizes[row])]).astype(np.int64)
        place = np.arange(start[-1]) + np.repeat(first[row] - start[:-1], sizes[row])
        return Members(
            start,
            np.array([sector for sector, _ in flat], dtype=np.int64)[place],
            np.array([share for _, share in flat], dtype=np.float64)[place],
        )

    def with_rest(self, label: str) -> Sectors:
        """Return the same with a sector for all codes that are in none; `label` may be one of the sectors."""
        sectors = self.sectors if label in self.sectors else (*self.sectors, label)
        rest = ((sectors.index(label), 1.0),)
        return replace(self, sectors=sectors, prefixes=(*self.prefixes, ""), rows=(*self.rows, rest))


class Entry(NamedTuple):
    """A row of a table of sectors."""

    prefix: str
    sector: str
    share: float | None = None
    name: str | None = None
    file: str | None = None
    row: int | None = None

    def wrong(self, problem: str, column: str, **more: Any) -> InputError:
        about = None if column == "prefix" else f"prefix {self.prefix}"
        return InputError(problem, file=self.file, row=self.row, column=column, about=about, **more)


def _first_key(prefix: str) -> int:
    return int(prefix or 0) * 10 ** (LONGEST - len(prefix))


def make_sectors(title: str, entries: Iterable[Entry], order: Sequence[str] = ()) -> Sectors:
    """Check rows and return them as `Sectors`.

    Parameters
    ----------
    title : str
    entries : iterable of Entry
    order : sequence of str
        Sectors that come first, whether some prefix names them or not. The others follow as first seen; where all
        sectors are numbers, they go by number.

    Raises
    ------
    InputError
        What is no prefix; a row without a sector; a prefix in several sectors without shares; shares that do not add
        up to 1.
    """
    by_prefix: dict[str, list[Entry]] = {}
    names: dict[str, str] = {}
    seen: dict[str, None] = dict.fromkeys(order)
    for entry in entries:
        _check_entry(entry)
        one = _named(entry)
        by_prefix.setdefault(one.prefix, []).append(one)
        seen.setdefault(one.sector)
        if one.name and names.setdefault(one.sector, one.name) != one.name:
            raise one.wrong(
                "a sector with two names", "name", value=f"{names[one.sector]}, {one.name}",
                expected=f"one name for sector {one.sector}", cure="mend one of the two, or leave it out",
            )  # fmt: skip
    sectors = tuple(seen)
    if all(label.isascii() and label.isdigit() for label in sectors):
        sectors = tuple(sorted(sectors, key=natural))
    place = {label: number for number, label in enumerate(sectors)}
    rows = tuple(
        tuple(sorted((place[sector], share) for sector, share in _shares(some).items())) for some in by_prefix.values()
    )
    return Sectors(title, sectors, names, tuple(by_prefix), rows)


def _named(one: Entry) -> Entry:
    place = {"file": one.file, "row": one.row, "column": "sector"}
    name = one.name and plain_name(one.name, **{**place, "column": "name"})
    return one._replace(sector=plain_name(one.sector, **place), name=name)


def _check_entry(one: Entry) -> None:
    if not (one.prefix.isascii() and one.prefix.isdigit()) or len(one.prefix) > LONGEST:
        raise one.wrong(
            "no code prefix", "prefix", value=one.prefix, expected=f"1 to {LONGEST} digits, as text",
            cure="keep the column as text, with its leading zeros",
        )  # fmt: skip
    if not one.sector:
        raise one.wrong("a prefix without a sector", "sector", cure="fill it in, or leave the row out")
    if one.share is not None and not 0.0 <= one.share <= 1.0:
        raise one.wrong(
            "not a share", "share", value=f"{one.share:g}", expected="a fraction, from 0 to 1",
            cure=f"write percentages as fractions: {one.share / 100.0:g}" if 1.0 < one.share <= 100.0 else None,
        )  # fmt: skip


def _shares(some: Sequence[Entry]) -> dict[str, float]:
    """Return the share of each sector in a prefix, adding up to 1.

    Raises
    ------
    InputError
    """
    last, sectors = some[-1], list(dict.fromkeys(one.sector for one in some))
    bare = [one for one in some if one.share is None]
    if len(bare) == len(some):
        if len(sectors) > 1:
            even = f"{1.0 / len(sectors):.3g}"
            raise last.wrong(
                f"a prefix in {len(sectors)} sectors, without shares", "sector", value=", ".join(sectors),
                cure=f"give each of its rows a share, fractions that add up to 1 (such as {even} each), or leave all "
                "but one out",
            )  # fmt: skip
        return {sectors[0]: 1.0}
    if bare:
        raise bare[0].wrong(
            "a row without a share beside rows of the same prefix that have one", "share", value=bare[0].sector,
            cure="give it one, so that they add up to 1, or leave it out",
        )  # fmt: skip
    shares = dict.fromkeys(sectors, 0.0)
    for one in some:
        shares[one.sector] += one.share or 0.0
    total = sum(shares.values())
    if abs(total - 1.0) > CLOSE:
        raise last.wrong(
            f"the shares of a prefix add up to {total:.6g}", "share", expected="1",
            cure="mend the shares of its rows, or say which sector has the rest",
        )  # fmt: skip
    return {sector: share / total for sector, share in shares.items()}


def of_grouping(grouping: Grouping) -> Sectors:
    """Return a grouping of the study as sectors."""
    pairs = zip(grouping.prefixes, grouping.members, strict=True)
    return make_sectors(
        grouping.title, (Entry(prefix, member, name=grouping.names.get(member)) for prefix, member in pairs)
    )


def of_mapping(mapping: Mapping[Any, Any]) -> Sectors:
    """Return a mapping of prefixes to sectors.

    Raises
    ------
    InputError
        Keys or values that are no texts, and what `make_sectors` refuses.
    """
    refuse_numbers("sectors", mapping, '{"0203": "meat"}')
    for prefix, sector in a_mapping("sectors", mapping).items():
        if not isinstance(sector, str):
            raise misfit(f'sectors["{prefix}"]', sector, 'a sector\'s label, as text: {"0203": "meat"}')
    if not mapping:
        raise misfit("sectors", mapping, "prefixes and their sectors")
    return make_sectors(
        "the mapping", (Entry(as_digits(prefix), sector.strip(), file="sectors") for prefix, sector in mapping.items())
    )


def of_table(source: Any) -> Sectors:
    """Read a table or file of prefixes and sectors, or several that belong together.

    Parameters
    ----------
    source : dataframe, path, or list of them
        Columns ``prefix``, ``sector`` (or ``group``), and where there are some ``share`` and ``name``.

    Raises
    ------
    InputError
        What is no such table, and what `make_sectors` refuses.
    """
    pieces = from_memory(source, SECTOR_COLUMNS, {})
    if not pieces:
        raise misfit("sectors", source, "at least one table")
    return make_sectors(", ".join(piece.label for piece in pieces), [one for piece in pieces for one in _rows(piece)])


def _rows(piece: Piece) -> list[Entry]:
    columns = piece.table.column_names
    named = [one for one in ("sector", "group") if one in columns]
    if len(named) != 1:
        raise InputError(
            "the table has a column sector and a column group" if named else "the table has no such column",
            file=piece.label, column="sector", expected="one column of sectors, called sector or group",
            cure="leave one of them out, or rename it" if named else "rename it",
        )  # fmt: skip
    cells = [_texts(piece, one) for one in ("prefix", named[0], "name")]
    shares, odd = number_column(piece, "share")
    if odd.any():
        row = int(np.flatnonzero(odd)[0])
        raise InputError(
            "not a share", file=piece.label, row=piece.first + row + 1, column="share", about=about_row(piece, row),
            value=piece.table.column("share")[row].as_py(), expected="a fraction, from 0 to 1",
        )  # fmt: skip
    return [
        Entry(prefix, sector, None if np.isnan(share) else share, name, piece.label, piece.first + i + 1)
        for i, (prefix, sector, name, share) in enumerate(zip(*cells, shares.tolist(), strict=True))
    ]


def _texts(piece: Piece, column: str) -> list[str]:
    """Return a column's texts, "" where there is none."""
    places, texts = text_column(piece, column)
    return [texts[place] if place >= 0 else "" for place in places.tolist()]
