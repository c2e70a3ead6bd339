"""A duty's pieces by unit value, in words."""

from __future__ import annotations

import math
from typing import Any

from fastavs.duty.pieces import Piecewise
from fastavs.shown.words import figure

Record = dict[str, Any]


def pieces_by_unit_value(pieces: Piecewise) -> list[Record]:
    """Return the pieces by ascending unit value: the ratio r is one over the unit value."""
    ends = [0.0, *(1.0 / ratio for ratio in reversed(pieces.breakpoints)), math.inf]
    return [
        {
            "from_unit_value": ends[place],
            "to_unit_value": ends[place + 1],
            "binds": pieces.binds[-1 - place],
            "intercept": pieces.intercepts[-1 - place],
            "slope": pieces.slopes[-1 - place],
        }
        for place in range(len(pieces.binds))
    ]


def stretch(piece: Record) -> str:
    """Return as words where a piece holds."""
    low, high = piece["from_unit_value"], piece["to_unit_value"]
    if low == 0.0:
        return "any" if high == math.inf else f"below {figure(high)}"
    return f"above {figure(low)}" if high == math.inf else f"{figure(low)} to {figure(high)}"


def formula(piece: Record) -> str:
    """Return the rate as words over the unit value u, in percent."""
    slope, part = 100.0 * piece["slope"], f"{figure(100.0 * piece['intercept'])} %"
    if slope == 0.0:
        return part
    falling = f"{figure(abs(slope))} % / u"
    if piece["intercept"] == 0.0:
        return falling if slope > 0.0 else f"-{falling}"
    return f"{part} {'+' if slope > 0.0 else '-'} {falling}"
