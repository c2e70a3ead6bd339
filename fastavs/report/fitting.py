"""Room for words: how wide they are, where they fit."""

from __future__ import annotations

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
