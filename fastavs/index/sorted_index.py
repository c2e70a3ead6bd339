"""The sorted index: everything that any scenario of a study needs, in flat arrays.

Built once from a study, it can be saved and mapped back into memory, so that tomorrow's sweep reads no trade.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fastavs.arguments import a_flag, a_path, or_none, takes
from fastavs.errors import InputError
from fastavs.index.file import Saved, load_index, save_index
from fastavs.index.kept import Kept
from fastavs.index.lines_of_years import LinesOfYears, Members
from fastavs.index.packed import Packings
from fastavs.index.parts import IndexParts
from fastavs.index.prefixes import Prefixes
from fastavs.index.rows import USUAL_GROWTH, Ready, make_ready
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import Groups
from fastavs.matching.given import study_given

if TYPE_CHECKING:
    from fastavs.matching.given import HasMatches


@dataclass(frozen=True, repr=False)
class SortedIndex(IndexParts):
    """The parts of an index (see `IndexParts`), and what is made from them once and serves every scenario.

    Attributes
    ----------
    saved : Saved or None
        The file that the index stands in, if it does.
    """

    saved: Saved | None = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        from fastavs.index.shown import index_card
        from fastavs.shown.text import as_text

        return as_text(index_card(self, self.saved and self.saved.path))

    def _repr_html_(self) -> str:
        from fastavs.index.shown import index_card
        from fastavs.shown.html import as_html

        return as_html(index_card(self, self.saved and self.saved.path))

    @cached_property
    def lines_of_years(self) -> LinesOfYears:
        """The lines of all years."""
        return LinesOfYears(self)

    @cached_property
    def prefixes(self) -> Prefixes:
        """What its lines and the codes of its trade begin with."""
        return Prefixes(self)

    @cached_property
    def packings(self) -> Packings:
        """Rows laid side by side for scenarios that are worked out one by one."""
        return Packings(self.entries, self.fx.shape[2])

    @cached_property
    def ready(self) -> Ready:
        """Rows and classes for scenarios that tell no lines apart, and raise amounts by no more than is usual."""
        return self._made_ready(USUAL_GROWTH)

    @cached_property
    def ready_for_any(self) -> Ready:
        """The same for any purely specific duty to lose its last observation as an outlier."""
        return self._made_ready(None)

    def _made_ready(self, growth: float | None) -> Ready:
        n = self.lines.key.size
        nothing = np.zeros(n, dtype=np.int64)
        return make_ready(self, self.lines_of_years.every, self.parsed, nothing, np.zeros(n, dtype=bool), growth)

    @cached_property
    def line_weights(self) -> np.ndarray:
        """Imports of the lines of all years, 0 for those that are not matched; float64[...]."""
        weight = np.where(self.lines.matched, self.lines.imports, 0.0)[self.lines_of_years.every.named]
        return readonly(weight, np.float64)

    @cached_property
    def as_it_stands(self) -> Kept:
        """What reforms are told from: the index under the scenario that changes nothing."""
        return Kept(64)

    @cached_property
    def reforms(self) -> Kept:
        """What reforms touch, as last asked for."""
        return Kept(256, 1 << 26)

    @cached_property
    def whole_imports(self) -> tuple[np.ndarray, np.ndarray, float]:
        """Imports by code and period as they are (float64[2, 2, z]), whose they are (uint64[z, words]), and their
        sum."""
        from fastavs.kernels.cell_weights import mark_partners, whole_cells

        records, cells = self.records, self.records.period.size
        whole = np.empty((2, 2, cells))
        bound = float(records.value.sum())
        whole_cells(records, self.taking_part, bound, whole)
        marks = np.zeros((cells, len(self.facts["partners"]) // 64 + 1), dtype=np.uint64)
        mark_partners(records, marks)
        return readonly(whole, np.float64), readonly(marks, np.uint64), bound

    @cached_property
    def kept(self) -> dict[str, Any]:
        """What scenarios made of the index last, by those who made it."""
        return {}

    def grouped(self, some: Members) -> Groups:
        """Return groups as the kernel takes them, with the lines' weights."""
        return Groups(some.start, some.line, some.year, self.line_weights, some.year_start)

    def with_parts(self, **parts: Any) -> SortedIndex:
        """Return the index with some parts anew that its lines and rows do not rest on; those go along as they are."""
        new = replace(self, saved=None, **parts)
        for name in ("lines_of_years", "ready", "ready_for_any", "parsed"):
            if name in self.__dict__:
                new.__dict__[name] = self.__dict__[name]  # where `cached_property` keeps it
        return new

    @takes(path=a_path)
    def save(self, path: str | Path) -> None:
        """Write the index, made ready for sweeps, to a file that `load` maps into memory."""
        object.__setattr__(self, "saved", save_index(self, self.ready, Path(path)))

    @classmethod
    @takes(path=a_path, study=or_none(study_given), mapped=a_flag)
    def load(cls, path: str | Path, study: HasMatches | None = None, *, mapped: bool = True) -> SortedIndex:
        """Map a saved index into memory.

        Parameters
        ----------
        path : path-like
        study : Study, optional
            What the index must have been built from.
        mapped : bool
            False reads it instead, so that the file is free to be deleted on Windows.

        Raises
        ------
        InputError
            No index, one of another version, or one built from other inputs than the study's.
        """
        parts, ready, saved = load_index(Path(path), mapped)
        index = cls(**parts, saved=saved)
        index.__dict__["ready"] = ready  # where `cached_property` keeps it
        if study is not None:
            index.insist_on(study, str(path))
        return index

    @takes(study=study_given)
    def insist_on(self, study: HasMatches, file: str | None = None) -> None:
        """Raise an InputError if the index was built from other inputs than the study's."""
        if study.matches.fingerprint != self.fingerprint:
            raise InputError(
                "the index was built from other data, duties, exchange rates or options than the study's",
                file=file,
                cure="build it anew: fastavs.build_index(study), and save it",
            )
