"""The tables that a study names, found and read, not yet judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fastavs.arguments import LARGEST
from fastavs.codes import LONGEST, Grouping, as_digits, make_grouping
from fastavs.countries.partner import named
from fastavs.errors import InputError, UnitError
from fastavs.inputs import fx, partners, published, schedule
from fastavs.inputs.by_readers import ByReaders
from fastavs.inputs.config import FxSection, StudyConfig, number_form
from fastavs.inputs.trade_columns import DROP_COLUMNS, TRADE_COLUMNS
from fastavs.numbers import NumberForm
from fastavs.progress import Progress
from fastavs.tables.columns import text_column
from fastavs.tables.sources import FileSource, MemorySource, Source
from fastavs.tables.tables import Columns, Piece, find_files, read_files
from fastavs.threads import side_by_side
from fastavs.units.units import Bridge

GROUP_COLUMNS = Columns("groups", ("prefix", "group", "name"), (), ("prefix", "group"))


@dataclass(frozen=True, slots=True)
class Inputs:
    """The native tables of a study: trade as sources that are read when it is checked, the others as pieces.

    What `by_readers` made of files is among them.
    """

    trade: list[Source] = field(default_factory=list)
    applied: list[Piece] = field(default_factory=list)
    bound: list[Piece] = field(default_factory=list)
    fx: list[Piece] = field(default_factory=list)
    partners: list[Piece] = field(default_factory=list)
    drop: list[Piece] = field(default_factory=list)
    groups: dict[str, list[Piece]] = field(default_factory=dict)
    published: dict[str, Piece] = field(default_factory=dict)
    by_readers: ByReaders = field(default_factory=ByReaders)

    def pieces(self) -> list[Piece]:
        """Return all tables but the trade."""
        tables = [self.applied, self.bound, self.fx, self.partners, self.drop, *self.groups.values()]
        return [piece for pieces in tables for piece in pieces] + list(self.published.values())

    def digests(self) -> dict[str, str]:
        """Return a hash per input."""
        of_trade = side_by_side(lambda source: (source.label, source.digest), self.trade)
        return dict(of_trade) | {piece.label: piece.digest for piece in self.pieces()} | self.by_readers.digests

    def notes(self) -> list[str]:
        """Return what a reader of the results should know of how tables were read; of the trade, once it was."""
        return [note for table in (*self.trade, *self.pieces()) for note in table.notes]


def read_inputs(config: StudyConfig, path: Path, progress: Progress) -> Inputs:
    """Read every table that a study file names; paths are relative to the study file."""
    folder = path.parent

    def find(patterns: Sequence[str], key: str) -> list[Path]:
        try:
            return find_files(patterns, folder, key)
        except InputError as error:
            raise error.placed(str(path)) from None

    def read(patterns: Sequence[str], key: str, schema: Columns, renamed: dict[str, str]) -> list[Piece]:
        pieces = []
        found = find(patterns, key)
        for place, one in enumerate(found):
            progress(f"reading {key}", place, len(found))
            pieces += read_files([one], schema, renamed, folder)
        return pieces

    figures = published.files_of(config.published)
    published.check_keys(figures, str(path))
    schedules, section = config.schedules, config.fx
    trade_form, fx_form, figures_form = forms_of(config, str(path))
    by_readers = ByReaders()
    rates: list[Piece] = []
    if section:
        _refuse_idle(section)
    if section and section.reader:
        for one in find([section.file], "fx.file"):
            rates.append(by_readers.take_fx(section, one, fx.COLUMNS, config.currency, folder))
    elif section:
        rates = read([section.file], "fx.file", replace(fx.COLUMNS, form=fx_form), section.columns)
    trade_columns = replace(TRADE_COLUMNS, digits=config.trade.digits)
    if config.trade.read:
        if config.trade.value_factor != 1.0:
            raise InputError(
                "values of files that a reader reads are in a stated currency, and a factor would multiply them too",
                key="trade.value_factor", value=config.trade.value_factor,
                cure="leave it out, and put values of other files into units of the currency before",
            )  # fmt: skip
        _insist_on_flow(config.trade.read, config.trade.flow)
        known = fx.read_fx(rates, config.currency)
        by_readers.take_trade(config.trade.read, trade_columns, config.currency, known, find, folder)
    by_readers.take_schedules(schedules.read, schedule.COLUMNS, find, folder)
    return Inputs(
        trade=[
            *(
                FileSource(one, replace(trade_columns, form=trade_form), config.trade.columns, folder)
                for one in find(config.trade.files, "trade.files")
            ),
            *map(MemorySource, by_readers.trade),
        ],
        applied=read(schedules.applied, "schedules.applied", schedule.COLUMNS, schedules.columns) + by_readers.applied,
        bound=read(schedules.bound, "schedules.bound", schedule.COLUMNS, schedules.columns) + by_readers.bound,
        fx=rates,
        by_readers=by_readers,
        partners=read(
            [config.partners.file] if config.partners.file else [],
            "partners.file",
            partners.COLUMNS,
            config.partners.columns,
        ),
        drop=read([config.drop.file], "drop.file", DROP_COLUMNS, config.drop.columns) if config.drop else [],
        groups={title: read([file], f"groups.{title}", GROUP_COLUMNS, {}) for title, file in config.groups.items()},
        published={
            key: published.read_file(key, file, folder, str(path), figures_form) for key, file in figures.items()
        },
    )


def _refuse_idle(section: FxSection) -> None:
    """Refuse keys of ``[fx]`` that would do nothing: a reader knows its files' layout, other tables have no reader.

    Raises
    ------
    InputError
    """
    idle = ("columns", "decimal", "thousands") if section.reader else ("periods", "currencies")
    for name in idle:
        if getattr(section, name):
            raise InputError(
                f"the key does nothing {'beside' if section.reader else 'without'} a reader", key=f"fx.{name}",
                cure="leave it out" if section.reader else 'leave it out, or say reader = "ecb"',
            )  # fmt: skip


def forms_of(config: StudyConfig, label: str) -> tuple[NumberForm | None, NumberForm | None, NumberForm | None]:
    """Return how the trade, exchange rates and published figures print numbers, None where nothing is said."""
    some = config.published
    marks = {
        "trade": (config.trade.decimal, config.trade.thousands),
        "fx": (config.fx.decimal, config.fx.thousands) if config.fx else (None, None),
        "published": (some.get("decimal"), some.get("thousands")),
    }
    try:
        trade, rates, figures = (number_form(key, *both) for key, both in marks.items())
    except InputError as error:
        raise error.placed(label) from None
    return trade, rates, figures


def grouping_of(title: str, pieces: Sequence[Piece]) -> Grouping:
    """Check a group table."""
    columns: dict[str, list[str | None]] = {name: [] for name in GROUP_COLUMNS.text}
    for piece in pieces:
        for name in GROUP_COLUMNS.text:
            places, texts = text_column(piece, name)
            columns[name] += [texts[place] if place >= 0 else None for place in places]
    file = ", ".join(piece.label for piece in pieces)
    return make_grouping(title, columns["prefix"], columns["group"], columns["name"], file)


def valuation_of(config: StudyConfig) -> dict[str, float]:
    """Check the factors that lift partners' values, and return them by partner.

    Raises
    ------
    InputError
        Two factors for one partner, or one that is not finite.
    """
    factors: dict[str, float] = {}
    for place, one in enumerate(config.valuation):
        where = f"valuation[{place}]"
        if not one.factor <= LARGEST:
            expected = f"a positive number, at most {LARGEST:g}"
            raise InputError("not a factor", key=where, value=one.factor, expected=expected)
        if named(one.partner) in factors:
            raise InputError(
                "a second factor for a partner", key=where, value=one.partner, cure="leave one of them out"
            )
        factors[named(one.partner)] = one.factor
    return factors


def bridges_of(config: StudyConfig) -> tuple[Bridge, ...]:
    """Check the bridges of a study.

    Raises
    ------
    InputError
        An unknown unit, or two bridges between the same kinds for one prefix.
    """
    bridges: dict[tuple[str, str, str], Bridge] = {}
    for place, one in enumerate(config.bridges):
        where = f"bridges[{place}]"
        prefix = as_digits(one.prefix)
        if not prefix.isdigit() or len(prefix) > LONGEST:
            expected = f"1 to {LONGEST} digits, as text"
            raise InputError("no code prefix", key=f"{where}.prefix", value=one.prefix, expected=expected)
        try:
            bridge = Bridge.make(prefix, one.from_unit, one.to_unit, one.factor)
        except UnitError as error:
            raise InputError(
                error.problem, key=where, value=error.value, expected=error.expected, cure=error.cure
            ) from None
        key = (bridge.prefix, bridge.from_kind, bridge.to_kind)
        if key in bridges:
            raise InputError(
                f"a second bridge from {one.from_unit} to {one.to_unit}",
                key=where,
                value=one.prefix,
                cure="leave one of them out",
            )
        bridges[key] = bridge
    return tuple(bridges.values())


def _insist_on_flow(sections: Sequence[Mapping[str, Any]], flow: str | None) -> None:
    """Make sure that readers take the flow that the study is about."""
    for place, section in enumerate(sections):
        name = str(section.get("reader", ""))
        taken = "exports" if name.endswith("exports") else section.get("flow", "imports")
        if flow not in (None, taken):
            raise InputError(
                f"the reader {name} takes {taken}, and the study {flow}", key=f"trade.read[{place}]",
                cure=f'say flow = "{flow}" there, if the reader has that setting',
            )  # fmt: skip
