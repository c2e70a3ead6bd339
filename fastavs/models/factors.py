"""What a tariff function is asked for, as arrays; and what is said of factors that do not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from fastavs.arguments import misfit
from fastavs.errors import InputError, did_you_mean
from fastavs.kernels.options import readonly
from fastavs.kernels.tariff_cells import AD_VALOREM, FX, LEAST, MOST, PRICE, SPECIFIC
from fastavs.models.labelled import by_labels, has_labels
from fastavs.models.parts import FunctionParts

Factor = tuple[np.ndarray, int]
"""Numbers in a row, read-only, and how far it is from one cell's (year's) to the next: 0 where one serves all."""

FACTORS = ("price", "fx", "ad_valorem", "specific")
_NAMES = {PRICE: "price", FX: "fx", AD_VALOREM: "ad_valorem", SPECIFIC: "specific"}
_POSITIVE = f"a positive number, from {LEAST:g} to {MOST:g}"
_SCALE = f"0, or a number from {LEAST:g} to {MOST:g}"


class Frame(NamedTuple):
    """What factors must fit."""

    shape: tuple[int, int, int]  # years, sectors, regions
    currencies: tuple[str, ...]
    parts: FunctionParts
    one: np.ndarray  # float64[1], read-only
    one_each: np.ndarray  # float64[c], read-only: exchange rates as they are


def cell_factor(frame: Frame, name: str, value: Any, strict: bool) -> Factor:
    """Return a factor of each cell.

    Parameters
    ----------
    frame : Frame
    name : str
        The argument.
    value : None, number or array_like of float
    strict : bool
        Whether an array must be of [sectors, regions] or [years, sectors, regions]; otherwise any that numpy
        broadcasts to the latter fits.

    Raises
    ------
    InputError
        Not numbers, or another shape.
    """
    if value is None:
        return frame.one, 0
    shape = frame.shape
    if type(value) is np.ndarray and value.dtype == np.float64:
        array = value
    elif type(value) is float and value == 1.0:
        return frame.one, 0
    elif has_labels(value) and np.ndim(value):
        array = _cells_by_labels(frame, name, value, strict)
    else:
        array = _numbers(name, value, _shapes(frame))
    if not array.ndim:
        return _row(array.reshape(1)), 0
    if array.shape != shape:
        if strict and array.shape != shape[1:]:
            raise _misshapen(frame, name, array.shape)
        try:
            array = np.broadcast_to(array, shape)
        except ValueError:
            raise _misshapen(frame, name, array.shape) from None
    return _row(array), 1


def _cells_by_labels(frame: Frame, name: str, value: Any, strict: bool) -> np.ndarray:
    parts = frame.parts
    axes = {"year": parts.years, "sector": parts.sectors, "region": parts.regions}
    used, found = by_labels(name, value, axes)
    if strict and used not in (("sector", "region"), ("year", "sector", "region")):
        raise misfit(name, ", ".join(used), "labels of sectors and regions, or of years, sectors and regions")
    return found[tuple(slice(None) if axis in used else np.newaxis for axis in axes)] if not strict else found


def fx_factor(frame: Frame, value: Any) -> Factor:
    """Return the factors on exchange rates, of all years or of each.

    Parameters
    ----------
    frame : Frame
    value : None, mapping of str to float, or array_like of float
        An array is float64[currencies] or float64[years, currencies].

    Raises
    ------
    InputError
        Not numbers, another length, or a currency that moves nothing.
    """
    count = len(frame.currencies)
    if value is None:
        return frame.one_each, 0
    if has_labels(value):
        axes = {"year": frame.parts.years, "currency": frame.currencies}
        used, value = by_labels("fx", value, axes)
        if "currency" not in used:
            raise misfit("fx", ", ".join(used), "labels of currencies, or of years and currencies")
    elif hasattr(value, "keys"):
        value = _by_name(frame.currencies, value)
    array = value if type(value) is np.ndarray and value.dtype == np.float64 else _numbers("fx", value, _rates(frame))
    if array.shape == (count,):
        return _row(array), 0
    if array.shape == (frame.shape[0], count):
        return _row(array), count
    raise InputError(
        "the factors on exchange rates do not fit", key="fx", value=_dimensions(array.shape), expected=_rates(frame),
        cure="give one factor for each of .currencies, or a mapping of those that change",
    )  # fmt: skip


def out_of_bounds(frame: Frame, status: int, given: Sequence[Factor]) -> InputError:
    """Return what to raise for a factor that the kernel refuses: see `kernels.tariffs.status_of`."""
    place, what = divmod(status, 10)
    values, step = given[what - 1]
    name, parts = _NAMES[what], frame.parts
    if what == FX:
        year, currency = divmod(place, len(frame.currencies))
        about = f"{frame.currencies[currency]} in {parts.years[year]}" if step else frame.currencies[currency]
    elif step:
        year, sector, region = (int(one) for one in np.unravel_index(place, frame.shape))
        about = f"year {parts.years[year]}, sector {parts.sectors[sector]}, region {parts.regions[region]}"
    else:
        about = "all cells"
    scale = what in (AD_VALOREM, SPECIFIC)
    return InputError(
        "the scale is negative, too large or no number" if scale else "the factor is not positive and finite",
        key=name, about=about, value=float(values[place]), expected=_SCALE if scale else _POSITIVE,
    )  # fmt: skip


def apart_from(frame: Frame, given: Sequence[Factor], out: np.ndarray) -> list[Factor]:
    """Return factors that do not change while the answer is written: those that share its memory are copied."""
    own = (frame.one, frame.one_each)
    return [
        (values, step)
        if values is own[0] or values is own[1] or not np.may_share_memory(values, out)
        else (readonly(values.copy(), np.float64), step)
        for values, step in given
    ]


def check_out(out: Any, shape: tuple[int, ...]) -> None:
    """Raise an InputError unless tariffs can be put into an array."""
    if not isinstance(out, np.ndarray) or out.dtype != np.float64:
        found = out.dtype.name if isinstance(out, np.ndarray) else type(out).__name__
        raise InputError("out is no array of float64", key="out", value=found, expected=f"float64{list(shape)}")
    if out.shape != shape:
        raise InputError("out has another shape", key="out", value=list(out.shape), expected=f"float64{list(shape)}")
    if not (out.flags.c_contiguous and out.flags.aligned and out.flags.writeable):
        raise InputError(
            "out cannot be written to, or does not lie in one piece", key="out", expected="a C-contiguous array",
            cure=f"make it by numpy.empty({shape})",
        )  # fmt: skip


def _row(array: np.ndarray) -> np.ndarray:
    """Return a read-only row of numbers; only what does not lie in a row is copied."""
    flags = array.flags
    if not (flags.c_contiguous and flags.aligned):
        array = np.array(array, dtype=np.float64, order="C")
    row = array.reshape(-1)
    row.flags.writeable = False
    return row


def _numbers(name: str, value: Any, expected: str) -> np.ndarray:
    try:
        masked = isinstance(value, np.ma.MaskedArray)
        array: np.ndarray = value.astype(np.float64).filled(np.nan) if masked else np.asarray(value)
        if array.dtype.kind in "fiu":
            return np.asarray(array, dtype=np.float64)
    except Exception:  # whatever an object of another's does when it is asked for numbers
        pass
    raise misfit(name, value, f"numbers: {expected}")


def _by_name(currencies: tuple[str, ...], value: Mapping[str, Any]) -> np.ndarray:
    found = dict.fromkeys(currencies, 1.0)
    try:
        given = {name: value[name] for name in list(value.keys())}  # a series of pandas goes by values otherwise
    except Exception:  # whatever an object of another's does that calls itself a mapping
        raise misfit("fx", value, "a mapping of currencies to numbers") from None
    for name, one in given.items():
        if not isinstance(name, str) or name not in found:
            near = did_you_mean(name, currencies) if isinstance(name, str) else ""
            raise InputError(
                "no duty is in this currency", key="fx", value=name, expected=f"one of {', '.join(currencies)}." + near,
            )  # fmt: skip
        number = _numbers("fx", one, "a number for each currency")
        if number.ndim:
            raise misfit("fx", one, f"a number for {name}")
        found[name] = float(number)
    return np.array(list(found.values()))


def _misshapen(frame: Frame, name: str, shape: tuple[int, ...]) -> InputError:
    return InputError(
        "the array has another shape", key=name, value=_dimensions(shape), expected=_shapes(frame),
        cure="order it as .sectors and .regions (and .years) are",
    )  # fmt: skip


def _shapes(frame: Frame) -> str:
    years, sectors, regions = frame.shape
    return (
        f"[sectors, regions] = [{sectors}, {regions}] or [years, sectors, regions] = [{years}, {sectors}, {regions}], "
        f"or one number; sectors {_some(frame.parts.sectors)}; regions {_some(frame.parts.regions)}"
    )


def _rates(frame: Frame) -> str:
    count = len(frame.currencies)
    return f"[currencies] = [{count}] or [years, currencies] = [{frame.shape[0]}, {count}], in the order of " + (
        ", ".join(frame.currencies) or "no currency at all"
    )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 6 else f"{', '.join(names[:3])}, ... {names[-1]}"


def _dimensions(shape: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, shape))}]"


def check_names(method: str, factors: Mapping[str, Any], known: Sequence[str] = FACTORS) -> None:
    """Raise an InputError for a factor that there is not."""
    for name in factors:
        if name not in known:
            raise InputError(
                f"{method} takes no such argument", value=name,
                expected=f"one of {', '.join(known)}.{did_you_mean(name, known)}",
            )  # fmt: skip


def refuse_odd_imports(frame: Frame, amount: np.ndarray) -> None:
    """Raise an InputError for imports, float64[y, s, r], that are negative or not finite."""
    odd = ~(np.isfinite(amount) & (amount >= 0.0))
    if odd.any():
        year, sector, region = (int(one) for one in np.argwhere(odd)[0])
        parts = frame.parts
        raise InputError(
            "imports are negative or not finite", key="value", value=float(amount[year, sector, region]),
            about=f"year {parts.years[year]}, sector {parts.sectors[sector]}, region {parts.regions[region]}",
            expected="0 or more", cure="give 0 where nothing is imported",
        )  # fmt: skip
