"""Building the sorted index from a study's trade and schedules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from fastavs.duty import Duty
from fastavs.errors import InputError
from fastavs.evaluation.partners import trade_facts
from fastavs.index.counts import with_counts
from fastavs.index.fingerprint import fingerprint
from fastavs.index.records import basis_facts, further_of, with_records
from fastavs.index.segments import Asked, Builder, joined
from fastavs.index.sorted_index import NO_RECORDS, Alternatives, Lines, Side, SortedIndex
from fastavs.kernels.options import readonly
from fastavs.scenario.scenario import Scenario, set_changes

if TYPE_CHECKING:
    from fastavs.matching.match import Prepared
    from fastavs.study import Study


def sides_of(study: Study) -> list[tuple[str, int]]:
    """Return the schedules that a study's rates rest on, in order."""
    found: dict[tuple[str, int], None] = {}
    for year in study.plan.years:
        found["applied", year if year in study.applied else cast(int, study.plan.applied_year)] = None
        if year in study.bound:
            found["bound", year] = None
    return list(found)


def build_index(study: Study, scenarios: Sequence[Scenario] = ()) -> SortedIndex:
    """Build the index of a study, to keep and to save.

    Parameters
    ----------
    study : Study
    scenarios : sequence of Scenario, optional
        Scenarios to come that set new duties: the quantities that those need are indexed as well.

    Raises
    ------
    InputError
        The pooled method, which needs no index.

    Examples
    --------
    ``build_index(study).save("study.avs")`` and, another day, ``sweep(SortedIndex.load("study.avs"), scenarios)``.
    """
    index = with_records(study, with_counts(study, index_of(study, scenarios)))
    return replace(index, fingerprint=fingerprint(study), kept={})


def index_of(study: Study, scenarios: Sequence[Scenario] = ()) -> SortedIndex:
    """Build the index of a study for use at once, without the fingerprint that tells a saved one's inputs."""
    if study.options.method == "pooled":
        raise InputError("the pooled method has no index", key="options.method", value="pooled", expected='"partner"')
    builder = Builder(study)
    named = sides_of(study)
    prepared = [study.prepared(kind, year) for kind, year in named]
    duties, duty_of = _distinct(study, scenarios)
    sides, first = [], 0
    for (kind, year), one in zip(named, prepared, strict=True):
        last = first + one.schedule.keys.size
        sides.append(Side(kind, year, one.schedule.digits, first, last, one.own_trade))
        first = last
    duty = np.concatenate([
        np.array([duty_of[one.text] for one in each.schedule.duties], dtype=np.int32)[each.schedule.duty]
        for each in prepared
    ])  # fmt: skip
    named_kinds = [one.kinds for one in duties]
    place_of = {some: builder.kinds_place(some) for some in dict.fromkeys(named_kinds)}
    kinds_of = np.array([place_of[some] for some in named_kinds], dtype=np.int64)
    for side, one in zip(sides, prepared, strict=True):
        kinds = kinds_of[duty[side.first : side.last]]
        for some in np.unique(kinds):
            builder.ask(one, np.flatnonzero(kinds == some), side.first, int(some))
    own = len(builder.asked)
    _ask_for_scenarios(study, scenarios, builder, sides, prepared, kinds_of[duty])
    builder.answer()
    level, found = np.zeros(first, dtype=np.int8), np.zeros(first, dtype=np.int64)
    group = np.full(first, -1, dtype=np.int32)
    entries, observation, groups = builder.lay_out()
    extra, further = [], []
    for place, (asked, places) in enumerate(zip((*builder.asked, *builder.behind), groups, strict=True)):
        if place < own:
            level[asked.line], found[asked.line], group[asked.line] = asked.level, asked.found, places
        elif place >= len(builder.asked):
            further.append((asked.line, asked.kinds, asked.level, places))
        else:
            extra.append((asked, places))
    others = _alternatives(extra)
    return SortedIndex(
        facts_of(study, builder.kinds) | basis_facts(study, prepared),
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
        _fx(study),
        further_of(further, first, others, kinds_of[duty], len(builder.kinds)),
        NO_RECORDS,
        "",
    )  # fmt: skip


