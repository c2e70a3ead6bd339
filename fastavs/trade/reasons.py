"""Why rows of a batch take no part."""

from __future__ import annotations

import numpy as np


class Reasons:
    """The first reason against each of n rows."""

    def __init__(self, n: int) -> None:
        self.texts: list[str] = []
        self.place = np.full(n, -1, dtype=np.int32)

    def mark(self, where: np.ndarray, reason: str) -> None:
        if where.any():
            self.mark_rows(np.flatnonzero(where), reason)

    def mark_rows(self, rows: np.ndarray, reason: str) -> None:
        new = rows[self.place[rows] < 0]
        if new.size:
            self.place[new] = len(self.texts)
            self.texts.append(reason)

    def mark_places(self, places: np.ndarray, reasons: list[str | None]) -> None:
        """Mark rows by the reason of the distinct value they hold; place -1 takes the last reason."""
        if not any(reasons[:-1]) and places.min(initial=0) >= 0:
            return
        against = np.full(len(reasons), -1, dtype=np.int32)
        for i, reason in enumerate(reasons):
            if reason is not None:
                against[i] = len(self.texts)
                self.texts.append(reason)
        found = against[places]
        new = (found >= 0) & (self.place < 0)
        self.place[new] = found[new]

    def none(self) -> np.ndarray:
        return self.place < 0

    def found(self) -> tuple[np.ndarray, list[str]]:
        rows = np.flatnonzero(self.place >= 0)
        return rows, [self.texts[place] for place in self.place[rows]]
