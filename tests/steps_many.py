"""Scenarios in steps, drawn at random, against their naive twin: ``python tests/steps_many.py 300`` studies."""

from __future__ import annotations

import sys
import warnings

import test_reform

from fastavs.reform import book


def main(many: int, first: int = 0) -> int:
    """Hold three scenarios on each of some studies against the twin; returns how many studies differ."""
    warnings.simplefilter("ignore")
    done, wrong = 0, 0
    for seed in range(first, first + many):
        book.FEW = 0 if seed // len(test_reform.KNOBS) % 2 else 64
        try:
            done += test_reform.check(seed, test_reform.KNOBS[seed % len(test_reform.KNOBS)])
        except AssertionError as error:
            wrong += 1
            print(error, repr(error.__cause__ or "")[:500], flush=True)
    print(f"{done} scenarios on {many} studies, {wrong} studies differ")
    return wrong


if __name__ == "__main__":
    sys.exit(bool(main(*map(int, sys.argv[1:]))))
