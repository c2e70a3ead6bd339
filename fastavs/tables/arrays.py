"""Arrays in a file: one Arrow IPC batch, mapped into memory when read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from fastavs.errors import InputError
from fastavs.kernels.options import readonly

VERSION = 3


def write_arrays(path: Path, arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> None:
    """Write arrays and facts as one Arrow IPC file: a row, a binary column for each array.

    Raises
    ------
    InputError
        The file cannot be written; what stood there stays.
    """
    shapes = {name: [_described(array.dtype), list(array.shape)] for name, array in arrays.items()}
    columns = []
    for array in arrays.values():
        values = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
        offsets = pa.py_buffer(np.array([0, values.size], dtype=np.int64))
        columns.append(pa.Array.from_buffers(pa.large_binary(), 1, [None, offsets, pa.py_buffer(values)]))
    note = {"fastavs": json.dumps({"version": VERSION, "shapes": shapes, "facts": facts})}
    schema = pa.schema([(name, pa.large_binary()) for name in arrays], metadata=note)
    new = path.with_name(path.name + ".new")
    try:
        with pa.OSFile(str(new), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
            writer.write_batch(pa.record_batch(columns, schema=schema))
        new.replace(path)
    except OSError as error:
        new.unlink(missing_ok=True)
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise InputError(
            f"the index cannot be written ({reason})", file=str(path),
            cure="name a file in a folder that is there, has room and may be written to",
        ) from None  # fmt: skip


def stamp_of(path: Path) -> tuple[int, int] | None:
    """Return size and time of change of a file, None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def read_arrays(path: Path, mapped: bool = True) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Map such a file into memory, or read it.

    Raises
    ------
    InputError
        No such file, none of ours, or one of another version.
    """
    try:
        source = pa.memory_map(str(path)) if mapped else pa.py_buffer(path.read_bytes())
        batch = pa.ipc.open_file(source).get_batch(0)
        note = json.loads((batch.schema.metadata or {})[b"fastavs"])
    except (OSError, pa.ArrowInvalid, KeyError) as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else "it is no index of fastavs"
        raise InputError(f"the index cannot be read ({reason})", file=str(path)) from None
    if note["version"] != VERSION:
        raise InputError(
            "the index is of another version of fastavs",
            file=str(path),
            value=note["version"],
            expected=f"version {VERSION}",
            cure="build it anew: fastavs.build_index(study), and save it",
        )
    arrays = {}
    for name, (kind, shape) in note["shapes"].items():
        start, stop = np.frombuffer(batch.column(name).buffers()[1], dtype=np.int64, count=2)
        values = np.frombuffer(batch.column(name).buffers()[2], dtype=np.uint8)[start:stop]
        dtype = np.dtype(kind)
        arrays[name] = readonly(values.view(dtype).reshape(shape), dtype)
    return arrays, note["facts"]


def _described(kind: np.dtype[Any]) -> str | dict[str, Any]:
    """Return what tells a type, in JSON: its name, or for records the fields and where they stand."""
    if kind.names is None or kind.fields is None:
        return kind.str
    fields = [kind.fields[name] for name in kind.names]
    return {
        "names": list(kind.names), "formats": [one[0].str for one in fields], "offsets": [one[1] for one in fields],
        "itemsize": kind.itemsize, "aligned": kind.isalignedstruct,
    }  # fmt: skip
