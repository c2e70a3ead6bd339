"""Tariff schedules: a duty for every line of a year."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from fastavs import codes
from fastavs.duty import Duty, duty_of
from fastavs.duty.numerals import decimal_of
from fastavs.duty.reading import names_no_country
from fastavs.errors import DutyError, InputError, place_of
from fastavs.inputs.dollars import Place
from fastavs.inputs.unread import Unread, UnreadDuties
from fastavs.tables.columns import about_row, number_column, text_column
from fastavs.tables.tables import Columns, Piece

PLAIN = re.compile(f"[0-9]{{{codes.SHORTEST},{codes.LONGEST}}}")  # a code that `codes.trouble` has nothing against
BY_READER = "set aside by its reader: "
"""What stands before the reason in place of a duty that a reader of `fastavs.readers` could not read."""
COLUMNS = Columns("schedules", ("line", "duty", "description"), ("year",), ("year", "line", "duty"))


@dataclass(frozen=True, slots=True)
class YearSchedule:
    """One schedule of one year, lines in ascending order.

    Attributes
    ----------
    kind : str
        "applied" or "bound".
    year : int
    digits : int
        The tariff's code length.
    keys : int64[h]
        Lines as 12-digit numbers (see `fastavs.codes`).
    duty : int64[h]
        Place of each line's duty in `duties`.
    duties : tuple of Duty
        The distinct duties.
    unread : int64[u]
        Lines set aside because their duty cannot be read; none of `keys`.
    """

    kind: str
    year: int
    digits: int
    keys: np.ndarray
    duty: np.ndarray
    duties: tuple[Duty, ...]
    unread: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @property
    def codes(self) -> np.ndarray:
        """Lines with those whose duty cannot be read, ascending: what the tariff tells apart, int64[h + u]."""
        return np.sort(np.concatenate((self.keys, self.unread))) if self.unread.size else self.keys

    def lines(self) -> list[str]:
        """Return the line codes as text."""
        return [codes.to_code(int(key), self.digits) for key in self.keys]

    def find(self, line: str) -> int | None:
        """Return a line's place, or None."""
        if len(line) != self.digits or codes.trouble(line):
            return None
        key = codes.to_key(line)
        i = int(np.searchsorted(self.keys, key))
        return i if i < self.keys.size and self.keys[i] == key else None

    def per_duty(self, values: Sequence[float | bool]) -> np.ndarray:
        """Spread one value per distinct duty over the lines."""
        return np.array(values)[self.duty]


@dataclass(slots=True)
class Findings:
    """What is found while schedules are read, and judged once all of them are.

    Attributes
    ----------
    unread : list of Unread
    dollars : list of Place
        A duty of each file that is in "$", dollars or cents of a country that is not named.
    """

    unread: list[Unread] = field(default_factory=list)
    dollars: list[Place] = field(default_factory=list)


def read_schedules(
    kind: str,
    pieces: Sequence[Piece],
    *,
    dollar: str = "USD",
    decimal: str | None = None,
    findings: Findings | None = None,
) -> dict[int, YearSchedule]:
    """Check the rows of a schedule and return it year by year.

    Parameters
    ----------
    kind : str
        "applied" or "bound".
    pieces : sequence of Piece
        Its files or dataframes.
    dollar : str
        Code of the currency that "$", dollars and cents of its duties are in.
    decimal : {".", ","}, optional
        The decimal mark of its duties; left out, what the duties of a file show (see `fastavs.numbers`).
    findings : Findings, optional
        Takes what cannot be read, whose lines are then in no schedule; without it, that is an error.

    Raises
    ------
    InputError
        A row without year, line or duty; a duplicate line; lines of differing length in one year.
    DutyError
        Duties that cannot be read; the message names all of them.
    """
    found = Findings() if findings is None else findings
    years, lines, places, digits, origins = [], [], [], [], []
    distinct: dict[tuple[str, str | None], int] = {}
    duties: list[Duty] = []
    for piece in pieces:
        year = _years(piece)
        line, line_codes = _line_codes(piece)
        duty, duty_texts = text_column(piece, "duty")
        if (duty < 0).any():
            duty, duty_texts = np.where(duty < 0, len(duty_texts), duty), [*duty_texts, ""]
        _refuse_shares(piece, duty, duty_texts)
        mark = decimal or decimal_of(duty_texts)
        read, errors = _read_duties(duty_texts, dollar, mark, by_others=decimal is None)
        new_place = np.full(len(duty_texts), -1, dtype=np.int64)
        for place, (text, one) in enumerate(zip(duty_texts, read, strict=True)):
            if one is not None:
                new_place[place] = distinct.setdefault((text, mark), len(distinct))
                duties += [one] if new_place[place] == len(duties) else []
        found.unread += _unread(kind, piece, duty, errors, (year, line, line_codes))
        found.dollars += _dollars(piece, duty, duty_texts, mark, (line, line_codes))
        years.append(year)
        lines.append(codes.to_keys(line_codes)[line])
        digits.append(np.array([len(code) for code in line_codes])[line])
        places.append(new_place[duty])
        origins.append((piece, year.size))
    if findings is None and found.unread:
        raise UnreadDuties(found.unread)
    if not years:
        return {}
    return _by_year(
        kind, np.concatenate(years), np.concatenate(lines), np.concatenate(digits), np.concatenate(places), duties,
        origins,
    )  # fmt: skip


