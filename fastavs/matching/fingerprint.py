"""What tells whether an index was built from the inputs at hand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np

from fastavs.checked import Checked
from fastavs.matching.recorded import Recorded
from fastavs.tables.arrays import VERSION


def fingerprint(checked: Checked, recorded_at: Callable[[int], Recorded]) -> str:
    """Return a hash of everything that an index is made of; `recorded_at` gives the observations by code length."""
    digest = hashlib.blake2b(digest_size=20)
    tariffs = {schedule.digits for schedule in (*checked.applied.values(), *checked.bound.values())}
    for digits in sorted(tariffs):
        recorded = recorded_at(digits)
        for array in (recorded.code_key, recorded.code_digits, recorded.code, recorded.period, recorded.partner):
            digest.update(np.ascontiguousarray(array).view(np.uint8).data)
        for array in (recorded.value, recorded.excluded):
            digest.update(np.ascontiguousarray(array).view(np.uint8).data)
    trade = checked.trade  # in the order of the observations by now
    rows = trade.rows
    quantities = (rows.first, rows.second, rows.mass)
    for array in (rows.value, rows.marked, *(part for one in quantities for part in (one.at, one.kind, one.amount))):
        digest.update(np.ascontiguousarray(array).view(np.uint8).data)
    words: list[Any] = [
        VERSION, trade.codes, trade.periods, trade.partners, trade.kinds, trade.bridges,
        str(checked.options), str(checked.config.base), sorted(checked.fx.rates.items()), checked.fx.own,
        sorted(checked.partners.regions.items()),
        [(title, one.prefixes, one.members, one.names) for title, one in sorted(checked.groups.items())],
    ]  # fmt: skip
    for schedules in (checked.applied, checked.bound):
        for year, schedule in sorted(schedules.items()):
            words += [year, schedule.digits, [duty.text for duty in schedule.duties]]
            digest.update(schedule.keys.tobytes())
            digest.update(schedule.unread.tobytes())
            digest.update(schedule.duty.tobytes())
    digest.update(np.ascontiguousarray(trade.excluded).view(np.uint8).data)
    digest.update(repr(words).encode())
    return digest.hexdigest()
