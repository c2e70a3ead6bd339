"""Messages name what a person looks for: the line's code beside its row, the period of a rate, the scenario."""

from __future__ import annotations

from pathlib import Path

import pytest
from odd_calls import a_study
from test_bad_input import APPLIED, FX, STUDY, TRADE, message, swapped

import fastavs as fa
from fastavs.scenario.file import read_scenarios

PARTNERS = '[partners]\nfile = "more.csv"\n'
CASES: list[tuple[dict[str, str | bytes], str]] = [
    (
        {"applied.csv": swapped(APPLIED, "10%", "")},
        "applied.csv, row 2, column duty: the duty of line 2203000900 cannot be read: a line without a duty. Ex",
    ),
    (
        {"applied.csv": swapped(APPLIED, "10%", "0.1")},
        "applied.csv, row 2, column duty (line 2203000900): bare numbers",
    ),
    (
        {"applied.csv": swapped(APPLIED, "2009,0203290000", "9,0203290000")},
        "applied.csv, row 3, column year (line 0203290000): not a year",
    ),
    ({"fx.csv": swapped(FX, "1.2", "0")}, "fx.csv, row 1, column fx (EUR in 2009): not an exchange rate"),
    ({"fx.csv": FX + "2010,USD,2\n"}, "fx.csv, row 2, column fx (USD in 2010): the study's own currency"),
    ({"fx.csv": swapped(FX, "2009,EUR", ",EUR")}, "fx.csv, row 1, column period (currency EUR): an empty cell"),
    ({"fx.csv": swapped(FX, "EUR", "GBP")}, "fx.csv: no exchange rate for EUR in 2009"),
    (
        {"study.toml": STUDY + PARTNERS, "more.csv": "partner,treatment\nDEU,exclude\n"},
        "more.csv, row 1, column treatment (partner DEU): unknown treatment",
    ),
    (
        {"trade.csv": swapped(TRADE, "200.0", '"1.234,5"')},
        "trade.csv, row 2, column value (line 2203000900, partner CHN, period 2009): a number in another form",
    ),
    (
        {
            "trade.csv": TRADE.replace("unit\n", "unit,mislabelled\n")
            .replace(",l\n", ",l,maybe\n")
            .replace(",kg\n", ",kg,\n")
        },
        "trade.csv, row 1, column mislabelled (line 2203000100, partner DEU, period 2009): unknown mark",
    ),
]


@pytest.mark.parametrize(("files", "words"), CASES, ids=[one[1] for one in CASES])
def test_rows_are_named_as_people_know_them(tmp_path: Path, files: dict[str, str | bytes], words: str) -> None:
    told = message(tmp_path, files)
    assert told.startswith(words), told


FILE = """[[scenario]]
name = "as it is"
[[scenario]]
name = "weak euro"
"""
WRONG = [
    ('fx = [{ currency = "EUR", factor = 0 }]', "key scenario[1].fx[0].factor"),
    ('fx = [{ currency = "EUR" }]', "key scenario[1].fx[0]"),
    ("fx = 3", "key scenario[1].fx"),
    ("efx = 3", "key scenario[1]"),
    ('fx = [{ currency = "EUR", factor = 1e30 }, { currency = "GBP", factor = 1e30 }]', "key scenario[1]"),
]


@pytest.mark.parametrize(("text", "where"), WRONG, ids=[one[0] for one in WRONG])
def test_scenarios_are_named_in_their_file(tmp_path: Path, text: str, where: str) -> None:
    path = tmp_path / "some.toml"
    path.write_text(FILE + text)
    with pytest.raises(fa.InputError) as error:
        read_scenarios(path)
    assert str(error.value).startswith(f'{path}, {where} (the scenario "weak euro"): '), str(error.value)


@pytest.mark.parametrize(
    "change",
    [
        fa.ScaleDuty(0.9, group=("industry", "13")), fa.ShiftDuty(0.1, group=("chapter", "99"), prefixes="22"),
        fa.ScaleDuty(0.9, prefixes="99"), fa.SetDuty("99", "5%"), fa.SetDuty("22", "5 EUR/pair"),
        fa.FxShock("JPY", 2.0), fa.FxShock("EUR", 2.0, periods="1999"), fa.ScaleDuty(0.9, years=1999),
        fa.ExcludePartners("XXX"),
        fa.PriceShock(2.0, prefixes="99"), fa.ExcludePartners(regions="moon"),
    ],
    ids=repr,
)  # fmt: skip
def test_scenarios_are_named_when_they_do_not_fit(change: fa.ScaleDuty) -> None:
    with pytest.raises(fa.InputError, match='the scenario "odd one"'):
        fa.sweep(a_study(), [fa.Scenario("as it is"), fa.Scenario("odd one", change)])


def test_what_it_is_about_is_told_once() -> None:
    error = fa.InputError("wrong", about="line 22")
    assert str(error) == "line 22: wrong."
    assert str(error.told_of("line 23")) == "line 22: wrong."
    assert str(error.placed("some.csv")) == "some.csv (line 22): wrong."
