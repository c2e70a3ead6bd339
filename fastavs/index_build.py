"""Building the sorted index from a study's trade and schedules."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

import numpy as np

from fastavs.arrays_file import VERSION
from fastavs.duty import Duty
from fastavs.errors import InputError
from fastavs.index_layout import Asked, Builder, joined
from fastavs.kernels.options import readonly
from fastavs.scenario import Scenario, set_changes
from fastavs.sorted_index import Alternatives, Lines, Side, SortedIndex

if TYPE_CHECKING:
    from fastavs.evaluate import Prepared
    from fastavs.study import Study

# ---- what it is built from


_KNOWN: WeakKeyDictionary[Study, str] = WeakKeyDictionary()


def fingerprint(study: Study) -> str:
    """Return a hash of everything that an index is made of."""
    if study not in _KNOWN:
        _KNOWN[study] = _fingerprint(study)
    return _KNOWN[study]


def _fingerprint(study: Study) -> str:
    digest = hashlib.blake2b(digest_size=20)
    tariffs = {schedule.digits for schedule in (*study.applied.values(), *study.bound.values())}
    for digits in sorted(tariffs):
        recorded = study.recorded(digits)
        for array in (recorded.code_key, recorded.code_digits, recorded.code, recorded.period, recorded.partner):
            digest.update(np.ascontiguousarray(array).view(np.uint8).data)
        for array in (recorded.value, recorded.excluded):
            digest.update(np.ascontiguousarray(array).view(np.uint8).data)
    rows = study.trade.rows  # in the order of the observations by now
    for name in ("value", "kind_1", "amount_1", "kind_2", "amount_2", "mass", "marked"):
        digest.update(np.ascontiguousarray(getattr(rows, name)).view(np.uint8).data)
    words: list[Any] = [
        VERSION, study.trade.codes, study.trade.periods, study.trade.partners, study.trade.kinds,
        study.trade.bridges, str(study.options), str(study.config.base), sorted(study.fx.rates.items()), study.fx.own,
        [(title, one.prefixes, one.members) for title, one in sorted(study.groups.items())],
    ]  # fmt: skip
    for schedules in (study.applied, study.bound):
        for year, schedule in sorted(schedules.items()):
            words += [year, schedule.digits, [duty.text for duty in schedule.duties]]
            digest.update(schedule.keys.tobytes())
            digest.update(schedule.duty.tobytes())
    digest.update(repr(words).encode())
    return digest.hexdigest()


# ---- building


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
    return replace(index_of(study, scenarios), fingerprint=fingerprint(study), kept={})


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
    extra = []
    for place, (asked, places) in enumerate(zip(builder.asked, groups, strict=True)):
        if place < own:
            level[asked.line], found[asked.line], group[asked.line] = asked.level, asked.found, places
        else:
            extra.append((asked, places))
    return SortedIndex(
        facts_of(study, builder.kinds),
        tuple(sides),
        tuple(one.text for one in duties),
        Lines(
            readonly(np.concatenate([one.schedule.keys for one in prepared]), np.int64),
            readonly(duty, np.int32), readonly(level, np.int8), readonly(found, np.int64), readonly(group, np.int32),
            readonly(np.concatenate([one.imports for one in prepared]), np.float64),
            readonly(np.concatenate([one.matched for one in prepared]), np.bool_),
        ),
        _alternatives(extra),
        entries,
        observation,
        _fx(study),
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
