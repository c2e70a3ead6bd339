"""GDX, netCDF, Stata and CSV files: read back by others; and what holds of every export."""

from __future__ import annotations

import csv
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.csv
import pytest
from model_tables import REGIONS, SECTORS, Function, made, with_nulls

import fastavs as fa
from fastavs.errors import InputError
from fastavs.exporting.model_table import ModelTable

# ---- GDX


def read_gdx(path: Path) -> dict[str, dict[tuple[str, ...], float]]:
    """Read all symbols of a file by GAMS's own library: records by their labels, special values as GAMS prints them."""
    gdx = pytest.importorskip("gams.core.gdx", reason="gamsapi, which writes GDX files, is not installed")
    library = pytest.importorskip("gams_gdxgmd", reason="gams-gdxgmd, GAMS's library, is not installed")
    handle = gdx.new_gdxHandle_tp()
    assert gdx.gdxCreateD(handle, library.directory, gdx.GMS_SSSIZE)[0]
    assert gdx.gdxOpenRead(handle, str(path))[0]
    found = {}
    for number in range(1, gdx.gdxSystemInfo(handle)[1] + 1):
        _, name, _, kind = gdx.gdxSymbolInfo(handle, number)
        records: dict[tuple[str, ...], Any] = {}
        for _ in range(gdx.gdxDataReadStrStart(handle, number)[1]):
            _, labels, values, _ = gdx.gdxDataReadStr(handle)
            value = values[gdx.GMS_VAL_LEVEL]
            if kind == gdx.GMS_DT_SET:
                records[tuple(labels)] = gdx.gdxGetElemText(handle, int(value))[1] if value else ""
            else:
                names = {gdx.GMS_SV_EPS: "EPS", gdx.GMS_SV_NA: "NA"}
                records[tuple(labels)] = names.get(value, value)
        gdx.gdxDataReadDone(handle)
        found[name] = records
    gdx.gdxClose(handle)
    gdx.gdxFree(handle)
    return found


def test_every_cell_is_a_record_in_gams(tmp_path: Path) -> None:
    table = with_nulls(made())
    written = fa.export(table, tmp_path / "t.gdx", against=made(seed=2)) if _gams() else pytest.skip("no gamsapi")
    found = read_gdx(tmp_path / "t.gdx")
    texts = {"i", "r", "s", "t", "provenance"}
    assert set(found) == texts | {"rtms", "rtms_adv", "rtms_spe", "vcif", "unknown_imports", "revenue", "rtms0", "tms"}
    assert [label for (label,) in found["i"]] == list(SECTORS)
    assert found["i"]["13",] == "Motor cars"
    assert [label for (label,) in found["r"]] == list(REGIONS)
    arrays = {"rtms": table.rate, "vcif": table.imports, "revenue": table.revenue}
    for name, cells in (arrays | {"unknown_imports": table.unknown_imports}).items():
        assert len(found[name]) == cells.size
        for y, s, r in np.ndindex(cells.shape):
            value = cells[y, s, r]
            expected: Any = "NA" if np.isnan(value) else value or "EPS"
            assert found[name][SECTORS[s], REGIONS[r], "RUS", str(table.years[y])] == expected
    assert written.log[0] == "2 of 30 cells have no tariff, and stand as NA."
    assert written.log[1].startswith("Weights are imports of scenario and baseline each")
    assert len(written.log) == 2
    assert any("synthetic" in text for text in found["provenance"].values())


def _gams() -> bool:
    read = [
        pytest.importorskip(name, reason="gamsapi and gams-gdxgmd are not installed")
        for name in ("gams.core.gdx", "gams_gdxgmd")
    ]
    return bool(read)


def test_labels_of_gams_are_one_list(tmp_path: Path) -> None:
    _gams()
    table = replace(made((2020,)), sectors=("eu27", *SECTORS[1:]), home="CHN")
    written = fa.export(table, tmp_path / "t.gdx")
    assert written.log == ('"EU27" is written "eu27", as in another set: GAMS takes the two for one label',)
    assert ("eu27", "CHN", "CHN", "2020") in read_gdx(tmp_path / "t.gdx")["rtms"]


