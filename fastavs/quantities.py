"""Quantities of trade rows: by kind, over bridges, and those that look mislabelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from fastavs import codes, quality
from fastavs.setaside import LOOKS_MISLABELLED, QUANTITY, SetAside
from fastavs.tables import Piece
from fastavs.units import KINDS, Bridge

MASS = KINDS.index("mass")
NO_KIND = -1


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that take part, as columns. n rows.

    Attributes
    ----------
    code, period, partner : int32[n]
        Places into the lists of `Trade`.
    value : float64[n]
        Customs value in the study's currency, lifted by the partner's valuation factor.
    kind_1, kind_2 : int8[n]
        Kind of each quantity (place in `units.KINDS`), -1 = none.
    amount_1, amount_2, mass : float64[n]
        Base units of those kinds, and net kilograms; 0 = none.
    marked : int8[n]
        What the table itself calls mislabelled: 1 + place in `quality.CULPRITS`, 0 = nothing.
    piece : int32[n]
        Which file the row came from.
    row : int64[n]
        Its row there, from 0.
    """

    code: np.ndarray
    period: np.ndarray
    partner: np.ndarray
    value: np.ndarray
    kind_1: np.ndarray
    amount_1: np.ndarray
    kind_2: np.ndarray
    amount_2: np.ndarray
    mass: np.ndarray
    marked: np.ndarray
    piece: np.ndarray
    row: np.ndarray


def amounts_by_kind(
    rows: Rows, code_texts: Sequence[str], kinds: Sequence[str], bridges: Sequence[Bridge]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the quantity of each wanted kind, and which bridge made it (METHOD.md sections 2 and 7)."""
    amount = np.zeros((len(kinds), rows.value.size))
    bridged = np.zeros(amount.shape, dtype=np.int16)
    for k, kind in enumerate(kinds):
        amount[k] = of_kind(rows, KINDS.index(kind))
        wants = amount[k] == 0.0
        best = np.full(rows.value.size, -1, dtype=np.int16)
        for place, bridge in enumerate(bridges):
            if bridge.to_kind != kind:
                continue
            fits = np.array([code.startswith(bridge.prefix) for code in code_texts], dtype=bool)
            from_kind = KINDS.index(bridge.from_kind)
            source = of_kind(rows, from_kind)
            # the longest prefix that finds a quantity wins; of equal ones, that of the row's first quantity
            is_first, is_second = rows.kind_1 == from_kind, rows.kind_2 == from_kind
            score = np.where(is_first, 2, np.where(is_second, 1, 0)) + 4 * len(bridge.prefix)
            use = fits[rows.code] & (source > 0.0) & wants & (score > best)
            amount[k, use] = source[use] * bridge.factor
            bridged[k, use] = place + 1
            best[use] = score[use]
    return amount, bridged


def of_kind(rows: Rows, kind: int) -> np.ndarray:
    """Return each row's quantity of a kind, float64[n]: the first that it has, net mass last; 0 = none."""
    first = np.where(rows.kind_1 == kind, rows.amount_1, 0.0)
    second = np.where(rows.kind_2 == kind, rows.amount_2, 0.0)
    found = np.where(first > 0.0, first, second)
    return np.where(found > 0.0, found, rows.mass) if kind == MASS else found


def find_suspects(
    rows: Rows, code_texts: Sequence[str], names: tuple[Sequence[str], Sequence[str]], labels: Sequence[str]
) -> tuple[quality.Mislabelled, pa.Table]:
    """Find rows whose mass and other quantity do not fit each other, and describe them for the report."""
    mass, kind, amount = _pairs(rows)
    hs6 = codes.cut(codes.to_keys(code_texts), 6) // 10 ** (codes.LONGEST - 6)
    found = quality.find_mislabelled(hs6[rows.code], kind, amount, mass, rows.value)
    found = quality.with_marked(found, rows.marked, kind, amount, mass)
    at = found.rows
    table = quality.describe(
        found,
        file=[labels[piece] for piece in rows.piece[at]],
        row=(rows.row[at] + 1).tolist(),
        period=[names[0][place] for place in rows.period[at]],
        line=[code_texts[place] for place in rows.code[at]],
        partner=[names[1][place] for place in rows.partner[at]],
        value=rows.value[at].tolist(),
    )
    return found, table


def _pairs(rows: Rows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each row's mass in kg, and kind and amount of the quantity that can be held against it.

    Mass is the net mass where there is one, else a quantity that is a mass; the other number is the first quantity
    left, grams beside a net mass among them.
    """
    in_first = (rows.mass <= 0.0) & (rows.kind_1 == MASS)
    in_second = (rows.mass <= 0.0) & ~in_first & (rows.kind_2 == MASS)
    mass = np.where(in_first, rows.amount_1, np.where(in_second, rows.amount_2, rows.mass))
    use_second = in_first | (rows.kind_1 == NO_KIND)
    kind = np.where(use_second, np.where(in_second, NO_KIND, rows.kind_2), rows.kind_1)
    amount = np.where(use_second, rows.amount_2, rows.amount_1)
    kind = np.where(in_first & (kind == MASS), NO_KIND, kind)
    return mass, kind, np.where(kind == NO_KIND, 0.0, amount)


def void_suspects(rows: Rows, found: quality.Mislabelled, pieces: Sequence[Piece], aside: SetAside) -> Rows:
    """Take the wrong number of each suspect row away and note it (option ``mislabelled = "drop"``)."""
    kind_1, kind_2 = rows.kind_1.copy(), rows.kind_2.copy()
    amount_1, amount_2, mass = rows.amount_1.copy(), rows.amount_2.copy(), rows.mass.copy()
    wrong_mass = found.culprit == quality.MASS
    net = wrong_mass & (rows.mass[found.rows] > 0.0)
    mass[found.rows[net]] = 0.0
    at = found.rows[~net]
    wrong_kind = np.where(wrong_mass, MASS, found.kind)[~net]
    for kind, amount in ((kind_1, amount_1), (kind_2, amount_2)):
        gone = at[kind[at] == wrong_kind]
        amount[gone] = 0.0
        kind[gone] = NO_KIND
    for which, what in ((wrong_mass, "its mass"), (~wrong_mass, "not its mass")):
        suspects = found.rows[which]
        for number in np.unique(rows.piece[suspects]):
            here = rows.row[suspects[rows.piece[suspects] == number]]
            aside.add(pieces[number], here, [f"{LOOKS_MISLABELLED} ({what})"] * here.size, QUANTITY)
    return replace(rows, kind_1=kind_1, kind_2=kind_2, amount_1=amount_1, amount_2=amount_2, mass=mass)
