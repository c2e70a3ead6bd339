"""What whoever asks for a model's tariffs gives: a study or an index, years, one of some words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastavs.arguments import Check, a_kind, a_text, a_year, misfit, or_none, some
from fastavs.errors import InputError, did_you_mean
from fastavs.index.sorted_index import SortedIndex
from fastavs.scenario.scenario import Scenario

if TYPE_CHECKING:
    from fastavs.study import Study

years_asked = or_none(some(a_year, "a year, or years, such as (2011, 2020)"))
"""Take years, one, or None."""

scenario_asked = or_none(a_kind(lambda: Scenario, 'one scenario, such as fa.Scenario("weak euro", ...)'))
"""Take a scenario, or None."""


def one_of(*known: str, renamed: Mapping[str, str] | None = None) -> Check:
    """Take one of some words; for one that has another name now, the error offers that."""

    def check(name: str, value: Any) -> str:
        if a_text(name, value) not in known:
            meant = (renamed or {}).get(value, value)
            raise misfit(name, value, f"one of {', '.join(known)}.{did_you_mean(meant, known)}")
        return str(value)

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


def years_of(index: SortedIndex, wanted: Sequence[int] | None) -> tuple[int, ...]:
    """Return the years that are asked for, ascending, each once; None: all.

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
                expected=f"of {', '.join(map(str, known))}",
            )  # fmt: skip
    if not wanted:
        raise InputError("no years", key="years", expected=f"some of {', '.join(map(str, known))}, or None for all")
    return tuple(sorted(set(wanted)))
