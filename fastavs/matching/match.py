"""A schedule year held against its trade: whose observations serve which line, what is matched, what weighs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastavs.inputs.options import Options
from fastavs.inputs.schedule import YearSchedule
from fastavs.matching.basis import Basis
from fastavs.matching.reach import Served, serve


@dataclass(frozen=True, slots=True)
class Match:
    """One schedule of one year against its trade, before any duty is charged. h lines.

    Attributes
    ----------
    schedule : YearSchedule
    basis : Basis
    served : Served
    own_trade : bool
        Whether the basis is the year's own trade.
    borrows : bool[h]
        Whether a line may look at its relatives' observations.
    imports : float64[h]
        Value of each line's own trade, by the partners that weigh.
    matched : bool[h]
    """

    schedule: YearSchedule
    basis: Basis
    served: Served
    own_trade: bool
    borrows: np.ndarray
    imports: np.ndarray
    matched: np.ndarray


def make_match(
    schedule: YearSchedule,
    basis: Basis,
    own_trade: bool,
    base_keys: np.ndarray,
    options: Options,
) -> Match:
    """Hold a schedule year against its trade: who serves which line, what is matched, what weighs.

    Parameters
    ----------
    schedule : YearSchedule
    basis : Basis
        The year's own observations, or the base period's.
    own_trade : bool
        True for the year's own: every line is matched and none borrows.
    base_keys : int64[...]
        Codes of the base-period schedules that have this schedule's code length.
    options : Options
    """
    served = serve(basis.recorded, schedule, options.levels, options.short_codes == "reach")
    h = schedule.keys.size
    all_imports, mfn_imports = basis.imports(served.own_line, h)
    if own_trade:
        imports = mfn_imports if options.weights == "mfn" else all_imports
        matched = np.ones(h, dtype=bool)
        borrows = np.zeros(h, dtype=bool)
    elif options.match_on == "imports":
        imports = mfn_imports
        matched = mfn_imports > 0.0
        borrows = np.ones(h, dtype=bool)
    else:
        imports = mfn_imports
        matched = np.isin(schedule.keys, base_keys) | (all_imports > 0.0)
        borrows = ~matched
    return Match(schedule, basis, served, own_trade, borrows, imports, matched)


def without_quantity(match: Match) -> np.ndarray:
    """Count each line's own observations that lack a quantity which its duty needs, int64[h]."""
    schedule, own_line = match.schedule, match.served.own_line
    kinds = [duty.kinds for duty in schedule.duties]
    served = np.flatnonzero(own_line >= 0)
    line = own_line[served]
    found = np.zeros(schedule.keys.size, dtype=np.int64)
    for some in sorted({one for one in kinds if one}):
        needed = schedule.per_duty([one == some for one in kinds])[line]
        np.add.at(found, line[needed], match.basis.lacking(some, served[needed]))
    return found
