"""Figures of results on matplotlib axes: what can be asked for; `fastavs.report` draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastavs.arguments import a_text, a_year, or_none, takes
from fastavs.results.above import from_report

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True, repr=False)
class RatesPlots:
    """The figures of the report, one by one.

    Each call takes the axes to draw on, or makes a figure of its own, and returns the axes. pyplot is neither used nor
    changed; a figure of its own shows itself in a notebook, and ``ax.figure.savefig("path.png")`` keeps it.

    Examples
    --------
    >>> import fastavs as fa
    >>> study = fa.Study(
    ...     trade={"period": ["2020"], "line": ["2203000100"], "partner": ["DEU"],
    ...            "value": [900.0], "quantity": [1000.0], "unit": ["l"]},
    ...     applied={"year": [2020], "line": ["2203000100"], "duty": ["0.018 USD/l"]}, name="beer", note="made up",
    ... )
    >>> ax = study.rates().plot.path()
    >>> ax.get_title(loc="left"), [text.get_text() for text in ax.texts][-1]
    ('Simple mean rate', 'beer (made up), basis of values not stated, USD')
    """

    _rates: Any

    @takes(mean=a_text)
    def path(self, ax: Axes | None = None, *, mean: str = "simple") -> Axes:
        """Draw a mean rate over the years, with and without the specific parts, and published figures beside it.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
        mean : {"simple", "weighted"}
        """
        axes: Axes = from_report("rates_plots", "path")(self._rates, ax, mean)
        return axes

    def histogram(self, ax: Axes | None = None) -> Axes:
        """Draw how many lines are charged how much, in the last year and the one that it is compared with."""
        axes: Axes = from_report("rates_plots", "histogram")(self._rates, ax)
        return axes

    def heat(self, ax: Axes | None = None) -> Axes:
        """Draw the simple mean of every chapter in every year."""
        axes: Axes = from_report("rates_plots", "heat")(self._rates, ax)
        return axes

    @takes(grouping=or_none(a_text))
    def groups(self, ax: Axes | None = None, *, grouping: str | None = None) -> Axes:
        """Draw the simple mean of every group in the last year and the one that it is compared with.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
        grouping : str, optional
            "chapter", or a name under ``[groups]`` of the study; what the report shows by default.
        """
        axes: Axes = from_report("rates_plots", "groups")(self._rates, ax, grouping)
        return axes

    @takes(year=or_none(a_year))
    def binding(self, ax: Axes | None = None, *, year: int | None = None) -> Axes:
        """Draw where specific parts set the duty, chapter by chapter; in the last year by default."""
        axes: Axes = from_report("rates_plots", "binding")(self._rates, ax, year)
        return axes

    @takes(code=or_none(a_text), year=or_none(a_year))
    def line(self, code: str | None = None, ax: Axes | None = None, *, year: int | None = None) -> Axes:
        """Draw the duty of a line over unit value, and the observations behind its rate.

        Parameters
        ----------
        code : str, optional
            A tariff line, in digits or as it is printed; one is chosen by default.
        ax : matplotlib.axes.Axes, optional
        year : int, optional
            The last by default.
        """
        axes: Axes = from_report("rates_plots", "line")(self._rates, code, ax, year)
        return axes

    def __repr__(self) -> str:
        return _calls("rates", ("path", "histogram", "heat", "groups", "binding", "line"))


@dataclass(frozen=True, slots=True, repr=False)
class SweepPlots:
    """Figures of scenarios; axes as for `RatesPlots`."""

    _sweep: Any

    @takes(column=a_text, baseline=or_none(a_text))
    def path(
        self, ax: Axes | None = None, *, column: str = "weighted_mean_unadjusted", baseline: str | None = None
    ) -> Axes:
        """Draw a mean of every scenario over the years, beside the baseline.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
        column : str
            A column of the summary that is a rate.
        baseline : str, optional
            The name of a scenario; the first that changes nothing by default.
        """
        axes: Axes = from_report("sweep_plots", "path")(self._sweep, ax, column, baseline)
        return axes

    @takes(column=a_text, of=or_none(a_text))
    def fan(self, ax: Axes | None = None, *, column: str = "weighted_mean_unadjusted", of: str | None = None) -> Axes:
        """Draw how a mean is spread over the draws of one scenario, year by year.

        Draws of one scenario have a `Resample` each and differ in nothing else.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
        column : str
            A column of the summary that is a rate.
        of : str, optional
            The name of a scenario, drawn or not: the draws with the same other changes are taken. By default those of
            the study as it is, or of the only scenario that has draws.
        """
        axes: Axes = from_report("sweep_plots", "fan")(self._sweep, ax, column, of)
        return axes

    def __repr__(self) -> str:
        return _calls("sweep", ("path", "fan"))


def _calls(result: str, names: tuple[str, ...]) -> str:
    return f"<figures: {', '.join(f'{result}.plot.{name}()' for name in names)}>"
