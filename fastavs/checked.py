"""All inputs of a study, held against each other and found fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastavs.codes import Grouping
from fastavs.countries.partner import refuse_doubtful
from fastavs.errors import InputError
from fastavs.inputs.config import StudyConfig
from fastavs.inputs.dollars import Dollar, dollar_of, refuse_doubtful_dollar
from fastavs.inputs.fx import Fx, read_fx
from fastavs.inputs.options import Options
from fastavs.inputs.partners import Partners, read_partners
from fastavs.inputs.published import check_published
from fastavs.inputs.schedule import Findings, YearSchedule, read_schedules
from fastavs.inputs.set_aside import SetAside
from fastavs.inputs.tables import Inputs, bridges_of, grouping_of, valuation_of
from fastavs.inputs.unread import SET_ASIDE, Unread, UnreadDuties
from fastavs.progress import Progress, quiet
from fastavs.trade.amounts import check_unit
from fastavs.trade.prefixes import refuse_lost_zeros
from fastavs.trade.rules import Rules, Tariff
from fastavs.trade.serving import Serving, make_serving
from fastavs.trade.trade import Trade, read_drop, read_trade
from fastavs.units.units import KINDS

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(slots=True)
class Checked:
    """The inputs of a study, checked.

    Attributes
    ----------
    config : StudyConfig
    inputs : Inputs
        The native tables.
    applied, bound : dict of int to YearSchedule
    fx : Fx
    partners : Partners
    groups : dict of str to Grouping
    published : dict of str to pyarrow.Table
        Figures by others.
    set_aside : SetAside
        What takes no part, and why.
    trade : Trade
        Once it is matched, the same rows in order stand here.
    serving : Serving
        Which trade serves which year.
    dollar : Dollar or None
        What "$", dollars and cents of duties are read as; None where no duty has any.
    unread : tuple of Unread
        Duties that cannot be read, whose lines are set aside.
    study_digest : dict of str to str
        The study file and its SHA-256; empty for a study made in memory.
    """

    config: StudyConfig
    inputs: Inputs
    applied: dict[int, YearSchedule]
    bound: dict[int, YearSchedule]
    fx: Fx
    partners: Partners
    groups: dict[str, Grouping]
    published: dict[str, pa.Table]
    set_aside: SetAside = field(repr=False)
    trade: Trade = field(repr=False)
    serving: Serving
    dollar: Dollar | None = None
    unread: tuple[Unread, ...] = ()
    study_digest: dict[str, str] = field(default_factory=dict)

    @property
    def options(self) -> Options:
        return self.config.options

    @property
    def title(self) -> str:
        """The study's name with its note and value basis, as shown on everything made from it."""
        note = f" ({self.config.note})" if self.config.note else ""
        basis = "basis of values not stated" if self.config.value_basis == "not stated" else self.config.value_basis
        return f"{self.config.name}{note}, {basis}, {self.config.currency}"

    def schedules(self, kind: str) -> dict[int, YearSchedule]:
        """Return the "applied" or the "bound" schedules by year."""
        return self.applied if kind == "applied" else self.bound

    def fx_periods(self, year: int) -> list[str]:
        """Return the label under which exchange rates are looked up, for each trade period."""
        if self.options.fx_period == "schedule":
            return [str(year)] * len(self.trade.periods)
        return self.trade.periods

    def check_exchange_rates(self) -> None:
        """Make sure that every exchange rate that some duty needs is there.

        Raises
        ------
        InputError
            Names the currency and the period that have none.
        """
        for schedule in [*self.applied.values(), *self.bound.values()]:
            labels = self.fx_periods(schedule.year)
            periods = [labels[place] for place in self.serving.periods_of(schedule.year)]
            for currency in sorted({term.currency for duty in schedule.duties for term in duty.specifics}):
                self.fx.vector(periods, currency, f"the {schedule.kind} schedule of {schedule.year}")


def check_inputs(config: StudyConfig, inputs: Inputs, progress: Progress = quiet) -> Checked:
    """Check every input against the others; what takes no part goes to `set_aside`.

    Raises
    ------
    InputError
        Anything wrong with the inputs; the message names table, row, column and value, and how to mend it.
    """
    if not inputs.trade:
        raise InputError("the study has no trade", cure="name its files under [trade]")
    if not inputs.applied:
        raise InputError(
            "the study has no applied schedule"
            + (", and bound rates can only be compared with one" if inputs.bound else ""),
            cure="name its files under [schedules]",
        )
    check_unit(config.trade.unit)
    fx = read_fx(inputs.fx, config.currency)
    dollar, findings = dollar_of(config.schedules.dollar, fx), Findings()
    applied, bound = (
        read_schedules(kind, pieces, dollar=dollar.code, decimal=config.schedules.decimal, findings=findings)
        for kind, pieces in (("applied", inputs.applied), ("bound", inputs.bound))
    )
    if findings.unread and config.schedules.unreadable != SET_ASIDE:
        raise UnreadDuties(findings.unread)
    for unread in findings.unread:
        for year in unread.years:
            if year not in {"applied": applied, "bound": bound}[unread.kind]:
                raise InputError(f"no duty of the {unread.kind} schedule of {year} can be read", file=unread.file)
    if findings.dollars:
        refuse_doubtful_dollar(dollar, findings.dollars[0])
    listed = config.partners
    partners = read_partners(inputs.partners, listed.exclude, listed.exclude_by_period, valuation_of(config))
    groups = {title: grouping_of(title, pieces) for title, pieces in inputs.groups.items()}
    published = check_published(inputs.published)
    set_aside = SetAside([table for table in inputs.by_readers.set_aside if table.num_rows])
    rules = _rules(config, inputs, [*applied.values(), *bound.values()], partners)
    refuse_lost_zeros(config, groups, inputs.groups, rules.tariff)
    trade = read_trade(inputs.trade, rules, set_aside, progress, inputs.by_readers.added_up)
    for key, names in (
        ("partners", [*partners.excluded, *partners.regions]),
        ("valuation", partners.valuation),
    ):
        for one in names:
            refuse_doubtful(one, trade.partners, key)
    if config.options.strict:
        set_aside.insist_on_none()
    serving = make_serving(config.base, trade.periods, sorted(applied), sorted(bound))
    return Checked(
        config, inputs, applied, bound, fx, partners, groups, published, set_aside, trade, serving,
        dollar if findings.dollars else None, tuple(findings.unread),
    )  # fmt: skip


def _rules(config: StudyConfig, inputs: Inputs, schedules: list[YearSchedule], partners: Partners) -> Rules:
    """Return what trade rows are judged by."""
    duties = {duty.text: duty for schedule in schedules for duty in schedule.duties}
    named = {kind for duty in duties.values() for kind in duty.kinds}
    return Rules(
        Tariff.of(schedules),
        partners,
        tuple(kind for kind in KINDS if kind in named),
        bridges_of(config),
        read_drop(inputs.drop),
        config.options.mislabelled,
        config.trade,
        config.currency,
    )
