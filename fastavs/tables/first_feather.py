"""Feather files of the first version: another format than Arrow's, and one whose reader damaged files bring down."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa


def is_first_feather(path: Path) -> bool:
    """Whether a file is Feather of the first version, which is another format than Arrow's."""
    with path.open("rb") as stream:
        return stream.read(4) == b"FEA1"


def read_first_feather(path: Path) -> pa.Table:
    """Read a Feather file of the first version, in a process of its own: Arrow's reader dies of damaged ones."""
    words = [sys.executable, "-c", _FIRST_FEATHER, str(path)]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        raise pa.ArrowInvalid("a Feather file of the first version, which is damaged")
    return pa.ipc.open_stream(done.stdout).read_all()


_FIRST_FEATHER = """
import sys, pyarrow
from pyarrow import feather
table = feather.read_table(sys.argv[1])
table.validate(full=True)
with pyarrow.ipc.new_stream(sys.stdout.buffer, table.schema) as stream:
    stream.write_table(table)
"""
