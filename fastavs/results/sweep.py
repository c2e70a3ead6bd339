"""`Sweep`: what came of many scenarios."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fastavs.arguments import a_text, takes
from fastavs.errors import InputError, did_you_mean
from fastavs.results.summary import summary_columns
from fastavs.scenario.scenario import Scenario
from fastavs.tables.arrow import labels


@dataclass(frozen=True, repr=False)
class Sweep:
    """What came of a sweep.

    Attributes
    ----------
    scenarios : tuple of Scenario
    years : tuple of int
    outputs : tuple of str
        Columns of the summary that were asked for.
    figures : float64[scenarios, years, columns of the summary after `lines`]
        NaN = null, or not asked for.
    lines : int64[years]
    groups : dict of str to pyarrow.Table
        By grouping, where asked for.
    chosen : pyarrow.Table or None
        Rates of the chosen lines, where asked for.
    warnings : tuple of str
        What most likely is a mistake in the scenarios and stops nothing: prefixes that begin no code.
    """

    scenarios: tuple[Scenario, ...]
    years: tuple[int, ...]
    outputs: tuple[str, ...]
    figures: np.ndarray
    lines: np.ndarray
    groups: dict[str, pa.Table]
    chosen: pa.Table | None
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        many = len(self.scenarios)
        years = dict.fromkeys((self.years[0], self.years[-1]))
        parts = [f"{many} scenario{'s' if many > 1 else ''}", " to ".join(map(str, years))]
        parts += [self.outputs[0] if len(self.outputs) == 1 else f"{len(self.outputs)} columns"]
        parts += [f"by {title}" for title in self.groups]
        parts += [] if self.chosen is None else ["chosen lines"]
        return f"<Sweep: {', '.join(parts)}>"

    def summary(self) -> pa.Table:
        """Return a row per scenario and year: `scenario`, `year` and the columns asked for."""
        n, y = self.figures.shape[:2]
        scenario = labels(np.repeat(np.arange(n), y), [one.name for one in self.scenarios])
        return pa.table({"scenario": scenario} | summary_columns(self.years, self.lines, self.figures, self.outputs))

    @takes(grouping=a_text)
    def by(self, grouping: str) -> pa.Table:
        """Return a row per scenario, group and year, for a grouping that was asked for."""
        if grouping not in self.groups:
            known = list(self.groups)
            raise InputError(
                "the sweep was not asked for that grouping", value=grouping,
                expected=", ".join(known) + "." + did_you_mean(grouping, known) if known else None,
                cure=f'sweep(..., by=["{grouping}"])',
            )  # fmt: skip
        return self.groups[grouping]
