"""The trade table: its checks, and its rows as columns of numbers.

Strings and units end here: a row becomes places into sorted lists of codes, periods and partners, a value in the
study's currency, and amounts in base units of the kinds that duties name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from fastavs import codes
from fastavs.errors import InputError, UnitError, did_you_mean
from fastavs.partners import Partners
from fastavs.partners import code as partner_code
from fastavs.quality import CULPRITS
from fastavs.quantities import NO_KIND, Rows, amounts_by_kind, find_suspects, void_suspects
from fastavs.setaside import DROPPED, QUANTITY, ROW, SetAside
from fastavs.tables import Columns, Piece, number_column, text_column
from fastavs.units import KINDS, NO_UNIT, Bridge, read_unit

COLUMNS = Columns(
    "trade",
    ("period", "line", "partner", "unit", "unit_2", "mislabelled"),
    ("value", "quantity", "quantity_2", "net_mass_kg"),
    ("period", "line", "partner", "value"),
)
DROP_COLUMNS = Columns("drop", ("period", "line", "partner", "reason"), (), ("period", "line", "partner", "reason"))
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Tariff:
    """What trade codes are held against: every line of every schedule.

    Attributes
    ----------
    keys : dict
        Code length to the sorted lines of that length, as 12-digit numbers.
    """

    keys: dict[int, np.ndarray]

    def has(self, code: str) -> bool:
        """Whether `code` is a line."""
        lines = self.keys.get(len(code))
        if lines is None:
            return False
        i = int(np.searchsorted(lines, codes.to_key(code)))
        return i < lines.size and lines[i] == codes.to_key(code)

    def begins(self, code: str) -> bool:
        """Whether any line begins with `code`."""
        low, high = codes.interval(np.int64(codes.to_key(code)), len(code))
        return any(
            np.searchsorted(lines, low) < np.searchsorted(lines, high)
            for digits, lines in self.keys.items()
            if digits >= len(code)
        )

    def trouble(self, code: str) -> str | None:
        """Return why a trade code can serve no line, with what it may have been, or None."""
        problem = codes.trouble(code)
        longest = max(self.keys)
        if problem is None and len(code) > longest and not any(self.has(code[:n]) for n in self.keys):
            problem = f"code longer than the tariff's {longest} digits, and no line begins it"
        if problem is None and len(code) % 2 and len(code) not in self.keys:
            problem = "code of an odd number of digits"
        if problem is None:
            return None
        padded = "0" + code
        if code.isdigit() and codes.trouble(padded) is None:
            fits = self.begins(padded) or any(self.has(padded[:n]) for n in self.keys if n < len(padded))
            if len(padded) % 2 == 0 and fits:
                return f"{problem} (it may have lost a leading zero: {padded})"
        return f"{problem} ({code})" if problem != "no code" else problem


@dataclass(frozen=True, slots=True)
class Rules:
    """What rows are judged by: the tariff, partners, bridges, rows to drop, the kinds that duties name."""

    tariff: Tariff
    partners: Partners
    kinds: tuple[str, ...]
    bridges: tuple[Bridge, ...] = ()
    drop: Mapping[tuple[str, str, str], str] | None = None
    mislabelled: str = "report"


@dataclass(frozen=True, slots=True)
class Trade:
    """All trade of a study.

    Attributes
    ----------
    codes, periods, partners : list of str
        Sorted; rows hold places into them.
    kinds : tuple of str
        Quantity kinds that duties name, in the order of `amount`.
    rows : Rows
    amount : float64[kinds, n]
        Quantity of each kind in base units, bridges applied; 0 = none.
    bridged : int8[kinds, n]
        1 + the place of the bridge that made the amount, 0 = none.
    bridges : tuple of Bridge
    excluded : bool[partners, periods]
    labels : list of str
        The files, for `Rows.piece`.
    read : int
        Rows read, those set aside included.
    suspects : pyarrow.Table
        Rows whose quantities look mislabelled.
    not_dropped : tuple of str
        Rows that the study drops and the trade does not have.
    """

    codes: list[str]
    periods: list[str]
    partners: list[str]
    kinds: tuple[str, ...]
    rows: Rows
    amount: np.ndarray
    bridged: np.ndarray
    bridges: tuple[Bridge, ...]
    excluded: np.ndarray
    labels: list[str]
    read: int
    suspects: pa.Table
    not_dropped: tuple[str, ...]


def read_trade(pieces: Sequence[Piece], rules: Rules, aside: SetAside, progress: Progress) -> Trade:
    """Check every row, note in `aside` what takes no part, and return the rest as columns of numbers."""
    lists: tuple[dict[str, int], ...] = ({}, {}, {})
    parts = []
    dropped: set[tuple[str, str, str]] = set()
    for number, piece in enumerate(pieces):
        progress("checking trade", number, len(pieces))
        parts.append(_read_piece(number, piece, rules, lists, aside, dropped))
    rows = Rows(*(np.concatenate([getattr(part, name) for part in parts]) for name in Rows.__slots__))
    names, places = zip(*(_sorted_list(one) for one in lists), strict=True)
    period_names, partner_names = names[1], names[2]
    partner = places[2][rows.partner]
    factors = rules.partners.factors(partner_names)
    rows = replace(
        rows,
        code=places[0][rows.code],
        period=places[1][rows.period],
        partner=partner,
        value=rows.value * factors[partner] if rules.partners.valuation else rows.value,
    )
    if rows.value.size == 0:
        raise InputError(
            f"no row of the trade table can be used: {_reasons(aside)}",
            file=", ".join(piece.label for piece in pieces[:3]) + (", ..." if len(pieces) > 3 else ""),
            expected="rows with a period, a code of the tariff, a partner and a positive value",
            cure="mend the rows, or say under [trade.columns] which columns are meant",
        )
    labels = [piece.label for piece in pieces]
    found, suspects = find_suspects(rows, names[0], (period_names, partner_names), labels)
    if rules.mislabelled == "drop":
        rows = void_suspects(rows, found, pieces, aside)
    amount, bridged = amounts_by_kind(rows, names[0], rules.kinds, rules.bridges)
    return Trade(
        names[0],
        period_names,
        partner_names,
        rules.kinds,
        rows,
        amount,
        bridged,
        rules.bridges,
        rules.partners.exclusion_matrix(partner_names, period_names),
        labels,
        sum(piece.table.num_rows for piece in pieces),
        suspects,
        tuple(", ".join(key) for key in rules.drop or {} if key not in dropped),
    )


def _reasons(aside: SetAside) -> str:
    return "; ".join(f"{reason} ({count})" for (_, reason), count in list(aside.counts().items())[:3])


def _sorted_list(distinct: dict[str, int]) -> tuple[list[str], np.ndarray]:
    """Return the distinct texts sorted, and the new place of each old one."""
    texts = sorted(distinct)
    places = np.empty(len(texts), dtype=np.int32)
    for new, text in enumerate(texts):
        places[distinct[text]] = new
    return texts, places


def _read_piece(
    number: int,
    piece: Piece,
    rules: Rules,
    lists: tuple[dict[str, int], ...],
    aside: SetAside,
    dropped: set[tuple[str, str, str]],
) -> Rows:
    """Turn one file's rows into numbers; what takes no part goes to `aside`."""
    n = piece.table.num_rows
    period, period_names = text_column(piece, "period")
    line, line_codes = text_column(piece, "line")
    partner, partner_names = _capitals(*text_column(piece, "partner"))
    bad = _Reasons(n)
    troubles = [rules.tariff.trouble(code) for code in line_codes]
    bad.mark_places(line, [*troubles, "no code"])
    bad.mark(period < 0, "no period")
    bad.mark(partner < 0, "no partner")
    value, wrong = number_column(piece, "value")
    bad.mark(wrong, "value is not a number")
    bad.mark(np.isnan(value), "no value")
    bad.mark(np.isinf(value), "value is not finite")
    bad.mark(value < 0.0, "negative value")
    bad.mark(value == 0.0, "zero value")
    amounts = {}
    for column in ("quantity", "quantity_2", "net_mass_kg"):
        amounts[column], wrong = number_column(piece, column)
        bad.mark(wrong, f"{column} is not a number")
        bad.mark(amounts[column] < 0.0, f"negative {column}")
        bad.mark(np.isinf(amounts[column]), f"{column} is not finite")
    if rules.drop:
        named = ((period, period_names), (line, line_codes), (partner, partner_names))
        _mark_dropped(bad, rules.drop, *named, dropped)
    rows, reasons = bad.found()
    aside.add(piece, rows, reasons, ROW)
    good = np.flatnonzero(bad.none())

    kind_1, amount_1 = _quantity(piece, amounts["quantity"], "unit", good, aside)
    kind_2, amount_2 = _quantity(piece, amounts["quantity_2"], "unit_2", good, aside)
    code, when, whom = (
        _remembered(lists[i], places, names, good)
        for i, (places, names) in enumerate(((line, line_codes), (period, period_names), (partner, partner_names)))
    )
    mass = np.nan_to_num(amounts["net_mass_kg"][good])
    where = np.full(good.size, number, dtype=np.int32)
    marked = _marks(piece)[good]
    return Rows(code, when, whom, value[good], kind_1, amount_1, kind_2, amount_2, mass, marked, where, good)


