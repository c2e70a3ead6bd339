"""CSV files as people have them: what parts their columns, and how they print numbers."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from small import near
from test_bad_input import message, put, says

import fastavs as fa
from fastavs.cli import main

HEAD = 'name = "small"\nvalue_basis = "CIF"\n'
STUDY = HEAD + '[trade]\nfiles = ["trade.csv"]\n[schedules]\napplied = ["applied.csv"]\n[fx]\nfile = "fx.csv"\n'
APPLIED = 'year,line,duty\n2023,22030010,"max(10%, 0.5 EUR/l)"\n2023,22030090,20%\n2023,22041000,0.3 EUR/l\n'
FX = "period,currency,fx\n2023,EUR,1.08\n"
PLAIN = """period,line,partner,value,quantity,unit
2023,22030010,DEU,100,100,l
2023,22030010,POL,300,100,l
2023,22030090,DEU,50,10,l
2023,22041000,FRA,500,100,l
"""
GROUPED = """period,line,partner,value,quantity,unit
2023,22030010,DEU,"90,500","100,500",l
2023,22030010,POL,950,900,l
2023,22030090,DEU,"50,100","20,000",l
2023,22041000,FRA,"512,400","100,800",l
2023,22041000,ITA,700,10,l
"""


def load(folder: Path, trade: str | bytes, settings: str = "", **more: str) -> fa.Study:
    """A study of that trade; `settings` are keys of [trade]."""
    files: dict[str, str | bytes] = {"applied.csv": APPLIED, "fx.csv": FX, "trade.csv": trade}
    text = STUDY.replace("[trade]\n", f"[trade]\n{settings}\n")
    return fa.Study.load(put(folder, files | {"study.toml": text} | more))


def figures(study: fa.Study) -> tuple[list[float], float]:
    """Rates of the three lines, and the weighted mean."""
    rates = study.rates()
    return rates.table["rate"].to_pylist(), rates.summary()["weighted_mean"][0].as_py()


# ---- what parts the columns


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("first", ["", "\ufeff", "sep"])
def test_columns_are_parted_by_one_mark_or_another(tmp_path: Path, mark: str, first: str) -> None:
    text = PLAIN.replace(",", mark)
    study = load(tmp_path, f"sep={mark}\n{text}" if first == "sep" else first + text)
    assert figures(study) == (near([0.36, 0.2, 0.0648]), near(0.19621052631578948))


@pytest.mark.parametrize("name", ["trade.tsv", "trade.txt", "trade.tsv.gz", "trade.csv.gz"])
def test_names_of_such_files(tmp_path: Path, name: str) -> None:
    content = PLAIN.replace(",", "\t").encode()
    text = STUDY.replace("trade.csv", name)
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    study = fa.Study.load(put(tmp_path, {"study.toml": text, "applied.csv": APPLIED, "fx.csv": FX}))
    assert figures(study)[0] == near([0.36, 0.2, 0.0648])


def test_every_table_may_be_parted_by_semicolons(tmp_path: Path) -> None:
    settings = '[groups]\nuse = "use.csv"\n[published]\nsummary = "published.csv"\n[drop]\nfile = "drop.csv"\n'
    files: dict[str, str | bytes] = {
        "study.toml": STUDY + settings, "trade.csv": PLAIN,
        "applied.csv": 'year;line;duty\n2023;22030010;"max(10%; 0,5 EUR/l)"\n'.replace("(10%; 0,5", "(10%, 0.5"),
        "fx.csv": "period;currency;fx\n2023;EUR;1.08\n",
        "use.csv": '"prefix";"group";"name"\n"22";"drinks";"wine, beer"\n',
        "published.csv": "year;simple_mean\n2023;0.2\n",
        "drop.csv": "period;line;partner;reason\n2023;22041000;FRA;a, b\n",
    }  # fmt: skip
    study = fa.Study.load(put(tmp_path, files))
    assert study.rates().by("use")["name"].to_pylist() == ["wine, beer"]
    assert study.checked.published["summary"]["simple_mean"].to_pylist() == [0.2]
    assert study.set_aside.counts() == {("row", "dropped as the study says"): 1}


def test_a_header_that_no_mark_parts_is_told(tmp_path: Path) -> None:
    text = message(tmp_path, {"trade.csv": PLAIN.replace(",", ":")})
    says(text, "column period", "it has period:line:partner")


# ---- how numbers are printed


@pytest.mark.parametrize("settings", ['thousands = ","', 'decimal = "."\nthousands = ","'])
def test_thousands_parted_by_commas(tmp_path: Path, settings: str) -> None:
    study = load(tmp_path, GROUPED, settings)
    beer = (0.54 * 100500 / 90500 + 0.54 * 900 / 950) / 2
    wine = (0.324 * 100800 / 512400 + 0.324 * 10 / 700) / 2
    weighted = (beer * 91450 + 0.2 * 50100 + wine * 513100) / (91450 + 50100 + 513100)
    assert figures(study) == (near([beer, 0.2, wine]), near(weighted))
    assert not study.set_aside.table().num_rows


def test_thousands_parted_by_commas_are_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(fa.InputError) as caught:
        load(tmp_path, GROUPED)
    says(str(caught.value), "trade.csv, row 1, column value", "may be 90.5 or 90500", 'thousands = ","', "heading")


@pytest.mark.parametrize(
    ("decimal", "thousands"), [(",", "."), (",", " "), (".", " "), (".", "'"), (",", None), (".", ",")]
)
@pytest.mark.parametrize("mark", [";", "\t"])
def test_numbers_of_every_form(tmp_path: Path, decimal: str, thousands: str | None, mark: str) -> None:
    def shown(number: float) -> str:
        return f"{number:,.2f}".replace(",", "\0").replace(".", decimal).replace("\0", thousands or "")

    rows = [line.split(",") for line in PLAIN.splitlines()]
    trade = "\n".join(mark.join(rows[0] if row is rows[0] else [*row[:3], shown(1000 * float(row[3])), *row[4:]])
                      for row in rows)  # fmt: skip
    settings = f'decimal = "{decimal}"\n' + (f'thousands = "{thousands}"' if thousands else "")
    study = load(tmp_path, trade, settings)
    assert study.checked.trade.rows.value.sum() == 950_000.0
    if (decimal, thousands) != (".", None):
        with pytest.raises(fa.InputError, match=r"in another form.*To mend it: say decimal"):
            load(tmp_path, trade)


def test_the_message_names_the_setting_that_reads_the_column(tmp_path: Path) -> None:
    trade = PLAIN.replace(",", ";").replace("300;100", "1.234,5;100")
    with pytest.raises(fa.InputError, match=r'row 2, column value .*say decimal = ",", thousands = "\."') as caught:
        load(tmp_path, trade)
    setting = str(caught.value).partition("say ")[2].partition(" under")[0].replace(", thousands", "\nthousands")
    assert load(tmp_path, trade, setting).checked.trade.rows.value.sum() == 650.0 + 1234.5


def test_exchange_rates_and_published_figures_have_settings_of_their_own(tmp_path: Path) -> None:
    settings = 'decimal = ","\n[published]\ndecimal = ","\nthousands = "."\nsummary = "published.csv"\n'
    files: dict[str, str | bytes] = {
        "study.toml": STUDY + settings, "trade.csv": PLAIN, "applied.csv": APPLIED,
        "fx.csv": "period;currency;fx\n2023;EUR;1,080\n",
        "published.csv": "year;simple_mean;lines\n2023;0,2;11.557\n",
    }  # fmt: skip
    study = fa.Study.load(put(tmp_path, files))
    assert figures(study)[0] == near([0.36, 0.2, 0.0648])
    assert study.checked.published["summary"].to_pylist() == [{"year": 2023, "simple_mean": 0.2, "lines": 11557.0}]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ('decimal = ";"', ["key trade.decimal", '";"', '"." or ","']),
        ('thousands = "_"', ["key trade.thousands", '"_"', "or"]),
        ('decimal = ","\nthousands = ","', ["study.toml, key trade", "one mark both", "name two marks"]),
        ('thousand = ","', ['"thousand"', 'Did you mean "thousands"?']),
    ],
)
def test_settings_that_do_not_fit(tmp_path: Path, settings: str, words: list[str]) -> None:
    with pytest.raises(fa.InputError) as caught:
        load(tmp_path, GROUPED, settings)
    says(str(caught.value), *words)


def test_dataframes_of_text_have_the_same_settings() -> None:
    trade = {
        "period": ["2023"] * 2, "line": ["22041000"] * 2, "partner": ["FRA", "ITA"], "value": ["90.500", "1.000,5"],
        "quantity": ["1 000", None], "unit": ["l", None],
    }  # fmt: skip
    applied = {"year": [2023], "line": ["22041000"], "duty": ["0.3 EUR/l"]}
    fx = {"period": ["2023"], "currency": ["EUR"], "fx": ["1,080"]}
    with pytest.raises(fa.InputError, match=r'<trade>.*say trade_options={"decimal": ",", "thousands": "\."}'):
        fa.Study(trade, applied, fx=fx, numbers={"fx": {"decimal": ","}})
    trade["quantity"] = ["1.000", None]
    numbers = {"fx": {"decimal": ","}, "published": {"decimal": ","}}
    published = {"summary": {"year": ["2023"], "x": ["0,5"]}}
    settings: dict[str, Any] = {"trade_options": {"thousands": "."}, "numbers": numbers, "published": published}
    study = fa.Study(trade, applied, fx=fx, **settings)
    assert study.rates().table["rate"].to_pylist() == near([0.3 * 1.08 * 1000 / 90500])
    assert study.checked.published["summary"]["x"].to_pylist() == [0.5]
    for wrong, words in (({"publishd": {}}, '"published"'), ({"fx": {"dezimal": ","}}, '"decimal"')):
        with pytest.raises(fa.InputError, match=f"Did you mean {words}"):
            fa.Study(trade, applied, fx=fx, numbers=wrong)
    with pytest.raises(fa.InputError, match='Did you mean "thousands"'):
        fa.Study(trade, applied, fx=fx, trade_options={"thousand": ","})
    with pytest.raises(fa.InputError, match=r'<fx>.*say numbers={"fx": {"decimal": ","}}'):
        fa.Study(trade, applied, fx=fx, trade_options={"thousands": "."})


# ---- points that may part thousands


def three_decimals(*cells: str) -> str:
    lines = [f"2023,22041000,FRA,{cell},10,l" for cell in cells]
    return "period,line,partner,value,quantity,unit\n" + "\n".join(lines) + "\n"


@pytest.mark.parametrize("cells", [("90.500", "12.250"), ("90.000", "12.000"), ("90.125", "850"), ("1.080", "1")])
def test_points_before_three_digits_are_decimal_and_that_is_said(tmp_path: Path, cells: tuple[str, ...]) -> None:
    study = load(tmp_path, three_decimals(*cells))
    assert study.checked.trade.rows.value.tolist() == [float(cell) for cell in cells]
    (note,) = study.checked.inputs.notes()
    says(
        note,
        "trade.csv, column value",
        f"{cells[0]} is {float(cells[0]):g}",
        cells[0].replace(".", ""),
        'thousands = "."',
    )
    for settings, factor in (('decimal = "."', 1.0), ('thousands = "."', 1000.0)):
        study = load(tmp_path, three_decimals(*cells), settings)
        whole = [float(cell) * (factor if "." in cell else 1.0) for cell in cells]
        assert study.checked.trade.rows.value.tolist() == whole
        assert not study.checked.inputs.notes()


@pytest.mark.parametrize(
    "cells",
    [
        ("90.5", "12.250"),  # another number of decimals
        ("0.500", "90.500"),  # no thousands begin with 0
        ("1234.500", "90.500"),  # nor have more than three digits before the mark
        ("90.500", "12345"),  # where thousands are parted, they are in all rows
        ("90", "850"),
        ("1e3", "90"),
    ],
)
def test_points_that_something_decides_are_read_in_silence(tmp_path: Path, cells: tuple[str, ...]) -> None:
    study = load(tmp_path, three_decimals(*cells))
    assert study.checked.trade.rows.value.tolist() == [float(cell) for cell in cells]
    assert not study.checked.inputs.notes()


@pytest.mark.parametrize(("cells", "mark"), [(("850", "90.500"), ","), (("12.345", "90.500"), ";")])
def test_points_that_look_like_thousands_are_refused_with_both_readings(
    tmp_path: Path, cells: tuple[str, ...], mark: str
) -> None:
    trade = three_decimals(*cells).replace(",", mark)
    with pytest.raises(fa.InputError) as caught:
        load(tmp_path, trade)
    says(str(caught.value), "trade.csv, row 2, column value", "may be 90.5 or 90500", 'thousands = "."')
    assert load(tmp_path, trade, 'decimal = "."').checked.trade.rows.value.tolist() == [float(cell) for cell in cells]


def test_the_screens_say_how_points_were_read(tmp_path: Path) -> None:
    load(tmp_path, PLAIN, **{"fx.csv": "period,currency,fx\n2023,EUR,1.080\n"})
    path = str(tmp_path / "study.toml")
    for words in (["check", path], ["run", path, "--out", str(tmp_path / "out"), "--no-report"]):
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, result.output
        assert "fx.csv, column fx: all its decimals are of three digits" in " ".join(result.output.split())


def test_two_columns_of_one_name_end_in_a_message(tmp_path: Path) -> None:
    twice = PLAIN.replace("quantity,unit", "value,unit")
    with pytest.raises(fa.InputError, match=r"trade\.csv, column value: two columns of one name"):
        load(tmp_path, twice)
    settings = '[published]\nsummary = "published.csv"\n'
    files: dict[str, str | bytes] = {"study.toml": STUDY + settings, "trade.csv": PLAIN, "applied.csv": APPLIED}
    files |= {"fx.csv": FX, "published.csv": "year,lines,lines\n2023,1,1\n"}
    with pytest.raises(fa.InputError, match=r"published\.csv, column lines: two columns of one name"):
        fa.Study.load(put(tmp_path, files))


# ---- Eurostat's bulk layout, by renamed columns alone


def test_imports_in_the_bulk_layout_of_comext(tmp_path: Path) -> None:
    trade = """PERIOD,REPORTER,PARTNER,PRODUCT_NC,FLOW,VALUE_EUR,QUANTITY_KG,QUANTITY_SUPPL_UNIT,SUPPL_UNIT
