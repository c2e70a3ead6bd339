"""Tables of groups and lines, put together from what each scenario came to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fastavs.codes import to_code
from fastavs.errors import InputError
from fastavs.evaluation.blocks import blocks_of, singles_of
from fastavs.evaluation.lines import LineColumns, Wanted, run_groups, run_lines
from fastavs.evaluation.partners import trade_of
from fastavs.evaluation.plan import Plan, make_plan
from fastavs.evaluation.workplace import Workplace
from fastavs.index.lines_of_years import LineLayout, Members, check_chosen, grouping_of, members, picked
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.names import GROUP_DEVIATION, GROUP_MEAN, GROUP_SHARE, GROUP_SPECIFIC, GROUP_WATER, GROUP_WEIGHTED
from fastavs.progress import Progress
from fastavs.results.rates import SCHEMA
from fastavs.results.summary import GROUP
from fastavs.scenario.scenario import Scenario
from fastavs.tables.arrow import flags, labels, numbers, texts

SCENARIO = pa.field("scenario", pa.dictionary(pa.int32(), pa.string()))
TOGETHER = 32  # scenarios whose groups are worked out together
WHOLE = 16  # scenarios whose every line is held at a time


def check_wanted(index: SortedIndex, wanted: Wanted) -> None:
    """Raise an InputError for a grouping or a line that the study does not have."""
    for title in wanted.by:
        grouping_of(index, title)
    check_chosen(index, wanted.lines)


def report_lines(
    index: SortedIndex,
    plan: Plan | None,
    scenarios: Sequence[Scenario],
    wanted: Wanted,
    whole_lines: str | Path | None,
    place: Workplace,
    progress: Progress,
) -> tuple[dict[str, pa.Table], pa.Table | None]:
    """Work scenarios out line by line, and keep their groups and the lines wanted.

    Returns
    -------
    groups : dict of str to pyarrow.Table
        By grouping.
    chosen : pyarrow.Table or None
    """
    plan = plan or make_plan(index, scenarios, careful=any(trade_of(one) for one in scenarios))
    names = [one.name for one in scenarios]
    some = [members(index, title) for title in wanted.by]
    figures = [np.empty((len(scenarios), 6, len(one.labels))) for one in some]
    chosen = None
    if wanted.lines or wanted.whole:
        chosen = _by_line(plan, scenarios, wanted, whole_lines, place, progress, figures)
    else:
        done = 0
        for block, found in place.run(plan, run_groups, blocks_of(plan, scenarios, TOGETHER), wanted.by):
            for into, one in zip(figures, found, strict=True):
                into[block.places] = one
            done += block.places.size
            progress("groups", done, len(scenarios))
    plan.under.clear()
    groups = (group_table(names, *one) for one in zip(some, figures, strict=True))
    return dict(zip(wanted.by, groups, strict=True)), chosen


def _by_line(
    plan: Plan,
    scenarios: Sequence[Scenario],
    wanted: Wanted,
    whole_lines: str | Path | None,
    place: Workplace,
    progress: Progress,
    groups: Sequence[np.ndarray],
) -> pa.Table | None:
    """Work scenarios out with their lines: write them, fill in groups, and return the lines wanted."""
    layout = wanted.layout(plan.index)
    some = picked(plan.index, layout, wanted.lines)
    table, few = LineTable(plan.index, layout), LineTable(plan.index, layout, some)
    kept: list[LineColumns] = []
    with LineFile(whole_lines) as file:
        found = place.run(plan, run_lines, singles_of(plan, scenarios), wanted, most=WHOLE if wanted.whole else None)
        for done, (_, (figures, columns)) in enumerate(found):
            for into, one in zip(groups, figures, strict=True):
                into[done] = one
            if wanted.whole:
                file.write(table.named([scenarios[done].name], [columns]))
            if wanted.lines:
                kept.append(columns.at(some) if wanted.whole else columns)
            progress("lines", done + 1, len(scenarios))
    return few.named([one.name for one in scenarios], kept) if wanted.lines else None


def group_table(names: Sequence[str], groups: Members, figures: np.ndarray) -> pa.Table:
    """Return a row per scenario, group and year.

    Parameters
    ----------
    names : sequence of str
        Of the scenarios.
    groups : Members
    figures : float64[scenarios, 6, g]
        See `kernels.group`.
    """
    order = [g for g in range(len(groups.labels)) if groups.lines[g]]
    order.sort(key=lambda g: (groups.labels[g][0], groups.labels[g][2]))
    n = len(names)
    place = np.tile(np.array(order, dtype=np.int64), n)
    title, name, year = zip(*groups.labels, strict=True)

    def column(which: int) -> np.ndarray:
        return figures[:, which, order].reshape(-1)

    every = numbers(place)
    columns = [
        labels(np.repeat(np.arange(n), len(order)), names),
        texts(title).take(every),
        texts(name).take(every),
        numbers(np.array(year, dtype=np.int64)[place]),
        numbers(groups.lines.astype(np.int64)[place]),
        numbers(column(GROUP_SPECIFIC).astype(np.int64)),
        *(numbers(column(one)) for one in (GROUP_MEAN, GROUP_DEVIATION, GROUP_WEIGHTED, GROUP_SHARE)),
        numbers(column(GROUP_WATER).astype(np.int64)),
    ]
    return pa.Table.from_arrays(columns, schema=GROUP.insert(0, SCENARIO))


class LineTable:
    """Turns columns of lines into tables as ``rates.parquet`` has them; what no scenario changes is made once."""

    def __init__(self, index: SortedIndex, layout: LineLayout, some: np.ndarray | None = None) -> None:
        some = np.arange(layout.named.size) if some is None else some
        named = layout.named[some]
        keys, digits = index.lines.key[named].tolist(), layout.digits[some].tolist()
        self.size = named.size
        self.year = layout.year[some].astype(np.int64)
        self.line = texts([to_code(key, size) for key, size in zip(keys, digits, strict=True)])

    def named(self, names: Sequence[str], columns: Sequence[LineColumns]) -> pa.Table:
        """Return the lines of scenarios, scenario by scenario, with their names."""
        n = len(names)

        def joined(name: str) -> np.ndarray:
            return np.concatenate([getattr(one, name) for one in columns])

        governs = labels(joined("bound_governs"), ["applied", "bound"])
        counts = (_known(joined(name)) for name in ("match_level", "observations", "outliers", "no_quantity"))
        arrays = [
            labels(np.repeat(np.arange(n), self.size), names),
            numbers(np.tile(self.year, n)),
            self.line if n == 1 else pa.concat_arrays([self.line] * n),
            *(numbers(joined(name)) for name in ("rate", "applied", "bound", "ad_valorem")),
            governs.cast(pa.string()),
            flags(joined("has_specific")),
            *counts,
            numbers(joined("specific_share")),
            numbers(joined("imports")),
            flags(joined("matched")),
        ]
        return pa.Table.from_arrays(arrays, schema=SCHEMA.insert(0, SCENARIO))


def _known(counts: np.ndarray) -> pa.Array:
    """Return counts as Arrow, those below 0 as null."""
    if (counts >= 0).all():
        return numbers(counts.astype(np.int64))
    return numbers(np.where(counts < 0, np.nan, counts)).cast(pa.int64())


class LineFile:
    """A Parquet file of every line, written scenario by scenario: whole in the end, or not there."""

    def __init__(self, path: str | Path | None) -> None:
        self.path = None if path is None else Path(path)
        self.new = None if self.path is None else self.path.with_name(f".{self.path.name}.new")
        self.writer: pq.ParquetWriter | None = None

    def __enter__(self) -> LineFile:
        if self.new is not None:
            try:
                schema = SCHEMA.insert(0, SCENARIO)
                self.writer = pq.ParquetWriter(
                    self.new, schema, compression="zstd", write_statistics=["scenario", "year"]
                )  # fmt: skip
            except OSError as error:
                self.new.unlink(missing_ok=True)
                raise InputError(
                    f"the lines cannot be written ({error.strerror or error})", file=str(self.path),
                    cure="name a file in a folder that is there and may be written to",
                ) from None  # fmt: skip
        return self

    def write(self, table: pa.Table) -> None:
        """Write one scenario, if there is a file."""
        if self.writer is not None:
            self.writer.write_table(table, row_group_size=max(table.num_rows, 1))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.writer is None or self.new is None or self.path is None:
            return
        try:
            self.writer.close()
            if kind is None:
                self.new.replace(self.path)
        finally:
            self.new.unlink(missing_ok=True)