def test_gams_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] in ("gams", "gams_gdxgmd")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "gams", None)
    with pytest.raises(InputError) as error:
        fa.export(made(), tmp_path / "t.gdx")
    assert str(error.value) == (
        "GDX files need gamsapi and gams-gdxgmd, which are not installed. To mend it: pip install gamsapi gams-gdxgmd."
    )
    assert not list(tmp_path.iterdir())


# ---- netCDF


@pytest.mark.parametrize("engine", ["netCDF4", "scipy"])
def test_netcdf_opens_in_xarray(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip(engine, reason=f"{engine} is not installed")
    xarray = pytest.importorskip("xarray", reason="xarray is not installed")
    from fastavs.exporting import netcdf

    monkeypatch.setattr(netcdf, "_engine", lambda: engine.lower())
    table = with_nulls(made())
    fa.export(table, tmp_path / "t.nc", against=made(seed=2))
    monkeypatch.undo()
    with xarray.open_dataset(tmp_path / "t.nc", engine=engine.lower()) as found:
        assert dict(found.sizes) == {"year": 2, "sector": 5, "region": 3}
        np.testing.assert_array_equal(found.rate.values, table.rate)
        np.testing.assert_array_equal(found.imports.values, table.imports)
        np.testing.assert_array_equal(found.unknown_imports.values, table.unknown_imports)
        assert (found.rate.units, found.imports.units, found.change_in_power.units) == ("1", "USD", "percent")
        assert [str(one) for one in found.sector.values] == list(SECTORS)
        assert found.year.values.tolist() == [2011, 2020]
        assert str(found.sector_name.values[1]) == "Motor cars"
        assert {"title", "source", "history", "comment"} <= set(found.attrs)
        assert "synthetic" in found.attrs["source"]
        at = found.rate.sel(year=2020, sector="food", region="CHN")
        assert float(at) == table.rate[1, 0, 1]


def test_netcdf_without_a_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    pytest.importorskip("xarray", reason="xarray is not installed")
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name in ("netCDF4", "scipy") else find(name, *more)
    )
    with pytest.raises(InputError, match="neither is installed"):
        fa.export(made(), tmp_path / "t.nc")


# ---- Stata


def test_stata_reads_codes_with_labels(tmp_path: Path) -> None:
    table = with_nulls(made())
    written = fa.export(table, tmp_path / "t.dta", against=made(seed=2))
    assert written.files == (tmp_path / "t.dta", tmp_path / "t.dta.log")
    with pd.io.stata.StataReader(tmp_path / "t.dta") as reader:
        labels, values, title = reader.variable_labels(), reader.value_labels(), reader.data_label
        frame = reader.read(convert_categoricals=False)
    assert title == "Tariffs of made up"
    assert labels["imports"] == "Imports, CIF values, USD"
    assert values["sector"] == {1: "food", 2: "13 Motor cars", 3: SECTORS[2], 4: SECTORS[3], 5: "прочее"}
    assert frame["sector"].tolist()[:6] == [1, 1, 1, 2, 2, 2]
    np.testing.assert_array_equal(frame["rate"].to_numpy(), table.rate.ravel())
    np.testing.assert_array_equal(frame["unknown_imports"].to_numpy(), table.unknown_imports.ravel())
    assert frame["rate"].isna().sum() == 2
    assert "synthetic" in (tmp_path / "t.dta.log").read_text()


