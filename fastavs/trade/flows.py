"""Imports among other flows: a file that has exports as well as imports says so in a column of flows."""

from __future__ import annotations

import numpy as np

from fastavs.inputs.set_aside import OTHER_FLOW
from fastavs.inputs.trade_columns import plain_name
from fastavs.trade.together import Together

NAMES = frozenset(
    (
        "flow", "flowcode", "flowdesc", "flowid", "flowname", "flows", "tradeflow", "tradeflowcode", "tradeflowname",
        "tradeflowdesc", "rgcode", "rgdesc", "importexport", "impexp", "movement", "movementtype", "direction",
        "направление", "напр",
        "tradedirection", "napr", "statflow", "flowtype",
    )
)  # fmt: skip
"""Names of columns of flows, as `plain_name` gives them."""

IMPORTS, EXPORTS = "imports", "exports"
_VALUES = {
    IMPORTS: "m 1 5 i im imp import imports grossimp grossimports generalimports generalimport importsforconsumption "
    "totalimports importtotal arrival arrivals ввоз импорт им",
    EXPORTS: "x 2 6 e ex exp export exports grossexp grossexports generalexports totalexports domesticexports dx "
    "dispatch dispatches exporttotal вывоз экспорт эк",
    "re-exports": "rx 3 reexport reexports",
    "re-imports": "rm 4 reimport reimports",
    "imports of one kind, which imports have in them": "fm mip mop foreignimports importsforinwardprocessing",
    "exports of one kind, which exports have in them": "xip xop exportsafterinwardprocessing",
}
_FLOW = {value: flow for flow, values in _VALUES.items() for value in values.split()}


def flow_of(value: str) -> str | None:
    """Return which flow a value of such a column means, None for an unknown one.

    Examples
    --------
    >>> flow_of("M"), flow_of("Re-Export"), flow_of("1"), flow_of("Imports"), flow_of("QQ")
    ('imports', 're-exports', 'imports', 'imports', None)
    """
    return _FLOW.get("".join(sign for sign in value.removesuffix(".0").casefold() if sign.isalnum()))


def sift_flows(rows: Together) -> None:
    """Set aside what is not imports, file by file; a file that has exports alone stays, for partners' statistics do."""
    for column, value in rows.constants.items():
        if plain_name(column) in NAMES and flow_of(value) not in (None, IMPORTS):
            rows.remarks.append(
                f"All trade is {flow_of(value)} (column {column}, {value}); it is taken as imports are."
            )
    for column, (codes, values) in rows.splits.items():
        flows = [flow_of(value) if value else None for value in values]
        if plain_name(column) in NAMES and any(flows):
            left = rows.rows_left()
            files = rows.files_of(left)
            for file in np.unique(files):
                these = left[files == file]
                _sift_file(rows, column, these, codes[these], flows, values, rows.labels[file])


def _sift_file(
    rows: Together,
    column: str,
    these: np.ndarray,
    codes: np.ndarray,
    flows: list[str | None],
    values: list[str],
    label: str,
) -> None:
    """Set aside what is not imports in one file."""
    held = np.flatnonzero(np.bincount(codes, minlength=len(values))).tolist()
    main = next((one for one in (IMPORTS, EXPORTS) if any(flows[place] == one for place in held)), None)
    if main is None:
        return
    for place in held:
        if flows[place] not in (None, main):
            rows.lose(these[codes == place], f"{OTHER_FLOW}{flows[place]} ({column} {values[place]})")
    unknown = [values[place] or "nothing" for place in held if flows[place] is None]
    if unknown:
        what = ", ".join(unknown[:5])
        rows.remarks.append(f"{label}, column {column}: {what} is no flow that is known; such rows count as {main}.")
    if main == EXPORTS:
        rows.remarks.append(f"{label} has exports and no imports (column {column}); they are taken as imports are.")
