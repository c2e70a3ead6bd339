"""What was found in a study's data that a person should look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from fastavs.inputs.set_aside import ROW
from fastavs.results.cautions import cautions, unread_caution
from fastavs.results.cures import cure_of
from fastavs.results.facts import large_losses, reading_record
from fastavs.results.scale import remarks_of_sample
from fastavs.warned import Caution, as_caution

if TYPE_CHECKING:
    from fastavs.checked import Checked

SCHEMA = pa.schema([
    ("what", pa.string()), ("rows", pa.int64()), ("value", pa.float64()), ("share", pa.float64()),
    ("cure", pa.string()),
])  # fmt: skip


def cautions_of(checked: Checked) -> list[Caution]:
    """Return what most likely is a mistake and stops nothing, what costs most of the trade first."""
    counts = reading_record(checked, suspects=False)
    told = [*large_losses(counts), *unread_caution(checked), *counts["cautions"], *counts["remarks"]]
    return [as_caution(one) for one in told]


def faults(checked: Checked) -> list[Caution]:
    """Return all that is set aside, by reason, what `cautions_of` says besides, and how the tables were read."""
    factor = checked.config.trade.value_factor
    aside = [
        Caution(
            f"{'rows' if one.lost == ROW else 'quantities'} set aside: {one.reason} (the first: {one.first})",
            rows=one.count, value=one.value * factor, cure=cure_of(one.reason),
        )
        for one in checked.set_aside.accounts()
    ]  # fmt: skip
    told = [
        *unread_caution(checked), *cautions(checked), *checked.trade.remarks, *remarks_of_sample(checked),
        *checked.inputs.notes(),
    ]  # fmt: skip
    return [*aside, *map(as_caution, told)]


def faults_table(checked: Checked, found: list[Caution]) -> pa.Table:
    """Return faults as a table.

    Returns
    -------
    pyarrow.Table
        ``what``; ``rows`` that it concerns; their trade ``value`` (study's currency) and its ``share`` in all trade
        read (a fraction); ``cure``. Null where nothing is counted.
    """
    factor = checked.config.trade.value_factor
    lost = sum(one.value for one in checked.set_aside.accounts() if one.lost == ROW) * factor
    total = float(checked.trade.rows.value.sum()) + lost
    rows = [
        {
            "what": str(one), "rows": one.rows, "value": one.value,
            "share": None if one.value is None or not total else one.value / total, "cure": one.cure or None,
        }
        for one in found
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, SCHEMA)
