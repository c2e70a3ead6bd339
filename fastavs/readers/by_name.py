"""Readers by the names that a study file calls them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from fastavs.errors import InputError, did_you_mean
from fastavs.readers import (
    census,
    comext,
    dataweb,
    eaeu_tariff,
    ecb,
    hts,
    indian_mirror,
    russian_customs,
    uk_tariff,
    usitc,
)
from fastavs.readers._reading import Reading

TRADE, SCHEDULE, FX = "trade", "schedule", "fx"
_NOT_SAID = frozenset(("path", "fx", "flag", "strict"))
"""Arguments that a study file does not say: others of its keys do, or they are functions."""
_TELLING_LINES = re.compile(r"duty cannot be read|line without a duty|line twice")
"""Why a reader of tariffs sets a line aside that the tariff has."""


@dataclass(frozen=True, slots=True)
class NamedReader:
    """A reader as a study file names it.

    Attributes
    ----------
    name : str
    read : callable
    kind : {"trade", "schedule", "fx"}
    currency : str, optional
        What values are in, for trade.
    code, duty : str
        The columns of a tariff's lines and of their duties in what is set aside.
    """

    name: str
    read: Callable[..., Reading]
    kind: str
    currency: str = ""
    code: str = ""
    duty: str = ""

    @property
    def converts(self) -> bool:
        """Whether it turns values into the study's currency by a table of exchange rates."""
        return "fx" in inspect.signature(self.read).parameters

    @property
    def takes_several(self) -> bool:
        """Whether several files are read together."""
        return "Sequence" in str(inspect.signature(self.read).parameters["path"].annotation)

    def check(self, settings: Mapping[str, Any], key: str) -> None:
        """Make sure that the reader has such settings.

        Raises
        ------
        InputError
            One that it lacks, or that is not said and has no default.
        """
        known = {name: one for name, one in inspect.signature(self.read).parameters.items() if name not in _NOT_SAID}
        for name in settings:
            if name not in known:
                raise InputError(
                    f"the reader {self.name} has no such setting", key=key, value=name,
                    expected=f"reader, files, {', '.join(known)}.{did_you_mean(name, known)}",
                )  # fmt: skip
        for name, one in known.items():
            if one.default is one.empty and name not in settings:
                raise InputError(
                    f'missing key "{name}"', key=key, cure=f"add {name}, which the reader {self.name} needs"
                )

    def unread_lines(self, reading: Reading) -> list[tuple[str, str, str]]:
        """Return the lines of a tariff that were set aside, each with its duty's text ("" for none) and the reason."""
        known, found = set(reading.table.column("line").to_pylist()), dict[str, tuple[str, str, str]]()
        rows = [row for row in reading.set_aside.to_pylist() if _TELLING_LINES.match(row["reason"])]
        codes = [re.sub(r"\D", "", row[self.code]) for row in rows]
        whole = [f"0{code}" if len(code) % 2 else code for code in codes]
        digits = min(map(len, known)) if known else max(map(len, whole), default=0)
        for row, code in zip(rows, whole, strict=True):
            line = code[:digits]
            if len(line) < digits or line in known:
                continue
            why = re.fullmatch(r"duty cannot be read \((.*)\)", row["reason"])
            text = (row.get(self.duty) or "").strip() if why else ""
            found.setdefault(line, (line, text, why[1] if why else row["reason"]))
        return sorted(found.values())


READERS = {
    one.name: one
    for one in (
        NamedReader("russian_customs", russian_customs.read, TRADE, "USD"),
        NamedReader("indian_mirror", indian_mirror.read, TRADE, "USD"),
        NamedReader("comext", comext.read_bulk, TRADE, "EUR"),
        NamedReader("comext_imports", comext.read_imports, TRADE, "EUR"),
        NamedReader("comext_exports", comext.read_exports, TRADE, "EUR"),
        NamedReader("census", census.read, TRADE, "USD"),
        NamedReader("dataweb", dataweb.read, TRADE, "USD"),
        NamedReader("eaeu_tariff", eaeu_tariff.read, SCHEDULE, code="code", duty="duty"),
        NamedReader("usitc", usitc.read, SCHEDULE, code="hts8", duty="mfn_text_rate"),
        NamedReader("hts", hts.read, SCHEDULE, code="htsno", duty="general"),
        NamedReader("uk_tariff", uk_tariff.read, SCHEDULE, code="commodity"),
        NamedReader("ecb", ecb.read, FX),
    )
}


def reader_named(name: Any, kind: str, key: str) -> NamedReader:
    """Return a reader of tables of some kind.

    Raises
    ------
    InputError
        There is none of that name.
    """
    known = [one.name for one in READERS.values() if one.kind == kind]
    if name not in known:
        near = did_you_mean(name, known) if isinstance(name, str) else ""
        raise InputError(f"no reader of such {kind} files", key=key, value=name, expected=f"{', '.join(known)}.{near}")
    return READERS[name]


def read_by(
    reader: NamedReader, paths: Sequence[Path], settings: Mapping[str, Any], fx: pa.Table | None = None
) -> list[tuple[list[Path], Reading]]:
    """Read files, together if the reader takes several; return the files of each reading beside it."""
    lots = [list(paths)] if reader.takes_several else [[path] for path in paths]
    more: dict[str, Any] = {"fx": fx} if fx is not None and reader.converts else {}
    return [(lot, reader.read(lot if reader.takes_several else lot[0], **settings, **more)) for lot in lots]
