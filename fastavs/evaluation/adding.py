"""What rows and classes come to: the sums of all years under one scenario, or a block of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastavs.evaluation.averages import empty_sums, exact_up_to, summary_of
from fastavs.evaluation.large_rates import with_large_rates
from fastavs.evaluation.rows import charge_given, rare_lanes_of
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.carry import carry
from fastavs.kernels.classes import add_classes
from fastavs.kernels.names import (
    STRIP,
)
from fastavs.kernels.row_lanes import LANES
from fastavs.kernels.shapes import Bounds, Carried, Charges, DutyTable, Factors, Layout, Pairs, RowFigures, Sums
from fastavs.kernels.sweep import sweep_block
from fastavs.kernels.touched import largest_of


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of years, ready for scenarios: n rows, k carried means.

    Attributes
    ----------
    duties : DutyTable
    rows : ROW[n]
    layout : Layout
        Of one chunk.
    carried : Carried
        In terms of `mean_row`.
    mean_row : int32[...]
        The row of each line behind a mean.
    places : int32[m]
        The lines of years, ascending.
    pairs : Pairs
        The applied and the bound row of each; means stand after the rows.
    touched : int64[t]
        The lines touched.
    touched_row : int32[t]
        Their rows.
    base_row : int64[n]
        The row of the index that a row of lines untouched is; -1: of others.
    rare : dict of int to int64[...]
        Rows of rare forms, by form.
    """

    duties: DutyTable
    rows: np.ndarray
    layout: Layout
    carried: Carried
    mean_row: np.ndarray
    places: np.ndarray
    pairs: Pairs
    touched: np.ndarray
    touched_row: np.ndarray
    base_row: np.ndarray
    rare: dict[int, np.ndarray]

    @property
    def means(self) -> int:
        return int(self.carried.low.shape[1])

    @property
    def nbytes(self) -> int:
        """How much memory it takes, its duties aside."""
        arrays = (
            self.rows, self.mean_row, self.places, self.touched, self.touched_row, self.base_row, self.layout.number,
            *self.pairs, *self.carried, *self.rare.values(),
        )  # fmt: skip
        return sum(one.nbytes for one in arrays)


def add_part(
    index: SortedIndex, part: Part, factors: Factors, rows: np.ndarray | None = None, full: bool = True
) -> Sums:
    """Add up a part under one scenario, its factors of one dimension; [..., 1].

    `rows` are its rows as that scenario changes them. Unless `full`, only what means of rates rest on is added up.
    """
    return add_charges(part.layout, charge_part(index, part, factors, rows), index.facts["zero"], full)


def charge_part(index: SortedIndex, part: Part, factors: Factors, rows: np.ndarray | None = None) -> Charges:
    """Charge the rows of a part under one scenario, and carry its means."""
    rows = part.rows if rows is None else rows
    n, means, facts = rows.size, part.means, index.facts
    charges = Charges(np.empty(n + means), np.empty(n + means), np.empty(n + means, dtype=np.bool_))
    charges.specific[:n] = rows["specific"]
    kept = np.empty(n, dtype=np.int64)
    figures = RowFigures(charges.rate[:n], charges.part[:n], kept, kept)
    charge_given(part.rare, part.duties, index.entries, rows, factors, facts["outlier"], figures)
    if means:
        carry(part.carried, part.mean_row, facts["zero"], as_lane(charges), np.empty(means, dtype=np.int64))
    return charges


def as_lane(charges: Charges) -> Charges:
    """Return what one scenario charges as a block of one; [..., 1]."""
    return Charges(charges.rate[:, None], charges.part[:, None], charges.specific[:, None])


def add_charges(layout: Layout, charges: Charges, zero: bool, full: bool = True) -> Sums:
    """Add up what rows, and means after them, are charged under one scenario; unless `full`, rates alone."""
    sums = empty_sums(layout, 1)
    sums.largest[0] = largest_of(charges.rate, charges.part, charges.rate.size)
    add_classes(layout, charges, as_lane(charges), zero, full, sums)
    return sums


def figures_of_large(layout: Layout, charges: Charges, zero: bool, full: bool) -> np.ndarray:
    """Work out a scenario some of whose rates are too large for exact sums; float64[y, 17]."""
    figures = summary_of(layout, add_charges(layout, charges, zero, full), full)[0]
    found = with_large_rates(layout, charges, zero, exact_up_to(layout), figures)
    return found if full else np.where(np.isnan(figures), np.nan, found)


def add_part_lanes(index: SortedIndex, part: Part, factors: Factors, bounds: Bounds, full: bool) -> Sums:
    """Add up a part under a block of scenarios."""
    width, facts, entries = factors.scale.shape[1], index.facts, index.entries
    shape = (part.rows.size + part.means, width)
    sums = empty_sums(part.layout, width)
    which, rare = rare_lanes_of(part.rare, part.duties, entries, part.rows, factors, facts["outlier"])
    sweep_block(
        part.duties, entries, part.rows, part.mean_row, which, rare, factors, bounds, part.layout, part.carried,
        (facts["outlier"], facts["zero"], full),
        memory(shape), np.zeros((LANES, -(-width // STRIP) * STRIP)), sums,
    )  # fmt: skip
    return sums


def memory(shape: tuple[int, int]) -> Charges:
    """Return memory for what a block's rows are charged; a strip may be read past the last of them."""
    slots, width = shape
    more = -(-STRIP // width)
    rate, part = (np.zeros((slots + more, width)) for _ in range(2))
    return Charges(rate, part, np.empty((slots + more, width), dtype=np.bool_))
