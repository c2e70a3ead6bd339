"""One scenario with all its lines, that which changes nothing by default: what `Study.rates` rests on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fastavs.evaluation.blocks import Block, all_figures, singles_of, under
from fastavs.evaluation.lines import LineColumns, LineFigures, columns_of, line_figures, newly_matched
from fastavs.evaluation.plan import make_plan
from fastavs.evaluation.rows import alone
from fastavs.evaluation.workplace import Workplace
from fastavs.index.lines_of_years import LineLayout, Members
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.groups import group
from fastavs.progress import quiet
from fastavs.scenario.scenario import Scenario

NOTHING = Scenario("as it is")


@dataclass(frozen=True)
class AsItIs:
    """An index evaluated for one scenario; each part when first asked for.

    Attributes
    ----------
    index : SortedIndex
        With its lines' counts of observations that lack a quantity.
    scenario : Scenario
        That which changes nothing by default.
    """

    index: SortedIndex
    scenario: Scenario = NOTHING

    @cached_property
    def layout(self) -> LineLayout:
        """All lines of all years."""
        return self.index.lines_of_years.every

    @cached_property
    def summary(self) -> np.ndarray:
        """The summary's columns from `specific_lines` on, float64[years, 17]; as a sweep has them, to the bit."""
        return all_figures(self.index, (self.scenario,), True, Workplace(None, 1), quiet)[0][0]

    @cached_property
    def _worked(self) -> tuple[SortedIndex, LineFigures]:
        """What every line is charged, and the index with the trade that the scenario leaves."""
        plan = make_plan(self.index, (self.scenario,))
        block: Block = next(singles_of(plan, (self.scenario,)))
        plan, rows, block = under(plan, block)
        if plan.changes is not None:
            from fastavs.evaluation.changed_trade import with_counts  # most sweeps change no trade

            plan = with_counts(plan)
        matched = newly_matched(plan.index, block.alone)
        return plan.index, line_figures(plan, rows, alone(block.factors, 0), self.layout, matched)

    @property
    def figures(self) -> LineFigures:
        """What every line is charged."""
        return self._worked[1]

    @property
    def under(self) -> SortedIndex:
        """The index with the trade that the scenario leaves: what lines weigh is said there."""
        return self.index if self.scenario.leaves_all else self._worked[0]

    @cached_property
    def columns(self) -> LineColumns:
        """The columns of ``rates.parquet``."""
        return columns_of(self.under, self.layout, self.figures)

    def work_out(self) -> None:
        """Work out what everybody asks for: every line's figures and the summary."""
        _ = self.figures, self.summary

    def groups(self, grouping: str) -> tuple[Members, np.ndarray]:
        """Return the groups of a grouping, and their figures: float64[6, g], see `fastavs.kernels.groups.group`."""
        found = self.index.lines_of_years.members(grouping)
        figures = np.empty((6, len(found.labels)))
        group(self.under.grouped(found), self.figures.governing, figures)
        return found, figures