def _distinct(study: Study, scenarios: Sequence[Scenario]) -> tuple[list[Duty], dict[str, int]]:
    """Distinct duties of the study and of scenarios, and their places by text."""
    found: dict[str, Duty] = {}
    for kind, year in sides_of(study):
        for duty in (study.applied if kind == "applied" else study.bound)[year].duties:
            found.setdefault(duty.text, duty)
    found = dict(sorted(found.items()))  # sums follow this order, which must not be that of a schedule's rows
    check_kinds(study, scenarios)
    for change in set_changes(scenarios):
        found.setdefault(change.duty, change.new)
    return list(found.values()), {text: place for place, text in enumerate(found)}


def check_kinds(study: Study, scenarios: Sequence[Scenario]) -> None:
    """Make sure that new duties go by quantities that the trade was read for.

    Raises
    ------
    InputError
        A new duty on a quantity that no schedule of the study names.
    """
    for change in set_changes(scenarios):
        for kind in change.new.kinds:
            if kind not in study.trade.kinds:
                raise InputError(
                    f"a scenario charges by {kind}, and no schedule of the study does, so no trade was read for it",
                    value=change.duty,
                    expected="a duty on " + (", ".join(study.trade.kinds) or "the value alone"),
                )


def _ask_for_scenarios(
    study: Study,
    scenarios: Sequence[Scenario],
    builder: Builder,
    sides: Sequence[Side],
    prepared: Sequence[Prepared],
    kinds_now: np.ndarray,
) -> None:
    asked: set[tuple[int, int]] = set()
    for change in set_changes(scenarios):
        some = builder.kinds_place(change.new.kinds)
        for side, one in zip(sides, prepared, strict=True):
            touched = change.where.lines(side.kind, side.year, one.schedule.keys, one.schedule.digits, study.groups)
            touched &= kinds_now[side.first : side.last] != some
            lines = [h for h in np.flatnonzero(touched) if (side.first + int(h), some) not in asked]
            asked.update((side.first + int(h), some) for h in lines)
            if lines:
                builder.ask(one, np.array(lines), side.first, some)


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


def _currencies(study: Study) -> list[str]:
    return sorted({study.fx.own, *(currency for _, currency in study.fx.rates)})


def facts_of(study: Study, kinds: Sequence[tuple[int, ...]] = ()) -> dict[str, Any]:
    """Return years, options and names of a study: what of its index is no array."""
    sides = sides_of(study)
    years = []
    for year in study.plan.years:
        applied = year if year in study.applied else study.plan.applied_year
        years.append([year, applied, year in study.bound, year in study.plan.own_periods])
    labels = [study.fx_periods(year) for _, year in sides]
    contexts: list[list[str]] = []
    for one in labels:
        if list(one) not in contexts:
            contexts.append(list(one))
    return {
        "title": study.title,
        "currency": study.config.currency,
        "years": years,
        "schedule_years": sorted({year for _, year in sides}),
        "outlier": study.options.outlier,
        "zero": study.options.unresolved == "zero",
        "levels": list(study.options.levels),
        "kinds": [[study.trade.kinds[kind] for kind in some] for some in kinds],
        "currencies": _currencies(study),
        "contexts": contexts,
        "context_of": [contexts.index(list(one)) for one in labels],
        **trade_facts(study),
        "groups": {title: [one.prefixes, one.members, one.names] for title, one in study.groups.items()},
    }


def _fx(study: Study) -> np.ndarray:
    """Exchange rates by context, currency and trade period."""
    study.check()
    contexts = facts_of(study)["contexts"]
    table = np.full((len(contexts), len(_currencies(study)), len(study.trade.periods)), np.nan)
    for i, labels in enumerate(contexts):
        for j, currency in enumerate(_currencies(study)):
            for k, label in enumerate(labels):
                rate = study.fx.rate(label, currency)
                table[i, j, k] = np.nan if rate is None else rate
    return readonly(table, np.float64)
