"""Studies that come with the package: figures and codes alone, ready to run.

====== ===================================================================================================
`eaeu` Common Customs Tariff of the Eurasian Economic Union, 2025 and 2026, over imports of Russia
====== ===================================================================================================

Examples
--------
>>> list()
['eaeu']
>>> path("eaeu").name
'study.toml'
"""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import TYPE_CHECKING

from fastavs.arguments import a_text, takes
from fastavs.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from fastavs.study import Study

__all__ = ["eaeu", "list", "path"]

_NAMES = ("eaeu",)
_PACKED = Path(__file__).parent
_SOURCE = _PACKED.parents[1] / "data"
"""Where the studies stand in a checkout; a wheel has them beside this file."""


def list() -> builtins.list[str]:
    """Return the names of the studies that come with the package."""
    return [*_NAMES]


@takes(name=a_text)
def path(name: str) -> Path:
    """Return the study file of an example; its tables and SOURCE.md, which says where they come from, stand beside it.

    Raises
    ------
    InputError
        No example of that name, or its files are gone.
    """
    if name not in _NAMES:
        expected = f"one of {', '.join(_NAMES)}.{did_you_mean(name, _NAMES)}"
        raise InputError("no study of that name comes with the package", key="name", value=name, expected=expected)
    for folder in (_PACKED, _SOURCE):
        found = folder / name / "study.toml"
        if found.is_file():
            return found
    raise InputError("the study's files are gone", file=str(_PACKED / name), cure="install fastavs anew")


def eaeu() -> Study:
    """Return the Common Customs Tariff of the EAEU over imports of Russia, as far as they can be had.

    13,289 lines of 2026 and 13,277 of 2025, 1,729 with a specific part; 10,558 rows of trade. The study's note says
    what it cannot show, and what is found in its data is given as a `fastavs.DataWarning`, as with any study.

    Examples
    --------
    >>> import fastavs as fa
    >>> study = fa.examples.eaeu()
    >>> study.rates().summary().column("year").to_pylist()
    [2025, 2026]
    """
    from fastavs.study import Study

    return Study.load(path("eaeu"))


def __dir__() -> builtins.list[str]:
    return [*__all__]
