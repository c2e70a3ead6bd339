"""Forms of the arrays of a saved index."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastavs.codes import LONGEST
from fastavs.tables.forms import Form, form, starts

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
    "entries.period": form("int32", "segments", below="periods"),
    "entries.ratio": form("float64", "entries"),
    "entries.more": form("float64", "more"),
    "entries.group": starts("groups", "segments"),
    "entries.start": starts("segments", "entries"),
    "entries.low": form("float64", "segments"),
    "entries.high": form("float64", "segments"),
    "entries.total": form("float64", "segments"),
    "entries.running": form("float64", "entries+segments"),
    "entries.more_start": form("int64", "segments", below="more+1"),
    "entries.quantity": form("float64", "entries+more", or_empty=True),
    "entries.quantity_value": form("float64", "entries+more", or_empty=True),
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
    "records.kinds": form("int32", "records", low=0, or_empty=True),
    "records.present": form("bool", "records", or_empty=True),
}
REACH = {
    "reach.order": form("int64", "reach", below="codes"),
    "reach.digits": form("int8", "reach", below=_DIGITS),
    "reach.first": starts("sides", "reach", or_empty=True),
    "reach.levels": form("int8", "sides", "reach levels", below=_DIGITS, or_empty=True),
    "reach.code_lo": form("int32", "reach levels", "lines", below="reach+1", or_empty=True),
    "reach.code_hi": form("int32", "reach levels", "lines", below="reach+1", or_empty=True),
    "reach.borrows": form("bool", "lines", or_empty=True),
}
FX = {"fx": form("float64", "contexts", "currencies", "periods")}
FORMS: dict[str, Form] = LINES | OTHERS | ENTRIES | FURTHER | RECORDS | REACH | FX
"""Of every array that any saved index has."""

ROWS = {
    "ready.line_row": form("int64 int32", "lines", below="rows"),
    "ready.duties.op": form("int8", "operations", below="6"),
    "ready.duties.arg": form("float64", "operations"),
    "ready.duties.place": form("int64", "terms", low=0),
    "ready.duties.b": form("float64", "terms"),
    "ready.duties.per_unit": form("float64", "terms"),
    "ready.duties.currency": form("int64", "terms", below="currencies"),
    "ready.duties.op_start": starts("ready duties", "operations"),
    "ready.duties.term_start": starts("ready duties", "terms"),
    "ready.duties.ad_valorem": form("float64", "ready duties"),
    "ready.duties.form": form("int8", "ready duties", below="7"),
    "ready.rows.duty": form("int32", "rows", below="ready duties"),
    "ready.rows.group": form("int32", "rows", low=-1, below="groups"),
    "ready.rows.cell": form("int32", "rows", low=0),
    "ready.rows.quote": form("int32", "rows", below="contexts*currencies*periods"),
    "ready.rows.specific": form("bool", "rows"),
    "ready.rows.bare": form("bool", "rows"),
    "ready.rows.nullable": form("bool", "rows"),
}
LAYOUT = {
    "ready.layout.row": form("int64", "chunks+1", below="rows+1"),
    "ready.layout.slot_lo": form("int64", "levels", "slots", below="lines+1"),
    "ready.layout.slot_hi": form("int64", "levels", "slots", below="lines+1"),
    "ready.layout.slot": starts("chunks", "slots"),
    "ready.layout.line_seat": form("int32", "lines", below="seats"),
    "ready.layout.left": form("int32", "classes", below="seats"),
    "ready.layout.right": form("int32", "classes", low=-1, below="seats"),
    "ready.layout.lines": form("float64", "classes"),
    "ready.layout.weight": form("float64", "classes"),
    "ready.layout.matched": form("float64", "classes"),
    "ready.layout.heading": form("float64", "classes"),
    "ready.layout.subheading": form("int32", "classes", low=-1, below="lines"),
    "ready.line_class": form("int32", "lines of years", below="classes"),
    "ready.layout.start": starts("chunks*years", "classes"),
    "ready.layout.odd": form("int64", "chunks*years", below="classes+1"),
    "ready.layout.counts": form("float64", "years", "8"),
    "ready.layout.all_lines": form("float64", "years"),
    "ready.layout.matched_lines": form("float64", "years"),
    "ready.layout.bound": form("bool", "years"),
    "ready.layout.own": form("bool", "years"),
}
READY: dict[str, Form] = ROWS | LAYOUT
"""Of what is made ready for sweeps."""


def sizes_of(facts: Mapping[str, Any]) -> dict[str, int]:
    """Return the sizes that the facts of a saved index tell."""
    names = {
        "duties": "duties", "kinds": "kinds", "contexts": "contexts", "currencies": "currencies", "years": "years",
        "levels": "levels", "periods": "trade_periods", "partners": "partners", "sides": "sides",
    }  # fmt: skip
    sizes = {size: len(facts[name]) for size, name in names.items()} | {"lines": facts["sides"][-1][4]}
    return sizes | ({"ready duties": len(facts["ready"]["texts"]), "seats": facts["ready"]["seats"]})
