"""Whole processes: how long they take from start to end, and how much memory they come to."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Mapping

from bench.studies import ROOT

TWO_PROCESSORS = """\
import os
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
"""
PEAK = """\
import atexit
def peak():
    print("\\n", next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
atexit.register(peak)
"""


def run(code: str, environment: Mapping[str, str] | None = None) -> str:
    """Run some Python in a fresh process and return what it printed.

    Raises
    ------
    subprocess.CalledProcessError
        It failed.
    """
    known = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    known.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode, as the rivals have theirs
    done = subprocess.run(
        [sys.executable, "-c", code], env=known | dict(environment or {}), check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def processor_seconds(code: str, environment: Mapping[str, str] | None = None) -> float:
    """Return the processor time that a fresh process takes, user and system, whatever else the machine does."""
    before = _processor_seconds_of_children()
    run(code, environment)
    return _processor_seconds_of_children() - before


def spent(code: str) -> dict[str, float]:
    """Return what a fresh process takes: `processor` time in s, user and system, and `peak` memory in MiB.

    The peak is the process' own high-water mark: `ru_maxrss` would also count what its parent had when it was forked.
    """
    before = _processor_seconds_of_children()
    printed = run(PEAK + code)
    processor = _processor_seconds_of_children() - before
    return {"processor": processor, "peak": float(printed.split()[-1]) / 1024.0}


def _processor_seconds_of_children() -> float:
    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime
