"""Scenarios that are worked out on one index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastavs.index.sorted_index import SortedIndex
from fastavs.scenario.scenario import Scenario


@dataclass(slots=True)
class Work:
    """Scenarios that are worked out on one index.

    Attributes
    ----------
    places : list of int
        Where they stand among all.
    scenarios : list of Scenario
        What is left of each, in changes that evaluation knows.
    make : callable
        Makes the index; it is held until it is let go of, if there is room.
    """

    places: list[int]
    scenarios: list[Scenario]
    make: Callable[[], SortedIndex]
    _held: SortedIndex | None = None

    @property
    def index(self) -> SortedIndex:
        return self.make() if self._held is None else self._held

    def hold(self, index: SortedIndex) -> None:
        """Keep the index at hand."""
        self._held = index

    def let_go(self) -> None:
        """Keep it no longer."""
        self._held = None
