"""Ad valorem equivalents of customs duties, per tariff line, partner and year.

>>> import fastavs as fa
>>> fa.parse_duty("max(15%, 0.15 EUR/kg)").rate(unit_value=2.1, fx={"EUR": 1.08})
0.15
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastavs.duty import Duty, parse_duty
    from fastavs.errors import DutyError, FastavsError, InputError, UnitError
    from fastavs.index_build import build_index
    from fastavs.results.rates import Rates
    from fastavs.scenario import FxShock, ScaleDuty, Scenario, SetDuty, ShiftDuty
    from fastavs.sorted_index import SortedIndex
    from fastavs.study import Study
    from fastavs.sweeping.sweep import Sweep, sweep

__version__ = "0.1.0"

_HOMES = {
    "Duty": "fastavs.duty",
    "DutyError": "fastavs.errors",
    "FastavsError": "fastavs.errors",
    "FxShock": "fastavs.scenario",
    "InputError": "fastavs.errors",
    "Rates": "fastavs.results.rates",
    "ScaleDuty": "fastavs.scenario",
    "Scenario": "fastavs.scenario",
    "SetDuty": "fastavs.scenario",
    "ShiftDuty": "fastavs.scenario",
    "SortedIndex": "fastavs.sorted_index",
    "Study": "fastavs.study",
    "Sweep": "fastavs.sweeping.sweep",
    "UnitError": "fastavs.errors",
    "build_index": "fastavs.index_build",
    "parse_duty": "fastavs.duty",
    "sweep": "fastavs.sweeping.sweep",
}
__all__ = [
    "Duty",
    "DutyError",
    "FastavsError",
    "FxShock",
    "InputError",
    "Rates",
    "ScaleDuty",
    "Scenario",
    "SetDuty",
    "ShiftDuty",
    "SortedIndex",
    "Study",
    "Sweep",
    "UnitError",
    "build_index",
    "parse_duty",
    "sweep",
]


def __getattr__(name: str) -> Any:
    # what is public loads when first asked for, so that importing fastavs stays quick
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
