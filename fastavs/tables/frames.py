"""Tables handed to others: what speaks Arrow takes them as they are, pandas, polars and xarray by a call."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from fastavs.errors import InputError

if TYPE_CHECKING:
    import pandas
    import polars
    import xarray


class Tabular(ABC):
    """What gives its table to whoever speaks Arrow: ``pl.DataFrame(rates)``, ``duckdb.from_arrow(rates)``."""

    __slots__ = ()
    __iter__ = None  # rows are had from the table

    @abstractmethod
    def _frame(self) -> pa.Table:
        """Return the table."""

    def __len__(self) -> int:
        return int(self._frame().num_rows)

    def __bool__(self) -> bool:
        return True

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the table as a stream of Arrow."""
        return self._frame().__arrow_c_stream__(requested_schema)

    def to_pandas(self) -> pandas.DataFrame:
        """Return the table as a pandas dataframe.

        Raises
        ------
        InputError
            pandas is not installed.
        """
        package("pandas", "to_pandas")
        return self._frame().to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """Return the table as a polars dataframe.

        Raises
        ------
        InputError
            polars is not installed.
        """
        found: polars.DataFrame = package("polars", "to_polars").from_arrow(self._frame())
        return found


def package(name: str, call: str) -> Any:
    """Load a package that is no part of the installation.

    Raises
    ------
    InputError
        It is not installed; `call` is what needs it.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise InputError(f"{call} needs {name}, which is not installed", cure=f"pip install {name}") from None


def to_xarray(table: pa.Table, keys: Sequence[str], attributes: Mapping[str, str]) -> xarray.Dataset:
    """Return a table as arrays over its keys.

    Parameters
    ----------
    table : pyarrow.Table
        No two rows have the same keys.
    keys : sequence of str
        Columns of texts or whole numbers: the dimensions. Texts that come as a dictionary keep its order.
    attributes : mapping of str to str

    Returns
    -------
    xarray.Dataset
        A variable a column; NaN where no row has the keys, and for null. Counts and truth values of a column that has
        any are float64; texts are objects.

    Raises
    ------
    InputError
        xarray is not installed.
    """
    dataset = package("xarray", "to_xarray").Dataset
    labels, places = zip(*(_places(table[key]) for key in keys), strict=True)
    shape = tuple(len(one) for one in labels)
    variables = {
        name: (list(keys), _grid(table[name], places, shape)) for name in table.column_names if name not in keys
    }
    found: xarray.Dataset = dataset(variables, dict(zip(keys, labels, strict=True)), dict(attributes))
    return found


def _places(column: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    """Return a column's distinct values, and the place of each row's among them, int64[n]."""
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks)
    ordered = pa.types.is_dictionary(whole.type)
    found = whole if ordered else whole.dictionary_encode()
    values = np.array(
        found.dictionary.to_pylist(), dtype=None if pa.types.is_integer(found.dictionary.type) else object
    )
    place = np.asarray(found.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    if ordered:
        return values, place
    order = np.argsort(values, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    return values[order], rank[place]


def _grid(column: pa.ChunkedArray, places: Sequence[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    kind = column.type
    whole = not column.null_count and len(column) == np.prod(shape)
    if pa.types.is_string(kind) or pa.types.is_dictionary(kind):
        grid = np.full(shape, np.nan, dtype=object)
        words = column.cast(pa.string()).to_pylist()
        values: Any = np.array([np.nan if one is None else one for one in words], dtype=object)
    elif pa.types.is_floating(kind) or not whole:
        grid = np.full(shape, np.nan)
        values = column.cast(pa.float64()).to_numpy()
    else:
        grid = np.empty(shape, dtype=kind.to_pandas_dtype())
        values = column.to_numpy()
    grid[tuple(places)] = values
    return grid
