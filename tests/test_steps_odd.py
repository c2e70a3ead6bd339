"""Whatever stands in a file or is given in Python: a step is made, or one error says why not."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import fastavs as fa
from fastavs.scenario.printing import toml_of
from fastavs.scenario.step_file import KEYS_ABOVE, read_steps, rooted
from fastavs.scenario.steps import ALL_VERBS, KINDS
from fastavs.shown.text import cut

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**80), 10**80), st.floats(), st.text(max_size=8),
    st.sampled_from([
        "10%", "-5%", "0.5 EUR/kg", "all", "ad_valorem", "max(10%, 1 EUR/kg)", "2015-2020", "applied", "EUR", "kg",
        "8542", "", " ", "%", "-", "1/0", "1/3", "100/3%", "NaN", "1e400", "1e5%", "$", "¼%", "٣%", "²%",
    ]),
    st.just(datetime.date(2012, 8, 22)),
)  # fmt: skip
WORDS = st.sampled_from([
    "above", "cut", "EUR", "2009", "partners", "regions", "periods", "prefixes", "lists", "groups", "years",
    "schedule", "form", "currency", "unit", "sensitive", "by", "outlier", "levels", "first_year", "of", "except", "x",
    "", "n", "seed",
])  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=6
)
ENTRIES = st.builds(
    lambda verbs, keys: {**keys, **verbs},
    st.dictionaries(st.sampled_from(ALL_VERBS), VALUES, min_size=1, max_size=1),
    st.dictionaries(WORDS, VALUES, max_size=2),
)  # fmt: skip


def told_by(make: Callable[[], Any], *other: type[Exception]) -> tuple[str | None, Any]:
    """The message of the error that a call raises, or None and what it returns."""
    try:
        return None, make()
    except (fa.InputError, *other) as error:
        return str(error), None


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ENTRIES | VALUES)
def test_any_table_is_a_step_or_one_error(entry: Any) -> None:
    told, steps = told_by(lambda: read_steps([entry], "x", Path("s.toml")))
    if told:
        assert "s.toml" in told
        assert "step 1" in told
        return
    (step,) = steps
    toml_of([fa.Scenario("x", step, fa.Weights("all"))])
    assert cut(repr(step), 40)


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(KINDS), VALUES, st.dictionaries(WORDS, VALUES, max_size=2))
def test_any_call_makes_a_step_or_one_error(kind: Any, value: Any, keys: dict[str, Any]) -> None:
    named = {("except_" if key == "except" else key): one for key, one in keys.items()}
    told, _ = told_by(lambda: kind(value, **named), TypeError)
    assert told is None or told.startswith(("argument ", kind.__name__))  # Python itself says "Cap.__init__() got"


@settings(max_examples=800, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(KEYS_ABOVE), VALUES, max_size=2))
def test_anything_above_the_steps_makes_a_scenario_or_one_error(about: dict[str, Any]) -> None:
    try:
        one = fa.Scenario("x", fa.Cap(0.1), **rooted(about, Path("none")))
    except fa.InputError:
        return
    assert one == one
    one.to_toml()


@pytest.mark.parametrize("value", [object(), {1}, b"10%", [1], 1j, datetime.date(2012, 1, 1), fa.Cap(0.1)])
def test_what_is_no_value_at_all(value: Any) -> None:
    for make in (fa.Cap, fa.Scale, fa.Delay, fa.Freeze, fa.Put, fa.Fx, fa.Weights, fa.Exclude, fa.Tiers, fa.Price):
        with pytest.raises(fa.InputError):
            make(value)
