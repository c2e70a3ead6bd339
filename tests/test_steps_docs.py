"""Everything that docs/scenarios.md shows is tried: each block of a file, each of Python, each row of its tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import fastavs as fa
from fastavs.scenario.selection import KEYS
from fastavs.scenario.steps import ALL_VERBS, verb_of

PAGE = (Path(__file__).parents[1] / "docs" / "scenarios.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(toml|python)\n(.*?)```", PAGE, re.DOTALL)
ROWS = re.findall(r"^\|[^\n]*\| `([^`]+)` \| `(fa\.[^`]+)` \|$", PAGE, re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "ita.csv").write_text("code,name\n847130,laptops\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_blocks_of_files_are_read(folder: Path) -> None:
    files = [text for kind, text in BLOCKS if kind == "toml"]
    assert len(files) == 3
    for text in files:
        (folder / "s.toml").write_text(text)
        for one in fa.read_scenarios(folder / "s.toml"):
            assert one.resolved().steps
            assert len(one._repr_html_()) > 100


def test_blocks_of_python_run_and_the_first_says_what_the_first_file_says(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names: dict[str, object] = {}
    for kind, text in BLOCKS:
        if kind == "python":
            exec(text, names)
    (folder / "s.toml").write_text(next(text for kind, text in BLOCKS if kind == "toml"))
    assert fa.read_scenarios(folder / "s.toml") == [names["reform"]]
    assert 'the scenario "capped", step 1 (cap)' in capsys.readouterr().out


@pytest.mark.parametrize(("text", "python"), ROWS, ids=[one[0] for one in ROWS])
def test_each_row_says_the_same_twice(folder: Path, text: str, python: str) -> None:
    parts = [""]
    for one in re.split("(, )", text):  # a key a line: a comma outside all brackets ends one
        is_end = one == ", " and all(parts[-1].count(a) == parts[-1].count(b) for a, b in ("{}", "[]", "()"))
        parts = [*parts, ""] if is_end else [*parts[:-1], parts[-1] + one]
    (folder / "s.toml").write_text('[[scenario]]\nname = "x"\n[[scenario.step]]\n' + "\n".join(parts) + "\n")
    (scenario,) = fa.read_scenarios(folder / "s.toml")
    assert (scenario.steps or scenario.changes) == (eval(python, {"fa": fa}),)


def test_the_page_shows_every_verb_and_every_key() -> None:
    steps = [eval(python, {"fa": fa}) for _, python in ROWS]
    assert {verb_of(one) for one in steps} == set(ALL_VERBS)
    shown = {key for one in steps if hasattr(one, "selection") for key in one.selection.written()}
    assert shown == set(KEYS)
    for row in re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE):
        assert row in (*ALL_VERBS, *KEYS, "except"), row


def test_the_message_that_the_page_shows_is_the_one_given(folder: Path) -> None:
    Path("scenarios.toml").write_text('[[scenario]]\nname = "capped"\n[[scenario.step]]\ncap = 5\n')
    with pytest.raises(fa.InputError) as error:
        fa.read_scenarios("scenarios.toml")
    assert str(error.value) in " ".join(PAGE.split())


@pytest.mark.parametrize(
    ("text", "says"), re.findall(r"^\| `([a-z]+ = [^`]+)` \| refused: is it `([^`]+)`", PAGE, re.M)
)
def test_numbers_that_the_page_calls_refused_are(folder: Path, text: str, says: str) -> None:
    (folder / "s.toml").write_text(f'[[scenario]]\nname = "x"\n[[scenario.step]]\n{text}\n')
    with pytest.raises(fa.InputError, match=re.escape(f"write {says} for")):
        fa.read_scenarios(folder / "s.toml")
