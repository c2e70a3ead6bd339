"""An index in which the steps on duties are done: its lines, those that came to have several duties among them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from fastavs.index.lines_of_years import LineLayout, LinesOfYears, pairs_of
from fastavs.index.parts import Alternatives, Side
from fastavs.index.rows import Ready
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import Carried, Further
from fastavs.reform.book import Book, Duties, Texts
from fastavs.reform.observed import NONE, Observed
from fastavs.reform.ready import changed_ready
from fastavs.reform.versions import Versions, widest

NO_OTHERS = Alternatives(*(readonly([], kind) for kind in (
    np.int64, np.int64, np.int8, np.int64, np.int32, np.int64,
)))  # fmt: skip
UNMATCHED = "unmatched"
"""A fact of a derived index: some of its lines do not know what observations they have, which no average needs."""


class _Placed(NamedTuple):
    """Lines of a derived index: those of the index, then further versions of applied lines, side after side."""

    version: np.ndarray  # int64[h] of each
    side: np.ndarray  # int64[further] of each of the further ones, ascending
    line_of: np.ndarray  # int64[v] where a version that serves lines of years directly stands
    mean_first: np.ndarray  # int64[k] where the widest level of each mean begins


def derived_index(index: SortedIndex, versions: Versions, book: Book, observed: Observed) -> SortedIndex:
    """Return the index with the duties that steps left.

    Parameters
    ----------
    index : SortedIndex
    versions : Versions
    book : Book
    observed : Observed
    """
    ready = changed_ready(index, versions, book, observed)
    if ready is not None:
        return with_ready(index, book, ready)
    placed = _place(versions)
    line, duty = versions.line[placed.version], versions.duty[placed.version]
    owner, _ = observed.owners(line, duty)
    used, number = book.distinct(duty)
    duties = [book.duty(one) for one in used.tolist()]
    lines, others = index.lines, index.others
    matched = np.maximum(owner, 0)

    def of_owner(name: str, missing: int) -> np.ndarray:
        column = getattr(lines, name)
        if not column.size:
            return column
        both = np.concatenate((column, getattr(others, name)))
        found: np.ndarray = np.where(owner == NONE, missing, both[matched]).astype(column.dtype)
        return readonly(found, column.dtype)

    new_lines = lines._replace(
        key=readonly(lines.key[line], np.int64), duty=readonly(number, np.int32),
        level=of_owner("level", 0), found=of_owner("found", 0), group=of_owner("group", -1),
        imports=readonly(lines.imports[line], np.float64), matched=readonly(lines.matched[line], np.bool_),
        no_quantity=of_owner("no_quantity", 0),
    )  # fmt: skip
    parts: dict[str, Any] = {
        "lines": new_lines, "others": NO_OTHERS, "duties": tuple(one.text for one in duties),
        "further": _further(index, owner),
    }  # fmt: skip
    parts |= _by_side(index, placed, line)
    parts["facts"] |= {UNMATCHED: bool((owner == NONE).any())}
    return _with_layout(index, SortedIndex(**(_parts_of(index) | parts)), versions, placed, duties)


def with_ready(index: SortedIndex, book: Book, ready: Ready) -> SortedIndex:
    """Return an index whose lines keep all that they have but their duties."""
    lines = index.lines._replace(duty=readonly(ready.rows["duty"][ready.line_row], np.int32))
    texts: Any = Texts(book, np.arange(len(book)))
    new = SortedIndex(**(_parts_of(index) | {"lines": lines, "duties": texts}))
    kept = {"lines_of_years": index.lines_of_years, "prefixes": index.prefixes, "ready": ready}
    new.__dict__.update(kept | {"parsed": Duties(book, np.arange(len(book)))})
    return new


def _parts_of(index: SortedIndex) -> dict[str, Any]:
    names = (
        "facts", "sides", "duties", "lines", "others", "entries", "observation", "fx", "further", "records", "reach",
        "fingerprint",
    )  # fmt: skip
    return {name: getattr(index, name) for name in names}


def _with_layout(
    index: SortedIndex, new: SortedIndex, versions: Versions, placed: _Placed, duties: list[Any]
) -> SortedIndex:
    """Give an index its lines of years."""
    every = versions.every
    n = new.lines.key.size
    mean = versions.mean
    applied = np.where(mean >= 0, n + mean, placed.line_of[np.maximum(versions.applied, 0)])
    low, high = every.carried.low[:, versions.of_mean], every.carried.high[:, versions.of_mean]
    some = high > low
    shift = placed.mean_first - widest(every)[0][versions.of_mean]
    carried = Carried(
        readonly(np.where(some, low + shift, 0), np.int64), readonly(np.where(some, high + shift, 0), np.int64)
    )
    layout = LineLayout(
        np.arange(n), pairs_of(applied, versions.bound), carried,
        readonly(every.mean_digits[:, versions.of_mean], np.int8), every.named, every.year, every.digits,
    )  # fmt: skip
    lines_of_years = LinesOfYears(new)
    lines_of_years.__dict__["every"] = layout
    new.__dict__["lines_of_years"] = lines_of_years
    new.__dict__["parsed"] = duties
    new.__dict__["prefixes"] = index.prefixes
    return new


def _place(versions: Versions) -> _Placed:
    """Settle where versions stand: a line's first in its place, others behind; those of a mean side by side."""
    n, index = versions.lines, versions.index
    line_of = np.minimum(np.arange(versions.line.size), n)
    mean_first = widest(versions.every)[0][versions.of_mean]
    if not versions.split:
        return _Placed(np.arange(n), np.empty(0, dtype=np.int64), line_of, mean_first)
    direct = np.unique(versions.applied[versions.applied >= n])
    start, member = versions.members()
    others_before = np.concatenate(([0], np.cumsum(member >= n)))
    behind = np.flatnonzero(others_before[start[1:]] > others_before[start[:-1]])
    known: dict[bytes, int] = {}  # means with the same versions behind them share one run
    runs, run_first = [direct], []
    end = direct.size
    for k in behind.tolist():
        some = member[start[k] : start[k + 1]]
        first = known.setdefault(some.tobytes(), end)
        if first == end:
            runs.append(some)
            end += some.size
        run_first.append(first)
    further = np.concatenate(runs)
    sizes = [side.last - side.first for side in index.sides]
    side = np.repeat(np.arange(len(sizes)), sizes)[versions.line[further]]
    order = np.argsort(side, kind="stable")
    stands = np.empty(order.size, dtype=np.int64)
    stands[order] = n + np.arange(order.size)
    line_of[direct] = stands[: direct.size]
    mean_first[behind] = stands[run_first]
    return _Placed(np.concatenate((np.arange(n), further[order])), side[order], line_of, mean_first)


