"""Rows and classes of an index under steps that change the lines of each row alike: only their duties are new."""

from __future__ import annotations

import numpy as np

from fastavs.index.rows import USUAL_GROWTH, Ready, may_be_null
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.shapes import changed
from fastavs.reform.book import Book, Texts
from fastavs.reform.observed import Observed
from fastavs.reform.versions import Versions


def changed_ready(index: SortedIndex, versions: Versions, book: Book, observed: Observed) -> Ready | None:
    """Return an index' rows and classes with the duties that steps left.

    None where they have to be made anew: lines have further versions, go by other quantities, are told apart within a
    row, or may lose a rate that their class takes to be known.
    """
    if versions.split or (book.kinds(versions.duty) != observed.own_kinds).any():
        return None
    ready = index.ready
    duty = np.zeros(ready.rows.size, dtype=np.int64)
    duty[ready.line_row] = versions.duty
    if (duty[ready.line_row] != versions.duty).any():
        return None
    return ready_with(index, book, duty)


def ready_with(index: SortedIndex, book: Book, duty: np.ndarray) -> Ready | None:
    """Return an index' rows and classes with other duties, a number of each row (int64[n]).

    None where a row may lose a rate that its class takes to be known.
    """
    ready = index.ready
    table, specific, unpercented = book.programs
    nullable = unpercented[duty]
    some = np.flatnonzero(nullable & ~ready.rows["nullable"])
    if some.size and may_be_null(index, table, duty[some], ready.rows["group"][some], USUAL_GROWTH).any():
        return None
    rows = changed(ready.rows, duty=duty, specific=specific[duty], purely_specific=(specific & unpercented)[duty])
    texts: tuple[str, ...] = Texts(book, np.arange(len(book)))  # type: ignore[assignment]
    return ready._replace(duties=table, rows=rows, texts=texts)
