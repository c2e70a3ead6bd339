"""The package as users meet it: names, types, what loads when, and the studies that come along."""

from __future__ import annotations

import ast
import inspect
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import fastavs as fa
from fastavs.cli import main

PACKAGE = Path(fa.__file__).parent
ROOT = PACKAGE.parent
HEAVY = ("click", "jinja2", "lark", "matplotlib", "msgspec", "numba", "numpy", "pyarrow", "rich")


def python(code: str, *words: str, folder: Path = ROOT) -> str:
    """Run a program in a new process, from a folder; returns what it printed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_public_completes_by_tab_and_nothing_else() -> None:
    shown = [name for name in dir(fa) if not name.startswith("__")]
    assert shown == sorted(set(fa.__all__) - {"__version__"})
    assert {"examples", "readers", "DataWarning"} <= set(shown)
    for name in fa.__all__:
        assert getattr(fa, name) is not None
    assert dir(fa.examples) == ["eaeu", "list", "path"]
    printed = python("import fastavs as fa; fa.Study, fa.readers; print(*dir(fa))").split()
    assert [name for name in printed if not name.startswith("__")] == shown  # whatever has loaded
    with pytest.raises(AttributeError, match="no attribute 'reader'"):
        fa.reader  # noqa: B018


def test_readers_are_an_attribute() -> None:
    assert python("import fastavs as fa; print(fa.readers.ecb.read.__name__)") == "read\n"


def test_importing_it_loads_nothing_heavy() -> None:
    code = f"import fastavs, sys; fastavs.examples.path('eaeu'); print([n for n in {HEAVY} if n in sys.modules])"
    assert python(code) == "[]\n"


@pytest.mark.parametrize(("words", "drawn"), [(("--no-report",), False), ((), True)], ids=["no report", "report"])
def test_what_draws_the_report_loads_for_the_report_alone(words: tuple[str, ...], drawn: bool, tmp_path: Path) -> None:
    code = """if True:
        import sys
        from fastavs.cli import main
        try:
            main(["run", "eaeu", *sys.argv[1:]])
        except SystemExit as end:
            assert not end.code, end.code
        print([name in sys.modules for name in ("matplotlib", "jinja2")])
    """
    printed = python(code, *words, folder=tmp_path)
    assert printed.endswith(f"[{drawn}, {drawn}]\n"), printed[-300:]
    assert (tmp_path / "out" / "eaeu-2025-2026" / "report.html").exists() == drawn


def test_a_scenario_takes_in_types_what_it_takes() -> None:
    # the types of what may be given stand beside the fields, which are tuples: both have the same names and defaults
    for file in ("duties", "trade"):
        tree = ast.parse((PACKAGE / "scenario" / f"{file}.py").read_text(encoding="utf-8"))
        for node in (one for one in tree.body if isinstance(one, ast.ClassDef)):
            for init in (one for one in ast.walk(node) if isinstance(one, ast.FunctionDef) and one.name == "__init__"):
                made = inspect.signature(getattr(fa, node.name)).parameters.values()
                assert [one.arg for one in init.args.args[1:]] == [one.name for one in made], node.name
                defaults = [ast.literal_eval(one) for one in init.args.defaults]
                assert defaults == [one.default for one in made if one.default is not one.empty], node.name


def test_the_script_of_a_user_runs() -> None:
    assert python((ROOT / "tests" / "user_script.py").read_text(encoding="utf-8")).startswith(
        f"fastavs {fa.__version__}:"
    )


def test_the_script_of_a_user_is_clean_to_mypy() -> None:
    pytest.importorskip("mypy")
    assert (PACKAGE / "py.typed").is_file()
    script = ROOT / "tests" / "user_script.py"
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", os.devnull, "--follow-imports", "silent"]
    done = subprocess.run(
        [*command, "--ignore-missing-imports", str(script)], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout


# ---- studies that come along


def test_examples_are_listed_and_found() -> None:
    assert fa.examples.list() == ["eaeu"]
    path = fa.examples.path("eaeu")
    assert path.is_file()
    assert (path.parent / "SOURCE.md").is_file()
    with pytest.raises(fa.InputError, match=r'argument name: no study of that name .* "eaue".*Did you mean "eaeu"\?'):
        fa.examples.path("eaue")


def test_an_example_is_the_study_of_its_file() -> None:
    with pytest.warns(fa.DataWarning) as caught:
        study = fa.examples.eaeu()
    assert {one.filename for one in caught} == {__file__}
    assert study.config.name == "eaeu-2025-2026"


def test_the_wheel_takes_every_file_of_an_example_in() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    taken = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    for name in fa.examples.list():
        folder = ROOT / "data" / name
        files = {one.name for one in folder.iterdir() if one.suffix not in (".py", "")}
        assert taken == {f"data/{name}/{one}": f"fastavs/examples/{name}/{one}" for one in files}


def call(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_commands_take_the_name_of_an_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "eaeu-2025-2026" in call("check", "eaeu").stdout
    assert "6104220000" in call("explain", "eaeu", "6104220000").stdout
    Path("some.toml").write_text('[[scenario]]\nname = "as it is"\n', encoding="utf-8")
    assert "as it is" in call("sweep", "eaeu", "some.toml").stdout
    run = call("run", "eaeu", "--no-report")
    assert "Results: out/eaeu-2025-2026" in run.stdout
    assert (tmp_path / "out" / "eaeu-2025-2026" / "summary.csv").is_file()


def test_a_file_that_exists_wins_over_an_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "eaeu").write_text("name = 3\n", encoding="utf-8")
    found = call("check", "eaeu")
    assert found.exit_code == 2
    assert found.stderr.startswith(("main: eaeu, key name: ", "main: eaeu: the study file cannot be read"))


def test_a_name_that_is_neither_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = call("run", "eaue")
    assert (found.exit_code, found.stdout) == (2, "")
    assert 'no such file "eaue", and no study of that name comes along. Did you mean "eaeu"?' in found.stderr
    assert "nowhere/eaeu: the study file cannot be read" in call("run", "nowhere/eaeu").stderr
    assert "eaue.toml: the study file cannot be read" in call("run", "eaue.toml").stderr


def test_a_folder_of_an_examples_name_is_taken_if_it_holds_a_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "eaeu").mkdir()
    assert "eaeu-2025-2026" in call("check", "eaeu").stdout
    (tmp_path / "eaeu" / "study.toml").write_text("name = 7\n", encoding="utf-8")
    found = call("check", "eaeu")
    assert found.exit_code == 2
    assert str(Path("eaeu") / "study.toml") in found.output
