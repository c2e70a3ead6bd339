"""What to do about rows and quantities that are set aside, by reason."""

from __future__ import annotations

from fastavs.inputs.set_aside import (
    DROPPED,
    GROUP_OF_COUNTRIES,
    LOOKS_MISLABELLED,
    MEMBER_OF_GROUP,
    OF_READERS,
    OTHER_FLOW,
    OVERLAPPING_GROUP,
    PART_OF_TOTAL,
    REPEATED,
    SUM_OF_CODES,
)

KEEP_TOTALS = 'say totals = "keep" under [trade] to keep them'
ON_PURPOSE = {
    SUM_OF_CODES: KEEP_TOTALS,
    PART_OF_TOTAL: KEEP_TOTALS,
    GROUP_OF_COUNTRIES: KEEP_TOTALS,
    OVERLAPPING_GROUP: KEEP_TOTALS,
    MEMBER_OF_GROUP: KEEP_TOTALS,
    LOOKS_MISLABELLED: 'say mislabelled = "report" under [options] to keep them',
    REPEATED: 'say duplicates = "keep" under [trade] to keep them',
    DROPPED: "leave them out of the table of rows to drop",
    OTHER_FLOW: 'if another flow is meant, name it: flow = "imports" or flow = "exports" under [trade]',
    **dict.fromkeys(OF_READERS, ""),  # what they say stands in other rows as well
}
CHOSEN = (DROPPED, LOOKS_MISLABELLED, REPEATED)
"""What is set aside only where the study says so: a warning of it has no cure."""
NO_PARTNER = (
    'see whether "NA" (Namibia) was read as nothing: pandas does so unless it is told keep_default_na=False; else mend '
    "the rows, which study.set_aside.table() names one by one"
)
ROW_BY_ROW = "mend the rows, which study.set_aside.table() names one by one"


def cure_of(reason: str) -> str:
    """Return what to do about what is set aside for a reason; "" where nothing is to be done."""
    if reason.startswith("no partner"):
        return NO_PARTNER
    return next((cure for start, cure in ON_PURPOSE.items() if reason.startswith(start)), ROW_BY_ROW)
