"""Trade that weighs no line, and why: every year's trade, split by what becomes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fastavs import codes
from fastavs.inputs.set_aside import ROW, readable_values
from fastavs.kernels.sums import add_by
from fastavs.results.facts import unused_periods
from fastavs.results.year_rates import ScheduleRates, YearRates

if TYPE_CHECKING:
    from fastavs.checked import Checked
    from fastavs.results.rates import Rates

EXCLUDED = "partner is excluded"
SEVERAL = "code is shorter than a line and covers several"
DONOR = "code is shorter than a line, and the study lets short codes only lend"
NO_LINE = "code is no line of the schedule"
UNMATCHED = "line is not matched"
UNKNOWN = "rate of the line is not known"
UNREAD = "duty of the line cannot be read"
CAUSES = (EXCLUDED, SEVERAL, UNREAD, DONOR, NO_LINE, UNMATCHED, UNKNOWN)
"""Why an observation weighs no line. The first that holds counts."""


@dataclass(frozen=True, slots=True)
class Share:
    """Some trade: its value (study's currency) and its observations."""

    value: float
    observations: int


@dataclass(frozen=True, slots=True)
class YearTrade:
    """The trade that one year rests on.

    Attributes
    ----------
    year : int
    periods : tuple of str
    all : Share
        Everything recorded in those periods.
    weighs : Share
        What is in the weights of the year's means.
    causes : dict of str to Share
        The rest by cause, in the order of `CAUSES`; causes that do not occur are left out.
    """

    year: int
    periods: tuple[str, ...]
    all: Share
    weighs: Share
    causes: dict[str, Share]


@dataclass(frozen=True, slots=True)
class TradeAccount:
    """What becomes of a study's trade.

    Attributes
    ----------
    years : tuple of YearTrade
    unused_periods : dict of str to float
        Periods that no year rests on, and the value recorded in them.
    unused_rows : dict of str to int
        The same periods, and their rows.
    rows_set_aside : Share
        Rows set aside: the value of those whose value can be read and is above zero, as recorded, and their number.
    """

    years: tuple[YearTrade, ...]
    unused_periods: dict[str, float]
    unused_rows: dict[str, int]
    rows_set_aside: Share


def trade_account(rates: Rates) -> TradeAccount:
    """Split the trade behind every year by what becomes of it."""
    checked = rates.checked
    years = tuple(year_trade(checked, one) for one in rates.years.values())
    unused = unused_periods(checked)
    values = {period: value for period, (_, value) in unused.items()}
    rows = {period: count for period, (count, _) in unused.items()}
    return TradeAccount(years, values, rows, _rows_set_aside(checked))


def year_trade(checked: Checked, rates: YearRates) -> YearTrade:
    """Split the trade that one year rests on by what becomes of it."""
    # the weights are those of the schedule whose lines the year has
    side = rates.sides.get("bound") or rates.sides["applied"]
    value, count = side.basis.by_code
    cause = _causes(rates, side, checked.options.weights == "mfn" or not rates.own_trade)
    groups = len(CAUSES) + 1  # the last is trade that weighs
    values = add_by(value.ravel(), cause.ravel(), groups)
    counts = [int(count[cause == place].sum()) for place in range(groups)]
    shares = [Share(float(one), number) for one, number in zip(values, counts, strict=True)]
    return YearTrade(
        rates.year,
        tuple(checked.trade.periods[place] for place in side.basis.periods),
        Share(float(add_by(value.ravel(), np.zeros(value.size, dtype=np.int64), 1)[0]), int(count.sum())),
        shares[-1],
        {text: share for text, share in zip(CAUSES, shares[:-1], strict=True) if share.observations},
    )


def _causes(rates: YearRates, side: ScheduleRates, only_mfn_weighs: bool) -> np.ndarray:
    """Return the place among `CAUSES` of each code's observations, len(CAUSES) where they weigh; int64[2, u].

    The first row is of partners not excluded, the second of the others: apart from that, a code's observations share
    their fate.
    """
    recorded, served = side.basis.recorded, side.served
    schedule = side.schedule
    low, high = codes.interval(recorded.code_key, recorded.code_digits)
    begun, unread = (  # lines that begin with a code
        np.searchsorted(lines, high) - np.searchsorted(lines, low) for lines in (schedule.codes, schedule.unread)
    )
    line = served.own_line
    own = np.maximum(line, 0)
    conditions = {
        EXCLUDED: np.array([[False], [only_mfn_weighs]]),
        SEVERAL: (line < 0) & (begun > 1),
        UNREAD: (line < 0) & (begun == 1) & (unread == 1),
        DONOR: (line < 0) & (begun == 1),
        NO_LINE: line < 0,
        UNMATCHED: ~side.matched[own],
        UNKNOWN: np.isnan(rates.rate[own]),
    }
    cause = np.full((2, line.size), len(CAUSES), dtype=np.int64)
    for place in reversed(range(len(CAUSES))):
        cause[np.broadcast_to(conditions[CAUSES[place]], cause.shape)] = place
    return cause


def _rows_set_aside(checked: Checked) -> Share:
    values: list[np.ndarray] = []
    rows = 0
    for batch in checked.set_aside.batches:
        whole = np.array([lost == ROW for lost in batch.column("lost").to_pylist()], dtype=bool)
        rows += int(whole.sum())
        values.append(readable_values(batch, checked.set_aside.form)[whole])
    factor = checked.config.trade.value_factor
    return Share(math.fsum(np.concatenate([np.empty(0), *values])) * factor, rows)
