"""Building the sorted index from a study's trade and schedules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fastavs.duty import Duty
from fastavs.errors import InputError
from fastavs.index.needs import Asked, Needs
from fastavs.index.parts import NO_REACH, NO_RECORDS, Alternatives, Lines, Side
from fastavs.index.records import basis_facts, further_of
from fastavs.index.segments import joined, lay_out
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.options import readonly
from fastavs.scenario.scenario import Scenario, set_changes

if TYPE_CHECKING:
    from fastavs.checked import Checked
    from fastavs.matching.match import Match
    from fastavs.matching.matches import Matches


def index_of(
    matches: Matches, scenarios: Sequence[Scenario] = (), also: Sequence[tuple[np.ndarray, tuple[str, ...]]] = ()
) -> SortedIndex:
    """Build the index of a study for use at once, without the fingerprint that tells a saved one's inputs.

    Parameters
    ----------
    matches : Matches
    scenarios : sequence of Scenario
        Scenarios to come that set new duties.
    also : sequence of (int64[...], tuple of str)
        Lines, and kinds of quantity that these may go by as well.
    """
    needs = Needs(matches)
    named = matches.sides()
    prepared = [matches.match(kind, year) for kind, year in named]
    duties, duty_of = _distinct(matches, scenarios)
    sides, first = [], 0
    for (kind, year), one in zip(named, prepared, strict=True):
        last = first + one.schedule.keys.size
        sides.append(
            Side(kind, year, one.schedule.digits, first, last, one.own_trade, tuple(one.schedule.unread.tolist()))
        )
        first = last
    duty = np.concatenate([
        np.array([duty_of[one.text] for one in each.schedule.duties], dtype=np.int32)[each.schedule.duty]
        for each in prepared
    ])  # fmt: skip
    named_kinds = [one.kinds for one in duties]
    place_of = {some: needs.kinds_place(some) for some in dict.fromkeys(named_kinds)}
    kinds_of = np.array([place_of[some] for some in named_kinds], dtype=np.int64)
    for side, one in zip(sides, prepared, strict=True):
        kinds = kinds_of[duty[side.first : side.last]]
        for some in np.unique(kinds):
            needs.ask(one, np.flatnonzero(kinds == some), side.first, int(some))
    own = len(needs.asked)
    known = _ask_for_scenarios(matches, scenarios, needs, sides, prepared, kinds_of[duty])
    _ask_also(also, needs, sides, prepared, known)
    needs.answer()
    level, found = np.zeros(first, dtype=np.int8), np.zeros(first, dtype=np.int64)
    group = np.full(first, -1, dtype=np.int32)
    entries, observation, groups = lay_out(needs)
    extra, further = [], []
    for place, (asked, places) in enumerate(zip((*needs.asked, *needs.further), groups, strict=True)):
        if place < own:
            level[asked.line], found[asked.line], group[asked.line] = asked.level, asked.found, places
        elif place >= len(needs.asked):
            further.append((asked.line, asked.kinds, asked.level, places))
        else:
            extra.append((asked, places))
    others = _alternatives(extra)
    return SortedIndex(
        facts_of(matches, needs.kinds) | basis_facts(matches, prepared),
        tuple(sides),
        tuple(one.text for one in duties),
        Lines(
            readonly(np.concatenate([one.schedule.keys for one in prepared]), np.int64),
            readonly(duty, np.int32), readonly(level, np.int8), readonly(found, np.int64), readonly(group, np.int32),
            readonly(np.concatenate([one.imports for one in prepared]), np.float64),
            readonly(np.concatenate([one.matched for one in prepared]), np.bool_),
            readonly(np.empty(0), np.int64),
        ),
        others,
        entries,
        observation,
        _fx(matches),
        further_of(further, first, others, kinds_of[duty], len(needs.kinds)),
        NO_RECORDS,
        NO_REACH,
        "",
    )  # fmt: skip


def _distinct(matches: Matches, scenarios: Sequence[Scenario]) -> tuple[list[Duty], dict[str, int]]:
    """Distinct duties of the study and of scenarios, and their places by text."""
    found: dict[str, Duty] = {}
    for kind, year in matches.sides():
        for duty in matches.checked.schedules(kind)[year].duties:
            found.setdefault(duty.text, duty)
    found = dict(sorted(found.items()))  # sums follow this order, which must not be that of a schedule's rows
    check_kinds(matches, scenarios)
    for change in set_changes(scenarios):
        found.setdefault(change.duty, change.new)
    return list(found.values()), {text: place for place, text in enumerate(found)}


def check_kinds(matches: Matches, scenarios: Sequence[Scenario]) -> None:
    """Make sure that new duties go by quantities that the trade was read for.

    Raises
    ------
    InputError
        A new duty on a quantity that no schedule of the study names.
    """
    for change in set_changes(scenarios):
        for kind in change.new.kinds:
            if kind not in matches.checked.trade.kinds:
                name = next(one.name for one in scenarios if change in one.changes)
                raise InputError(
                    f'the scenario "{name}" charges by {kind}, and no schedule of the study does, so no trade was'
                    " read for it",
                    value=change.duty,
                    expected="a duty on " + (", ".join(matches.checked.trade.kinds) or "the value alone"),
                )


def _ask_for_scenarios(
    matches: Matches,
    scenarios: Sequence[Scenario],
    needs: Needs,
    sides: Sequence[Side],
    prepared: Sequence[Match],
    kinds_now: np.ndarray,
) -> set[tuple[int, int]]:
    asked: set[tuple[int, int]] = set()
    for change in set_changes(scenarios):
        some = needs.kinds_place(change.new.kinds)
        for side, one in zip(sides, prepared, strict=True):
            touched = change.where.lines(
                side.kind, side.year, one.schedule.keys, one.schedule.digits, matches.checked.groups
            )
            touched &= kinds_now[side.first : side.last] != some
            lines = [h for h in np.flatnonzero(touched) if (side.first + int(h), some) not in asked]
            asked.update((side.first + int(h), some) for h in lines)
            if lines:
                needs.ask(one, np.array(lines), side.first, some)
    return asked


def _ask_also(
    also: Sequence[tuple[np.ndarray, tuple[str, ...]]],
    needs: Needs,
    sides: Sequence[Side],
    prepared: Sequence[Match],
    asked: set[tuple[int, int]],
) -> None:
    """Ask for what lines may go by as well, unless it was asked for before."""
    for every, kinds in also:
        some = needs.kinds_place(kinds)
        for side, one in zip(sides, prepared, strict=True):
            here = every[(every >= side.first) & (every < side.last)]
            lines = [h for h in here.tolist() if (h, some) not in asked]
            asked.update((h, some) for h in lines)
            if lines:
                needs.ask(one, np.array(lines) - side.first, side.first, some)


def _alternatives(every: list[tuple[Asked, np.ndarray]]) -> Alternatives:
    line = joined([one.line for one, _ in every], np.int64)
    kinds = joined([np.full(one.line.size, one.kinds) for one, _ in every], np.int64)
    order = np.lexsort((kinds, line))
    return Alternatives(
        readonly(line[order], np.int64),
        readonly(kinds[order], np.int64),
        readonly(joined([one.level for one, _ in every], np.int8)[order], np.int8),
        readonly(joined([one.found for one, _ in every], np.int64)[order], np.int64),
        readonly(joined([places for _, places in every], np.int32)[order], np.int32),
        readonly(np.empty(0), np.int64),
    )


def _currencies(matches: Matches) -> list[str]:
    return sorted({matches.checked.fx.own, *(currency for _, currency in matches.checked.fx.rates)})


def facts_of(matches: Matches, kinds: Sequence[tuple[int, ...]] = ()) -> dict[str, Any]:
    """Return years, options and names of a study: what of its index is no array."""
    sides = matches.sides()
    years = []
    for year in matches.checked.serving.years:
        applied = matches.applied_year(year)
        years.append([year, applied, year in matches.checked.bound, year in matches.checked.serving.own_periods])
    labels = [matches.checked.fx_periods(year) for _, year in sides]
    contexts: list[list[str]] = []
    for one in labels:
        if list(one) not in contexts:
            contexts.append(list(one))
    return {
        "title": matches.checked.title,
        "currency": matches.checked.config.currency,
        "years": years,
        "schedule_years": sorted({year for _, year in sides}),
        "pooled": matches.checked.options.method == "pooled",
        "kinds_of_trade": list(matches.checked.trade.kinds),
        "outlier": matches.checked.options.outlier,
        "zero": matches.checked.options.unresolved == "zero",
        "levels": list(matches.checked.options.levels),
        "kinds": [[matches.checked.trade.kinds[kind] for kind in some] for some in kinds],
        "currencies": _currencies(matches),
        "contexts": contexts,
        "context_of": [contexts.index(list(one)) for one in labels],
        **_trade_facts(matches.checked),
        "groups": {title: [one.prefixes, one.members, one.names] for title, one in matches.checked.groups.items()},
    }


def _trade_facts(checked: Checked) -> dict[str, Any]:
    """Return what changes of the trade are held against: names, regions, and in which periods whom is excluded."""
    trade = checked.trade
    return {
        "partners": trade.partners,
        "trade_periods": trade.periods,
        "regions": checked.partners.regions_of(trade.partners),
        "excluded": [np.flatnonzero(periods).tolist() for periods in trade.excluded],
        "min_value": checked.options.min_value,
    }


def _fx(matches: Matches) -> np.ndarray:
    """Exchange rates by context, currency and trade period."""
    matches.checked.check_exchange_rates()
    contexts = facts_of(matches)["contexts"]
    table = np.full((len(contexts), len(_currencies(matches)), len(matches.checked.trade.periods)), np.nan)
    for i, labels in enumerate(contexts):
        for j, currency in enumerate(_currencies(matches)):
            for k, label in enumerate(labels):
                rate = matches.checked.fx.rate(label, currency)
                table[i, j, k] = np.nan if rate is None else rate
    return readonly(table, np.float64)
