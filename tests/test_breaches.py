"""Applied above bound: every pair of duties compared once gives what line by line gives."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any
from unittest import mock

import make_study
import numpy as np
import pytest
import report_studies
from hypothesis import example, given
from hypothesis import strategies as st

import fastavs as fa
from fastavs.codes import to_code
from fastavs.duty import pieces
from fastavs.results.breaches import SCHEMA, breaches_table, critical_unit_value


def line_by_line(rates: fa.Rates) -> list[dict[str, Any]]:
    """The table as its definition has it, in exact pieces."""
    rows = []
    for year in rates.years.values():
        for place in np.flatnonzero(year.breach):
            line = to_code(int(year.keys[place]), year.digits)
            applied, bound = (year.sides[kind].schedule for kind in ("applied", "bound"))
            at = applied.find(line)
            critical: tuple[float | None, str | None] = (None, None)
            if at is not None:
                duties = {"applied": applied.duties[applied.duty[at]], "bound": bound.duties[bound.duty[place]]}
                fx = {
                    kind: rates.matches.fx_of(year.sides[kind].schedule, duty.currencies)
                    for kind, duty in duties.items()
                }
                with mock.patch.object(pieces, "usual_pieces", return_value=None):
                    if all(len(duty.kinds) <= 1 for duty in duties.values()):
                        critical = critical_unit_value(*(duty.pieces(fx[kind]) for kind, duty in duties.items()))
            assert year.bound is not None
            values = (year.year, line, year.applied[place], year.bound[place], *critical, year.imports[place])
            rows.append(dict(zip(SCHEMA.names, values, strict=True)))
    return rows


@pytest.mark.parametrize("seed", range(8))
def test_as_line_by_line(seed: int, tmp_path: Path) -> None:
    made = make_study.make(seed, bound_years=[2012, 2013, 2014], headings=5, odd_duties=True)
    rates = fa.Study.load(make_study.to_toml(made, tmp_path)).rates()
    found = rates.breaches()
    assert found.schema == SCHEMA
    assert found.to_pylist() == line_by_line(rates)


def test_as_line_by_line_in_a_long_study() -> None:
    rates = report_studies.long_study().rates()
    rows = rates.breaches().to_pylist()
    assert len(rows) > 100
    assert rows == line_by_line(rates)


def test_no_bound_years() -> None:
    rates = report_studies.one_year().rates()
    assert breaches_table(list(rates.years.values()), rates.matches.fx_of) == SCHEMA.empty_table()


FORMS = ("{p}%", "{a} EUR/{u}", "{p}% + {a} EUR/{u}", "max({p}%, {a} EUR/{u})", "min({p}%, {a} EUR/{u})",
         "{p}% - {a} EUR/{u}", "max({a} EUR/{u}, {p}%)", "{a} EUR/{u} + {p}%")  # fmt: skip
NUMBERS = st.decimals(0, 10**6, places=4).map(lambda number: f"{number:f}")
TINY, HUGE = "0." + 300 * "0" + "1", "1" + 290 * "0"


@given(st.sampled_from(FORMS), NUMBERS, NUMBERS, st.sampled_from(["kg", "100 kg", "t", "l"]), st.floats(1e-4, 1e4))
@example("max({p}%, {a} EUR/{u})", "0", "1", "kg", 1.0)
@example("min({p}%, {a} EUR/{u})", "5", "0", "kg", 1.0)
@example("max({p}%, {a} EUR/{u})", HUGE, TINY, "t", 1.0)
@example("min({p}%, {a} EUR/{u})", TINY, HUGE, "kg", 1.0)
def test_usual_pieces_are_the_exact_ones(form: str, p: str, a: str, u: str, quote: float) -> None:
    try:
        duty = fa.parse_duty(form.format(p=p, a=a, u=u))
    except fa.DutyError:
        return  # a number beyond what a duty may have
    quick = duty.pieces({"EUR": quote})
    with mock.patch.object(pieces, "usual_pieces", return_value=None):
        exact = duty.pieces({"EUR": quote})
    assert quick == exact
    assert all(math.isfinite(start) for start in quick.breakpoints)
