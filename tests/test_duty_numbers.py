"""The numbers of duty texts: none is lost, none means another, and what can be read in two ways is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_duty import all_units, expressions
from test_duty_texts import AMERICAN, CUSTOMS, EUROPEAN, OTHERS, RUSSIAN

from fastavs.duty import Duty, Expr, Percent, Specific, parse_duty, read_duty
from fastavs.duty.expr import children
from fastavs.duty.numerals import decimal_of
from fastavs.errors import DutyError
from fastavs.inputs.schedule import COLUMNS, read_schedules
from fastavs.tables.tables import from_memory
from fastavs.units.units import plain_number

ONE_READING = [
    ("1.234,56 EUR/100 kg", "1234.56 EUR/100 kg"),
    ("1 234,56 EUR/100 kg", "1234.56 EUR/100 kg"),
    ("1\u00a0234,56 EUR/100 kg", "1234.56 EUR/100 kg"),
    ("1\u2009234.56 EUR/100 kg", "1234.56 EUR/100 kg"),
    ("1\u202f234 EUR/t", "1234 EUR/t"),
    ("1'234.5 CHF/100 kg", "1234.5 CHF/100 kg"),
    ("1’234 CHF/100 kg", "1234 CHF/100 kg"),
    ("$2,445.26/kg", "2445.26 USD/kg"),
    ("$ 2,158.65/kg", "2158.65 USD/kg"),
    ("1.234.567,89 EUR/t", "1234567.89 EUR/t"),
    ("12,34,567 INR/t", "1234567 INR/t"),
    ("0,125 EUR/kg", "0.125 EUR/kg"),
    ("1234.567 EUR/kg", "1234.567 EUR/kg"),
    ("1.055 USD/kg", "1.055 USD/kg"),  # canonical text is read as it is printed
    ("95 EUR/1 000 kg", "95 EUR/1000 kg"),
    ("95 EUR/1’000 kg", "95 EUR/1000 kg"),
    ("95 EUR/1,000 kg", "95 EUR/1000 kg"),
    ("33 1/3%", "100/3%"),
    ("33⅓%", "100/3%"),
    ("½¢/kg", "0.005 USD/kg"),
    ("½%", "0.5%"),
    ("16 2/3%", "16 2/3%"),
    ("0 2/3%", "0 2/3%"),
    ("3 1/2 cents/kg", "0.035 USD/kg"),
]

BY_THE_OTHER_NUMBERS = [
    ("12.800 % + 303.400 EUR DTN", "12.8% + 303.4 EUR/100 kg"),  # no rate is 12,800 %
    ("12.80% + 303.400 EUR / 100 kg", "12.8% + 303.4 EUR/100 kg"),
    ("12,80% + 303,400 EUR / 100 kg", "12.8% + 303.4 EUR/100 kg"),
    ("12,5% + 1.234 EUR/t", "12.5% + 1234 EUR/t"),
    ("12.5% + 1,234 EUR/t", "12.5% + 1234 EUR/t"),
    ("1.234,5 EUR/1.000 kg", "1234.5 EUR/1000 kg"),
]

TWO_READINGS = [
    ("95 EUR/1.000 kg", "1.000", "1 or 1000"),
    ("95.00 EUR/1.000 kg", "1.000", "1 or 1000"),
    ("8.5 EUR/1.000 piece", "1.000", "1 or 1000"),
    ("max(10%, 2 EUR/1.000 kg)", "1.000", "1 or 1000"),
    ("2 EUR/2.500 kg", "2.500", "2.5 or 2500"),
    ("8,5 EUR/1,000 kg", "1,000", "1 or 1000"),
    ("1.000 EUR/t", "1.000", "1 or 1000"),
    ("1.050 EUR/t", "1.050", "1.05 or 1050"),
    ("1,234 EUR/t", "1,234", "1.234 or 1234"),
    ("2.500%", "2.500", "2.5 or 2500"),
    ("1,200%", "1,200", "1.2 or 1200"),
    ("303.400 EUR DTN", "303.400", "303.4 or 303400"),
    ("₩1,908/kg", "1,908", "1.908 or 1908"),
    ("1.050 евро за 1 т", "1.050", "1.05 or 1050"),
]

OTHERWISE_REFUSED = [
    ("0/15%", "two rates"),
    ("10/15%", "two rates"),
    ("15/10%", "two rates"),
    ("5/10%", "two rates"),
    ("2/3%", "two rates"),
    ("2/3 EUR/kg", "two rates"),
    ("1/2%", "two rates"),
    ("100/150%", "two rates"),
    ("5 10/15%", "two rates"),
    ("10% and 15%", "two rates"),
    ("max(10,5%, 0.5 EUR/kg)", "both a comma and a point"),
    ("15,5% + 0.5 EUR/kg", "both a comma and a point"),
    ("max(10,20%, 5 EUR/kg)", "a comma between duties"),
    ("max(10,5%, 0,5 EUR/kg)", "a comma between duties"),
    ("10% min.2 EUR/kg", "does not fit"),
    ("1.2.3%", "does not fit"),
    ("1,2,3%", "does not fit"),
    ("15,0.15 EUR/kg", "does not fit"),
    ("1.234.56%", "does not fit"),
    ("１５%", "does not fit"),
    ("٣%", "does not fit"),
    ("5 EUR/100", "per what unit"),
    ("5 EUR/1.5", "per what unit"),
    ("5 EUR/0 kg", "no units"),
]


@pytest.mark.parametrize(("text", "canonical"), [*ONE_READING, *BY_THE_OTHER_NUMBERS])
def test_a_number_that_can_be_read_in_one_way_is_read(text: str, canonical: str) -> None:
    duty = parse_duty(text)
    assert duty.text == canonical
    assert parse_duty(canonical) == duty


@pytest.mark.parametrize(("text", "part", "both"), TWO_READINGS)
def test_a_number_that_can_be_read_in_two_ways_is_refused_with_both(text: str, part: str, both: str) -> None:
    with pytest.raises(DutyError) as caught:
        parse_duty(text)
    message = str(caught.value)
    assert f'"{part}" (character {text.index(part) + 1})' in message
    assert f"may be decimal or group thousands ({both})" in message
    assert f"To mend it: write {both}." in message


@pytest.mark.parametrize(("text", "reason"), OTHERWISE_REFUSED)
def test_other_numbers_are_refused_as_well(text: str, reason: str) -> None:
    with pytest.raises(DutyError, match=reason):
        parse_duty(text)


def test_a_schedule_can_say_what_its_decimal_mark_is() -> None:
    assert parse_duty("1.050 EUR/t", decimal=".").text == "1.05 EUR/t"
    assert parse_duty("1.050 EUR/t", decimal=",").text == "1050 EUR/t"
    assert parse_duty("1.055 EUR/t", decimal=",").text == "1055 EUR/t"
    assert parse_duty("1,234 EUR/t", decimal=",").text == "1.234 EUR/t"
    assert parse_duty("1,234 EUR/t", decimal=".").text == "1234 EUR/t"
    assert parse_duty("max(15%, 2 EUR/100 kg)", decimal=",").text == "max(15%, 2 EUR/100 kg)"
    assert parse_duty("0.5 EUR/kg", decimal=",").text == "0.5 EUR/kg"  # it can be read in one way only
    with pytest.raises(DutyError, match="1 or 1000"):
        parse_duty("95 EUR/1.000 kg", decimal=".")
    assert parse_duty("95 EUR/1.000 kg", decimal=",").text == "95 EUR/1000 kg"


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        ([], None),
        (["15%", "max(15%, 2 EUR/kg)"], None),
        (["1.050 EUR/kg"], None),
        (["1.050 EUR/kg", "0.500 EUR/kg"], "."),
        (["1.050 EUR/t", "12,5%"], ","),
        (["0.5 EUR/kg", "12,5%"], None),
        (["1.050 EUR/kg", "0,5 евро за 1 кг"], None),
    ],
)
def test_the_decimal_mark_of_a_schedule(texts: list[str], mark: str | None) -> None:
    assert decimal_of(texts) == mark


def schedule(duties: list[str], **more: str) -> list[str]:
    rows = {"year": [2012] * len(duties), "line": [f"01010{i}" for i in range(len(duties))], "duty": duties}
    read = read_schedules("applied", from_memory(rows, COLUMNS, {}), **more)[2012]
    return [read.duties[place].text for place in read.duty]


def test_the_duties_of_a_schedule_decide_for_each_other() -> None:
    assert schedule(["32.000 EUR / hl", "0.500 EUR / kg"]) == ["32 EUR/hl", "0.5 EUR/kg"]
    assert schedule(["32.000 EUR / hl", "0,500 EUR / kg"]) == ["32000 EUR/hl", "0.5 EUR/kg"]
    assert schedule(["1,234 EUR/t", "12.5%"]) == ["1234 EUR/t", "12.5%"]
    assert schedule(["1.055 EUR/t", "max(15%, 2 EUR/kg)"]) == ["1.055 EUR/t", "max(15%, 2 EUR/kg)"]
    assert schedule(["0.500 EUR/kg", "3,125 евро за 1 кг"]) == ["0.5 EUR/kg", "3.125 EUR/kg"]
    with pytest.raises(DutyError, match=r"row 2, .*it is 1\.055 EUR/t by itself, and 1055 EUR/t beside"):
        schedule(["12,5%", "1.055 EUR/t"])
    with pytest.raises(DutyError, match=r"row 1, column duty: the duty of line 010100 .*\(32 or 32000\)"):
        schedule(["32.000 EUR / hl", "15%"])
    with pytest.raises(DutyError, match=r"\(32 or 32000\)"):
        schedule(["32.000 EUR / hl", "0.5 EUR/kg", "0,5 EUR/kg"])


def test_a_schedule_says_its_decimal_mark_and_its_dollar() -> None:
    assert schedule(["32.000 EUR / hl"], decimal=".") == ["32 EUR/hl"]
    assert schedule(["32.000 EUR / hl"], decimal=",") == ["32000 EUR/hl"]
    assert schedule(["$30.86/tonne", "5% but not less than 4.74¢/kg"], dollar="CAD") == [
        "30.86 CAD/t",
        "max(5%, 0.0474 CAD/kg)",
    ]


# --- no number is lost --------------------------------------------------------------------------------------------

WORDS_FOR_NUMBERS = {
    r"doz(en)?\.?|12u": "12",
    r"gross": "144",
    r"dtn|hectokilograms?|hundred": "1",
    r"thou-?\s*sands?|тыс\.?|тысячу": "1",
    r"(100 )?(lbs?|pounds?)": "45359237",
}
WITH_DIGITS = re.compile(
    r"(?<![a-zа-я])[cс]?[mм]\s*[23](?!\w)|alc\.?\s*100\s*%|100\s*%\s*спирта|(?<!\w)2u(?!\w)",
    re.IGNORECASE,
)
ONE_UNIT = re.compile(r"(за|per|/)\s*1\s*(?=[a-zа-я]|1000 шт)", re.IGNORECASE)
# Counts that are multiplied with a unit's own, or are 1 in other words: their digits cannot be compared.
MULTIPLIED = re.compile(
    r"[0-9]\s*(doz|gro|hun|thou|тыс|dtn|ten|cen|mil)|(?<!\w)(gro|grs|dz|ten|cen|mil|hun|ths|thd|km|cm|cm2)(?!\w)|[0-9]\s*lb|[0-9]\s*pou"
    r"|(за|per|/)\s*(0+1|0*1[.,]0)",
    re.IGNORECASE,
)
TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
FRACTION = re.compile(r"[0-9]\s*/\s*[0-9]|[¼-¾⅐-⅞]")


def leaves(expr: Expr) -> Iterator[Percent | Specific]:
    if isinstance(expr, Percent | Specific):
        yield expr
    for part in children(expr):
        yield from leaves(part)


def digits(text: str) -> str:
    return re.sub("[^1-9]", "", text)


def digits_of(expr: Expr) -> str:
    """The digits other than 0 of all numbers of a duty, in order: a shifted point changes nothing in them."""
    found = ""
    for leaf in leaves(expr):
        found += digits(plain_number(leaf.value if isinstance(leaf, Percent) else leaf.amount))
        if isinstance(leaf, Specific):
            found += digits(re.match(r"[0-9./]*", leaf.unit.text)[0])  # type: ignore[index]
    return found


def digits_in(text: str) -> str:
    """The same of a text, without digits that are part of a unit's name."""
    text = TAG.sub(" ", re.sub("<sup>([23])</sup>", r"\1", text))
    text = WITH_DIGITS.sub(" ", ONE_UNIT.sub(r"\1 ", text))
    for words, number in WORDS_FOR_NUMBERS.items():
        text = re.sub(rf"(?<!\w)({words})(?!\w)", number, text, flags=re.IGNORECASE)
    return digits(text)


