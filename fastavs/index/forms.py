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
}
FORMS: Mapping[str, Form] = {
    **LINES, **OTHERS, **ENTRIES, **FURTHER, **RECORDS, "fx": form("float64", "contexts", "currencies", "periods"),
}  # fmt: skip
"""Of every array that any saved index has."""

ROWS = {
    "plan.line_row": form("int64 int32", "lines", below="rows"),
    "plan.duties.op": form("int8", "operations", below="6"),
    "plan.duties.arg": form("float64", "operations"),
    "plan.duties.place": form("int64", "terms", low=0),
    "plan.duties.b": form("float64", "terms"),
    "plan.duties.per_unit": form("float64", "terms"),
    "plan.duties.currency": form("int64", "terms", below="currencies"),
    "plan.duties.op_start": starts("plan duties", "operations"),
    "plan.duties.term_start": starts("plan duties", "terms"),
    "plan.duties.ad_valorem": form("float64", "plan duties"),
    "plan.duties.form": form("int8", "plan duties", below="7"),
    "plan.rows.duty": form("int32", "rows", below="plan duties"),
    "plan.rows.group": form("int32", "rows", low=-1, below="groups"),
    "plan.rows.cell": form("int32", "rows", below="1"),
    "plan.rows.quote": form("int32", "rows", below="contexts*currencies*periods"),
    "plan.rows.specific": form("bool", "rows"),
    "plan.rows.bare": form("bool", "rows"),
    "plan.rows.nullable": form("bool", "rows"),
}
LAYOUT = {
    "plan.layout.row": form("int64", "chunks+1", below="rows+1"),
    "plan.layout.slot_lo": form("int64", "levels", "slots", below="lines+1"),
    "plan.layout.slot_hi": form("int64", "levels", "slots", below="lines+1"),
    "plan.layout.slot": starts("chunks", "slots"),
    "plan.layout.line_seat": form("int32", "lines", below="seats"),
    "plan.layout.left": form("int32", "classes", below="seats"),
    "plan.layout.right": form("int32", "classes", low=-1, below="seats"),
    "plan.layout.lines": form("float64", "classes"),
    "plan.layout.weight": form("float64", "classes"),
    "plan.layout.matched": form("float64", "classes"),
    "plan.layout.heading": form("float64", "classes"),
    "plan.layout.subheading": form("int32", "classes", low=-1, below="lines"),
    "plan.line_class": form("int32", "lines of years", below="classes"),
    "plan.layout.start": starts("chunks*years", "classes"),
    "plan.layout.odd": form("int64", "chunks*years", below="classes+1"),
    "plan.layout.counts": form("float64", "years", "8"),
    "plan.layout.all_lines": form("float64", "years"),
    "plan.layout.matched_lines": form("float64", "years"),
    "plan.layout.bound": form("bool", "years"),
    "plan.layout.own": form("bool", "years"),
}
READY: Mapping[str, Form] = {**ROWS, **LAYOUT}
"""Of what is made ready for sweeps."""


def sizes_of(facts: Mapping[str, Any]) -> dict[str, int]:
    """Return the sizes that the facts of a saved index tell."""
    names = {
        "duties": "duties", "kinds": "kinds", "contexts": "contexts", "currencies": "currencies", "years": "years",
        "levels": "levels", "periods": "trade_periods", "partners": "partners", "sides": "sides",
    }  # fmt: skip
    sizes = {size: len(facts[name]) for size, name in names.items()} | {"lines": facts["sides"][-1][4]}
    return sizes | ({"plan duties": len(facts["plan"]["texts"]), "seats": facts["plan"]["seats"]})
