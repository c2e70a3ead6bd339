"""Studies whose files are an authority's own: a reader is named in the study file."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from small import near
from test_readers_comext import HEAD
from test_readers_comext import line as row

import fastavs as fa
from fastavs.cli import main
from fastavs.readers.by_name import READERS

STUDY = """\
name = "beer"
currency = "{currency}"
value_basis = "CIF"
[[trade.read]]
reader = "comext"
files = ["full_2023*.dat"]
{more}
[schedules]
unreadable = "set_aside"
[[schedules.read]]
reader = "eaeu_tariff"
files = ["tariff.csv"]
year = 2023
{fx}
"""
TARIFF = 'code,duty\n2203,\n2203000100,5\n2203000900,"15, но не менее 0,2 евро за 1 л"\n2204100000,по договоренности\n'
BEER = [
    row("US", "22030009", 1000, 500, unit="LTR", amount=1000, period="202301"),
    row("CH", "22030009", 300, 200, unit="LTR", amount=100, period="202302"),
    row("CN", "22030009", -5, 2, period="202302"),
    row("US", "TOTAL", 1000, 500, period="202301"),
]


def write(folder: Path, *, currency: str = "EUR", more: str = "", fx: str = "") -> Path:
    for month in ("01", "02"):
        rows = [one for one in BEER if f",2023{month}," in one]
        (folder / f"full_2023{month}.dat").write_text("\n".join([HEAD, *rows, ""]))
    (folder / "tariff.csv").write_text(TARIFF, encoding="utf-8")
    (folder / "fx.csv").write_text("period,currency,fx\n2023M01-02,EUR,1.1\n")
    (folder / "study.toml").write_text(STUDY.format(currency=currency, more=more, fx=fx))
    return folder / "study.toml"


def by_line(study: fa.Study) -> dict[str, float | None]:
    return {one["line"]: one["rate"] for one in study.rates().table.to_pylist()}


def test_a_study_file_alone_reads_files_of_authorities(tmp_path: Path) -> None:
    study = fa.Study.load(write(tmp_path))
    rates = by_line(study)
    assert list(rates) == ["2203000100", "2203000900"]
    assert rates["2203000900"] == near((0.2 + 0.15) / 2)  # 0.2 EUR/l on 1 EUR/l, and 15 % above it on 3 EUR/l
    assert study.checked.trade.periods == ["2023M01-02"]
    reasons = [(one["file"], one["row"], one["reason"]) for one in study.set_aside.table().to_pylist()]
    assert reasons == [("full_202301.dat", 2, "sum of all products"), ("full_202302.dat", 2, "negative value")]


def test_the_record_has_the_files_and_what_was_read(tmp_path: Path) -> None:
    words = ["run", str(write(tmp_path)), "--no-report", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert {"full_202301.dat", "full_202302.dat", "tariff.csv"} <= set(record["inputs"])
    assert record["counts"]["rows_read"] == 4
    assert record["counts"]["rows_set_aside"] == 2
    assert record["study"]["trade"]["read"] == [{"reader": "comext", "files": ["full_2023*.dat"]}]
    (unread,) = record["counts"]["unread_duties"]
    assert (unread["duty"], unread["lines"]) == ("по договоренности", 1)


def test_settings_of_a_reader(tmp_path: Path) -> None:
    study = fa.Study.load(write(tmp_path, more='by = "month"\nreporter = "DE"'))
    assert study.checked.trade.periods == ["2023M01", "2023M02"]


def test_values_are_converted_by_the_studys_exchange_rates(tmp_path: Path) -> None:
    study = fa.Study.load(write(tmp_path, currency="USD", fx='[fx]\nfile = "fx.csv"'))
    assert sorted(study.checked.trade.rows.value.tolist()) == [near(330.0), near(1100.0)]
    assert by_line(study)["2203000900"] == near((0.2 + 0.15) / 2)


def test_exchange_rates_of_the_central_bank(tmp_path: Path) -> None:
    days = [f"2023-{month:02d}-{day:02d},1.1," for month in range(12, 0, -1) for day in range(28, 0, -3)]
    (tmp_path / "hist.csv").write_text("\n".join(["Date,USD,", "2023-12-31,1.1,", *days, ""]))
    fx = '[fx]\nfile = "hist.csv"\nreader = "ecb"\nperiods = ["2023M01-02"]'
    study = fa.Study.load(write(tmp_path, currency="USD", fx=fx))
    assert study.checked.fx.rates == {("2023M01-02", "EUR"): near(1.1)}


WRONG = [
    ({"currency": "USD"}, r"trade.read\[0\]: the reader comext gives values in EUR, and the study is in USD"),
    ({"more": 'repoter = "DE"'}, r'trade.read\[0\]: the reader comext has no such setting "repoter".*"reporter"'),
    ({"more": 'flow = "neither"'}, 'unknown flow "neither"'),
    ({"fx": '[[trade.read]]\nreader = "comtext"\nfiles = ["x"]'}, r'trade.read\[1\].reader.*Did you mean "comext"'),
    ({"fx": '[[trade.read]]\nreader = "census"\nfiles = 3'}, r"trade.read\[1\].files: no files"),
    ({"fx": '[[trade.read]]\nreader = "usitc"\nfiles = ["x"]'}, "no reader of such trade files"),
    (
        {"fx": '[[trade.read]]\nreader = "census"\nfiles = ["none.csv"]'},
        r'trade.read\[1\].files: no such file "none.csv"',
    ),
    ({"fx": '[[schedules.read]]\nreader = "usitc"\nfiles = ["tariff.csv"]'}, 'missing key "year"'),
    ({"fx": '[[schedules.read]]\nreader = "usitc"\nfiles = ["tariff.csv"]\nkind = "old"'}, "applied or bound"),
    (
        {"fx": '[[schedules.read]]\nreader = "usitc"\nfiles = ["tariff.csv"]\nyear = 2000'},
        "the file has no such column",
    ),
]


@pytest.mark.parametrize(("settings", "words"), WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_with_a_reader_is_told(tmp_path: Path, settings: dict[str, str], words: str) -> None:
    with pytest.raises(fa.InputError, match=words):
        fa.Study.load(write(tmp_path, **settings))


def test_lines_that_a_reader_cannot_read_are_unreadable_duties(tmp_path: Path) -> None:
    columns = {
        "hts8": ["02031000", "02032000"], "mfn_rate_type_code": ["7", "9"], "mfn_ad_val_rate": ["0.05", "0"],
        "mfn_specific_rate": ["0", "0"], "mfn_other_rate": ["0", "0"], "quantity_1_code": ["KG", "KG"],
        "quantity_2_code": ["", ""], "begin_effect_date": ["1/1/2000"] * 2, "end_effective_date": ["12/31/2049"] * 2,
    }  # fmt: skip
    pq.write_table(pa.table(columns), tmp_path / "tariff.parquet")
    (tmp_path / "trade.csv").write_text("period,line,partner,value\n2000,02031000,CAN,5\n")
    text = '[trade]\nfiles = ["trade.csv"]\n[schedules]\n{more}\n[[schedules.read]]\nreader = "usitc"\n'
    text = f'name = "pork"\n{text}files = ["tariff.parquet"]\nyear = 2000\n'
    (tmp_path / "study.toml").write_text(text.format(more=""))
    with pytest.raises(fa.InputError, match="line 02032000 cannot be read: rates of type 9 are no function"):
        fa.Study.load(tmp_path / "study.toml")
    (tmp_path / "study.toml").write_text(text.format(more='unreadable = "set_aside"'))
    assert by_line(fa.Study.load(tmp_path / "study.toml")) == {"02031000": near(0.05)}


def test_every_reader_has_a_name() -> None:
    assert {one.split("_")[0] for one in fa.readers.__all__ if one != "Reading"} == {
        one.split("_")[0] for one in READERS
    }


def test_in_memory_no_reader_is_named() -> None:
    with pytest.raises(fa.InputError, match="in memory"):
        fa.Study({}, {}, trade_options={"read": [{"reader": "comext"}]})


def test_a_factor_of_values_does_not_reach_what_readers_read(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_text(path.read_text().replace("[[trade.read]]", "[trade]\nvalue_factor = 1000\n[[trade.read]]"))
    with pytest.raises(fa.InputError, match=r"study.toml, key trade.value_factor: values of files that a reader reads"):
        fa.Study.load(path)


def test_a_tariff_of_which_no_duty_can_be_read(tmp_path: Path) -> None:
    path = write(tmp_path)
    (tmp_path / "tariff.csv").write_text("code,duty\n2203,\n2203000100,x y\n")
    with pytest.raises(fa.InputError, match="no duty of the applied schedule of 2023 can be read"):
        fa.Study.load(path)
    path.write_text(path.read_text().replace('unreadable = "set_aside"', ""))
    with pytest.raises(fa.InputError, match=r'line 2203000100 cannot be read.*"x y"'):
        fa.Study.load(path)


FX = '[fx]\nfile = "fx.csv"\n'
IDLE = [
    ('periods = ["2023"]', "key fx.periods: the key does nothing without a reader"),
    ('currencies = ["EUR"]', "key fx.currencies: the key does nothing without a reader"),
    ('reader = "ecb"\nperiods = ["2023"]\ndecimal = ","', "key fx.decimal: the key does nothing beside a reader"),
    ('reader = "ecb"\nperiods = ["2023"]\nthousands = ","', "key fx.thousands: the key does nothing beside a reader"),
    ('reader = "ecb"\nperiods = ["2023"]\ncolumns = {fx = "x"}', "key fx.columns: the key does nothing beside"),
    ('reader = "ecb"', 'key fx: missing key "periods".*add periods, which the reader ecb needs'),
]


@pytest.mark.parametrize(("more", "words"), IDLE, ids=range(len(IDLE)))
def test_keys_of_exchange_rates_that_do_nothing(tmp_path: Path, more: str, words: str) -> None:
    with pytest.raises(fa.InputError, match=words):
        fa.Study.load(write(tmp_path, fx=FX + more))


def test_trouble_with_a_reader_names_the_study_file(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_text(path.read_text().replace("year = 2023", ""))
    with pytest.raises(fa.InputError, match=r'study.toml, key schedules.read\[0\]: missing key "year"'):
        fa.Study.load(path)


def test_no_row_is_told_of_a_table_that_a_reader_made(tmp_path: Path) -> None:
    path = write(tmp_path)
    study = fa.Study.load(path)
    (told,) = [one for one in study.warnings if "cannot be read" in one]
    assert "tariff.csv, read by eaeu_tariff, line 2204100000" in told
    path.write_text(path.read_text().replace('unreadable = "set_aside"', ""))
    with pytest.raises(
        fa.InputError, match=r"tariff.csv, read by eaeu_tariff, column duty: the duty of line 22041"
    ) as it:
        fa.Study.load(path)
    assert it.value.row is None


def test_suspects_and_lost_quantities_of_readers_name_no_row(tmp_path: Path) -> None:
    path = write(tmp_path)
    odd = [row("FR", "22030009", 300, 1, unit="LTR", amount=9e6, period="202301"),
           row("FR", "22030009", 300, 1, unit="XYZ", amount=5, period="202302")]  # fmt: skip
    for month, one in zip(("01", "02"), odd, strict=True):
        file = tmp_path / f"full_2023{month}.dat"
        file.write_text(f"{file.read_text()}{one}\n")
    study = fa.Study.load(path)
    assert study.checked.trade.suspects.num_rows
    assert set(study.checked.trade.suspects["row"].to_pylist()) == {None}
    (lost,) = [one for one in study.set_aside.table().to_pylist() if one["lost"] == "quantity"]
    assert (lost["row"], lost["unit"]) == (None, "XYZ")
    (told,) = [one for one in study.check()["what"].to_pylist() if "XYZ" in one]
    assert "read by comext (XYZ)" in told


def test_rows_read_are_those_of_the_files(tmp_path: Path) -> None:
    study = fa.Study.load(write(tmp_path))
    assert "2 rows set aside, of 4 rows read" in repr(study)
    assert "2 rows set aside, of 4 rows read" in repr(study.rates())


def with_rows(path: Path, *rows: str) -> Path:
    """Put rows behind those of the second month."""
    file = path.parent / "full_202302.dat"
    file.write_text("\n".join([file.read_text().rstrip("\n"), *rows, ""]))
    return path


@pytest.mark.parametrize(("currency", "factor"), [("EUR", 1.0), ("USD", 1.1)])
def test_what_a_reader_sets_aside_keeps_its_values(tmp_path: Path, currency: str, factor: float) -> None:
    fx = FX if currency == "USD" else ""
    path = with_rows(
        write(tmp_path, currency=currency, fx=fx),
        row("CH", "TOTAL", 99_999_999, 2, period="202302"), row("CH", "22030009", "ten", 2, period="202302"),
    )  # fmt: skip
    study = fa.Study.load(path)
    aside = {one["row"]: one for one in study.set_aside.table().to_pylist() if one["file"] == "full_202302.dat"}
    own = ("period", "line", "partner")
    assert [aside[3][name] for name in own] == ["2023M01-02", "TOTAL", "CHE"]
    assert float(aside[3]["value"]) == near(99_999_999 * factor)
    assert [aside[4][name] for name in (*own, "value")] == ["2023M01-02", "22030009", "CHE", "ten"]
    (told,) = [one for one in study.check().to_pylist() if "sum of all products" in one["what"]]
    assert told["value"] == near(100_000_999 * factor)
    assert told["share"] == near(100_000_999 / (100_000_999 + 1300))
    assert told["cure"] is None
    (warning,) = [one for one in study.warnings if "sum of all products" in one]
    assert warning.startswith("100.00 % of the value and 33.33 % of the rows")


STRICT = "[options]\nstrict = true\n"


def test_totals_of_a_reader_are_no_errors(tmp_path: Path) -> None:
    fine = [one for one in BEER if ",-5," not in one]
    for name, more in (("sum", []), ("chapter", [row("US", "22", 1000, 500, period="202301")])):
        (tmp_path / name).mkdir()
        path = write(tmp_path / name, fx=STRICT)
        (tmp_path / name / "full_202302.dat").write_text("\n".join([HEAD, *fine[1:2], *more, ""]))
        assert fa.Study.load(path).set_aside.table().num_rows == 1 + len(more)


def test_a_chapter_of_confidential_codes_is_a_total(tmp_path: Path) -> None:
    more = [row("US", one, 1000, 500, period="202302") for one in ("22", "22XXXXXX")]
    study = fa.Study.load(with_rows(write(tmp_path), *more))
    reasons = [one["reason"] for one in study.set_aside.table().to_pylist() if one["line"] == "22"]
    assert reasons == ["sum of longer codes that stand beside it"]


def test_earlier_months_of_a_year_to_date_are_no_errors(tmp_path: Path) -> None:
    path = write(tmp_path, currency="USD", fx=STRICT)
    text = path.read_text().replace("comext", "census").replace("full_2023*.dat", "census.csv")
    path.write_text(text)
    (tmp_path / "census.csv").write_text(
        "CTY_CODE,I_COMMODITY,CON_VAL_YR,CON_QY1_YR,UNIT_QY1,YEAR,MONTH\n"
        "2010,2203000900,100,80,L,2023,1\n2010,2203000900,250,190,L,2023,3\n"
    )
    (aside,) = fa.Study.load(path).set_aside.table().to_pylist()
    assert aside["reason"].startswith("year up to an earlier month")
    assert (aside["line"], aside["partner"], aside["value"], aside["row"]) == ("2203000900", "MEX", "100", 1)


def test_files_of_a_reader_that_overlap_are_warned_of(tmp_path: Path) -> None:
    path = write(tmp_path)
    (tmp_path / "full_202301 (1).dat").write_text((tmp_path / "full_202301.dat").read_text())
    with pytest.warns(fa.DataWarning, match="another one .* do files overlap.* name each file once"):
        fa.Study.load(path)


def test_a_reader_must_take_the_flow_that_the_study_is_about(tmp_path: Path) -> None:
    path = write(tmp_path, more='[trade]\nflow = "exports"')
    with pytest.raises(fa.InputError, match="the reader comext takes imports, and the study exports"):
        fa.Study.load(path)
