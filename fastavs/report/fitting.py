"""Room for words: how wide they are, where they fit."""

from __future__ import annotations

from collections.abc import Sequence

Box = Sequence[float]
"""Left, lower, right and upper edge; or left, top, right and bottom."""
_LETTER = 0.58  # an average letter's width over its height


def text_width(words: str, size: float) -> float:
    """Return about how wide words are, in the unit of `size`; rather too wide than too narrow.

    Examples
    --------
    >>> round(text_width("12.5 %", 10.0))
    35
    """
    return _LETTER * size * len(words)


def shorten(words: str, size: float, room: float) -> str:
    """Return words cut so that they fit.

    Examples
    --------
    >>> shorten("Electrical goods", 10.0, 60.0)
    'Electrica…'
    """
    most = max(int(room / (_LETTER * size)), 2)
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def apart(boxes: Sequence[Box], others: Sequence[Box] = ()) -> list[int]:
    """Return the places of boxes that overlap neither each other nor the others; earlier ones go first.

    Examples
    --------
    >>> apart([(0, 0, 10, 5), (8, 0, 18, 5), (12, 0, 20, 5)])
    [0, 2]
    """
    kept: list[int] = []
    for place, one in enumerate(boxes):
        if not any(overlap(one, other) for other in [*(boxes[i] for i in kept), *others]):
            kept.append(place)
    return kept


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes have more than an edge in common."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def spread(places: list[float], gap: float) -> list[float]:
    """Return places moved as little as possible so that any two are at least `gap` apart, in the same order.

    Examples
    --------
    >>> spread([10.0, 11.0, 30.0], 5.0)
    [8.0, 13.0, 30.0]
    """
    order = sorted(range(len(places)), key=lambda i: (places[i], i))
    blocks: list[tuple[float, int]] = []  # mean of what is left without the gaps, how many
    for rank, i in enumerate(order):
        mean, members = places[i] - rank * gap, 1
        while blocks and blocks[-1][0] >= mean:
            other, count = blocks.pop()
            mean, members = (other * count + mean * members) / (count + members), members + count
        blocks.append((mean, members))
    levels = [mean for mean, members in blocks for _ in range(members)]
    moved = [0.0] * len(places)
    for rank, i in enumerate(order):
        moved[i] = levels[rank] + rank * gap
    return moved