SEEDS = [text for text, _ in [*RUSSIAN, *EUROPEAN, *AMERICAN, *OTHERS, *CUSTOMS, *ONE_READING, *BY_THE_OTHER_NUMBERS]]
NUMBERS = ["5", "0", "12.5", "0,4", "1 000", "1.000", "1,234.5", "3", ".5", "007", "1'000", "2/", "15", "9"]
PIECES = [
    *NUMBERS,
    *(
        "%",
        " ",
        ",",
        ", ",
        ";",
        "(",
        ")",
        "/",
        ".",
        "-",
        " - ",
        " + ",
        "\t",
        "\u00a0",
        "\n",
        "<b>",
        "</b>",
        "<sup>2</sup>",
    ),
    *(" MIN ", " MAX ", " or ", " and ", " plus ", " less ", ", but not less than ", " or more than ", "max(", "min("),
    *(
        ", whichever is greater",
        " or, if lower, ",
        " per ",
        " each",
        " EUR",
        "$",
        "¢",
        " yen",
        "Free",
        " kg",
        "/100 kg",
    ),
    *(" евро", " за ", " кг", ", но не менее ", " либо ", " м2", "¹", "*", " (1)", " of value", " gross", " net"),
]


@pytest.mark.parametrize("text", [text for text in SEEDS if not FRACTION.search(text)])
def test_digits_are_counted_well(text: str) -> None:
    assert digits_of(parse_duty(text).expr) == digits_in(text)