def _further(index: SortedIndex, owner: np.ndarray) -> Further:
    """Return what each line borrows where its observations are gone, which its owner has."""
    start = index.further.start
    first, last = start[np.maximum(owner, 0)], start[np.maximum(owner, 0) + 1]
    sizes = np.where(owner == NONE, 0, last - first)
    ends = np.cumsum(sizes)
    places = np.repeat(first - (ends - sizes), sizes) + np.arange(ends[-1] if ends.size else 0)
    return Further(
        readonly(np.concatenate(([0], ends)), np.int64), readonly(index.further.level[places], np.int8),
        readonly(index.further.group[places], np.int32),
    )  # fmt: skip


def _by_side(index: SortedIndex, placed: _Placed, line: np.ndarray) -> dict[str, Any]:
    """Return what an index has by side, with a side more for the further versions of each side's lines."""
    facts = dict(index.facts)
    if not placed.side.size:
        return {"facts": facts}
    n = index.lines.key.size
    old, start = np.unique(placed.side, return_index=True)
    ends = [*(n + start).tolist(), line.size]
    sides = [*index.sides]
    for side, first, last in zip(old.tolist(), ends, ends[1:], strict=False):
        sides.append(index.sides[side]._replace(first=first, last=last))
    for name in ("context_of", "basis_of"):
        if name in facts:
            facts[name] = [*facts[name], *(facts[name][side] for side in old.tolist())]
    found: dict[str, Any] = {"facts": facts, "sides": tuple(sides)}
    if index.reach.first.size:
        found["reach"] = _reach(index, old, line)
    if index.records.own_start.size:
        found["records"] = _own(index, old, sides, line)
    return found


def _reach(index: SortedIndex, old: np.ndarray, line: np.ndarray) -> Any:
    reach = index.reach
    spans = [slice(int(reach.first[side]), int(reach.first[side + 1])) for side in old.tolist()]
    sizes = [span.stop - span.start for span in spans]
    return reach._replace(
        first=readonly(np.concatenate((reach.first, reach.first[-1] + np.cumsum(sizes))), np.int64),
        order=readonly(np.concatenate([reach.order, *(reach.order[span] for span in spans)]), np.int64),
        digits=readonly(np.concatenate([reach.digits, *(reach.digits[span] for span in spans)]), np.int8),
        levels=readonly(np.concatenate((reach.levels, reach.levels[old])), np.int8),
        code_lo=readonly(reach.code_lo[:, line], np.int32), code_hi=readonly(reach.code_hi[:, line], np.int32),
        borrows=readonly(reach.borrows[line], np.bool_),
    )  # fmt: skip


def _own(index: SortedIndex, old: np.ndarray, sides: list[Side], line: np.ndarray) -> Any:
    """Return the records with the codes that are further versions' own trade."""
    records = index.records
    starts, codes, lines = [records.own_start], [records.own_code], [records.own_line]
    end = int(records.own_start[-1])
    for number, side in enumerate(old.tolist()):
        here = sides[len(index.sides) + number]
        span = slice(int(records.own_start[side]), int(records.own_start[side + 1]))
        own_line, own_code = records.own_line[span], records.own_code[span]
        order = np.argsort(own_line, kind="stable")
        wanted = line[here.first : here.last]
        first = np.searchsorted(own_line[order], wanted)
        sizes = np.searchsorted(own_line[order], wanted, side="right") - first
        ends = np.cumsum(sizes)
        places = order[np.repeat(first - (ends - sizes), sizes) + np.arange(ends[-1])]
        codes.append(own_code[places])
        lines.append(np.repeat(np.arange(here.first, here.last), sizes))
        end += places.size
        starts.append(np.array([end]))
    return records._replace(
        own_start=readonly(np.concatenate(starts), np.int64), own_code=readonly(np.concatenate(codes), np.int32),
        own_line=readonly(np.concatenate(lines), np.int32),
    )  # fmt: skip
