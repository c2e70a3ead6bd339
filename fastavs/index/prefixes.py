"""Which lines and codes of the trade begin with a prefix: asked anew for every sweep, so answers are kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastavs.codes import LONGEST, to_key
from fastavs.index.parts import IndexParts, Side
from fastavs.scenario.where import Where

MOST = 1 << 16
"""Answers that are kept: all are forgotten once there are more."""
MOST_GROUPS = 1 << 10
"""The same for choices by group, each of which holds all its prefixes."""


class Prefixes:
    """What begins with which prefix in an index.

    Parameters
    ----------
    parts : IndexParts
    """

    def __init__(self, parts: IndexParts) -> None:
        self._sides = parts.sides
        self._keys = parts.lines.key
        self._trade = parts.records.code_key
        self._groups = parts.groups
        self._of_lines: dict[str, bool] = {}
        self._of_trade: dict[str, bool] = {}
        self._grouped: dict[Where, bool] = {}

    @property
    def has_trade(self) -> bool:
        """Whether the codes of the trade are known."""
        return self._trade.size > 0

    def begins_line(self, prefix: str) -> bool:
        """Whether some line of any schedule begins with a prefix (digits)."""
        found = self._of_lines.get(prefix)
        if found is None:
            found = self._begins(prefix, self._sides)
            if len(self._of_lines) >= MOST:
                self._of_lines.clear()
            self._of_lines[prefix] = found
        return found

    def begins_code(self, prefix: str) -> bool:
        """Whether some line, or some code of the trade, begins with a prefix (digits)."""
        if self.begins_line(prefix):
            return True
        found = self._of_trade.get(prefix)
        if found is None:
            low, high = _span(prefix)
            found = bool(((self._trade >= low) & (self._trade < high)).any())
            if len(self._of_trade) >= MOST:
                self._of_trade.clear()
            self._of_trade[prefix] = found
        return found

    def touches(self, where: Where) -> bool:
        """Whether a choice of lines that names prefixes or a group takes in any line.

        Raises
        ------
        InputError
            A grouping, or a group, that the study does not have.
        """
        if where.group is None:
            if where.schedule == "both" and where.years is None:
                return any(map(self.begins_line, where.prefixes))
            some = [
                side
                for side in self._sides
                if where.schedule in ("both", side.kind) and (where.years is None or side.year in where.years)
            ]
            return any(self._begins(prefix, some) for prefix in where.prefixes)
        found = self._grouped.get(where)
        if found is None:
            found = any(
                where.lines(side.kind, side.year, self._keys[side.first : side.last], side.digits, self._groups).any()
                for side in self._sides
            )
            if len(self._grouped) >= MOST_GROUPS:
                self._grouped.clear()
            self._grouped[where] = found
        return found

    def _begins(self, prefix: str, sides: Sequence[Side]) -> bool:
        """Whether some line of some schedules begins with a prefix; a schedule's keys ascend."""
        low, high = _span(prefix)
        for side in sides:
            at = side.first + int(np.searchsorted(self._keys[side.first : side.last], low))
            if at < side.last and self._keys[at] < high:
                return True
        return False


def _span(prefix: str) -> tuple[int, int]:
    """Return the keys that begin with a prefix: the first, and one past the last."""
    low = to_key(prefix)
    return low, low + 10 ** (LONGEST - len(prefix))
