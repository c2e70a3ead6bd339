"""The proof of one line: every observation from source row to rate, and why it counts or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from fastavs.codes import as_digits, to_code
from fastavs.duty import Duty
from fastavs.duty.meaning import run_program
from fastavs.errors import InputError
from fastavs.tables.arrow import from_rows
from fastavs.units.units import BASE_UNITS

if TYPE_CHECKING:
    from fastavs.checked import Checked
    from fastavs.results.year_rates import ScheduleRates, YearRates

SCHEMA = pa.schema(
    [
        ("schedule", pa.string()),  # "applied" or "bound"
        ("line", pa.string()),  # the line side: the one asked for, or one whose applied rate it carries
        ("duty", pa.string()),
        ("level", pa.int64()),  # digits shared with the observation's code
        ("period", pa.string()),
        ("partner", pa.string()),
        ("code", pa.string()),  # as recorded
        ("value", pa.float64()),  # all value, study's currency
        ("quantity", pa.float64()),
        ("unit", pa.string()),
        ("quantity_value", pa.float64()),  # value of the rows that carry the quantity
        ("bridge", pa.string()),
        ("currency", pa.string()),
        ("fx", pa.float64()),
        ("quantity_2", pa.float64()),
        ("unit_2", pa.string()),
        ("currency_2", pa.string()),
        ("fx_2", pa.float64()),
        ("rate", pa.float64()),
        ("binds", pa.string()),  # the part of the duty that sets the rate
        ("kept", pa.bool_()),
        ("why_not", pa.string()),
        ("source", pa.string()),  # file and rows
    ]
)


def observations_table(checked: Checked, columns: YearRates, line: str) -> pa.Table:
    """Return every observation that a line's rate rests on, or that was looked at and left out.

    Parameters
    ----------
    checked : Checked
    columns : YearRates
    line : str
        A tariff line of the year, in digits or as it is printed.

    Returns
    -------
    pyarrow.Table
        Both schedules' observations in a year that has both; where an applied rate is carried over from relatives,
        the observations of each of those.

    Raises
    ------
    InputError
        No such line.
    """
    line = as_digits(line)
    place_of(checked, columns, line)
    rows: list[dict[str, object]] = []
    for kind, side in columns.sides.items():
        for place in sources_of(columns, kind, line, checked.options.levels)[0]:
            rows += _line_rows(checked, kind, side, place)
    return from_rows(rows, SCHEMA)


def place_of(checked: Checked, columns: YearRates, line: str) -> int:
    """Return a line's place in a year.

    Raises
    ------
    InputError
        No such line; the message names its nearest relatives. Or one that is set aside, as its duty cannot be read.
    """
    governing = columns.sides.get("bound") or columns.sides["applied"]
    place = governing.schedule.find(line)
    if place is None:
        _refuse_unread(checked, columns.year, line)
        lines = governing.schedule.lines()
        relatives: list[str] = []
        for digits in range(min(len(line), columns.digits), 1, -1):
            relatives = [one for one in lines if one.startswith(line[:digits])]
            if relatives:
                break
        near = f"lines that begin alike: {', '.join(relatives[:5])}" if relatives else None
        padded = line.zfill(columns.digits)
        cure = f'"{padded}", if a leading zero was lost' if padded in lines else None
        raise InputError(f"the schedule of {columns.year} has no such line", value=line, expected=near, cure=cure)
    return place


def _refuse_unread(checked: Checked, year: int, line: str) -> None:
    """Stop at a line that is set aside."""
    for one in checked.unread:
        for row, row_year, row_line in zip(one.rows, one.years, one.lines, strict=True):
            if (row_year, row_line) == (year, line):
                raise InputError(
                    f"the line is set aside and has no rate, for its duty cannot be read: {one.reason}; its text is",
                    file=one.file, row=row, column="duty", about=f"line {line}, {year}", value=one.text,
                    expected=one.error.expected, cure=one.error.cure,
                )  # fmt: skip


def sources_of(columns: YearRates, kind: str, line: str, levels: Sequence[int]) -> tuple[list[int], int | None]:
    """Return the lines of a side (places) that a line's rate comes from, and the level it was carried at.

    The line itself, with None, unless an applied rate had to be carried over from relatives.
    """
    schedule = columns.sides[kind].schedule
    place = schedule.find(line)
    if place is not None:
        return [place], None
    known = ~np.isnan(columns.sides[kind].rate)
    lines = schedule.lines()
    for digits in levels:
        if digits > min(schedule.digits, columns.digits):
            continue
        found = [i for i, one in enumerate(lines) if one[:digits] == line[:digits] and known[i]]
        if found:
            return found, digits
    return [], None


def _line_rows(checked: Checked, kind: str, side: ScheduleRates, place: int) -> Iterator[dict[str, object]]:
    served, basis = side.served, side.basis
    recorded = basis.recorded
    duty = side.schedule.duties[side.schedule.duty[place]]
    level = int(side.match_level[place])
    takes_part = np.isin(basis.within, basis.chosen)
    code_place = np.empty(served.order.size, dtype=np.int64)
    code_place[served.order] = np.arange(served.order.size)
    code = recorded.code[basis.within]
    where = code_place[code]
    for one, digits in enumerate(served.level_digits.tolist()):
        if one > 0 and digits != level:
            continue
        here = (where >= served.code_lo[one, place]) & (where < served.code_hi[one, place])
        here &= served.reach_digits[code] >= digits
        if one > 0:  # relatives alone, and of those only what could serve
            here &= takes_part & (served.own_line[code] != place)
        found = np.flatnonzero(here)
        found = found[np.lexsort((found, where[found]))]
        rate, lacks = _charged(checked, side, duty, basis.within[found])
        for k, i in enumerate(found):
            observation = int(basis.within[i])
            yield {
                "schedule": kind,
                "line": to_code(int(side.schedule.keys[place]), side.schedule.digits),
                "level": digits,
                **_facts(checked, side, duty, observation),
                **_verdict(
                    checked, side, duty, observation, float(rate[k]), bool(lacks[k]), bool(takes_part[i]),
                    digits == level,
                ),
            }  # fmt: skip


def _charged(checked: Checked, side: ScheduleRates, duty: Duty, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Charge a duty on some observations: their rates by its program, float64[m], and who lacks a quantity, bool[m]."""
    recorded = side.basis.recorded
    ratios = recorded.ratios(at, duty.kinds)
    lacks: np.ndarray = np.any(ratios <= 0.0, axis=0)  # a duty without kinds: no observation lacks one
    labels = checked.fx_periods(side.schedule.year)
    rate = np.empty(at.size)
    for k, observation in enumerate(at):
        label = labels[int(recorded.period[observation])]
        terms = [
            term.b * (checked.fx.rate(label, term.currency) or np.nan) * float(ratios[duty.kinds.index(term.kind), k])
            for term in duty.specifics
        ]
        rate[k] = run_program(duty.program, terms)
    return rate, lacks


