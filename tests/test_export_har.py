"""HAR files: read back by others, and what the format cannot hold."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from model_tables import REGIONS, SECTORS, Function, made, with_nulls

import fastavs as fa
from fastavs.errors import InputError
from fastavs.exporting.har_format import BLOCK, Reals, Text, har_bytes
from fastavs.exporting.model_table import ModelTable, of_function

COMM = ["food", "s13", "Textiles_and", "Textiles_an2", "s5"]
REG = ["EU27", "CHN", "Rest_of_the"]


def read(path: Path) -> dict[str, Any]:
    """Read a file with cgelab."""
    cgelab = pytest.importorskip("cgelab", reason="cgelab, which reads HAR files, is not installed")
    found: dict[str, Any] = cgelab.read_har(path)
    return found


def read_harpy(path: Path) -> Any:
    """Read a file with HARPY."""
    pytest.importorskip("harpy", reason="harpy3, which reads HAR files, is not installed")
    from harpy import HarFileObj

    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore", DeprecationWarning)  # of numpy, at chararray
        if not hasattr(np.char, "chararray"):
            pytest.skip("harpy3 needs chararray, which this numpy lacks")
        patch.setattr(np, "chararray", np.char.chararray, raising=False)
        return HarFileObj.loadFromDisk(str(path))


def single(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float32).astype(np.float64)


def array_of(table: ModelTable, name: str, year: int = 0) -> np.ndarray:
    return np.asarray(getattr(table, name)[year])


def test_a_year_as_gtap_has_it(tmp_path: Path) -> None:
    table = made((2020,))
    written = fa.export(table, tmp_path / "t.har")
    assert written.files == (tmp_path / "t.har",)
    found = read(tmp_path / "t.har")
    assert list(found) == ["PROV", "LOG", "CNAM", "COMM", "REG", "DEST", "TARS", "rTMS", "VCIF", "VMTS"]
    assert (found["COMM"].array.tolist(), found["REG"].array.tolist()) == (COMM, REG)
    assert found["REG"].description.split()[:2] == ["Set", "REG"]
    rates = found["rTMS"]
    assert (rates.sets, rates.labels) == (["COMM", "REG", "DEST"], [COMM, REG, ["RUS"]])
    np.testing.assert_array_equal(rates.array[:, :, 0], single(100.0 * array_of(table, "rate")))
    np.testing.assert_array_equal(found["VCIF"].array[:, :, 0], single(array_of(table, "imports")))
    duty = found["VMTS"]
    assert (duty.sets[0], duty.labels[0]) == ("TARS", ["ADV", "SPE"])
    both = np.stack([table.imports[0] * table.ad_valorem[0], table.imports[0] * table.specific[0]])
    np.testing.assert_array_equal(duty.array[..., 0], single(both))
    assert any("synthetic" in line for line in found["PROV"].array)
    assert 'sector 3 "Textiles and apparel" is written "Textiles_and"' in found["LOG"].array.tolist()
    assert 'sector 5 "прочее" is written "s5"' in written.log
    assert any("single precision" in line for line in written.log)
    assert found["CNAM"].array[1] == "s13 Motor cars"


def test_harpy_reads_the_same(tmp_path: Path) -> None:
    table = made((2020,))
    fa.export(table, tmp_path / "t.har", against=made((2020,), seed=2))
    found = read_harpy(tmp_path / "t.har")
    assert found.getHeaderArrayNames()[-5:] == ["rTMS", "VCIF", "VMTS", "rTM0", "TMS"]
    rates = found.getHeaderArrayObj("rTMS")
    assert [one["dim_desc"] for one in rates["sets"]] == [COMM, REG, ["RUS"]]
    assert [one["name"] for one in rates["sets"]] == ["COMM", "REG", "DEST"]
    np.testing.assert_array_equal(rates["array"][:, :, 0], (100.0 * table.rate[0]).astype(np.float32))
    duty = found.getHeaderArrayObj("VMTS")["array"]
    np.testing.assert_array_equal(duty[1, :, :, 0], (table.imports[0] * table.specific[0]).astype(np.float32))
    assert [one.strip() for one in found.getHeaderArrayObj("COMM")["array"].ravel().tolist()] == COMM


def test_several_years_are_a_file_each_or_a_dimension(tmp_path: Path) -> None:
    table = replace(made(), notes=("2011: all is well", "2020: a cell is empty", "2 lines borrow"))
    assert [path.name for path in fa.export(table, tmp_path / "t.har").files] == ["t_2011.har", "t_2020.har"]
    found = read(tmp_path / "t_2020.har")
    np.testing.assert_array_equal(found["rTMS"].array[:, :, 0], single(100.0 * array_of(table, "rate", 1)))
    told = " ".join(found["PROV"].array)
    assert "2020: a cell is empty" in told
    assert "2011: " not in told
    fa.export(table, tmp_path / "t.har", years_together=True)
    found = read(tmp_path / "t.har")
    assert found["rTMS"].labels[3] == found["YEAR"].array.tolist() == ["Y2011", "Y2020"]
    np.testing.assert_array_equal(
        found["rTMS"].array[:, :, 0, :], single(100.0 * np.moveaxis(table.rate, 0, -1))
    )  # fmt: skip
    assert found["VMTS"].array.shape == (2, 5, 3, 1, 2)


def test_a_scenario_against_a_baseline(tmp_path: Path) -> None:
    after, before = made((2020,)), made((2020,), seed=2)
    fa.export(Function(after), tmp_path / "t.har", against=Function(before))
    found = read(tmp_path / "t.har")
    np.testing.assert_array_equal(found["rTM0"].array[:, :, 0], single(100.0 * before.rate[0]))
    power = 100.0 * ((1.0 + after.rate[0]) / (1.0 + before.rate[0]) - 1.0)
    np.testing.assert_allclose(found["TMS"].array[:, :, 0], power, rtol=1e-6, atol=1e-6)


def test_sets_have_the_names_that_the_model_has(tmp_path: Path) -> None:
    named = {"COMM": "TRAD_COMM", "DEST": "HOME"}
    fa.export(made((2020,)), tmp_path / "t.har", sets=named)
    found = read(tmp_path / "t.har")
    assert found["rTMS"].sets == ["TRAD_COMM", "REG", "HOME"]
    assert found["COMM"].description == "Set TRAD_COMM  Commodities"
    fa.export(made((2020,)), tmp_path / "t.cmf", against=made((2020,)), sets=named)
    assert 'Shock tms(TRAD_COMM,REG,"RUS") = ' in (tmp_path / "t.cmf").read_text()
    for wrong in ({"COM": "X"}, {"COMM": "no name"}, {"COMM": "REG"}):
        with pytest.raises(InputError, match="argument sets"):
            fa.export(made((2020,)), tmp_path / "t.har", sets=wrong)


def test_home_may_be_one_of_the_regions(tmp_path: Path) -> None:
    table = replace(made((2020,)), home="CHN")
    fa.export(table, tmp_path / "one.har")
    assert read(tmp_path / "one.har")["rTMS"].labels[2] == ["CHN"]
    written = fa.export(table, tmp_path / "all.har", destinations="regions")
    rates = read(tmp_path / "all.har")["rTMS"]
    assert (rates.sets, rates.labels[2]) == (["COMM", "REG", "REG"], REG)
    np.testing.assert_array_equal(rates.array[:, :, 1], single(100.0 * table.rate[0]))
    assert not rates.array[:, :, [0, 2]].any()
    assert any("not CHN: not known, and not free of duty" in line for line in written.log)
    with pytest.raises(InputError, match="the destination is not among the regions"):
        fa.export(made((2020,)), tmp_path / "no.har", destinations="regions")
    with pytest.raises(InputError, match='To mend it: name the importing country: home="RUS"'):
        fa.export(made((2020,), home=None), tmp_path / "no.har")


def large(filled: float) -> tuple[ModelTable, np.ndarray]:
    draw = np.random.default_rng(3)
    shape = (3, 97, 89)  # 3 * 8,633 numbers: several records, and no whole multiple of one
    rate = np.where(draw.uniform(size=shape) < filled, draw.uniform(size=shape), 0.0)
    sectors, regions = (tuple(f"{letter}{at}" for at in range(size)) for letter, size in (("s", 97), ("r", 89)))
    table = ModelTable((1, 2, 3), sectors, regions, "HOM", {}, {}, (), rate, rate, 0.0 * rate, rate, rate)
    return table, single(100.0 * np.moveaxis(rate, 0, -1))


@pytest.mark.parametrize(("filled", "sparse"), [(1.0, False), (0.1, True), (0.9, True), (0.0, True)])
def test_large_arrays_dense_and_sparse(filled: float, sparse: bool, tmp_path: Path) -> None:
    table, expected = large(filled)
    fa.export(table, tmp_path / "t.har", sparse=sparse, years_together=True)
    np.testing.assert_array_equal(read(tmp_path / "t.har")["rTMS"].array[:, :, 0, :], expected)
    content = (tmp_path / "t.har").read_bytes()
    assert (b"RESPSETariff" in content) == (filled == 0.1)


@pytest.mark.parametrize(("filled", "sparse"), [(1.0, False), (0.1, True)])
def test_large_arrays_in_harpy(filled: float, sparse: bool, tmp_path: Path) -> None:
    table, expected = large(filled)
    fa.export(table, tmp_path / "t.har", sparse=sparse, years_together=True)
    found = read_harpy(tmp_path / "t.har").getHeaderArrayObj("rTMS")["array"]
    np.testing.assert_array_equal(found[:, :, 0, :], expected)


@pytest.mark.parametrize(
    "shape", [(BLOCK,), (BLOCK + 1,), (2, BLOCK), (BLOCK + 1, 2), (7, 11, 13, 17), (2,) * 7, (1, 1)]
)
def test_blocks_of_any_shape(shape: tuple[int, ...], tmp_path: Path) -> None:
    values = np.arange(np.prod(shape), dtype=np.float64).reshape(shape)
    sets = tuple((f"S{at}", tuple(f"e{one}" for one in range(size))) for at, size in enumerate(shape))
    (tmp_path / "t.har").write_bytes(har_bytes([Reals("A", "an array", "a", sets, values)]))
    np.testing.assert_array_equal(read(tmp_path / "t.har")["A"].array, values)


def test_more_texts_than_a_record_holds(tmp_path: Path) -> None:
    lines = tuple(f"line {at} {'x' * 60}" for at in range(1000))
    (tmp_path / "t.har").write_bytes(har_bytes([Text("T", "texts", lines)]))
    assert read(tmp_path / "t.har")["T"].array.tolist() == list(lines)
    assert [one.strip() for one in read_harpy(tmp_path / "t.har").getHeaderArrayObj("T")["array"].ravel()] == list(
        lines
    )


def array(name: str = "A", elements: tuple[str, ...] = ("a", "b"), value: float = 1.0, sets: int = 1) -> Reals:
    values = np.full((len(elements),) * sets, value)
    return Reals(name, "long name", "a", tuple((f"S{at}", elements) for at in range(sets)), values)


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ([array("ABCDE")], 'the name of a header is too long for a HAR file "ABCDE". Expected up to 4 letters.'),
        ([array(), array("a")], 'two headers of a HAR file have one name "A".'),
        ([array(elements=("a", "A"))], 'two elements of the set S0 are the same but for upper and lower case "A".'),
        ([array(elements=("a" * 13,))], "an element of the set S0 is too long"),
        ([array(elements=("é",))], 'an element of the set S0 has letters that a HAR file does not hold "é"'),
        ([array(value=np.nan)], "header A has a number that single precision does not hold"),
        ([array(value=1e39)], "header A has a number that single precision does not hold"),
        ([array(sets=8)], "header A has other dimensions than its sets"),
        ([Text("S", "Set S  a set", ("x", "X"))], "two elements of the set S are the same"),
    ],
)  # fmt: skip
def test_what_the_format_does_not_hold(headers: list[Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        har_bytes(headers)
    assert str(error.value).startswith(message)


def test_null_is_refused_with_its_causes_and_the_cure(tmp_path: Path) -> None:
    (tmp_path / "t.har").write_text("as it was")
    with pytest.raises(InputError) as error:
        fa.export(with_nulls(made((2020,))), tmp_path / "t.har")
    text = str(error.value)
    assert "2 of 15 cells have no tariff: 1 without trade and 1 with trade but no known rate" in text
    assert '2020, sector "food", region "EU27"' in text
    assert "--empty zero or --empty sector" in text
    assert (tmp_path / "t.har").read_text() == "as it was"


def test_the_same_bytes_every_time(tmp_path: Path) -> None:
    for name in ("a.har", "b.har"):
        fa.export(made((2020,)), tmp_path / name)
    assert (tmp_path / "a.har").read_bytes() == (tmp_path / "b.har").read_bytes()


def test_a_function_is_taken_as_its_table() -> None:
    table = made()
    found = of_function(Function(table))
    for name in ("rate", "ad_valorem", "specific", "imports", "weights"):
        np.testing.assert_array_equal(getattr(found, name), getattr(table, name))
    assert (found.years, found.sectors, found.regions, found.home) == ((2011, 2020), SECTORS, REGIONS, "RUS")
