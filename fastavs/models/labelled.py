"""Factors with labels, as pandas and xarray have them: matched by labels, never by place."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fastavs.arguments import misfit
from fastavs.errors import InputError, did_you_mean

_SHOWN = 5  # labels that a message lists
_CURE = "give every label once; or an array, by place: .to_numpy()"


def has_labels(value: Any) -> bool:
    """Whether a value is a series or frame of pandas, or an array of xarray."""
    return hasattr(value, "to_numpy") and (
        (hasattr(value, "index") and hasattr(value, "iloc")) or (hasattr(value, "dims") and hasattr(value, "coords"))
    )


def by_labels(name: str, value: Any, axes: Mapping[str, Sequence[Any]]) -> tuple[tuple[str, ...], np.ndarray]:
    """Return which axes a value has, and its numbers in the order of their labels.

    Parameters
    ----------
    name : str
        The argument.
    value : Series, DataFrame or DataArray
        Labels of rows and columns, or dimensions, are axes by their names; without names they are the axes that their
        labels fit.
    axes : mapping of str to sequence
        All labels of each axis, in order.

    Raises
    ------
    InputError
        A label that is missing, is none of the axis, or stands twice; an axis that cannot be told.
    """
    parts, numbers = _xarray(name, value) if hasattr(value, "dims") else _pandas(value)
    if numbers.dtype.kind not in "fiu":
        raise misfit(name, value, "numbers")
    named = _axes_of(name, parts, axes)
    for axis, (_, labels) in zip(named, parts, strict=True):
        unknown = [one for one in dict.fromkeys(labels) if one not in axes[axis]]
        if unknown:
            near = did_you_mean(str(unknown[0]), [str(one) for one in axes[axis]])
            raise InputError(
                f"labels that are no {axis}", key=name, value=_listed(unknown),
                expected=f"of {_listed(axes[axis])}.{near}", cure=_CURE,
            )  # fmt: skip
        absent = [one for one in axes[axis] if one not in labels]
        if absent:
            raise InputError("labels are missing", key=name, about=axis, value=_listed(absent), cure=_CURE)
    used = tuple(one for one in axes if one in named)
    where = [used.index(axis) for axis in named]
    places = np.array(
        [[axes[axis].index(label) for label in labels] for axis, (_, labels) in zip(named, parts, strict=True)]
    )
    shape = tuple(len(axes[one]) for one in used)
    place = np.ravel_multi_index([places[where.index(at)] for at in range(len(used))], shape)
    times = np.bincount(place, minlength=int(np.prod(shape)))
    for words, wrong in (("labels are missing", times == 0), ("labels stand twice", times > 1)):
        if wrong.any():
            some = np.argwhere(wrong.reshape(shape)).tolist()
            shown = [", ".join(f"{axis} {axes[axis][at]}" for axis, at in zip(used, one, strict=True)) for one in some]
            raise InputError(words, key=name, value=_listed(shown, "; "), cure=_CURE)
    found = np.empty(shape)
    found.reshape(-1)[place] = numbers
    return used, found


def _pandas(value: Any) -> tuple[list[tuple[Any, list[Any]]], np.ndarray]:
    """Return name and labels of each level of rows and columns, number by number."""
    columns = getattr(value, "columns", None)
    rows = _levels(value.index)
    if columns is None:
        return rows, np.asarray(value.to_numpy()).reshape(-1)
    height, width = value.shape
    across = _levels(columns)
    parts = [(name, [one for one in labels for _ in range(width)]) for name, labels in rows]
    parts += [(name, labels * height) for name, labels in across]
    return parts, np.asarray(value.to_numpy()).reshape(-1)


def _levels(index: Any) -> list[tuple[Any, list[Any]]]:
    return [(index.names[at], index.get_level_values(at).tolist()) for at in range(index.nlevels)]


def _xarray(name: str, value: Any) -> tuple[list[tuple[Any, list[Any]]], np.ndarray]:
    without = [str(one) for one in value.dims if one not in value.coords]
    if without:
        raise InputError("a dimension has no labels", key=name, value=", ".join(without), cure=_CURE)
    labels = [value.coords[one].values.tolist() for one in value.dims]
    cells = list(itertools.product(*labels))
    return [(dim, [one[at] for one in cells]) for at, dim in enumerate(value.dims)], np.asarray(
        value.to_numpy()
    ).reshape(-1)


def _axes_of(name: str, parts: Sequence[tuple[Any, list[Any]]], axes: Mapping[str, Sequence[Any]]) -> list[str]:
    """Return the axis of each level: that of its name, or else the free one that most of its labels are of."""
    found = [str(one) if one in axes else "" for one, _ in parts]
    for at, (given, labels) in enumerate(parts):
        free = [axis for axis in axes if axis not in found]
        if found[at] or not free:
            continue
        best = max(free, key=lambda axis: sum(one in axes[axis] for one in set(labels)))
        if not any(one in axes[best] for one in set(labels)):
            raise InputError(
                "labels that are none of ours", key=name, value=_listed(list(dict.fromkeys(labels))) or str(given),
                expected=" or ".join(f"of {axis} {_listed(axes[axis])}" for axis in free), cure=_CURE,
            )  # fmt: skip
        found[at] = best
    if "" in found or len(set(found)) < len(found):
        raise InputError(
            "it cannot be told which labels are of which axis", key=name, value=", ".join(str(one) for one, _ in parts),
            expected=f"names of {', '.join(axes)}, each once", cure=_CURE,
        )  # fmt: skip
    return found


def _listed(some: Sequence[Any], by: str = ", ") -> str:
    return by.join(map(str, some[:_SHOWN])) + (f" and {len(some) - _SHOWN} more" if len(some) > _SHOWN else "")
