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
    from fastavs.results.rates import Rates
    from fastavs.study import Study

__version__ = "0.1.0"

_HOMES = {
    "Duty": "fastavs.duty",
    "DutyError": "fastavs.errors",
    "FastavsError": "fastavs.errors",
    "InputError": "fastavs.errors",
    "Rates": "fastavs.results.rates",
    "Study": "fastavs.study",
    "UnitError": "fastavs.errors",
    "parse_duty": "fastavs.duty",
}
__all__ = ["Duty", "DutyError", "FastavsError", "InputError", "Rates", "Study", "UnitError", "parse_duty"]


def __getattr__(name: str) -> Any:
    # what is public loads when first asked for, so that importing fastavs stays quick
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
