"""Building the sorted index from a study's trade and schedules."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

import numpy as np

from fastavs.arrays_file import VERSION
from fastavs.duty import Duty
from fastavs.errors import InputError
from fastavs.kernels import building
from fastavs.kernels import sorted as kernels
from fastavs.kernels.options import readonly
from fastavs.scenario import Scenario, set_changes
from fastavs.sorted_index import Alternatives, Lines, Side, SortedIndex

if TYPE_CHECKING:
    from fastavs.evaluate import Prepared
    from fastavs.index import Basis
    from fastavs.study import Study

SEED = 20120605  # of the words that tell sets of codes apart


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


@dataclass(slots=True)
class _Asked:
    """Lines that need a group of observations of one basis and some kinds. l lines."""

    basis: int
    kinds: int
    line: np.ndarray  # int64[l] place among all lines
    level: np.ndarray  # int8[l]
    found: np.ndarray  # int64[l]
    codes: np.ndarray  # the basis' codes in the order of the side
    first: np.ndarray  # int64[l] the line's codes there
    last: np.ndarray
    words: np.ndarray  # uint64[l, 2] what tells its set of codes apart
    key: np.ndarray  # int64[l]


class _Builder:
    """Collects what lines need, then lays it out."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.bases: list[Basis] = []
        self.kinds: list[tuple[int, ...]] = []
        self.asked: list[_Asked] = []
        self._usable: dict[tuple[int, int], np.ndarray] = {}

    def basis_place(self, basis: Basis) -> int:
        for place, known in enumerate(self.bases):
            if known is basis:
                return place
        self.bases.append(basis)
        return len(self.bases) - 1

    def kinds_place(self, kinds: Sequence[str]) -> int:
        wanted = tuple(self.study.trade.kinds.index(kind) for kind in kinds)
        if wanted not in self.kinds:
            self.kinds.append(wanted)
        return self.kinds.index(wanted)

    def ask(self, prepared: Prepared, lines: np.ndarray, offset: int, kinds: int) -> _Asked:
        """Find level and codes of some lines of a side for a duty on some kinds of quantity."""
        served, basis = prepared.served, prepared.basis
        where = self.basis_place(basis)
        usable = self._usable_by_code(where, kinds)[served.order]
        before = np.concatenate(([0], np.cumsum(usable)))
        level, found, first, last = (
            np.empty(lines.size, dtype=np.int8), *(np.empty(lines.size, dtype=np.int64) for _ in range(3))
        )  # fmt: skip
        building.find_levels(
            readonly(lines, np.int64),
            readonly(prepared.borrows, np.bool_),
            readonly(served.level_digits, np.int8),
            readonly(served.observations.code_reach, np.int8),
            (readonly(served.code_lo, np.int64), readonly(served.code_hi, np.int64)),
            readonly(before, np.int64),
            (level, found, first, last),
        )
        random = np.random.default_rng(SEED).integers(0, 2**64, size=(usable.size, 2), dtype=np.uint64)[served.order]
        random[usable == 0] = 0  # a code without a usable observation makes no difference
        sums = np.concatenate((np.zeros((1, 2), dtype=np.uint64), np.cumsum(random, axis=0, dtype=np.uint64)))
        digits = np.where(level < 0, 0, served.level_digits[level]).astype(np.int8)
        return _Asked(
            where, kinds, lines + offset, digits, found, served.order, first, last,
            sums[last] - sums[first], prepared.schedule.keys[lines],
        )  # fmt: skip

    def _usable_by_code(self, basis: int, kinds: int) -> np.ndarray:
        if (basis, kinds) not in self._usable:
            counts = np.empty(self.bases[basis].code_start.size, dtype=np.int64)
            building.usable_by_code(self._source(basis, kinds, np.zeros(1), np.zeros(0)), counts)
            self._usable[basis, kinds] = counts
        return self._usable[basis, kinds]

    def _source(self, basis: int, kinds: int, start: np.ndarray, codes: np.ndarray) -> building.Source:
        one = self.bases[basis]
        return building.Source(
            readonly(one.code_start, np.int64),
            readonly(one.code_stop, np.int64),
            one.period,
            one.ratio,
            readonly(self.kinds[kinds], np.int64),
            readonly(start, np.int64),
            readonly(codes, np.int64),
        )

    def lay_out(self) -> tuple[kernels.Entries, np.ndarray, list[np.ndarray]]:
        """Sort observations into segments; returns them, their observations, and each request's groups."""
        asked = [one for one in self.asked if one.line.size]
        sizes = [one.line.size for one in asked]
        total = sum(sizes)
        batch = np.repeat([one.basis * len(self.kinds) + one.kinds for one in asked], sizes).astype(np.int64)
        request = np.repeat(np.arange(len(asked)), sizes)
        first = _joined([one.first for one in asked], np.int64)
        last = _joined([one.last for one in asked], np.int64)
        words = np.concatenate([one.words for one in asked]) if asked else np.zeros((0, 2), dtype=np.uint64)
        key = _joined([one.key for one in asked], np.int64)
        some = np.flatnonzero(_joined([one.found for one in asked], np.int64) > 0)
        order = some[np.lexsort((key[some], words[some, 1], words[some, 0], batch[some]))]
        new = np.ones(order.size, dtype=bool)
        new[1:] = (batch[order[1:]] != batch[order[:-1]]) | (words[order[1:]] != words[order[:-1]]).any(axis=1)
        leader = order[new]  # the first line that needs each group
        by_code = np.lexsort((batch[leader], key[leader]))
        rank = np.empty(leader.size, dtype=np.int64)
        rank[by_code] = np.arange(leader.size)
        group = np.full(total, -1, dtype=np.int32)
        group[order] = rank[np.cumsum(new) - 1]
        leader = leader[by_code]
        chosen = [(int(request[one]), int(first[one]), int(last[one])) for one in leader]
        codes = [asked[place].codes[lo:hi] for place, lo, hi in chosen]
        entries, observation = self._segments(codes, batch[leader])
        return entries, observation, np.split(group, np.cumsum(sizes)[:-1]) if sizes else []

    def _segments(self, codes: list[np.ndarray], batch: np.ndarray) -> tuple[kernels.Entries, np.ndarray]:
        n_periods = len(self.study.trade.periods)
        counts = np.zeros((len(codes), n_periods), dtype=np.int64)
        slot = readonly(np.arange(n_periods), np.int64)
        sources = {}
        for one in np.unique(batch):
            members = np.flatnonzero(batch == one)
            start = np.concatenate(([0], np.cumsum([codes[g].size for g in members])))
            listed = np.concatenate([codes[g] for g in members])
            source = self._source(int(one) // len(self.kinds), int(one) % len(self.kinds), start, listed)
            found = np.zeros((members.size, n_periods), dtype=np.int64)
            building.count_segments(source, slot, found)
            counts[members] = found
            sources[int(one)] = (members, source)
        owner, period = np.nonzero(counts)
        n = counts[owner, period]
        start = np.concatenate(([0], np.cumsum(n))).astype(np.int64)
        cursor = np.zeros_like(counts)
        cursor[owner, period] = start[:-1]
        ratio = np.empty(start[-1])
        place = np.empty(start[-1], dtype=np.int32)
        for members, source in sources.values():
            at = np.ascontiguousarray(cursor[members])
            building.fill_segments(source, slot, at, ratio, place)
        building.sort_segments(readonly(start, np.int64), ratio, place)
        running = np.empty(ratio.size + owner.size)
        low, high, sums = (np.empty(owner.size) for _ in range(3))
        start = readonly(start, np.int64)
        ratio = readonly(ratio, np.float64)
        building.running_sums(start, ratio, running, low, high, sums)
        more, more_start = self._further(batch[owner], start, place)
        for one, (members, _) in sources.items():
            basis = self.bases[one // len(self.kinds)]
            within = np.isin(owner, members)
            entries = np.repeat(within, n)
            place[entries] = basis.chosen[place[entries]]
        return (
            kernels.Entries(
                readonly(np.searchsorted(owner, np.arange(len(codes) + 1)), np.int64),
                readonly(period, np.int32), start, readonly(low, np.float64), readonly(high, np.float64),
                readonly(sums, np.float64), ratio, readonly(running, np.float64),
                readonly(more, np.float64), readonly(more_start, np.int64),
            ),
            readonly(place, np.int32),
        )  # fmt: skip

    def _further(self, batch: np.ndarray, start: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Ratios of second and further kinds, for segments of duties on several quantities."""
        kinds = np.array([len(self.kinds[one % len(self.kinds)]) for one in batch], dtype=np.int64)
        sizes = np.diff(start) * np.maximum(kinds - 1, 0)
        more_start = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        more = np.empty(more_start[-1])
        for g in np.flatnonzero(sizes):
            basis, some = divmod(int(batch[g]), len(self.kinds))
            building.further_ratios(
                start, readonly(place, np.int32), self.bases[basis].ratio, readonly(self.kinds[some], np.int64),
                (int(g), int(g) + 1), readonly(more_start[:-1], np.int64), more,
            )  # fmt: skip
        return more, more_start[:-1]


def _joined(parts: Sequence[np.ndarray], kind: Any) -> np.ndarray:
    return np.concatenate(parts).astype(kind) if parts else np.empty(0, dtype=kind)


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
    builder = _Builder(study)
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
    kinds_of = np.array([builder.kinds_place(one.kinds) for one in duties], dtype=np.int64)
    for side, one in zip(sides, prepared, strict=True):
        kinds = kinds_of[duty[side.first : side.last]]
        for some in np.unique(kinds):
            builder.asked.append(builder.ask(one, np.flatnonzero(kinds == some), side.first, int(some)))
    own = len(builder.asked)
    _ask_for_scenarios(study, scenarios, builder, sides, prepared, kinds_of[duty])
    percent = builder.kinds.index(()) if () in builder.kinds else -1
    needy = [one for one in builder.asked if one.kinds != percent]
    level, found = np.zeros(first, dtype=np.int8), np.zeros(first, dtype=np.int64)
    group = np.full(first, -1, dtype=np.int32)
    for asked in builder.asked[:own]:
        level[asked.line], found[asked.line] = asked.level, asked.found
    everyone = builder.asked
    builder.asked = needy
    entries, observation, groups = builder.lay_out()
    sized = [one for one in needy if one.line.size]
    extra = []
    for asked, places in zip(sized, groups, strict=True):
        if any(asked is known for known in everyone[:own]):
            group[asked.line] = places
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
        _alternatives(extra, [one for one in everyone[own:] if one.kinds == percent]),
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
    builder: _Builder,
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
                builder.asked.append(builder.ask(one, np.array(lines), side.first, some))


def _alternatives(extra: list[tuple[_Asked, np.ndarray]], percent: list[_Asked]) -> Alternatives:
    every = [*extra, *((one, np.full(one.line.size, -1, dtype=np.int32)) for one in percent)]
    line = _joined([one.line for one, _ in every], np.int64)
    kinds = _joined([np.full(one.line.size, one.kinds) for one, _ in every], np.int64)
    order = np.lexsort((kinds, line))
    return Alternatives(
        readonly(line[order], np.int64),
        readonly(kinds[order], np.int64),
        readonly(_joined([one.level for one, _ in every], np.int8)[order], np.int8),
        readonly(_joined([one.found for one, _ in every], np.int64)[order], np.int64),
        readonly(_joined([places for _, places in every], np.int32)[order], np.int32),
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
