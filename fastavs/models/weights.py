"""What lines weigh and import in the cells of a year, and what cells without a weight have."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fastavs.kernels.curve_records import Wanted
from fastavs.kernels.options import readonly
from fastavs.kernels.sums import add_by
from fastavs.models.options import Options
from fastavs.models.schedules import Schedule
from fastavs.models.sectors import Members
from fastavs.models.suppliers import Suppliers


class Weighed(NamedTuple):
    """Weights of a year. s sectors, r regions; j lines, q columns of lines."""

    wanted: Wanted
    weights: np.ndarray  # float64[s, r] of lines with a known rate
    imports: np.ndarray  # float64[s, r] of lines with a known rate
    unknown: np.ndarray  # float64[s, r] imports of lines without one
    excluded: np.ndarray  # float64[s, r] imports of excluded partners
    stood_in: np.ndarray  # bool[s, r] cells that have the sector's tariff over all partners
    zero: np.ndarray  # bool[s, r] cells without a weight whose tariff is 0
    columns: Columns


class Columns(NamedTuple):
    """Suppliers that cells are put together from. q suppliers, j lines."""

    whose: np.ndarray  # int64[q] whose rates lines have
    region: np.ndarray  # int64[q]
    weight: np.ndarray  # float64[j, q]
    imports: np.ndarray  # float64[j, q] of the scenario


def weigh(
    suppliers: Suppliers,
    schedule: Schedule,
    known: np.ndarray,
    shape: tuple[int, int, int],
    rates: int,
    options: Options,
) -> Weighed:
    """Weigh the lines of a year.

    Parameters
    ----------
    suppliers : Suppliers
    schedule : Schedule
        Whose lines the year has.
    known : bool[j, v + 1]
        Which of them have a rate in each supplier.
    shape : (int, int, int)
        Sectors, regions, currencies.
    rates : int
        As in `curve_records`.
    options : Options
    """
    sectors, regions, currencies = shape
    columns = _columns(suppliers, schedule, regions, options)
    members, rated = schedule.members, known[:, columns.whose]
    weights, imports, unknown = (
        _in_cells(value, columns.region, members, sectors, regions)
        for value in (columns.weight * rated, columns.imports * rated, columns.imports * ~rated)
    )
    outside = np.arange(regions) != (-1 if suppliers.home is None else suppliers.home)
    excluded = _in_cells(schedule.excluded, np.arange(regions), members, sectors, regions) * outside
    if options.excluded == "duty free":
        free = _free_weights(suppliers, schedule, regions, options)
        weights = weights + _in_cells(free, np.arange(regions), members, sectors, regions) * outside
        imports = imports + excluded
    without = weights == 0.0
    idle = without & (imports + unknown + excluded == 0.0) & outside
    no_line = np.bincount(members.sector, minlength=sectors) == 0
    zero = np.zeros(without.shape, dtype=bool)
    if options.empty != "null":
        zero = idle if options.empty == "zero" else without & no_line[:, None]
        zero = zero | ~outside
    stood_in, unit = np.zeros(without.shape, dtype=bool), weights
    whose, region, weight = columns.whose, columns.region, columns.weight
    if options.empty == "sector":
        everybody = _of_everybody(suppliers, schedule, options)
        own = everybody * known[:, -1:]
        whole = _in_cells(own, np.zeros(1, dtype=np.int64), members, sectors, 1)
        stood_in = idle & (whole > 0.0)
        unit = np.where(stood_in, whole, weights)
        whose = np.concatenate([whose, np.full(regions, suppliers.everybody)])
        region = np.concatenate([region, np.arange(regions)])
        weight = np.concatenate([weight, np.repeat(everybody, regions, axis=1)], axis=1)
    stands_in = np.arange(whose.size) >= columns.whose.size
    wanted = Wanted(
        readonly(whose, np.int64), readonly(region, np.int64), readonly(stands_in, np.bool_),
        readonly(weight, np.float64), readonly(stood_in.reshape(-1), np.bool_),
        readonly(unit.reshape(-1), np.float64), regions, sectors, currencies, rates,
    )  # fmt: skip
    return Weighed(wanted, weights, imports, unknown, excluded, stood_in, zero, columns)


def _in_cells(value: np.ndarray, region: np.ndarray, members: Members, sectors: int, regions: int) -> np.ndarray:
    """Add what lines have by column (float64[j, q]) up by sector and the region of the column, float64[s, r]."""
    line = np.repeat(np.arange(value.shape[0]), np.diff(members.start))
    found = np.zeros((sectors, regions))
    for r in range(regions):
        some = np.flatnonzero(region == r)
        if some.size and line.size:
            of_members = value[:, some][line] * members.share[:, None]
            found[:, r] = add_by(of_members.reshape(-1), np.repeat(members.sector, some.size), sectors)
    return found


def _matched(suppliers: Suppliers, schedule: Schedule, imports: np.ndarray) -> np.ndarray:
    """Return imports of matched lines, and 0 for all others."""
    if suppliers.index.facts["match_on_imports"] and not schedule.side.own_trade:
        return imports  # a line without imports is not matched
    side = schedule.side
    return np.where(suppliers.index.lines.matched[side.first : side.last, None], imports, 0.0)


def _columns(suppliers: Suppliers, schedule: Schedule, regions: int, options: Options) -> Columns:
    """Return whose rates go into the cells of which region, and what lines weigh and import there."""
    region = suppliers.region
    some = region >= 0
    if suppliers.home is not None:
        some &= region != suppliers.home
    if options.weights == "simple":
        some &= schedule.takes_part[: suppliers.everybody]
    supplier = np.flatnonzero(some)
    imports = schedule.imports[:, supplier]
    if options.weights == "simple":
        among = _suppliers_in(suppliers, schedule, regions, options)
        weight = np.broadcast_to(1.0 / np.maximum(among, 1)[region[supplier]], imports.shape)
    else:
        weight = _matched(suppliers, schedule, schedule.fixed[:, supplier])
    whose = np.full(supplier.size, suppliers.everybody) if options.aves == "all" else supplier
    return Columns(whose, region[supplier], weight, imports)


def _suppliers_in(suppliers: Suppliers, schedule: Schedule, regions: int, options: Options) -> np.ndarray:
    """Return how many suppliers share the simple weight of a line in each region, int64[r]: those that take part, and
    the excluded ones as well if their imports are duty free."""
    region = suppliers.region
    if options.aves != "partner":
        return np.ones(regions, dtype=np.int64)
    counted = (region >= 0) & (schedule.takes_part[:-1] | (options.excluded == "duty free"))
    return np.bincount(region[counted], minlength=regions)


def _free_weights(suppliers: Suppliers, schedule: Schedule, regions: int, options: Options) -> np.ndarray:
    """Return what excluded partners, who pay nothing, weigh in each line, float64[j, r].

    Simple weights know partners with ``aves="partner"`` alone; else only a region of excluded partners alone has any.
    """
    if options.weights != "simple":
        return _matched(suppliers, schedule, schedule.fixed_excluded)
    region, takes_part = suppliers.region, schedule.takes_part[:-1]
    in_region = np.bincount(region[region >= 0], minlength=regions)
    taking = np.bincount(region[(region >= 0) & takes_part], minlength=regions)
    if options.aves == "partner":
        weight = (in_region - taking) / np.maximum(in_region, 1)
    else:
        traded = np.isin(np.arange(regions), suppliers.region_of)
        weight = np.where(traded & (taking == 0), 1.0, 0.0)
    return np.broadcast_to(weight, (schedule.imports.shape[0], regions))


def _of_everybody(suppliers: Suppliers, schedule: Schedule, options: Options) -> np.ndarray:
    """Return what lines weigh over all partners that take part, float64[j, 1]."""
    if options.weights == "simple":
        return np.ones((schedule.imports.shape[0], 1))
    return _matched(suppliers, schedule, schedule.fixed[:, -1:])
