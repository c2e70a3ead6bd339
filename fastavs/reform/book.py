"""The duties of a study and those that steps make of them, each once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from fastavs.duty import Duty
from fastavs.duty.expr import Expr


class Book:
    """Distinct duties, by number.

    Parameters
    ----------
    duties : sequence of Duty
        Those of the index.
    """

    def __init__(self, duties: Sequence[Duty]) -> None:
        self.duties = list(duties)
        self._place = {duty.text: place for place, duty in enumerate(duties)}

    def number(self, expr: Expr) -> int:
        """Return a duty's number, which it gets if it is new."""
        duty = Duty(expr)
        place = self._place.setdefault(duty.text, len(self.duties))
        if place == len(self.duties):
            self.duties.append(duty)
        return place

    def each(self, numbers: np.ndarray, change: Callable[[Expr], Expr]) -> np.ndarray:
        """Return what some duties become, each changed once; int64[v]."""
        some, place = np.unique(numbers, return_inverse=True)
        found = np.array([self.number(change(self.duties[one].expr)) for one in some.tolist()], dtype=np.int64)
        return found[place]

    def which(self, numbers: np.ndarray, test: Callable[[Expr], bool]) -> np.ndarray:
        """Return which of some duties pass a test, bool[v]."""
        some, place = np.unique(numbers, return_inverse=True)
        found = np.array([test(self.duties[one].expr) for one in some.tolist()], dtype=bool)
        return found[place]

    def kinds(self, numbers: np.ndarray, known: list[tuple[str, ...]]) -> np.ndarray:
        """Return each duty's kinds of quantity, a place among those known, to which new ones are added; int64[v]."""
        some, place = np.unique(numbers, return_inverse=True)
        found = np.empty(some.size, dtype=np.int64)
        for i, one in enumerate(some.tolist()):
            kinds = self.duties[one].kinds
            if kinds not in known:
                known.append(kinds)
            found[i] = known.index(kinds)
        return found[place]
