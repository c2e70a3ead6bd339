"""A study as an argument, for those who need no more of it than its matches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

from fastavs.arguments import misfit

if TYPE_CHECKING:
    from fastavs.matching.matches import Matches


class HasMatches(Protocol):
    """A study, for those who need no more of it than its matches."""

    matches: Matches


def study_given(name: str, value: Any) -> HasMatches:
    """Take a study as an argument."""
    from fastavs.matching.matches import Matches  # a saved index is loaded and swept without a study and its readers

    if not isinstance(getattr(value, "matches", None), Matches):
        raise misfit(name, value, 'a study, such as fa.Study.load("study.toml") gives')
    return cast(HasMatches, value)