@settings(deadline=None, max_examples=600)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 3), st.sampled_from(PIECES)), max_size=3),
)
def test_no_number_of_a_text_is_lost(text: str, slips: list[tuple[int, int, str]]) -> None:
    for at, cut, piece in slips:
        text = text[:at] + piece + text[at + cut :]
    assume(not FRACTION.search(text) and not MULTIPLIED.search(text))
    try:
        duty = parse_duty(text)
    except DutyError:
        return
    assert digits_of(duty.expr) == digits_in(text)


@settings(deadline=None, max_examples=600)
@given(st.lists(st.sampled_from(PIECES), max_size=7).map("".join))
def test_no_number_of_a_random_text_is_lost(text: str) -> None:
    assume(not FRACTION.search(text) and not MULTIPLIED.search(text))
    try:
        duty = parse_duty(text)
    except DutyError:
        return
    assert digits_of(duty.expr) == digits_in(text)


printed_decimals = st.decimals(min_value=0, max_value=99999, places=3).map(Fraction)


@settings(deadline=None)
@given(
    printed_decimals,
    printed_decimals,
    st.sampled_from([(".", ","), (",", "."), (".", " "), (",", "\u00a0"), (".", "'")]),
)
def test_both_numbers_of_a_printed_duty_are_right_or_it_is_refused(
    percent: Fraction, amount: Fraction, marks: tuple[str, str]
) -> None:
    decimal, thousands = marks
    left, right = (f"{float(one):,.3f}".replace(",", "\0").replace(".", decimal) for one in (percent, amount))
    text = f"{left}% + {right} EUR/100 kg".replace("\0", thousands)
    with suppress(DutyError):
        duty = parse_duty(text)
        assert [leaf.value if isinstance(leaf, Percent) else leaf.amount for leaf in leaves(duty.expr)] == [
            percent,
            amount,
        ]


@settings(deadline=None)
@given(expressions(all_units))
def test_canonical_text_is_read_by_every_way_alike(expr: Expr) -> None:
    text = str(expr)
    assert parse_duty(text, decimal=".").expr == parse_duty(text).expr == read_duty(text, "canonical").expr == expr
    assert Duty(expr).text == text
