"""Files that are to be written, settled before the first is begun."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from fastavs.errors import InputError, did_you_mean
from fastavs.tables.outputs import cannot_write, whole_files
from fastavs.tables.write import write_csv

SETS = ("COMM", "REG", "DEST", "TARS", "YEAR")
"""The sets of HAR files, by the headers that hold them."""
Writer = Callable[[Path], None]
"""Writes a file under the name that it is given; raises an OSError unless it is whole."""
MADE_BY = "made by fastavs"
"""Stands in the first lines of every log of an export."""
LOG_HEAD = 4096  # bytes
CUT_SHORT = "the file is cut short: is the disk full?"


@dataclass(frozen=True, slots=True)
class Choices:
    """How files are written; each format takes what concerns it.

    Attributes
    ----------
    sparse : bool
        HAR: arrays that are mostly 0 by place.
    years_together : bool
        HAR: all years in one file, in a set YEAR; otherwise a file a year.
    destinations : "home" or "regions"
        HAR and shocks: imports of the home region alone, in a set DEST of one element; or an array over REG and REG
        as GTAP's, 0 where the destination is another region.
    nulls : "refuse", "leave" or "zero"
        HAR and shocks: what becomes of a cell without a tariff; "leave" is of shocks alone.
    plain : bool
        Shocks: a statement a cell, instead of one that reads a HAR file.
    sets : mapping of str to str
        HAR and shocks: what the model calls the sets COMM, REG, DEST, TARS and YEAR, where it has other names.
    """

    sparse: bool = False
    years_together: bool = False
    destinations: str = "home"
    nulls: str = "refuse"
    plain: bool = False
    sets: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, own in self.sets.items():
            if name not in SETS:
                raise InputError(
                    "no set of these files", key="sets", value=name,
                    expected=f"one of {', '.join(SETS)}.{did_you_mean(name, SETS)}",
                )  # fmt: skip
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,11}", own):
                raise InputError(
                    "no name of a set in GEMPACK", key="sets", value=own,
                    expected="up to 12 of A to Z, 0 to 9 and _, a letter first",
                )  # fmt: skip
        called = [self.called(name).upper() for name in SETS]
        if len(set(called)) < len(called):
            raise InputError("two sets would have one name", key="sets", value=", ".join(self.sets.values()))

    def called(self, name: str) -> str:
        """Return what the model calls a set."""
        return self.sets.get(name, name)


@dataclass(frozen=True, slots=True)
class Plan:
    """Files to be written.

    Attributes
    ----------
    files : dict of Path to callable
        Each file's writer.
    log : tuple of str
        What must be said of them: names written otherwise, what was left out.
    """

    files: dict[Path, Writer]
    log: tuple[str, ...] = field(default=())

    def write(self) -> None:
        """Write all files, or none.

        Raises
        ------
        InputError
            A file cannot be written; what stood there stays.
        """
        targets, named = list(self.files), dict[Path, Path]()
        for path in targets:
            if not path.absolute().parent.is_dir():
                raise InputError("no such folder", value=str(path.parent), cure="make it first")
        try:
            with whole_files(targets) as names:
                named.update(zip(targets, names, strict=True))
                for name, write in zip(names, self.files.values(), strict=True):
                    write(name)
            for path in targets:
                self._remove_stale_log(path)
        except OSError as error:
            cure = "name files in folders that are there, have room and may be written to"
            raise cannot_write("the export", error, ", ".join(map(str, targets)), cure) from None
        except InputError as error:
            raise error.renamed({str(name): str(path) for path, name in named.items()}) from None

    def _remove_stale_log(self, path: Path) -> None:
        """Remove the log of an earlier export, whose file this one has replaced without a log of its own."""
        log = log_beside(path)
        if log in self.files or not log.is_file():
            return
        with log.open("rb") as stream:
            if MADE_BY.encode() in stream.read(LOG_HEAD):
                log.unlink()


def joined(plans: Sequence[Plan]) -> Plan:
    """Return several plans as one; what they all say is said once."""
    files = {path: write for plan in plans for path, write in plan.files.items()}
    return Plan(files, tuple(dict.fromkeys(line for plan in plans for line in plan.log)))


def of_bytes(content: bytes) -> Writer:
    """Return the writer of a file whose content is there."""

    def write(path: Path) -> None:
        path.write_bytes(content)
        if path.stat().st_size != len(content):
            raise OSError(CUT_SHORT)

    return write


def csv_of(made: Callable[[], pa.Table]) -> Writer:
    """Return the writer of a table as CSV; the table is made when it is written."""

    def write(path: Path) -> None:
        table = made()
        write_csv(table, path)
        read = pa_csv.read_csv(path, parse_options=pa_csv.ParseOptions(newlines_in_values=True))
        if read.num_rows != table.num_rows:
            raise OSError(CUT_SHORT)

    return write


def of_lines(lines: Sequence[str]) -> Writer:
    """Return the writer of a text file."""
    return of_bytes("".join(f"{line}\n" for line in lines).encode())


def log_beside(path: Path) -> Path:
    """Return where the log of a file stands that cannot hold one itself.

    Examples
    --------
    >>> log_beside(Path("tariffs.dta")).name
    'tariffs.dta.log'
    """
    return path.with_name(f"{path.name}.log")


def year_beside(path: Path, year: int) -> Path:
    """Return the name of a year's file.

    Examples
    --------
    >>> year_beside(Path("tariffs.har"), 2011).name
    'tariffs_2011.har'
    """
    return path.with_name(f"{path.stem}_{year}{path.suffix}")
