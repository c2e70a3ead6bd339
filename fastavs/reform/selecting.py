"""Which lines of years a step selects: as they stand in each year's figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fastavs.chapters import CHAPTER_NAMES
from fastavs.codes import LONGEST, Grouping, chapters, cut, interval, to_code, to_keys
from fastavs.errors import did_you_mean
from fastavs.index.sorted_index import SortedIndex
from fastavs.reform.told import wrong_step
from fastavs.scenario.chain import Chain, PlacedStep
from fastavs.scenario.selection import Except, Selection


class Span(NamedTuple):
    """The lines of one year, whose keys ascend."""

    year: int
    first: int
    last: int
    digits: int


class Unmatched(NamedTuple):
    """Codes of a selection that begin no line."""

    key: str  # as the step has it: "prefixes", or a list's name
    codes: tuple[str, ...]


class Selecting:
    """The lines of all years of an index, to be selected from. h lines.

    Parameters
    ----------
    index : SortedIndex
    """

    def __init__(self, index: SortedIndex) -> None:
        every = index.lines_of_years.every
        self.index = index
        self.key = index.lines.key[every.named]
        self.year = every.year
        ends = np.cumsum([0, *index.line_counts]).tolist()
        self.spans = [
            Span(year.year, first, last, int(every.digits[first]) if last > first else LONGEST)
            for year, first, last in zip(index.years, ends, ends[1:], strict=False)
        ]
        self._chosen: dict[object, tuple[np.ndarray, tuple[Unmatched, ...]]] = {}

    def lines(self, placed: PlacedStep, chain: Chain) -> tuple[np.ndarray, tuple[Unmatched, ...]]:
        """Return the lines that a step is for, bool[h], and which codes of it begin none.

        What it asks of duties and schedules, and what is sensitive, is settled elsewhere.

        Raises
        ------
        InputError
            A list, grouping, group or year that the study does not have; a list, or prefixes, none of which begins a
            line.
        """
        selection: Selection = placed.step.selection  # type: ignore[union-attr]
        lists = tuple(chain.list_named(one) for one in selection.named_lists)
        key = (selection, lists)
        if key not in self._chosen:
            self._check(placed, selection)
            unmatched: list[Unmatched] = []
            chosen = self._named_by(placed, chain, selection, unmatched, every=True)
            left = selection.except_
            if left is not None and _names_lines(left):
                chosen = chosen & ~self._named_by(placed, chain, left, unmatched, every=False)
            self._chosen[key] = chosen, tuple(unmatched)
        return self._chosen[key]

    def _check(self, placed: PlacedStep, selection: Selection) -> None:
        """Make sure that years and schedules are the study's."""
        facts = self.index.facts
        known = sorted({*facts["schedule_years"], *self.index.year_numbers})
        kinds = {side.kind for side in self.index.sides}
        for one, within in ((selection, ""), (selection.except_, "except.")):
            if one is None:
                continue
            for year in one.years or ():
                if year not in known:
                    expected = f"one of {', '.join(map(str, known))}"
                    raise wrong_step(placed, "names a year of no schedule", f"{within}years", year, expected)
            if one.schedule != "both" and one.schedule not in kinds:
                raise wrong_step(
                    placed, "is for a schedule that the study does not have", f"{within}schedule", one.schedule,
                    " or ".join(f'"{kind}"' for kind in sorted(kinds)),
                    f"leave {within}schedule out, or give the study a {one.schedule} schedule",
                )  # fmt: skip

    def _named_by(
        self, placed: PlacedStep, chain: Chain, one: Selection | Except, unmatched: list[Unmatched], *, every: bool
    ) -> np.ndarray:
        """Return lines that all keys name or, unless `every`, that any does; bool[h]."""
        found: list[np.ndarray] = []
        within = "" if every else "except."
        if one.prefixes:
            found.append(self._begun(placed, f"{within}prefixes", one.prefixes, unmatched, shorten=False))
        if one.lists:
            some = [self._of_list(placed, chain, name, within, unmatched) for name in one.lists]
            found.append(np.logical_or.reduce(some))
        for title, members in one.groups:
            some = [self._of_group(placed, title, name, within) for name in members]
            found.append(np.logical_or.reduce(some))
        if one.years is not None:
            found.append(np.isin(self.year, one.years))
        if not found:
            return np.full(self.key.size, every)
        return (np.logical_and if every else np.logical_or).reduce(found)

    def _of_list(
        self, placed: PlacedStep, chain: Chain, name: str, within: str, unmatched: list[Unmatched]
    ) -> np.ndarray:
        found = chain.list_named(name)
        if found is None:
            known = [one.name for one in chain.lists]
            raise wrong_step(
                placed, "names a list that is not there", f"{within}lists", name,
                f"{'one of ' + ', '.join(known) if known else 'a list under lists of the scenario'}."
                f"{did_you_mean(name, known)}",
            )  # fmt: skip
        return self._begun(placed, name, found.codes, unmatched, shorten=True)

    def _begun(
        self, placed: PlacedStep, key: str, prefixes: Sequence[str], unmatched: list[Unmatched], *, shorten: bool
    ) -> np.ndarray:
        """Return lines that begin with some codes; `shorten`: those longer than the tariff's are cut to its length."""
        met = np.zeros(len(prefixes), dtype=bool)
        chosen = np.zeros(self.key.size, dtype=bool)
        digits = np.array([len(one) for one in prefixes])
        keys = to_keys([one[:LONGEST] for one in prefixes])
        for span in self.spans:
            usable = np.flatnonzero(shorten | (digits <= span.digits))
            low, high = interval(keys[usable], np.minimum(digits[usable], span.digits))
            here = self.key[span.first : span.last]
            first, last = np.searchsorted(here, low), np.searchsorted(here, high)
            met[usable] |= last > first
            edges = np.zeros(here.size + 1, dtype=np.int64)
            np.add.at(edges, first, 1)
            np.add.at(edges, last, -1)
            chosen[span.first : span.last] = np.cumsum(edges[:-1]) > 0
        without = [one for one, some in zip(prefixes, met.tolist(), strict=True) if not some]
        if len(without) == len(prefixes):
            what = f'no code of the list "{key}"' if shorten else "no prefix"
            raise wrong_step(
                placed, f"names lines that no year has: {what} begins one", "lists" if shorten else key,
                key if shorten else ", ".join(without[:8]),
                f"the beginning of some line's code.{self.near(without[0])}",
            )  # fmt: skip
        if without:
            unmatched.append(Unmatched(key, tuple(without)))
        return chosen

    def _of_group(self, placed: PlacedStep, title: str, name: str, within: str) -> np.ndarray:
        grouping = self._grouping(placed, title, within)
        known = sorted(set(grouping.members))
        if name not in known and name != "unassigned":
            raise wrong_step(
                placed, f'names a group that the grouping "{title}" does not have', f"{within}groups.{title}", name,
                f"one of {_groups_told(grouping)}.{_group_meant(grouping, name)}",
            )  # fmt: skip
        chosen = np.zeros(self.key.size, dtype=bool)
        for span in self.spans:
            names, member = grouping.assign(self.key[span.first : span.last], span.digits)
            if name in names:
                chosen[span.first : span.last] = member == names.index(name)
        return chosen

    def _grouping(self, placed: PlacedStep, title: str, within: str) -> Grouping:
        groups = self.index.groups
        if title in groups:
            return groups[title]
        if title == "chapter":
            return chapters(self.key)
        names = ["chapter", *groups]
        raise wrong_step(
            placed, "names a grouping that the study does not have", f"{within}groups", title,
            f"{', '.join(names)}.{did_you_mean(title, names)}",
        )  # fmt: skip

    def near(self, code: str) -> str:
        """Return the line's beginning that is nearest to a code, as a question; nothing where none is near."""
        digits = min(len(code), max(span.digits for span in self.spans))
        known = {to_code(one, digits) for one in np.unique(cut(self.key, digits)).tolist()}
        return did_you_mean(code, known)


