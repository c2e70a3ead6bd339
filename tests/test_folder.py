"""What a run may replace: what runs wrote there, told by name and digest, whatever the record lists."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from study_files import write_study
from test_output import snapshot

import fastavs as fa
from fastavs.cli import main
from fastavs.report.folder import OURS, write_results


@pytest.fixture(scope="module")
def rates(tmp_path_factory: pytest.TempPathFactory) -> fa.Rates:
    return fa.Study.load(write_study(tmp_path_factory.mktemp("study"))).rates()


def record_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "run.json").read_text())
    return found


def write_record(folder: Path, record: dict[str, Any]) -> None:
    (folder / "run.json").write_text(json.dumps(record))


def test_every_file_of_a_run_has_a_name_of_ours_and_a_digest(rates: fa.Rates, tmp_path: Path) -> None:
    write_results(rates, tmp_path / "out", report=True)
    files = set(snapshot(tmp_path / "out"))
    assert all(OURS.fullmatch(name) for name in files)
    record = record_of(tmp_path / "out")
    assert set(record["digests"]) == files - {"run.json"}
    assert record["replaced_although_edited"] == []


@pytest.mark.parametrize("name", ["notes.txt", "rates.csv", "tables/mine.csv", "group_/x.csv", "../study/trade.csv"])
@pytest.mark.parametrize("digest", ["right", "none", "no digests"])
def test_a_record_cannot_make_a_stranger_ours(rates: fa.Rates, tmp_path: Path, name: str, digest: str) -> None:
    import hashlib

    folder = tmp_path / "out"
    write_results(rates, folder)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("years of work")
    record = record_of(folder)
    record["files"].append(name)
    if digest == "right":
        record["digests"][name] = hashlib.sha256(b"years of work").hexdigest()
    elif digest == "no digests":
        del record["digests"]
    write_record(folder, record)
    before = snapshot(tmp_path)
    if name.startswith(".."):
        write_results(rates, folder)
    else:
        with pytest.raises(fa.InputError, match="did not write there"):
            write_results(rates, folder)
        assert snapshot(tmp_path) == before
    assert path.read_text() == "years of work"


def test_a_listed_file_of_our_name_that_has_no_digest_is_a_stranger(rates: fa.Rates, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_results(rates, folder)
    (folder / "group_mine.csv").write_text("years of work")
    record = record_of(folder)
    record["files"].append("group_mine.csv")
    write_record(folder, record)
    with pytest.raises(fa.InputError, match=r"did not write there: group_mine\.csv"):
        write_results(rates, folder)


def test_results_of_the_first_version_are_replaced(rates: fa.Rates, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_results(rates, folder)
    record = record_of(folder)
    del record["digests"], record["replaced_although_edited"]
    write_record(folder, record)
    (folder / "summary.csv").write_text("edited, which nobody can tell")
    assert write_results(rates, folder)["replaced_although_edited"] == []


@pytest.mark.parametrize(
    "text", ["", "[]", "3", '{"versions": [], "files": 3}', "[" * 9999, '{"versions": {"fastavs": 1}}']
)
def test_a_broken_record_lists_nothing(rates: fa.Rates, tmp_path: Path, text: str) -> None:
    folder = tmp_path / "out"
    write_results(rates, folder)
    (folder / "run.json").write_text(text)
    with pytest.raises(fa.InputError, match="did not write there"):
        write_results(rates, folder)


def test_an_edited_file_is_replaced_and_that_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["run", str(write_study(tmp_path / "study")), "--out", "out", "--no-report"]
    first = CliRunner().invoke(main, words)
    assert "edited" not in first.output
    sound = Path("out/summary.csv").read_text()
    Path("out/summary.csv").write_text(sound + "a note\n")
    second = CliRunner().invoke(main, words)
    assert "Replaced, though edited since an earlier run wrote them: summary.csv." in second.output
    assert Path("out/summary.csv").read_text() == sound
    assert record_of(Path("out"))["replaced_although_edited"] == ["summary.csv"]
    assert "edited" not in CliRunner().invoke(main, words).output


def test_an_edited_file_that_nothing_replaces_is_kept(rates: fa.Rates, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_results(rates, folder, report=True)
    (folder / "report.html").write_text("with remarks")
    before = snapshot(tmp_path)
    with pytest.raises(fa.InputError, match=r"edited since, and this run writes none of that name: report.html.*move"):
        write_results(rates, folder, report=False)
    assert snapshot(tmp_path) == before
    write_results(rates, folder, report=True)
    assert (folder / "report.html").read_text() != "with remarks"


def test_what_comes_to_the_folder_meanwhile_is_kept(
    rates: fa.Rates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    write_results(rates, folder)

    def late(*_: object) -> list[str]:
        (folder / "notes.txt").write_text("years of work")
        return []

    monkeypatch.setattr("fastavs.report.folder._edited", late)
    with pytest.raises(fa.InputError, match=r"did not write there: notes\.txt") as error:
        write_results(rates, folder)
    assert str(folder) in str(error.value)
    assert (folder / "notes.txt").read_text() == "years of work"
    assert (folder / "rates.parquet").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]
