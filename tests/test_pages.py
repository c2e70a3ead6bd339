"""Files and pages written from Python: the report, the folder of a run, and the page of a sweep."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import report_studies
from click.testing import CliRunner
from small import row, study
from study_files import write_study

import fastavs as fa
from fastavs.cli import main
from fastavs.errors import InputError
from fastavs.report.figure_scenarios import courses_of
from fastavs.report.sweep_page import _tiles
from fastavs.report.sweep_tables import kept_scenarios, sweep_tables
from fastavs.scenario.draws import draws_of


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
    assert re.search(r">22</\w+>\s*<td[^>]*>Drinks and vinegar<", page)
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


@pytest.fixture(scope="module")
def drawn_twice() -> fa.Sweep:
    """Draws of the study as it is, and of a tenth of its duties, which was swept without a draw as well."""
    tenth = fa.ScaleDuty(0.1, 0.1)
    return fa.sweep(
        report_studies.long_study(),
        [
            fa.Scenario("as it is"), fa.Scenario("tenth", tenth), fa.Scenario("euro", fa.FxShock("EUR", 1.2)),
            *(fa.Scenario(f"draw {n}", fa.Resample(n)) for n in range(10)),
            *(fa.Scenario(f"tenth {n}", fa.Resample(n), tenth) for n in range(10)),
        ],
    )  # fmt: skip


def ends(sweep: fa.Sweep, names: list[str]) -> str:
    """The 5th and the 95th percentile of some scenarios' weighted mean in the last year, as the page writes them."""
    found = {one["scenario"]: one["weighted_mean_unadjusted"] for one in sweep.last_year().to_pylist()}
    low, high = np.percentile([100.0 * found[name] for name in names], [5, 95])
    return f"{low:.2f}\u00a0% and {high:.2f}\u00a0%"


def test_draws_of_different_scenarios_are_not_mixed(drawn_twice: fa.Sweep, tmp_path: Path) -> None:
    page = drawn_twice.report(tmp_path / "sweep.html").read_text(encoding="utf-8")
    plain, tenth = (ends(drawn_twice, [f"{of} {n}" for n in range(10)]) for of in ("draw", "tenth"))
    assert f"Nine in ten of 10 draws of partners lie between {plain} in 2020." in page
    assert f"Nine in ten of 10 draws of partners under “tenth” lie between {tenth} in 2020." in page
    assert "<h3>The weighted mean over 10 draws of partners</h3>" in page
    assert "<h3>The weighted mean over 10 draws of partners under “tenth”</h3>" in page
    assert "the other line is “as it is” without a draw" in page
    assert "the other line is “tenth” without a draw" in page
    spread = next(one for one in sweep_tables(drawn_twice, None) if one.id == "spread").table
    assert spread["draws_of"].to_pylist() == ["as it is"] * 20 + ["tenth"] * 20
    assert set(spread["draws"].to_pylist()) == {10}


def test_a_figure_of_scenarios_tells_draws_from_nearer_scenarios(drawn_twice: fa.Sweep, tmp_path: Path) -> None:
    page = drawn_twice.report(tmp_path / "sweep.html").read_text(encoding="utf-8")
    assert "Thin grey lines are 20 draws of partners.</figcaption>" in page  # its scale begins at zero
    shifts = [fa.Scenario(f"shift {n}", fa.ShiftDuty(n / 100)) for n in range(1, 8)]
    draws = [fa.Scenario(f"draw {n}", fa.Resample(n)) for n in range(2)]
    swept = fa.sweep(report_studies.one_year(), [fa.Scenario("as it is"), *shifts, *draws])
    page = swept.report(tmp_path / "sweep.html").read_text(encoding="utf-8")
    assert "Thin grey lines are 3 scenarios nearer to it and 2 draws of partners." in page


def test_lowest_and_highest_are_of_the_other_scenarios(swept: fa.Sweep) -> None:
    found = {tile.label: (tile.number, tile.besides) for tile in _tiles(swept, 0, "weighted_mean_unadjusted")}
    last = {one["scenario"]: one["weighted_mean_unadjusted"] for one in swept.last_year().to_pylist()}
    assert found["Lowest of the other scenarios, 2020"] == (
        f"{100 * last['drinks free']:.2f}\u00a0%", "drinks free; draws aside"
    )  # fmt: skip
    assert not {"Lowest, 2020", "Highest, 2020"} & set(found)


