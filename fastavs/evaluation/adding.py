"""What rows and classes come to: the sums of all years under one scenario, or a block of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastavs.evaluation.averages import empty_sums, exact_up_to, rates_times, summary_of
from fastavs.evaluation.rows import charge_given, rare_lanes_of
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.carry import carry
from fastavs.kernels.classes import add_classes
from fastavs.kernels.names import (
    AD_VALOREM_SIMPLE_MEAN,
    AD_VALOREM_SIMPLE_SD,
    AD_VALOREM_WEIGHTED_MEAN,
    ADJUST,
    BOUND_MEAN,
    HS6_MEAN,
    MATCHED_MEAN,
    MATCHED_OF,
    MATCHED_SD,
    PIECES,
    SIMPLE_MEAN,
    SIMPLE_SD,
    STRIP,
    WEIGHT_OF,
    WEIGHTED_MEAN,
    WEIGHTED_MEAN_UNADJUSTED,
    WEIGHTED_SD,
)
from fastavs.kernels.pieces import power_over
from fastavs.kernels.row_lanes import LANES
from fastavs.kernels.shapes import Bounds, Carried, Charges, DutyTable, Factors, Layout, Pairs, RowFigures, Sums
from fastavs.kernels.sweep import sweep_block
from fastavs.kernels.touched import largest_of

MEASURED = (
    [SIMPLE_MEAN, SIMPLE_SD, HS6_MEAN],
    [MATCHED_MEAN, MATCHED_SD],
    [WEIGHTED_MEAN_UNADJUSTED, WEIGHTED_SD],
    [BOUND_MEAN],
    [AD_VALOREM_SIMPLE_MEAN, AD_VALOREM_SIMPLE_SD],
    [AD_VALOREM_WEIGHTED_MEAN],
)
"""Columns of the summary that rest on the same lines and sides."""


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


def add_part(index: SortedIndex, part: Part, factors: Factors, rows: np.ndarray | None = None) -> Sums:
    """Add up a part under one scenario, its factors of one dimension; [..., 1].

    `rows` are its rows as that scenario changes them.
    """
    return add_charges(part.layout, charge_part(index, part, factors, rows), index.facts["zero"])


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
    """Add up what rows, and means after them, are charged under one scenario; unless `full`, for means of rates."""
    sums = empty_sums(layout, 1)
    sums.largest[0] = largest_of(charges.rate, charges.part, charges.rate.size)
    add_classes(layout, charges, as_lane(charges), zero, full, sums)
    return sums


def figures_in_units(layout: Layout, charges: Charges, zero: bool, full: bool) -> np.ndarray:
    """Work out a scenario some of whose rates are too large for exact sums; float64[y, 17].

    What each of the columns `MEASURED` rests on is measured in a unit of its own, year by year.
    """
    figures = summary_of(layout, add_charges(layout, charges, zero), full)[0]
    units = np.ones(figures.shape)
    for columns, largest in zip(MEASURED, _largest_of_years(layout, charges), strict=True):
        units[:, columns] = [[power_over(one) if one > 1.0 else 1.0] for one in largest / exact_up_to(layout)]
    for unit in np.unique(units[units > 1.0]).tolist():
        scaled = Charges(charges.rate / unit, charges.part / unit, charges.specific)
        found = rates_times(summary_of(layout, add_charges(layout, scaled, zero), full)[0], unit)
        figures[units == unit] = found[units == unit]
    adjust = np.where(layout.years["own"], 0.0, figures[:, SIMPLE_MEAN] - figures[:, MATCHED_MEAN])
    figures[:, ADJUST], figures[:, WEIGHTED_MEAN] = adjust, figures[:, WEIGHTED_MEAN_UNADJUSTED] + adjust
    return figures


def _largest_of_years(layout: Layout, charges: Charges) -> np.ndarray:
    """Return the largest number that each of the columns `MEASURED` rests on, year by year; float64[6, y]."""
    rate, part, has_bound = charges.rate, charges.part, layout.bound >= 0
    bound = np.where(has_bound, rate[layout.bound], np.nan)
    governing = np.where(has_bound, np.fmin(rate[layout.applied], bound), rate[layout.applied])
    parts = np.fmin(part[layout.applied], np.where(has_bound, part[layout.bound], np.nan))
    matched, weighs = layout.number[MATCHED_OF] > 0.0, layout.number[WEIGHT_OF : WEIGHT_OF + PIECES].any(axis=0)
    years = layout.years.size
    year_of = np.repeat(np.arange(layout.start.size - 1) % years, np.diff(layout.start))
    found = np.zeros((len(MEASURED), years))
    what = (governing, governing * matched, governing * weighs, bound, parts, parts * weighs)
    for into, values in zip(found, what, strict=True):
        np.maximum.at(into, year_of, np.nan_to_num(np.abs(values), nan=0.0))
    return found


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
