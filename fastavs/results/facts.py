"""What a study's inputs hold, before anything is computed: title, which trade serves which year, what was set aside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fastavs.inputs.set_aside import QUANTITY, ROW

if TYPE_CHECKING:
    from fastavs.checked import Checked


SHARE_DIGITS = 9


def study_record(checked: Checked) -> dict[str, Any]:
    """Return the study's title, as it stands on everything made from the study."""
    config = checked.config
    return {
        "name": config.name,
        "note": config.note,
        "currency": config.currency,
        "value_basis": config.value_basis,
        "valuation": {one.partner: one.factor for one in config.valuation},
        "value_factor": config.trade.value_factor,
    }


def plan_record(checked: Checked) -> dict[str, Any]:
    """Return which year rests on which periods."""
    serving, periods = checked.serving, checked.trade.periods
    resting = [year for year in serving.years if year not in serving.own_periods]
    return {
        "base_periods": [periods[place] for place in serving.base_periods],
        "first_year": resting[0] if resting else None,
        "applied_year": serving.applied_year,
        "years": [
            {
                "year": year,
                "own_trade": year in serving.own_periods,
                "periods": [periods[place] for place in serving.periods_of(year)],
                "schedules": [
                    kind for kind, some in (("applied", checked.applied), ("bound", checked.bound)) if year in some
                ],
            }
            for year in serving.years
        ],
    }


def reading_record(checked: Checked) -> dict[str, Any]:
    """Return how many rows were read and what was set aside."""
    accounts = checked.set_aside.accounts()
    rows, factor = max(checked.trade.read, 1), checked.config.trade.value_factor
    lost_value = sum(one.value for one in accounts if one.lost == ROW) * factor
    value = float(checked.trade.rows.value.sum()) + lost_value
    return {
        "rows_read": checked.trade.read,
        "rows_set_aside": sum(one.count for one in accounts if one.lost == ROW),
        "quantities_set_aside": sum(one.count for one in accounts if one.lost == QUANTITY),
        "set_aside": [
            {
                "lost": one.lost,
                "reason": one.reason,
                "count": one.count,
                "first": one.first,
                "share_of_rows": round(one.count / rows, SHARE_DIGITS),
                "share_of_value": round(one.value * factor / value, SHARE_DIGITS),
            }
            for one in accounts
        ],
        "remarks": list(checked.trade.remarks),
        "partners_not_iso": [code for code in checked.trade.partners if not re.fullmatch("[A-Z]{3}", code)],
        "excluded_not_iso": sorted(code for code in checked.partners.excluded if not re.fullmatch("[A-Z]{3}", code)),
        "suspects": checked.trade.suspects.num_rows,
        "drop_without_row": list(checked.trade.not_dropped),
        "valuation_without_trade": sorted(set(checked.partners.valuation) - set(checked.trade.partners)),
    }
