"""Files in an authority's own layout: read by one of `fastavs.readers`, then judged as native tables are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from fastavs.errors import READ_BY, InputError
from fastavs.inputs.config import FxSection
from fastavs.inputs.fx import Fx
from fastavs.inputs.schedule import BY_READER
from fastavs.inputs.set_aside import SCHEMA, VALUES
from fastavs.tables.tables import Columns, Piece, file_digest, from_dataframe, label_of, unreadable

if TYPE_CHECKING:
    from fastavs.readers._reading import Reading
    from fastavs.readers.by_name import NamedReader

Find = Callable[[Sequence[str], str], list[Path]]
"""Finds the files that patterns mean; the second argument is the key that messages name."""
KINDS = ("applied", "bound")


@dataclass(slots=True)
class ByReaders:
    """What readers made of a study's files.

    Attributes
    ----------
    trade, applied, bound : list of Piece
        Native tables.
    digests : dict of str to str
        SHA-256 of each file that was read.
    set_aside : list of pyarrow.Table
        Rows of trade files that readers set aside, as `fastavs.inputs.set_aside.SCHEMA`.
    added_up : int
        How many more rows the trade files have than the native tables made of them.
    overlaps : list of str
        Notes of readers on rows that stand twice.
    """

    trade: list[Piece] = field(default_factory=list)
    applied: list[Piece] = field(default_factory=list)
    bound: list[Piece] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    set_aside: list[pa.Table] = field(default_factory=list)
    added_up: int = 0
    overlaps: list[str] = field(default_factory=list)

    def take_trade(
        self, sections: Sequence[Mapping[str, Any]], columns: Columns, currency: str, fx: Fx, find: Find, folder: Path
    ) -> None:
        """Read the files of ``[[trade.read]]``.

        Raises
        ------
        InputError
            No such reader or setting; values in another currency than the study's that nothing converts.
        """
        from fastavs.readers._trade import OVERLAP

        for place, section in enumerate(sections):
            key = f"trade.read[{place}]"
            reader, paths, settings = _section(section, "trade", key, find)
            rates = None
            if reader.currency != currency:
                if not (reader.converts and fx.rates):
                    raise InputError(
                        f"the reader {reader.name} gives values in {reader.currency}, and the study is in {currency}",
                        key=key, cure=f'say currency = "{reader.currency}"'
                        + (", or name exchange rates under [fx]" if reader.converts else ""),
                    )  # fmt: skip
                rates = _fx_table(fx)
            for label, reading in self._read(reader, paths, settings, folder, rates):
                table = _all_of(reading)
                self.trade.append(replace(from_dataframe(table, columns, {}, label), notes=_notes(label, reading)))
                self.set_aside.append(_set_aside(reading.set_aside))
                self.overlaps += [note for note in _notes(label, reading) if note.endswith(OVERLAP)]
                self.added_up += max(int(reading.counts.get("rows", 0)) - table.num_rows, 0)

    def take_schedules(self, sections: Sequence[Mapping[str, Any]], columns: Columns, find: Find, folder: Path) -> None:
        """Read the files of ``[[schedules.read]]``; lines whose duty cannot be read keep its text, to be told of.

        Raises
        ------
        InputError
            No such reader or setting; a schedule that is neither applied nor bound.
        """
        for place, section in enumerate(sections):
            key = f"schedules.read[{place}]"
            kind = section.get("kind", "applied")
            if kind not in KINDS:
                raise InputError("no such schedule", key=f"{key}.kind", value=kind, expected=" or ".join(KINDS))
            own = {name: value for name, value in section.items() if name != "kind"}
            reader, paths, settings = _section(own, "schedule", key, find)
            for label, reading in self._read(reader, paths, settings, folder):
                unread = reader.unread_lines(reading)
                years = [int(settings["year"])] * len(unread)
                lines = [line for line, _, _ in unread]
                duties = [text or f"{BY_READER}{reason}" for _, text, reason in unread]
                more = pa.table({"year": years, "line": lines, "duty": duties}, schema=reading.table.schema)
                piece = from_dataframe(pa.concat_tables([reading.table, more]), columns, {}, label)
                notes = (*_notes(label, reading), *_told(label, reading))
                (self.applied if kind == "applied" else self.bound).append(replace(piece, notes=notes))

    def take_fx(self, section: FxSection, path: Path, columns: Columns, currency: str, folder: Path) -> Piece:
        """Read the file of ``[fx]`` by the reader that it names.

        Raises
        ------
        InputError
            A setting that the reader needs is not said.
        """
        from fastavs.readers.by_name import reader_named

        reader = reader_named(section.reader, "fx", "fx.reader")
        said = {"periods": section.periods, "currencies": section.currencies}
        settings = {"currency": currency} | {name: one for name, one in said.items() if one}
        reader.check(settings, "fx")
        ((label, reading),) = self._read(reader, [path], settings, folder)
        return replace(from_dataframe(reading.table, columns, {}, label), notes=_notes(label, reading))

    def _read(
        self,
        reader: NamedReader,
        paths: Sequence[Path],
        settings: Mapping[str, Any],
        folder: Path,
        fx: pa.Table | None = None,
    ) -> list[tuple[str, Reading]]:
        """Return readings, each with what messages call its files."""
        from fastavs.readers.by_name import read_by

        for path in paths:
            with unreadable(label_of(path, folder), path):
                self.digests[label_of(path, folder)] = file_digest(path)
        found = []
        for lot, reading in read_by(reader, paths, settings, fx):
            more = f" and {len(lot) - 1} more" if len(lot) > 1 else ""
            found.append((f"{label_of(lot[0], folder)}{more}{READ_BY}{reader.name}", reading))
        return found


def _section(
    section: Mapping[str, Any], kind: str, key: str, find: Find
) -> tuple[NamedReader, list[Path], dict[str, Any]]:
    """Return the reader that a section names, its files, and the settings that it has besides."""
    from fastavs.readers.by_name import reader_named

    reader = reader_named(section.get("reader"), kind, f"{key}.reader")
    files = section.get("files", ())
    files = [files] if isinstance(files, str) else files
    if not isinstance(files, list | tuple) or not files or not all(isinstance(one, str) for one in files):
        raise InputError("no files", key=f"{key}.files", expected="a list of files, as text in quotes")
    settings = {name: value for name, value in section.items() if name not in ("reader", "files")}
    reader.check(settings, key)
    return reader, find(files, f"{key}.files"), settings


def _fx_table(fx: Fx) -> pa.Table:
    """Return exchange rates as a native table."""
    periods, currencies = ([pair[at] for pair in fx.rates] for at in (0, 1))
    return pa.table({"period": periods, "currency": currencies, "fx": list(fx.rates.values())})


def _all_of(reading: Reading) -> pa.Table:
    """Return trade inside and outside the tariff as one table: a study counts what weighs no line."""
    if reading.outside is None or not reading.outside.num_rows:
        return reading.table
    names = [name for name in reading.table.column_names if name in reading.outside.column_names]
    return pa.concat_tables([reading.table, reading.outside.select(names)], promote_options="default")


def _notes(label: str, reading: Reading) -> tuple[str, ...]:
    return tuple(f"{label}: {note}" for note in reading.notes)


def _told(label: str, reading: Reading) -> tuple[str, ...]:
    """Say what a reader of a tariff set aside, by reason without the particular of a row."""
    counts = Counter(reason.split(" (")[0] for reason in reading.set_aside.column("reason").to_pylist())
    if not counts:
        return ()
    some = ", ".join(f"{reason} ({count:,})" for reason, count in counts.most_common())
    return (f"{label}: rows set aside: {some}",)


def _set_aside(found: pa.Table) -> pa.Table:
    """Return rows that a reader set aside as the study's own are."""
    columns = {name: found.column(name) for name in ("file", "row", "reason", "lost")}
    empty = pa.nulls(found.num_rows, pa.string())
    values = {name: found.column(name).cast(pa.string()) if name in found.column_names else empty for name in VALUES}
    return pa.table(columns | values).cast(SCHEMA).combine_chunks()
