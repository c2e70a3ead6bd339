"""Which trade codes reach which tariff lines, and at which level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fastavs import codes
from fastavs.inputs.schedule import YearSchedule
from fastavs.kernels.options import readonly
from fastavs.matching.recorded import Recorded


@dataclass(frozen=True)
class Served:
    """Trade codes held against the lines of a schedule year.

    Attributes
    ----------
    order : int64[u]
        Codes (places in `Recorded`) by what they reach.
    own_line : int64[u]
        By code as in `Recorded`: the line it serves alone, -1 where none.
    reach_digits : int64[u]
        By code as in `Recorded`.
    level_digits : int8[e]
        The tariff's length, then the levels that lines borrow at.
    code_lo, code_hi : int32[e, h]
        Places in `order` that share a line's digits at each level.
    """

    order: np.ndarray
    own_line: np.ndarray
    reach_digits: np.ndarray
    level_digits: np.ndarray
    code_lo: np.ndarray
    code_hi: np.ndarray

    @cached_property
    def code_reach(self) -> np.ndarray:
        """Digits up to which each code serves lines, in the order of `order`; int8[u]."""
        return readonly(self.reach_digits[self.order], np.int8)


def serve(recorded: Recorded, schedule: YearSchedule, levels: Sequence[int], by_prefix: bool) -> Served:
    """Find what every trade code reaches, and what every line finds at each level (METHOD.md section 3).

    Schedules of the same lines share what is found.
    """
    lines = (schedule.digits, schedule.keys.tobytes(), schedule.unread.tobytes(), tuple(levels), by_prefix)
    if lines not in recorded.served:
        recorded.served[lines] = _serve(recorded, schedule, levels, by_prefix)
    found: Served = recorded.served[lines]
    return found


def _serve(recorded: Recorded, schedule: YearSchedule, levels: Sequence[int], by_prefix: bool) -> Served:
    reach_key, reach_digits = codes.reach(
        recorded.code_key, recorded.code_digits, schedule.codes, schedule.digits, by_prefix
    )
    order = np.lexsort((recorded.code_digits, recorded.code_key, reach_digits, reach_key))
    line = np.searchsorted(schedule.keys, reach_key)
    found = schedule.keys[np.minimum(line, schedule.keys.size - 1)] == reach_key
    own_line = np.where(found & (reach_digits == schedule.digits), line, -1)
    level_digits = np.array([schedule.digits, *(n for n in levels if n < schedule.digits)], dtype=np.int8)
    low, high = codes.interval(schedule.keys[None, :], level_digits.astype(np.int64)[:, None])
    sorted_reach = reach_key[order]
    return Served(
        order,
        own_line,
        reach_digits,
        level_digits,
        np.searchsorted(sorted_reach, low).astype(np.int32),
        np.searchsorted(sorted_reach, high).astype(np.int32),
    )
