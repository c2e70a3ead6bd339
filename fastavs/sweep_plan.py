"""What a sweep works on: rows that years share, classes of lines that move together, scenarios as numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from fastavs import codes
from fastavs.errors import InputError, did_you_mean
from fastavs.index import add_by
from fastavs.kernels import sorted as kernels
from fastavs.kernels.options import readonly
from fastavs.scenario import Change, FxShock, ScaleDuty, Scenario, SetDuty, ShiftDuty, Where
from fastavs.sorted_index import Side, SortedIndex, duty_table, headings_of, parsed

CHUNK_DIGITS = 2
EVERYWHERE = Where((), None, "both", None)
USUAL_GROWTH = 4.0  # what every plan is ready for
MARGIN = 1.0 + 1e-9  # far above rounding


@dataclass(frozen=True, slots=True)
class Plan:
    """A sweep made ready. n rows, h lines.

    Attributes
    ----------
    index : SortedIndex
    duties : kernels.DutyTable
    rows : kernels.Rows
    layout : kernels.Layout
    line_row : int32[h]
        The row of each line of the index.
    seats : int
        Memory that a run needs, in rates a scenario.
    cells : tuple of tuple of Where
        What the lines of each cell are touched by.
    """

    index: SortedIndex
    duties: kernels.DutyTable
    rows: kernels.Rows
    layout: kernels.Layout
    line_row: np.ndarray
    seats: int
    cells: tuple[frozenset[Where], ...]


def make_plan(index: SortedIndex, scenarios: Sequence[Scenario] = (), careful: bool = False) -> Plan:
    """Make an index ready for scenarios; what tells no lines apart is made ready once and kept with the index.

    Parameters
    ----------
    index : SortedIndex
    scenarios : sequence of Scenario
    careful : bool
        Be ready for any purely specific duty to lose its last observation as an outlier.
    """
    if careful or chosen_where(scenarios) or any(isinstance(c, SetDuty) for one in scenarios for c in one.changes):
        return _make_plan(index, scenarios, careful)
    if "plan" not in index.kept:
        if "arrays" in index.kept:
            index.kept["plan"] = plan_from(index, index.kept.pop("arrays"), index.facts["plan"])
        else:
            index.kept["plan"] = _make_plan(index, (), False)
    return cast(Plan, index.kept["plan"])


def plan_parts(plan: Plan) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return a plan as arrays and facts to be written."""
    arrays = {"plan.line_row": plan.line_row}
    facts: dict[str, Any] = {"seats": plan.seats}
    for title, part in (("duties", plan.duties), ("rows", plan.rows), ("layout", plan.layout)):
        for name, value in part._asdict().items():
            if isinstance(value, np.ndarray):
                arrays[f"plan.{title}.{name}"] = value
            else:
                facts[f"{title}.{name}"] = value
    return arrays, facts


