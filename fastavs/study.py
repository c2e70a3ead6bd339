"""A study: inputs bound together, checked, and asked for rates."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from fastavs.arguments import (
    a_mapping,
    a_path,
    a_progress,
    a_text,
    a_year,
    mapping_of,
    mappings,
    or_none,
    some,
    takes,
    whole,
)
from fastavs.checked import Checked, check_inputs
from fastavs.errors import InputError
from fastavs.inputs.config import StudyConfig, check_config, load_config, plain
from fastavs.inputs.given import inputs_given
from fastavs.inputs.in_python import in_python
from fastavs.inputs.options import Options
from fastavs.inputs.set_aside import SetAside
from fastavs.inputs.tables import read_inputs
from fastavs.matching.matches import Matches
from fastavs.progress import Progress, compiling_told, quiet
from fastavs.results.faults import cautions_of
from fastavs.scenario.scenario import a_scenario, scenarios_given
from fastavs.tables.frames import Tabular
from fastavs.tables.tables import file_digest
from fastavs.warned import Caution, warn_of

if TYPE_CHECKING:
    import pyarrow as pa

    from fastavs.index.sorted_index import SortedIndex
    from fastavs.results.rates import Rates
    from fastavs.results.sampling_error import SamplingError
    from fastavs.scenario.scenario import Scenario


P = ParamSpec("P")
R = TypeVar("R")


_years = some(a_year, "a year, or years")


def _in_own_words(method: Callable[P, R]) -> Callable[P, R]:
    """Name settings in a study's errors as the study was given: as arguments, or as keys of a study file."""

    @functools.wraps(method)
    def call(*given: P.args, **named: P.kwargs) -> R:
        try:
            return method(*given, **named)
        except InputError as error:
            study = given[0]
            raise error.said(in_python) if isinstance(study, Study) and study._from_python else error from None

    return call


