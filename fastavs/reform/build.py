"""Building the sorted index of a study for scenarios to come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fastavs.arguments import takes
from fastavs.index.counts import with_counts
from fastavs.index.records import with_records
from fastavs.index.sorted_index import SortedIndex
from fastavs.matching.given import study_given
from fastavs.reform.asking import index_for
from fastavs.scenario.scenario import Scenario, scenarios_given

if TYPE_CHECKING:
    from fastavs.matching.given import HasMatches


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
