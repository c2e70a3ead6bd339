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
    from fastavs.index.sorted_index import SortedIndex
    from fastavs.models.function import TariffFunction
    from fastavs.models.left_out import left_out
    from fastavs.models.tariff_function import tariff_function
    from fastavs.reform.account import Account
    from fastavs.reform.build import build_index
    from fastavs.results.rates import Rates
    from fastavs.results.sweep import Sweep
    from fastavs.scenario.duties import FxShock, ScaleDuty, SetDuty, ShiftDuty
    from fastavs.scenario.file import read_scenarios, scenario_named, write_scenarios
    from fastavs.scenario.lists import CodeList
    from fastavs.scenario.sampling import Sampling
    from fastavs.scenario.scenario import Scenario
    from fastavs.scenario.selection import Except, Selection
    from fastavs.scenario.step_duties import Add, Cap, Floor, Scale, Set
    from fastavs.scenario.step_formulas import DropSpecific, Swiss, Tariffication, Tier, Tiers
    from fastavs.scenario.step_study import BasePeriod, Options, Weights
    from fastavs.scenario.step_trade import Exclude, Fx, FxFactor, Include, Only, Price
    from fastavs.scenario.step_years import Advance, Delay, Freeze, Put
    from fastavs.scenario.trade import ExcludePartners, OnlyPartners, PriceShock, Resample
    from fastavs.scenario.written import Amount
    from fastavs.study import Study
    from fastavs.sweeping import account, sweep

__version__ = "0.1.0"

_HOMES = {
    "Account": "fastavs.reform.account",
    "Add": "fastavs.scenario.step_duties",
    "Advance": "fastavs.scenario.step_years",
    "Amount": "fastavs.scenario.written",
    "BasePeriod": "fastavs.scenario.step_study",
    "Cap": "fastavs.scenario.step_duties",
    "CodeList": "fastavs.scenario.lists",
    "DataWarning": "fastavs.errors",
    "Delay": "fastavs.scenario.step_years",
    "DropSpecific": "fastavs.scenario.step_formulas",
    "Duty": "fastavs.duty",
    "DutyError": "fastavs.errors",
    "Except": "fastavs.scenario.selection",
    "Exclude": "fastavs.scenario.step_trade",
    "ExcludePartners": "fastavs.scenario.trade",
    "FastavsError": "fastavs.errors",
    "Floor": "fastavs.scenario.step_duties",
    "Freeze": "fastavs.scenario.step_years",
    "Fx": "fastavs.scenario.step_trade",
    "FxFactor": "fastavs.scenario.step_trade",
    "FxShock": "fastavs.scenario.duties",
    "Include": "fastavs.scenario.step_trade",
    "InputError": "fastavs.errors",
    "Only": "fastavs.scenario.step_trade",
    "OnlyPartners": "fastavs.scenario.trade",
    "Options": "fastavs.scenario.step_study",
    "Price": "fastavs.scenario.step_trade",
    "PriceShock": "fastavs.scenario.trade",
    "Put": "fastavs.scenario.step_years",
    "Rates": "fastavs.results.rates",
    "Resample": "fastavs.scenario.trade",
    "Sampling": "fastavs.scenario.sampling",
    "SamplingError": "fastavs.results.sampling_error",
    "Scale": "fastavs.scenario.step_duties",
    "ScaleDuty": "fastavs.scenario.duties",
    "Scenario": "fastavs.scenario.scenario",
    "Selection": "fastavs.scenario.selection",
    "Set": "fastavs.scenario.step_duties",
    "SetDuty": "fastavs.scenario.duties",
    "ShiftDuty": "fastavs.scenario.duties",
    "SortedIndex": "fastavs.index.sorted_index",
    "Study": "fastavs.study",
    "Sweep": "fastavs.results.sweep",
    "TariffFunction": "fastavs.models.function",
    "UnitError": "fastavs.errors",
    "left_out": "fastavs.models.left_out",
    "export": "fastavs.exporting.exports",
    "Swiss": "fastavs.scenario.step_formulas",
    "Tariffication": "fastavs.scenario.step_formulas",
    "Tier": "fastavs.scenario.step_formulas",
    "Tiers": "fastavs.scenario.step_formulas",
    "Weights": "fastavs.scenario.step_study",
    "account": "fastavs.sweeping",
    "build_index": "fastavs.reform.build",
    "parse_duty": "fastavs.duty",
    "read_scenarios": "fastavs.scenario.file",
    "scenario_named": "fastavs.scenario.file",
    "sweep": "fastavs.sweeping",
    "tariff_function": "fastavs.models.tariff_function",
    "write_scenarios": "fastavs.scenario.file",
}
_ROOMS = ("examples", "readers")
__all__ = [
    "Account",
    "Add",
    "Advance",
    "Amount",
    "BasePeriod",
    "Cap",
    "CodeList",
    "DataWarning",
    "Delay",
    "DropSpecific",
    "Duty",
    "DutyError",
    "Except",
    "Exclude",
    "ExcludePartners",
    "FastavsError",
    "Floor",
    "Freeze",
    "Fx",
    "FxFactor",
    "FxShock",
    "Include",
    "InputError",
    "Only",
    "OnlyPartners",
    "Options",
    "Price",
    "PriceShock",
    "Put",
    "Rates",
    "Resample",
    "Sampling",
    "SamplingError",
    "Scale",
    "ScaleDuty",
    "Scenario",
    "Selection",
    "Set",
    "SetDuty",
    "ShiftDuty",
    "SortedIndex",
    "Study",
    "Sweep",
    "Swiss",
    "TariffFunction",
    "Tariffication",
    "Tier",
    "Tiers",
    "UnitError",
    "Weights",
    "__version__",
    "account",
    "build_index",
    "examples",
    "export",
    "left_out",
    "parse_duty",
    "read_scenarios",
    "readers",
    "scenario_named",
    "sweep",
    "tariff_function",
    "write_scenarios",
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
