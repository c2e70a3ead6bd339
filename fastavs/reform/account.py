"""What scenarios touch, step by step, before anything is worked out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from fastavs.codes import Grouping
from fastavs.duty.expr import Percent, Specific
from fastavs.evaluation.partners import Priced, touched
from fastavs.index.sorted_index import SortedIndex
from fastavs.reform import edits
from fastavs.reform.carrying import remade_for
from fastavs.reform.chains import checked_chain
from fastavs.reform.observed import NONE
from fastavs.reform.ordering import order_notes
from fastavs.reform.remade import Remade
from fastavs.reform.selecting import selecting_of
from fastavs.reform.steps import Carrier, Done
from fastavs.reform.trade import chosen_prefixes, left_of
from fastavs.scenario.chain import Chain, PlacedStep
from fastavs.scenario.scenario import Scenario
from fastavs.scenario.step import DutyStep
from fastavs.scenario.step_duties import Scale, Tariffication
from fastavs.scenario.step_trade import Exclude, Fx, Include, Only, Price
from fastavs.scenario.step_years import Put
from fastavs.scenario.steps import verb_of
from fastavs.scenario.written import as_text
from fastavs.shown.card import Card, Grid
from fastavs.shown.words import plural
from fastavs.tables.frames import Tabular

if TYPE_CHECKING:
    from fastavs.matching.given import HasMatches

_SAME = 1e-12  # rates that differ by no more are the same
SCHEMA = pa.schema(
    [
        ("scenario", pa.string()),
        ("step", pa.int64()),
        ("written_in", pa.string()),
        ("number", pa.int64()),
        ("verb", pa.string()),
        ("lines", pa.int64()),
        ("lines_by_year", pa.list_(pa.struct([("year", pa.int64()), ("lines", pa.int64())]))),
        ("changed", pa.int64()),
        ("changed_by_year", pa.list_(pa.struct([("year", pa.int64()), ("lines", pa.int64())]))),
        ("trade", pa.float64()),
        ("share", pa.float64()),
        ("partners", pa.int64()),
        ("became_zero", pa.int64()),
        ("rate_found", pa.int64()),
        ("now_outliers", pa.int64()),
        ("no_longer_outliers", pa.int64()),
        ("left_as_they_are", pa.int64()),
        ("notes", pa.list_(pa.string())),
    ]
)


@dataclass(frozen=True, repr=False)
class Account(Tabular):
    """What scenarios touch, a row a step. Whoever speaks Arrow takes it for its table.

    Attributes
    ----------
    title : str
        The study's name with its note and value basis.
    rows : tuple of dict
    """

    title: str
    rows: tuple[dict[str, Any], ...] = field(repr=False)

    @cached_property
    def table(self) -> pa.Table:
        """A row for each step of each scenario, its bases' among them.

        ``scenario``, ``step`` (from 1); where it is ``written_in`` and under which ``number``; ``verb``; ``lines``,
        the most of any year, and ``lines_by_year``; of those the lines that the step really ``changed``, and
        ``changed_by_year``, in a step on duties: lines that come to another rate, or that have another duty and
        no known rate, or that
        `tariffication` turns; the ``trade`` of all its lines in the last of those years (study's currency) and
        its ``share`` in that year's weights, or for a step on trade the trade that it is of; ``partners`` touched;
        purely specific duties that ``became_zero``, and lines whose ``rate_found``, null before and known after, both
        as the most of any year; observations that are ``now_outliers`` or are so ``no_longer``; duties
        ``left_as_they_are`` for want of a rate; and ``notes`` in words. Null where nothing is counted.
        """
        return pa.Table.from_pylist(list(self.rows), schema=SCHEMA)

    def _frame(self) -> pa.Table:
        return self.table

    @property
    def warnings(self) -> tuple[str, ...]:
        """What most likely is a mistake, or what a reader should know."""
        return tuple(
            f'The scenario "{row["scenario"]}", step {row["step"]} ({row["verb"]}): {note}'
            for row in self.rows
            for note in row["notes"]
        )

    def __repr__(self) -> str:
        from fastavs.shown.text import as_text

        return as_text(self._card())

    def _repr_html_(self) -> str:
        from fastavs.shown.html import as_html

        return as_html(self._card())

    def _card(self) -> Card:
        rows = tuple(
            (row["scenario"], f"{row['step']} {row['verb']}", _years_told(row), _count(row["lines"]),
             _count(row["changed"]), "" if row["share"] is None else f"{100 * row['share']:.1f} %")
            for row in self.rows
        )  # fmt: skip
        grid = Grid(("scenario", "step", "years", "lines", "changed", "trade"), rows, 3)
        names = dict.fromkeys(row["scenario"] for row in self.rows)
        return Card("Account", plural(len(names), "scenario"), self.title, grid=grid, cautions=self.warnings)


def _count(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def still_years(row: dict[str, Any]) -> list[int]:
    """Return the years of which a step has lines and changes no duty; none where it changes no duty at all."""
    if not row["changed"]:
        return []
    pairs = zip(row["lines_by_year"], row["changed_by_year"], strict=True)
    return [one["year"] for one, changed in pairs if one["lines"] and not changed["lines"]]


def _years_told(row: dict[str, Any]) -> str:
    years = [one["year"] for one in row["lines_by_year"] or () if one["lines"]]
    if not years:
        return ""
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"


def account_of(
    index: SortedIndex, scenarios: Sequence[Scenario], study: HasMatches | None = None
) -> Iterator[dict[str, Any]]:
    """Give what each step of each scenario touches; no summary is computed.

    Raises
    ------
    InputError
        A step that does not fit the study, or that the index was not prepared for.
    """
    for scenario in scenarios:
        if not scenario.has_steps:
            continue
        chain = checked_chain(scenario, scenarios)
        anew = remade_for(index, chain, study, line_by_line=True)
        left_of(anew.index, chain)
        yield from _Accounting(anew, chain).rows()


class _Accounting:
    """The steps of one scenario, accounted for."""

    def __init__(self, anew: Remade, chain: Chain) -> None:
        self.index, self.chain, self.anew = anew.index, chain, anew
        self.carrier = Carrier(anew.index, chain, selecting_of(anew.index))
        self.done: list[Done] = []

    def rows(self) -> Iterator[dict[str, Any]]:
        for step, placed in enumerate(self.chain.steps, start=1):
            row: dict[str, Any] = dict.fromkeys(SCHEMA.names)
            row |= {
                "scenario": self.chain.name, "step": step, "written_in": placed.scenario, "number": placed.number,
                "verb": verb_of(placed.step), "notes": [],
            }  # fmt: skip
            if isinstance(placed.step, DutyStep):
                self._of_duties(placed, row)
            elif isinstance(placed.step, Price | Exclude | Only | Include):
                self._of_trade(placed, row)
            elif isinstance(placed.step, Fx):
                self._of_currencies(placed, row)
            elif isinstance(placed.step, Put):
                self._of_put(placed, row)
            yield row

    def _of_duties(self, placed: PlacedStep, row: dict[str, Any]) -> None:
        later = self.chain.steps[self.chain.steps.index(placed) :]
        self.carrier.put = frozenset(one for put in later for one in self.anew.put.get(put, ()))
        done = self.carrier.carry(placed)
        lines = self.carrier.versions.lines_with(done.versions)
        self._count_lines(lines, row)
        self._count_duties(done, row)
        notes = row["notes"]
        if not done.versions.size:
            notes.append("it touches nothing: no line has such a duty")
        elif (done.before == done.after).all():
            notes.append("it changes no duty")
        for key, codes in done.unmatched:
            for code in codes[:8]:
                notes.append(f"{code} ({key}) begins no line.{selecting_of(self.index).near(code)}")
            notes += [f"and {len(codes) - 8} more of {key}"] if len(codes) > 8 else []
        for one in self.chain.lists:
            longer = sum(len(code) > max(side.digits for side in self.index.sides) for code in one.codes)
            if one.name in placed.step.selection.named_lists and longer:  # type: ignore[union-attr]
                notes.append(f"{plural(longer, 'code')} of the list {one.name} cut to the tariff's length")
        if isinstance(placed.step, Scale) and 0 < placed.step.value <= Fraction(1, 5):
            cut = as_text(1 - placed.step.value).replace("%", " %")
            notes.append(f"it is a cut of {cut}: {as_text(placed.step.value).replace('%', ' %')} of the duty is left")
        notes += order_notes(self.carrier, self.done, done)
        self.done.append(done)

    def _by_year(self, lines: np.ndarray) -> list[dict[str, int]]:
        """Count lines of years (bool[h]) by year."""
        spans = selecting_of(self.index).spans
        return [{"year": one.year, "lines": int(lines[one.first : one.last].sum())} for one in spans]

    def _count_lines(self, lines: np.ndarray, row: dict[str, Any]) -> None:
        """Count lines of years (bool[h]), and what their trade weighs in the last year."""
        index = self.index
        by_year, last = self._by_year(lines), None
        for span in selecting_of(index).spans:
            last = span if lines[span.first : span.last].any() else last
        row["lines_by_year"] = by_year
        row["lines"] = max((one["lines"] for one in by_year), default=0)
        row["trade"], row["share"] = 0.0, 0.0
        if last is not None:
            weight = index.line_weights[last.first : last.last]
            row["trade"] = float(weight[lines[last.first : last.last]].sum())
            row["share"] = row["trade"] / float(weight.sum()) if weight.sum() > 0 else None

    def _count_duties(self, done: Done, row: dict[str, Any]) -> None:
        """Count what became of duties and of the observations behind them."""
        book, observed, versions = self.carrier.book, self.carrier.observed, self.carrier.versions
        row["left_as_they_are"] = int(done.left.size)
        purely = book.which(done.before, lambda expr: not any(isinstance(one, Percent) for one in edits.leaves(expr)))
        nothing = book.which(done.after, lambda expr: expr == edits.NOTHING)
        amounts = book.which(done.before, lambda expr: any(isinstance(one, Specific) for one in edits.leaves(expr)))
        row["became_zero"] = self._most(versions.lines_with(done.versions[purely & amounts & nothing]))
        if row["became_zero"]:
            row["notes"].append(f"{plural(row['became_zero'], 'line')} with a purely specific duty came to 0 %")
        moved = np.flatnonzero(done.before != done.after)
        line = versions.line[done.versions[moved]]
        rate, kept = [], []
        owners = []
        for duty in (done.before[moved], done.after[moved]):
            owner, _ = observed.owners(line, duty)
            found = observed.figures(line, duty, owner, self.index.facts["outlier"])
            rate.append(found.rate)
            kept.append(found.kept)
            owners.append(owner)
        other = ~(np.abs(rate[1] - rate[0]) <= _SAME) | isinstance(done.placed.step, Tariffication)
        row["changed_by_year"] = self._by_year(versions.lines_with(done.versions[moved[other]]))
        row["changed"] = max((one["lines"] for one in row["changed_by_year"]), default=0)
        known = versions.lines_with(done.versions[moved[np.isnan(rate[0]) & ~np.isnan(rate[1])]])
        row["rate_found"] = self._most(known)
        both = (owners[0] == owners[1]) & (owners[0] != NONE)
        group = np.concatenate((self.index.lines.group, self.index.others.group))[np.maximum(owners[0], 0)]
        cases = np.stack([group, done.before[moved], done.after[moved], observed.context[line]])[:, both]
        _, first = np.unique(cases, axis=1, return_index=True)
        apart = (kept[1] - kept[0])[both][first]
        row["now_outliers"], row["no_longer_outliers"] = int(-apart[apart < 0].sum()), int(apart[apart > 0].sum())

    def _most(self, lines: np.ndarray) -> int:
        """Return how many lines of years there are in the year that has most; `lines` is bool[h]."""
        return max((int(lines[span.first : span.last].sum()) for span in selecting_of(self.index).spans), default=0)

    def _of_trade(self, placed: PlacedStep, row: dict[str, Any]) -> None:
        """Count the trade that a step on prices or partners is of."""
        step = placed.step
        assert isinstance(step, Price | Exclude | Only | Include)
        facts, records = self.index.facts, self.index.records
        who = touched(facts, Priced(step.partners, step.regions, (), step.periods, None))
        if isinstance(step, Only):
            within = np.array([step.periods is None or one in step.periods for one in facts["trade_periods"]])
            who = ~who & within[:, None]
        row["partners"] = int(who.any(axis=0).sum())
        if not records.code_key.size:
            return
        period = np.repeat(records.period, np.diff(records.start))
        chosen = who[period, records.partner]
        if isinstance(step, Price) and not step.selection.is_everything:
            code = np.repeat(np.arange(records.code_key.size), np.diff(records.start[records.code_cell]))
            chosen &= self._codes(placed, step)[code]
        tables = len({side.digits for side in self.index.sides})
        row["trade"] = float(records.value[chosen].sum()) / tables
        row["share"] = row["trade"] * tables / float(records.value.sum())
        if not chosen.any():
            row["notes"].append("it touches nothing: no trade is of such partners, periods and codes")

    def _codes(self, placed: PlacedStep, step: Price) -> np.ndarray:
        prefixes, members = chosen_prefixes(self.index, self.chain, placed, step.selection)
        grouping = Grouping("", tuple(prefixes), tuple(members), {})
        key, digits = self.index.records.code_key, self.index.records.code_digits
        found = np.zeros(key.size, dtype=bool)
        for length in np.unique(digits).tolist():
            some = np.flatnonzero(digits == length)
            names, member = grouping.assign(key[some], length)
            found[some] = member == names.index("in") if "in" in names else False
        return found

    def _of_currencies(self, placed: PlacedStep, row: dict[str, Any]) -> None:
        """Count the lines that have an amount in a currency."""
        step = placed.step
        assert isinstance(step, Fx)
        named = {one.currency for one in step.value}
        versions = self.carrier.versions
        has = self.carrier.book.which(
            versions.duty,
            lambda expr: any(isinstance(one, Specific) and one.currency in named for one in edits.leaves(expr)),
        )
        self._count_lines(versions.lines_with(np.flatnonzero(has)), row)
        if not has.any():
            row["notes"].append("it touches nothing: no duty has an amount in that currency")

    def _of_put(self, placed: PlacedStep, row: dict[str, Any]) -> None:
        """Count the lines that rest on schedules put in place, and tell of steps that this undoes."""
        put = self.anew.put[placed]
        versions, sides = self.carrier.versions, self.index.sides
        of_line = np.repeat(
            [(side.kind, side.year) in put for side in sides], [side.last - side.first for side in sides]
        )
        self._count_lines(versions.lines_with(np.flatnonzero(of_line[versions.line])), row)
        before = self.chain.steps[: self.chain.steps.index(placed)]
        if any(isinstance(one.step, DutyStep) for one in before):
            years = sorted({year for _, year in put})
            row["notes"].append(
                f"steps before it say nothing of the {placed.step.schedule} schedule of {', '.join(map(str, years))}"  # type: ignore[union-attr]
            )
