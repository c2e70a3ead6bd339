"""Cells without a tariff in files that have no null: their causes, their imports, and what gives them a tariff."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from model_tables import made, with_nulls

import fastavs as fa
from fastavs.errors import InputError
from fastavs.exporting.model_table import ModelTable, of_function

CURES = ("--empty zero", "--empty sector", '--excluded "duty free"', "--fallback line", "--weights imports", "larger")


def asked(**facts: Any) -> ModelTable:
    """Return a table of 2020 with an empty cell, and one without a known rate, as asked for."""
    table = with_nulls(made((2020,)))
    return replace(table, facts=table.facts | facts)


def refused(table: ModelTable, folder: Path, **more: Any) -> str:
    with pytest.raises(InputError) as error:
        fa.export(table, folder / "t.har", **more)
    return str(error.value)


def cures(text: str) -> list[str]:
    return [one for one in CURES if one in text]


@pytest.mark.parametrize(
    ("facts", "cause", "cured"),
    [
        ({"empty": "null"}, "1 without trade", ["--empty zero", "--empty sector", "--fallback line", "larger"]),
        ({"empty": "null", "fallback": "line"}, "1 without trade", ["--empty zero", "--empty sector", "larger"]),
        (
            {"empty": "zero", "excluded": "leave out"}, "1 with imports of excluded partners alone",
            ['--excluded "duty free"', "--fallback line", "larger"],
        ),
        (
            {"empty": "sector", "excluded": "leave out"}, "1 with imports of excluded partners alone",
            ['--excluded "duty free"', "--fallback line", "larger"],
        ),
        (
            {"empty": "sector", "excluded": "duty free"}, "1 without trade",
            ["--empty zero", "--fallback line", "larger"],
        ),
    ],
)  # fmt: skip
def test_causes_and_cures(facts: dict[str, str], cause: str, cured: list[str], tmp_path: Path) -> None:
    table = asked(**facts)
    text = refused(table, tmp_path)
    money = f"{table.unknown_imports.sum():.6g} USD"
    counts = text.removeprefix("HAR has no null, and 2 of 15 cells have no tariff: ").split(" (2020")[0].split(" and ")
    assert sorted(counts) == sorted([cause, f"1 with trade but no known rate (imports of {money})"])
    assert cures(text) == cured


def test_a_sector_that_nobody_sells(tmp_path: Path) -> None:
    table = asked(empty="sector", excluded="leave out")
    rate, imports = table.rate.copy(), table.imports.copy()
    rate[0, 3], imports[0, 3] = np.nan, 0.0
    text = refused(replace(table, rate=rate, imports=imports), tmp_path)
    assert "1 with trade but no known rate" in text
    assert "and 3 of sectors that nobody sells, or with imports of excluded partners alone" in text
    assert cures(text) == ["--empty zero", '--excluded "duty free"', "--fallback line", "larger"]


def test_imports_that_weigh_nothing(tmp_path: Path) -> None:
    table = made((2020,))
    rate = table.rate.copy()
    rate[0, 0, 0] = np.nan
    for weights, cured in (("fixed", ["--weights imports"]), ("imports", [])):
        text = refused(replace(table, rate=rate, facts=table.facts | {"weights": weights}), tmp_path)
        assert "1 of 15 cells have no tariff: 1 with imports that weigh nothing (2020" in text
        assert cures(text) == cured


def test_a_baseline_has_cures_of_its_own(tmp_path: Path) -> None:
    table, before = made((2020,), seed=2), asked(empty="zero", excluded="leave out")
    assert refused(table, tmp_path, against=before).startswith("HAR (the baseline) has no null")
    with pytest.raises(InputError) as error:
        fa.export(table, tmp_path / "t.cmf", against=before)
    assert cures(str(error.value)) == ['--excluded "duty free"', "--fallback line", "larger"]


@pytest.mark.parametrize("together", [False, True])
def test_zero_where_asked_is_counted_and_named(together: bool, tmp_path: Path) -> None:
    table = with_nulls(made())
    assert "--nulls zero" in refused(table, tmp_path)
    written = fa.export(table, tmp_path / "t.har", nulls="zero", years_together=together)
    (said,) = [line for line in written.log if line.startswith("Written as 0, as asked: ")]
    assert f"2 of {30 if together else 15} cells have no tariff: 1 without trade and 1 with trade but no known" in said
    assert '2011, sector "food", region "EU27"' in said
    found = pytest.importorskip("cgelab").read_har(written.files[0])
    rates = found["rTMS"].array.reshape(5, 3, -1)[:, :, 0]
    assert np.argwhere(rates == 0.0).tolist() == [[0, 0], [1, 0], [2, 1]]
    assert "Written as 0" in " ".join(found["LOG"].array.tolist())
    for name, nulls in (("t.csv", "zero"), ("t.har", "leave")):
        with pytest.raises(InputError, match="argument nulls"):
            fa.export(table, tmp_path / name, nulls=nulls)


def test_notes_of_a_baseline_are_told_from_those_of_the_scenario(tmp_path: Path) -> None:
    after, before = replace(made(), notes=("a", "b")), replace(made(seed=2), notes=("b", "c"))
    fa.export(after, tmp_path / "t.csv", against=before)
    log = (tmp_path / "t.csv.log").read_text().splitlines()
    notes = ["Note: a", "Note: b", "Note: baseline: b", "Note: baseline: c"]
    assert [one for one in log if one.startswith("Note: ")] == notes


def test_har_says_the_sum_of_imports_without_a_rate(tmp_path: Path) -> None:
    table = made()
    unknown = np.zeros(table.shape)
    unknown[0, :2, 0] = 1e6, 2.5e5
    written = fa.export(replace(table, unknown_imports=unknown), tmp_path / "t.har", millions=True)
    said = "Imports of lines without a known rate, 1.25 million USD, are in no header."
    assert written.log.count(said) == 1
    assert not any("without a known rate" in line for line in fa.export(table, tmp_path / "t.har").log)


def test_a_table_takes_the_unknown_imports_of_its_function() -> None:
    study = fa.Study(
        trade={"period": ["2020"] * 2, "line": ["2203000100", "0203110000"], "partner": ["DEU", "BRA"],
               "value": [900.0, 300.0], "quantity": [1000.0, 100.0], "unit": ["l", "kg"]},
        applied={"year": [2020] * 2, "line": ["2203000100", "0203110000"], "duty": ["0.1 USD/l", "0.1 USD/l"]},
    )  # fmt: skip
    f = fa.tariff_function(study, sectors={"22": "drinks", "02": "meat"}, regions={"DEU": "EU", "BRA": "Mercosur"})
    assert f.unknown_imports.sum() == 300.0
    np.testing.assert_array_equal(of_function(f).unknown_imports, f.unknown_imports)


@pytest.mark.parametrize("wrong", [np.full((1, 5, 3), -1.0), np.full((1, 5, 3), np.nan), np.zeros((5, 3))])
def test_unknown_imports_are_amounts_by_cell(wrong: np.ndarray) -> None:
    with pytest.raises(InputError, match="unknown_imports"):
        replace(made((2020,)), unknown_imports=wrong)
