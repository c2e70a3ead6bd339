"""Tables as Python has them: lazy frames, paths, lists of paths, datasets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest
from small import columns, near, row
from test_bad_input import says
from workbook import workbook

import fastavs as fa

TRADE = pa.table(
    columns([row("2009", "2203000100", "DEU", 100.0, 50.0, "l"), row("2009", "2203000100", "FRA", 300.0, 50.0, "l")])
)
APPLIED = {"year": [2009], "line": ["2203000100"], "duty": ["1 EUR/l"]}
FX = {"period": ["2009"], "currency": ["EUR"], "fx": [1.2]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the tables in files, in which Python stands."""
    monkeypatch.chdir(tmp_path)
    for name, part in (("a", TRADE.slice(0, 1)), ("b", TRADE.slice(1))):
        pq.write_table(part, tmp_path / f"trade_{name}.parquet")
    Path("applied.csv").write_text("year;line;duty\n2009;2203.00.01.00;1 EUR/l\n")
    Path("fx.xlsx").write_bytes(workbook({"rates": [["period", "currency", "fx"], [2009, "EUR", 1.2]]}))
    Path("use.csv").write_text("prefix,group\n22,drinks\n")
    Path("others.csv").write_text("year,simple_mean\n2009,0.4\n")
    return tmp_path


def rate(trade: Any, applied: Any = APPLIED, fx: Any = FX, **more: Any) -> float:
    found: float = fa.Study(trade, applied, fx=fx, **more).rates().table["rate"][0].as_py()
    return found


def test_lazy_frames_and_datasets() -> None:
    lazy = pl.from_arrow(TRADE).lazy()
    assert rate(lazy) == near(0.4)
    assert rate([lazy.filter(pl.col("partner") == "DEU"), TRADE.slice(1)]) == near(0.4)
    assert rate(pyarrow.dataset.dataset(TRADE), pl.LazyFrame(APPLIED), pl.LazyFrame(FX)) == near(0.4)
    published = {"summary": pl.LazyFrame({"year": [2009], "simple_mean": [0.4]})}
    study = fa.Study(lazy, APPLIED, fx=FX, published=published)
    assert study.checked.published["summary"]["simple_mean"].to_pylist() == [0.4]


def test_a_lazy_frame_that_cannot_be_collected(tmp_path: Path) -> None:
    with pytest.raises(fa.InputError, match="<trade>: the frame cannot be collected"):
        rate(pl.scan_csv(tmp_path / "none.csv"))


@pytest.mark.parametrize(
    "trade",
    [
        "trade_*.parquet",
        Path("trade_*.parquet"),
        ["trade_a.parquet", Path("trade_b.parquet")],
        ("trade_a.parquet", TRADE.slice(1)),
        [pl.from_arrow(TRADE.slice(0, 1)), "trade_b.parquet"],
    ],
)
def test_paths(folder: Path, trade: Any) -> None:
    assert rate(trade, "applied.csv", Path("fx.xlsx")) == near(0.4)
    assert rate(trade, [folder / "applied.csv"], "fx.xlsx#rates") == near(0.4)


def test_paths_of_groups_and_published_figures(folder: Path) -> None:
    study = fa.Study(
        "trade_*.parquet", "applied.csv", fx=FX, groups={"use": "use.csv"}, published={"summary": "others.csv"},
        columns={"trade": {}}, trade_options={"decimal": "."},
    )  # fmt: skip
    assert study.rates().by("use")["group"].to_pylist() == ["drinks"]
    assert study.checked.published["summary"]["simple_mean"].to_pylist() == [0.4]
    files = ["trade_a.parquet", "trade_b.parquet", "applied.csv", "<fx>", "use.csv", "others.csv"]
    assert list(study.checked.inputs.digests()) == files
    sweep = fa.sweep(study, [fa.Scenario("dear", fa.PriceShock(2.0))])  # reads the trade again
    assert sweep.summary()["simple_mean"].to_pylist() == near([0.2])


def test_a_path_where_nothing_is(folder: Path) -> None:
    with pytest.raises(fa.InputError) as caught:
        rate("trade_c.parquet")
    says(
        str(caught.value),
        "<trade>: cannot take trade_c.parquet, where no file is, as a table",
        str(folder),
        "Did you mean",
    )
    with pytest.raises(fa.InputError, match=r"<trade 2>: cannot take 7? ?.*as a table"):
        rate(["trade_a.parquet", 7])


def test_errors_name_the_file(folder: Path) -> None:
    Path("bad.csv").write_text("period,line,partner,value\n2009,2203000100,DEU,x\n")
    with pytest.raises(fa.InputError, match=r"bad\.csv: no row of the trade table"):
        rate("bad.csv")
    with pytest.raises(fa.InputError, match=r"bad\.csv.*the schedules table has no such column"):
        rate(TRADE, "bad.csv")