def _years(piece: Piece) -> np.ndarray:
    values, bad = number_column(piece, "year")
    wrong = bad | ~((values == np.floor(values)) & (values >= 1000) & (values <= 9999))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InputError(
            "not a year",
            file=piece.label,
            row=row + 1,
            column="year",
            about=about_row(piece, row),
            value=piece.table.column("year")[row].as_py(),
            expected="a whole number such as 2012",
        )
    return values.astype(np.int64)


def _line_codes(piece: Piece) -> tuple[np.ndarray, list[str]]:
    line, line_codes = text_column(piece, "line")
    if line.min(initial=0) >= 0 and all(map(PLAIN.fullmatch, line_codes)):
        return line, line_codes
    problems = [codes.trouble(code) for code in line_codes]
    wrong = np.array([problem is not None for problem in problems] + [True])[line]
    if wrong.any():
        row = int(np.argmax(wrong))
        place = int(line[row])
        raise InputError(
            problems[place] or "no code" if place >= 0 else "no code",
            file=piece.label,
            row=row + 1,
            column="line",
            value=line_codes[place] if place >= 0 else None,
            expected=f"{codes.SHORTEST} to {codes.LONGEST} digits, as text",
            cure=codes.cure_of(line_codes[place]) if place >= 0 else None,
        )
    return line, line_codes


def _read_duties(
    duty_texts: list[str], dollar: str, decimal: str | None, *, by_others: bool
) -> tuple[list[Duty | None], dict[int, DutyError]]:
    """Read every distinct text once; None for one that cannot be read, and why by its place."""
    read = _read_beside_others if by_others and decimal == "," else duty_of
    duties: list[Duty | None] = []
    errors: dict[int, DutyError] = {}
    for place, text in enumerate(duty_texts):
        try:
            if text.startswith(BY_READER):
                raise DutyError(text.removeprefix(BY_READER), value=text, cure="leave the line out")
            if not text:
                raise DutyError(
                    "a line without a duty", value="", cure='write "0%" if the line is free',
                    expected='a duty such as "15%", "0.4 EUR/l" or "max(15%, 0.15 EUR/kg)"',
                )  # fmt: skip
            duties.append(read(text, dollar=dollar, decimal=decimal))
        except DutyError as error:
            duties.append(None)
            errors[place] = error
    return duties, errors


def _unread(
    kind: str,
    piece: Piece,
    duty: np.ndarray,
    errors: Mapping[int, DutyError],
    lines: tuple[np.ndarray, np.ndarray, Sequence[str]],
) -> list[Unread]:
    """Return the texts of a file that cannot be read with their rows, in the order of the first of these."""
    year, line, line_codes = lines
    unread = []
    for place, error in errors.items():
        rows = np.flatnonzero(duty == place)
        if rows.size:
            unread.append(Unread(
                kind, piece.label, str(error.value), error, tuple((rows + 1).tolist()), tuple(year[rows].tolist()),
                tuple(line_codes[one] for one in line[rows]),
            ))  # fmt: skip
    return sorted(unread, key=lambda one: one.rows[0])


def _dollars(
    piece: Piece,
    duty: np.ndarray,
    duty_texts: Sequence[str],
    decimal: str | None,
    lines: tuple[np.ndarray, Sequence[str]],
) -> list[Place]:
    """Return a duty of a file that is in dollars or cents of no country, if there is one."""
    line, line_codes = lines
    for place, text in enumerate(duty_texts):
        if names_no_country(text, decimal=decimal) and (duty == place).any():
            row = int(np.argmax(duty == place))
            return [Place(piece.label, row + 1, line_codes[line[row]], text)]
    return []


def _read_beside_others(text: str, *, dollar: str, decimal: str | None) -> Duty:
    """Read a duty whose file has decimal commas; canonical text there can mean something else by itself."""
    duty = duty_of(text, dollar, decimal)
    try:
        alone = duty_of(text, dollar)
    except DutyError:
        return duty
    if alone == duty:
        return duty
    raise DutyError(
        f"it is {alone.text} by itself, and {duty.text} beside duties with decimal commas",
        value=text,
        cure="write it without grouping, and all duties with one decimal mark",
    )