def _marks(piece: Piece) -> np.ndarray:
    """Return what each row is marked as, int8[n]: 1 + place in `CULPRITS`, 0 = nothing.

    Raises
    ------
    InputError
        A mark of another name.
    """
    places, texts = text_column(piece, "mislabelled")
    for text in texts:
        if text not in CULPRITS:
            raise InputError(
                "unknown mark",
                file=piece.label,
                row=int(np.argmax(places == texts.index(text))) + 1,
                column="mislabelled",
                value=text,
                expected=", ".join(CULPRITS) + " or nothing." + did_you_mean(text, CULPRITS),
            )
    return np.array([1 + CULPRITS.index(text) for text in texts] + [0], dtype=np.int8)[places]


def _capitals(places: np.ndarray, names: list[str]) -> tuple[np.ndarray, list[str]]:
    """Write partner codes in capitals and merge what becomes equal."""
    distinct: dict[str, int] = {}
    new = [distinct.setdefault(partner_code(name), len(distinct)) for name in names]
    return np.array([*new, -1], dtype=np.int32)[places], list(distinct)


def _remembered(known: dict[str, int], places: np.ndarray, names: list[str], good: np.ndarray) -> np.ndarray:
    """Return the places of the rows kept, in the list over all files; only texts that are used enter it."""
    used = np.unique(places[good])
    new = np.full(len(names) + 1, -1, dtype=np.int32)
    for place in used:
        new[place] = known.setdefault(names[place], len(known))
    return new[places[good]]


