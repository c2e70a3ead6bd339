"""Sectors of a model: which codes belong to which, and with what share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fastavs.codes import interval, to_key


class Members(NamedTuple):
    """The sectors of some codes, n of them, in m pairs."""

    start: np.ndarray  # int64[n + 1] a code's first pair; none: it is in no sector
    sector: np.ndarray  # int64[m] ascending within a code
    share: np.ndarray  # float64[m] adds up to 1 within a code


@dataclass(frozen=True, slots=True)
class Sectors:
    """Prefixes to sectors: the longest matching prefix wins, and its rows share the code out.

    Attributes
    ----------
    title : str
        What it is called in messages.
    sectors : tuple of str
        In the order in which models see them.
    names : dict of str to str
        Of those that have one.
    prefixes : tuple of str
    rows : tuple of tuple of (int, float)
        Of each prefix: sector, share; adding up to 1.
    """

    title: str
    sectors: tuple[str, ...]
    names: dict[str, str]
    prefixes: tuple[str, ...]
    rows: tuple[tuple[tuple[int, float], ...], ...]

    def members(self, keys: np.ndarray, digits: int) -> Members:
        """Return the sectors of codes of one length.

        Parameters
        ----------
        keys : int64[n]
            Codes as 12-digit numbers.
        digits : int
            Their length: none begins with a longer prefix.
        """
        row = np.full(keys.size, -1, dtype=np.int64)
        for place in sorted(range(len(self.prefixes)), key=lambda one: len(self.prefixes[one])):
            prefix = self.prefixes[place]
            if len(prefix) <= digits:
                low, high = interval(np.int64(to_key(prefix)), len(prefix))
                row[(keys >= low) & (keys < high)] = place
        found = [sorted(self.rows[one]) if one >= 0 else [] for one in row.tolist()]
        pairs = [pair for some in found for pair in some]
        return Members(
            np.cumsum([0, *map(len, found)]),
            np.array([sector for sector, _ in pairs], dtype=np.int64),
            np.array([share for _, share in pairs], dtype=np.float64),
        )
