"""A study: inputs bound together, checked, and asked for rates."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from fastavs.errors import InputError, did_you_mean
from fastavs.inputs import fx as fx_module
from fastavs.inputs import partners as partners_module
from fastavs.inputs import published as published_module
from fastavs.inputs import schedule as schedule_module
from fastavs.inputs.config import StudyConfig, check_config, load_config, plain
from fastavs.inputs.fx import Fx
from fastavs.inputs.options import Options
from fastavs.inputs.set_aside import SetAside
from fastavs.inputs.tables import GROUP_COLUMNS, Inputs, bridges_of, grouping_of, read_inputs, valuation_of
from fastavs.matching.years import make_plan
from fastavs.progress import Progress, quiet
from fastavs.tables.sources import MemorySource
from fastavs.tables.tables import Columns, Piece, from_memory
from fastavs.trade import trade as trade_module
from fastavs.trade.rules import COLUMNS as TRADE_COLUMNS
from fastavs.trade.rules import Rules, Tariff
from fastavs.trade.trade import Trade
from fastavs.units.units import KINDS

if TYPE_CHECKING:
    import pyarrow as pa

    from fastavs.matching.basis import Basis
    from fastavs.matching.match import Evaluated, Prepared, YearRates
    from fastavs.matching.recorded import Recorded
    from fastavs.results.rates import Rates

RENAMED = ("trade", "schedules", "fx", "partners", "drop")
_ORDERING = threading.Lock()  # rows are put in order where they stand: by one thread, the others wait


class Study:
    """Trade, schedules, exchange rates and choices, bound together.

    Parameters
    ----------
    trade, applied : dataframe or list of dataframes
        Native tables (see the README): anything that speaks Arrow (pyarrow, pandas, polars, DuckDB), or a mapping
        of columns.
    bound, fx, partners, drop : dataframe, optional
        Further native tables. `partners` may also be a mapping with the keys of ``[partners]`` in a study file.
    groups : mapping of str to dataframe, optional
        Groupings by name.
    published : mapping of str to dataframe, optional
        Figures by others to stand beside the study's own, by the keys of ``[published]`` in a study file.
    name, note : str
        Shown on everything made from the study.
    currency : str
        What values are in.
    value_basis : {"CIF", "FOB", "not stated"}
        What the values are, freight and insurance included or not.
    base, options : mapping, optional
        The keys of ``[base]`` and ``[options]`` in a study file.
    valuation, bridges : list of mappings, optional
        As ``[[valuation]]`` and ``[[bridges]]`` in a study file.
    columns : mapping of str to mapping, optional
        For "trade", "schedules", "fx", "partners" or "drop": native column names to the names that the dataframe uses.

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
        base: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        valuation: Sequence[Mapping[str, Any]] = (),
        bridges: Sequence[Mapping[str, Any]] = (),
        columns: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        lists = partners if isinstance(partners, Mapping) and "partner" not in partners else None
        config = check_config(
            {
                "name": name,
                "note": note,
                "currency": currency,
                "value_basis": value_basis,
                "base": dict(base or {}),
                "options": {name: plain(value) for name, value in (options or {}).items()},
                "valuation": [dict(one) for one in valuation],
                "bridges": [dict(one) for one in bridges],
                "partners": dict(lists or {}),
            },
            "the study",
        )
        if config.partners.file or config.partners.columns:
            raise InputError("in memory, partners are lists or a table, not a file", key="partners", value="file")
        renamed = columns or {}
        for title in renamed:
            if title not in RENAMED:
                raise InputError(
                    "columns can be renamed in no such table",
                    key="columns",
                    value=title,
                    expected=f"one of {', '.join(RENAMED)}.{did_you_mean(title, RENAMED)}",
                )
        published_module.check_keys(published or {}, "the study")

        def pieces(source: Any, schema: Columns, title: str) -> list[Piece]:
            return [] if source is None else from_memory(source, schema, renamed.get(schema.title, {}), title)

        self._bind(
            config,
            Inputs(
                trade=[MemorySource(piece) for piece in pieces(trade, TRADE_COLUMNS, "trade")],
                applied=pieces(applied, schedule_module.COLUMNS, "applied"),
                bound=pieces(bound, schedule_module.COLUMNS, "bound"),
                fx=pieces(fx, fx_module.COLUMNS, "fx"),
                partners=pieces(None if lists is not None else partners, partners_module.COLUMNS, "partners"),
                drop=pieces(drop, trade_module.DROP_COLUMNS, "drop"),
                groups={one: pieces(table, GROUP_COLUMNS, f"groups {one}") for one, table in (groups or {}).items()},
                published={
                    key: published_module.from_dataframe(key, table) for key, table in (published or {}).items()
                },
            ),
        )

    @classmethod
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
        study = cls.__new__(cls)
        inputs = read_inputs(config, path, progress)
        progress("checking schedules", 0, 1)
        try:
            study._bind(config, inputs, progress)
        except InputError as error:  # what no table is to blame for, the study file is
            raise error.placed(str(path)) from None
        return study

    def _bind(self, config: StudyConfig, inputs: Inputs, progress: Progress = quiet) -> None:
        """Check every input against the others; what takes no part goes to `set_aside`."""
        self.config = config
        self.options: Options = config.options
        self.inputs = inputs
        if not inputs.trade:
            raise InputError("the study has no trade", cure="name its files under [trade]")
        if not inputs.applied:
            raise InputError(
                "the study has no applied schedule"
                + (", and bound rates can only be compared with one" if inputs.bound else ""),
                cure="name its files under [schedules]",
            )
        self.applied = schedule_module.read_schedules("applied", inputs.applied)
        self.bound = schedule_module.read_schedules("bound", inputs.bound)
        self.fx: Fx = fx_module.read_fx(inputs.fx, config.currency)
        self.partners = partners_module.read_partners(
            inputs.partners,
            config.partners.exclude,
            config.partners.exclude_by_period,
            valuation_of(config),
        )
        self.groups = {title: grouping_of(title, pieces) for title, pieces in inputs.groups.items()}
        self.published = published_module.check_published(inputs.published)
        self.set_aside = SetAside()
        self.trade: Trade = trade_module.read_trade(inputs.trade, self._rules(), self.set_aside, progress)
        if self.options.strict:
            self.set_aside.insist_on_none()
        self.plan = make_plan(config.base, self.trade.periods, sorted(self.applied), sorted(self.bound))
        self._recorded: dict[int, Recorded] = {}
        self._bases: dict[tuple[int, bool, tuple[int, ...]], Basis] = {}
        self._prepared: dict[tuple[str, int], Prepared] = {}

    def _rules(self) -> Rules:
        schedules = [*self.applied.values(), *self.bound.values()]
        lines: dict[int, list[np.ndarray]] = {}
        for schedule in schedules:
            lines.setdefault(schedule.digits, []).append(schedule.keys)
        duties = {duty.text: duty for schedule in schedules for duty in schedule.duties}
        named = {kind for duty in duties.values() for kind in duty.kinds}
        return Rules(
            Tariff({digits: np.unique(np.concatenate(keys)) for digits, keys in lines.items()}),
            self.partners,
            tuple(kind for kind in KINDS if kind in named),
            bridges_of(self.config),
            trade_module.read_drop(self.inputs.drop),
            self.options.mislabelled,
        )

    def check(self) -> None:
        """Make sure that `rates` has every exchange rate it needs, without computing anything.

        Raises
        ------
        InputError
            An exchange rate that some duty needs is missing.
        """
        for schedule in [*self.applied.values(), *self.bound.values()]:
            labels = self.fx_periods(schedule.year)
            periods = [labels[place] for place in self.plan.periods_of(schedule.year)]
            for currency in sorted({term.currency for duty in schedule.duties for term in duty.specifics}):
                self.fx.vector(periods, currency, f"the {schedule.kind} schedule of {schedule.year}")

    def rates(self, progress: Progress = quiet) -> Rates:
        """Compute the rates of every line and year (METHOD.md sections 3 and 4).

        Raises
        ------
        InputError
            An exchange rate that some duty needs is missing.
        """
        from fastavs.matching.match import applied_against_bound, applied_alone
        from fastavs.results.rates import Rates

        evaluated: dict[tuple[str, int], Evaluated] = {}
        years: dict[int, YearRates] = {}
        for place, year in enumerate(self.plan.years):
            progress("rates", place, len(self.plan.years))
            side = year if year in self.applied else cast(int, self.plan.applied_year)
            applied = self._evaluate("applied", side, evaluated)
            if year in self.bound:
                bound = self._evaluate("bound", year, evaluated)
                years[year] = applied_against_bound(year, applied, bound, self.options.levels)
            else:
                years[year] = applied_alone(year, applied)
        progress("rates", len(self.plan.years), len(self.plan.years))
        return Rates(self, years)

    def explain(self, line: str, year: int | None = None) -> pa.Table:
        """Return every observation behind one line's rate; see `Rates.observations`."""
        return self.rates().observations(line, year)

    def _evaluate(self, kind: str, year: int, done: dict[tuple[str, int], Evaluated]) -> Evaluated:
        if (kind, year) not in done:
            from fastavs.matching.match import evaluate

            done[kind, year] = evaluate(
                self.prepared(kind, year), self.trade.kinds, self.fx, self.fx_periods(year), self.options
            )
        return done[kind, year]

    def prepared(self, kind: str, year: int) -> Prepared:
        """Return a schedule year held against its trade, kept once made; `kind` is "applied" or "bound"."""
        if (kind, year) not in self._prepared:
            from fastavs.matching.match import prepare

            schedule = (self.applied if kind == "applied" else self.bound)[year]
            own_trade = year in self.plan.own_periods
            basis = self._basis(schedule.digits, own_trade, self.plan.periods_of(year))
            base_keys = self._base_keys(schedule.digits)
            self._prepared[kind, year] = prepare(schedule, basis, own_trade, base_keys, self.options)
        return self._prepared[kind, year]

    def fx_periods(self, year: int) -> list[str]:
        """Return the label under which exchange rates are looked up, for each trade period."""
        if self.options.fx_period == "schedule":
            return [str(year)] * len(self.trade.periods)
        return self.trade.periods

    def fx_of(self, rates: YearRates, kind: str, currencies: Sequence[str]) -> dict[str, float]:
        """Return the exchange rates of one side of a year: those of the last trade period that it rests on."""
        side = rates.sides[kind]
        label = self.fx_periods(side.schedule.year)[max(side.basis.periods)]
        return {one: float(self.fx.vector([label], one, f"the {kind} schedule")[0]) for one in currencies}

    def recorded(self, digits: int) -> Recorded:
        """Return all observations, codes cut to a tariff's length."""
        with _ORDERING:
            if digits not in self._recorded:
                from fastavs.matching.recorded import in_order, record

                self.trade = in_order(self.trade)
                self._recorded[digits] = record(self.trade, digits)
            return self._recorded[digits]

    def _basis(self, digits: int, own_trade: bool, periods: tuple[int, ...]) -> Basis:
        key = (digits, own_trade, periods)
        if key not in self._bases:
            from fastavs.matching.basis import make_basis

            every = self.options.base_partners == "all" and not own_trade
            self._bases[key] = make_basis(
                self.recorded(digits), periods, self.options.min_value, every, self.options.method == "pooled"
            )
        return self._bases[key]

    def _base_keys(self, digits: int) -> np.ndarray:
        """Lines of the schedules of base periods that are plain years (METHOD.md, "Base-period codes")."""
        years = [int(period) for period in self.config.base.periods if re.fullmatch(r"\d{4}", period)]
        found = [
            self.applied[year].keys for year in years if year in self.applied and self.applied[year].digits == digits
        ]
        return np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)

    @cached_property
    def title(self) -> str:
        """The study's name with its note and value basis, as shown on everything made from it."""
        note = f" ({self.config.note})" if self.config.note else ""
        basis = "basis of values not stated" if self.config.value_basis == "not stated" else self.config.value_basis
        return f"{self.config.name}{note}, {basis}, {self.config.currency}"
