"""The sorted index in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastavs.evaluation.plan import Plan, make_plan, plan_parts
from fastavs.index.sorted_index import Alternatives, Lines, Side, SortedIndex
from fastavs.kernels.shapes import Entries, Further, Records
from fastavs.tables.arrays import read_arrays, stamp_of, write_arrays

PARTS: dict[str, Any] = {
    "lines": Lines, "others": Alternatives, "entries": Entries, "further": Further, "records": Records,
}  # fmt: skip


def save_index(index: SortedIndex, path: Path, plan: Plan | None = None) -> None:
    """Write an index, made ready for sweeps.

    Parameters
    ----------
    index : SortedIndex
    path : Path
    plan : Plan, optional
        What it is made ready for; by default, for scenarios that tell no lines apart.
    """
    ready, seats = plan_parts(plan or make_plan(index))
    arrays = {"observation": index.observation, "fx": index.fx}
    for title in PARTS:
        arrays |= {f"{title}.{name}": array for name, array in getattr(index, title)._asdict().items()}
    arrays |= ready
    facts = index.facts | {
        "plan": seats,
        "sides": index.sides,
        "duties": index.duties,
        "fingerprint": index.fingerprint,
    }
    write_arrays(path, arrays, facts)
    if plan is None:
        index.kept["saved"] = (str(path.resolve()), stamp_of(path))


def load_index(path: Path, mapped: bool = True) -> SortedIndex:
    """Map an index into memory, or read it.

    Raises
    ------
    InputError
        No index, or one of another version.
    """
    stamp = stamp_of(path)
    arrays, facts = read_arrays(path, mapped)
    parts: dict[str, Any] = {
        title: kind(**{name: arrays[f"{title}.{name}"] for name in kind._fields}) for title, kind in PARTS.items()
    }
    return SortedIndex(
        facts={key: value for key, value in facts.items() if key not in ("sides", "duties", "fingerprint")},
        sides=tuple(Side(*side) for side in facts["sides"]),
        duties=tuple(facts["duties"]),
        observation=arrays["observation"],
        fx=arrays["fx"],
        fingerprint=facts["fingerprint"],
        kept={
            "arrays": {name: array for name, array in arrays.items() if name.startswith("plan.")},
            "saved": (str(path.resolve()), stamp),
        },
        **parts,
    )
