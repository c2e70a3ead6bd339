"""Figures of tariff functions on matplotlib axes: what can be asked for; `fastavs.report` draws them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastavs.arguments import a_text, a_year, any_number, misfit, or_none, takes, texts
from fastavs.models.asked import one_of
from fastavs.results.above import from_report

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _a_span(name: str, value: Any) -> tuple[float, float]:
    """Take the two ends of a range of factors."""
    expected = "two factors, the lesser first, such as (0.5, 2.0)"
    try:
        low, high = (any_number(name, one) for one in value)
    except (TypeError, ValueError):
        raise misfit(name, value, expected) from None
    if not 0.0 <= low < high < math.inf:
        raise misfit(name, f"{low:g} to {high:g}", expected)
    return low, high


@dataclass(frozen=True, slots=True, repr=False)
class FunctionPlots:
    """Figures of a tariff function.

    Each call takes the axes to draw on, or makes a figure of its own, and returns the axes. pyplot is neither used nor
    changed; a figure of its own shows itself in a notebook, and ``ax.figure.savefig("path.png")`` keeps it.

    Examples
    --------
    >>> import fastavs as fa
    >>> study = fa.Study(
    ...     trade={"period": ["2020"], "line": ["2203000100"], "partner": ["DEU"],
    ...            "value": [1000.0], "quantity": [1000.0], "unit": ["l"]},
    ...     applied={"year": [2020], "line": ["2203000100"], "duty": ["max(25%, 0.125 USD/l)"]}, name="beer",
    ... )
    >>> f = fa.tariff_function(study, sectors={"2203": "beer"}, regions="all")
    >>> ax = f.plot.curve(span=(1.0, 4.0))
    >>> ax.get_title(loc="left"), [text.get_text() for text in ax.texts][-1]
    ('beer: tariff as specific duties move, 2020', 'beer, basis of values not stated, USD')
    >>> ax.lines[0].get_xydata().tolist()  # the kink is where 0.125 USD/l reach 25 %
    [[1.0, 25.0], [2.0, 25.0], [4.0, 50.0]]
    """

    _function: Any

    @takes(sector=or_none(texts), region=or_none(texts), year=or_none(a_year), currency=or_none(a_text), span=_a_span)
    def curve(
        self,
        sector: str | Sequence[str] | None = None,
        region: str | Sequence[str] | None = None,
        year: int | None = None,
        currency: str | None = None,
        span: tuple[float, float] = (0.5, 2.0),
        ax: Axes | None = None,
    ) -> Axes:
        """Draw tariffs of cells, in percent, as a factor on their specific duties moves. Every kink is exact.

        Parameters
        ----------
        sector, region : str or sequence of str, optional
            The cells are those of all sectors with all regions named, ten at most. Where one is left out and there are
            more than five, the five are taken that pay most specific duty at the base.
        year : int, optional
            The last by default.
        currency : str, optional
            The factor is on this currency's exchange rate; by default on all specific duties.
        span : tuple of float
            The least and the greatest factor.
        ax : matplotlib.axes.Axes, optional

        Raises
        ------
        InputError
            No such sector, region, year or currency; more than ten cells; none whose tariff is known; none named, and
            none pays specific duty.
        """
        axes: Axes = from_report("function_plots", "curve")(self._function, ax, sector, region, year, currency, span)
        return axes

    @takes(year=or_none(a_year), what=one_of("rate", "specific"))
    def cells(self, year: int | None = None, what: str = "rate", ax: Axes | None = None) -> Axes:
        """Draw the tariff of every sector and region at the base, or what specific duties are of it.

        Parameters
        ----------
        year : int, optional
            The last by default.
        what : {"rate", "specific"}
        ax : matplotlib.axes.Axes, optional

        Raises
        ------
        InputError
            No such year.
        """
        axes: Axes = from_report("function_plots", "cells")(self._function, ax, year, what)
        return axes

    def __repr__(self) -> str:
        return "<figures: f.plot.curve(), f.plot.cells()>"