def _facts(checked: Checked, side: ScheduleRates, duty: Duty, observation: int) -> dict[str, object]:
    """What an observation is: where it comes from, what it says."""
    recorded, trade = side.basis.recorded, checked.trade
    period = int(recorded.period[observation])
    rows = recorded.rows_of(np.array([observation]))[0]
    code = int(recorded.code[observation])
    label = checked.fx_periods(side.schedule.year)[period]
    facts: dict[str, object] = {
        "duty": duty.text,
        "period": trade.periods[period],
        "partner": trade.partners[int(recorded.partner[observation])],
        "code": to_code(int(recorded.code_key[code]), int(recorded.code_digits[code])),
        "value": float(recorded.value[observation]),
        "source": _source(checked, rows),
    }
    quantities, quantity_values = (one[:, 0] for one in recorded.quantities(np.array([observation])))
    for n, kind in enumerate(duty.kinds[:2]):
        k = trade.kinds.index(kind)
        quantity = float(quantities[k])
        tail = "" if n == 0 else f"_{n + 1}"
        facts["unit" + tail] = BASE_UNITS[kind]
        facts["quantity" + tail] = quantity or None
        if n == 0:
            facts["quantity_value"] = float(quantity_values[k]) or None
            facts["bridge"] = _bridge(checked, k, rows)
    for n, currency in enumerate(duty.currencies[:2]):
        tail = "" if n == 0 else f"_{n + 1}"
        facts["currency" + tail] = currency
        facts["fx" + tail] = checked.fx.rate(label, currency)
    return facts