def thin_study(excluded: str = "BLR") -> fa.Study:
    """Ten lines, six of them matched by trade of an earlier year; without France one is."""
    lines = [f"22030001{n:02d}" for n in range(10)]
    rows = [row("2009", line, "DEU" if n == 0 else "FRA", 100.0 + n) for n, line in enumerate(lines[:6])]
    return study(
        rows, {2011: {line: f"{n + 1}%" for n, line in enumerate(lines)}}, partners={"exclude": excluded.split()},
        base={"periods": ["2009"], "first_year": 2011}, options={"match_on": "imports"},
    )  # fmt: skip


NO_ONE = fa.Scenario("no one", fa.ExcludePartners(("FRA", "DEU")))


def test_a_thin_scenario_is_a_caution_and_matched_lines_stand_beside_the_mean(tmp_path: Path) -> None:
    no_france = fa.Scenario("no France", fa.ExcludePartners("FRA"))
    swept = fa.sweep(thin_study(), [fa.Scenario("as it is"), no_france, NO_ONE])
    page = swept.report(tmp_path / "sweep.html").read_text(encoding="utf-8")
    assert "not the adjusted one, for “no France” in 2011 (1 of 10 lines matched): less" in page
    by_year = next(one for one in sweep_tables(swept, None) if one.id == "by-year").table
    names = by_year.column_names
    assert names[names.index("weighted_mean_adjusted_pct") + 1] == "matched_lines"
    assert by_year["matched_lines"].to_pylist() == [6, 1, 0]
    assert "“no one” has no weighted mean in 2011: there is no trade left to weigh by." in page
    page = swept.report(tmp_path / "sweep.html", baseline="no one").read_text(encoding="utf-8")
    assert "“no one”, the baseline, has no weighted mean in 2011" in page


def test_where_the_baseline_has_no_trade_either_the_page_says_so(tmp_path: Path) -> None:
    scenarios = [fa.Scenario("as it is"), fa.Scenario("more", fa.ScaleDuty(1.1))]
    page = fa.sweep(thin_study("DEU FRA"), scenarios).report(tmp_path / "sweep.html")
    text = page.read_text(encoding="utf-8")
    assert "No scenario has a weighted mean in 2011: there is no trade to weigh by, in the baseline either." in text
    assert "Some scenarios leave no trade" not in text


def test_a_page_of_the_adjusted_mean_alone_says_that_it_is_adjusted(tmp_path: Path) -> None:
    draws = [fa.Scenario(f"draw {n}", fa.Resample(n)) for n in range(5)]
    swept = fa.sweep(
        report_studies.one_year(), [fa.Scenario("more", fa.ScaleDuty(2.0)), *draws], outputs="weighted_mean"
    )
    page = swept.report(tmp_path / "sweep.html", baseline="more").read_text(encoding="utf-8")
    assert "The adjusted weighted mean over 5 draws of partners" in page
    assert "the weighted mean leads" not in page.lower()
    assert "How far the adjusted weighted mean can be relied on is not known" in page
    assert "the study as it is" not in page
    assert "the other line" not in page


def test_scenarios_without_a_mean_are_not_taken_for_the_farthest() -> None:
    shifts = [fa.Scenario(f"shift {n}", fa.ShiftDuty(n / 1000)) for n in range(1, 6)]
    swept = fa.sweep(thin_study(), [NO_ONE, fa.Scenario("as it is"), *shifts])
    courses = courses_of(swept, "weighted_mean_unadjusted", None)
    assert [name for name, _ in courses.named] == ["as it is", "shift 2", "shift 3", "shift 4", "shift 5"]
    many = [fa.Scenario(f"more {n}", fa.ShiftDuty(n / 1000)) for n in range(60)]
    swept = fa.sweep(thin_study(), [NO_ONE, fa.Scenario("as it is"), *many])
    kept, _ = kept_scenarios(swept, 1, "weighted_mean_unadjusted")
    assert 0 not in kept
    assert len(kept) == 60


def test_few_draws_of_each_of_several_scenarios_stand_alone() -> None:
    one = fa.Scenario("free", fa.Resample(1), fa.SetDuty("22", "0%"))
    prices = (fa.PriceShock(2.0, partners="DEU"), fa.ExcludePartners("FRA"))
    swapped = [fa.Scenario("a", *prices, fa.Resample(1)), fa.Scenario("b", fa.Resample(2), *reversed(prices))]
    (found,) = draws_of([one, *swapped])
    assert (found.places, found.plain) == ((1, 2), None)
    steps = (fa.ScaleDuty(0.5), fa.ShiftDuty(0.1))
    ordered = [fa.Scenario("a", *steps, fa.Resample(1)), fa.Scenario("b", *reversed(steps), fa.Resample(2))]
    assert draws_of(ordered) == []
