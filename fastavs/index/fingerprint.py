"""What tells whether an index was built from the inputs at hand."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from fastavs.tables.arrays import VERSION

if TYPE_CHECKING:
    from fastavs.study import Study

_KNOWN: WeakKeyDictionary[Study, str] = WeakKeyDictionary()


def fingerprint(study: Study) -> str:
    """Return a hash of everything that an index is made of."""
    if study not in _KNOWN:
        _KNOWN[study] = _fingerprint(study)
    return _KNOWN[study]


def _fingerprint(study: Study) -> str:
    digest = hashlib.blake2b(digest_size=20)
    tariffs = {schedule.digits for schedule in (*study.applied.values(), *study.bound.values())}
    for digits in sorted(tariffs):
        recorded = study.recorded(digits)
        for array in (recorded.code_key, recorded.code_digits, recorded.code, recorded.period, recorded.partner):
            digest.update(np.ascontiguousarray(array).view(np.uint8).data)
        for array in (recorded.value, recorded.excluded):
            digest.update(np.ascontiguousarray(array).view(np.uint8).data)
    rows = study.trade.rows  # in the order of the observations by now
    quantities = (rows.first, rows.second, rows.mass)
    for array in (rows.value, rows.marked, *(part for one in quantities for part in (one.at, one.kind, one.amount))):
        digest.update(np.ascontiguousarray(array).view(np.uint8).data)
    words: list[Any] = [
        VERSION, study.trade.codes, study.trade.periods, study.trade.partners, study.trade.kinds,
        study.trade.bridges, str(study.options), str(study.config.base), sorted(study.fx.rates.items()), study.fx.own,
        sorted(study.partners.regions.items()),
        [(title, one.prefixes, one.members, one.names) for title, one in sorted(study.groups.items())],
    ]  # fmt: skip
    for schedules in (study.applied, study.bound):
        for year, schedule in sorted(schedules.items()):
            words += [year, schedule.digits, [duty.text for duty in schedule.duties]]
            digest.update(schedule.keys.tobytes())
            digest.update(schedule.duty.tobytes())
    digest.update(np.ascontiguousarray(study.trade.excluded).view(np.uint8).data)
    digest.update(repr(words).encode())
    return digest.hexdigest()
