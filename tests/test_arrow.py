"""Arrow columns made by their buffers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from fastavs.codes import to_code, to_key
from fastavs.tables.arrow import from_list, from_rows, line_codes, numbers


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (pa.int64(), [3, None, -(2**53) - 1, 2**62]),
        (pa.float64(), [0.1, None, math.inf, -0.0, 5]),
        (pa.bool_(), [True, None, False]),
        (pa.string(), ["Пиво", None, ""]),
    ],
)
@pytest.mark.parametrize("take", [slice(0), slice(1), slice(None)])
def test_lists(kind: pa.DataType, values: list[Any], take: slice) -> None:
    found = from_list(values[take], kind)
    assert found == pa.array(values[take], kind)
    found.validate(full=True)


def test_numbers_and_their_nulls() -> None:
    values = np.array([1.0, math.nan, 3.0])
    assert numbers(values).to_pylist() == [1.0, None, 3.0]
    assert numbers(values, np.array([False, False, True])).to_pylist() == [None, None, 3.0]
    assert numbers(np.array([1, 2]), np.array([False, True])).to_pylist() == [None, 2]


def test_rows_that_lack_something() -> None:
    schema = pa.schema([("a", pa.int64()), ("b", pa.string())])
    rows = [{"a": 1, "b": "x"}, {"b": "y"}, {"a": 3}]
    assert from_rows(rows, schema) == pa.Table.from_pylist(rows, schema=schema)
    assert from_rows([], schema) == schema.empty_table()


@pytest.mark.parametrize("codes", [[], ["0101"], ["0101", "990000009999", "01019900", "22030001", "0000000000"]])
def test_line_codes(codes: list[str]) -> None:
    keys, digits = (
        np.array([to_key(code) for code in codes], np.int64),
        np.array([len(code) for code in codes], np.int64),
    )
    found = line_codes(keys, digits)
    found.validate(full=True)
    assert found.to_pylist() == codes
    assert line_codes(keys, 6).to_pylist() == [to_code(int(key), 6) for key in keys]
