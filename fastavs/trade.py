"""The trade table: its checks, and its rows as columns of numbers.

Strings and units end here: a row becomes places into sorted lists of codes, periods and partners, a value in the
study's currency, and amounts in base units of the kinds that duties name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from fastavs import codes
from fastavs.errors import InputError, UnitError, did_you_mean
from fastavs.partners import Partners
from fastavs.partners import code as partner_code
from fastavs.quality import CULPRITS
from fastavs.quantities import NO_KIND, Origin, Rows, amounts_by_kind, find_suspects, void_suspects
from fastavs.setaside import DROPPED, QUANTITY, ROW, SetAside
from fastavs.sources import Growing, Source, Texts, stretches
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
        Quantity kinds that duties name.
    rows : Rows
    bridges : tuple of Bridge
    excluded : bool[partners, periods]
    labels : list of str
        The files, for `Rows.origin`.
    read : int
        Rows read, those set aside included.
    suspects : pyarrow.Table
        Rows whose quantities look mislabelled.
    not_dropped : tuple of str
        Rows that the study drops and the trade does not have.
    in_order : bool
        Whether rows stand by code, period and partner, not as they were read.
    """

    codes: list[str]
    periods: list[str]
    partners: list[str]
    kinds: tuple[str, ...]
    rows: Rows
    bridges: tuple[Bridge, ...]
    excluded: np.ndarray
    labels: list[str]
    read: int
    suspects: pa.Table
    not_dropped: tuple[str, ...]
    in_order: bool = False

    def amounts(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what `amounts_by_kind` says of some rows: the quantity of each of `kinds`, and the bridges."""
        return amounts_by_kind(self.rows, at, self.codes, self.kinds, self.bridges)


def read_trade(sources: Sequence[Source], rules: Rules, aside: SetAside, progress: Progress) -> Trade:
    """Check every row, note in `aside` what takes no part, and return the rest as columns of numbers."""
    reading = _Reading(rules, aside, sum(source.rows() for source in sources))
    for number, source in enumerate(sources):
        progress("reading trade", number, len(sources))
        reading.take(source)
    if not reading.kept:
        raise InputError(
            f"no row of the trade table can be used: {_reasons(aside)}",
            file=", ".join(source.label for source in sources[:3]) + (", ..." if len(sources) > 3 else ""),
            expected="rows with a period, a code of the tariff, a partner and a positive value",
            cure="mend the rows, or say under [trade.columns] which columns are meant",
        )
    rows, (code_names, period_names, partner_names) = reading.rows()
    if rules.partners.valuation:
        factors = rules.partners.factors(partner_names)
        for stretch in rows.stretches():
            rows.value[stretch] *= factors[rows.partner[stretch]]
    labels = [source.label for source in sources]
    found, suspects = find_suspects(rows, code_names, (period_names, partner_names), labels)
    if rules.mislabelled == "drop":
        void_suspects(rows, found, sources, aside)
    return Trade(
        code_names,
        period_names,
        partner_names,
        rules.kinds,
        rows,
        rules.bridges,
        rules.partners.exclusion_matrix(partner_names, period_names),
        labels,
        int(rows.origin.start[-1]),
        suspects,
        tuple(", ".join(key) for key in rules.drop or {} if key not in reading.dropped),
    )


def _reasons(aside: SetAside) -> str:
    return "; ".join(f"{reason} ({count})" for (_, reason), count in list(aside.counts().items())[:3])


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


class _Reading:
    """Batches of trade, checked and put behind each other."""

    def __init__(self, rules: Rules, aside: SetAside, expected: int) -> None:
        self.kept = 0
        self.dropped: set[tuple[str, str, str]] = set()
        self._rules = rules
        self._aside = aside
        self._texts = {column: Texts(column) for column in COLUMNS.text}
        self._texts["partner"] = Texts("partner", clean=partner_code)
        self._troubles: list[str | None] = []
        self._units = {column: _Units() for column in ("unit", "unit_2")}
        self._starts = [0]
        self._removed: list[np.ndarray] = []
        self._columns = {
            "line": Growing(np.int32, expected=expected),
            "period": Growing(np.int16, np.int32, expected=expected),
            "partner": Growing(np.int16, np.int32, expected=expected),
            "value": Growing(np.float64, expected=expected),
            "kind_1": Growing(np.int8, expected=expected, default=NO_KIND),
            "amount_1": Growing(np.float64, expected=expected),
            "kind_2": Growing(np.int8, expected=expected, default=NO_KIND),
            "amount_2": Growing(np.float64, expected=expected),
            "mass": Growing(np.float64, expected=expected),
            "marked": Growing(np.int8, expected=expected),
        }

    def take(self, source: Source) -> None:
        """Read a source to its end."""
        self._starts.append(self._starts[-1])
        for batch in source.batches():
            self._take_batch(batch)
            self._starts[-1] += batch.table.num_rows

    def rows(self) -> tuple[Rows, list[list[str]]]:
        """Return all rows kept, and the sorted codes, periods and partners that they hold."""
        whole, names = {}, []
        for column in ("line", "period", "partner"):
            places = self._columns[column].whole()
            names.append(_sort(places, self._texts[column].names))
            whole[column] = places
        for column in ("value", "kind_1", "amount_1", "kind_2", "amount_2", "mass", "marked"):
            whole[column] = self._columns[column].whole()
        origin = Origin(np.array(self._starts, dtype=np.int64), np.concatenate(self._removed))
        return Rows(code=whole.pop("line"), origin=origin, **whole), names

    def _take_batch(self, piece: Piece) -> None:
        places = {column: self._texts[column].places(piece) for column in ("line", "period", "partner")}
        value, wrong = number_column(piece, "value")
        amounts = {column: _amounts(piece, column) for column in ("quantity", "quantity_2", "net_mass_kg")}
        bad = self._judge(places, value, wrong, amounts)
        rows, reasons = bad.found()
        self._aside.add(piece, rows, reasons, ROW)
        self._removed.append(rows + self._starts[-1])
        good = slice(None) if not rows.size else np.flatnonzero(bad.none())
        kept = piece.table.num_rows - rows.size
        self.kept += kept
        for column, held in places.items():
            self._columns[column].add(kept, held[good])
        self._columns["value"].add(kept, value[good])
        for tail, amount in (("1", amounts["quantity"]), ("2", amounts["quantity_2"])):
            kind, base_units = self._quantity(piece, amount, "unit" if tail == "1" else "unit_2", good)
            self._columns["kind_" + tail].add(kept, kind)
            self._columns["amount_" + tail].add(kept, base_units)
        mass = amounts["net_mass_kg"]
        self._columns["mass"].add(kept, None if mass is None else _positive(mass[0][good]))
        marked = self._marks(piece)
        self._columns["marked"].add(kept, None if marked is None else marked[good])

    def _judge(
        self,
        places: Mapping[str, np.ndarray],
        value: np.ndarray,
        wrong: np.ndarray,
        amounts: Mapping[str, tuple[np.ndarray, np.ndarray] | None],
    ) -> _Reasons:
        """Hold every row of a batch against the rules for rows."""
        line, codes_read = places["line"], self._texts["line"].names
        self._troubles += [self._rules.tariff.trouble(code) for code in codes_read[len(self._troubles) :]]
        bad = _Reasons(value.size)
        bad.mark_places(line, [*self._troubles, "no code"])
        bad.mark_places(places["period"], [*[None] * len(self._texts["period"].names), "no period"])
        bad.mark_places(places["partner"], [*[None] * len(self._texts["partner"].names), "no partner"])
        if wrong.any() or not (value.min() > 0.0 and value.max() < np.inf):  # as it is where any is NaN
            bad.mark(wrong, "value is not a number")
            bad.mark(np.isnan(value), "no value")
            bad.mark(np.isinf(value), "value is not finite")
            bad.mark(value < 0.0, "negative value")
            bad.mark(value == 0.0, "zero value")
        for column, found in amounts.items():
            if found is not None:
                amount, wrong = found
                bad.mark(wrong, f"{column} is not a number")
                bad.mark(amount < 0.0, f"negative {column}")
                bad.mark(np.isinf(amount), f"{column} is not finite")
        for key, reason in (self._rules.drop or {}).items():
            here = np.ones(value.size, dtype=bool)
            for column, wanted in zip(("period", "line", "partner"), key, strict=True):
                place = self._texts[column].find(wanted)
                here &= (places[column] == place) & (place >= 0)
            bad.mark(here, f"{DROPPED} ({reason})")
            if here.any():
                self.dropped.add(key)
        return bad

    def _quantity(
        self, piece: Piece, found: tuple[np.ndarray, np.ndarray] | None, unit_column: str, good: Any
    ) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Return kind (int8) and amount in base units (float64) of one quantity of the rows kept; None = no rows'."""
        if found is None:
            return None, None
        quantity = _positive(found[0][good])
        if quantity is None:
            return None, None
        has = quantity > 0.0
        unit = self._texts[unit_column].places(piece)[good]
        units = self._units[unit_column]
        units.learn(self._texts[unit_column].names)
        kind = np.array([*units.kinds, NO_KIND], dtype=np.int8)[unit]
        with np.errstate(over="ignore"):  # an absurd quantity may overflow: its rate is then beyond any threshold
            base_units = quantity * np.array([*units.sizes, 0.0])[unit]
        useless = kind == NO_KIND
        if useless.any():
            void = _Reasons(quantity.size)
            places = np.where(has, unit, len(units.problems))
            void.mark_places(places, [*units.problems, None, "quantity without a unit"])
            rows, reasons = void.found()
            self._aside.add(piece, rows if isinstance(good, slice) else good[rows], reasons, QUANTITY)
            base_units[useless] = 0.0
        kind[~has] = NO_KIND
        return kind, base_units

    def _marks(self, piece: Piece) -> np.ndarray | None:
        """Return what each row is marked as, int8[n]: 1 + place in `CULPRITS`, 0 = nothing.

        Raises
        ------
        InputError
            A mark of another name.
        """
        if "mislabelled" not in piece.table.column_names:
            return None
        texts = self._texts["mislabelled"]
        places = texts.places(piece)
        marks = np.zeros(len(texts.names) + 1, dtype=np.int8)
        for place in np.unique(places[places >= 0]):
            if texts.names[place] not in CULPRITS:
                raise InputError(
                    "unknown mark",
                    file=piece.label,
                    row=piece.first + int(np.argmax(places == place)) + 1,
                    column="mislabelled",
                    value=texts.names[place],
                    expected=", ".join(CULPRITS) + " or nothing." + did_you_mean(texts.names[place], CULPRITS),
                )
            marks[place] = 1 + CULPRITS.index(texts.names[place])
        return marks[places] if marks.any() else None


class _Units:
    """What the distinct unit texts of a column mean, by place."""

    def __init__(self) -> None:
        self.kinds: list[int] = []
        self.sizes: list[float] = []
        self.problems: list[str | None] = []

    def learn(self, texts: list[str]) -> None:
        """Read the texts that are new."""
        for text in texts[len(self.kinds) :]:
            kind, size, problem = _read_unit(text)
            self.kinds.append(kind)
            self.sizes.append(size)
            self.problems.append(problem)


def _read_unit(text: str) -> tuple[int, float, str | None]:
    """Return a unit's kind and its size in base units, and what is wrong with it."""
    if text in NO_UNIT:
        return NO_KIND, 0.0, "quantity without a unit"
    try:
        found = read_unit(text)
    except UnitError as error:
        known = "unit measures nothing that duties are charged on" if error.known else "unknown unit"
        return NO_KIND, 0.0, f"{known} ({text})"
    return KINDS.index(found.kind), float(found.size), None


def _positive(amount: np.ndarray) -> np.ndarray | None:
    """Return an amount with 0 where there is none, None if there is none at all."""
    has = amount > 0.0
    if has.all():
        return amount
    return np.where(has, amount, 0.0) if has.any() else None


def _amounts(piece: Piece, column: str) -> tuple[np.ndarray, np.ndarray] | None:
    return number_column(piece, column) if column in piece.table.column_names else None


def _sort(places: np.ndarray, names: list[str]) -> list[str]:
    """Return the texts that rows hold, sorted, and make `places` those of that list."""
    held = np.zeros(len(names), dtype=bool)
    for stretch in stretches(places.size):
        held[places[stretch]] = True
    order = sorted(np.flatnonzero(held).tolist(), key=names.__getitem__)
    new = np.zeros(len(names), dtype=places.dtype)
    new[order] = np.arange(len(order), dtype=places.dtype)
    for stretch in stretches(places.size):
        places[stretch] = new[places[stretch]]
    return [names[place] for place in order]


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
        if not any(reasons[:-1]) and places.min(initial=0) >= 0:
            return
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
