"""The Common Customs Tariff of the Eurasian Economic Union, extracted from its official text as a csv.

Had from the Eurasian Economic Commission, eec.eaeunion.org (Единый таможенный тариф), as a PDF a chapter; the csv is
made of the tables in them. Columns: code (10 digits = a line, shorter = a heading), unit, duty (as printed, in
Russian), footnotes. A vintage is one file; which year it is the tariff of is said by the caller.

Traps
    - Footnotes ("12С)") mark temporary rates, which are not in the duty; nor are preferences.
    - The unit column is what is declared besides the mass, not what the duty is charged on: spirits are declared in
      litres of pure alcohol and pay by the litre.
    - Cars pay by the cubic centimetre of the engine, which no trade table has: a bridge is needed.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.arguments import a_flag, a_path, a_year, takes
from fastavs.duty import parse_duty
from fastavs.errors import DutyError, InputError
from fastavs.readers._reading import Reading, Sieve
from fastavs.readers._source import Path_, Source, read_csv

COLUMNS = ("code", "duty")
DIGITS = 10
CHAPTERS = frozenset(f"{number:02d}" for number in range(1, 98)) - {"77"}

# A superscript such as 63С) refers to a note that changes the duty for a time; "d:" marks notes to the description.
_DUTY_NOTE = r"(^|;)\s*[0-9]+[СC]\)"


@takes(path=a_path, year=a_year, strict=a_flag)
def read(path: Path_, year: int, *, strict: bool = False) -> Reading:
    """Read the tariff of one vintage into a native schedule table.

    Parameters
    ----------
    path : path
        The csv, plain or compressed.
    year : int
        The year that the vintage stands for.
    strict : bool
        A line that would be set aside is an error.

    Returns
    -------
    Reading
        `table` has ``year`` (int64), ``line`` (10 digits), ``duty`` (canonical text), sorted by line. Lines without a
        duty, or with one that cannot be read, are in `set_aside`; headings are counted.

    Raises
    ------
    InputError
        The file is absent, empty, cut off or of another layout, or a line stands twice.
    """
    source = read_csv(path, COLUMNS)
    code = pc.utf8_trim_whitespace(source.rows.column("code"))
    digits = pc.match_substring_regex(code, r"^[0-9]+$")
    is_line = pc.and_(digits, pc.equal(pc.utf8_length(code), DIGITS))
    if not pc.any(is_line).as_py():
        raise InputError(
            "no tariff line in the file", file=source.file, column="code", expected=f"codes of {DIGITS} digits"
        )
    file = pa.chunked_array([pa.array([source.file] * len(code), pa.string())])
    sieve = Sieve(file, np.arange(1, len(code) + 1), source.rows)
    sieve.lose(pc.invert(digits), "code is empty or has other characters than digits")
    sieve.lose(pc.greater(pc.utf8_length(code), DIGITS), f"code longer than {DIGITS} digits")
    duty = _duties(source, sieve, np.asarray(is_line))
    _refuse_twice(source, code, np.asarray(is_line))
    wanted = pa.array(np.asarray(is_line) & sieve.kept)
    lines, duties = code.filter(wanted), duty.filter(wanted)
    table = pa.table({"year": pa.array(np.full(len(lines), year), pa.int64()), "line": lines, "duty": duties})
    counts = _counts(source, np.asarray(is_line), table, np.asarray(digits))
    return Reading(
        table.sort_by("line").combine_chunks(),
        sieve.table(strict),
        counts=counts,
        notes=(*source.notes, *_missing_chapters(lines)),
    )


def _duties(source: Source, sieve: Sieve, is_line: np.ndarray) -> pa.ChunkedArray:
    """Return the canonical duty of each row; what cannot be read is set aside with its text."""
    text = pc.utf8_trim_whitespace(source.rows.column("duty"))
    sieve.lose(is_line & np.asarray(pc.equal(text, "")), "line without a duty")
    encoded = text.combine_chunks().dictionary_encode()
    places = np.asarray(encoded.indices)
    canonical: list[str | None] = []
    for place, one in enumerate(encoded.dictionary.to_pylist()):
        try:
            canonical.append(parse_duty(one).text if one else None)
        except DutyError as trouble:
            canonical.append(None)
            sieve.lose(is_line & (places == place), f"duty cannot be read ({trouble.problem})")
    return pa.chunked_array([pa.array(canonical, pa.string()).take(encoded.indices)])


def _refuse_twice(source: Source, code: pa.ChunkedArray, is_line: np.ndarray) -> None:
    rows = np.flatnonzero(is_line)
    _, first, counts = np.unique(
        np.asarray(code.filter(pa.array(is_line)), dtype=str), return_index=True, return_counts=True
    )
    if (counts > 1).any():
        twice = int(rows[first[np.argmax(counts > 1)]])
        again = [int(row) for row in rows if code[row].as_py() == code[twice].as_py()][1]
        raise InputError(
            f"a line stands twice, first in row {twice + 1}",
            file=source.file,
            row=again + 1,
            column="code",
            value=code[twice].as_py(),
            cure="take one of the two rows out",
        )


def _counts(source: Source, is_line: np.ndarray, table: pa.Table, digits: np.ndarray) -> dict[str, float]:
    duties = [parse_duty(one) for one in table.column("duty").to_pylist()]
    counts: dict[str, float] = {
        "rows": source.rows.num_rows,
        "headings": int((digits & ~is_line).sum()),
        "lines": table.num_rows,
        "lines with a specific part": sum(duty.has_specific for duty in duties),
        "distinct duties": pc.count_distinct(table.column("duty")).as_py(),
    }
    if "footnotes" in source.rows.column_names:
        noted = pc.match_substring_regex(source.rows.column("footnotes"), _DUTY_NOTE)
        counts["lines with a note to the duty (a temporary rate is not in it)"] = int(
            (np.asarray(noted) & is_line).sum()
        )
    return counts


def _missing_chapters(lines: pa.ChunkedArray) -> tuple[str, ...]:
    missing = sorted(CHAPTERS - set(pc.unique(pc.utf8_slice_codeunits(lines, 0, 2)).to_pylist()))
    return (f"no line of chapter {', '.join(missing)}: the file may be a part",) if missing else ()