def test_readstat_reads_the_same(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat", reason="pyreadstat is not installed")
    table = made()
    fa.export(table, tmp_path / "t.dta")
    frame, told = pyreadstat.read_dta(str(tmp_path / "t.dta"), apply_value_formats=True)
    assert frame["sector"].astype(str).unique().tolist() == ["food", "13 Motor cars", *SECTORS[2:]]
    np.testing.assert_array_equal(frame["specific"].to_numpy(dtype=float), table.specific.ravel())
    assert told.file_label == "Tariffs of made up"
    assert told.column_names_to_labels["rate"] == "Ad valorem equivalent of the duty, fraction"


def test_labels_that_stata_cuts_are_said(tmp_path: Path) -> None:
    table = made()
    table = replace(table, facts=table.facts | {"title": "x" * 90})
    written = fa.export(table, tmp_path / "t.dta")
    assert written.log == (f'label of the file "Tariffs of {"x" * 90}" is written "Tariffs of {"x" * 69}"',)
    assert written.log[0] in (tmp_path / "t.dta.log").read_text()


# ---- CSV


def test_csv_reads_back_to_the_same_bits(tmp_path: Path) -> None:
    table = with_nulls(made())
    fa.export(table, tmp_path / "t.csv", against=made(seed=2))
    found = pyarrow.csv.read_csv(tmp_path / "t.csv")
    assert found.column_names[:6] == ["year", "sector", "sector_name", "region", "destination", "rate"]
    np.testing.assert_array_equal(found["rate"].to_numpy(), table.rate.ravel())
    np.testing.assert_array_equal(found["imports"].to_numpy(), table.imports.ravel())
    np.testing.assert_array_equal(found["unknown_imports"].to_numpy(), table.unknown_imports.ravel())
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    read = [float(row["specific"] or "nan") for row in rows]
    np.testing.assert_array_equal(np.array(read), table.specific.ravel())
    assert (tmp_path / "t.csv").read_text().splitlines()[1].startswith("2011,food,,EU27,RUS,,,,0.0,0.0,0.0,")


# ---- all of them


def test_millions(tmp_path: Path) -> None:
    fa.export(made(), tmp_path / "t.csv", millions=True)
    found = pyarrow.csv.read_csv(tmp_path / "t.csv")
    np.testing.assert_array_equal(found["imports"].to_numpy(), made().imports.ravel() / 1e6)
    assert not found["unknown_imports"].to_numpy().any()
    fa.export(with_nulls(made()), tmp_path / "t.csv", millions=True)
    unknown = pyarrow.csv.read_csv(tmp_path / "t.csv")["unknown_imports"].to_numpy()
    np.testing.assert_array_equal(unknown, with_nulls(made()).unknown_imports.ravel() / 1e6)
    assert "million USD" in (tmp_path / "t.csv.log").read_text()


def test_a_basis_that_is_not_cif_is_said(tmp_path: Path) -> None:
    for basis, said in (("FOB", "FOB values leave freight"), ("not stated", "values, CIF or FOB not stated")):
        fa.export(replace(made(), facts={"value_basis": basis}), tmp_path / "t.csv")
        assert said in (tmp_path / "t.csv.log").read_text()


@pytest.mark.parametrize(
    ("name", "named", "message"),
    [
        ("t.xyz", {}, 'the ending of the file tells no format "t.xyz". Expected one of .har, .gdx,'),
        (
            "t.har",
            {"to": "hra"},
            'no such format "hra". Expected one of har, gdx, netcdf, dta, csv, shocks. Did you mean "har"?',
        ),
        ("t.gdx", {"to": "har"}, 'a file of the format har has another ending "t.gdx". Expected .har.'),
        ("t.har", {"destinations": "region"}, 'Did you mean "regions"?'),
        ("none/t.csv", {}, "no such folder"),
        ("t.csv", {"sparse": 1}, "the argument sparse does not fit"),
        ("t.csv", {"plain": True}, "argument plain: it is of no use to the format csv. Expected a file of shocks."),
    ],
)
def test_what_does_not_fit(name: str, named: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        fa.export(made(), tmp_path / name, **named)
    assert message in str(error.value)


def test_a_baseline_of_other_sectors_is_refused(tmp_path: Path) -> None:
    other = made((2020,))
    with pytest.raises(
        InputError, match=r'scenario and baseline have other years "2020"\. Expected those of the scenario: 2011'
    ):
        fa.export(made(), tmp_path / "t.csv", against=Function(other))


def test_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.csv").write_text("as it was")

    def fails(self: ModelTable) -> Any:
        raise OSError(28, "full")

    monkeypatch.setattr(ModelTable, "to_arrow", fails)
    with pytest.raises(InputError, match="the export cannot be written"):
        fa.export(made(), tmp_path / "t.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]
    assert (tmp_path / "t.csv").read_text() == "as it was"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"years": ()}, "there is no year"),
        ({"regions": ("a", "a", "b")}, 'a region stands twice, or has no name "a"'),
        ({"rate": np.zeros((1, 2, 3))}, "rate has another shape"),
        ({"imports": np.full((2, 5, 3), -1.0)}, "imports are not finite, or negative"),
        ({"rate": np.full((2, 5, 3), np.inf)}, "a rate is infinite"),
    ],
)
def test_tables_check_themselves(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(made(), **changes)


@pytest.mark.parametrize("ending", ["gdx", "nc", "dta", "csv", "har"])
@pytest.mark.parametrize("room", [100, 4096, 20_000])
def test_a_full_disk_leaves_what_stood_there(ending: str, room: int, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="no limits on files here")
    needed = {"gdx": ("gams.core.gdx", "gams_gdxgmd"), "nc": ("xarray", "netCDF4"), "dta": ("pandas",)}
    for name in needed.get(ending, ()):
        pytest.importorskip(name, reason=f"{name} is not installed")
    del resource
    target = tmp_path / f"t.{ending}"
    target.write_bytes(b"what stood there")
    code = """if True:
        import resource, signal, sys
        sys.path.insert(0, sys.argv[1])
        import fastavs as fa
        from model_tables import made
        table = made(tuple(range(1000, 1000 + int(sys.argv[4]))))
        fa.export(made((2020,)), sys.argv[2] + ".other." + sys.argv[2].rsplit(".", 1)[1])  # loads what is needed
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), -1))
        try:
            fa.export(table, sys.argv[2], years_together=True) if sys.argv[2].endswith("har") else fa.export(
                table, sys.argv[2]
            )
        except fa.InputError as error:
            print("refused:", error)
    """
    tests = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", code, tests, str(target), str(room), "150"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("refused: "), done.stdout
    assert "t." + ending in done.stdout
    assert ".fastavs-" not in done.stdout
    assert target.read_bytes() == b"what stood there"
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".fastavs")]