def _refuse_shares(piece: Piece, duty: np.ndarray, duty_texts: list[str]) -> None:
    """Stop at bare numbers that are all 1 or less: shares where percent are meant, a hundred times too low."""
    bare = {text: float(text) for text in duty_texts if text.isascii() and text.replace(".", "", 1).isdigit()}
    if bare and max(bare.values()) <= 1.0 and any(0.0 < number < 1.0 for number in bare.values()):
        text = next(text for text, number in bare.items() if 0.0 < number < 1.0)
        row = int(np.argmax(duty == duty_texts.index(text)))
        raise DutyError(
            "bare numbers that look like shares, where a bare number is read as percent",
            file=piece.label,
            row=row + 1,
            column="duty",
            about=about_row(piece, row),
            value=text,
            cure=f'write "{100 * float(text):g}%", or "{text}%" if that is meant',
        )


def _by_year(
    kind: str,
    year: np.ndarray,
    key: np.ndarray,
    digits: np.ndarray,
    duty: np.ndarray,
    duties: Sequence[Duty],
    origins: list[tuple[Piece, int]],
) -> dict[int, YearSchedule]:
    ascending = (year[1:] > year[:-1]) | ((year[1:] == year[:-1]) & (key[1:] > key[:-1]))
    order = np.arange(year.size) if ascending.all() else np.lexsort((key, year))
    year = year[order]
    schedules = {}
    for one in np.unique(year):
        rows = order[np.searchsorted(year, one) : np.searchsorted(year, one, side="right")]
        lengths = np.unique(digits[rows])
        if lengths.size > 1:
            _complain_of_lengths(rows, key, digits, origins)
        repeated = np.flatnonzero(np.diff(key[rows]) == 0)
        if repeated.size:
            first, second = sorted(int(row) for row in rows[repeated[0] : repeated[0] + 2])
            here, row = _origin(second, origins)
            there, earlier = _origin(first, origins)
            before = place_of(there.label, earlier, ", row")
            raise InputError(
                f"the line stands twice in the {kind} schedule of {one} (first in {before})",
                file=here.label,
                row=row,
                column="line",
                value=codes.to_code(int(key[second]), int(digits[second])),
                cure="leave one of the two rows out",
            )
        known = duty[rows] >= 0
        used, places = np.unique(duty[rows[known]], return_inverse=True)
        if not used.size:
            continue
        schedules[int(one)] = YearSchedule(
            kind,
            int(one),
            int(lengths[0]),
            key[rows[known]],
            places.astype(np.int64),
            tuple(duties[place] for place in used),
            key[rows[~known]],
        )
    return schedules


def _complain_of_lengths(
    rows: np.ndarray, key: np.ndarray, digits: np.ndarray, origins: list[tuple[Piece, int]]
) -> None:
    lengths, counts = np.unique(digits[rows], return_counts=True)
    usual = int(lengths[np.argmax(counts)])
    cut = _cut_by_a_spreadsheet(rows, digits, origins)
    if cut is not None:
        usual = int(lengths[-1])
    other = int(rows[digits[rows] != usual].min()) if cut is None else cut
    piece, row = _origin(other, origins)
    code = codes.to_code(int(key[other]), int(digits[other]))
    cure = f"give every line its {usual} digits"
    if cut is not None:
        whole = _printed(cut, origins).ljust(usual + 1, "0")
        cure = f'a spreadsheet that took it for a number may have dropped zeros at its end: write "{whole}", as text'
    elif len(code) == usual - 1:
        cure = f'a leading zero may be lost: write "0{code}", and keep the column as text'
    raise InputError(
        f"a line of {len(code)} digits where others of the year have {usual}",
        file=piece.label,
        row=row,
        column="line",
        value=code,
        cure=cure,
    )


def _cut_by_a_spreadsheet(rows: np.ndarray, digits: np.ndarray, origins: list[tuple[Piece, int]]) -> int | None:
    """Return a row whose line is short and printed with one point, as a number is, like lines of full length."""
    whole = digits[rows] == digits[rows].max()
    if not any(_printed(row, origins).count(".") == 1 for row in rows[whole].tolist()):
        return None  # it is a heading, or has lost something else
    return next((row for row in sorted(rows[~whole].tolist()) if _printed(row, origins).count(".") == 1), None)


def _printed(row: int, origins: list[tuple[Piece, int]]) -> str:
    """Return a line as its file prints it."""
    piece, number = _origin(row, origins)
    return str(piece.table.column("line")[number - 1].as_py()).strip()


def _origin(row: int, origins: list[tuple[Piece, int]]) -> tuple[Piece, int]:
    """Return the piece that a row number over all pieces falls in, and its own row from 1."""
    for piece, size in origins:
        if row < size:
            return piece, row + 1
        row -= size
    raise IndexError(row)
