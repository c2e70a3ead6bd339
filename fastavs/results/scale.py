"""Whether values and quantities are on the scale that the study takes them for.

Values in thousands, or quantities in another unit than stated, turn the observations of duties with a specific part
into outliers, nearly all of them. Single outliers are recording errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from fastavs import codes
from fastavs.warned import Caution

if TYPE_CHECKING:
    from fastavs.checked import Checked
    from fastavs.inputs.schedule import YearSchedule
    from fastavs.results.rates import Rates

NEARLY_ALL = 0.9
SAMPLE_ROWS, SAMPLE_RATES = 20_000, 400
"""Rows of a period that are looked at, spread evenly, and those of lines with a specific part that are charged."""


def scale_remarks(outliers: int, observations: int) -> list[Caution]:
    """Return a remark where nearly all observations of lines with a specific part are outliers, else none."""
    if not outliers or outliers < NEARLY_ALL * observations:
        return []
    return [
        Caution(
            f"{outliers:,} of {observations:,} observations of lines with a specific part are outliers. Values may be "
            "in thousands, or quantities in another unit than stated: see value_factor and unit under [trade].",
            rows=outliers,
        )
    ]


def remarks_of_rates(rates: Rates) -> list[Caution]:
    """Return what the rates say of the scale."""
    outliers = kept = 0
    for year in rates.years.values():
        outliers += int(year.outliers[year.has_specific].sum())
        kept += int(year.observations[year.has_specific].sum())
    return scale_remarks(outliers, outliers + kept)


def remarks_of_sample(checked: Checked) -> list[Caution]:
    """Return what a sample of rows says of the scale, before any rate is computed."""
    outliers = charged = 0
    for year, schedule in checked.applied.items():
        for place in checked.serving.periods_of(year):
            found = list(_rates_of_sample(checked, schedule, place))
            charged += len(found)
            outliers += sum(rate > checked.options.outlier for rate in found)
    return scale_remarks(outliers, charged)


def _rates_of_sample(checked: Checked, schedule: YearSchedule, period: int) -> Iterator[float]:
    """Charge duties with one kind of quantity on some rows of a period that belong to their lines."""
    trade, rows = checked.trade, checked.trade.rows
    line = _line_of_codes(trade.codes, schedule)
    kinds = np.array([len(duty.kinds) for duty in schedule.duties])
    wanted = np.append(kinds[schedule.duty] == 1, False)[line]
    at = np.flatnonzero(rows.period == period)
    at = at[:: max(at.size // SAMPLE_ROWS, 1)]
    at = at[wanted[rows.code[at]]]
    at = at[:: max(at.size // SAMPLE_RATES, 1)]
    amount, _ = trade.amounts(at)
    label = checked.fx_periods(schedule.year)[period]
    for column, row in enumerate(at):
        duty = schedule.duties[schedule.duty[line[rows.code[row]]]]
        (kind,) = duty.kinds
        quantity = amount[trade.kinds.index(kind), column]
        unit_value = float(rows.value[row]) / quantity if quantity > 0.0 else 0.0
        fx = {currency: checked.fx.rate(label, currency) for currency in duty.currencies}
        known = {currency: rate for currency, rate in fx.items() if rate is not None}
        if 0.0 < unit_value < np.inf and len(known) == len(fx):
            yield duty.rate(unit_value=unit_value, fx=known)


def _line_of_codes(found: list[str], schedule: YearSchedule) -> np.ndarray:
    """Return the line that each code is, or that alone begins with it, int64[codes]; -1 = none."""
    digits = np.array([min(len(code), schedule.digits) for code in found])
    low, high = codes.interval(codes.to_keys([code[: schedule.digits] for code in found]), digits)
    first, last = np.searchsorted(schedule.keys, low), np.searchsorted(schedule.keys, high)
    return np.where(last - first == 1, first, -1)
