"""An index that has what steps on duties need: observations by other quantities than the study's own duties go by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from fastavs.index.build import index_of
from fastavs.index.records import with_records
from fastavs.index.sorted_index import SortedIndex
from fastavs.reform.by_row import carried_by_row
from fastavs.reform.chains import checked_chain, duty_steps, study_steps
from fastavs.reform.selecting import selecting_of
from fastavs.reform.steps import Carrier
from fastavs.scenario.chain import Chain
from fastavs.scenario.scenario import Scenario, set_changes

if TYPE_CHECKING:
    from fastavs.matching.matches import Matches


def index_for(
    matches: Matches, scenarios: Sequence[Scenario] = (), own: SortedIndex | None = None, *, counts: bool = True
) -> SortedIndex:
    """Return an index of a study that has what scenarios need; those that make the study anew aside.

    Parameters
    ----------
    matches : Matches
    scenarios : sequence of Scenario
    own : SortedIndex, optional
        The study's, if it is built.
    counts : bool
        Whether it is to be known line by line what observations each has.
    """
    index = own if own is not None and not set_changes(scenarios) else index_of(matches, scenarios)
    chains = [checked_chain(one, scenarios) for one in scenarios if one.has_steps]
    return prepared_for(matches, index, [one for one in chains if not study_steps(one)], scenarios, counts=counts)


def prepared_for(
    matches: Matches, index: SortedIndex, chains: Sequence[Chain], scenarios: Sequence[Scenario] = (), *, counts: bool
) -> SortedIndex:
    """Return an index of a study that has what chains of steps need, built anew if this one has not."""
    chains = [chain for chain in chains if duty_steps(chain)]
    small = chains and matches.checked.options.min_value > 0.0  # they are left out of the recorded trade
    also: dict[tuple[str, ...], set[int]] = {}
    lacking = True
    while chains and lacking:
        lacking = False
        index = with_records(matches, index) if small else index
        for chain in chains:
            if carried_by_row(index, duty_steps(chain)) is not None:
                continue
            carrier = Carrier(index, chain, selecting_of(index), asking=True)
            for placed in duty_steps(chain):
                carrier.carry(placed)
            for line, kinds in carrier.lacking:
                new = set(line.tolist()) - also.get(kinds, set()) if kinds or counts else set()
                if new:
                    also.setdefault(kinds, set()).update(new)
                    lacking = True
        if lacking:
            wanted = [(np.array(sorted(lines)), kinds) for kinds, lines in sorted(also.items())]
            index = index_of(matches, scenarios, wanted)
    return index
