"""A tariff function in a file that C reads without any library.

All numbers are little-endian, of 8 bytes. The head is 128 of them: ``FASTAVST``, version, byte order mark, size of the
file, CRC-32 of the file with 0 in this place, how many counts, how many arrays, 0; from number 8 on the counts
(`kernels.tariffs.COUNTS`); from number 32 on offset and bytes of each array (`ARRAYS`). Each array begins at a multiple
of 64. The last three are texts: names of sectors, regions and currencies, each ended by a zero byte; the table of
lines as a stream of Arrow; names, notes and facts as JSON.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa

from fastavs.errors import InputError
from fastavs.kernels.curve_shapes import Curves, MixedLines
from fastavs.kernels.options import readonly
from fastavs.kernels.tariffs import COUNTS, VERSION
from fastavs.models.file_forms import FORMS, wrong_values
from fastavs.models.parts import FunctionParts, counts_of
from fastavs.tables.outputs import cannot_write, reason_of, whole_files

MAGIC = b"FASTAVST"
BYTE_ORDER = 0x0102030405060708
HEAD, FIRST_COUNT, FIRST_ARRAY, APART = 1024, 8, 32, 64
TEXTS = ("names", "lines_table", "json")
LINES: Mapping[str, Callable[[pa.DataType], bool]] = {
    "year": pa.types.is_integer, "line": pa.types.is_string, "sector": pa.types.is_string,
    "region": pa.types.is_string, "weight": pa.types.is_floating, "rate": pa.types.is_floating,
    "specific": pa.types.is_floating, "critical_factor": pa.types.is_floating, "by_line": pa.types.is_boolean,
}  # fmt: skip
"""What the columns of the table of lines must be."""
ARRAYS = (*FORMS, *TEXTS)
_UNREADABLE = (
    OSError, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError, MemoryError,
    pa.ArrowException,
)  # fmt: skip
_ANEW = "make it anew: fastavs.tariff_function(study, ...), and save it"


def write_parts(parts: FunctionParts, path: Path) -> None:
    """Write a function, whole or not at all.

    Raises
    ------
    InputError
        The file cannot be written, or a name holds a zero byte.
    """
    content = _content(parts)
    offsets, at = [], HEAD
    for one in content:
        offsets.append(at)
        at += -(-one.nbytes // APART) * APART
    head = np.zeros(HEAD // 8, dtype="<i8")
    head[0] = int.from_bytes(MAGIC, "little")
    head[1:8] = VERSION, BYTE_ORDER, at, 0, len(COUNTS), len(ARRAYS), 0
    head[FIRST_COUNT : FIRST_COUNT + len(COUNTS)] = counts_of(parts)
    head[FIRST_ARRAY : FIRST_ARRAY + 2 * len(ARRAYS)] = [
        number for offset, one in zip(offsets, content, strict=True) for number in (offset, one.nbytes)
    ]
    pieces = [one.tobytes() + bytes(-one.nbytes % APART) for one in content]
    checksum = zlib.crc32(head.tobytes())
    for piece in pieces:
        checksum = zlib.crc32(piece, checksum)
    head[4] = checksum
    try:
        with whole_files([path]) as (new,), open(new, "wb") as file:
            file.write(head.tobytes())
            file.writelines(pieces)
    except OSError as error:
        cure = "name a file in a folder that is there, has room and may be written to"
        raise cannot_write("the tariff function", error, str(path), cure) from None


def _content(parts: FunctionParts) -> list[np.ndarray]:
    """Return all arrays in their order, as they stand in the file."""
    for name in (*parts.sectors, *parts.regions, *parts.currencies):
        if "\0" in name:
            raise InputError("a name with a zero byte cannot be saved", value=name, cure="give it another name")
    note = {
        "sectors": parts.sectors, "regions": parts.regions, "currencies": parts.currencies,
        "sector_names": parts.sector_names, "notes": parts.notes, "facts": parts.facts,
    }  # fmt: skip
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, parts.lines.schema) as writer:
        writer.write_table(parts.lines)
    texts = (_names(parts.sectors, parts.regions, parts.currencies), sink.getvalue(), json.dumps(note).encode())
    numbers = (
        *parts.curves, *parts.mixed, parts.borrowed_cell, parts.borrowed_price, parts.weights, parts.imports,
        parts.unknown_imports, np.array(parts.years, dtype=np.int64),
    )  # fmt: skip
    kinds = ["<f8" if form.kinds == "float64" else "<i8" for form in FORMS.values()]
    return [
        *(np.ascontiguousarray(one, dtype=kind).reshape(-1) for one, kind in zip(numbers, kinds, strict=True)),
        *(np.frombuffer(text, dtype=np.uint8) for text in texts),
    ]


def read_parts(path: Path) -> FunctionParts:
    """Read a file into memory and check it.

    Raises
    ------
    InputError
        No such file, none of ours, one of another version, or a damaged one.
    """
    content = _whole(path)
    begin = content[:8].tobytes()
    if begin != MAGIC:
        kind = "it is an index, or another file of Arrow" if begin[:6] == b"ARROW1" else "it is none of fastavs"
        raise InputError(
            f"the tariff function cannot be read ({kind})", file=str(path), cure=f"name another file, or {_ANEW}"
        )
    if len(content) < HEAD:
        _damaged(str(path), f"it has {len(content):,} bytes")
    head = np.frombuffer(content[:HEAD], dtype="<i8")
    if head[1] != VERSION:
        raise InputError(
            "the tariff function is of another version of fastavs", file=str(path), value=int(head[1]),
            expected=f"version {VERSION}", cure=_ANEW,
        )  # fmt: skip
    _check_head(str(path), head, content)
    counts = dict(zip(COUNTS, head[FIRST_COUNT : FIRST_COUNT + len(COUNTS)].tolist(), strict=True))
    arrays = _arrays(str(path), head, content, counts)
    try:
        return _parts(arrays, counts)
    except _UNREADABLE:
        _damaged(str(path), "its texts cannot be read")


def _whole(path: Path) -> np.ndarray:
    """Return a file's bytes in memory of our own, whatever becomes of the file: uint8[n], at a multiple of 64.

    Raises
    ------
    InputError
        It cannot be read, or does not begin as ours do (of which only the beginning is read).
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise ValueError  # nobody may ever write to a pipe, and some devices never end
        with open(path, "rb", buffering=0) as file:
            size = max(os.fstat(file.fileno()).st_size, len(MAGIC))
            begin = file.read(len(MAGIC))
            if begin != MAGIC:
                return np.frombuffer(begin, dtype=np.uint8)
            room = np.empty(size + APART, dtype=np.uint8)
            at = -room.ctypes.data % APART
            content = room[at : at + size]
            content[: len(MAGIC)] = np.frombuffer(MAGIC, dtype=np.uint8)
            filled = len(MAGIC)
            while filled < size:
                more = file.readinto(content[filled:].data)
                if not more:
                    break
                filled += more
    except (OSError, ValueError, MemoryError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else "it is no file"
        reason = "no such file" if isinstance(error, FileNotFoundError) else reason
        reason = "there is no memory for it" if isinstance(error, MemoryError) else reason
        raise InputError(f"the tariff function cannot be read ({reason})", file=str(path)) from None
    content.flags.writeable = False
    return content[:filled]


def _check_head(file: str, head: np.ndarray, content: Any) -> None:
    if head[3] != len(content):
        _damaged(file, f"it has {len(content):,} bytes, not {int(head[3]):,}")
    without = head.copy()
    without[4] = 0
    with memoryview(content) as whole:
        checksum = zlib.crc32(whole[HEAD:], zlib.crc32(without.tobytes()))
    fixed = (int(head[2]), int(head[5]), int(head[6]))
    if head[4] != checksum or fixed != (BYTE_ORDER, len(COUNTS), len(ARRAYS)):
        _damaged(file, "it is not what was written")


def _arrays(file: str, head: np.ndarray, content: Any, counts: Mapping[str, int]) -> dict[str, np.ndarray]:
    """Return the arrays of a file, each within its bounds, of its size, and of values that kernels can rely on."""
    if min(counts.values()) < 0 or max(counts.values()) > len(content):
        _damaged(file, "its counts do not fit")
    sizes = {**counts, "cells": counts["years"] * counts["sectors"] * counts["regions"]}
    places = head[FIRST_ARRAY : FIRST_ARRAY + 2 * len(ARRAYS)].reshape(-1, 2).tolist()
    found = {}
    for name, (offset, size) in zip(ARRAYS, places, strict=True):
        kind = np.dtype("u1" if name in TEXTS else "<f8" if FORMS[name].kinds == "float64" else "<i8")
        if offset % APART or offset < HEAD or size < 0 or size % kind.itemsize or offset + size > len(content):
            _damaged(file, f"{name} lies outside")
        found[name] = np.frombuffer(content, dtype=kind, count=size // kind.itemsize, offset=offset)
    wrong = wrong_values({name: found[name] for name in FORMS}, sizes)
    if wrong:
        _damaged(file, wrong)
    return found


def _parts(arrays: Mapping[str, np.ndarray], counts: Mapping[str, int]) -> FunctionParts:
    note = json.loads(arrays["json"].tobytes())
    sectors, regions, currencies = (tuple(map(str, note[axis])) for axis in ("sectors", "regions", "currencies"))
    if (len(sectors), len(regions), len(currencies)) != (counts["sectors"], counts["regions"], counts["currencies"]):
        raise ValueError
    if arrays["names"].tobytes() != _names(sectors, regions, currencies):
        raise ValueError
    shape = (counts["years"], counts["sectors"], counts["regions"])
    numbers = {name: readonly(arrays[name], arrays[name].dtype.newbyteorder("=")) for name in FORMS}
    lines = _lines(arrays["lines_table"])
    _check_note(note)
    return FunctionParts(
        tuple(numbers["years"].tolist()), sectors, regions, currencies, note["sector_names"],
        Curves(**{name: numbers[f"curves.{name}"] for name in Curves._fields}),
        MixedLines(**{name: numbers[f"mixed.{name}"] for name in MixedLines._fields}),
        numbers["borrowed_cell"], numbers["borrowed_price"], numbers["weights"].reshape(shape),
        numbers["imports"].reshape(shape), numbers["unknown_imports"].reshape(shape), lines,
        tuple(note["notes"]), note["facts"],
    )  # fmt: skip


def _lines(content: np.ndarray) -> pa.Table:
    """Return the table of lines, of whose columns those that are asked for are there."""
    lines = pa.ipc.open_stream(pa.py_buffer(content)).read_all()
    lines.validate(full=True)
    for name, of_kind in LINES.items():
        if not of_kind(lines.schema.field(name).type):
            raise TypeError(name)
    return lines


def _check_note(note: Mapping[str, Any]) -> None:
    """Raise unless names, notes and facts are what they are taken for, and can be written."""
    names, notes, facts = note["sector_names"], note["notes"], note["facts"]
    texts = [*names, *names.values(), *notes, *facts] if isinstance(names, dict) and isinstance(facts, dict) else [None]
    if not isinstance(notes, list) or not all(isinstance(one, str) for one in texts):
        raise TypeError
    json.dumps(note, ensure_ascii=False).encode()


def _names(*axes: tuple[str, ...]) -> bytes:
    return "".join(f"{name}\0" for names in axes for name in names).encode()


def _damaged(file: str, what: str) -> NoReturn:
    raise InputError(f"the tariff function is damaged ({what})", file=file, cure=f"delete the file, and {_ANEW}")
