"""What most likely is a mistake in a study and stops nothing, in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from fastavs.errors import place_of
from fastavs.results.unmet import Unmet, unknown_partners, unmet_names
from fastavs.results.unread_duties import unread_record
from fastavs.warned import Caution

if TYPE_CHECKING:
    from fastavs.checked import Checked

SHOWN = 8
"""How many partners a caution lists."""


def cautions(checked: Checked) -> list[str]:
    """Return what most likely is a mistake, a sentence or two each."""
    twice = [Caution(note, cure="name each file once") for note in checked.inputs.by_readers.overlaps]
    return [*twice, *_spellings(checked), *_unknown(checked), *map(_unmet, unmet_names(checked))]


def unread_caution(checked: Checked) -> list[str]:
    """Return a sentence on the lines set aside because their duty cannot be read, if there are any."""
    lines = {(one.kind, line) for one in checked.unread for line in one.lines}
    if not lines:
        return []
    rows = sum(len(one.rows) for one in checked.unread)
    value = math.fsum(one["imports"] for one in unread_record(checked))
    texts = len({one.text for one in checked.unread})
    first = checked.unread[0]
    what = "1 line is" if len(lines) == 1 else f"{len(lines):,} lines are"
    told = (
        f"{what} set aside, as {texts:,} duty {'text' if texts == 1 else 'texts'} cannot be read. The first: "
        f'"{first.text}", {place_of(first.file, first.rows[0])}, line {first.lines[0]}.'
    )
    return [
        Caution(told, rows=rows, value=value, cure="write those duties so that they can be read, as 15% + 2 EUR/kg")
    ]


def _spellings(checked: Checked) -> list[str]:
    return [
        f"{' and '.join(some)} are one partner, which stands as {code} in all results."
        for code, some in checked.trade.respelled.items()
    ]


def _unmet(one: Unmet) -> Caution:
    cure = "" if one.hint else "mend what is misspelt, and leave out what is not needed"
    return Caution(str(one), cure=cure)


def _unknown(checked: Checked) -> list[str]:
    unknown = sorted(unknown_partners(checked), key=lambda one: (-one[1], one[0]))
    if not unknown:
        return []
    more = f"; and {len(unknown) - SHOWN} more" if len(unknown) > SHOWN else ""
    some = "; ".join(f"{partner} ({value:,.0f})" for partner, value in unknown[:SHOWN])
    told = (
        f"Partners of the trade that are no known country, with their trade in {checked.config.currency}: {some}{more}."
    )
    if any(partner.isdigit() for partner, _ in unknown):
        told += (
            " Numbers are read as M49 (three digits) or as the US Census Bureau's (four); those of another list must "
        )
        told += "become ISO codes first."
    value = math.fsum(one[1] for one in unknown)
    return [Caution(told, value=value, cure="write ISO alpha-3 codes, or English names")]
