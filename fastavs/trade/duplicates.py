"""The same row twice, in one file or in two that overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.countries.partner import one_spelling, written
from fastavs.inputs.set_aside import REPEATED
from fastavs.tables.arrow import numbers, texts
from fastavs.tables.columns import plain
from fastavs.tables.sources import Source, stretches
from fastavs.threads import side_by_side
from fastavs.trade.trade_rows import TradeRows

_ODD = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))  # to mix bits
LOW_BITS = 16


def sift_duplicates(rows: TradeRows, sources: Sequence[Source], drop: bool) -> None:
    """Count rows that equal another one in every column of their files, those unnamed as well; on wish, drop them.

    Only rows of one period, code, partner and value are read again to be compared.
    """
    candidates = _candidates(rows)
    if not candidates.size:
        return
    group = _equal(_read_again(rows, candidates, sources))
    order = np.argsort(group, kind="stable")
    again = np.zeros(group.size, dtype=bool)
    again[order[1:]] = group[order[1:]] == group[order[:-1]]
    if not again.any():
        return
    first_of = candidates[order[np.searchsorted(group[order], group)]]
    twice, first = candidates[again], first_of[again]
    if drop:
        rows.lose_each(twice, [f"{REPEATED} ({rows.where(int(one))})" for one in first])
        return
    worth = f"{rows.value[twice].sum():,.0f}"
    many = "1 row equals" if twice.size == 1 else f"{twice.size:,} rows equal"
    places = " and ".join(rows.where(int(one[0])) for one in (twice, first))
    rows.remark(
        f"{many} another one in every column, worth {worth} (the first: {places}); all count. If files overlap, say "
        'duplicates = "drop" under [trade].',
        twice,
    )


def _mixed(rows: TradeRows) -> np.ndarray:
    """Return a number that rows of one period, code, partner and value share, and hardly any others; uint64[n]."""
    mixed = np.empty(rows.value.size, dtype=np.uint64)

    def mix(some: slice) -> None:
        key = mixed[some]
        key[:] = rows.code[some]
        key *= np.uint64(len(rows.periods))
        key += rows.period[some].astype(np.uint64)
        key *= np.uint64(len(rows.partners))
        key += rows.partners_of(some).astype(np.uint64)
        key *= _ODD[0]
        key ^= rows.value[some].view(np.uint64) * _ODD[1]

    rows.partners_of(slice(0, 0))  # their spellings are worked out once, not on each thread
    side_by_side(mix, stretches(mixed.size))
    return mixed


def _candidates(rows: TradeRows) -> np.ndarray:
    """Return the rows that have their period, code, partner and value in common with another one, int64[m]."""
    left, mixed = rows.left(), _mixed(rows)
    ordered = mixed if left is None else mixed[left]
    if not ordered.size:
        return np.empty(0, dtype=np.int64)
    ordered.sort()
    same = [ordered[one][1:][ordered[one][1:] == ordered[one][:-1]] for one in _overlapping(ordered.size)]
    repeated = np.unique(np.concatenate(same))
    if not repeated.size:
        return np.empty(0, dtype=np.int64)
    mixed = _mixed(rows) if left is None else mixed
    found = side_by_side(lambda some: some.start + _which(mixed[some], repeated), stretches(mixed.size))
    candidates = np.concatenate(found)
    return candidates if left is None else candidates[left[candidates]]


def _which(numbers: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the places of the numbers that are among some wanted ones, few and ascending; uint64 both."""
    low_bits = np.zeros(1 << LOW_BITS, dtype=bool)  # most numbers share these with no wanted one, and are done
    low_bits[wanted & np.uint64(low_bits.size - 1)] = True
    maybe = np.flatnonzero(low_bits[numbers & np.uint64(low_bits.size - 1)])
    place = np.minimum(np.searchsorted(wanted, numbers[maybe]), wanted.size - 1)
    return maybe[wanted[place] == numbers[maybe]]


def _overlapping(rows: int) -> Iterator[slice]:
    """Cut a number of rows into stretches that begin with the last row of the one before."""
    for one in stretches(rows):
        yield slice(max(one.start - 1, 0), one.stop)


def _read_again(rows: TradeRows, candidates: np.ndarray, sources: Sequence[Source]) -> pa.Table:
    """Return all columns of some rows, as text, in the order asked for; partners in one spelling."""
    file, number = rows.origin.find(candidates)
    spelled = dict(zip(rows.partners, one_spelling(rows.partners)[0], strict=True))

    def read(place: int) -> list[pa.Table]:
        parts = []
        wanted = number[file == place]
        for batch in sources[place].with_all_columns().batches():
            here = wanted[(wanted >= batch.first) & (wanted < batch.first + batch.table.num_rows)]
            if here.size:
                chosen = batch.table.take(numbers(here - batch.first))
                parts.append(pa.table({name: _as_text(chosen.column(name)) for name in chosen.column_names}))
        return parts

    parts = chain.from_iterable(side_by_side(read, np.unique(file).tolist()))
    table = pa.concat_tables(parts, promote_options="default")
    partner = [spelled.get(written(one), one) for one in table.column("partner").to_pylist()]
    return table.set_column(table.column_names.index("partner"), "partner", texts(partner))


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    try:
        return column.cast(pa.string())
    except pa.ArrowException:  # lists and the like
        return pa.chunked_array([texts([str(one) for one in column.to_pylist()])])


def _equal(table: pa.Table) -> np.ndarray:
    """Return a number for each row that equal rows share, int64[n]."""
    group = np.zeros(table.num_rows, dtype=np.int64)
    for name in table.column_names:
        column = pc.fill_null(table.column(name), "").combine_chunks().dictionary_encode()
        if isinstance(column, pa.ChunkedArray):
            column = column.combine_chunks()
        codes = plain(column.indices.cast(pa.int32()), -1, np.int32).astype(np.int64)
        group = np.unique(group * (int(codes.max(initial=0)) + 1) + codes, return_inverse=True)[1]
    return group