def _verdict(
    checked: Checked,
    side: ScheduleRates,
    duty: Duty,
    observation: int,
    rate: float,
    lacks: bool,
    takes_part: bool,
    used: bool,
) -> dict[str, object]:
    """What becomes of an observation: its rate, what binds, kept or why not."""
    recorded, options = side.basis.recorded, checked.options
    why_not = None
    if recorded.excluded[observation]:
        why_not = "partner is excluded"
    elif recorded.value[observation] < options.min_value:
        why_not = f"value under {options.min_value:g}"
    elif not takes_part:
        why_not = "partner without imports in every base period"
    elif lacks:
        quantities = recorded.quantities(np.array([observation]))[0]
        missing = [BASE_UNITS[kind] for kind in duty.kinds if quantities[checked.trade.kinds.index(kind), 0] <= 0.0]
        why_not = f"no quantity in {' or '.join(missing)}, nor a bridge to it"
    elif not rate <= options.outlier:
        why_not = f"outlier: above {100 * options.outlier:g} %"
    elif not used:
        why_not = "not used"
    known = takes_part and not lacks
    return {
        "rate": rate if known else None,
        "binds": _binds(checked, side, duty, observation, rate) if known else None,
        "kept": why_not is None,
        "why_not": why_not,
    }


def _binds(checked: Checked, side: ScheduleRates, duty: Duty, observation: int, rate: float) -> str:
    """Return the part of the duty that sets the rate, as text; both sums' parts for duties of two quantities."""
    if len(duty.kinds) > 1:
        return "ad valorem part" if rate == duty.ad_valorem else "specific part"
    recorded = side.basis.recorded
    label = checked.fx_periods(side.schedule.year)[int(recorded.period[observation])]
    fx = {currency: checked.fx.rate(label, currency) or np.nan for currency in duty.currencies}
    if not duty.kinds:
        return duty.text
    k = checked.trade.kinds.index(duty.kinds[0])
    quantity, value = (float(one[k, 0]) for one in recorded.quantities(np.array([observation])))
    ratio = quantity / value
    pieces = duty.pieces(fx)
    return pieces.binds[pieces.piece(ratio)]


def _bridge(checked: Checked, kind: int, rows: np.ndarray) -> str | None:
    """Name the bridges that made a quantity."""
    if not checked.trade.bridges:
        return None
    places = np.unique(checked.trade.amounts(rows)[1][kind])
    texts = []
    for place in places[places > 0]:
        bridge = checked.trade.bridges[place - 1]
        texts.append(
            f"{bridge.prefix}: {bridge.factor:g} {BASE_UNITS[bridge.to_kind]} a {BASE_UNITS[bridge.from_kind]}"
        )
    return "; ".join(texts) or None


def _source(checked: Checked, rows: np.ndarray) -> str:
    """Name the files and rows (from 1) that an observation is made of."""
    trade = checked.trade
    texts = []
    file, row = trade.rows.origin.find(rows)
    for place in np.unique(file):
        numbers = np.sort(row[file == place]) + 1
        texts.append(f"{trade.labels[place]} row{'s' if numbers.size > 1 else ''} {', '.join(map(str, numbers))}")
    return "; ".join(texts)
