"""Scenarios in steps, as work for evaluation: indexes in which steps on duties are done, and what is left to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from fastavs.errors import InputError
from fastavs.evaluation.changed_trade import FIXED_WEIGHTS
from fastavs.evaluation.latest import Latest
from fastavs.index.prefixes import Prefixes
from fastavs.index.sorted_index import SortedIndex
from fastavs.reform.by_row import carried_by_row
from fastavs.reform.chains import OF_STUDY, OF_TRADE, checked_chain, duty_steps, holds_weights, study_steps
from fastavs.reform.derived import UNMATCHED, derived_index, with_ready
from fastavs.reform.remade import Remade, remade, with_weights_of
from fastavs.reform.selecting import selecting_of
from fastavs.reform.steps import Carrier, Done
from fastavs.reform.told import unprepared
from fastavs.reform.trade import Left, left_of
from fastavs.reform.work import Work
from fastavs.scenario.chain import Chain, PlacedStep
from fastavs.scenario.scenario import Scenario
from fastavs.scenario.step import DutyStep
from fastavs.warned import Caution

if TYPE_CHECKING:
    from fastavs.matching.given import HasMatches

KEPT = 4
"""How many indexes with their steps done are kept with the index that they are made of."""
ROOM = 1 << 28
"""Bytes that the indexes of one sweep may take until they are used; others are made anew then."""


@dataclass(frozen=True, slots=True)
class Carried:
    """Steps on duties done.

    Attributes
    ----------
    index : SortedIndex
    done : tuple of Done
        Nothing of steps that were carried out row by row.
    idle : tuple of PlacedStep
        Steps that are for no duty.
    """

    index: SortedIndex
    done: tuple[Done, ...]
    idle: tuple[PlacedStep, ...]


def carried_out(
    index: SortedIndex,
    scenarios: Sequence[Scenario],
    study: HasMatches | None = None,
    *,
    line_by_line: bool = False,
) -> tuple[list[Work], tuple[Caution, ...]]:
    """Carry out the steps of scenarios on an index.

    Parameters
    ----------
    index : SortedIndex
    scenarios : sequence of Scenario
        In steps or not; their bases among them.
    study : Study, optional
        Which the index is of; for steps that make the study anew.
    line_by_line : bool
        Whether it is to be known line by line what observations each has.

    Raises
    ------
    InputError
        A step that does not fit the study, or that the index was not prepared for: scenario, step and verb are named.
    """
    works: dict[object, Work] = {}
    told: dict[Caution, None] = {}
    room = ROOM
    for place, scenario in enumerate(scenarios):
        if not scenario.has_steps:
            _add(works, None, lambda: index, place, scenario)
            continue
        chain = checked_chain(scenario, scenarios)
        anew = remade_for(index, chain, study, line_by_line)
        left = left_of(anew.index, chain)
        key = (_key(chain), tuple(sorted(left.groups)), holds_weights(chain))
        if key not in works:
            carried = carried_duties(anew, chain)
            told |= dict.fromkeys(cautions_of(carried))
            new = _whole(anew, chain, left)
            if line_by_line and new.facts.get(UNMATCHED):
                why = "it is not known what observations its lines have, line by line"
                raise unprepared(duty_steps(chain)[-1], why)
            work = _add(works, key, partial(_whole, anew, chain, left), place, Scenario(scenario.name, *left.changes))
            room -= _size(new)
            if room > 0:
                work.hold(new)
        else:
            _add(works, key, works[key].make, place, Scenario(scenario.name, *left.changes))
    return list(works.values()), tuple(told)


def _whole(anew: Remade, chain: Chain, left: Left) -> SortedIndex:
    """Return an index with all that scenarios of its kind need."""
    new = with_groups(anew.index, carried_duties(anew, chain).index, left)
    return with_facts(new, {FIXED_WEIGHTS: True}) if holds_weights(chain) else new


def _size(index: SortedIndex) -> int:
    """Return how many bytes an index takes beside the one that it is derived from, about."""
    own = sum(one.nbytes for one in index.lines)
    return (
        own
        if "ready" not in index.__dict__
        else index.lines.duty.nbytes + sum(one.nbytes for one in index.ready.duties)
    )


def _add(
    works: dict[object, Work], key: object, make: Callable[[], SortedIndex], place: int, scenario: Scenario
) -> Work:
    work = works.setdefault(key, Work([], [], make))
    work.places.append(place)
    work.scenarios.append(scenario)
    return work


def remade_for(index: SortedIndex, chain: Chain, study: HasMatches | None, line_by_line: bool) -> Remade:
    """Return the study as a scenario makes it anew, or as it is.

    Raises
    ------
    InputError
        A step that makes it anew, where only its index is at hand.
    """
    steps = study_steps(chain)
    if not steps:
        return Remade(index, {})
    if study is None:
        raise InputError(
            f"{steps[0].told} makes the study anew, and an index alone does not hold it",
            cure="give the study in place of its index: fa.sweep(study, scenarios)",
        )
    matches = study.matches
    kept: Latest[Remade] = index.kept.setdefault("remade", Latest(KEPT))
    records = any(isinstance(placed.step, OF_TRADE) for placed in chain.steps) or bool(index.records.code_key.size)

    def make() -> Remade:
        found = remade(matches, index, chain, counts=line_by_line, records=records)
        return replace(found, index=with_weights_of(found.index, index)) if holds_weights(chain) else found

    return kept.get((chain.steps, chain.lists, line_by_line, records), make)


def _key(chain: Chain) -> object:
    """What tells scenarios apart that are worked out on indexes of their own."""
    steps = [one.step for one in chain.steps if isinstance(one.step, (DutyStep, *OF_STUDY))]
    return tuple(steps), frozenset((one.name, one.codes) for one in chain.lists)


def carried_duties(anew: Remade, chain: Chain) -> Carried:
    """Carry out the steps of a chain that change duties; kept with the index.

    Raises
    ------
    InputError
    """
    index, duties = anew.index, duty_steps(chain)
    if not duties:
        return Carried(index, (), ())
    kept: Latest[Carried] = index.kept.setdefault("carried", Latest(KEPT))
    return kept.get((chain.steps, _key(chain)), lambda: _carry(anew, chain, duties))


def _carry(anew: Remade, chain: Chain, duties: Sequence[PlacedStep]) -> Carried:
    index = anew.index
    by_row = None if anew.put else carried_by_row(index, duties)
    if by_row is not None:
        book, ready, touched = by_row
        idle = (placed for placed, some in zip(duties, touched, strict=True) if not some)
        return Carried(with_ready(index, book, ready), (), tuple(idle))
    carrier = Carrier(index, chain, selecting_of(index))
    done = []
    for placed in duties:
        later = chain.steps[chain.steps.index(placed) :]
        carrier.put = frozenset(one for put in later for one in anew.put.get(put, ()))
        done.append(carrier.carry(placed))
    new = derived_index(index, carrier.versions, carrier.book, carrier.observed)
    return Carried(new, tuple(done), tuple(one.placed for one in done if not one.versions.size))


def with_facts(index: SortedIndex, facts: dict[str, Any]) -> SortedIndex:
    """Return an index that was derived from another with further facts."""
    new = index.with_parts(facts=index.facts | facts)
    if "prefixes" in index.__dict__:
        new.__dict__["prefixes"] = index.prefixes
    return new


def with_groups(index: SortedIndex, carried: SortedIndex, left: Left) -> SortedIndex:
    """Return an index that was derived from another with the groupings by which prices are chosen."""
    if not left.groups:
        return carried
    groups = {"groups": index.facts["groups"] | left.groups}
    new = with_facts(carried, groups)
    new.__dict__["prefixes"] = Prefixes(index.with_parts(facts=index.facts | groups))
    return new


def cautions_of(carried: Carried) -> Iterator[Caution]:
    """Tell of steps that touch nothing, and of codes that begin no line."""
    for one in carried.done:
        for key, codes in one.unmatched:
            named = ", ".join(codes[:8]) + (f" and {len(codes) - 8} more" if len(codes) > 8 else "")
            what = "prefixes" if key in ("prefixes", "except.prefixes") else f'codes of the list "{key}"'
            yield Caution(
                f"{_capital(one.placed.told)} names {what} that begin no line: {named}.",
                cure="mend what is misspelt, or leave it out",
            )
    for placed in carried.idle:
        yield Caution(
            f"{_capital(placed.told)} touches nothing: no line has such a duty.",
            cure="see which lines and duties it selects",
        )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
