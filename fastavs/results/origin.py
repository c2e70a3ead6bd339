"""What a sweep was worked out from, for what is asked of it later: the rate of every line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from fastavs.errors import InputError
from fastavs.evaluation.workplace import Workplace
from fastavs.index.sorted_index import SortedIndex
from fastavs.reform.work import Work
from fastavs.scenario.scenario import Scenario
from fastavs.scenario.trade import OnlyPartners, PriceShock

if TYPE_CHECKING:
    from fastavs.matching.given import HasMatches

_KEPT = 4  # scenarios whose lines are kept


@dataclass(frozen=True)
class Origin:
    """Indexes and scenarios of a sweep. h lines of all years of the unchanged study.

    Attributes
    ----------
    index : SortedIndex
        Of the unchanged study.
    works : sequence of Work
        Scenarios in changes that evaluation knows, by the index that they are worked out on.
    threads : int or None
    scenarios : sequence of Scenario
        As they were given.
    study : Study or None
        Which the index is of, where it was given.
    """

    index: SortedIndex
    works: Sequence[Work]
    threads: int | None
    scenarios: Sequence[Scenario]
    study: HasMatches | None
    _kept: dict[int, np.ndarray] = field(default_factory=dict)
    _with_trade: dict[str, SortedIndex] = field(default_factory=dict)
    _facing: dict[tuple[int, int], np.ndarray] = field(default_factory=dict)

    @cached_property
    def year(self) -> np.ndarray:
        """Of each line, int64[h]."""
        return self.index.lines_of_years.every.year

    @property
    def imports(self) -> np.ndarray:
        """The weight of each line in the unchanged study, float64[h]: 0 for lines that are not matched."""
        return self.index.line_weights

    def imports_under(self, place: int) -> np.ndarray:
        """Return the imports of each line at the prices of a scenario, float64[h]: quantities and partners stay.

        Raises
        ------
        InputError
            An index alone that does not hold the recorded trade.
        """
        from fastavs.evaluation.line_rates import imports_at

        changes, index = self.price_changes(place)
        return imports_at(index, changes) if changes else self.imports

    def price_changes(self, place: int) -> tuple[list[PriceShock], SortedIndex]:
        """Return a scenario's changes of prices, and the unchanged study's index with the groups that they name."""
        for work in self.works:
            if place in work.places:
                changes = work.scenarios[work.places.index(place)].changes
                prices = [one for one in changes if isinstance(one, PriceShock)]
                if not prices:
                    break
                index = self.with_trade()
                groups = work.index.facts["groups"]
                return prices, index if groups == index.facts["groups"] else index.with_parts(
                    facts=index.facts | {"groups": groups}
                )
        return [], self.index

    def codes(self, places: np.ndarray) -> list[str]:
        """Return the codes of some lines."""
        from fastavs.tables.arrow import line_codes  # here and below: averages alone need none of it

        every = self.index.lines_of_years.every
        keys, digits = self.index.lines.key[every.named[places]], every.digits[places]
        order = np.argsort(digits, kind="stable")
        found = line_codes(keys[order], digits[order]).to_pylist()
        return [found[one] for one in np.argsort(order, kind="stable")]

    def rates(self, places: Sequence[int]) -> Iterator[tuple[int, np.ndarray]]:
        """Give the governing rates of all lines under scenarios by their places, float64[h]; NaN = null.

        A line that a scenario leaves without a duty has none; one that it adds is no line of the unchanged study.
        """
        from fastavs.evaluation.line_rates import rates_of_lines

        yield from ((place, self._kept[place]) for place in places if place in self._kept)
        left = {place for place in places if place not in self._kept}
        with Workplace(None, self.threads) as workplace:
            for work in self.works:
                here = [at for at, place in enumerate(work.places) if place in left]
                if not here:
                    continue
                some, index = [work.scenarios[at] for at in here], work.index
                for at, found in rates_of_lines(index, some, workplace):
                    yield work.places[here[at]], self.aligned(index, found)

    def rate(self, place: int) -> np.ndarray:
        """Return the rates of one scenario; a few are kept."""
        if place not in self._kept:
            found = dict(self.rates([place]))
            while len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept.update(found)
        return self._kept[place]

    def rates_facing(self, place: int, partners: Sequence[str], year: int) -> np.ndarray:
        """Return the rates of a year's lines under a scenario when one partner's observations alone count.

        Returns
        -------
        float64[partners, lines of the year]
            NaN = null.

        Raises
        ------
        InputError
            An index alone that does not hold the recorded trade.
        """
        from fastavs.evaluation.line_rates import rates_of_lines
        from fastavs.reform.carrying import carried_out
        from fastavs.reform.chains import by_itself

        if (place, year) not in self._facing:
            index, here = self.with_trade(), np.flatnonzero(self.year == year)
            (work,), _ = carried_out(index, [by_itself(self.scenarios[place], self.scenarios)], self.study)
            of_work, changes = work.index, work.scenarios[0].changes
            some = [Scenario(one, *changes, OnlyPartners((one,))) for one in partners]
            found = np.empty((len(partners), here.size))
            with Workplace(None, self.threads) as workplace:
                for at, rates in rates_of_lines(of_work, some, workplace):
                    found[at] = self.aligned(of_work, rates)[here]
            self._facing[place, year] = found
        return self._facing[place, year]

    def with_trade(self) -> SortedIndex:
        """Return the index of the unchanged study with the recorded trade; raises as `rates_facing` does."""
        from fastavs.index.records import with_records

        if self.index.records.code_key.size:
            return self.index
        if self.study is None:
            raise InputError(
                "the index does not hold the recorded trade, which partners are told apart by", key="by",
                value="partner", cure="give the study in its place, or save fa.build_index(study), which holds it",
            )  # fmt: skip
        found: SortedIndex = self._with_trade.setdefault("index", with_records(self.study.matches, self.index))
        return found

    def aligned(self, index: SortedIndex, rates: np.ndarray) -> np.ndarray:
        """Return rates of the lines of an index as rates of the unchanged study's lines."""
        own, other = _keys(self.index), _keys(index)
        if own.shape == other.shape and (own == other).all():
            return rates
        both = np.concatenate([other, own], axis=1)
        _, first, place = np.unique(both, axis=1, return_index=True, return_inverse=True)
        at = first[place.reshape(-1)[rates.size :]]
        return np.where(at < rates.size, rates[np.minimum(at, rates.size - 1)], np.nan)

    def members(self, title: str) -> tuple[np.ndarray, list[tuple[str, str | None, int]]]:
        """Return each line's group by a grouping (int64[h]), and what the groups are: name, title, year."""
        found = self.index.lines_of_years.members(title)
        member = np.empty(found.line.size, dtype=np.int64)
        member[found.line] = np.repeat(np.arange(found.lines.size), found.lines)
        return member, list(found.labels)


def _keys(index: SortedIndex) -> np.ndarray:
    """Return code, length and year of the lines of all years, int64[3, h]."""
    every = index.lines_of_years.every
    return np.stack([index.lines.key[every.named], every.digits, every.year])
