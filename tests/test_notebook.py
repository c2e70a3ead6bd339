"""The notebooks that ship as examples: their cells run, what they show is short, and no output is kept in the files."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
NOTEBOOK, MODELS = EXAMPLES / "notebook.ipynb", EXAMPLES / "models.ipynb"


def cells(kind: str, notebook: Path = NOTEBOOK) -> list[str]:
    found = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(one["source"]) for one in found if one["cell_type"] == kind]


def run(source: str, names: dict[str, Any]) -> Any:
    """Run a cell as a notebook does; return what its last line comes to, if that is a value."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    return None if last is None else eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)


def test_every_cell_runs_and_shows_something_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(NOTEBOOK.parent)
    names: dict[str, Any] = {}
    pictures = cards = 0
    for source in cells("code"):
        shown = run(source, names)
        if hasattr(shown, "_repr_png_"):
            picture, _ = shown._repr_png_()
            assert 4_000 < len(picture) < 400_000
            pictures += 1
        elif hasattr(shown, "_repr_html_"):
            assert len(shown._repr_html_()) < 10_000
            assert len(repr(shown)) < 5_000
            cards += 1
    assert pictures == 7
    assert cards >= 9


def test_every_cell_of_the_model_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(EXAMPLES)
    monkeypatch.syspath_prepend(EXAMPLES)
    names: dict[str, Any] = {}
    pictures = tables = 0
    for source in cells("code", MODELS):
        shown = run(source, names)
        if hasattr(shown, "_repr_png_"):
            assert 4_000 < len(shown._repr_png_()) < 400_000
            pictures += 1
        elif shown is not None:
            assert len(repr(shown)) < 5_000
            tables += hasattr(shown, "_repr_html_")
    assert pictures == 5
    assert tables >= 6
    assert "SYNTHETIC. accession with both: mean duty" in capsys.readouterr().out


@pytest.mark.parametrize("notebook", [NOTEBOOK, MODELS], ids=lambda one: one.stem)
def test_no_output_is_kept(notebook: Path) -> None:
    found = json.loads(notebook.read_text(encoding="utf-8"))
    for one in found["cells"]:
        assert not one.get("outputs")
        assert one.get("execution_count") is None
    assert notebook.stat().st_size < 20_000


def test_what_is_synthetic_says_so() -> None:
    for notebook in (NOTEBOOK, MODELS):
        words = "\n".join(cells("markdown", notebook))
        assert "**synthetic**" in words
        assert "made up" in words
    assert "**made up**" in "\n".join(cells("markdown"))


def test_figures_of_the_model_come_out_of_cells() -> None:
    words = "\n".join(cells("markdown", MODELS))
    allowed = ("0.15 euro", "15 %", "2009", "2011", "2015", "2020")
    for one in allowed:
        words = words.replace(one, "")
    digits = [line for line in words.splitlines() if re.search(r"\d", line)]
    assert digits == []
