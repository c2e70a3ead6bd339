"""The sorted index: everything that any scenario of a study needs, in flat arrays.

Built once from a study, it can be saved and mapped back into memory, so that tomorrow's sweep reads no trade.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fastavs.arrays_file import read_arrays, write_arrays
from fastavs.codes import Grouping, cut
from fastavs.duty import ADD, CONST, MAX, MIN, SUB, TERM, Duty, parse_duty
from fastavs.errors import InputError
from fastavs.kernels import sorted as kernels
from fastavs.kernels.options import readonly

if TYPE_CHECKING:
    from fastavs.study import Study

_FORMS = {
    (CONST,): kernels.PERCENT,
    (TERM,): kernels.ALONE,
    (CONST, TERM, MAX): kernels.GREATER,
    (CONST, TERM, ADD): kernels.SUM,
    (CONST, TERM, MIN): kernels.LESSER,
}


class Side(NamedTuple):
    """One schedule of one year, and its lines' place among all lines of the index."""

    kind: str
    year: int
    digits: int
    first: int
    last: int  # one past the last line
    own_trade: bool


class Lines(NamedTuple):
    """Lines of all schedule years, side after side. h lines in all."""

    key: np.ndarray  # int64[h]
    duty: np.ndarray  # int32[h] place among the duties
    level: np.ndarray  # int8[h] digits at which observations were found; 0 = none
    found: np.ndarray  # int64[h] usable observations
    group: np.ndarray  # int32[h] observations to charge; -1: none, or none needed
    imports: np.ndarray  # float64[h]
    matched: np.ndarray  # bool[h]


class Alternatives(NamedTuple):
    """Observations that a line would need for a duty on other quantities. Sorted by line, then kinds."""

    line: np.ndarray  # int64[x]
    kinds: np.ndarray  # int64[x] place among `SortedIndex.kinds`
    level: np.ndarray  # int8[x]
    found: np.ndarray  # int64[x]
    group: np.ndarray  # int32[x]


@dataclass(frozen=True, slots=True)
class SortedIndex:
    """What a study's scenarios are worked out from.

    Attributes
    ----------
    facts : dict
        Years, options, names: what is no array.
    sides : tuple of Side
    duties : tuple of str
        Distinct duties, canonical.
    lines : Lines
    others : Alternatives
    entries : kernels.Entries
        Observations by group of codes and period, sorted by ratio.
    observation : int32[n]
        Of each entry: its place in `Study.recorded`, where partner, value and quantity are found.
    fx : float64[contexts, currencies, periods]
        NaN where the study has no rate.
    fingerprint : str
        Of the inputs that the index was built from.
    kept : dict
        What was made ready for a sweep and serves the next one.
    """

    facts: dict[str, Any]
    sides: tuple[Side, ...]
    duties: tuple[str, ...]
    lines: Lines
    others: Alternatives
    entries: kernels.Entries
    observation: np.ndarray
    fx: np.ndarray
    fingerprint: str
    kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def groups(self) -> dict[str, Grouping]:
        return {
            title: Grouping(title, tuple(prefixes), tuple(members), names)
            for title, (prefixes, members, names) in self.facts["groups"].items()
        }

    def side(self, kind: str, year: int) -> int:
        """Return a side's place."""
        return next(place for place, side in enumerate(self.sides) if (side.kind, side.year) == (kind, year))

    def save(self, path: str | Path) -> None:
        """Write the index, made ready for sweeps, to a file that `load` maps into memory."""
        from fastavs.sweeping.plan import make_plan, plan_parts

        ready, seats = plan_parts(make_plan(self))
        arrays = {"observation": self.observation, "fx": self.fx}
        for title, part in (("lines", self.lines), ("others", self.others), ("entries", self.entries)):
            arrays |= {f"{title}.{name}": array for name, array in part._asdict().items()}
        arrays |= ready
        facts = self.facts | {
            "plan": seats,
            "sides": self.sides,
            "duties": self.duties,
            "fingerprint": self.fingerprint,
        }
        write_arrays(Path(path), arrays, facts)

    @classmethod
    def load(cls, path: str | Path, study: Study | None = None) -> SortedIndex:
        """Map a saved index into memory.

        Parameters
        ----------
        path : path-like
        study : Study, optional
            What the index must have been built from.

        Raises
        ------
        InputError
            No index, one of another version, or one built from other inputs than the study's.
        """
        arrays, facts = read_arrays(Path(path))

        def part(kind: Any, title: str) -> Any:
            return kind(**{name: arrays[f"{title}.{name}"] for name in kind._fields})

        index = cls(
            {key: value for key, value in facts.items() if key not in ("sides", "duties", "fingerprint")},
            tuple(Side(*side) for side in facts["sides"]),
            tuple(facts["duties"]),
            part(Lines, "lines"),
            part(Alternatives, "others"),
            part(kernels.Entries, "entries"),
            arrays["observation"],
            arrays["fx"],
            facts["fingerprint"],
            {"arrays": {name: array for name, array in arrays.items() if name.startswith("plan.")}},
        )
        if study is not None:
            index.insist_on(study, str(path))
        return index

    def insist_on(self, study: Study, file: str | None = None) -> None:
        """Raise an InputError if the index was built from other inputs than the study's."""
        from fastavs.index_build import fingerprint

        if fingerprint(study) != self.fingerprint:
            raise InputError(
                "the index was built from other data, duties, exchange rates or options than the study's",
                file=file,
                cure="build it anew: fastavs.build_index(study), and save it",
            )


def duty_table(duties: Sequence[Duty], currencies: Sequence[str]) -> kernels.DutyTable:
    """Compile duties into flat arrays; see `kernels.DutyTable`."""
    op_start, term_start = [0], [0]
    op: list[int] = []
    arg: list[float] = []
    place: list[int] = []
    b: list[float] = []
    per_unit: list[float] = []
    currency: list[int] = []
    for duty in duties:
        if len(duty.program) > kernels.STACK or len(duty.specifics) > kernels.STACK:
            expected = f"at most {kernels.STACK} numbers and operations"
            raise InputError("a duty of too many parts", value=duty.text, expected=expected)
        op.extend(code for code, _ in duty.program)
        arg.extend(float(value) for _, value in duty.program)
        for term in duty.specifics:
            place.append(duty.kinds.index(term.kind))
            b.append(term.b)
            per_unit.append(float(1 / term.unit.size))
            currency.append(currencies.index(term.currency))
        op_start.append(len(op))
        term_start.append(len(b))
    return kernels.DutyTable(
        readonly(op_start, np.int64),
        readonly(op, np.int8),
        readonly(arg, np.float64),
        readonly(term_start, np.int64),
        readonly(place, np.int64),
        readonly(b, np.float64),
        readonly(per_unit, np.float64),
        readonly(currency, np.int64),
        readonly([duty.ad_valorem for duty in duties], np.float64),
        readonly([_form(duty) for duty in duties], np.int8),
    )


def _form(duty: Duty) -> int:
    """Return what a duty's rates are found by, read off its program."""
    codes = tuple(code for code, _ in duty.program)
    nested = len(duty.kinds) == 1 and SUB not in codes
    return _FORMS.get(codes, kernels.NESTED if nested else kernels.ANY)


def headings_of(keys: np.ndarray, digits: int) -> np.ndarray:
    """Return the place of each line's HS subheading among those of its schedule, int64[h]."""
    return np.unique(cut(keys, min(6, digits)), return_inverse=True)[1]


def parsed(index: SortedIndex) -> list[Duty]:
    """Return the distinct duties of an index."""
    return [parse_duty(text) for text in index.duties]
