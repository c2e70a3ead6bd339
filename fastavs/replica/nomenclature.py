"""The replica's tariff lines: synthetic ten-digit codes under real subheadings, and the tariffs that they stand in.

A line belongs to a class (`fastavs.replica.counts.CLASSES`, the new lines of 2011 and of 2012-2020, and lines gone
before 2010). Codes that change do so within a subheading or heading, so that relatives are found at 8, 6 and 4 digits
as often as the paper found them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from fastavs.replica.counts import CLASSES, COMPOSED, UNMATCHED_2011, UNMATCHED_BOUND, Counts
from fastavs.replica.facts import OWN_YEARS, chapters, industry_of, largest_remainder, table, yearly

KEPT, BOUND_ONLY, APPLIED_ONLY, DROPPED, FRESH_BOTH, FRESH_APPLIED, FRESH_BOUND = range(7)
NEW_APPLIED, NEW_BOUND, GONE = 7, 8, 9
IN_2010 = (KEPT, BOUND_ONLY, APPLIED_ONLY, DROPPED)
FRESH = (FRESH_BOTH, FRESH_APPLIED, FRESH_BOUND)
IN_APPLIED = (KEPT, APPLIED_ONLY, FRESH_BOTH, FRESH_APPLIED, NEW_APPLIED)
IN_BOUND = (KEPT, BOUND_ONLY, FRESH_BOTH, FRESH_BOUND, NEW_BOUND)
NAMED = ("8703239027",)  # the paper's footnote 8 names this line; Table 6 names the others
TURNOVER = {2007: 0.08, 2006: 0.05, 2002: 0.05}  # share of lines that a new edition of the nomenclature replaces
USUAL_TURNOVER = 0.012
ROOTLESS = ("2942", "3825", "8487", "9033")  # headings that only the bound schedule has lines in
FEW_ROOTS = 5  # lines that a composed chapter's new bound lines take after: few, and high
FUELS = ("2701", "2702", "2703", "2709", "2711", "2716")


@dataclass(frozen=True, slots=True)
class Lines:
    """Every line of every tariff, ascending by code. n lines.

    Attributes
    ----------
    code : int64[n]
        Ten digits.
    kind : int64[n]
        Class, see the module's constants.
    chapter : int64[n]
        Place in `fastavs.replica.facts.chapters`.
    industry : int64[n]
    subheading : int64[n]
        Place in the table "subheadings", -1 for subheadings of the replica's own.
    free_from : int64[n]
        First year in which a fuel is free of duty, 0 for lines that are no fuels, 9999 for fuels never free.
    match_level : int64[n]
        Digits at which a new line finds relatives, 10 for all others.
    in_year : bool[10, n]
        Lines of the tariffs of 2001 to 2010.
    """

    code: np.ndarray
    kind: np.ndarray
    chapter: np.ndarray
    industry: np.ndarray
    subheading: np.ndarray
    free_from: np.ndarray
    match_level: np.ndarray
    in_year: np.ndarray

    @property
    def size(self) -> int:
        return self.code.size

    def of(self, kinds: tuple[int, ...]) -> np.ndarray:
        """Return which lines are of these classes, bool[n]."""
        return np.isin(self.kind, kinds)

    def texts(self) -> list[str]:
        """Return the codes as text."""
        return [f"{code:010d}" for code in self.code.tolist()]

    def traded_in(self, period: str) -> np.ndarray:
        """Return which lines are recorded in a trade period, bool[n]."""
        if period == "2011H1":
            return self.of((KEPT, BOUND_ONLY, APPLIED_ONLY, *FRESH))
        return self.in_year[int(period) - OWN_YEARS[0]]


@dataclass(slots=True)
class _Chapter:
    """A chapter being filled: which digits are taken, which lines can have relatives."""

    rng: np.random.Generator
    taken: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    rows: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    roots: list[tuple[int, int]] = field(default_factory=list)  # code and subheading of the kept lines

    def free_digits(self, prefix: int) -> int:
        """Take two digits that no code under `prefix` has yet."""
        taken = self.taken[prefix]
        order = (0, *range(10, 100)) if prefix >= 10**6 else tuple(range(10, 100))
        left = [digits for digits in order if digits not in taken]
        digits = left[0] if left[0] == 0 else left[int(self.rng.integers(len(left)))]
        taken.add(digits)
        return prefix * 100 + digits

    def note(self, code: int) -> None:
        """Keep digits that a given code uses from being taken again."""
        for power in (10**2, 10**4, 10**6):
            self.taken[code // power].add(code // (power // 100) % 100)

    def under(self, subheading: int, place: int, share_eight: float = 0.35) -> int:
        """Return a new code under a subheading, some of them within an eight-digit code that it has already."""
        eights = sorted(self.taken[subheading])
        if eights and self.rng.random() < share_eight:
            eight = subheading * 100 + eights[int(self.rng.integers(len(eights)))]
            if len(self.taken[eight]) < 60:
                return self.free_digits(eight)
        return self.free_digits(self.free_digits(subheading))

    def add(self, code: int, kind: int, place: int, free_from: int = 0, level: int = 10) -> None:
        self.rows.append((code, kind, place, free_from, level))
        if kind == KEPT and free_from == 0:
            self.roots.append((code, place))

    def root(self, first: int | None = None) -> tuple[int, int]:
        """Return some kept line, one of the `first` if that is given."""
        return self.roots[int(self.rng.integers(min(first or len(self.roots), len(self.roots))))]


def make_lines(counts: Counts, seed: int) -> Lines:
    """Make up the lines."""
    years = np.array([yearly("lines")[year] for year in OWN_YEARS], dtype=np.int64)
    in_2010 = counts.classes[:, :4].sum(axis=1)
    by_year = np.array([largest_remainder(in_2010.astype(np.float64), int(lines), 2) for lines in years])
    levels = _levels(counts.new_applied, UNMATCHED_2011), _levels(counts.new_bound, UNMATCHED_BOUND)
    found: list[tuple[int, int, int, int, int]] = []
    memberships = []
    for c, chapter in enumerate(chapters()):
        rng = np.random.default_rng([seed, 1, c])
        rows = _chapter(chapter, rng, counts.classes[c], levels[0][c], levels[1][c])
        rows, member = _history(rows, rng, by_year[:, c], chapter)
        found += rows
        memberships.append(member)
    code, kind, place, free_from, level = (np.array(one, dtype=np.int64) for one in zip(*found, strict=True))
    order = np.argsort(code, kind="stable")
    code = code[order]
    heading = [f"{one:010d}"[:4] for one in code.tolist()]
    chapter_place = {chapter: c for c, chapter in enumerate(chapters())}
    return Lines(
        code,
        kind[order],
        np.array([chapter_place[one[:2]] for one in heading]),
        np.array([industry_of(one) for one in heading]),
        place[order],
        free_from[order],
        level[order],
        np.concatenate(memberships, axis=1)[:, order],
    )


def _levels(new: np.ndarray, wanted: dict[int, int]) -> list[dict[int, int]]:
    """Spread the levels at which new lines find relatives over chapters; level 0 goes to `ROOTLESS`."""
    left = new.copy()
    found: list[dict[int, int]] = [{} for _ in range(new.size)]
    for level, total in sorted(wanted.items()):
        if level == 0:
            homes = [chapters().index(heading[:2]) for heading in ROOTLESS[:total]]
            take = np.bincount(homes, minlength=new.size)
        else:
            take = np.minimum(largest_remainder(left.astype(np.float64), total), left)
        for c in np.flatnonzero(take):
            found[c][level] = int(take[c])
        left = left - take
    return found


def _chapter(
    chapter: str, rng: np.random.Generator, classes: np.ndarray, applied: dict[int, int], bound: dict[int, int]
) -> list[tuple[int, int, int, int, int]]:
    made = _Chapter(rng)
    left = classes.copy()
    if chapter == "27":
        for kind, lines in _fuels(made).items():
            left[kind] -= lines
    _kept(made, chapter, int(left[KEPT]))
    for kind in range(1, len(CLASSES)):
        for _ in range(int(left[kind])):
            code, place = made.root(FEW_ROOTS if chapter in COMPOSED and kind in (BOUND_ONLY, FRESH_BOUND) else None)
            made.add(made.under(code // 10**4, place, 0.5), kind, place)
    for kind, levels in ((NEW_APPLIED, applied), (NEW_BOUND, bound)):
        for level, lines in levels.items():
            for _ in range(lines):
                _new(made, chapter, kind, level)
    return made.rows


def _fuels(made: _Chapter) -> dict[int, int]:
    """Add the fuels line by line: Table 2 tells how many there are, and how many are free."""
    lines: dict[int, int] = defaultdict(int)
    for row in table("fuels"):
        kind = GONE if row["class"] == "gone" else CLASSES.index(row["class"])
        for _ in range(int(row["lines"])):
            six = int(row["heading"]) * 100 + 10 + 10 * int(made.rng.integers(1, 3))
            made.add(made.under(six, -1), kind, -1, int(row["free_from"] or 9999))
            if kind != GONE:
                lines[kind] += 1
    return lines


def _kept(made: _Chapter, chapter: str, lines: int) -> None:
    """Spread the lines that last from 2010 to 2020 over the real subheadings of a chapter."""
    here = [
        (place, row) for place, row in enumerate(table("subheadings"))
        if row["hs6"][:2] == chapter and row["hs6"][:4] not in (*FUELS, *ROOTLESS)
    ]  # fmt: skip
    named: dict[str, list[int]] = defaultdict(list)
    for code in (*(row["line"] for row in table("published/table6_water_examples")), *NAMED):
        if code[:2] == chapter:
            named[code[:6]].append(int(code))
    known = {row["hs6"] for _, row in here}
    for line in (line for six, some in named.items() if six not in known for line in some):
        made.note(line)
        made.add(line, KEPT, next(place for place, row in here if row["hs6"][:4] == f"{line:010d}"[:4]))
        lines -= 1
    least = np.array([len(named.get(row["hs6"], ())) for _, row in here])
    quota = largest_remainder(np.array([float(row["lines"]) for _, row in here]), lines, least)
    for (place, row), wanted in zip(here, quota.tolist(), strict=True):
        given = named.get(row["hs6"], [])
        for line in given:
            made.note(line)
            made.add(line, KEPT, place)
        for _ in range(wanted - len(given)):
            made.add(made.under(int(row["hs6"]), place), KEPT, place)


def _new(made: _Chapter, chapter: str, kind: int, level: int) -> None:
    """Add a line that no base period knows, with relatives at `level` digits and none nearer."""
    code, place = made.root()
    if level == 8:
        made.add(made.free_digits(code // 100), kind, place, level=8)
    elif level == 6:
        made.add(made.free_digits(made.free_digits(code // 10**4)), kind, place, level=6)
    else:
        heading = code // 10**6
        if level == 0:
            heading, place = int(next(one for one in ROOTLESS if one[:2] == chapter)), -1
        taken = made.taken[heading]
        taken.update(int(row["hs6"][4:]) for row in table("subheadings") if row["hs6"][:4] == f"{heading:04d}")
        made.add(made.free_digits(made.free_digits(made.free_digits(heading))), kind, place, level=level)


def _history(
    rows: list[tuple[int, int, int, int, int]], rng: np.random.Generator, by_year: np.ndarray, chapter: str
) -> tuple[list[tuple[int, int, int, int, int]], np.ndarray]:
    """Go back from 2010 year by year: some lines enter later, others were there before and are gone."""
    made = _Chapter(rng)
    for code, *_ in rows:
        made.note(code)
    made.roots = [(code, place) for code, kind, place, free_from, _ in rows if kind == KEPT and not free_from]
    kinds = [kind for _, kind, *_ in rows]
    current = [i for i, kind in enumerate(kinds) if kind in IN_2010]
    years = [current]
    old = [i for i, kind in enumerate(kinds) if kind == GONE]
    fixed = {i for i, row in enumerate(rows) if row[3] or f"{row[0]:010d}" in NAMED} - set(old)
    revived = [i for i, kind in enumerate(kinds) if kind in FRESH and i not in fixed and rng.random() < 0.2]
    for year in range(2009, 2000, -1):
        wanted = int(by_year[year - OWN_YEARS[0]])
        turnover = TURNOVER.get(year + 1, USUAL_TURNOVER)
        staying = [i for i in current if i in fixed or rng.random() >= turnover]
        while len(staying) > wanted:
            loose = [place for place, i in enumerate(staying) if i not in fixed]
            staying.pop(loose[int(rng.integers(len(loose)))])
        while len(staying) < wanted:
            waiting = old if old else revived if year == 2009 else []
            if waiting:
                staying.append(waiting.pop())
                continue
            code, place = made.root()
            rows.append((made.under(code // 10**4, place, 0.5), GONE, place, 0, 10))
            staying.append(len(rows) - 1)
        current = staying
        years.append(current)
    member = np.zeros((len(OWN_YEARS), len(rows)), dtype=bool)
    for back, some in enumerate(years):
        member[len(OWN_YEARS) - 1 - back, some] = True
    return rows, member