def plan_from(index: SortedIndex, arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> Plan:
    """Put a plan together again; it tells no cells apart by name."""

    def part(kind: Any, title: str) -> Any:
        return kind(**{
            name: arrays[f"plan.{title}.{name}"] if f"plan.{title}.{name}" in arrays else facts[f"{title}.{name}"]
            for name in kind._fields
        })  # fmt: skip

    return Plan(
        index, part(kernels.DutyTable, "duties"), part(kernels.Rows, "rows"), part(kernels.Layout, "layout"),
        arrays["plan.line_row"], facts["seats"], (frozenset(),),
    )  # fmt: skip


def chosen_where(scenarios: Sequence[Scenario]) -> list[Where]:
    """Return the choices of lines by which factors and shifts tell lines apart."""
    factors = (c for one in scenarios for c in one.changes if isinstance(c, ScaleDuty | ShiftDuty))
    return [where for where in dict.fromkeys(change.where for change in factors) if where != EVERYWHERE]


def _make_plan(index: SortedIndex, scenarios: Sequence[Scenario], careful: bool) -> Plan:
    """Make an index ready for scenarios.

    Parameters
    ----------
    index : SortedIndex
    scenarios : sequence of Scenario
        Only what they choose lines by matters.
    careful : bool
        Be ready for any purely specific duty to lose its last observation as an outlier.
    """
    duties = parsed(index)
    table = duty_table(duties, index.facts["currencies"])
    specific = np.array([duty.has_specific for duty in duties])
    bare = specific & np.array([all(op != kernels.CONST for op, _ in duty.program) for duty in duties])
    cells, cell = _cells(index, scenarios)
    volatile = _volatile(index, scenarios)
    context = np.concatenate([
        np.full(side.last - side.first, place)
        for side, place in zip(index.sides, index.facts["context_of"], strict=True)
    ])  # fmt: skip
    chunk = _chunks(index)
    lines = index.lines
    shared = ((table.form[lines.duty] == kernels.PERCENT) | (lines.group < 0)) & ~volatile
    own_place = np.where(volatile, np.arange(lines.key.size) + 1, 0)  # a line that may get a new duty shares no row
    chunk_or_none = np.where(shared, -1, chunk)
    first, line_row = _distinct(chunk_or_none, lines.group, lines.duty, cell, context, own_place)
    context_row, cell_row, duty_row, group_row, chunk_row = (
        column[first] for column in (context, cell, lines.duty, lines.group, chunk_or_none)
    )
    width = index.fx.shape[1] * index.fx.shape[2]
    rows = kernels.Rows(
        readonly(duty_row, np.int32), readonly(group_row, np.int32), readonly(cell_row, np.int32),
        readonly(context_row * width, np.int32),
        readonly(specific[duty_row], np.bool_), readonly(bare[duty_row], np.bool_),
        readonly(np.zeros(duty_row.size), np.bool_),
    )  # fmt: skip
    nullable = rows.bare.copy() if careful else _nullable(index, table, rows, _growth(scenarios))
    nullable[line_row[volatile]] = True
    rows = rows._replace(nullable=readonly(nullable, np.bool_))
    n_chunks = int(chunk.max(initial=0)) + 1
    row_start = np.searchsorted(chunk_row, np.arange(n_chunks + 1))
    layout, seats = _Layout(index, rows, line_row, row_start, chunk).make()
    return Plan(index, table, rows, layout, line_row, seats, cells)


def _distinct(*columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tell rows of integer columns apart, sorted by the columns, the first one first.

    Returns
    -------
    first : int64[distinct]
        A row of each kind.
    member : int64[n]
        Each row's kind.
    """
    lows = [int(column.min(initial=0)) for column in columns]
    sizes = [int(column.max(initial=0)) - low + 1 for column, low in zip(columns, lows, strict=True)]
    n = columns[0].size
    if math.prod(sizes) < 2**62:  # all in one number: one sort instead of one a column
        key = np.zeros(n, dtype=np.int64)
        for column, low, size in zip(columns, lows, sizes, strict=True):
            key = key * size + (column.astype(np.int64) - low)
        order = np.argsort(key, kind="stable")
        new = np.ones(n, dtype=bool)
        new[1:] = key[order[1:]] != key[order[:-1]]
    else:
        order = np.lexsort(columns[::-1])
        new = np.ones(n, dtype=bool)
        new[1:] = False
        for column in columns:
            new[1:] |= column[order[1:]] != column[order[:-1]]
    member = np.empty(n, dtype=np.int64)
    member[order] = np.cumsum(new) - 1
    return order[new], member


def _cells(index: SortedIndex, scenarios: Sequence[Scenario]) -> tuple[tuple[frozenset[Where], ...], np.ndarray]:
    """Tell lines apart by the changes that touch them; returns the cells and each line's, int64[h]."""
    chosen = chosen_where(scenarios)
    cell = np.zeros(index.lines.key.size, dtype=np.int64)
    cells: list[frozenset[Where]] = [frozenset()]
    for where in chosen:
        touched = touched_lines(index, where)
        pairs, cell = np.unique(cell * 2 + touched, return_inverse=True)
        cells = [cells[pair // 2] | ({where} if pair % 2 else frozenset()) for pair in pairs]
    return tuple(cells), cell


def touched_lines(index: SortedIndex, where: Where) -> np.ndarray:
    """Return which lines of the index are touched, bool[h]."""
    groups = index.groups
    return np.concatenate([
        where.lines(side.kind, side.year, index.lines.key[side.first : side.last], side.digits, groups)
        for side in index.sides
    ])  # fmt: skip


def _volatile(index: SortedIndex, scenarios: Sequence[Scenario]) -> np.ndarray:
    """Lines that some scenario gives a new duty, bool[h]."""
    found = np.zeros(index.lines.key.size, dtype=bool)
    for change in dict.fromkeys(c for one in scenarios for c in one.changes if isinstance(c, SetDuty)):
        touched = touched_lines(index, change.where)
        if not touched.any():
            raise InputError(
                "a scenario sets the duty of lines that no schedule has", key="prefixes",
                value=", ".join(change.prefixes), expected="the beginning of some line's code",
            )  # fmt: skip
        found |= touched
    return found


def _chunks(index: SortedIndex) -> np.ndarray:
    """Number the parts that lines are worked on in: chapters, or one for all where lines borrow across chapters."""
    if min(index.facts["levels"], default=CHUNK_DIGITS) < CHUNK_DIGITS:
        return np.zeros(index.lines.key.size, dtype=np.int64)
    return np.unique(codes.cut(index.lines.key, CHUNK_DIGITS), return_inverse=True)[1]


def _growth(scenarios: Sequence[Scenario]) -> float:
    """How many times as much any amount may come to in the study's currency, at least the usual; shifts aside."""
    most = USUAL_GROWTH
    for scenario in scenarios:
        growth = 1.0
        for change in scenario.changes:
            if isinstance(change, FxShock):
                growth *= max(change.factor, 1.0)
            elif isinstance(change, ScaleDuty):
                growth *= max(change.specific, 1.0)
        most = max(most, growth)
    return most


def _nullable(index: SortedIndex, table: kernels.DutyTable, rows: kernels.Rows, growth: float) -> np.ndarray:
    """Rows whose rate may be null, bool[n]: purely specific, and without observations or with dear ones alone."""
    entries, bare = index.entries, rows.bare
    if not bare.any():
        return bare.copy()
    lowest = np.full(rows.group.size, np.inf)
    if entries.low.size:
        least = np.minimum.reduceat(entries.low, entries.group[:-1])
        lowest = np.where(rows.group < 0, np.inf, least[np.maximum(rows.group, 0)])
    single = table.form[rows.duty] == kernels.ALONE
    term = np.where(single, table.term_start[rows.duty], 0)
    dearest = np.nanmax(np.where(np.isnan(index.fx), 0.0, index.fx), axis=(0, 2), initial=0.0)
    with np.errstate(invalid="ignore"):  # nothing charged on no observation is no number, and not dear
        dear = table.b[term] * dearest[table.currency[term]] * growth * MARGIN * lowest > index.facts["outlier"]
    return bare & (dear | ~single | (rows.group < 0))


class _Layout:
    """Builds `kernels.Layout`."""

    def __init__(
        self, index: SortedIndex, rows: kernels.Rows, line_row: np.ndarray, row_start: np.ndarray, chunk: np.ndarray
    ) -> None:
        self.index = index
        self.rows = rows
        self.chunk = chunk
        self.row_start = row_start
        shared = int(row_start[0])
        place = np.searchsorted(row_start, np.arange(rows.duty.size), side="right") - 1
        seat = np.arange(rows.duty.size)
        local = place >= 0
        seat[local] += shared - row_start[place[local]]
        self.line_row = line_row
        self.line_seat = seat[line_row].astype(np.int32)
        self.slot_seat = shared + int(np.diff(row_start).max(initial=0))
        self.slots: dict[tuple[int, ...], int] = {}

    def make(self) -> tuple[kernels.Layout, int]:
        years = self.index.facts["years"]
        n_years, n_chunks = len(years), self.row_start.size - 1
        found = [self._year(*one) for one in years]
        levels = len(self.index.facts["levels"])
        slots = np.array(list(self.slots), dtype=np.int64).reshape(len(self.slots), 1 + 2 * levels)
        slot_chunk, spans = slots[:, 0], slots[:, 1:]
        slot_order = np.argsort(slot_chunk, kind="stable")
        rank = np.empty(slot_order.size, dtype=np.int64)
        rank[slot_order] = np.arange(slot_order.size)
        slot_start = np.searchsorted(slot_chunk[slot_order], np.arange(n_chunks + 1))
        seat_of_slot = self.slot_seat + rank - slot_start[slot_chunk]
        spans = spans[slot_order]
        chunk_of = np.concatenate([one["chunk"] for one in found])
        year_of = np.repeat(np.arange(n_years), [one["chunk"].size for one in found])
        odd = np.concatenate([one["odd"] for one in found])
        columns = {
            name: np.concatenate([one[name] for one in found])
            for name in ("left", "slot", "right", "lines", "weight", "matched", "heading", "subheading")
        }
        carried = columns["slot"] >= 0
        columns["left"] = columns["left"].astype(np.int64)
        columns["left"][carried] = seat_of_slot[columns["slot"][carried]]
        order = np.lexsort((columns["left"], columns["subheading"], odd, year_of, chunk_of))
        part = (chunk_of * n_years + year_of)[order]
        start = np.searchsorted(part, np.arange(n_chunks * n_years + 1))
        split = np.searchsorted(part * 2 + odd[order], np.arange(n_chunks * n_years) * 2 + 1)

        def column(name: str, kind: type) -> np.ndarray:
            return readonly(columns[name][order], kind)

        layout = kernels.Layout(
            readonly(self.row_start, np.int64), readonly(slot_start, np.int64), self.slot_seat,
            readonly(spans[:, :levels].T, np.int64), readonly(spans[:, levels:].T, np.int64),
            readonly(self.line_seat, np.int32), readonly(start, np.int64), readonly(split, np.int64),
            column("left", np.int32), column("right", np.int32), column("lines", np.float64),
            column("weight", np.float64), column("matched", np.float64), column("heading", np.float64),
            column("subheading", np.int32),
            readonly(np.stack([one["counts"] for one in found]), np.float64),
            readonly([one["all_lines"] for one in found], np.float64),
            readonly([one["matched_lines"] for one in found], np.float64),
            readonly([one[2] for one in years], np.bool_), readonly([one[3] for one in years], np.bool_),
        )  # fmt: skip
        return layout, self.slot_seat + int(np.diff(slot_start).max(initial=0))

    def _year(self, year: int, applied: int, has_bound: bool, own: bool) -> dict[str, np.ndarray]:
        """Classes of one year."""
        index = self.index
        left_side = index.sides[index.side("applied", applied)]
        side = index.sides[index.side("bound", year)] if has_bound else left_side
        here = np.arange(side.first, side.last)
        keys = index.lines.key[here]
        zero = index.facts["zero"]
        may_be_null = self.rows.nullable[self.line_row]
        if has_bound:
            left, slot, left_null = self._carried(left_side, side)
            right = self.line_seat[here]
            odd = (slot >= 0) | left_null | may_be_null[here]
            null = left_null & may_be_null[here]
        else:
            left, slot, right = self.line_seat[here], np.full(here.size, -1), np.full(here.size, -1)
            odd = null = may_be_null[here]
        if zero:
            null = np.zeros_like(null)
        heading = headings_of(keys, side.digits)
        in_heading = np.bincount(heading)
        alone = np.zeros(in_heading.size, dtype=bool)
        alone[heading[null]] = True  # subheadings whose number of known lines is not sure
        subheading = np.where(alone[heading], heading, -1)
        odd = odd | alone[heading]
        shared = self.row_start[0]
        fixed = ~odd & (left < shared) & (right < shared)
        chunk = np.where(fixed, 0, self.chunk[here])
        matched = index.lines.matched[here]
        first, member = _distinct(chunk, odd, subheading, left, slot, right)
        n = first.size
        weight = np.where(matched, index.lines.imports[here], 0.0)
        share = np.where(alone[heading], 0.0, 1.0 / in_heading[heading])
        counts = np.zeros(kernels.COUNTS)
        plain = ~odd
        counts[kernels.LINES] = plain.sum()
        counts[kernels.WEIGHT] = add_by(weight, np.where(plain, 0, -1), 1)[0]
        counts[kernels.MATCHED_LINES] = matched[plain].sum()
        counts[kernels.HEADINGS] = (~alone).sum()
        counts[kernels.BOUND_LINES] = plain.sum() if has_bound else 0.0
        return {
            "chunk": chunk[first], "odd": odd[first], "left": left[first], "slot": slot[first], "right": right[first],
            "lines": np.bincount(member, minlength=n).astype(np.float64),
            "weight": add_by(weight, member, n),
            "matched": np.bincount(member, weights=matched, minlength=n),
            "heading": add_by(share, member, n), "subheading": subheading[first],
            "counts": counts, "all_lines": np.float64(here.size), "matched_lines": np.float64(matched.sum()),
        }  # fmt: skip

    def _carried(self, source: Side, side: Side) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Where each bound line's applied rate comes from: a seat, or a carried mean; and whether it may be null."""
        index = self.index
        keys = index.lines.key[side.first : side.last]
        known = index.lines.key[source.first : source.last]
        place = np.minimum(np.searchsorted(known, keys), known.size - 1)
        same = (known[place] == keys) & (source.digits == side.digits)
        left = np.where(same, self.line_seat[source.first + place], -1)
        null = same & self.rows.nullable[self.line_row[source.first + place]]
        slot = np.full(keys.size, -1, dtype=np.int64)
        shortest = min(source.digits, side.digits)
        digits = np.array([n for n in index.facts["levels"] if n <= shortest], dtype=np.int64)
        padding = len(index.facts["levels"]) - digits.size
        without = np.flatnonzero(~same)
        low, high = codes.interval(keys[None, without], digits[:, None])
        first = np.searchsorted(known, low) + source.first
        last = np.searchsorted(known, high) + source.first
        sure = ~self.rows.nullable[self.line_row]
        sure_before = np.concatenate(([0], np.cumsum(sure)))
        for place_in, h in enumerate(without):
            chunk = int(self.chunk[side.first + h])
            spans = (*first[:, place_in].tolist(), *[0] * padding, *last[:, place_in].tolist(), *[0] * padding)
            if (chunk, *spans) not in self.slots:
                self.slots[chunk, *spans] = len(self.slots)
            slot[h] = self.slots[chunk, *spans]
            null[h] = not (sure_before[last[:, place_in]] > sure_before[first[:, place_in]]).any()
        return left, slot, null


# ---- scenarios as numbers


def check_scenarios(facts: dict[str, Any], scenarios: Sequence[Scenario]) -> None:
    """Make sure that names differ and that currencies, periods and years are the study's.

    Parameters
    ----------
    facts : dict
        Of an index, or of a study (`fastavs.index_build.facts_of`).
    scenarios : sequence of Scenario

    Raises
    ------
    InputError
        Names the scenario and what is wrong.
    """
    if not scenarios:
        raise InputError("no scenarios to sweep", cure='give at least one, such as fa.Scenario("as it is")')
    names: set[str] = set()
    for one in scenarios:
        if not isinstance(one, Scenario):
            raise InputError("not a scenario", value=type(one).__name__, expected="fa.Scenario(name, *changes)")
        if one.name in names:
            raise InputError("two scenarios of one name", value=one.name, cure="give each a name of its own")
        names.add(one.name)
        for change in one.changes:
            _check_change(facts, one.name, change)


def _check_change(facts: dict[str, Any], name: str, change: Change) -> None:
    currencies = facts["currencies"]
    currency = getattr(change, "currency", None)
    if currency is not None and currency not in currencies:
        raise InputError(
            f'the scenario "{name}" names a currency that the study does not have', key="currency", value=currency,
            expected=f"one of {', '.join(currencies)}.{did_you_mean(currency, currencies)}",
        )  # fmt: skip
    known = facts["schedule_years"]
    for year in getattr(change, "years", None) or ():
        if year not in known:
            raise InputError(
                f'the scenario "{name}" changes a schedule that the rates do not rest on',
                key="years",
                value=year,
                expected="one of " + ", ".join(map(str, known)),
            )
    if isinstance(change, FxShock):
        if currency == facts["currency"]:
            raise InputError(
                f'the scenario "{name}" shocks the study\'s own currency, whose rate is 1', value=currency,
                cure="shock the other currencies instead",
            )  # fmt: skip
        labels = sorted({label for one in facts["contexts"] for label in one})
        for period in change.periods or ():
            if period not in labels:
                raise InputError(
                    f'the scenario "{name}" names a period that the study does not have', key="periods", value=period,
                    expected=f"one of {', '.join(labels)}.{did_you_mean(period, labels)}",
                )  # fmt: skip


class Effects:
    """Scenarios as numbers: s of them, none of which sets new duties, or whose new duties are settled elsewhere.

    Attributes
    ----------
    scale, shift : float64[s, cells]
        Of percentages.
    scale_b, shift_b : float64[s, cells, currencies]
        Of amounts.
    fx : float64[s, contexts, currencies, periods]
        Exchange rates.
    """

    def __init__(self, plan: Plan, scenarios: Sequence[Scenario]) -> None:
        facts = plan.index.facts
        currencies: list[str] = facts["currencies"]
        labels = np.array(facts["contexts"])  # context, period
        n, cells, money = len(scenarios), len(plan.cells), len(currencies)
        self.scale, self.shift = np.ones((n, cells)), np.zeros((n, cells))
        self.scale_b, self.shift_b = np.ones((n, cells, money)), np.zeros((n, cells, money))
        self.fx = np.repeat(plan.index.fx[None], n, axis=0)
        touched: dict[Where, np.ndarray] = {}
        places: dict[tuple[str, tuple[str, ...] | None], np.ndarray] = {}
        of_currency = {currency: place for place, currency in enumerate(currencies)}
        numbers = np.arange(self.fx[0].size).reshape(self.fx.shape[1:])
        for s, scenario in enumerate(scenarios):
            rates = self.fx[s].reshape(-1)
            for change in scenario.changes:
                if isinstance(change, FxShock):
                    key = (change.currency, change.periods)
                    if key not in places:
                        some = (
                            np.isin(labels, change.periods)
                            if change.periods is not None
                            else np.ones_like(labels, dtype=bool)
                        )
                        places[key] = numbers[:, of_currency[change.currency]][some]
                    if places[key].size == 1:  # a number times a number is quicker than arrays of one
                        rates[int(places[key][0])] *= change.factor
                    else:
                        rates[places[key]] *= change.factor
                elif isinstance(change, ScaleDuty | ShiftDuty):
                    where = change.where
                    if where not in touched:
                        touched[where] = np.flatnonzero([where == EVERYWHERE or where in cell for cell in plan.cells])
                    first = 0 if change.currency is None else of_currency[change.currency]
                    last = money if change.currency is None else first + 1
                    self._through(s, change, touched[where], slice(first, last))

    def _through(self, s: int, change: ScaleDuty | ShiftDuty, cells: np.ndarray, money: slice) -> None:
        if isinstance(change, ScaleDuty):
            self.scale[s, cells] *= change.ad_valorem
            self.shift[s, cells] *= change.ad_valorem
            self.scale_b[s, cells, money] *= change.specific
            self.shift_b[s, cells, money] *= change.specific
        else:
            self.shift[s, cells] += change.ad_valorem
            self.shift_b[s, cells, money] += change.specific

    def order(self) -> np.ndarray:
        """Return scenarios in an order in which neighbours have thresholds near each other, int64[s]."""
        with np.errstate(divide="ignore", invalid="ignore"):
            price = np.nanmean(self.fx, axis=(1, 2, 3)) * self.scale_b.mean(axis=(1, 2))
            turn = self.scale.mean(axis=1) / price
        return np.argsort(np.nan_to_num(turn, nan=0.0), kind="stable")

    def shocks(self, some: np.ndarray) -> kernels.Shocks:
        """Return what the kernel takes of some of them."""
        scale, shift, scale_b, shift_b, fx = (
            one[some] for one in (self.scale, self.shift, self.scale_b, self.shift_b, self.fx)
        )
        n, cells, money = scale_b.shape
        contexts, _, periods = fx.shape[1:]
        with np.errstate(divide="ignore", invalid="ignore"):
            price = scale_b[:, :, None, :, None] * fx[:, None]  # scenario, cell, context, currency, period
            turn = scale[:, :, None, None, None] / price
        shape = (cells, contexts * money * periods)

        def lanes(values: np.ndarray) -> np.ndarray:
            return readonly(values.reshape(n, -1).T, np.float64)

        return kernels.Shocks(
            lanes(scale), lanes(shift), lanes(scale_b), lanes(shift_b), lanes(fx),
            readonly(turn.min(axis=0).reshape(shape), np.float64),
            readonly(turn.max(axis=0).reshape(shape), np.float64),
            readonly(price.max(axis=0).reshape(shape), np.float64),
            readonly(scale.max(axis=0), np.float64),
            bool((shift != 0.0).any() or (shift_b != 0.0).any()), periods, money,
        )  # fmt: skip
