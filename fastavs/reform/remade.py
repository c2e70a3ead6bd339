"""A study made anew: with schedules put in place, another base period or options, or partners taken back in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from fastavs.checked import Checked, check_inputs
from fastavs.errors import InputError
from fastavs.index.build import index_of
from fastavs.index.counts import with_counts
from fastavs.index.records import with_records
from fastavs.index.sorted_index import SortedIndex
from fastavs.inputs import schedule
from fastavs.kernels.options import readonly
from fastavs.matching.matches import Matches
from fastavs.reform.asking import prepared_for
from fastavs.reform.told import told_of_step, wrong_step
from fastavs.reform.trade import partners_of
from fastavs.scenario.chain import Chain, PlacedStep
from fastavs.scenario.step_study import BasePeriod, Options, Weights
from fastavs.scenario.step_trade import Exclude, Include, Only
from fastavs.scenario.step_years import Put
from fastavs.tables.columns import number_column
from fastavs.tables.tables import Piece, read_files
from fastavs.trade.serving import make_serving

READ_BY = ("mislabelled", "strict")
"""Options by which rows of the trade are read."""


@dataclass(frozen=True)
class Remade:
    """A study made anew.

    Attributes
    ----------
    index : SortedIndex
    put : dict
        Steps that put schedules in place, and the kinds and years that they do.
    """

    index: SortedIndex
    put: dict[PlacedStep, frozenset[tuple[str, int]]]


def remade(matches: Matches, own: SortedIndex, chain: Chain, *, counts: bool, records: bool) -> Remade:
    """Make a study anew as a scenario says, and index it.

    Parameters
    ----------
    matches : Matches
        Of the study.
    own : SortedIndex
        Its index.
    chain : Chain
    counts, records : bool
        What the index is to hold besides, see `Study.index`.

    Raises
    ------
    InputError
    """
    checked = matches.checked
    for digits in sorted({one.digits for one in (*checked.applied.values(), *checked.bound.values())}):
        matches.recorded(digits)  # rows are put in order once, where they stand
    put: dict[PlacedStep, frozenset[tuple[str, int]]] = {}
    config, reread = checked.config, False
    inputs = checked.inputs
    for placed in chain.steps:
        step = placed.step
        with told_of_step(placed):
            if isinstance(step, Options | Weights):
                given = step.given if isinstance(step, Options) else {"weights": step.value}
                given = {key: value for key, value in given.items() if value != "fixed"}
                config = msgspec.structs.replace(config, options=msgspec.structs.replace(config.options, **given))
                reread = reread or any(key in given for key in READ_BY)
            elif isinstance(step, BasePeriod):
                given = {key: getattr(step, key) for key in ("periods", "first_year", "applied_year")}
                given = {key: value for key, value in given.items() if value is not None}
                config = msgspec.structs.replace(config, base=msgspec.structs.replace(config.base, **given))
            elif isinstance(step, Put):
                pieces, put[placed] = _put(checked, placed, step)
                kept = [_without(piece, put[placed]) for piece in getattr(inputs, step.schedule)]
                schedules = {step.schedule: [*kept, *pieces]}
                inputs = replace(
                    inputs, applied=schedules.get("applied", inputs.applied), bound=schedules.get("bound", inputs.bound)
                )
                reread = True
    new = _checked_anew(checked, config, inputs, chain, reread)
    new = _with_partners(new, own.facts, chain)
    anew = Matches(new)
    index = prepared_for(anew, index_of(anew), [chain], counts=counts)
    index = with_counts(anew, index) if counts else index
    if records or new.options.min_value > 0.0:
        index = with_records(anew, index)
    return Remade(index, put)


def _checked_anew(checked: Checked, config: Any, inputs: Any, chain: Chain, reread: bool) -> Checked:
    last = [placed for placed in chain.steps if isinstance(placed.step, Put | BasePeriod | Options)]
    if not last:
        return replace(checked, config=config)
    with told_of_step(last[-1]):
        if reread:
            return check_inputs(config, inputs)
        serving = make_serving(config.base, checked.trade.periods, sorted(checked.applied), sorted(checked.bound))
        return replace(checked, config=config, serving=serving)


def _with_partners(checked: Checked, facts: dict[str, Any], chain: Chain) -> Checked:
    """Return a study in which partners count that steps take back in."""
    steps = [placed for placed in chain.steps if isinstance(placed.step, Include | Exclude | Only)]
    if not any(isinstance(placed.step, Include) for placed in steps):
        return checked
    trade = checked.trade
    own = {
        "partners": trade.partners, "trade_periods": trade.periods,
        "regions": checked.partners.regions_of(trade.partners),
        "excluded": [np.flatnonzero(some).tolist() for some in trade.excluded],
    }  # fmt: skip
    _, included = partners_of(facts | own, steps)
    excluded = readonly(trade.excluded & ~included.T, np.bool_)
    return replace(checked, trade=replace(trade, excluded=excluded))


def _put(checked: Checked, placed: PlacedStep, step: Put) -> tuple[list[Piece], frozenset[tuple[str, int]]]:
    """Read the schedules that a step puts in place."""
    pieces = read_files([Path(step.value)], schedule.COLUMNS, {}, Path(step.value).parent)
    years = sorted({year for piece in pieces for year in np.unique(_years(piece)).astype(int).tolist()})
    known = sorted(checked.schedules(step.schedule))
    for year in years:
        if year not in known:
            raise wrong_step(
                placed, f"puts a year in place that the study has no {step.schedule} schedule of", "put", year,
                f"one of {', '.join(map(str, known)) or 'none'}",
            )  # fmt: skip
    return pieces, frozenset((step.schedule, year) for year in years)


def _years(piece: Piece) -> np.ndarray:
    values, bad = number_column(piece, "year")
    if bad.any():
        raise InputError(
            "not a year", file=piece.label, row=int(np.argmax(bad)) + 1, column="year",
            expected="a whole number such as 2012",
        )  # fmt: skip
    return values


def _without(piece: Piece, put: frozenset[tuple[str, int]]) -> Piece:
    """Return a schedule without the years that are put in place."""
    left = ~np.isin(_years(piece), sorted(year for _, year in put))
    return replace(piece, table=piece.table.filter(pa.array(left)))


def with_weights_of(index: SortedIndex, own: SortedIndex) -> SortedIndex:
    """Return an index with the weights of another; a line that that one lacks weighs nothing."""
    imports, matched = np.zeros(index.lines.key.size), np.zeros(index.lines.key.size, dtype=bool)
    places = {(side.kind, side.year): side for side in reversed(own.sides)}
    for side in index.sides:
        there = places.get((side.kind, side.year))
        if there is None or there.digits != side.digits:
            continue
        here = np.arange(side.first, side.last)
        known = own.lines.key[there.first : there.last]
        at = np.minimum(np.searchsorted(known, index.lines.key[here]), known.size - 1)
        same = known[at] == index.lines.key[here]
        imports[here[same]] = own.lines.imports[there.first + at[same]]
        matched[here[same]] = own.lines.matched[there.first + at[same]]
    lines = index.lines._replace(imports=readonly(imports, np.float64), matched=readonly(matched, np.bool_))
    return replace(index, lines=lines, saved=None)
