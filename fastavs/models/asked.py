"""What whoever asks for a model's tariffs gives: a study or an index, years, one of some words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastavs.arguments import Check, a_kind, a_year, misfit, or_none, some
from fastavs.errors import InputError, did_you_mean
from fastavs.index.sorted_index import SortedIndex
from fastavs.scenario.scenario import Scenario

if TYPE_CHECKING:
    from fastavs.study import Study
    from fastavs.warned import Caution

years_asked = or_none(some(a_year, "a year, or years, such as (2011, 2020)"))
"""Take years, one, or None."""

scenario_asked = or_none(a_kind(lambda: Scenario, 'one scenario, such as fa.Scenario("weak euro", ...)'))
"""Take a scenario, or None."""


def one_of(*known: str, renamed: Mapping[str, str] | None = None) -> Check:
    """Take one of some words; for one that has another name now, the error offers that."""

    def check(name: str, value: Any) -> str:
        if not isinstance(value, str) or value not in known:
            near = did_you_mean((renamed or {}).get(value, value), known) if isinstance(value, str) else ""
            raise misfit(name, value, f"one of {', '.join(known)}.{near}")
        return value

    return check


def as_it_is() -> Scenario:
    """Return the scenario that changes nothing."""
    return Scenario("as it is")


def index_of(study: Study | SortedIndex, scenario: Scenario) -> SortedIndex:
    """Return an index that holds the recorded trade.

    Raises
    ------
    InputError
        What is neither a study nor an index, or an index without the recorded trade.
    """
    if isinstance(study, SortedIndex):
        if not study.records.code_key.size:
            raise InputError(
                "the index does not hold the recorded trade, which tells regions apart", key="study",
                cure="build it with study.index(records=True), and save it anew",
            )  # fmt: skip
        return study
    from fastavs.study import Study

    if not isinstance(study, Study):
        is_path = isinstance(study, str | Path)
        raise InputError(
            "neither a study nor an index", key="study", value=study if is_path else type(study).__name__,
            cure='load it first: fa.Study.load("study.toml"), or a saved index: fa.SortedIndex.load("study.avs")',
        )  # fmt: skip
    found: SortedIndex = study.index([scenario], records=True)
    return found


def under(
    study: Study | SortedIndex, index: SortedIndex, scenario: Scenario
) -> tuple[SortedIndex, Scenario, tuple[Caution, ...]]:
    """Return an index in which the steps of a scenario are done, what is left of the scenario, and what is cautioned.

    Raises
    ------
    InputError
        A step that does not fit the study, or that needs more than an index: scenario, step and verb are named.
    """
    if not scenario.has_steps:
        return index, scenario, ()
    from fastavs.reform.carrying import carried_out  # most functions are of the study as it is

    works, cautions = carried_out(index, [scenario], None if isinstance(study, SortedIndex) else study)
    return works[0].index, works[0].scenarios[0], cautions


def years_of(index: SortedIndex, wanted: Sequence[int] | None) -> tuple[int, ...]:
    """Return the years that are asked for in the order given, each once; None: all, ascending.

    Raises
    ------
    InputError
        A year without a schedule, or none at all.
    """
    known = index.year_numbers
    if wanted is None:
        return known
    for year in wanted:
        if year not in known:
            raise InputError(
                "the study has no schedule of that year", key="years", value=year,
                expected=f"one of {', '.join(map(str, known))}, or several",
            )  # fmt: skip
    if not wanted:
        raise InputError("no years", key="years", expected=f"some of {', '.join(map(str, known))}, or None for all")
    return tuple(dict.fromkeys(wanted))