def _quantity(
    piece: Piece, amount: np.ndarray, unit_column: str, good: np.ndarray, aside: SetAside
) -> tuple[np.ndarray, np.ndarray]:
    """Return kind (int8) and amount in base units (float64) of one quantity of the rows kept."""
    unit, texts = text_column(piece, unit_column)
    kinds = np.full(len(texts) + 1, NO_KIND, dtype=np.int8)
    sizes = np.zeros(len(texts) + 1)
    problems: list[str | None] = [None] * len(texts)
    for i, text in enumerate(texts):
        if text in NO_UNIT:
            problems[i] = "quantity without a unit"
            continue
        try:
            found = read_unit(text)
        except UnitError as error:
            problems[i] = f"unit measures nothing that duties are charged on ({text})" if error.known else None
            problems[i] = problems[i] or f"unknown unit ({text})"
        else:
            kinds[i], sizes[i] = KINDS.index(found.kind), float(found.size)
    held = unit[good]
    quantity = np.nan_to_num(amount[good])
    void = _Reasons(good.size)
    has = quantity > 0.0
    void.mark_places(np.where(has, held, len(texts) + 1), [*problems, None, None])
    void.mark(has & (held < 0), "quantity without a unit")
    rows, reasons = void.found()
    aside.add(piece, good[rows], reasons, QUANTITY)
    usable = has & (kinds[held] != NO_KIND)
    with np.errstate(over="ignore"):  # an absurd quantity may overflow: its rate is then beyond any threshold
        base_units = np.where(usable, quantity * sizes[held], 0.0)
    return np.where(usable, kinds[held], NO_KIND).astype(np.int8), base_units


def read_drop(pieces: Sequence[Piece]) -> dict[tuple[str, str, str], str]:
    """Return the reason by (period, line, partner) of the rows to drop.

    Raises
    ------
    InputError
        An empty cell.
    """
    drop = {}
    for piece in pieces:
        cells = {column: text_column(piece, column) for column in DROP_COLUMNS.text}
        for i in range(piece.table.num_rows):
            row = []
            for column, (places, names) in cells.items():
                if places[i] < 0:
                    raise InputError("an empty cell", file=piece.label, row=i + 1, column=column)
                row.append(names[places[i]])
            drop[row[0], row[1], partner_code(row[2])] = row[3]
    return drop


def _mark_dropped(
    bad: _Reasons,
    drop: Mapping[tuple[str, str, str], str],
    period: tuple[np.ndarray, list[str]],
    line: tuple[np.ndarray, list[str]],
    partner: tuple[np.ndarray, list[str]],
    dropped: set[tuple[str, str, str]],
) -> None:
    for (one_period, one_line, one_partner), reason in drop.items():
        here = np.ones(period[0].size, dtype=bool)
        for (places, names), wanted in ((period, one_period), (line, one_line), (partner, one_partner)):
            here &= places == names.index(wanted) if wanted in names else False
        bad.mark(here, f"{DROPPED} ({reason})")
        if here.any():
            dropped.add((one_period, one_line, one_partner))


class _Reasons:
    """The first reason against each of n rows."""

    def __init__(self, n: int) -> None:
        self.texts: list[str] = []
        self.place = np.full(n, -1, dtype=np.int32)

    def mark(self, where: np.ndarray, reason: str) -> None:
        new = where & (self.place < 0)
        if new.any():
            self.place[new] = len(self.texts)
            self.texts.append(reason)

    def mark_places(self, places: np.ndarray, reasons: list[str | None]) -> None:
        """Mark rows by the reason of the distinct value they hold; place -1 takes the last reason."""
        against = np.full(len(reasons), -1, dtype=np.int32)
        for i, reason in enumerate(reasons):
            if reason is not None:
                against[i] = len(self.texts)
                self.texts.append(reason)
        found = against[places]
        new = (found >= 0) & (self.place < 0)
        self.place[new] = found[new]

    def none(self) -> np.ndarray:
        return self.place < 0

    def found(self) -> tuple[np.ndarray, list[str]]:
        rows = np.flatnonzero(self.place >= 0)
        return rows, [self.texts[place] for place in self.place[rows]]
