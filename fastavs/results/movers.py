"""Winners and losers: lines, groups and partners by how far a scenario moves their rate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from fastavs.chapters import CHAPTER_NAMES
from fastavs.evaluation.line_rates import imports_from
from fastavs.results.origin import Origin
from fastavs.results.revenue import revenue_of
from fastavs.tables.arrow import numbers, texts

LINE, PARTNER = "line", "partner"
_SAME = 1e-12  # rates that differ by no more are the same


def movers_table(origin: Origin, scenario: int, base: int, by: str, year: int, top: int | None) -> pa.Table:
    """Return who gains and loses most; see `Sweep.movers`.

    Parameters
    ----------
    origin : Origin
    scenario, base : int
        Places among the scenarios.
    by : str
    year : int
    top : int or None

    Raises
    ------
    InputError
        No such grouping; an index without the recorded trade.
    """
    here = np.flatnonzero(origin.year == year)
    if by == PARTNER:
        names, columns = _of_partners(origin, scenario, base, here)
        titles = None
    else:
        before, after = (origin.rate(place)[here] for place in (base, scenario))
        imports = origin.imports[here]
        priced = [origin.imports_under(place)[here] for place in (base, scenario)]
        if by == LINE:
            names, titles = origin.codes(here), None
            columns = _columns(before, after, imports, _paid_more(before, after, priced))
        else:
            member, labels = origin.members(by)
            group = member[here]
            some = np.unique(group)
            names = [labels[one][0] for one in some]
            titles = [
                labels[one][1] or (CHAPTER_NAMES.get(labels[one][0]) if by == "chapter" else None) for one in some
            ]
            columns = _of_groups(before, after, imports, priced, np.searchsorted(some, group), some.size)
    return _sorted(by, names, titles, columns, top)


def _columns(before: np.ndarray, after: np.ndarray, imports: np.ndarray, revenue: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "before": before, "after": after, "difference_points": 100.0 * (after - before), "imports": imports,
        "revenue_difference": revenue,
    }  # fmt: skip


def _paid_more(before: np.ndarray, after: np.ndarray, priced: Sequence[np.ndarray]) -> np.ndarray:
    """Return what lines pay more, each side at its own prices; 0 for lines without imports."""
    old, new = priced
    return np.where(old > 0.0, after * new - before * old, 0.0)


def _of_groups(
    before: np.ndarray,
    after: np.ndarray,
    imports: np.ndarray,
    priced: Sequence[np.ndarray],
    group: np.ndarray,
    groups: int,
) -> dict[str, np.ndarray]:
    """Return weighted means of groups over lines whose rate both have, so that no line comes or goes between them."""
    both = ~np.isnan(before) & ~np.isnan(after)
    old, new = (revenue_of(np.where(both, one, np.nan), imports, group, groups) for one in (before, after))
    with np.errstate(invalid="ignore"):
        means = [one.revenue / one.known_imports for one in (old, new)]
    every = np.bincount(group, imports, minlength=groups)
    before_mean, after_mean = means
    more = np.bincount(group, np.where(both, _paid_more(before, after, priced), 0.0), minlength=groups)
    return _columns(before_mean, after_mean, every, more)


def _of_partners(origin: Origin, scenario: int, base: int, here: np.ndarray) -> tuple[list[str], dict[str, np.ndarray]]:
    """Return the partners that take part in rates, and what their own exports face."""
    index = origin.with_trade()
    taking_part = np.flatnonzero(index.taking_part.any(axis=0)).tolist()
    names = [index.facts["partners"][one] for one in taking_part]
    group, year = np.zeros(here.size, dtype=np.int64), int(origin.year[here[0]])
    sides = [origin.rates_facing(place, names, year) for place in (base, scenario)]
    prices = [origin.price_changes(place) for place in (base, scenario)]
    prices = [(changes, of if changes else index) for changes, of in prices]
    rows = []
    for partner, before, after in zip(taking_part, *sides, strict=True):
        priced = [imports_from(of, partner, changes)[here] for changes, of in prices]
        rows.append(_of_groups(before, after, imports_from(index, partner)[here], priced, group, 1))
    columns = {name: np.concatenate([one[name] for one in rows] or [np.empty(0)]) for name in _NAMES}
    traded = np.flatnonzero(columns["imports"] > 0.0)
    return [names[one] for one in traded], {name: one[traded] for name, one in columns.items()}


_NAMES = ("before", "after", "difference_points", "imports", "revenue_difference")


def _sorted(
    by: str, names: Sequence[str], titles: Sequence[str | None] | None, columns: dict[str, np.ndarray], top: int | None
) -> pa.Table:
    """Return those that move, the farthest first; ties by name."""
    size = np.abs(columns["difference_points"])
    moved = np.flatnonzero(size > 100.0 * _SAME)
    rank = {name: place for place, name in enumerate(sorted(names))}
    by_name = np.array([rank[names[one]] for one in moved.tolist()], dtype=np.int64)
    order = moved[np.lexsort((by_name, -np.round(size[moved], 10)))][:top].tolist()
    found = {by: texts([names[one] for one in order])}
    if titles is not None:
        found["name"] = texts([titles[one] for one in order])
    return pa.table(found | {name: numbers(one[order]) for name, one in columns.items()})
