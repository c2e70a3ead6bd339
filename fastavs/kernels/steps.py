"""What the steps of a scenario make of a number of a duty."""

from __future__ import annotations

from fastavs.kernels.names import TIE
from fastavs.kernels.options import merged


@merged
def after_steps(number: float, scale: float, shift: float, floor: float) -> float:
    """A percentage or an amount after a scenario's steps, each cut at 0 (METHOD.md section 7, "Steps").

    What exact arithmetic would cut to the floor, rounding may leave an ulp above it, and a tie would be none.
    """
    stepped = number * scale + shift
    return stepped if stepped > floor + TIE * abs(shift) else floor
