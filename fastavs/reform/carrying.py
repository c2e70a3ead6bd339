"""Scenarios in steps, as work for evaluation: indexes in which steps on duties are done, and what is left to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from fastavs.errors import InputError
from fastavs.evaluation.latest import Latest
from fastavs.index.prefixes import Prefixes
from fastavs.index.sorted_index import SortedIndex
from fastavs.reform.derived import UNMATCHED, derived_index
from fastavs.reform.selecting import Selecting
from fastavs.reform.steps import Carrier, Done
from fastavs.reform.told import unprepared
from fastavs.reform.trade import Left, left_of
from fastavs.scenario.chain import Chain, PlacedStep
from fastavs.scenario.scenario import Scenario
from fastavs.scenario.step import DutyStep
from fastavs.scenario.step_trade import Exclude, Include, Only, Price
from fastavs.scenario.trade import Resample
from fastavs.warned import Caution

KEPT = 4
"""How many indexes with their steps done are kept with the index that they are made of."""


class Work(NamedTuple):
    """Scenarios that are worked out on one index.

    Attributes
    ----------
    places : tuple of int
        Where they stand among all.
    index : SortedIndex
    scenarios : tuple of Scenario
        What is left of each, in changes that evaluation knows.
    """

    places: tuple[int, ...]
    index: SortedIndex
    scenarios: tuple[Scenario, ...]


class Carried(NamedTuple):
    """Steps on duties done.

    Attributes
    ----------
    index : SortedIndex
    done : tuple of Done
    """

    index: SortedIndex
    done: tuple[Done, ...]


def carried_out(
    index: SortedIndex, scenarios: Sequence[Scenario], *, line_by_line: bool = False
) -> tuple[list[Work], tuple[Caution, ...]]:
    """Carry out the steps of scenarios on an index.

    Parameters
    ----------
    index : SortedIndex
    scenarios : sequence of Scenario
        In steps or not; their bases among them.
    line_by_line : bool
        Whether it is to be known line by line what observations each has.

    Raises
    ------
    InputError
        A step that does not fit the study, or that the index was not prepared for: scenario, step and verb are named.
    """
    works: dict[object, tuple[SortedIndex, list[int], list[Scenario]]] = {}
    told: dict[Caution, None] = {}
    for place, scenario in enumerate(scenarios):
        if not scenario.has_steps:
            _add(works, None, index, place, scenario)
            continue
        chain = checked_chain(scenario, scenarios)
        left = left_of(index, chain)
        duties = duty_steps(chain)
        key = _key(chain, duties), tuple(sorted(left.groups))
        known = works.get(key)
        if known is None:
            carried = carried_duties(index, chain)
            told |= dict.fromkeys(cautions_of(carried.done))
            new = with_groups(index, carried.index, left)
            if line_by_line and new.facts.get(UNMATCHED):
                raise unprepared(duties[-1], "it is not known what observations its lines have, line by line")
        else:
            new = known[0]
        _add(works, key, new, place, Scenario(scenario.name, *left.changes))
    return [Work(tuple(places), one, tuple(some)) for one, places, some in works.values()], tuple(told)


def _add(works: dict[object, Any], key: object, index: SortedIndex, place: int, scenario: Scenario) -> None:
    _, places, some = works.setdefault(key, (index, [], []))
    places.append(place)
    some.append(scenario)


def checked_chain(scenario: Scenario, scenarios: Sequence[Scenario]) -> Chain:
    """Return a scenario's steps with its bases', all of which can be carried out.

    Raises
    ------
    InputError
    """
    chain = scenario.resolved(scenarios)
    for what, given in (("draws", chain.draws), ("shares", chain.shares)):
        if given:
            raise InputError(
                f'the scenario "{scenario.name}" has {what}, which are read and checked but not carried out yet',
                key=what, cure=f"leave the {what} out",
            )  # fmt: skip
    return chain


def duty_steps(chain: Chain) -> list[PlacedStep]:
    """Return the steps of a chain that change duties."""
    return [placed for placed in chain.steps if isinstance(placed.step, DutyStep)]


def needs_records(scenarios: Sequence[Scenario]) -> bool:
    """Whether some scenario has a step that changes the trade."""
    kinds = (Price, Exclude, Only, Include, Resample)
    return any(isinstance(one, kinds) for scenario in all_of(scenarios) for one in scenario.steps)


def all_of(scenarios: Sequence[Scenario]) -> Iterator[Scenario]:
    """Give scenarios and those that they have as bases, where these are given themselves."""
    for one in scenarios:
        yield one
        while isinstance(one.base, Scenario):
            one = one.base
            yield one


def _key(chain: Chain, duties: Sequence[PlacedStep]) -> object:
    return tuple(one.step for one in duties), frozenset((one.name, one.codes) for one in chain.lists)


def carried_duties(index: SortedIndex, chain: Chain) -> Carried:
    """Carry out the steps of a chain that change duties; kept with the index.

    Raises
    ------
    InputError
    """
    duties = duty_steps(chain)
    if not duties:
        return Carried(index, ())
    kept: Latest[Carried] = index.kept.setdefault("carried", Latest(KEPT))
    return kept.get((tuple(duties), _key(chain, duties)), lambda: _carry(index, chain, duties))


def _carry(index: SortedIndex, chain: Chain, duties: Sequence[PlacedStep]) -> Carried:
    carrier = Carrier(index, chain, selecting_of(index))
    done = tuple(carrier.carry(placed) for placed in duties)
    return Carried(derived_index(index, carrier.versions, carrier.book, carrier.observed), done)


def selecting_of(index: SortedIndex) -> Selecting:
    """Return the lines of years of an index to be selected from, kept with it."""
    found: Selecting | None = index.kept.get("selecting")
    if found is None:
        found = index.kept["selecting"] = Selecting(index)
    return found


def with_groups(index: SortedIndex, carried: SortedIndex, left: Left) -> SortedIndex:
    """Return an index that was derived from another with the groupings by which prices are chosen."""
    if not left.groups:
        return carried
    groups = {"groups": index.facts["groups"] | left.groups}
    new = carried.with_parts(facts=carried.facts | groups)
    new.__dict__["prefixes"] = Prefixes(index.with_parts(facts=index.facts | groups))
    return new


def cautions_of(done: Sequence[Done]) -> Iterator[Caution]:
    """Tell of steps that touch nothing, and of codes that begin no line."""
    for one in done:
        for key, codes in one.unmatched:
            named = ", ".join(codes[:8]) + (f" and {len(codes) - 8} more" if len(codes) > 8 else "")
            what = "prefixes" if key in ("prefixes", "except.prefixes") else f'codes of the list "{key}"'
            yield Caution(
                f"{_capital(one.placed.told)} names {what} that begin no line: {named}.",
                cure="mend what is misspelt, or leave it out",
            )
        if not one.versions.size:
            yield Caution(
                f"{_capital(one.placed.told)} touches nothing: no line has such a duty.",
                cure="see which lines and duties it selects",
            )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
