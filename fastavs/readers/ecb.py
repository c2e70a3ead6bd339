"""Euro reference rates of the European Central Bank: the daily file, averaged over periods.

Had from www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip: csv, or zip, with units of each currency for one euro,
day by day, "N/A" where there is none. The rate of a period is the plain mean of its days; between two other currencies,
of the days' cross rates.

Traps
    - Rates are units of a currency for one euro: a study needs the reverse, and gets it here.
    - A currency may begin or end within a period (the rouble: April 2005 to 1 March 2022); such a period is refused.
    - The days of the current year end at the day of the file, so its mean is of a part of the year.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.arguments import a_flag, a_path, a_text, takes, texts
from fastavs.errors import InputError, did_you_mean
from fastavs.readers._periods import months_of
from fastavs.readers._reading import Reading
from fastavs.readers._source import Path_, Source, read_csv, to_float

EURO = "EUR"
LONGEST_GAP = 10
"""Days without a quotation, weekends and holidays included, that a whole period may have at most."""

_NONE = ("", "N/A")
_DAY = np.timedelta64(1, "D")


@takes(path=a_path, currency=a_text, periods=texts, currencies=texts, incomplete=a_flag)
def read(
    path: Path_,
    *,
    currency: str = "USD",
    periods: Sequence[str],
    currencies: Sequence[str] = (EURO,),
    incomplete: bool = False,
) -> Reading:
    """Read period averages into a native fx table.

    Parameters
    ----------
    path : path
        eurofxref-hist as csv or zip.
    currency : str
        The study's currency.
    periods : sequence of str
        Labels: "2021", "2011H1", "2022M01", "2022M01-10".
    currencies : sequence of str
        Whose rates are wanted.
    incomplete : bool
        True takes a period that is not quoted throughout as well, and notes it; otherwise it is an error.

    Returns
    -------
    Reading
        `table` has ``period, currency`` and ``fx``: the study's currency for one unit. Counts are days.

    Raises
    ------
    InputError
        The file is no such file, a currency is not in it, or a period has no or not all quotations.
    """
    source = read_csv(path, ("Date",))
    days = _days(source)
    per_euro = {one: _per_euro(source, one) for one in {currency, *currencies}}
    rows: list[tuple[str, str, float]] = []
    counts: dict[str, float] = {"days in the file": days.size}
    notes = list(source.notes)
    for period in sorted(set(periods)):
        within, first, last = _within(days, period)
        for one in sorted(set(currencies)):
            daily = per_euro[currency][within] / per_euro[one][within]
            quoted = ~np.isnan(daily)
            trouble = _gap(days[within][quoted], first, last)
            if trouble and (not incomplete or not quoted.any()):
                raise InputError(
                    f"{period} is not quoted throughout for {one} in {currency}: {trouble}",
                    file=source.file,
                    column=one,
                    cure="choose a period that is, or ask for incomplete ones",
                )
            if trouble:
                notes.append(f"{period} {one}: {trouble}")
            rows.append((period, one, math.fsum(daily[quoted]) / int(quoted.sum())))
            counts[f"days of {one} in {period}"] = int(quoted.sum())
    table = pa.table(
        {
            "period": pa.array([row[0] for row in rows], pa.string()),
            "currency": pa.array([row[1] for row in rows], pa.string()),
            "fx": pa.array([row[2] for row in rows], pa.float64()),
        }
    )
    return Reading(
        table,
        pa.table({"lost": pa.array([], pa.string()), "reason": pa.array([], pa.string())}),
        None,
        counts,
        tuple(notes),
    )


def _days(source: Source) -> np.ndarray:
    """Return the days of the rows, datetime64[D][n]."""
    text = source.rows.column("Date")
    fits = np.asarray(pc.match_substring_regex(text, r"^\d{4}-\d{2}-\d{2}$"))
    if not fits.all():
        row = int(np.argmin(fits))
        raise InputError(
            "no date", file=source.file, row=row + 1, column="Date", value=text[row].as_py(), expected="YYYY-MM-DD"
        )
    days = np.asarray(text, dtype="datetime64[D]")
    if np.unique(days).size < days.size:
        raise InputError("a day stands twice", file=source.file, column="Date", cure="get the file again")
    return days


def _per_euro(source: Source, currency: str) -> np.ndarray:
    """Return units of a currency for one euro, float64[days], NaN where there is no quotation."""
    if currency == EURO:
        return np.ones(source.rows.num_rows)
    if currency not in source.rows.column_names:
        known = [name for name in source.rows.column_names if len(name) == 3]
        raise InputError(
            f"the file does not quote the currency.{did_you_mean(currency, known)}",
            file=source.file,
            value=currency,
            expected=", ".join([EURO, *known]),
        )
    text = pc.utf8_trim_whitespace(source.rows.column(currency))
    rate, bad = to_float(pc.if_else(pc.is_in(text, pa.array(_NONE)), "", text))
    wrong = np.asarray(pc.or_(bad, pc.fill_null(pc.less_equal(rate, 0.0), False)))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InputError(
            "no exchange rate",
            file=source.file,
            row=row + 1,
            column=currency,
            value=text[row].as_py(),
            expected="a number above zero, or N/A",
        )
    return np.asarray(rate.fill_null(np.nan), dtype=np.float64)


def _within(days: np.ndarray, period: str) -> tuple[np.ndarray, np.datetime64, np.datetime64]:
    """Return which days a period covers, and its first and last day."""
    year, months = months_of(period)
    covered = np.array([np.datetime64(f"{year}-{month:02d}") for month in months])
    within = np.isin(days.astype("datetime64[M]"), covered)
    return (
        within,
        covered[0].astype("datetime64[D]"),
        (covered[-1] + np.timedelta64(1, "M")).astype("datetime64[D]") - _DAY,
    )


def _gap(quoted: np.ndarray, first: np.datetime64, last: np.datetime64) -> str:
    """Return what keeps a period from being quoted throughout, or an empty text."""
    if not quoted.size:
        return "no quotation at all"
    ends = np.sort(np.concatenate([[first - _DAY], quoted, [last + _DAY]]))
    steps = np.diff(ends)
    widest = int(np.argmax(steps))
    if steps[widest] - _DAY <= np.timedelta64(LONGEST_GAP, "D"):
        return ""
    since: datetime.date = (ends[widest] + _DAY).item()
    until: datetime.date = (ends[widest + 1] - _DAY).item()
    return f"none from {since} to {until}"
