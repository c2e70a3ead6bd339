"""Batches of trade: every row held against the rules, and those kept as columns of numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from fastavs.arguments import LARGEST
from fastavs.countries.partner import answers_to, one_spelling, written
from fastavs.errors import InputError, did_you_mean
from fastavs.inputs.money import without_signs
from fastavs.inputs.set_aside import DROPPED, QUANTITY, ROW, SetAside
from fastavs.inputs.trade_columns import TRADE_COLUMNS, may_part
from fastavs.periods import doubt_of, is_date
from fastavs.tables.columns import about_row, number_column
from fastavs.tables.sources import Growing, Texts, stretches
from fastavs.tables.tables import Piece
from fastavs.trade.amounts import (
    LIMITED,
    SUPPRESSED,
    Amount,
    Units,
    amount_column,
    has_comtrade_units,
    is_limit,
    positive,
)
from fastavs.trade.breakdown_columns import BreakdownColumn
from fastavs.trade.lost_zeros import told_of_lost_ends
from fastavs.trade.mislabelled.find import CULPRITS
from fastavs.trade.reasons import Reasons
from fastavs.trade.rows import NO_KIND, Details, Origin, Quantities, Recalled, Rows
from fastavs.trade.rules import Rules
from fastavs.trade.trade_rows import Cells, TradeRows
from fastavs.units.units import read_comtrade_unit, read_unit

KEYS = ("line", "period", "partner")
MANY = 2
"""From one row in so many with a quantity on, a column of every row takes less memory than a list of those rows."""


class Reading:
    """Batches of trade, checked and put behind each other."""

    def __init__(self, rules: Rules, aside: SetAside, expected: int) -> None:
        self.kept = 0
        self.dropped: set[tuple[str, str, str]] = set()
        self._rules = rules
        self._aside = aside
        self._texts = {column: Texts(column) for column in TRADE_COLUMNS.text}
        self._texts["partner"] = Texts("partner", clean=written)
        self._troubles: list[str | None] = []
        self._units = {
            (column, comtrade): Units(read_comtrade_unit if comtrade else read_unit)
            for column in ("unit", "unit_2")
            for comtrade in (False, True)
        }
        self._starts = [0]
        self._removed: list[np.ndarray] = []
        self._columns = {
            "line": Growing(np.int32, expected=expected),
            "period": Growing(np.int8, np.int16, np.int32, expected=expected),
            "partner": Growing(np.int16, np.int32, expected=expected),
            "value": Growing(np.float64, expected=expected),
            "marked": Growing(np.int8, expected=expected),
        }
        self._quantities = {name: GrowingQuantities(expected) for name in ("first", "second", "mass")}
        self._with_amounts: set[str] = set()
        self._breakdowns: dict[str, BreakdownColumn] = {}
        self._files_with: dict[str, set[str]] = {}
        self._negative: list[tuple[np.ndarray, ...]] = []

    def take(self, number: int, piece: Piece) -> None:
        """Take the next batch, of the source of that number; sources come in order."""
        if number + 2 > len(self._starts):
            self._starts.append(self._starts[-1])
        self._take_batch(piece)
        self._starts[-1] += piece.table.num_rows

    def trade_rows(self, labels: Sequence[str]) -> TradeRows:
        """Return all rows kept, to be judged beside each other; `labels` are the sources."""
        parting = {
            name: (breakdown.whole(), ["", *breakdown.texts.names]) for name, breakdown in self._breakdowns.items()
        }
        alike = {name: breakdown.only() for name, breakdown in self._breakdowns.items()}
        return TradeRows(
            code=self._columns["line"].whole(),
            period=self._columns["period"].whole(),
            partner=self._columns["partner"].whole(),
            value=self._columns["value"].whole(),
            codes=self._texts["line"].names,
            periods=self._texts["period"].names,
            partners=self._texts["partner"].names,
            breakdowns={name: (codes, texts) for name, (codes, texts) in parting.items() if codes is not None},
            constants={name: text for name, text in alike.items() if text is not None},
            origin=self._origin(),
            labels=labels,
            files_with=self._files_with,
            negative=Cells(*map(np.concatenate, zip(*self._negative, strict=True))),
            overflowed=[name for name, breakdown in self._breakdowns.items() if breakdown.overflowed],
            remarks=[*self._remarks_on_periods(), *self._remark_on_no_quantity()],
        )

    def _remark_on_no_quantity(self) -> list[str]:
        """Tell of columns of quantities that hold none, where duties go by quantity."""
        if not (self._rules.kinds and self._with_amounts):
            return []
        if any(quantity.whole().amount.size for quantity in self._quantities.values()):
            return []
        names = " and ".join(sorted(self._with_amounts))
        return [f"No row has a quantity above 0 ({names}): no specific part of a duty can be worked out."]

    def _remarks_on_periods(self) -> list[str]:
        """Tell of periods that are dates, and of those whose form leaves something open."""
        dates = next((text for text in self._texts["period"].as_found() if is_date(text)), None)
        told = [f"Periods are dates, such as {dates}; each is read as its month."] if dates else []
        doubts: dict[str, list[str]] = {}
        for label in sorted(self._texts["period"].names):
            doubt = doubt_of(label)
            if doubt:
                doubts.setdefault(doubt, []).append(label)
        for doubt, labels in doubts.items():
            more = f" (and {len(labels) - 1} more)" if len(labels) > 1 else ""
            told.append(f"The period {labels[0]}{more} of the trade: {doubt}.")
        return told

    def _origin(self) -> Origin:
        return Origin(np.array(self._starts, dtype=np.int64), np.concatenate(self._removed))

    def rows(
        self, again: Callable[[], Details] | None, gone: np.ndarray
    ) -> tuple[Rows, list[list[str]], dict[str, list[str]]]:
        """Return all rows kept, the sorted codes, periods and partners, and the partners written in several ways.

        `again` finds the rows' details again. Those that have `gone`, int64[m], ascending, because of rows beside them
        are left out.
        """
        origin = self._origin()
        columns = {name: column.whole() for name, column in self._columns.items()}
        quantities = {name: quantity.whole() for name, quantity in self._quantities.items()}
        if gone.size:
            file, number = origin.find(gone)
            origin = Origin(origin.start, np.union1d(origin.removed, origin.start[file] + number))
            columns = {name: np.delete(column, gone) if column.size else column for name, column in columns.items()}
            quantities = {name: quantity.without(gone) for name, quantity in quantities.items()}
        keys = [columns[column] for column in KEYS]
        names = [_sort(key, self._texts[column].names) for key, column in zip(keys, KEYS, strict=True)]
        spelled, respelled = one_spelling(names[-1])
        if respelled:
            names[-1] = _sort(keys[-1], spelled)
        first, second, mass = (quantities[name] for name in ("first", "second", "mass"))
        value, marked = columns["value"], columns["marked"]
        code, period, partner = keys
        details = Recalled(Details(first, second, mass, marked, origin), again)
        return Rows(code, period, partner, value, details), names, respelled

    def _take_batch(self, piece: Piece) -> None:
        piece = without_signs(piece, "value", self._rules.currency)
        places = {column: self._texts[column].places(piece) for column in KEYS}
        value, wrong = number_column(piece, "value")
        if self._rules.choices.value_factor != 1.0:
            value = value * self._rules.choices.value_factor
        amounts = {column: amount_column(piece, column) for column in ("quantity", "quantity_2", "net_mass_kg")}
        self._with_amounts |= {column for column, found in amounts.items() if found is not None}
        bad = self._judge(places, value, wrong, amounts)
        rows, reasons = bad.found()
        self._aside.add(piece, rows, reasons, ROW)
        minus = rows[value[rows] < 0.0]
        minus = minus[np.all([held[minus] >= 0 for held in places.values()], axis=0)]
        self._negative.append((*(places[column][minus] for column in KEYS), value[minus]))
        self._note_suppressed(piece, amounts, bad)
        self._removed.append(rows + self._starts[-1])
        good = slice(None) if not rows.size else np.flatnonzero(bad.none())
        kept = piece.table.num_rows - rows.size
        self.kept += kept
        for column, held in places.items():
            self._columns[column].add(kept, held[good])
        self._columns["value"].add(kept, value[good])
        for name, column, unit in (("first", "quantity", "unit"), ("second", "quantity_2", "unit_2")):
            self._quantities[name].add(kept, *self._quantity(piece, amounts[column], unit, good))
        mass = amounts["net_mass_kg"]
        self._quantities["mass"].add(kept, None, None if mass is None else positive(mass.amount[good]))
        self._take_breakdowns(piece, places, kept, good)
        marked = self._marks(piece)
        self._columns["marked"].add(kept, None if marked is None else marked[good])

    def _judge(
        self,
        places: Mapping[str, np.ndarray],
        value: np.ndarray,
        wrong: np.ndarray,
        amounts: Mapping[str, Amount | None],
    ) -> Reasons:
        """Hold every row of a batch against the rules for rows."""
        line, codes_read = places["line"], self._texts["line"].names
        new, tariff = codes_read[len(self._troubles) :], self._rules.tariff
        self._troubles += told_of_lost_ends(new, tariff.troubles(new), self._texts["line"].as_found, tariff)
        bad = Reasons(value.size)
        bad.mark_places(line, [*self._troubles, "no code"])
        bad.mark_places(places["period"], [*[None] * len(self._texts["period"].names), "no period"])
        bad.mark_places(places["partner"], [*[None] * len(self._texts["partner"].names), "no partner"])
        if wrong.any() or not (value.min() > 0.0 and value.max() <= LARGEST):  # NaN is not > 0
            bad.mark(wrong, "value is not a number")
            bad.mark(np.isnan(value), "no value")
            bad.mark(np.isinf(value), "value is not finite")
            bad.mark(value > LARGEST, f"value above {LARGEST:g}")
            bad.mark(value < 0.0, "negative value")
            bad.mark(value == 0.0, "zero value")
        for column, found in amounts.items():
            if found is not None:
                amount = found.amount
                bad.mark(found.wrong, f"{column} is not a number")
                bad.mark(amount < 0.0, f"negative {column}")
                bad.mark(np.isinf(amount), f"{column} is not finite")
        for key, reason in (self._rules.drop or {}).items():
            rows = np.flatnonzero(line == self._texts["line"].find(key[1]))
            rows = rows[places["period"][rows] == self._texts["period"].find(key[0])]
            rows = rows[np.isin(places["partner"][rows], self._partners_named(key[2]) if rows.size else [])]
            rows = rows[(line[rows] >= 0) & (places["period"][rows] >= 0) & (places["partner"][rows] >= 0)]
            bad.mark_rows(rows, f"{DROPPED} ({reason})")
            if rows.size:
                self.dropped.add(key)
        return bad

    def _partners_named(self, partner: str) -> list[int]:
        """Return the places of the spellings so far of a partner that a setting names."""
        return [place for place, one in enumerate(self._texts["partner"].names) if partner in answers_to(one)]

    def _quantity(
        self, piece: Piece, found: Amount | None, unit_column: str, good: Any
    ) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Return kind (int8) and amount in base units (float64) of one quantity of the rows kept; None = no rows'."""
        if found is None:
            return None, None
        quantity = positive(found.amount[good])
        if quantity is None:
            return None, None
        has = quantity > 0.0
        texts, units = self._texts[unit_column], self._units[unit_column, has_comtrade_units(piece, unit_column)]
        if unit_column == "unit" and unit_column not in piece.table.column_names and self._rules.choices.unit:
            unit = np.full(quantity.size, texts.learn(self._rules.choices.unit), dtype=np.int32)
        else:
            unit = texts.places(piece)[good]
        units.learn(texts.names)
        kind = np.array([*units.kinds, NO_KIND], dtype=np.int8)[unit]
        with np.errstate(over="ignore"):  # an absurd quantity may overflow: its rate is then beyond any threshold
            base_units = quantity * np.array([*units.sizes, 0.0])[unit]
        useless = has & (kind == NO_KIND)
        if useless.any():
            rows = np.flatnonzero(useless)
            void = Reasons(rows.size)
            void.mark_places(unit[rows], [*units.problems, "quantity without a unit"])
            self._aside.add(piece, rows if isinstance(good, slice) else good[rows], void.found()[1], QUANTITY)
        kind[base_units == 0.0] = NO_KIND
        return kind, base_units

    def _take_breakdowns(self, piece: Piece, keys: Mapping[str, np.ndarray], kept: int, good: Any) -> None:
        """Take what may part rows and the study does not name, or names a flow."""
        for name in piece.table.column_names:
            if name == "flow" or (name not in TRADE_COLUMNS.all and may_part(piece.table.schema.field(name))):
                self._breakdowns.setdefault(name, BreakdownColumn(name, self.kept - kept))
                self._files_with.setdefault(name, set()).add(piece.label)
        for breakdown in self._breakdowns.values():
            places = breakdown.places(piece, keys)
            breakdown.add(kept, None if places is None else places[good])

    def _note_suppressed(self, piece: Piece, amounts: Mapping[str, Amount | None], bad: Reasons) -> None:
        """Set the quantities aside that are withheld, of rows that stay."""
        for found in amounts.values():
            if found is not None and found.suppressed.size:
                stays = bad.none()[found.suppressed]
                marks = [mark for mark, one in zip(found.marks, stays, strict=True) if one]
                reasons = [f"{LIMITED if is_limit(mark) else SUPPRESSED} ({mark})" for mark in marks]
                self._aside.add(piece, found.suppressed[stays], reasons, QUANTITY)

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
                    about=about_row(piece, int(np.argmax(places == place))),
                    value=texts.names[place],
                    expected=", ".join(CULPRITS) + " or nothing." + did_you_mean(texts.names[place], CULPRITS),
                )
            marks[place] = 1 + CULPRITS.index(texts.names[place])
        return marks[places] if marks.any() else None


