"""The command line as a program of its own."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from fastavs.cli.main import main


def program(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line, and end the process with its exit status.

    All that was asked for is written by then. To take the memory apart piece by piece, as Python does when it ends,
    would take a tenth of a run's time, and the system takes it back at once.

    Parameters
    ----------
    args : sequence of str, optional
        Words after the command's name; those that the process was started with by default.
    """
    status: object = 0
    try:
        main(args)
    except SystemExit as end:
        status = end.code
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # closed by who reads it: `main` has said what there is to say
            stream.flush()
    os._exit(status if isinstance(status, int) else 0)