class Study(Tabular):
    """Trade, schedules, exchange rates and choices, bound together.

    Whoever speaks Arrow takes a study for `duties`, its tariff as read.

    Parameters
    ----------
    trade, applied : dataframe, path, or list of them
        Native tables (see the README): anything that speaks Arrow (pyarrow, pandas, polars and its lazy frames,
        DuckDB), a mapping of columns, or the path of a file as a study names it, patterns included.
    bound, fx, partners, drop : dataframe or path, optional
        Further native tables. `partners` may also be a mapping with the keys of ``[partners]`` in a study file.
    groups : mapping of str to dataframe or path, optional
        Groupings by name.
    published : mapping of str to dataframe or path, optional
        Figures by others to stand beside the study's own, by the keys of ``[published]`` in a study file.
    name, note : str
        Shown on everything made from the study.
    currency : str
        What values are in.
    value_basis : {"CIF", "FOB", "not stated"}
        What the values are, freight and insurance included or not.
    schedules, base, options : mapping, optional
        The keys of ``[schedules]`` (dollar, decimal, unreadable), ``[base]`` and ``[options]`` in a study file.
    trade_options : mapping, optional
        The keys of ``[trade]`` in a study file, other than files, columns and read.
    valuation, bridges : list of mappings, optional
        As ``[[valuation]]`` and ``[[bridges]]`` in a study file.
    columns : mapping of str to mapping, optional
        For "trade", "schedules", "fx", "partners" or "drop": native column names to the names that the dataframe uses.
    numbers : mapping of str to mapping, optional
        For "fx" or "published": how text prints numbers, by the keys ``decimal`` and ``thousands`` of that section of
        a study file. Those of trade stand in `trade_options`.

    Raises
    ------
    InputError
        Anything wrong with the inputs; the message names table, row, column and value, and how to mend it.

    Examples
    --------
    >>> import fastavs as fa
    >>> study = fa.Study(
    ...     trade={
    ...         "period": ["2020", "2020"], "line": ["2203000100", "2203000100"], "partner": ["DEU", "CZE"],
    ...         "value": [900.0, 600.0], "quantity": [1000.0, 500.0], "unit": ["l", "l"],
    ...     },
    ...     applied={"year": [2020], "line": ["2203000100"], "duty": ["0.018 USD/l"]},
    ... )
    >>> round(study.rates().table["rate"][0].as_py(), 6)
    0.0175
    """

    _from_python = True

    @takes(
        name=a_text, note=a_text, currency=a_text, value_basis=a_text, groups=or_none(a_mapping),
        published=or_none(a_mapping), schedules=or_none(a_mapping), base=or_none(a_mapping),
        options=or_none(a_mapping), trade_options=or_none(a_mapping), valuation=mappings, bridges=mappings,
        columns=or_none(mapping_of(mapping_of(a_text))),
        numbers=or_none(mapping_of(mapping_of(a_text))),
    )  # fmt: skip
    @_in_own_words
    def __init__(
        self,
        trade: Any,
        applied: Any,
        *,
        bound: Any = None,
        fx: Any = None,
        partners: Any = None,
        groups: Mapping[str, Any] | None = None,
        published: Mapping[str, Any] | None = None,
        drop: Any = None,
        name: str = "study",
        note: str = "",
        currency: str = "USD",
        value_basis: str = "not stated",
        schedules: Mapping[str, Any] | None = None,
        base: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        trade_options: Mapping[str, Any] | None = None,
        valuation: Sequence[Mapping[str, Any]] = (),
        bridges: Sequence[Mapping[str, Any]] = (),
        columns: Mapping[str, Mapping[str, str]] | None = None,
        numbers: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        lists = partners if isinstance(partners, Mapping) and "partner" not in partners else None
        config = check_config(
            {
                "name": name,
                "note": note,
                "currency": currency,
                "value_basis": value_basis,
                "schedules": dict(schedules or {}),
                "base": dict(base or {}),
                "options": {name: plain(value) for name, value in (options or {}).items()},
                "trade": {name: plain(value) for name, value in (trade_options or {}).items()},
                "valuation": [dict(one) for one in valuation],
                "bridges": [dict(one) for one in bridges],
                "partners": dict(lists or {}),
            },
            "the study",
        )
        if config.trade.files or config.trade.columns or config.trade.read:
            raise InputError("in memory, trade is a table, and its columns are renamed by columns", key="trade_options")
        if config.partners.file or config.partners.columns:
            raise InputError("in memory, partners are lists or a table, not a file", key="partners", value="file")
        listed = config.schedules
        if listed.applied or listed.bound or listed.columns or listed.read:
            raise InputError(
                "in memory, schedules are tables, not files", key="schedules", expected="dollar, decimal, unreadable"
            )
        tables = {
            "trade": trade, "applied": applied, "bound": bound, "fx": fx, "drop": drop, "groups": groups,
            "published": published, "partners": None if lists is not None else partners,
        }  # fmt: skip
        inputs = inputs_given(config, tables, columns or {}, numbers or {})
        self._hold(check_inputs(config, inputs))
        warn_of(lambda: self.warnings)

    @classmethod
    @takes(path=a_path, progress=a_progress)
    def load(cls, path: str | Path, progress: Progress = quiet) -> Study:
        """Read a study file and the tables that it names.

        Parameters
        ----------
        path : path-like
            A TOML file; the paths within are relative to it.
        progress : callable, optional
            Called with a step's name, how much is done, and of how much.

        Raises
        ------
        InputError
            Anything wrong with the study or its data.
        """
        path = Path(path)
        config = load_config(path)
        digest = {path.name: file_digest(path)}
        study = cls.__new__(cls)
        study._from_python = False
        try:
            inputs = read_inputs(config, path, progress)
            progress("checking schedules", 0, 1)
            study._hold(check_inputs(config, inputs, progress))
        except InputError as error:  # what no table is to blame for, the study file is
            raise error.placed(str(path)) from None
        study.checked.study_digest = digest
        warn_of(lambda: study.warnings)
        return study

    def _hold(self, checked: Checked) -> None:
        self.checked = checked
        self.matches = Matches(checked)
        self._index: SortedIndex | None = None
        self._building = threading.Lock()
        self._rates_told = False

    def __repr__(self) -> str:
        if "checked" not in self.__dict__:  # its inputs were refused, and a debugger looks at it
            return object.__repr__(self)
        from fastavs.results.shown import study_card
        from fastavs.shown.text import as_text

        return as_text(study_card(self.checked))

    def _repr_html_(self) -> str:
        from fastavs.results.shown import study_card
        from fastavs.shown.html import as_html

        return as_html(study_card(self.checked))

    @cached_property
    def duties(self) -> pa.Table:
        """The tariff as read: a row per `schedule` ("applied" or "bound"), `year` and `line`, with its `duty`."""
        from fastavs.inputs.tariff import tariff_table

        return tariff_table([*self.checked.applied.values(), *self.checked.bound.values()])

    def _frame(self) -> pa.Table:
        return self.duties

    @property
    def config(self) -> StudyConfig:
        """What the study file says."""
        return self.checked.config

    @property
    def options(self) -> Options:
        """The choices under ``[options]``."""
        return self.checked.options

    @property
    def set_aside(self) -> SetAside:
        """Rows and quantities that take no part, and why."""
        return self.checked.set_aside

    @property
    def title(self) -> str:
        """The study's name with its note and value basis, as shown on everything made from it."""
        return self.checked.title

    @property
    def warnings(self) -> list[str]:
        """What most likely is a mistake and stops nothing: settings that meet nothing, rows that stand twice, ...

        Each is given once as a `fastavs.DataWarning` when the study is made.
        """
        return [*self._said(cautions_of(self.checked))]

    @_in_own_words
    def check(self) -> pa.Table:
        """Make sure that `rates` has every exchange rate it needs, and tell what was found in the data.

        No rate is computed.

        Returns
        -------
        pyarrow.Table
            A row for each finding: ``what`` was found; how many ``rows`` it concerns; their trade ``value`` (study's
            currency) and its ``share`` in all trade read (a fraction); ``cure``. Null where nothing is counted.

        Raises
        ------
        InputError
            An exchange rate that some duty needs is missing.
        """
        from fastavs.results.faults import faults, faults_table

        self.checked.check_exchange_rates()
        return faults_table(self.checked, self._said(faults(self.checked)))

    def _said(self, cautions: Iterable[Caution]) -> list[Caution]:
        """Return cautions in the words in which the study was given."""
        return [one.said(in_python) for one in cautions] if self._from_python else list(cautions)

    @takes(scenarios=scenarios_given, progress=a_progress)
    @_in_own_words
    def index(
        self,
        scenarios: Sequence[Scenario] = (),
        *,
        counts: bool = True,
        records: bool = False,
        progress: Progress = quiet,
    ) -> SortedIndex:
        """Return the study's sorted index, built when first asked for and kept.

        Parameters
        ----------
        scenarios : sequence of Scenario
            An index that has more for the duties that these leave is built for them alone, and not kept.
        counts : bool
            Whether to count observations that lack a quantity, line by line.
        records : bool
            Whether to hold the recorded trade, which changes of the trade need.
        progress : callable, optional
            Called with a step's name, how much is done, and of how much.
        """
        with self._building:
            progress("index", 0, 1)
            with compiling_told(progress, "index"):
                found = self._index_for(scenarios, counts, records)
            progress("index", 1, 1)
        return found

    def _index_for(self, scenarios: Sequence[Scenario], counts: bool, records: bool) -> SortedIndex:
        """Return an index for scenarios; the study's own is kept, one that has more for their sake is not."""
        from fastavs.index.build import index_of
        from fastavs.index.counts import with_counts
        from fastavs.index.records import with_records
        from fastavs.reform.asking import index_for
        from fastavs.scenario.scenario import set_changes

        own = None
        if not set_changes(scenarios):
            own = self._index = index_of(self.matches) if self._index is None else self._index
        found = index_for(self.matches, scenarios, own, counts=counts)
        is_own = own is not None and found.others is own.others
        found = with_counts(self.matches, found) if counts else found
        found = with_records(self.matches, found) if records or self.options.min_value > 0.0 else found
        if is_own:
            self._index = found
        return found

    @takes(progress=a_progress, scenario=or_none(a_scenario))
    def rates(self, progress: Progress = quiet, *, scenario: Scenario | None = None) -> Rates:
        """Compute the rates of every line and year (METHOD.md sections 3 and 4).

        They come from the sorted index, evaluated for one scenario.

        Parameters
        ----------
        progress : callable, optional
            Called with a step's name, how much is done, and of how much.
        scenario : Scenario, optional
            What the study is taken to be; by default as it is. The study's name then has the scenario's beside it.

        Raises
        ------
        InputError
            An exchange rate that some duty needs is missing; a scenario that does not fit the study.

        Examples
        --------
        >>> import fastavs as fa
        >>> study = fa.Study(
        ...     trade={"period": ["2020"], "line": ["2203000100"], "partner": ["DEU"],
        ...            "value": [900.0], "quantity": [1000.0], "unit": ["l"]},
        ...     applied={"year": [2020], "line": ["2203000100"], "duty": ["0.018 USD/l"]}, name="beer",
        ... )
        >>> rates = study.rates(scenario=fa.Scenario("capped", fa.Cap("1%")))
        >>> rates[2020].select(["duty", "rate"]).to_pylist(), rates.checked.config.name
        ([{'duty': 'min(0.018 USD/l, 1%)', 'rate': 0.01}], 'beer, scenario "capped"')
        """
        from fastavs.evaluation.as_it_is import AsItIs
        from fastavs.results.rates import Rates
        from fastavs.results.scale import remarks_of_rates

        if scenario is None:
            rates = Rates(self.checked, self.matches, AsItIs(self.index(progress=progress)))
        else:
            rates = self._rates_under(scenario, progress)
        progress("rates", 0, 1)
        with compiling_told(progress, "rates"):
            rates.found.work_out()
        progress("rates", 1, 1)
        if not self._rates_told:
            self._rates_told = True
            warn_of(lambda: self._said(remarks_of_rates(rates)))
        return rates

    def _rates_under(self, scenario: Scenario, progress: Progress) -> Rates:
        from fastavs.evaluation.partners import trade_of
        from fastavs.reform.as_study import as_study
        from fastavs.reform.chains import changes_trade
        from fastavs.results.rates import Rates

        records = bool(trade_of(scenario)) or changes_trade((scenario,))
        index = self.index((scenario,), counts=True, records=records, progress=progress)
        found = as_study(self, index, scenario)
        if found.cautions:
            warn_of(lambda: found.cautions)
        return Rates(found.checked, found.matches, found.found, scenario, found.cautions)

    @takes(draws=whole(2), seed=whole(0), years=or_none(_years))
    @_in_own_words
    def sampling_error(
        self, draws: int = 100, seed: int = 1, *, years: Sequence[int] | None = None, threads: int | None = None
    ) -> SamplingError:
        """Return how far the rate of each line depends on which partners happened to trade.

        Partners are drawn with replacement, as `Resample` draws them.

        Parameters
        ----------
        draws : int
            All rates of all draws are held at a time: 8 bytes for each draw, line and year.
        seed : int
            The same seed gives the same figures, on any number of threads.
        years : sequence of int, optional
            All by default.
        threads : int, optional
            As many as the process may use by default.

        Returns
        -------
        SamplingError

        Raises
        ------
        InputError
            An exchange rate that some duty needs is missing; a year that the study does not have.
        """
        from fastavs.results.sampling_error import SamplingError, sampling_error

        index = self.index(records=True)
        chosen = index.year_numbers if years is None else years
        for year in chosen:
            if year not in index.year_numbers:
                expected = ", ".join(map(str, index.year_numbers))
                raise InputError("the study has no schedule of that year", key="years", value=year, expected=expected)
        return SamplingError(self.title, draws, sampling_error(index, draws, seed, chosen, threads))

    @takes(line=a_text, year=or_none(a_year))
    def explain(self, line: str, year: int | None = None) -> pa.Table:
        """Return every observation behind one line's rate; see `Rates.observations`."""
        return self.rates().observations(line, year)
