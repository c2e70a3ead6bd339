"""Building the sorted index of a study for scenarios to come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from fastavs.arguments import takes
from fastavs.index.build import index_of
from fastavs.index.counts import with_counts
from fastavs.index.records import with_records
from fastavs.index.sorted_index import SortedIndex
from fastavs.matching.given import study_given
from fastavs.reform.carrying import checked_chain, duty_steps, selecting_of
from fastavs.reform.steps import Carrier
from fastavs.scenario.scenario import Scenario, scenarios_given, set_changes

if TYPE_CHECKING:
    from fastavs.matching.given import HasMatches
    from fastavs.matching.matches import Matches


@takes(study=study_given, scenarios=scenarios_given)
def build_index(study: HasMatches, scenarios: Sequence[Scenario] = ()) -> SortedIndex:
    """Build the index of a study, to keep and to save.

    Parameters
    ----------
    study : Study
    scenarios : sequence of Scenario, optional
        Scenarios to come that change duties: the quantities that new ones need are indexed as well.

    Raises
    ------
    InputError
        An exchange rate that some duty needs is missing.

    Examples
    --------
    ``build_index(study).save("study.avs")`` and, another day, ``sweep(SortedIndex.load("study.avs"), scenarios)``.
    """
    matches = study.matches
    index = with_records(matches, with_counts(matches, index_for(matches, scenarios)))
    return index.with_parts(fingerprint=matches.fingerprint)


def index_for(
    matches: Matches, scenarios: Sequence[Scenario] = (), own: SortedIndex | None = None, *, counts: bool = True
) -> SortedIndex:
    """Return an index that has what scenarios need.

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
    chains = [chain for one in scenarios if one.has_steps and duty_steps(chain := checked_chain(one, scenarios))]
    small = chains and matches.checked.options.min_value > 0.0  # they are left out of the recorded trade
    also: dict[tuple[str, ...], set[int]] = {}
    lacking = True
    while chains and lacking:
        lacking = False
        index = with_records(matches, index) if small else index
        for chain in chains:
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
