"""Ad valorem equivalents of customs duties, per tariff line, partner and year.

>>> import fastavs as fa
>>> fa.parse_duty("max(15%, 0.15 EUR/kg)").rate(unit_value=2.1, fx={"EUR": 1.08})
0.15
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastavs import examples, readers
    from fastavs.duty import Duty, parse_duty
    from fastavs.errors import DataWarning, DutyError, FastavsError, InputError, UnitError
    from fastavs.exporting.exports import export
    from fastavs.index.build import build_index
    from fastavs.index.sorted_index import SortedIndex
    from fastavs.models.function import TariffFunction
    from fastavs.models.left_out import left_out
    from fastavs.models.tariff_function import tariff_function
    from fastavs.results.rates import Rates
    from fastavs.results.sweep import Sweep
    from fastavs.scenario.duties import FxShock, ScaleDuty, SetDuty, ShiftDuty
    from fastavs.scenario.scenario import Scenario
    from fastavs.scenario.trade import ExcludePartners, OnlyPartners, PriceShock, Resample
    from fastavs.study import Study
    from fastavs.sweeping import sweep

__version__ = "0.1.0"

_HOMES = {
    "DataWarning": "fastavs.errors",
    "Duty": "fastavs.duty",
    "DutyError": "fastavs.errors",
    "ExcludePartners": "fastavs.scenario.trade",
    "FastavsError": "fastavs.errors",
    "FxShock": "fastavs.scenario.duties",
    "InputError": "fastavs.errors",
    "OnlyPartners": "fastavs.scenario.trade",
    "PriceShock": "fastavs.scenario.trade",
    "Rates": "fastavs.results.rates",
    "Resample": "fastavs.scenario.trade",
    "ScaleDuty": "fastavs.scenario.duties",
    "Scenario": "fastavs.scenario.scenario",
    "SetDuty": "fastavs.scenario.duties",
    "ShiftDuty": "fastavs.scenario.duties",
    "SortedIndex": "fastavs.index.sorted_index",
    "Study": "fastavs.study",
    "Sweep": "fastavs.results.sweep",
    "TariffFunction": "fastavs.models.function",
    "UnitError": "fastavs.errors",
    "build_index": "fastavs.index.build",
    "left_out": "fastavs.models.left_out",
    "export": "fastavs.exporting.exports",
    "parse_duty": "fastavs.duty",
    "sweep": "fastavs.sweeping",
    "tariff_function": "fastavs.models.tariff_function",
}
_ROOMS = ("examples", "readers")
__all__ = [
    "DataWarning",
    "Duty",
    "DutyError",
    "ExcludePartners",
    "FastavsError",
    "FxShock",
    "InputError",
    "OnlyPartners",
    "PriceShock",
    "Rates",
    "Resample",
    "ScaleDuty",
    "Scenario",
    "SetDuty",
    "ShiftDuty",
    "SortedIndex",
    "Study",
    "Sweep",
    "TariffFunction",
    "UnitError",
    "__version__",
    "build_index",
    "examples",
    "export",
    "left_out",
    "parse_duty",
    "readers",
    "sweep",
    "tariff_function",
]


def __getattr__(name: str) -> Any:
    # what is public loads when first asked for, so that importing fastavs stays quick
    if name in _HOMES or name in _ROOMS:
        importlib.import_module("fastavs.environment").check_environment()
        home = importlib.import_module(_HOMES.get(name, f"fastavs.{name}"))
        found = home if name in _ROOMS else getattr(home, name)
        globals()[name] = found  # the next time nobody asks here
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