class GrowingQuantities:
    """A quantity that batches are put into, row by row or, as long as few have it, for those alone; see `Growing`.

    Parameters
    ----------
    expected : int
        How many rows will come, as far as is known.
    """

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self._rows = 0
        self._of_every_row = False
        self._at = Growing(np.int32, np.int64)
        self._kind = Growing(np.int8, default=NO_KIND)
        self._amount = Growing(np.float64)

    def add(self, rows: int, kind: np.ndarray | None, amount: np.ndarray | None) -> None:
        """Put a batch behind the others, int8[rows] and float64[rows].

        Without amount, no row has any; without kind, kinds are not noted.
        """
        first, self._rows = self._rows, self._rows + rows
        if amount is not None and not self._of_every_row:
            some = np.flatnonzero(amount)
            if (self._at.whole().size + some.size) * MANY <= self._rows:
                self._at.add(some.size, some + first)
                self._kind.add(some.size, None if kind is None else kind[some])
                self._amount.add(some.size, amount[some])
                return
            self._spread(first)
        if self._of_every_row:
            self._kind.add(rows, kind)
            self._amount.add(rows, amount)

    def whole(self) -> Quantities:
        """Return the quantity of all rows."""
        return Quantities(self._at.whole(), self._kind.whole(), self._amount.whole())

    def _spread(self, rows: int) -> None:
        """Make an entry for each of the first rows."""
        few = self.whole()
        self._of_every_row = True
        self._at = Growing(np.int32)
        self._kind = Growing(np.int8, expected=self._expected, default=NO_KIND)
        self._amount = Growing(np.float64, expected=self._expected)
        if few.at.size:
            kind, amount = few.of(slice(0, rows))
            self._kind.add(rows, kind if kind.size else None)
            self._amount.add(rows, amount)
        else:
            self._kind.add(rows, None)
            self._amount.add(rows, None)


def _sort(places: np.ndarray, names: list[str]) -> list[str]:
    """Return the distinct texts that rows hold, sorted, and make `places` those of that list."""
    held = np.zeros(len(names), dtype=bool)
    for stretch in stretches(places.size):
        held[places[stretch]] = True
    found = sorted({names[place] for place in np.flatnonzero(held)})
    place = {name: i for i, name in enumerate(found)}
    new = np.array([place.get(name, 0) for name in names], dtype=places.dtype)
    for stretch in stretches(places.size if found != names else 0):
        np.take(new, places[stretch], out=places[stretch], mode="clip")
    return found
