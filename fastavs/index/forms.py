"""Forms of the arrays of a saved index."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastavs.codes import LONGEST
from fastavs.kernels.shapes import AMOUNT, DUTY, ROW, SEGMENT, YEAR
from fastavs.tables.forms import Form, form, starts, table, values

_CODES = str(10**LONGEST)
_DIGITS = str(LONGEST + 1)

LINES = {
    "lines.key": form("int64", "lines", below=_CODES),
    "lines.duty": form("int32", "lines", below="duties"),
    "lines.level": form("int8", "lines", below=_DIGITS),
    "lines.found": form("int64", "lines", low=0),
    "lines.imports": form("float64", "lines"),
    "lines.matched": form("bool", "lines"),
    "lines.no_quantity": form("int64", "lines", low=0, or_empty=True),
}
OTHERS = {
    "others.line": form("int64", "others", below="lines"),
    "others.kinds": form("int64", "others", below="kinds"),
    "others.level": form("int8", "others", below=_DIGITS),
    "others.found": form("int64", "others", low=0),
    "others.no_quantity": form("int64", "others", low=0, or_empty=True),
}
ENTRIES = {
    "entries.ratio": form("float64", "entries"),
    "entries.more": form("float64", "more"),
    "entries.segment": table(
        SEGMENT,
        "segments+1",
        start=values(rises=True, ends="entries"),
        more=values(below="more+1"),
        period=values(below="periods"),
    ),
    "entries.group": starts("groups", "segments"),
    "entries.running": form("float64", "entries+segments"),
    "entries.quantity": form("float64", "quantities", or_empty=True),
    "entries.quantity_value": form("float64", "quantities", or_empty=True),
    "observation": form("int32", "entries", low=0),
    "lines.group": form("int32", "lines", low=-1, below="groups"),
    "others.group": form("int32", "others", low=-1, below="groups"),
}
FURTHER = {
    "further.level": form("int8", "further", below=_DIGITS),
    "further.group": form("int32", "further", low=-1, below="groups"),
    "further.start": starts("lines+others", "further"),
}
RECORDS = {
    "records.code_key": form("int64", "codes", below=_CODES),
    "records.period": form("int32", "cells", below="periods"),
    "records.partner": form("int16 int32", "records", below="partners"),
    "records.own_code": form("int32", "own", below="codes"),
    "records.code_digits": form("int8", "codes", below=_DIGITS),
    "records.code_cell": starts("codes", "cells", or_empty=True),
    "records.start": starts("cells", "records", or_empty=True),
    "records.value": form("float64", "records"),
    "records.own_start": starts("sides", "own", or_empty=True),
    "records.own_line": form("int32", "own", below="lines"),
    "records.group_record": form("int64", "groups", below="records+1", or_empty=True),
    "records.kinds": form("int32", "records", low=0),
    "records.present": form("bool", "records", or_empty=True),
}
REACH = {
    "reach.first": starts("sides", "reaching", or_empty=True),
    "reach.order": form("int64", "reaching", below="codes"),
    "reach.digits": form("int8", "reaching", below=_DIGITS),
    "reach.levels": form("int8", "sides", "reach levels", below=_DIGITS, or_empty=True),
    "reach.code_lo": form("int32", "reach levels", "lines", below="reaching+1", or_empty=True),
    "reach.code_hi": form("int32", "reach levels", "lines", below="reaching+1", or_empty=True),
    "reach.borrows": form("bool", "lines", or_empty=True),
}
FORMS: Mapping[str, Form] = {
    **LINES, **OTHERS, **ENTRIES, **FURTHER, **RECORDS, **REACH,
    "fx": form("float64", "contexts", "currencies", "periods"),
}  # fmt: skip
"""Of every array that any saved index has."""

ROWS = {
    "ready.rows": table(
        ROW, "rows", duty=values(below="ready duties"), group=values(low=-1, below="groups"),
        cell=values(below="row cells"),
        fx_offset=values(below="contexts*currencies*periods"),
    ),
    "ready.line_row": form("int64 int32", "lines", below="rows"),
    "ready.duties.op": form("int8", "operations", below="6"),
    "ready.duties.arg": form("float64", "operations"),
    "ready.duties.amount": table(AMOUNT, "terms", currency=values(below="currencies"), kind=values(low=0)),
    "ready.duties.duty": table(
        DUTY, "ready duties", currency=values(below="currencies"), op=values(below="operations+1"),
        op_stop=values(below="operations+1"), term=values(below="terms+1"), term_stop=values(below="terms+1"),
        form=values(below="8"),
    ),
}  # fmt: skip
CLASSES = {
    "ready.carried.low": form("int64", "levels", "means", below="lines+1"),
    "ready.carried.high": form("int64", "levels", "means", below="lines+1"),
    "ready.layout.row": form("int64", "chunks+1", below="rows+1"),
    "ready.layout.mean": starts("chunks", "means"),
    "ready.layout.number": form("float64", "14", "classes"),
    "ready.layout.applied": form("int32", "classes", below="rows+means"),
    "ready.layout.bound": form("int32", "classes", low=-1, below="rows+means"),
    "ready.layout.subheading": form("int32", "classes", low=-1, below="lines"),
    "ready.layout.start": starts("chunks*years", "classes"),
    "ready.layout.uncertain": form("int64", "chunks*years", below="classes+1"),
    "ready.layout.years": table(YEAR, "years"),
    "ready.layout.counts": form("float64", "years", "7"),
    "ready.layout.known": form("float64", "years", "6"),
    "ready.line_class": form("int32", "lines of years", below="classes"),
}  # fmt: skip
READY: Mapping[str, Form] = {**ROWS, **CLASSES}
"""Of what is made ready for sweeps."""


def sizes_of(facts: Mapping[str, Any]) -> dict[str, int]:
    """Return the sizes that the facts of a saved index tell."""
    names = {
        "duties": "duties", "kinds": "kinds", "contexts": "contexts", "currencies": "currencies", "years": "years",
        "levels": "levels", "periods": "trade_periods", "partners": "partners", "sides": "sides",
    }  # fmt: skip
    sizes = {size: len(facts[name]) for size, name in names.items()} | {"lines": facts["sides"][-1][4]}
    ready = facts["ready"]
    return sizes | {"ready duties": len(ready["texts"]), "row cells": ready["cells"]}