2023,DE,PL,22030010,1,1000.50,500.00,0,NO_SU
2023,DE,FR,22041000,1,2000.00,750.00,700,LTR
2023,DE,PL,22030010,1,200.00,300.00,250,LTR
2023,DE,FR,22030090,1,500.00,100.00,90,LTR
2023,DE,FR,99RRR100,1,500.00,100.00,0,NO_SU
"""
    columns = {
        "period": "PERIOD", "line": "PRODUCT_NC", "partner": "PARTNER", "value": "VALUE_EUR",
        "quantity": "QUANTITY_SUPPL_UNIT", "unit": "SUPPL_UNIT", "net_mass_kg": "QUANTITY_KG",
    }  # fmt: skip
    names = "\n[trade.columns]\n" + "\n".join(f'{native} = "{name}"' for native, name in columns.items())
    text = STUDY.replace('["trade.csv"]', '["trade.csv"]' + names).replace("\n[trade]", '\ncurrency = "EUR"\n[trade]')
    study = load(tmp_path, trade, **{"study.toml": text, "fx.csv": "period,currency,fx\n2023,USD,0.9\n"})
    rates, weighted = figures(study)
    assert rates == near([0.5 * 250 / 200, 0.2, 0.3 * 700 / 2000])
    assert weighted == near((0.625 * 1200.5 + 0.2 * 500 + 0.105 * 2000) / 3700.5)
    (lost,) = study.set_aside.table().to_pylist()
    assert lost["line"] == "99RRR100"