# ---- Scenario and baseline


@pytest.mark.parametrize(
    "key", ["rates", "aves", "weights", "fallback", "empty", "inside", "excluded", "currency", "title", "fingerprint"]
)
def test_a_baseline_that_was_asked_for_otherwise(key: str, tmp_path: Path) -> None:
    facts = {**made().facts, "fingerprint": "a", "fallback": "own", "empty": "null", "inside": "drop", "excluded": "x"}
    if key == "title":
        del facts["fingerprint"]
    before = replace(made(seed=2), facts={**facts, key: "another"})
    with pytest.raises(InputError, match="scenario and baseline") as error:
        fa.export(replace(made(), facts=facts), tmp_path / "t.csv", against=before)
    assert "the same options but for scenario=" in str(error.value)
    assert not list(tmp_path.iterdir())


def test_weights_that_move_are_told_of(tmp_path: Path) -> None:
    after, before = made(), made(seed=2)
    assert "changes of weights" in fa.export(after, tmp_path / "t.csv", against=before).log[-1]
    text = (tmp_path / "t.csv.log").read_text()
    assert "Baseline: the study as it is, of made up" in text
    assert "changes of weights" in text
    fixed = {**after.facts, "weights": "fixed"}
    log = fa.export(replace(after, facts=fixed), tmp_path / "t.csv", against=replace(before, facts=fixed)).log
    assert not log


@pytest.mark.parametrize("given", [None, 5, "f.avt", fa.Study])
def test_what_is_no_function(given: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="what is exported is a tariff function"):
        fa.export(given, tmp_path / "t.csv")


def test_a_study_is_told_what_makes_a_function(tmp_path: Path) -> None:
    study = fa.examples.eaeu()
    with pytest.raises(InputError, match=r"make it first: fastavs\.tariff_function\(study"):
        fa.export(study, tmp_path / "t.csv")
