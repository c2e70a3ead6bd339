"""The notebook that ships as an example: its cells run, what they show is short, and no output is kept in the file."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = Path(__file__).parent.parent / "examples" / "notebook.ipynb"


def cells(kind: str) -> list[str]:
    found = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return ["".join(one["source"]) for one in found if one["cell_type"] == kind]


def run(source: str, names: dict[str, Any]) -> Any:
    """Run a cell as a notebook does; return what its last line comes to, if that is a value."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, str(NOTEBOOK), "exec"), names)
    return None if last is None else eval(compile(ast.Expression(last.value), str(NOTEBOOK), "eval"), names)


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


def test_no_output_is_kept() -> None:
    found = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    for one in found["cells"]:
        assert not one.get("outputs")
        assert one.get("execution_count") is None
    assert NOTEBOOK.stat().st_size < 20_000


def test_what_is_synthetic_says_so() -> None:
    words = "\n".join(cells("markdown"))
    assert "**synthetic**" in words
    assert "**made up**" in words
