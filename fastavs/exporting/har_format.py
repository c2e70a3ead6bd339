"""GEMPACK's header array files (HAR): headers to bytes.

A file is a row of records, each between two copies of its length. A header begins with a record of its name alone; all
other records begin with four blanks. Numbers are little-endian, reals have single precision.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from fastavs.errors import InputError

NAME, LONG_NAME, DIMENSIONS, SET_NAME = 4, 70, 7, 12
BLOCK = 7996  # reals in a record
PAIRS = 3996  # places and reals in a record of an array stored sparsely
STRINGS = 29_980  # bytes of texts in a record
_BLANKS = b"    "


class Text(NamedTuple):
    """Lines of text, or the elements of a set: then the long name begins with "Set NAME"."""

    name: str
    long_name: str
    lines: tuple[str, ...]


class Reals(NamedTuple):
    """An array over sets.

    Attributes
    ----------
    name, long_name, coefficient : str
        Up to 4, 70 and 12 letters.
    sets : tuple of (str, tuple of str)
        Of each dimension: its name and its elements, up to 12 letters each.
    values : float64[...]
    """

    name: str
    long_name: str
    coefficient: str
    sets: tuple[tuple[str, tuple[str, ...]], ...]
    values: np.ndarray


def har_bytes(headers: Sequence[Text | Reals], sparse: bool = False) -> bytes:
    """Return a header array file.

    Parameters
    ----------
    headers : sequence of Text or Reals
    sparse : bool
        Whether arrays that are mostly 0 are stored by place: programs of before 2006 cannot read them.

    Raises
    ------
    InputError
        What the format cannot hold: names too long, twice or other than ASCII, no number, too many dimensions.
    """
    names = [one.name.upper() for one in headers]
    for name in names:
        if names.count(name) > 1:
            raise InputError("two headers of a HAR file have one name", value=name)
    parts: list[bytes] = []
    for one in headers:
        parts += _text_records(one) if isinstance(one, Text) else _real_records(one, sparse)
    return b"".join(struct.pack("<i", len(part)) + part + struct.pack("<i", len(part)) for part in parts)


def _text_records(header: Text) -> Iterator[bytes]:
    width = max(map(len, header.lines), default=1)
    if header.long_name.startswith("Set "):
        _check_elements(header.long_name.split()[1], header.lines)
    yield _ascii(header.name, NAME, "the name of a header")
    yield _described("1C", "FULL", header.long_name, (len(header.lines), width))
    yield from _strings(header.lines, width)


def _real_records(header: Reals, sparse: bool) -> Iterator[bytes]:
    shape = header.values.shape
    sizes = tuple(len(elements) for _, elements in header.sets)
    if shape != sizes or not 1 <= len(shape) <= DIMENSIONS:
        raise InputError(
            f"header {header.name} has other dimensions than its sets", value=shape, expected=f"{sizes}, 1 to 7"
        )
    with np.errstate(over="ignore"):
        reals = header.values.ravel(order="F").astype("<f4")
    if not np.isfinite(reals).all():
        raise InputError(
            f"header {header.name} has a number that single precision does not hold (null, or beyond 3.4e38)"
        )
    by_place = sparse and 0 < np.count_nonzero(reals) * 2 < reals.size
    dims = shape + (1,) * (DIMENSIONS - len(shape))
    yield _ascii(header.name, NAME, "the name of a header")
    yield _described("RE", "SPSE" if by_place else "FULL", header.long_name, dims)
    yield from _set_records(header)
    yield from _sparse(reals) if by_place else _full(reals, dims)


def _set_records(header: Reals) -> Iterator[bytes]:
    """Yield which sets an array is over, then the elements of each set once."""
    distinct = dict(header.sets)
    for name, elements in header.sets:
        if distinct[name] != elements:
            raise InputError(f"header {header.name} has two sets of one name", value=name)
    used = len(header.sets)
    yield b"".join((
        _BLANKS, struct.pack("<3i", len(distinct), -1, used), _ascii(header.coefficient, SET_NAME, "a coefficient"),
        struct.pack("<i", -1), *(_ascii(name, SET_NAME, "the name of a set") for name, _ in header.sets), b"k" * used,
        bytes(4 * used), bytes(4),
    ))  # fmt: skip
    for name, elements in distinct.items():
        _check_elements(name, elements)
        yield from _strings(elements, SET_NAME)


def _full(reals: np.ndarray, dims: tuple[int, ...]) -> Iterator[bytes]:
    """Yield an array whole, the first index fastest, in blocks that are rectangles of it."""
    blocks = list(_blocks(dims))
    yield _BLANKS + struct.pack("<2i", 2 * len(blocks) + 1, DIMENSIONS) + struct.pack(f"<{DIMENSIONS}i", *dims)
    done = 0
    for at, bounds in enumerate(blocks):
        left = 2 * (len(blocks) - at)
        size = math.prod(high - low + 1 for low, high in bounds)
        yield (
            _BLANKS
            + struct.pack("<i", left)
            + struct.pack(f"<{2 * DIMENSIONS}i", *(one for pair in bounds for one in pair))
        )
        yield _BLANKS + struct.pack("<i", left - 1) + reals[done : done + size].tobytes()
        done += size


def _blocks(dims: tuple[int, ...]) -> Iterator[list[tuple[int, int]]]:
    """Yield first and last index, from 1, of each dimension in each block."""
    whole = 0  # dimensions that a block has in full
    while whole < len(dims) and math.prod(dims[: whole + 1]) <= BLOCK:
        whole += 1
    front = [(1, size) for size in dims[:whole]]
    if whole == len(dims):
        yield front
        return
    step = BLOCK // math.prod(dims[:whole])
    for outer in np.ndindex(*reversed(dims[whole + 1 :])):
        behind = [(one + 1, one + 1) for one in reversed(outer)]
        for low in range(1, dims[whole] + 1, step):
            yield [*front, (low, min(low + step - 1, dims[whole])), *behind]


def _sparse(reals: np.ndarray) -> Iterator[bytes]:
    """Yield the places, from 1, and values of what is not 0."""
    places = np.flatnonzero(reals)
    count = places.size
    yield _BLANKS + struct.pack("<3i", count, 4, 4) + b" " * 80
    records = -(-count // PAIRS)
    for at in range(records):
        some = places[at * PAIRS : (at + 1) * PAIRS]
        sizes = struct.pack("<3i", records - at, count, some.size)
        yield _BLANKS + sizes + (some + 1).astype("<i4").tobytes() + reals[some].tobytes()


def _strings(lines: Sequence[str], width: int) -> Iterator[bytes]:
    step = max(STRINGS // width, 1)
    records = -(-len(lines) // step)
    for at in range(records):
        some = lines[at * step : (at + 1) * step]
        texts = b"".join(_ascii(line, width, "a text") for line in some)
        yield _BLANKS + struct.pack("<3i", records - at, len(lines), len(some)) + texts


def _described(kind: str, storage: str, long_name: str, dims: tuple[int, ...]) -> bytes:
    name = _ascii(long_name, LONG_NAME, "a long name")
    return _BLANKS + f"{kind}{storage}".encode() + name + struct.pack(f"<{1 + len(dims)}i", len(dims), *dims)


def _check_elements(name: str, elements: Sequence[str]) -> None:
    seen: set[str] = set()
    for one in elements:
        _ascii(one, SET_NAME, f"an element of the set {name}")
        if one.upper() in seen or not one:
            raise InputError(f"two elements of the set {name} are the same but for upper and lower case", value=one)
        seen.add(one.upper())


def _ascii(text: str, longest: int, what: str) -> bytes:
    """Return a text filled up with blanks."""
    if len(text) > longest:
        raise InputError(f"{what} is too long for a HAR file", value=text, expected=f"up to {longest} letters")
    if not (text.isascii() and (text.isprintable())):
        raise InputError(f"{what} has letters that a HAR file does not hold", value=text, expected="ASCII")
    return text.ljust(longest).encode()
