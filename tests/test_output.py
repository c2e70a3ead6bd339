"""The result folder: what is in it, and that it is written whole or not at all."""

from __future__ import annotations

import csv
import hashlib
import json
import math
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from make_study import make, to_toml
from study_files import write_study

import fastavs as fa
from fastavs.report import folder as output
from fastavs.results.unweighed import CAUSES, trade_account

FILES = [
    "breaches.csv",
    "group_by-use.csv",
    "group_chapter.csv",
    "mislabelled.csv",
    "rates.parquet",
    "run.json",
    "set_aside.parquet",
    "summary.csv",
    *(
        f"tables/table_{name}.csv"
        for name in [
            "1",
            "2",
            "3",
            "4",
            "5-by-use",
            "5",
            "6",
            "A1",
            "A2",
            "breaches",
            "figure1",
            "water",
            "water_lines",
        ]
    ),
]


@pytest.fixture(scope="module")
def rates(tmp_path_factory: pytest.TempPathFactory) -> fa.Rates:
    return fa.Study.load(write_study(tmp_path_factory.mktemp("study"))).rates()


@pytest.fixture(scope="module")
def folder(rates: fa.Rates, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results") / "deep" / "down"
    output.write_results(rates, folder, study_digest={"study.toml": "abc"}, seconds={"reading": 0.5})
    return folder


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_files(folder: Path) -> None:
    assert sorted(snapshot(folder)) == FILES
    assert [path.name for path in folder.parent.iterdir()] == ["down"]


def test_csv_reads_back_to_the_same_bits(rates: fa.Rates, folder: Path) -> None:
    for name, table in {
        "summary.csv": rates.summary(),
        "group_chapter.csv": rates.groups_as_written("chapter"),
        "group_by-use.csv": rates.by("by/use"),
        "breaches.csv": rates.breaches(),
    }.items():
        raw = (folder / name).read_bytes()
        assert b"\r" not in raw
        assert raw.endswith(b"\n")
        assert raw.split(b"\n")[0].decode() == ",".join(table.column_names)
        found, wanted = read_csv(folder / name), table.to_pylist()
        assert len(found) == len(wanted)
        for cells, row in zip(found, wanted, strict=True):
            for column, value in row.items():
                if value is None:
                    assert cells[column] == ""
                elif isinstance(value, float):
                    assert float(cells[column]).hex() == value.hex()
                else:
                    assert cells[column] == str(value)


def test_csv_of_infinity_and_quotes(folder: Path) -> None:
    (breach,) = read_csv(folder / "breaches.csv")
    assert breach["critical_unit_value"] == "inf"
    text = (folder / "group_by-use.csv").read_text()
    assert 'food,"food, drink",2019' in text
    assert "\nunassigned,,2019" in text


def test_tables_without_rows_keep_their_header(folder: Path) -> None:
    assert (folder / "mislabelled.csv").read_text() == (
        "file,row,period,line,partner,value,unit,kg_per_unit,median_kg_per_unit,factor,culprit,reason\n"
    )


def test_parquet(rates: fa.Rates, folder: Path) -> None:
    table = pq.read_table(folder / "rates.parquet")
    assert table.equals(rates.as_written)
    pairs = list(zip(table["year"].to_pylist(), table["line"].to_pylist(), strict=True))
    assert pairs == sorted(pairs)
    for name in ("rates.parquet", "set_aside.parquet"):
        marks = pq.read_schema(folder / name).metadata
        assert marks[b"fastavs.study"] == b"small [study]"
        assert marks[b"fastavs.note"] == b"made up [for tests]"
        assert marks[b"fastavs.value_basis"] == b"FOB"
        assert marks[b"fastavs.version"] == fa.__version__.encode()
    aside = pq.read_table(folder / "set_aside.parquet")
    assert aside["reason"].to_pylist() == [
        "unknown unit (furlong)",
        "code of an odd number of digits (it may have lost a leading zero: 0203110000)",
        "negative value",
    ]
    assert aside["lost"].to_pylist() == ["quantity", "row", "row"]


def test_record(rates: fa.Rates, folder: Path) -> None:
    text = (folder / "run.json").read_text(encoding="utf-8")
    assert text.endswith("}\n")
    record = json.loads(text)
    assert text == json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    assert record["files"] == FILES
    assert set(record["versions"]) == {"fastavs", "python", "numpy", "numba", "pyarrow"}
    assert record["study"]["name"] == "small [study]"
    assert record["study"]["value_basis"] == "FOB"
    assert record["options"]["outlier"] == 10.0
    assert record["options"]["levels"] == [8, 6, 4]
    assert set(record["inputs"]) == {"applied.csv", "bound.csv", "fx.csv", "trade.csv", "use.csv", "study.toml"}
    assert record["plan"]["base_periods"] == ["2019", "2020"]
    assert record["plan"]["first_year"] == 2021
    assert [year["own_trade"] for year in record["plan"]["years"]] == [True, True, False, False]
    assert record["counts"]["rows_read"] == 17
    assert record["counts"]["rows_set_aside"] == 2
    assert record["counts"]["quantities_set_aside"] == 1
    assert record["counts"]["observations"] == rates.matches.recorded(10).value.size
    assert {"reading", "writing"} == set(record["seconds"])
    for year, columns in zip(record["years"], rates.years.values(), strict=True):
        assert sum(year["lines_by_level"].values()) == year["lines"] == columns.keys.size
        assert sum(year["specific_lines_by_level"].values()) == columns.has_specific.sum()
    assert record["years"][2]["lines_by_level"] == {"10": 5, "8": 1, "none": 1}
    assert record["years"][3]["unresolved"] == {"lines": 1, "imports": 4000.0}


def test_digests_are_those_of_the_files(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    record = output.write_results(fa.Study.load(path).rates(), tmp_path / "out", study_digest=output.digest_of(path))
    for name, digest in record["inputs"].items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest


def test_account_of_trade(rates: fa.Rates) -> None:
    account = trade_account(rates)
    first = account.years[0]
    assert {cause: (share.value, share.observations) for cause, share in first.causes.items()} == {
        "code is shorter than a line and covers several": (300.0, 1),
        "code is no line of the schedule": (50.0, 1),
        "rate of the line is not known": (4000.0, 1),
    }
    assert (first.weighs.value, first.all.value) == (12401.0, 16751.0)
    base = account.years[2]
    assert base.periods == ("2019", "2020")
    assert base.causes["partner is excluded"].value == 510.0
    assert account.unused_periods == {"2018": 700.0}
    assert account.rows_set_aside.value == 123.0
    assert account.rows_set_aside.observations == 2
    for year in account.years:  # whole numbers, so every sum is exact
        assert year.weighs.value + sum(share.value for share in year.causes.values()) == year.all.value


@pytest.mark.parametrize("seed", range(12))
def test_account_adds_up(seed: int, tmp_path: Path) -> None:
    rates = fa.Study.load(to_toml(make(seed), tmp_path)).rates()
    for year, columns in zip(trade_account(rates).years, rates.years.values(), strict=True):
        parts = [year.weighs, *year.causes.values()]
        assert sum(part.observations for part in parts) == year.all.observations
        assert math.isclose(math.fsum(part.value for part in parts), year.all.value, rel_tol=1e-14)
        assert math.isclose(year.weighs.value, math.fsum(columns.weight), rel_tol=1e-14)
        assert list(year.causes) == [cause for cause in CAUSES if cause in year.causes]


# ---- the folder


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_earlier_result_is_replaced_whole(rates: fa.Rates, tmp_path: Path) -> None:
    output.write_results(rates, tmp_path / "out")
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    (tmp_path / "out" / "figures").mkdir()
    (tmp_path / "out" / "figures" / "old.svg").write_text("of an earlier run")
    record["files"].append("figures/old.svg")
    record["digests"]["figures/old.svg"] = hashlib.sha256(b"of an earlier run").hexdigest()
    (tmp_path / "out" / "run.json").write_text(json.dumps(record))
    (tmp_path / "out" / ".DS_Store").write_text("litter")
    output.write_results(rates, tmp_path / "out")
    assert sorted(snapshot(tmp_path)) == [f"out/{name}" for name in FILES]


def test_an_empty_folder_is_taken(rates: fa.Rates, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    output.write_results(rates, tmp_path / "out")
    assert sorted(snapshot(tmp_path / "out")) == FILES


@pytest.mark.parametrize("stranger", ["notes.txt", "deep/down/notes.txt", "run.json"])
@pytest.mark.parametrize("earlier", [False, True])
def test_files_of_others_are_never_touched(rates: fa.Rates, tmp_path: Path, stranger: str, earlier: bool) -> None:
    folder = tmp_path / "out"
    if earlier:
        output.write_results(rates, folder)
    (folder / stranger).parent.mkdir(parents=True, exist_ok=True)
    (folder / stranger).write_text('{"versions": "mine"}')
    before = snapshot(tmp_path)
    with pytest.raises(fa.InputError, match="did not write there") as error:
        output.write_results(rates, folder)
    assert "--out" in str(error.value)
    assert snapshot(tmp_path) == before


def test_a_file_or_the_working_folder_is_refused(
    rates: fa.Rates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(fa.InputError, match="a file stands"):
        output.write_results(rates, tmp_path / "file")
    with pytest.raises(fa.InputError, match="cannot be written"):
        output.write_results(rates, tmp_path / "file" / "below")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for folder in (".", "..", tmp_path / "here"):
        with pytest.raises(fa.InputError, match="works in"):
            output.write_results(rates, folder)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, OSError])
def test_a_run_that_dies_leaves_the_folder_as_it_was(
    rates: fa.Rates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    output.write_results(rates, tmp_path / "out")
    before = snapshot(tmp_path)

    def die(*_: object) -> None:
        raise error

    monkeypatch.setattr(output, "write_parquet", die)
    with pytest.raises(fa.InputError if error is OSError else error):
        output.write_results(rates, tmp_path / "out")
    with pytest.raises(fa.InputError if error is OSError else error):
        output.write_results(rates, tmp_path / "new" / "out")
    assert snapshot(tmp_path) == before


def test_a_swap_that_fails_is_undone(rates: fa.Rates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output.write_results(rates, tmp_path / "out")
    before = snapshot(tmp_path)
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(fa.InputError, match="Permission denied"):
        output.write_results(rates, tmp_path / "out")
    assert snapshot(tmp_path) == before


def test_a_link_to_a_folder_is_followed(rates: fa.Rates, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    output.write_results(rates, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert sorted(snapshot(tmp_path / "real")) == FILES
    (tmp_path / "real" / "elsewhere").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(fa.InputError, match="elsewhere"):
        output.write_results(rates, tmp_path / "link")


def test_groupings_of_one_file_name(rates: fa.Rates, tmp_path: Path) -> None:
    study = write_study(tmp_path)
    study.write_text(study.read_text().replace('"by/use" = "use.csv"', '"by/use" = "use.csv"\n"By use" = "use.csv"'))
    with pytest.raises(fa.InputError, match=r"group_By-use\.csv"):
        output.write_results(fa.Study.load(study).rates(), tmp_path / "out")
    assert not (tmp_path / "out").exists()
