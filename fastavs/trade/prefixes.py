"""Prefixes that settings name, held against the tariff: those that lost a leading zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastavs.codes import LONGEST, Grouping, as_digits
from fastavs.errors import InputError
from fastavs.inputs.config import StudyConfig
from fastavs.tables.columns import text_column
from fastavs.tables.tables import Piece
from fastavs.trade.rules import Tariff

SHOWN = 12
"""How many prefixes a message lists."""


def lost_zeros(prefixes: Sequence[str], tariff: Tariff) -> list[str]:
    """Return the prefixes of one list that seem to have lost a leading zero.

    A prefix has lost one if lines begin with it once the zero is there, and none without. If both would do, and the
    prefix is of an odd number of digits, the rest of the list decides: where some prefix begins with a zero, zeros
    were kept. Where one has lost its zero, all of one digit have.

    Examples
    --------
    >>> import numpy as np
    >>> tariff = Tariff({6: np.array([10121 * 10**6, 203110 * 10**5, 870321 * 10**6])})
    >>> lost_zeros(["10121", "1", "2", "87032", "22"], tariff), lost_zeros(["01", "8"], tariff)
    (['10121', '1', '2'], [])
    """
    keeps_zeros = any(prefix.startswith("0") for prefix in prefixes)
    lost = [
        prefix
        for prefix in prefixes
        if _may_have_lost(prefix, tariff) and not (tariff.begins(prefix) and (keeps_zeros or _whole(prefix, tariff)))
    ]
    return [prefix for prefix in prefixes if prefix in lost or (lost and len(prefix) == 1)]


def _may_have_lost(prefix: str, tariff: Tariff) -> bool:
    """Whether a prefix with a zero before it has a usual number of digits and begins some line."""
    padded = "0" + prefix
    return prefix[0] != "0" and len(padded) <= LONGEST and _whole(padded, tariff) and tariff.begins(padded)


def _whole(prefix: str, tariff: Tariff) -> bool:
    """Whether a prefix has the digits of a chapter, heading or subheading, or of a line."""
    return len(prefix) % 2 == 0 or len(prefix) in tariff.keys


def refuse_lost_zeros(
    config: StudyConfig, groups: Mapping[str, Grouping], pieces: Mapping[str, Sequence[Piece]], tariff: Tariff
) -> None:
    """Stop at prefixes of groups and bridges that lost a leading zero.

    Parameters
    ----------
    config : StudyConfig
    groups : mapping of str to Grouping
    pieces : mapping of str to sequence of Piece
        The tables of the groupings.
    tariff : Tariff

    Raises
    ------
    InputError
        Names the prefixes, and what they may have been.
    """
    for title, grouping in groups.items():
        lost = lost_zeros(grouping.prefixes, tariff)
        if lost:
            for piece in pieces[title]:
                places, found = text_column(piece, "prefix")
                if lost[0] in found:
                    row = places.tolist().index(found.index(lost[0])) + 1
                    raise _lost(lost, tariff, file=piece.label, row=row, column="prefix")
    prefixes = [as_digits(bridge.prefix) for bridge in config.bridges]
    lost = lost_zeros(prefixes, tariff)
    if lost:
        raise _lost(lost, tariff, key=f"bridges[{prefixes.index(lost[0])}].prefix")


def _lost(lost: Sequence[str], tariff: Tariff, **where: Any) -> InputError:
    many = len(lost) > 1
    cure = f"write {_listed(['0' + one for one in lost])}, and keep the column as text"
    both = [one for one in lost if tariff.begins(one)]
    if both:
        longer = [f"{both[0]}{digit}" for digit in range(10) if tariff.begins(f"{both[0]}{digit}")]
        cure += f"; where lines that begin with {both[0]} are meant, name {_listed(longer)}"
    return InputError(
        f"{len(lost)} prefixes that may have lost a leading zero" if many else "a prefix that may have lost its zero",
        value=_listed(lost), expected="2, 4, 6 or more digits, leading zeros included", cure=cure, **where,
    )  # fmt: skip


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(texts[:SHOWN]) + (", ..." if len(texts) > SHOWN else "")
