"""The value of rows set aside is read as the table prints numbers."""

from __future__ import annotations

import pytest

import fastavs as fa


@pytest.mark.parametrize(
    ("values", "settings"),
    [
        (["100.000", "315.100", "77.100"], {"decimal": ",", "thousands": "."}),
        (["100,000", "315,100", "77,100"], {"thousands": ","}),
        (["100 000,0", "315 100,00", "77 100"], {"decimal": ",", "thousands": " "}),
        ([100000.0, 315100.0, 77100.0], {}),
    ],
)
def test_a_group_mark_parts_thousands_in_rows_set_aside_too(values, settings):
    study = fa.Study(
        trade={
            "period": ["2023"] * 3, "line": ["22030010", "2203", "2030010"], "partner": ["DEU"] * 3, "value": values,
            "quantity": [1.0] * 3, "unit": ["l"] * 3,
        },
        applied={"year": [2023], "line": ["22030010"], "duty": ["10%"]},
        trade_options=settings,
    )  # fmt: skip
    found = {one.reason: one.value for one in study.set_aside.accounts()}
    assert sum(found.values()) == 77100.0
    assert study.checked.trade.rows.value.sum() == 415100.0
