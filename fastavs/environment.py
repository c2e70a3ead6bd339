"""What the environment says to libraries, held against what they take."""

from __future__ import annotations

import os

from fastavs.errors import InputError

THREADS = "NUMBA_NUM_THREADS"


def check_environment() -> None:
    """Make sure that libraries can load.

    Raises
    ------
    InputError
        A number of threads that numba does not take.
    """
    threads = os.environ.get(THREADS, "1")
    try:
        number = int(threads)
    except ValueError:  # numba warns of it, and takes as many as there are processors
        return
    if number < 1:
        raise InputError(
            f"the environment's {THREADS} is no number of threads", value=threads,
            expected="a whole number from 1 up", cure="set it so, or unset it",
        )  # fmt: skip
