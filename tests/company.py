"""Random scenarios, each alone, in company and by the slow way, to the bit: ``python tests/company.py 2000``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import make_study
import numpy as np
import test_touched
import test_trade_families
from test_trade_changes import make
from test_twin import study_of

import fastavs as fa
from fastavs.evaluation import touched
from fastavs.evaluation.blocks import _work_out
from fastavs.evaluation.named_lines import check_named
from fastavs.evaluation.partners import trade_of
from fastavs.evaluation.plan import make_plan
from fastavs.evaluation.workplace import Workplace
from fastavs.progress import quiet

KNOBS: list[dict[str, Any]] = [
    *test_touched.KNOBS, {"method": "partner", "match_on": "imports"}, {"method": "partner", "base_partners": "all"},
]  # fmt: skip
MANY = 40  # scenarios of a study


def by_the_slow_way(index: fa.SortedIndex, scenario: fa.Scenario) -> np.ndarray:
    """A scenario's figures from all lines of all years, by itself; float64[y, 17]."""
    figures = np.full((1, len(index.years), 17), np.nan)
    plan = make_plan(index, [scenario], careful=True)
    assert _work_out(plan, [scenario], np.arange(1), True, Workplace(None, 1), figures, quiet, 0)
    return figures[0]


def fits(index: fa.SortedIndex, scenario: fa.Scenario) -> bool:
    """Whether a scenario drawn names what the study has: rows set aside have codes that nothing else has."""
    try:
        check_named(index, [scenario])
    except fa.InputError:
        return False
    return True


def studies(many: int) -> Iterator[tuple[fa.SortedIndex, list[fa.Scenario], str]]:
    """Give indexes with scenarios on them, until there are so many."""
    seed = 0
    while many > 0:
        knobs = KNOBS[seed % len(KNOBS)]
        of_duties = seed % 2 == 0
        made = (make_study.make if of_duties else make)(30_000 + seed, **({"min_value": 0.0} | knobs))
        some = test_touched.reforms(made, seed, MANY) if of_duties else test_trade_families.scenarios_of(made, seed, 30)
        index = fa.build_index(study_of(made), some)
        some = [one for one in some if fits(index, one)][:many]
        yield index, some, f"study {30_000 + seed}, {knobs}"
        many -= len(some)
        seed += 1


def differing(index: fa.SortedIndex, scenarios: list[fa.Scenario]) -> list[str]:
    """Name the scenarios whose figures are not the same to the bit in each way; and how."""
    together = fa.sweep(index, scenarios, threads=1).figures
    on_two = fa.sweep(index, scenarios[::-1], threads=2).figures[::-1]
    found = []
    for place, one in enumerate(scenarios):
        ways = {"on two threads": on_two[place], "alone": fa.sweep(index, one).figures[0]}
        if not trade_of(one):  # under changed trade the slow way makes other running sums: right to a few ulp
            ways["by the slow way"] = by_the_slow_way(index, one)
        found += [f"{one}: {how}" for how, some in ways.items() if some.tobytes() != together[place].tobytes()]
    return found


def main(many: int) -> int:
    touched.SHARE = 1.0  # whatever a scenario touches, it goes by that
    done, wrong = 0, 0
    for index, scenarios, what in studies(many):
        for one in differing(index, scenarios):
            print(what, one)
            wrong += 1
        done += len(scenarios)
        print(f"{done:,} scenarios, {wrong:,} differences", end="\r", flush=True)
    print()
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
