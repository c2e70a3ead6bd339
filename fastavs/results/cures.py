"""What to do about rows and quantities that are set aside, by reason."""

from __future__ import annotations

from fastavs.inputs.set_aside import (
    DROPPED,
    GROUP_OF_COUNTRIES,
    LOOKS_MISLABELLED,
    MEMBER_OF_GROUP,
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
    OTHER_FLOW: "leave the flow that is not meant out of the table",
}
ROW_BY_ROW = "mend the rows, which study.set_aside.table() names one by one"


def cure_of(reason: str) -> str:
    """Return what to do about what is set aside for a reason."""
    return next((cure for start, cure in ON_PURPOSE.items() if reason.startswith(start)), ROW_BY_ROW)
