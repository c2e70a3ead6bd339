"""Observations without the quantity that a duty needs, line by line: counted for an index when someone asks."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.options import readonly
from fastavs.matching.match import without_quantity
from fastavs.threads import side_by_side

if TYPE_CHECKING:
    from fastavs.matching.matches import Matches


def with_counts(matches: Matches, index: SortedIndex) -> SortedIndex:
    """Return a study's index with its lines' counts of observations that lack a quantity.

    A sweep's averages do without them, and they take a look at every quantity of the trade.
    """
    if index.lines.no_quantity.size == index.lines.key.size:
        return index
    prepared = [matches.match(side.kind, side.year) for side in index.sides]
    by_basis: dict[int, list[int]] = {}  # what a basis has counted, it keeps: each is for one thread
    for place, one in enumerate(prepared):
        by_basis.setdefault(id(one.basis), []).append(place)

    def count(places: list[int]) -> list[np.ndarray]:
        return [without_quantity(prepared[place]) for place in places]

    found = dict(zip(chain(*by_basis.values()), chain(*side_by_side(count, by_basis.values())), strict=True))
    own = np.concatenate([found[place] for place in range(len(prepared))])
    others = np.zeros(index.others.line.size, dtype=np.int64)
    for side, one in zip(index.sides, prepared, strict=True):
        here = np.flatnonzero((index.others.line >= side.first) & (index.others.line < side.last))
        served = np.flatnonzero(one.served.own_line >= 0)
        for kinds in np.unique(index.others.kinds[here]):
            some = here[index.others.kinds[here] == kinds]
            wanted = np.zeros(one.schedule.keys.size, dtype=bool)
            wanted[index.others.line[some] - side.first] = True
            codes = served[wanted[one.served.own_line[served]]]
            counts = np.zeros(one.schedule.keys.size, dtype=np.int64)
            np.add.at(counts, one.served.own_line[codes], one.basis.lacking(tuple(index.facts["kinds"][kinds]), codes))
            others[some] = counts[index.others.line[some] - side.first]
    return index.with_parts(
        lines=index.lines._replace(no_quantity=readonly(own, np.int64)),
        others=index.others._replace(no_quantity=readonly(others, np.int64)),
    )
