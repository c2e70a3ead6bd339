"""``fastavs run --scenario``: a scenario taken for the study, which everything that is written says."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from study_files import write_study

import fastavs as fa
from fastavs.cli import main

FILE = """
[[scenario]]
name = "as before"
title = "Nothing changes"

[[scenario]]
name = "a cap: 10 %"
title = "Nobody pays more than 10 %"
author = "A. Modeller"
date = 2012-08-22

[[scenario.step]]
cap = "10%"

[[scenario]]
name = "capped, and cheaper"
base = "a cap: 10 %"

[[scenario.step]]
price = 0.7
"""


def call(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], prog_name="fastavs")


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios.toml").write_text(FILE, encoding="utf-8")
    return write_study(tmp_path / "study")


def run(study: Path, out: str, *words: object) -> dict:  # type: ignore[type-arg]
    found = call("run", study, "--out", out, *words)
    assert found.exit_code == 0, found.output
    return json.loads((Path(out) / "run.json").read_text())  # type: ignore[no-any-return]


def test_everything_says_which_scenario_it_is(study: Path) -> None:
    record = run(study, "out", "--scenario", "scenarios.toml:a cap: 10 %")
    told = record["scenario"]
    scenario = fa.scenario_named("scenarios.toml:a cap: 10 %")
    assert told == {
        "name": "a cap: 10 %", "title": "Nobody pays more than 10 %", "author": "A. Modeller", "date": "2012-08-22",
        "toml": scenario.to_toml(), "warnings": [],
    }  # fmt: skip
    name = 'scenario "a cap: 10 %"'
    assert name in record["study"]["name"]
    page = Path("out/report.html").read_text(encoding="utf-8")
    assert name.replace('"', "&#34;") in page.partition("</title>")[0]
    assert "Nobody pays more than 10 %" in page
    marks = pq.read_schema("out/rates.parquet").metadata
    assert name in " ".join(one.decode() for one in marks.values())
    for figure in Path("out/figures").iterdir():
        assert "a cap: 10 %" in figure.read_text(encoding="utf-8"), figure
    assert name in call("run", study, "--out", "out", "--scenario", "scenarios.toml:a cap: 10 %").stdout
    again = fa.read_scenarios(_written(told["toml"]))
    assert again == [scenario]


def _written(text: str) -> Path:
    path = Path("again.toml")
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["a cap: 10 %", "capped, and cheaper"])
def test_files_are_those_of_python(study: Path, name: str) -> None:
    run(study, "out", "--scenario", f"scenarios.toml:{name}", "--no-report")
    rates = fa.Study.load(study).rates(scenario=fa.scenario_named(f"scenarios.toml:{name}"))
    rates.write("again", report=False)
    for path in Path("out").rglob("*"):
        if path.is_file() and path.name != "run.json":
            assert path.read_bytes() == (Path("again") / path.relative_to("out")).read_bytes(), path
    assert rates.as_written.equals(pq.read_table("out/rates.parquet").replace_schema_metadata(None))


def test_a_scenario_that_changes_nothing_gives_the_study_to_the_bit(study: Path) -> None:
    run(study, "own", "--no-report")
    run(study, "out", "--scenario", "scenarios.toml:as before", "--no-report")
    names = [path.name for path in Path("own").iterdir() if path.suffix in (".csv", ".parquet")]
    assert {"rates.parquet", "summary.csv"} <= set(names)
    for name in names:
        if name.endswith(".csv"):
            assert (Path("own") / name).read_bytes() == (Path("out") / name).read_bytes()
    assert pq.read_table("own/rates.parquet").equals(pq.read_table("out/rates.parquet"))


def test_what_most_likely_is_a_mistake_is_told(study: Path) -> None:
    Path("slip.toml").write_text('[[scenario]]\nname = "x"\n[[scenario.step]]\ncap = "1%"\nprefixes = ["22", "9999"]\n')
    found = call("run", study, "--out", "out", "--scenario", "slip.toml")
    told = " ".join(found.stdout.split())
    assert 'The scenario "x", step 1 (cap) names prefixes that begin no line: 9999.' in told
    record = json.loads(Path("out/run.json").read_text())
    assert [one.partition(":")[2] for one in record["scenario"]["warnings"]] == [" 9999."]
    assert "begin no line: 9999." in Path("out/report.html").read_text(encoding="utf-8")


def test_results_of_a_scenario_have_a_folder_of_their_own(study: Path) -> None:
    assert call("run", study, "--no-report", "--scenario", "scenarios.toml:a cap: 10 %").exit_code == 0
    assert [path.name.endswith("a-cap-10") for path in Path("out").iterdir()] == [True]


@pytest.mark.parametrize(
    ("given", "says"),
    [("scenarios.toml", "a cap: 10 %"), ("scenarios.toml:a cup", "a cap: 10 %"), ("nowhere.toml:x", "nowhere.toml")],
)
def test_what_is_no_scenario(study: Path, given: str, says: str) -> None:
    found = call("run", study, "--scenario", given)
    assert found.exit_code == 2
    assert found.stderr.count("\n") == 1
    assert says in found.stderr
    assert not Path("out").exists()
