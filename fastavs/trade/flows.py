"""Imports among other flows: a file that has exports as well as imports says so in a column of flows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastavs.inputs.set_aside import OTHER_FLOW
from fastavs.inputs.trade_columns import plain_name
from fastavs.trade.trade_rows import TradeRows

NAMES = frozenset(
    (
        "flow", "flowcode", "flowdesc", "flowid", "flowname", "flows", "tradeflow", "tradeflowcode", "tradeflowname",
        "tradeflowdesc", "rgcode", "rgdesc", "importexport", "impexp", "movement", "movementtype", "direction",
        "направление", "напр",
        "tradedirection", "napr", "statflow", "flowtype", "flowtypeid", "flowtypedescription",
    )
)  # fmt: skip
"""Names of columns of flows, as `plain_name` gives them."""

MOST_TOLD = 5
"""How many values remarks name."""
IMPORTS, EXPORTS = "imports", "exports"
_VALUES = {
    IMPORTS: "m 1 5 i im imp import imports euimports noneuimports "
    "grossimp grossimports generalimports generalimport importsforconsumption "
    "totalimports importtotal arrival arrivals ввоз импорт им "
    "einfuhr einfuhren importation importations importación importacion importaciones",
    EXPORTS: "x 2 6 e ex exp export exports euexports noneuexports "
    "grossexp grossexports generalexports totalexports domesticexports dx "
    "dispatch dispatches exporttotal вывоз экспорт эк "
    "ausfuhr ausfuhren exportation exportations exportación exportacion exportaciones",
    "re-exports": "rx reexport reexports",
    "re-imports": "rm reimport reimports",
    "imports of one kind, which imports have in them": "fm mip mop foreignimports importsforinwardprocessing",
    "exports of one kind, which exports have in them": "xip xop exportsafterinwardprocessing",
}
_FLOW = {value: flow for flow, values in _VALUES.items() for value in values.split()}

_GERMAN = {"e": IMPORTS, "a": EXPORTS}
_AGAIN = {"3": "re-exports", "4": "re-imports"}
_BRITISH = {"1": IMPORTS, "2": EXPORTS, "3": IMPORTS, "4": EXPORTS}  # with the European Union, and with all others
_BRITISH_COLUMN = "flowtypeid"
_COMTRADE = frozenset(("flowcode", "flowdesc", "rgcode", "rgdesc", "tradeflowcode", "tradeflow"))


def flow_of(value: str) -> str | None:
    """Return which flow a value of such a column means by itself, None for an unknown one.

    Examples
    --------
    >>> flow_of("M"), flow_of("Re-Export"), flow_of("1"), flow_of("Einfuhr"), flow_of("QQ")
    ('imports', 're-exports', 'imports', 'imports', None)
    """
    return _FLOW.get(_plain(value))


def flows_of(column: str, values: Sequence[str]) -> list[str | None]:
    """Return which flow each value of a column means, None for an unknown one.

    E and A are German where they stand together, without I or M. 3 and 4 are re-exports and re-imports in columns of
    Comtrade, and beside both imports and exports; but imports and exports outside the European Union in the column
    that HM Revenue & Customs calls FlowTypeId.

    Examples
    --------
    >>> flows_of("flow", ["E", "A"]), flows_of("flow", ["E", "I"])
    (['imports', 'exports'], ['exports', 'imports'])
    >>> flows_of("flow", ["1", "3"]), flows_of("flow", ["1", "2", "3"])
    (['imports', None], ['imports', 'exports', 're-exports'])
    >>> flows_of("FlowTypeId", ["1", "2", "3", "4"])
    ['imports', 'exports', 'imports', 'exports']
    """
    plain = [_plain(value) for value in values]
    if plain_name(column) == _BRITISH_COLUMN:
        return [_BRITISH.get(one) for one in plain]
    found = [_FLOW.get(one) for one in plain]
    if {"e", "a"} <= set(plain) and IMPORTS not in found:
        found = [_GERMAN.get(one, flow) for one, flow in zip(plain, found, strict=True)]
    if plain_name(column) in _COMTRADE or {IMPORTS, EXPORTS} <= set(found):
        found = [_AGAIN.get(one, flow) for one, flow in zip(plain, found, strict=True)]
    return found


def _plain(value: str) -> str:
    return "".join(sign for sign in value.removesuffix(".0").casefold() if sign.isalnum())


def sift_flows(rows: TradeRows, wanted: str | None) -> None:
    """Set aside what is of another flow, file by file.

    Parameters
    ----------
    rows : TradeRows
    wanted : {"imports", "exports"}, optional
        The flow that the study names. Left out, it is imports; a file that has exports alone then stays, for partners'
        statistics do.
    """
    told = False
    for column, value in rows.constants.items():
        if plain_name(column) in NAMES:
            told = True
            _sift_one_flow(rows, column, value, wanted)
    for column in rows.overflowed:
        if plain_name(column) in NAMES:
            told = True
            _tell_of_no_flow(rows, column, ["too many values, or fractions"], wanted)
    for column, (codes, values) in rows.breakdowns.items():
        if plain_name(column) not in NAMES:
            continue
        told = True
        flows = flows_of(column, values)
        if not any(flows):
            _tell_of_no_flow(rows, column, [value for value in values if value], wanted)
            continue
        left = rows.rows_left()
        files = rows.files_of(left)
        for file in np.unique(files):
            these = left[files == file]
            _sift_file(rows, column, these, codes[these], flows, values, rows.labels[file], wanted)
    if wanted and not told:
        rows.remarks.append(f"The study takes {wanted}, and the trade has no column of flows: all rows count.")


def _sift_one_flow(rows: TradeRows, column: str, value: str, wanted: str | None) -> None:
    """Judge a column in which all rows hold one value."""
    (flow,) = flows_of(column, [value])
    if flow is None:
        _tell_of_no_flow(rows, column, [value] if value else [], wanted)
    elif wanted and flow != wanted:
        rows.lose(rows.rows_left(), f"{OTHER_FLOW}{flow} ({column} {value})")
    elif not wanted and flow != IMPORTS:
        rows.remarks.append(f"All trade is {flow} (column {column}, {value}); it is taken as imports are.")


def _tell_of_no_flow(rows: TradeRows, column: str, values: Sequence[str], wanted: str | None) -> None:
    """Remark on a column that is called one of flows and has none that is known."""
    more = f" and {len(values) - MOST_TOLD} more" if len(values) > MOST_TOLD else ""
    rows.remarks.append(
        f"Column {column} is called one of flows, and none of its values is a flow that is known: "
        f"{', '.join(values[:MOST_TOLD]) or 'nothing'}{more}. Its rows count as {wanted or IMPORTS}."
    )


def _sift_file(
    rows: TradeRows,
    column: str,
    these: np.ndarray,
    codes: np.ndarray,
    flows: list[str | None],
    values: list[str],
    label: str,
    wanted: str | None,
) -> None:
    """Set aside what is of another flow in one file."""
    held = np.flatnonzero(np.bincount(codes, minlength=len(values))).tolist()
    known = sorted({flow for flow in (flows[place] for place in held) if flow})
    main = wanted or next((one for one in (IMPORTS, EXPORTS) if one in known), None)
    if label not in rows.files_with[column]:
        rows.remarks.append(
            f"{label} has no column {column}, which other files have: all its rows count as {wanted or IMPORTS}."
        )
        return
    if not known:
        _tell_of_no_flow(rows, f"{column} of {label}", [values[place] for place in held if values[place]], wanted)
        return
    if main is None:
        what = " and ".join(known)
        rows.remarks.append(f"{label} has {what} alone (column {column}); they are taken as imports are.")
        return
    for place in held:
        if flows[place] not in (None, main):
            rows.lose(these[codes == place], f"{OTHER_FLOW}{flows[place]} ({column} {values[place]})")
    unknown = [values[place] or "nothing" for place in held if flows[place] is None]
    if unknown:
        what = ", ".join(unknown[:MOST_TOLD])
        rows.remarks.append(f"{label}, column {column}: {what} is no flow that is known; such rows count as {main}.")
    if main == EXPORTS and not wanted:
        rows.remarks.append(f"{label} has exports and no imports (column {column}); they are taken as imports are.")
