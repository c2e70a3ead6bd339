"""Closed and full outputs, bad settings, a full cache: one sentence, or the work done all the same."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from study_files import write_study

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")


def shell(
    command: str, folder: Path, before: Callable[[], None] | None = None, **environment: str
) -> tuple[int, str, str]:
    """Run ``fastavs`` in a shell; returns its exit status, output and what it said on standard error."""
    command = command.replace("fastavs", f"{sys.executable} -m fastavs", 1)
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=folder, capture_output=True, text=True, check=False,
        env=os.environ | environment, preexec_fn=before, timeout=120,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


FULL = "fastavs: the output cannot be written (No space left on device). To mend it: send it elsewhere.\n"
CLOSED = "fastavs: the output cannot be written (it is closed).\n"
STREAMS = [
    ("fastavs duty 15% > /dev/full", 2, FULL),
    ("fastavs duty 15% --json > /dev/full", 2, FULL),
    ("fastavs --help > /dev/full", 2, FULL),
    ("fastavs duty 15% >&-", 2, CLOSED),
    ("fastavs duty 15% >&- <&-", 2, CLOSED),
    ("fastavs duty 15% 2>&- > /dev/null", 0, ""),
    ("fastavs duty oops 2>&- > /dev/null", 2, ""),
    ("fastavs duty oops 2> /dev/full", 2, ""),
    ("fastavs nonsense 2> /dev/full", 2, ""),
    ("fastavs duty '15%' --json | head -1 > /dev/null", 0, ""),
]


@pytest.mark.parametrize(("command", "status", "told"), STREAMS, ids=[one[0] for one in STREAMS])
def test_streams(tmp_path: Path, command: str, status: int, told: str) -> None:
    assert shell(command, tmp_path) == (status, "", told)


def test_what_is_read_by_half_is_no_fault(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    for words in ("run", "check", "explain"):
        line = "0203110000" if words == "explain" else ""
        status, _, told = shell(f"fastavs {words} {study} {line} --json | head -c 10", tmp_path)
        assert (status, told) == (0, "")


def test_results_stand_even_if_the_screen_cannot_be_written(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    assert shell(f"fastavs run {study} --no-report --out out > /dev/full", tmp_path) == (2, "", FULL)
    assert (tmp_path / "out" / "run.json").exists()
    assert shell(f"fastavs run {study} --no-report --out closed >&-", tmp_path) == (2, "", CLOSED)
    assert (tmp_path / "closed" / "run.json").exists()


@pytest.mark.parametrize("threads", ["0", "-1"])
def test_a_number_of_threads_that_numba_does_not_take(tmp_path: Path, threads: str) -> None:
    status, _, told = shell("fastavs duty 15%", tmp_path, NUMBA_NUM_THREADS=threads)
    expected = f'fastavs: the environment\'s NUMBA_NUM_THREADS is no number of threads "{threads}".'
    assert (status, told.startswith(expected), told.count("\n")) == (2, True, 1)
    code = "import fastavs as fa\ntry: fa.Study\nexcept Exception as error: print(type(error).__name__)"
    environment = os.environ | {"NUMBA_NUM_THREADS": threads}
    assert subprocess.check_output([sys.executable, "-c", code], env=environment, text=True) == "InputError\n"


def test_a_foreign_backend_of_matplotlib_is_no_matter(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    status, _, told = shell(f"fastavs run {study} --out out", tmp_path, MPLBACKEND="module://nowhere.backend_inline")
    assert (status, told) == (0, "")


WITH_NAMES = [
    "run {study} --no-report --out {name}", "check {name}", "sweep {study} {name}",
    "sweep {study} some.toml --out {name}.csv", "sweep {study} some.toml --index {name}",
]  # fmt: skip


@pytest.mark.parametrize("length", [255, 256, 300, 5000])
@pytest.mark.parametrize("words", WITH_NAMES)
def test_names_that_are_too_long(tmp_path: Path, words: str, length: int) -> None:
    study = write_study(tmp_path / "study")
    (tmp_path / "some.toml").write_text('[[scenario]]\nname = "as it is"\n')
    before = {path.name for path in tmp_path.iterdir()}
    status, _, told = shell("fastavs " + words.format(study=study, name="a" * length), tmp_path)
    if status == 0:
        assert length == 255
        return
    assert (status, told.count("\n"), "Traceback" in told) == (2, 1, False)
    assert {path.name for path in tmp_path.iterdir()} == before


def test_kernels_that_cannot_be_kept_run_all_the_same(tmp_path: Path) -> None:
    code = """
import numpy as np
from fastavs.kernels.options import kernel
def double(x):
    return 2.0 * x
print(kernel(double)(4.0))
"""
    (tmp_path / "some.py").write_text(code)

    def no_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "some.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        preexec_fn=no_room,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("8.0\n", "")
