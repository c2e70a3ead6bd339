"""What all steps of a scenario have in common: a verb, a selection, and how they print."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from fastavs.scenario.selection import KEYS, Selection, selection_of
from fastavs.scenario.written import one_of

OF = ("rate", "ad_valorem", "specific")
"""What of a duty a step changes: all of it, every percentage, every amount."""


class Step(ABC):
    """One step of a scenario: a frozen value that has checked itself.

    Attributes
    ----------
    verb : str
        As files have it.
    keys : tuple of str
        The keys beside the verb, by their names in Python.
    is_table : bool
        Whether the verb's value in a file is a table of keys, each an argument in Python.
    """

    __slots__ = ()
    verb: ClassVar[str]
    keys: ClassVar[tuple[str, ...]] = KEYS
    is_table: ClassVar[bool] = False

    @abstractmethod
    def value_written(self) -> Any:
        """Return the verb's value as a file has it."""

    def keys_written(self) -> dict[str, Any]:
        """Return the keys beside the verb as a file has them, by their names in Python."""
        return {}

    @classmethod
    def from_file(cls, value: Any, keys: Mapping[str, Any]) -> Self:
        """Make a step of a verb's value and the keys beside it.

        Raises
        ------
        InputError
        """
        kind: Any = cls
        found: Self = kind(**value, **keys) if cls.is_table and isinstance(value, Mapping) else kind(value, **keys)
        return found

    def __repr__(self) -> str:
        value = self.value_written()
        given = [f"{key}={one!r}" for key, one in value.items()] if self.is_table else [repr(value)]
        given += [f"{key}={one!r}" for key, one in self.keys_written().items()]
        return f"{type(self).__name__}({', '.join(given)})"


class DutyStep(Step):
    """A step that changes duties: it has a selection."""

    __slots__ = ()
    selection: Selection

    def keys_written(self) -> dict[str, Any]:
        of: str = getattr(self, "of", "rate")
        return ({} if of == "rate" else {"of": of}) | self.selection.written()

    def _settle(self, value: Any, where: Mapping[str, Any]) -> None:
        """Take the value, which is checked, and the keys of the selection."""
        object.__setattr__(self, "value", value)
        known = tuple(one for one in self.keys if one != "of")
        object.__setattr__(self, "selection", selection_of(self, where, known))


WITH_OF = (*KEYS, "of")


def part_of_duty(step: Step, of: Any, known: tuple[str, ...] = OF) -> str:
    """Take what of a duty a step changes.

    Raises
    ------
    InputError
    """
    found = one_of(step, "of", of, known)
    object.__setattr__(step, "of", found)
    return found
