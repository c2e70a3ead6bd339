"""Who supplies a line, and on whose observations its rate rests.

A supplier is the partners of a region taken together, or one partner; after all suppliers comes everybody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fastavs.errors import InputError
from fastavs.evaluation.blocks import is_single
from fastavs.evaluation.changed_trade import cells_of, line_of_rows, matches_of
from fastavs.evaluation.factors import ScenarioFactors, check_scenarios
from fastavs.evaluation.lines import newly_matched
from fastavs.evaluation.new_duties import with_new_duties
from fastavs.evaluation.partners import selection_of, settle, trade_of
from fastavs.evaluation.plan import Plan, make_plan
from fastavs.evaluation.rows import alone
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.curve_suppliers import count_by_supplier
from fastavs.kernels.options import readonly
from fastavs.kernels.quotes import settle_groups
from fastavs.kernels.shapes import Changes, EntryOrigin, Factors, changed
from fastavs.models.options import Options
from fastavs.models.regions import Regions
from fastavs.scenario.scenario import Scenario
from fastavs.scenario.trade import Resample


@dataclass(frozen=True, slots=True)
class Suppliers:
    """An index under a scenario, and what each partner is part of. v suppliers, p partners.

    Attributes
    ----------
    plan : Plan
    scenario : Scenario
    block, factors : Factors
        Of the scenario: as a block, and alone.
    changes, unchanged : Changes
        The scenario's trade, and the study's, both without partners that the scenario excludes.
    excluded : bool[t, p]
        Who takes no part in which periods of the trade, by the study and the scenario.
    origin : EntryOrigin
    supplier_of : int64[p]
        -1: none but everybody.
    region_of : int64[p]
        -1: left out.
    region : int64[v]
        Of each supplier.
    home : int or None
        The region whose trade is left out.
    """

    plan: Plan
    scenario: Scenario
    block: Factors
    factors: Factors
    changes: Changes
    unchanged: Changes
    excluded: np.ndarray
    origin: EntryOrigin
    supplier_of: np.ndarray
    region_of: np.ndarray
    region: np.ndarray
    home: int | None

    @property
    def index(self) -> SortedIndex:
        return self.plan.index

    @property
    def everybody(self) -> int:
        """The place after all suppliers."""
        return self.region.size


def suppliers_of(index: SortedIndex, regions: Regions, scenario: Scenario | None, options: Options) -> Suppliers:
    """Put a scenario and regions into numbers.

    Raises
    ------
    InputError
        The index holds no recorded trade; or the scenario is not one of the study.
    """
    if not index.records.code_key.size:
        raise InputError(
            "the index holds no recorded trade, which tariffs by region need",
            cure="build it with the records: study.index(records=True)",
        )
    scenario = scenario or Scenario("as it is")
    check_scenarios(index.facts, [scenario])
    plan = make_plan(index, [scenario], careful=True)
    block, _ = ScenarioFactors(plan, [scenario]).of(np.arange(1))
    home = regions.regions.index(regions.home) if regions.home in regions.regions else None
    home = home if options.inside == "drop" else None
    region_of = readonly(regions.region_of, np.int64)
    excluded = _excluded(index, scenario)
    changes, unchanged = _changes(index, scenario, excluded)
    by_partner = options.aves == "partner"
    supplier_of = np.where(region_of >= 0, np.arange(region_of.size), -1) if by_partner else region_of
    by_code = changes.prices.pattern.size > 1
    return Suppliers(
        plan, scenario, block, alone(block, 0), changes, unchanged, excluded,
        EntryOrigin(
            index.entry_partner, index.entry_code if by_code else readonly([], np.int32),
            index.entry_value if changes.min_value > 0.0 else readonly([], np.float64),
        ),
        readonly(supplier_of, np.int64), region_of,
        region_of if by_partner else np.arange(len(regions.regions)), home,
    )  # fmt: skip


def _excluded(index: SortedIndex, scenario: Scenario) -> np.ndarray:
    """Return who takes no part in which periods, by the study and the scenario; bool[t, p]."""
    times, _ = settle(index.facts, [one for one in trade_of(scenario) if not isinstance(one, Resample)])
    return np.asarray(times == 0)


def _changes(index: SortedIndex, scenario: Scenario, excluded: np.ndarray) -> tuple[Changes, Changes]:
    """Return the trade of a scenario and of the study as numbers; excluded partners (bool[t, p]) take part in
    neither."""
    trade = trade_of(scenario)
    selection, of_prices = selection_of(trade)
    prices = cells_of(index, selection.prices)
    factor = prices.factors(np.array([of_prices]))[0]
    found = []
    for some, priced in ((trade, bool((factor != 1.0).any())), ((), False)):
        times, weigh = settle(index.facts, some)
        found.append(
            Changes(
                readonly(np.where(excluded, 0, times), np.int32), weigh, prices.table, readonly(factor, np.float64),
                priced, float(index.facts["min_value"]),
            )
        )  # fmt: skip
    return found[0], found[1]


@dataclass(frozen=True, slots=True)
class Found:
    """Which observations serve lines, supplier by supplier. h lines, v suppliers and everybody.

    Attributes
    ----------
    rows : ROW[n]
        With the duties that the scenario sets.
    group : int32[v + 1, h]
        -1: none.
    own : bool[v + 1, h]
        Whether they are the line's own trade.
    """

    rows: np.ndarray
    group: np.ndarray
    own: np.ndarray


def observations_of(suppliers: Suppliers, lines: np.ndarray, everybody: bool) -> Found:
    """Find which observations serve some lines of the index, int64[h]; `everybody` says whether all are asked for."""
    plan, index = suppliers.plan, suppliers.index
    group, level, _ = matches_of(index)
    wanted = _groups_behind(index, group, lines)
    left = np.empty((suppliers.everybody + 1, index.entries.group.size - 1), dtype=np.int64)
    count_by_supplier(
        index.entries, suppliers.origin, suppliers.changes, suppliers.supplier_of, readonly(wanted, np.bool_), left
    )
    digits = np.concatenate([np.full(side.last - side.first, side.digits) for side in index.sides])
    rows, row = plan.rows, plan.line_row[lines]
    of_rows = line_of_rows(plan)
    groups = np.full((left.shape[0], lines.size), -1, dtype=np.int32)
    own = np.zeros(groups.shape, dtype=bool)
    single, own_lines = is_single(suppliers.scenario), index.lines.key.size
    if single:
        newly_matched(index, suppliers.scenario)  # whose duties are read once for all suppliers
    for supplier in range(left.shape[0] if everybody else suppliers.everybody):
        group_of, level_of, found = (one.copy() for one in (group, level, np.zeros(group.size, dtype=np.int64)))
        settle_groups(index.further, readonly(left[supplier], np.int64), group_of, level_of, found)
        if single:
            under = _with_groups(plan, group_of, level_of, found, of_rows)
            rows = with_new_duties(under, suppliers.scenario, suppliers.block)
            level_of = level_of[:own_lines].copy()
            new = newly_matched(under.index, suppliers.scenario)
            level_of[new.lines] = new.level
            groups[supplier] = rows["group"][row]
        else:
            groups[supplier] = group_of[lines]
        own[supplier] = (level_of[lines] == digits[lines]) & (groups[supplier] >= 0)
    return Found(rows, groups, own)


def _with_groups(plan: Plan, group: np.ndarray, level: np.ndarray, found: np.ndarray, of_rows: np.ndarray) -> Plan:
    """Return a plan whose lines and alternatives have other observations."""
    index, n = plan.index, plan.index.lines.key.size
    kinds = ((group, np.int32), (level, np.int8), (found, np.int64))
    own, others = ([readonly(one[part], kind) for one, kind in kinds] for part in (slice(n), slice(n, None)))
    names = ("group", "level", "found")
    new = index.with_parts(
        lines=index.lines._replace(**dict(zip(names, own, strict=True)), no_quantity=np.zeros(n, dtype=np.int64)),
        others=index.others._replace(
            **dict(zip(names, others, strict=True)), no_quantity=np.zeros(group.size - n, dtype=np.int64)
        ),
    )
    rows = changed(plan.rows, group=new.lines.group[of_rows])
    return replace(plan, index=new, ready=plan.ready._replace(rows=rows))


def _groups_behind(index: SortedIndex, group: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Return the groups that some lines, and alternatives of theirs, may find observations in, bool[g]."""
    wanted = np.zeros(index.entries.group.size - 1, dtype=bool)
    asked = np.zeros(index.lines.key.size, dtype=bool)
    asked[lines] = True
    owner = np.concatenate([asked, asked[index.others.line]])
    some = group[owner]
    wanted[some[some >= 0]] = True
    further = np.repeat(owner, np.diff(index.further.start))
    wanted[index.further.group[further]] = True
    return wanted
