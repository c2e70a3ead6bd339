"""Picking the observations of some periods, and their value by line."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.options import kernel
from fastavs.kernels.shapes import Runs
from fastavs.kernels.sums import add


@kernel
def find_runs(
    code: np.ndarray, period: np.ndarray, of_code: np.ndarray, run_period: np.ndarray, start: np.ndarray
) -> int:
    """Cut observations into runs of one code and period; returns how many there are.

    Parameters
    ----------
    code : int32[n]
    period : int16[n] or int32[n]
    of_code, run_period, start
        Filled, as in `Runs`; room for n runs.
    """
    runs = 0
    codes = 0
    for i in range(code.size):
        if i == 0 or code[i] != code[i - 1] or period[i] != period[i - 1]:
            while codes <= code[i]:
                of_code[codes] = runs
                codes += 1
            run_period[runs] = period[i]
            start[runs] = i
            runs += 1
    of_code[codes:] = runs
    start[runs] = code.size
    return runs


@kernel
def pick(
    runs: Runs,
    wanted: np.ndarray,
    min_value: float,
    times: int,
    seen: np.ndarray,
    chosen: np.ndarray,
    code_start: np.ndarray,
    code_stop: np.ndarray,
    left_out: np.ndarray,
) -> None:
    """Pick the observations that take part in AVEs.

    Parameters
    ----------
    runs : Runs
    wanted : bool[periods]
    min_value : float
        Smaller observations take no part.
    times : int
        In how many of the periods a partner must have imports of a code; 0 = in any.
    seen : int64[partners]
        All 0, and so left; empty where `times` is 0.
    chosen : int32[...] or int64[...]
        Filled with the observations.
    code_start, code_stop : int64[u]
        Filled: a code's observations among the chosen.
    left_out : int64[2]
        Filled: observations of partners not excluded that are too small, and of the others those of partners
        without imports in as many periods.
    """
    of_code, period, start, partner, value, excluded = runs
    left_out[:] = 0
    at = 0
    for code in range(of_code.size - 1):
        code_start[code] = at
        first = of_code[code]
        last = of_code[code + 1]
        if times > 0:
            for run in range(first, last):
                if wanted[period[run]]:
                    for i in range(start[run], start[run + 1]):
                        seen[partner[i]] += 1
        for run in range(first, last):
            if not wanted[period[run]]:
                continue
            for i in range(start[run], start[run + 1]):
                if excluded[i]:
                    continue
                if not value[i] >= min_value:
                    left_out[0] += 1
                elif times > 0 and seen[partner[i]] != times:
                    left_out[1] += 1
                else:
                    chosen[at] = i
                    at += 1
        if times > 0:
            for run in range(first, last):
                for i in range(start[run], start[run + 1]):
                    seen[partner[i]] = 0
        code_stop[code] = at


@kernel
def value_by_code(runs: Runs, wanted: np.ndarray, out: np.ndarray) -> None:
    """Add up the value of each code's observations in the wanted periods.

    Parameters
    ----------
    runs : Runs
    wanted : bool[periods]
    out : float64[4, u]
        Filled: sum and lost digits over all partners, and both over partners not excluded.
    """
    of_code, period, start, _, value, excluded = runs
    out[:] = 0.0
    for code in range(of_code.size - 1):
        for run in range(of_code[code], of_code[code + 1]):
            if wanted[period[run]]:
                for i in range(start[run], start[run + 1]):
                    out[0, code], out[1, code] = add(out[0, code], out[1, code], value[i])
                    if not excluded[i]:
                        out[2, code], out[3, code] = add(out[2, code], out[3, code], value[i])


@kernel
def value_by_line(runs: Runs, wanted: np.ndarray, of_codes: np.ndarray, own_line: np.ndarray, sums: np.ndarray) -> None:
    """Add up the value of each line's own codes, as if observation by observation.

    Parameters
    ----------
    runs : Runs
    wanted : bool[periods]
    of_codes : float64[4, u]
        What `value_by_code` found.
    own_line : int64[u]
        The line that a code serves alone, -1 where none.
    sums : float64[4, h]
        Given as 0; filled with sum and lost digits over all partners, and both over partners not excluded.
    """
    of_code, period, start, _, value, excluded = runs
    for code in range(of_code.size - 1):
        line = own_line[code]
        if line < 0:
            continue
        if sums[0, line] == 0.0:  # the line's first code, as it mostly is: its sum is the line's so far
            for k in range(4):
                sums[k, line] = of_codes[k, code]
            continue
        for run in range(of_code[code], of_code[code + 1]):
            if wanted[period[run]]:
                for i in range(start[run], start[run + 1]):
                    sums[0, line], sums[1, line] = add(sums[0, line], sums[1, line], value[i])
                    if not excluded[i]:
                        sums[2, line], sums[3, line] = add(sums[2, line], sums[3, line], value[i])


@kernel
def count_by_code(runs: Runs, wanted: np.ndarray, value: np.ndarray, lost: np.ndarray, count: np.ndarray) -> None:
    """Add up and count each code's observations in the wanted periods.

    Parameters
    ----------
    runs : Runs
    wanted : bool[periods]
    value : float64[2, u]
        Filled: the value of partners not excluded, then of the others.
    lost : float64[2, u]
        Given as 0; memory to work in.
    count : int64[2, u]
        Filled: how many observations that is.
    """
    of_code, period, start, _, values, excluded = runs
    value[:] = 0.0
    count[:] = 0
    for code in range(of_code.size - 1):
        for run in range(of_code[code], of_code[code + 1]):
            if wanted[period[run]]:
                for i in range(start[run], start[run + 1]):
                    whose = 1 if excluded[i] else 0
                    value[whose, code], lost[whose, code] = add(value[whose, code], lost[whose, code], values[i])
                    count[whose, code] += 1
        for whose in range(2):
            value[whose, code] += lost[whose, code]