def _groups_told(grouping: Grouping) -> str:
    """Return the groups of a grouping, each with its name where it has one."""
    named = [(one, _names(grouping).get(one)) for one in sorted(set(grouping.members))]
    return ", ".join(f"{one} ({name})" if name else one for one, name in named)


def _names(grouping: Grouping) -> dict[str, str]:
    """Return the groups' names; those of chapters that the study does not name are known."""
    if grouping.title != "chapter" or grouping.names:
        return grouping.names
    return {one: CHAPTER_NAMES[one] for one in set(grouping.members) if one in CHAPTER_NAMES}


def _group_meant(grouping: Grouping, given: str) -> str:
    """Return the group that may be meant, as a question: by its code, or by its name."""
    for one, name in sorted(_names(grouping).items()):
        if given.strip() and given.strip().lower() in name.lower():
            return f' Did you mean "{one}"?'
    return did_you_mean(given, sorted(set(grouping.members)))


def _names_lines(left: Except) -> bool:
    return bool(left.prefixes or left.lists or left.groups or left.years is not None)


def selecting_of(index: SortedIndex) -> Selecting:
    """Return the lines of years of an index to be selected from, kept with it."""
    found: Selecting | None = index.kept.get("selecting")
    if found is None:
        found = index.kept["selecting"] = Selecting(index)
    return found
