"""Forms of arrays: the type, the shape and the bounds that kernels rely on, since they look at neither."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Form:
    """What an array must be.

    Sizes are sums of products of names and numbers, as ``"lines"``, ``"lines+1"`` or ``"chunks*years+1"``. A name
    that is known nowhere is what the first array that has it makes it.

    Parameters
    ----------
    kinds : str
        Types that it may have, as numpy names them, with blanks between: ``"int32"``, ``"int16 int32"``.
    *shape : str
        A size for each dimension.
    low : int, optional
        The least value.
    below : str, optional
        A size that all values are below.
    rises : bool
        Values never fall, from 0 on: places at which parts begin.
    ends : str, optional
        The size that is the last value.
    or_empty : bool
        It may also have no values at all.
    fields : mapping of str to Form
        Of records: what each field must be; `kinds` and `shape` of these are not looked at.
    records : numpy.dtype, optional
        Their type.
    """

    kinds: str
    shape: tuple[str, ...]
    low: int | None = None
    below: str | None = None
    rises: bool = False
    ends: str | None = None
    or_empty: bool = False
    fields: Mapping[str, Form] = field(default_factory=dict)
    records: np.dtype[Any] | None = None


def table(kind: np.dtype[Any], size: str, /, **fields: Form) -> Form:
    """Return the form of a table of records of one type; fields that are not named may hold anything."""
    return Form("", (size,), fields=fields, records=kind)


def values(low: int | None = None, below: str | None = None, rises: bool = False, ends: str | None = None) -> Form:
    """Return what the values of a field must be; places among `below` things are 0 or more, unless `low` says so."""
    return Form("", (), 0 if low is None and below else low, below, rises, ends)


def form(kinds: str, *shape: str, low: int | None = None, below: str | None = None, or_empty: bool = False) -> Form:
    """Return the form of an array of values; places among `below` things are 0 or more, unless `low` says otherwise."""
    return Form(kinds, shape, 0 if low is None and below else low, below, or_empty=or_empty)


def starts(parts: str, ends: str, or_empty: bool = False) -> Form:
    """Return the form of int64[parts + 1]: where each part of `ends` things begins, and after them the end."""
    return Form("int64", (f"{parts}+1",), rises=True, ends=ends, or_empty=or_empty)


def check_forms(
    heads: Mapping[str, tuple[Any, tuple[int, ...]]], forms: Mapping[str, Form], sizes: Mapping[str, int]
) -> tuple[str | None, dict[str, int]]:
    """Hold types and shapes against forms.

    Parameters
    ----------
    heads : mapping of str to (str or mapping, tuple of int)
        Type and shape of each array.
    forms : mapping of str to Form
    sizes : mapping of str to int
        Sizes known beforehand.

    Returns
    -------
    wrong : str or None
        What is wrong with the first array that has not its form.
    sizes : dict of str to int
        All sizes.
    """
    known = dict(sizes)
    for name, one in forms.items():
        if name not in heads:
            return f"{name} is lacking", known
        kind, shape = heads[name]
        if not _is_of(kind, one):
            return f"{name} is of type {kind}", known
        if one.or_empty and 0 in shape and len(shape) in (1, len(one.shape)):
            continue
        if len(shape) != len(one.shape):
            return f"{name} has {len(shape)} dimensions", known
        for length, size in zip(shape, one.shape, strict=True):
            if not _fits(length, size, known):
                return f"{name} has the length {length}", known
    return None, known


def check_values(name: str, array: np.ndarray, one: Form, sizes: Mapping[str, int]) -> str | None:
    """Return what is wrong with the values of an array of fitting type and shape, or None."""
    if not array.size:
        return None
    for title, form_of_field in one.fields.items():
        wrong = check_values(f"{name}.{title}", array[title], form_of_field, sizes)
        if wrong:
            return wrong
    if one.rises:
        last = _size(one.ends, sizes) if one.ends is not None else array[-1]
        if array[0] != 0 or array[-1] != last or not (array[1:] >= array[:-1]).all():
            return f"{name} does not rise from 0 to {last}"
    if one.low is not None and array.min() < one.low:
        return f"{name} holds {array.min()}"
    if one.below is not None and array.max() >= _size(one.below, sizes):
        return f"{name} holds {array.max()}"
    return None


def _is_of(kind: Any, one: Form) -> bool:
    try:
        found: np.dtype[Any] = np.dtype(kind)
    except (TypeError, ValueError, KeyError):
        return False
    if one.records is not None:
        return found == one.records
    return found.name in one.kinds.split() and found.isnative


def _fits(length: int, size: str, known: dict[str, int]) -> bool:
    """Whether a length is a size; learns the one name that is not known yet."""
    for term in size.split("+"):
        if not term.isdigit() and "*" not in term and term not in known:
            known[term] = 0
            known[term] = length - _size(size, known)
            return known[term] >= 0
    return length == _size(size, known)


def _size(size: str, known: Mapping[str, int]) -> int:
    """Return the number that a size comes to."""
    products = ([int(one) if one.isdigit() else known[one] for one in term.split("*")] for term in size.split("+"))
    return sum(math.prod(one) for one in products)
