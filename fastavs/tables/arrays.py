"""Arrays in a file: one Arrow IPC batch, mapped into memory when read, each array checked when first asked for."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa

from fastavs.errors import InputError
from fastavs.kernels.options import readonly
from fastavs.tables.forms import Form, check_forms, check_values
from fastavs.tables.outputs import cannot_write, reason_of, whole_files

VERSION = 3
_NOTE, _SUM = b"fastavs", b"fastavs.crc32"
_ANEW = "build it anew: fastavs.build_index(study), and save it"
_UNREADABLE = (pa.ArrowException, OSError, ValueError, TypeError, LookupError, OverflowError)


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
    """Write arrays and facts as one Arrow IPC file: a row, a binary column for each array, a checksum for each.

    Raises
    ------
    InputError
        The file cannot be written; what stood there stays.
    """
    values = {name: np.ascontiguousarray(array).reshape(-1).view(np.uint8) for name, array in arrays.items()}
    heads = {
        name: [_described(array.dtype), list(array.shape), zlib.crc32(values[name].data)]
        for name, array in arrays.items()
    }
    note = json.dumps({"version": VERSION, "arrays": heads, "facts": facts}).encode()
    columns = []
    for some in values.values():
        offsets = pa.py_buffer(np.array([0, some.size], dtype=np.int64))
        columns.append(pa.Array.from_buffers(pa.large_binary(), 1, [None, offsets, pa.py_buffer(some)]))
    marks = {_NOTE: note, _SUM: str(zlib.crc32(note)).encode()}
    schema = pa.schema([(name, pa.large_binary()) for name in arrays], metadata=marks)
    try:
        with (
            whole_files([path]) as (new,),
            pa.OSFile(str(new), "wb") as sink,
            pa.ipc.new_file(sink, schema) as writer,
        ):
            writer.write_batch(pa.record_batch(columns, schema=schema))
    except OSError as error:
        cure = "name a file in a folder that is there, has room and may be written to"
        raise cannot_write("the index", error, str(path), cure) from None


def stamp_of(path: Path) -> tuple[int, int] | None:
    """Return size and time of change of a file, None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


class Arrays(Mapping[str, np.ndarray]):
    """The arrays of a file by name, read-only.

    Each is held against its checksum when it is first asked for, and against its form where it has one: what is not
    asked for costs nothing.

    Raises
    ------
    InputError
        When an array is asked for that is not what was written.
    """

    def __init__(self, file: str, batch: pa.RecordBatch, heads: Mapping[str, Any]) -> None:
        self._file = file
        self._batch = batch
        self._heads = heads
        self._forms: Mapping[str, Form] = {}
        self._sizes: Mapping[str, int] = {}
        self._sound: dict[str, np.ndarray] = {}

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._sound:
            self._sound[name] = self._checked(name)
        return self._sound[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._heads)

    def __len__(self) -> int:
        return len(self._heads)

    def __contains__(self, name: object) -> bool:
        return name in self._heads  # without a look at the array

    def expect(self, forms: Mapping[str, Form], sizes: Mapping[str, int]) -> None:
        """Hold types and shapes against what they must be; values will be when an array is first asked for.

        Parameters
        ----------
        forms : mapping of str to Form
            Of every array that must be there.
        sizes : mapping of str to int
            What is known of the sizes that forms name.

        Raises
        ------
        InputError
            An array is lacking, or of another type or shape.
        """
        heads = {name: (kind, tuple(shape)) for name, (kind, shape, _) in self._heads.items()}
        wrong, self._sizes = check_forms(heads, forms, sizes)
        if wrong:
            damaged(self._file, wrong)
        self._forms = forms

    def part(self, kind: Any, title: str) -> Any:
        """Return the arrays ``title.field`` as a NamedTuple of that kind, each checked."""
        return kind(**{name: self[f"{title}.{name}"] for name in kind._fields})

    def _checked(self, name: str) -> np.ndarray:
        kind, shape, checksum = self._heads[name]
        try:
            dtype = np.dtype(kind)
            size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
            buffer = self._batch.column(name).buffers()[2] if size else b""
            values = np.frombuffer(buffer, dtype=np.uint8)[:size]
            sound = values.size == size and zlib.crc32(values.data) == checksum
            array = readonly(values.view(dtype).reshape(shape), dtype) if sound else None
        except _UNREADABLE:
            array = None
        if array is None:
            damaged(self._file, f"{name} is not what was written")
        if name in self._forms:
            wrong = check_values(name, array, self._forms[name], self._sizes)
            if wrong:
                damaged(self._file, wrong)
        return array


def damaged(file: str, what: str) -> NoReturn:
    """Raise the InputError for a file that is ours and not sound."""
    raise InputError(f"the index is damaged ({what})", file=file, cure=f"delete the file, and {_ANEW}")


def read_arrays(path: Path, mapped: bool = True) -> tuple[Arrays, dict[str, Any]]:
    """Map such a file into memory, or read it. Its facts are checked here, each array when first asked for.

    Raises
    ------
    InputError
        No such file, none of ours, one of another version, or a damaged one.
    """
    try:
        source = pa.memory_map(str(path)) if mapped else pa.py_buffer(path.read_bytes())
        batch = pa.ipc.open_file(source).get_batch(0)
        marks = batch.schema.metadata or {}
        note = marks[_NOTE]
    except OSError as error:
        known = reason_of(error) if error.errno else "it is no index of fastavs, or a damaged one"
        reason = "no such file" if isinstance(error, FileNotFoundError) else known
        raise InputError(f"the index cannot be read ({reason})", file=str(path), cure=_cure(error)) from None
    except _UNREADABLE:
        raise InputError(
            "the index cannot be read (it is no index of fastavs, or a damaged one)", file=str(path), cure=_cure()
        ) from None
    if _SUM in marks and marks[_SUM] != str(zlib.crc32(note)).encode():
        damaged(str(path), "its head is not what was written")
    try:
        content = json.loads(note)
        version = content["version"]
    except (ValueError, TypeError, LookupError, RecursionError):
        damaged(str(path), "its head cannot be read")
    if version != VERSION:
        raise InputError(
            "the index is of another version of fastavs", file=str(path), value=version,
            expected=f"version {VERSION}", cure=_ANEW,
        )  # fmt: skip
    if _SUM not in marks:
        damaged(str(path), "its head has lost its checksum")
    return Arrays(str(path), batch, content["arrays"]), content["facts"]


def _cure(error: OSError | None = None) -> str | None:
    """Return how to mend a file that cannot be read; what the system refuses is mended there."""
    return None if error is not None and error.errno else f"name another file, or delete this one and {_ANEW}"


def _described(kind: np.dtype[Any]) -> str | dict[str, Any]:
    """Return what tells a type, in JSON: its name, or for records the fields and where they stand."""
    if kind.names is None or kind.fields is None:
        return kind.str
    fields = [kind.fields[name] for name in kind.names]
    return {
        "names": list(kind.names), "formats": [one[0].str for one in fields], "offsets": [one[1] for one in fields],
        "itemsize": kind.itemsize, "aligned": kind.isalignedstruct,
    }  # fmt: skip
