"""The kernels' cache on disk: served while nothing changed, and never after any file of their folder did."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import fastavs

PACKAGE = Path(fastavs.__file__).parent
CALLER = """
from fastavs.kernels.callee import helper
from fastavs.kernels.options import kernel

@kernel
def caller(x):
    return helper(x) + 1
"""
CALLEE = """
from fastavs.kernels.options import {how}

@{how}
def helper(x):
    return x * {factor}
"""
ASK = """
from fastavs.kernels.caller import caller
print(caller(10), sum(caller.stats.cache_hits.values()))
"""
NO_CACHE = """
from numba.core import caching
del caching.IndexDataCacheFile
from fastavs.kernels.caller import caller
print(caller(10))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The package copied, with one kernel more that calls into another file."""
    folder = tmp_path / "root"
    shutil.copytree(PACKAGE, folder / "fastavs", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "fastavs" / "kernels" / "caller.py").write_text(CALLER)
    return folder


def callee(root: Path, how: str, factor: int) -> None:
    (root / "fastavs" / "kernels" / "callee.py").write_text(CALLEE.format(how=how, factor=factor))


def ask(program: str, root: Path, **settings: str) -> str:
    known = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")}
    known |= {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"} | settings
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, cwd=root, env=known, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("how", ["inlined", "inner", "kernel"])
@pytest.mark.parametrize("elsewhere", [False, True], ids=["in the package", "in a folder of the user's"])
def test_a_callee_in_another_file_that_changes_is_compiled_anew(root, tmp_path, how, elsewhere):
    settings = {"NUMBA_CACHE_DIR": str(tmp_path / "cache")} if elsewhere else {}
    callee(root, how, 2)
    assert ask(ASK, root, **settings) == "21 0"
    assert ask(ASK, root, **settings) == "21 1"
    callee(root, how, 3)
    assert ask(ASK, root, **settings) == "31 0"
    assert ask(ASK, root, **settings) == "31 1"


def test_what_another_version_kept_is_passed_over_though_its_classes_are_gone(root):
    """As after an update: what the kernels' old version kept lies beside the new files."""
    of_pairs = "from typing import NamedTuple\n\nclass {name}(NamedTuple):\n    x: int\n"
    caller = CALLER.replace("return helper(x)", "return helper(x.x)")
    (root / "fastavs" / "kernels" / "caller.py").write_text(caller)
    callee(root, "inner", 2)
    told = []
    for name in ("Old", "New"):
        (root / "fastavs" / "kernels" / "pairs.py").write_text(of_pairs.format(name=name))
        asked = ASK.replace("caller(10)", f"caller({name}(10))")
        told.append(ask(f"from fastavs.kernels.pairs import {name}\n{asked}", root))
    assert told == ["21 0", "21 0"]


def test_nothing_is_kept_where_numba_caches_in_another_way(root, tmp_path):
    callee(root, "inlined", 2)
    folder = tmp_path / "cache"
    assert ask(NO_CACHE, root, NUMBA_CACHE_DIR=str(folder)) == "21"
    assert not list(folder.rglob("*.nb?"))
