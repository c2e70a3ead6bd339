"""What the readers of tariffs share: texts become canonical duties, each line has one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from fastavs.duty import parse_duty
from fastavs.errors import DutyError
from fastavs.readers._reading import Sieve


def duties_by_line(line: Sequence[str | None], text: Sequence[str], sieve: Sieve) -> dict[str, str]:
    """Return the canonical duty of each line.

    Parameters
    ----------
    line : sequence of str or None
        The line that each row tells the duty of, None for rows that tell none.
    text : sequence of str
        The duty as the row has it.
    sieve : Sieve
        Over the rows. Lines without a duty, duties that cannot be read, and lines that are told twice in different ways
        are set aside.
    """
    read: dict[str, str] = {}
    trouble: dict[str, str] = {}
    for one in sorted({one for one, where in zip(text, line, strict=True) if where is not None}):
        try:
            read[one] = parse_duty(one).text if one else ""
        except DutyError as refused:
            trouble[one] = f"duty cannot be read ({refused.problem})"
    trouble[""] = "line without a duty"
    kept = sieve.kept
    told: dict[str, set[str]] = {}
    lost: dict[str, list[int]] = {}
    for row in np.flatnonzero(kept).tolist():
        where = line[row]
        if where is None:
            continue
        if text[row] in trouble:
            lost.setdefault(trouble[text[row]], []).append(row)
        else:
            told.setdefault(where, set()).add(read[text[row]])
    twice = {where for where, duties in told.items() if len(duties) > 1}
    lost["line twice, with different duties"] = [row for row in np.flatnonzero(kept).tolist() if line[row] in twice]
    for reason, rows in lost.items():
        mask = np.zeros(kept.size, dtype=bool)
        mask[rows] = True
        sieve.lose(mask, reason)
    return {where: next(iter(duties)) for where, duties in sorted(told.items()) if where not in twice}


def canonical(text: str) -> str:
    """Return a duty in canonical words, or the text itself where it cannot be read."""
    try:
        return parse_duty(text).text
    except DutyError:
        return text


def schedule_table(year: int, duties: Mapping[str, str]) -> tuple[pa.Table, dict[str, float]]:
    """Return a native schedule table, sorted by line, and what to count of it."""
    lines = sorted(duties)
    texts = [duties[one] for one in lines]
    table = pa.table(
        {
            "year": pa.array(np.full(len(lines), year), pa.int64()),
            "line": pa.array(lines, pa.string()),
            "duty": pa.array(texts, pa.string()),
        }
    )
    specific = sum(parse_duty(one).has_specific for one in texts)
    return table, {"lines": len(lines), "lines with a specific part": specific}
