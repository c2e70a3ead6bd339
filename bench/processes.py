"""Whole processes: how long they take from start to end, and how much memory they come to."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Mapping

from bench.studies import ROOT

PEAK = "\nprint(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"


def run(code: str, environment: Mapping[str, str] | None = None) -> str:
    """Run some Python in a fresh process and return what it printed.

    Raises
    ------
    subprocess.CalledProcessError
        It failed.
    """
    known = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(
        [sys.executable, "-c", code], env=known | dict(environment or {}), check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def processor_seconds(code: str) -> float:
    """Return the processor time that a fresh process takes, user and system, whatever else the machine does."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(code)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def peak_mebibytes(code: str) -> float:
    """Return the most memory that a fresh process was resident with, in MiB.

    Read off the process' own high-water mark: `ru_maxrss` would also count what its parent had when it was forked.
    """
    return float(run(code + PEAK).split()[-1]) / 1024.0
