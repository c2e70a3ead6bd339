"""``fastavs export``: its options, screens and errors. Tariffs come from a function made by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow.csv
import pytest
from click.testing import CliRunner, Result
from model_tables import YEARS, Function, made, with_nulls
from study_files import write_study

import fastavs as fa
from fastavs.cli import main
from fastavs.cli.export_command import years_of
from fastavs.errors import InputError

SCENARIOS = """\
[[scenario]]
name = "weak: euro"
fx = [{ currency = "EUR", factor = 0.9 }]
[[scenario]]
name = "strong euro"
fx = [{ currency = "EUR", factor = 1.1 }]
"""


def call(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], prog_name="fastavs")


def good(*words: object) -> str:
    result = call(*words)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


def wrong(*words: object) -> str:
    """Return the one message of a call that fails."""
    result = call(*words)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert result.stderr.count("\n") == 1
    return result.stderr.removeprefix("fastavs: ").rstrip("\n")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Put a function made by hand in the place of `tariff_function`; gives what it is called with."""
    found: list[dict[str, Any]] = []

    def tariff_function(study: Any, **named: Any) -> Function:
        found.append({"study": study, **named})
        table = made(tuple(named.get("years") or YEARS), seed=1 if named["scenario"] is None else 2)
        return Function(with_nulls(table) if named.get("empty", "null") == "null" else table)

    module = ModuleType("fastavs.models.tariff_function")
    module.tariff_function = tariff_function  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return found


@pytest.fixture(autouse=True)
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    (tmp_path / "s.toml").write_text(SCENARIOS)
    return write_study(tmp_path / "study")


def test_the_screen(study: Path, calls: list[dict[str, Any]]) -> None:
    printed = good(
        "export", study, "--to", "har", "--out", "t.har", "--empty", "zero", "--years", "2020", "--home", "RUS"
    )
    assert printed.splitlines()[0] == "made up: 5 sectors, 3 regions, tariffs in percent"
    assert "synthetic" in printed
    assert "2020" in printed
    assert "2 lines borrow" in printed
    assert 'sector 2 "13" is written "s13"' in printed
    assert printed.endswith("Written: t.har\n")
    assert Path("t.har").exists()
    (asked,) = calls
    assert isinstance(asked.pop("study"), fa.Study)
    assert asked == {"scenario": None, "years": [2020], "empty": "zero", "home": "RUS"}


def test_what_is_asked_is_handed_on(study: Path, calls: list[dict[str, Any]]) -> None:
    Path("own.csv").write_text("prefix,sector\n")
    good(
        "export", study, "--out", "t.csv", "--sectors", "own.csv", "--regions", "partner", "--years", "2011,2015-2016",
        "--home", "RUS", "--aves", "partner", "--rates", "applied", "--weights", "fixed", "--fallback", "line",
        "--inside", "keep", "--rest-sector", "rest", "--rest-region", "ROW", "--scenario", "s.toml:weak: euro",
    )  # fmt: skip
    (asked,) = calls
    del asked["study"]
    assert asked.pop("scenario").name == "weak: euro"
    assert asked == {
        "sectors": Path("own.csv"), "regions": "partner", "years": [2011, 2015, 2016], "home": "RUS", "aves": "partner",
        "rates": "applied", "weights": "fixed", "fallback": "line", "inside": "keep", "rest_sector": "rest",
        "rest_region": "ROW",
    }  # fmt: skip


def test_shocks_are_against_the_study_as_it_is(study: Path, calls: list[dict[str, Any]]) -> None:
    words = ("export", study, "--out", "t.cmf", "--nulls", "leave", "--home", "RUS")
    printed = good(*words, "--scenario", "s.toml:strong euro", "--years", "2020")
    assert [one["scenario"] and one["scenario"].name for one in calls] == ["strong euro", None]
    assert "baseline" in printed
    assert "Without a shock: 2 of 15 cells" in printed
    assert "Shock tms(COMM,REG" in Path("t.cmf").read_text()
    assert {one["weights"] for one in calls} == {"fixed"}
    good(*words, "--against", "s.toml:strong euro", "--weights", "imports")
    assert {one["weights"] for one in calls[2:]} == {"imports"}
    assert [one["scenario"] and one["scenario"].name for one in calls[2:]] == [None, "strong euro"]
    calls.clear()
    assert "there is none" in wrong("export", study, "--out", "t.cmf", "--home", "RUS")
    assert "option --home" in wrong("export", study, "--out", "t.gdx")
    assert not calls


def test_json(study: Path, calls: list[dict[str, Any]]) -> None:
    found = json.loads(good("export", study, "--out", "t.csv", "--json"))
    assert found["files"] == ["t.csv", "t.csv.log"]
    assert found["years"][0]["without_tariff"] == 2
    table = with_nulls(made())
    known = table.weights[1]
    assert found["years"][1]["rate_mean"] == pytest.approx((table.rate[1] * known).sum() / known.sum(), rel=1e-12)
    assert found["notes"] == ["2 lines borrow"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--to", "hra", "--out", "t.har"], 'shocks. Did you mean "har"?'),
        (["--out", "t.xls"], 'option --out: the ending of the file tells no format "t.xls".'),
        (["--out", "t.csv", "--empty", "zeros"], 'option --empty: no such word "zeros". Expected one of null, zero,'),
        (["--out", "t.har", "--set", "COM=X"], 'option --set: no set of these files "COM".'),
        (["--out", "t.csv", "--years-together"], "option --years-together: it is of no use to the format csv."),
        (["--out", "t.har", "--set", "COMM"], 'option --set: no name of a set in GEMPACK "".'),
        (["--out", "t.csv", "--aves", "partners"], 'Did you mean "partner"?'),
        (["--out", "t.csv", "--years", "2020,next"], 'option --years: no year "next". Expected years as 2011,2020'),
        (["--out", "t.csv", "--scenario", "s.toml"], "several scenarios in the file, of which none is named"),
        (["--out", "t.csv", "--scenario", "s.toml:weak euro"], 'no such scenario in the file "weak euro"'),
        (["--out", "t.csv", "--scenario", "none.toml:weak"], "none.toml"),
        (["--out", "t.har", "--home", "RUS"], "HAR has no null, and 2 of 30 cells have no tariff: 1 without trade"),
        (["--out", "no/t.csv"], "no such folder"),
    ],
)  # fmt: skip
def test_errors(words: list[str], message: str, study: Path, calls: list[dict[str, Any]]) -> None:
    assert message in wrong("export", study, *words)
    assert not [path for path in Path().iterdir() if path.name.startswith("t.")]


def test_a_saved_function(study: Path, calls: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    class Saved(Function):
        @classmethod
        def load(cls, path: Path) -> Saved:
            return cls(made(seed=int(path.stem[-1])))

        def select(self, years: list[int]) -> Function:
            return Function(self._table.year(years[0]))

    module = ModuleType("fastavs.models.function")
    module.TariffFunction = Saved  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    for name in ("f1.avt", "f2.avt"):
        Path(name).write_bytes(b"FASTAVST")
    good("export", "f1.avt", "--out", "t.cmf", "--against", "f2.avt", "--years", "2020")
    assert Path("t_shocks.har").exists()
    assert not calls
    message = wrong("export", "f1.avt", "--out", "t.csv", "--sectors", "chapter")
    assert message.startswith('option --sectors: a saved tariff function has its own "chapter".')


@pytest.mark.parametrize("text", ["20", "2011-", "2020-2011", "", "2011;2012", "²⁰²⁰"])
def test_no_years(text: str) -> None:
    with pytest.raises(InputError, match="no year"):
        years_of(text)


def test_nothing_heavy_loads_for_a_format_that_does_not_need_it(tmp_path: Path) -> None:
    code = """if True:
        import sys
        sys.path.insert(0, sys.argv[1])
        import fastavs as fa
        from model_tables import made
        for name in ("t.har", "t.csv"):
            fa.export(made((2020,)), name)
        fa.export(made((2020,)), "t.cmf", against=made((2020,)))
        heavy = ("numba", "pandas", "xarray", "scipy", "netCDF4", "gams", "click")
        print([name for name in heavy if name in sys.modules])
    """
    tests = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", code, tests], capture_output=True, text=True, cwd=tmp_path, timeout=120
    )
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr


def test_a_study_itself(study: Path) -> None:
    words = ("export", study, "--sectors", "chapter", "--regions", "partner", "--home", "RUS", "--years", "2021")
    printed = good(*words, "--out", "t.csv")
    assert "FOB values leave freight" in Path("t.csv.log").read_text()
    assert "made up [for tests]" in printed
    f = fa.tariff_function(fa.Study.load(study), sectors="chapter", regions="partner", home="RUS", years=2021)
    found = pyarrow.csv.read_csv("t.csv")
    np.testing.assert_array_equal(found["rate"].to_numpy(), f().ravel())
    np.testing.assert_array_equal(found["imports"].to_numpy(), f.imports.ravel())
    assert "HAR has no null, and" in wrong(*words, "--out", "t.har")
    good(*words, "--out", "t.har", "--empty", "zero", "--excluded", "duty free", "--sectors", "all")
    f.save("f.avt")
    good("export", "f.avt", "--out", "again.csv")
    assert Path("again.csv").read_bytes() == Path("t.csv").read_bytes()
    message = wrong("export", study, "--out", "t.csv", "--sectors", "chapters")
    assert 'Did you mean "chapter"?' in message
    good(*words, "--out", "t.cmf", "--scenario", "s.toml:strong euro", "--nulls", "leave")
    after = fa.tariff_function(
        fa.Study.load(study), sectors="chapter", regions="partner", home="RUS", years=2021, weights="fixed",
        scenario=fa.Scenario("strong euro", fa.FxShock("EUR", 1.1)),
    )  # fmt: skip
    f = fa.tariff_function(
        fa.Study.load(study), sectors="chapter", regions="partner", home="RUS", years=2021, weights="fixed"
    )
    power = 100.0 * ((1.0 + after()) / (1.0 + f()) - 1.0)
    changes = pyarrow.csv.read_csv("t_shocks.csv")["change_in_power_pct"].to_numpy()
    np.testing.assert_allclose(changes, power.ravel(), rtol=1e-9, atol=1e-12)
    assert np.nanmax(changes) > 0.0


def test_inputs_are_never_written_over(study: Path) -> None:
    """Whatever name they come under; side files too."""
    words = ("export", study, "--sectors", "chapter", "--regions", "partner", "--home", "RUS", "--years", "2021")
    folder = study.parent
    before = {path: path.read_bytes() for path in folder.iterdir()}
    said = "the export would be written over what it is made from"
    (folder / "link.csv").symlink_to("trade.csv")
    for name in ("trade.csv", "applied.csv", "bound.csv", "fx.csv", "use.csv", "link.csv"):
        assert said in wrong(*words, "--out", folder / name)
    own = Path("own.csv")
    own.write_text("prefix,sector\n0,a\n2,a\n6,a\n8,a\n9,a\n")
    regions = Path("cut.csv")
    regions.write_text("partner,region\n")
    assert said in wrong(*words[:2], "--sectors", own, "--out", own)
    made = ("--scenario", "s.toml:strong euro", "--nulls", "leave")
    Path("x_shocks.csv").write_text(own.read_text())
    message = wrong(*words[:2], *words[4:], "--sectors", "x_shocks.csv", *made, "--out", "x.cmf", "--plain")
    assert said in message
    assert "x_shocks.csv" in message
    Path("s.cmf").write_text(SCENARIOS)
    assert said in wrong(*words, "--scenario", "s.cmf:strong euro", "--out", "s.cmf")
    assert Path("s.cmf").read_text() == SCENARIOS
    assert {path: path.read_bytes() for path in folder.iterdir() if not path.is_symlink()} == before


def test_a_grouping_of_the_study_comes_before_a_path(study: Path) -> None:
    printed = good(
        "export", study, "--sectors", "by/use", "--rest-sector", "rest", "--regions", "partner", "--years", "2021",
        "--out", "t.csv",
    )  # fmt: skip
    assert "3 sectors" in printed


def test_a_saved_function_without_a_home_takes_a_name(study: Path) -> None:
    f = fa.tariff_function(
        fa.Study.load(study), sectors="all", regions="partner", years=2021, empty="zero", excluded="duty free"
    )
    f.save("f.avt")
    assert "a region of destination" in wrong("export", "f.avt", "--out", "t.har")
    printed = good("export", "f.avt", "--out", "t.har", "--home", "RUS")
    assert '"RUS" is the name of the destination alone' in printed
    assert "Imports of lines without a known rate, 4000 USD, are in no header." in " ".join(printed.split())
    fa.tariff_function(fa.Study.load(study), sectors="chapter", regions="partner", years=2021, home="RUS").save("g.avt")
    good("export", "g.avt", "--out", "t.csv", "--home", "RUS")
    assert 'a home of its own "KAZ". Expected RUS.' in wrong("export", "g.avt", "--out", "t.csv", "--home", "KAZ")


def test_cells_of_excluded_partners_alone_are_told_their_cure(study: Path) -> None:
    words = ("export", study, "--sectors", "chapter", "--regions", "partner", "--home", "RUS", "--years", "2021")
    message = wrong(*words, "--out", "t.har", "--empty", "zero")
    assert "with imports of excluded partners alone" in message
    assert '--excluded "duty free"' in message
    assert "--empty" not in message
