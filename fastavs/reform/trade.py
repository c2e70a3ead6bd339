"""Steps on exchange rates, prices and partners, as the changes that evaluation knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from fastavs.codes import chapters
from fastavs.errors import did_you_mean
from fastavs.evaluation.factors import check_scenarios
from fastavs.evaluation.partners import check_trade_change, touched
from fastavs.index.sorted_index import SortedIndex
from fastavs.reform.told import told_of_step, wrong_step
from fastavs.scenario.chain import Chain, PlacedStep
from fastavs.scenario.duties import FxShock
from fastavs.scenario.scenario import Change, Scenario
from fastavs.scenario.selection import Selection
from fastavs.scenario.step_trade import Exclude, Fx, Include, Only, Price
from fastavs.scenario.trade import ExcludePartners, OnlyPartners, PriceShock, Resample

STUDY, OUT, IN = 0, 1, 2
"""Whether a partner counts in a period: as the study has it, out, or in."""


class Left(NamedTuple):
    """What is left of a scenario for evaluation.

    Attributes
    ----------
    changes : tuple of changes
    groups : dict
        Groupings by which they choose codes, as an index has them among its facts.
    included : bool[t, p]
        Partners that count though the study excludes them.
    """

    changes: tuple[Change, ...]
    groups: dict[str, list[Any]]
    included: np.ndarray


def left_of(index: SortedIndex, chain: Chain) -> Left:
    """Return what steps on trade and exchange rates come to.

    Raises
    ------
    InputError
        Partners, regions, periods, currencies, lists or groups that the study does not have.
    """
    changes: list[Change] = []
    groups: dict[str, list[Any]] = {}
    who: list[PlacedStep] = []
    for placed in chain.steps:
        step = placed.step
        if isinstance(step, Fx):
            changes += _shocks(index, placed, step)
        elif isinstance(step, Price):
            changes += _prices(index, chain, placed, step, groups)
        elif isinstance(step, Exclude | Only | Include):
            who.append(placed)
        elif isinstance(step, Resample):
            changes.append(step)
    out, included = partners_of(index.facts, who)
    return Left((*changes, *out), groups, included)


def _shocks(index: SortedIndex, placed: PlacedStep, step: Fx) -> list[Change]:
    found = [
        FxShock(one.currency, float(one.factor), None if one.period is None else (one.period,)) for one in step.value
    ]
    with told_of_step(placed):
        check_scenarios(index.facts, [Scenario(placed.scenario, *found)])
    return [*found]


def _prices(
    index: SortedIndex, chain: Chain, placed: PlacedStep, step: Price, groups: dict[str, list[Any]]
) -> list[Change]:
    """Return a change of prices; codes that it names in more ways than one, as a grouping of its own."""
    how: dict[str, Any] = {"partners": step.partners, "regions": step.regions, "periods": step.periods}
    selection = step.selection
    if selection.is_everything:
        found = PriceShock(float(step.value), **how)
    else:
        prefixes, members = chosen_prefixes(index, chain, placed, selection)
        title = f"prices of {placed.told}"
        groups[title] = [prefixes, members, {}]
        found = PriceShock(float(step.value), group=(title, "in"), **how)
    with told_of_step(placed):
        check_trade_change(index.facts, placed.scenario, found)
    return [found]


def chosen_prefixes(
    index: SortedIndex, chain: Chain, placed: PlacedStep, selection: Selection
) -> tuple[list[str], list[str]]:
    """Return prefixes, the longest of which says whether a code is "in" or "out" of a selection of codes."""
    keys: list[tuple[list[_Set], bool]] = []
    for one in (selection, selection.except_):
        sets: list[_Set] = []
        if one is not None:
            if one.prefixes:
                sets.append([dict.fromkeys(one.prefixes, True)])
            if one.lists:
                sets.append([_list_prefixes(index, chain, placed, name) for name in one.lists])
            for title, names in one.groups:
                sets.append([_group_prefixes(index, placed, title, name) for name in names])
        keys.append((sets, one is selection))
    every = sorted({prefix for sets, _ in keys for some in sets for named in some for prefix in named})
    every = [*dict.fromkeys([*"0123456789", *every])]

    def selected(code: str) -> bool:
        wanted, left = keys[0][0], keys[1][0]
        inside = all(any(_longest(named, code) for named in some) for some in wanted)
        return inside and not any(_longest(named, code) for some in left for named in some)

    members = ["in" if selected(one) else "out" for one in every]
    _check_codes(index, placed, selection, every, members)
    return every, members


_Set = list[dict[str, bool]]


def _longest(named: dict[str, bool], code: str) -> bool:
    """Whether the longest of some prefixes that begins a code is in."""
    for digits in range(len(code), 0, -1):
        found = named.get(code[:digits])
        if found is not None:
            return found
    return False


def _list_prefixes(index: SortedIndex, chain: Chain, placed: PlacedStep, name: str) -> dict[str, bool]:
    found = chain.list_named(name)
    if found is None:
        known = [one.name for one in chain.lists]
        raise wrong_step(
            placed, "names a list that is not there", "lists", name,
            f"{'one of ' + ', '.join(known) if known else 'a list under lists of the scenario'}."
            f"{did_you_mean(name, known)}",
        )  # fmt: skip
    digits = max(side.digits for side in index.sides)
    return {code[:digits]: True for code in found.codes}


def _group_prefixes(index: SortedIndex, placed: PlacedStep, title: str, name: str) -> dict[str, bool]:
    groups = index.groups
    grouping = groups.get(title) or (chapters(index.lines.key) if title == "chapter" else None)
    if grouping is None:
        names = ["chapter", *groups]
        raise wrong_step(
            placed, "names a grouping that the study does not have", "groups", title,
            f"{', '.join(names)}.{did_you_mean(title, names)}",
        )  # fmt: skip
    known = sorted(set(grouping.members))
    if name not in known and name != "unassigned":
        raise wrong_step(
            placed, f'names a group that the grouping "{title}" does not have', f"groups.{title}", name,
            f"one of {', '.join(known)}.{did_you_mean(name, known)}",
        )  # fmt: skip
    found = {prefix: member == name for prefix, member in zip(grouping.prefixes, grouping.members, strict=True)}
    return found if name != "unassigned" else {**dict.fromkeys("0123456789", True), **found}


def _check_codes(
    index: SortedIndex, placed: PlacedStep, selection: Selection, prefixes: Sequence[str], members: Sequence[str]
) -> None:
    """Make sure that prices of something change."""
    begins = index.prefixes.begins_code
    if index.prefixes.has_trade and not any(
        begins(one) for one, member in zip(prefixes, members, strict=True) if member == "in"
    ):
        raise wrong_step(
            placed, "changes prices of codes that neither schedules nor trade have", "prefixes",
            ", ".join(selection.prefixes) or None, "the beginning of some code",
        )  # fmt: skip


def partners_of(facts: dict[str, Any], steps: Sequence[PlacedStep]) -> tuple[list[Change], np.ndarray]:
    """Return who is left out, and who counts though the study excludes him (bool[t, p]).

    Of two steps that speak of one partner and period the later wins; `only` speaks of all.
    """
    names, periods = facts["partners"], facts["trade_periods"]
    state = np.full((len(periods), len(names)), STUDY)
    plain: list[Change] = []
    for placed in steps:
        step = placed.step
        assert isinstance(step, Exclude | Only | Include)
        kind = OnlyPartners if isinstance(step, Only) else ExcludePartners
        change = kind(step.partners, step.regions, step.periods)
        with told_of_step(placed):
            check_trade_change(facts, placed.scenario, change)
        plain.append(change)
        named = touched(facts, ExcludePartners(step.partners, step.regions, step.periods))
        if isinstance(step, Only):
            within = np.array([step.periods is None or one in step.periods for one in periods], dtype=bool)
            state[named & (state == OUT)] = STUDY
            state[~named & within[:, None]] = OUT
        else:
            state[named] = OUT if isinstance(step, Exclude) else IN
    excluded = np.zeros_like(state, dtype=bool)
    for place, some in enumerate(facts["excluded"]):
        excluded[some, place] = True
    if len(plain) < 2 and not any(isinstance(one.step, Include) for one in steps):
        return plain, np.zeros_like(excluded)
    by_periods: dict[tuple[str, ...], list[str]] = {}
    for place in np.flatnonzero((state == OUT).any(axis=0)).tolist():
        when = tuple(periods[one] for one in np.flatnonzero(state[:, place] == OUT).tolist())
        by_periods.setdefault(when, []).append(names[place])
    changes: list[Change] = [
        ExcludePartners(tuple(some), (), None if len(when) == len(periods) else when)
        for when, some in by_periods.items()
    ]
    return changes, (state == IN) & excluded
