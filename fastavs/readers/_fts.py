"""The layout of Russian customs' open data, which others use for their own statistics as well: flow, period, code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.errors import InputError
from fastavs.readers._reading import Sieve
from fastavs.readers._source import Path_, read_csv, together
from fastavs.readers._trade import period_labels

FLOWS = {"imports": "ИМ", "exports": "ЭК"}
OWN = {
    "period": "PERIOD", "partner": "STRANA", "value": "STOIM", "quantity": "KOL", "unit": "EDIZM",
    "net_mass_kg": "NETTO",
}  # fmt: skip
"""Native columns, and those of the files that they come from."""
ENCODINGS = ("utf-8", "cp1251")


@dataclass(frozen=True, slots=True)
class Flow:
    """The rows of one flow, as text, and what to report of the files.

    Attributes
    ----------
    file : str
        The first file, for messages.
    rows : pyarrow.Table
    sieve : Sieve
        Over those rows.
    counts : dict
    notes : list of str
    """

    file: str
    rows: pa.Table
    sieve: Sieve
    counts: dict[str, float]
    notes: list[str]


def open_flow(path: Path_ | Sequence[Path_], columns: Sequence[str], flow: str) -> Flow:
    """Open one file, or several that together make a data set, and take the rows of a flow.

    Raises
    ------
    InputError
        A file is absent, empty, cut off or of another layout, or none holds a row of that flow.
    """
    if flow not in FLOWS:
        raise InputError("unknown flow", value=flow, expected=" or ".join(FLOWS))
    paths = [path] if isinstance(path, str | PathLike) else list(path)
    sources = [read_csv(one, columns, encodings=ENCODINGS) for one in paths]
    file, number, rows = together(sources)
    wanted = pc.equal(pc.utf8_trim_whitespace(rows.column("NAPR")), FLOWS[flow])
    if not pc.any(wanted).as_py():
        there = ", ".join(pc.unique(rows.column("NAPR")).to_pylist()[:5])
        raise InputError(
            f"no row of the {flow} that are asked for",
            file=sources[0].file,
            column="NAPR",
            value=there,
            expected=f"{FLOWS['imports']} (imports) or {FLOWS['exports']} (exports)",
        )
    taken = rows.filter(wanted)
    counts = {"rows": rows.num_rows, f"rows of {flow}": taken.num_rows}
    sieve = Sieve(file.filter(wanted), number[np.asarray(wanted)], taken)
    return Flow(sources[0].file, taken, sieve, counts, [note for source in sources for note in source.notes])


def period_column(flow: Flow, by: str, part_years: Mapping[int, str] | None) -> pa.Array:
    """Return the label that each row's period is added up to; rows without one are set aside."""
    return period_labels(flow.rows.column("PERIOD"), flow.sieve, by, part_years, flow.file)


def line_column(flow: Flow) -> pa.ChunkedArray:
    """Return codes; what is neither a code nor a placeholder for one is set aside."""
    line = pc.utf8_trim_whitespace(flow.rows.column("TNVED"))
    flow.sieve.lose(pc.equal(line, ""), "no code")
    flow.sieve.lose(pc.match_substring_regex(line, r"[0-9][^0-9]|[^0-9][0-9]"), "code mixes digits and others")
    flow.sieve.lose(pc.match_substring_regex(line, r"^[0-9]{1,3}$"), "code shorter than 4 digits")
    return line
