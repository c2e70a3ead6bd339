"""The sorted index in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from fastavs.index.forms import FORMS, READY, sizes_of
from fastavs.index.parts import Alternatives, IndexParts, Lines, Reach, Side
from fastavs.index.rows import Ready, ready_arrays, ready_from
from fastavs.kernels.shapes import Entries, Further, Records
from fastavs.tables.arrays import read_arrays, stamp_of, write_arrays

PARTS: dict[str, Any] = {
    "lines": Lines, "others": Alternatives, "entries": Entries, "further": Further, "records": Records, "reach": Reach,
}  # fmt: skip


class Saved(NamedTuple):
    """Where an index stands in a file."""

    path: Path
    stamp: tuple[int, int] | None  # size and time of change


def save_index(parts: IndexParts, ready: Ready, path: Path) -> Saved:
    """Write an index, made ready for sweeps."""
    ready_parts, ready_facts = ready_arrays(ready)
    arrays = {"observation": parts.observation, "fx": parts.fx}
    for title in PARTS:
        arrays |= {f"{title}.{name}": array for name, array in getattr(parts, title)._asdict().items()}
    facts = parts.facts | {
        "ready": ready_facts, "sides": parts.sides, "duties": tuple(parts.duties), "fingerprint": parts.fingerprint,
    }  # fmt: skip
    write_arrays(path, arrays | ready_parts, facts)
    return Saved(path.resolve(), stamp_of(path))


def load_index(path: Path, mapped: bool = True) -> tuple[dict[str, Any], Ready, Saved]:
    """Map an index into memory, or read it.

    Returns
    -------
    parts : dict
        The fields of `IndexParts`.
    ready : Ready
    saved : Saved

    Raises
    ------
    InputError
        No index, or one of another version.
    """
    stamp = stamp_of(path)
    arrays, facts = read_arrays(path, mapped)
    arrays.expect({**FORMS, **READY}, sizes_of(facts))
    parts: dict[str, Any] = {title: arrays.part(kind, title) for title, kind in PARTS.items()}
    apart = ("sides", "duties", "fingerprint", "ready")
    parts |= {
        "facts": {key: value for key, value in facts.items() if key not in apart},
        "sides": tuple(Side(*side) for side in facts["sides"]),
        "duties": tuple(facts["duties"]),
        "observation": arrays["observation"],
        "fx": arrays["fx"],
        "fingerprint": facts["fingerprint"],
    }
    return parts, ready_from(arrays, facts["ready"]), Saved(path.resolve(), stamp)
