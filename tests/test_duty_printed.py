"""Canonical text read without the grammar: the same duty as by the grammar, or none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_duty import all_units, expressions

from fastavs.duty import Duty, Expr, parse_duty, read_duty
from fastavs.duty.printed import read_printed
from fastavs.errors import DutyError

unhurried = settings(deadline=None)

PIECES = [
    "15%",
    "0.15",
    " EUR/kg",
    "0.4 EUR/l",
    "max(",
    "min(",
    ")",
    ", ",
    " + ",
    " - ",
    "(",
    " ",
    "1000 piece",
    "/",
    "00",
]


def facts(duty: Duty) -> tuple:
    return duty, hash(duty), duty.text, duty.specifics, duty.program, duty.ad_valorem, duty.kinds, duty.is_monotone


def outcome(read: Callable[[str], Duty], text: str) -> tuple | str:
    try:
        return facts(read(text))
    except DutyError as error:
        return str(error)


def by_grammar(text: str) -> Duty:
    return read_duty(text, "canonical")


@unhurried
@given(expressions(all_units))
def test_what_is_printed_is_read_without_the_grammar(expr: Expr) -> None:
    text = str(expr)
    assert read_printed(text) == expr
    assert facts(parse_duty(text)) == facts(by_grammar(text)) == facts(Duty(expr))


@unhurried
@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_a_text_that_is_read_without_the_grammar_is_read_alike_by_it(text: str) -> None:
    expr = read_printed(text)
    if expr is not None:
        assert str(expr) == text
        assert facts(Duty(expr, text)) == facts(by_grammar(text))


@unhurried
@given(expressions(all_units), st.data())
def test_a_slip_of_the_pen_changes_nothing_but_the_way(expr: Expr, data: st.DataObject) -> None:
    text = str(expr)
    at = data.draw(st.integers(0, len(text)))
    slip = text[:at] + data.draw(st.sampled_from(["", "0", ".", " ", "(", ")", "%", "5", "x", "/"])) + text[at + 1 :]
    found = read_printed(slip)
    if found is not None:
        assert facts(parse_duty(slip)) == facts(Duty(found)) == facts(by_grammar(slip))


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "15", "15 %", "15.0%", "015%", ".5%", "15%+1 EUR/kg", "15% +1 EUR/kg", " 15%", "15% ", "(15%)"),
        *("max(15%)", "max(15%,1 EUR/kg)", "max(15%, 1 EUR/kg", "max(15%, 1 EUR/kg))", "max(15%, )"),
        *("1 EUR/1 kg", "1 EUR/100kg", "1 EUR/0 kg", "1 EUR/bushel", "1 eur/kg", "1 EURO/kg", "1 EUR/kg."),
        *("200/6%", "10/5%", "1/0%", "1.5/3%", "5% + (3%)", "(5% + 3%) + 1%", "5% - -1%", "-5%", "１５%", "15%\n"),
        "9" * 400 + "%",
        "1% - (1 EUR/kg + " * 100 + "1%" + ")" * 100,
        "max(" * 400 + "1%" + ", 2%)" * 400,
    ],
)
def test_other_texts_are_left_to_the_grammars(text: str) -> None:
    assert read_printed(text) is None


def test_a_text_too_long_is_refused_however_it_is_printed() -> None:
    with pytest.raises(DutyError, match="more than 2000 characters"):
        parse_duty(" + ".join(["15%"] * 400))


def test_errors_are_those_of_the_grammars() -> None:
    assert "beyond all bounds" in outcome(parse_duty, "9" * 400 + "%")
    assert "nested more than 64 deep" in outcome(parse_duty, "1% - (1 EUR/kg + " * 100 + "1%" + ")" * 100)
    assert "unknown unit" in outcome(parse_duty, "1 EUR/bushel")


def test_schedules_of_canonical_duties_need_no_parser() -> None:
    program = """
import sys
from fastavs.inputs.schedule import COLUMNS, read_schedules
from fastavs.tables.tables import from_memory
duties = ["15%", "max(15%, 0.15 EUR/kg)", "100/3%", "min(15%, max(12.5%, 0.6 EUR/cm3))", "20% - (2 EUR/kg + 1%)"]
table = {"year": [2012] * 5, "line": [f"01010{i}" for i in range(5)], "duty": duties}
schedule = read_schedules("applied", from_memory(table, COLUMNS, {}))[2012]
assert [schedule.duties[place].text for place in schedule.duty] == duties
print(*sorted({"lark", "numba"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
