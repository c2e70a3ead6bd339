"""Files and pages written from Python: the report, the folder of a run, and the page of a sweep."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import report_studies
from click.testing import CliRunner
from study_files import write_study

import fastavs as fa
from fastavs.cli import main
from fastavs.errors import InputError


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> fa.Study:
    return fa.Study.load(write_study(tmp_path_factory.mktemp("pages")))


@pytest.fixture(scope="module")
def swept() -> fa.Sweep:
    named = [
        fa.Scenario("as it is"), fa.Scenario("<script>x</script> & Co", fa.FxShock("EUR", 1.2)),
        fa.Scenario("drinks free", fa.SetDuty(("22", "9999"), "0%")),
    ]  # fmt: skip
    draws = [fa.Scenario(f"draw {seed}", fa.Resample(seed)) for seed in range(22)]
    return fa.sweep(report_studies.long_study(), [*named, *draws], by="chapter")


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def without_seconds(run: bytes) -> dict[str, Any]:
    return {key: value for key, value in json.loads(run).items() if key != "seconds"}


def test_write_gives_the_files_of_a_run(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    assert CliRunner().invoke(main, ["run", str(path), "--out", str(tmp_path / "cli")]).exit_code == 0
    record = fa.Study.load(path).rates().write(tmp_path / "python")
    ours, theirs = content(tmp_path / "python"), content(tmp_path / "cli")
    assert without_seconds(ours.pop("run.json")) == without_seconds(theirs.pop("run.json"))
    assert ours == theirs
    assert record["files"] == sorted([*ours, "run.json"])


def test_write_without_the_report(loaded: fa.Study, tmp_path: Path) -> None:
    loaded.rates().write(tmp_path / "out", report=False)
    assert not any(name.startswith(("report", "figures")) for name in content(tmp_path / "out"))
    (tmp_path / "out" / "mine.txt").write_text("x")
    with pytest.raises(InputError, match=r"mine\.txt") as found:
        loaded.rates().write(tmp_path / "out")
    assert str(found.value).endswith("To mend it: move that away, or choose another folder.")


def test_the_report_as_one_file(loaded: fa.Study, tmp_path: Path) -> None:
    rates = loaded.rates()
    assert rates.report(tmp_path / "page.html") == tmp_path / "page.html"
    rates.write(tmp_path / "out")
    assert (tmp_path / "page.html").read_bytes() == (tmp_path / "out" / "report.html").read_bytes()
    rates.report(tmp_path / "line.html", line="2203000100")
    assert "One line: 2203000100" in (tmp_path / "line.html").read_text(encoding="utf-8")


def test_a_study_in_memory_has_a_report(tmp_path: Path) -> None:
    page = report_studies.one_year(note="made up").rates().report(tmp_path / "page.html")
    assert "Made up" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["report", "page.txt", "no/such/folder.html"])
def test_pages_that_cannot_be_written(loaded: fa.Study, swept: fa.Sweep, tmp_path: Path, name: str) -> None:
    for one in (loaded.rates(), swept):
        with pytest.raises(InputError, match=r"ends in \.html|cannot be written"):
            one.report(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_the_page_of_a_sweep(swept: fa.Sweep, tmp_path: Path) -> None:
    page = swept.report(tmp_path / "sweep.html").read_text(encoding="utf-8")
    assert "synthetic replica" in page
    assert page.count("<script") == 0
    assert "&lt;script&gt;x&lt;/script&gt; &amp; Co" in page
    assert "names prefixes that begin no code: 9999" in page
    assert "Not listed: 22 draws of partners." in page
    assert "The weighted mean over 22 draws of partners" in page
    assert "Where it changes most, by chapter" in page
    assert "22 Drinks" in page or "Drinks and vinegar" in page
    assert not re.search(r"(?:src|href|action|data)\s*=\s*[\"'](?!#|data:,)", page)
    assert not re.search(r"@import|url\((?!#)", page)
    ids = re.findall(r"\sid=\"([^\"]+)\"", page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"(?:href=\"|url\()#([\w-]+)", page)) <= set(ids)
    assert swept.report(tmp_path / "again.html").read_text(encoding="utf-8") == page


def test_its_figures_are_those_of_the_sweep(swept: fa.Sweep, tmp_path: Path) -> None:
    page = swept.report(tmp_path / "sweep.html").read_text(encoding="utf-8")
    last = {one["scenario"]: one for one in swept.last_year().to_pylist()}
    column = "weighted_mean_unadjusted"
    assert f'<dd class="number">{100 * last["as it is"][column]:.2f}\u00a0%</dd>' in page
    points = 100 * (last["drinks free"][column] - last["as it is"][column])
    told = f"{100 * last['drinks free'][column]:.2f}\u00a0%, {points:+.2f} percentage points".replace("-", "−")
    assert f"“drinks free”: {told}" in page
    for name in ("as it is", "drinks free"):
        assert f">{100 * last[name]['simple_mean']:.2f}<" in page


def test_few_draws_stand_in_the_tables(tmp_path: Path) -> None:
    draws = [fa.Scenario(f"draw {seed}", fa.Resample(seed)) for seed in range(3)]
    swept = fa.sweep(report_studies.one_year(), [fa.Scenario("as it is"), *draws], outputs=["simple_mean"])
    page = swept.report(tmp_path / "sweep.html").read_text(encoding="utf-8")
    assert "seed 2" in page
    assert "The simple mean over 3 draws of partners" in page
    assert "Not listed" not in page


def test_of_very_many_scenarios_those_farthest_away_are_shown(tmp_path: Path) -> None:
    many = [fa.Scenario(f"times {n}", fa.ScaleDuty(1.0 + n / 1000.0)) for n in range(1, 200)]
    swept = fa.sweep(report_studies.one_year(), [*many, fa.Scenario("as it is")])
    page = swept.report(tmp_path / "sweep.html").read_text(encoding="utf-8")
    assert "Shown are the baseline and the 59 of 199 other scenarios whose mean is farthest" in page
    assert ">times 199<" in page
    assert ">times 100<" not in page
    assert ">as it is<" in page


def test_sweeps_that_have_no_page(tmp_path: Path) -> None:
    one = report_studies.one_year()
    with pytest.raises(InputError, match="no mean to report"):
        fa.sweep(one, fa.Scenario("as it is"), outputs="simple_sd").report(tmp_path / "x.html")
    with pytest.raises(InputError, match="leaves the study as it is"):
        fa.sweep(one, fa.Scenario("more", fa.ScaleDuty(1.1))).report(tmp_path / "x.html")
    fa.sweep(one, fa.Scenario("more", fa.ScaleDuty(1.1))).report(tmp_path / "x.html", baseline="more")
