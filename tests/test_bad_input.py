"""Every bad input gets its message: where, what stood there, what was expected, how to mend it; or is set aside."""

from __future__ import annotations

import errno
import gzip
import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import feather, parquet
from small import columns, row, schedule

import fastavs as fa

STUDY = """name = "small"
[trade]
files = ["trade.csv"]
[schedules]
applied = ["applied.csv"]
[fx]
file = "fx.csv"
"""
TRADE = """period,line,partner,value,quantity,unit
2009,2203000100,DEU,100.0,10.0,l
2009,2203000900,CHN,200.0,20.0,l
2009,0203290000,CHN,300.0,30.0,kg
"""
APPLIED = """year,line,duty
2009,2203000100,"max(5%, 0.2 EUR/l)"
2009,2203000900,10%
2009,0203290000,0.1 EUR/kg
"""
FX = """period,currency,fx
2009,EUR,1.2
"""
BOUND = {"bound.csv": "year,line,duty\n2012,2203000100,5%\n"}
WITH_BOUND = STUDY.replace("applied = ", 'bound = ["bound.csv"]\napplied = ')


def put(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write a sound study into a folder, but for `files`; gives the study file."""
    sound = {"study.toml": STUDY, "trade.csv": TRADE, "applied.csv": APPLIED, "fx.csv": FX}
    for name, content in (sound | files).items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / "study.toml"


def message(folder: Path, files: dict[str, str | bytes]) -> str:
    """What the study complains of, in one line that begins with the place."""
    path = put(folder, files)
    with pytest.raises(fa.InputError) as caught:
        fa.Study.load(path).rates()
    text = str(caught.value).replace(str(folder) + "/", "")
    assert "\n" not in text
    assert not text.endswith(("..", "?."))
    return text


def swapped(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


def says(text: str, *words: str) -> None:
    for word in words:
        assert word in text, text


# ---- rows of trade that are set aside, by reason

ASIDE = [
    ("100.0,10.0,l", "-100.0,10.0,l", "negative value", "row"),
    ("100.0,10.0,l", "0,10.0,l", "zero value", "row"),
    ("100.0,10.0,l", ",10.0,l", "no value", "row"),
    ("100.0,10.0,l", "abc,10.0,l", "value is not a number", "row"),
    ("100.0,10.0,l", "1_000,10.0,l", "value is not a number", "row"),
    ("100.0,10.0,l", "１００,10.0,l", "value is not a number", "row"),
    ("100.0,10.0,l", "inf,10.0,l", "value is not finite", "row"),
    ("100.0,10.0,l", "nan,10.0,l", "no value", "row"),
    ("100.0,10.0,l", "100.0,-10.0,l", "negative quantity", "row"),
    ("100.0,10.0,l", "100.0,ten,l", "quantity is not a number", "row"),
    ("100.0,10.0,l", "100.0,10.0,furlong", "unknown unit (furlong)", "quantity"),
    ("100.0,10.0,l", "100.0,10.0,", "quantity without a unit", "quantity"),
    ("100.0,10.0,l", "100.0,10.0,-", "quantity without a unit", "quantity"),
    ("100.0,10.0,l", "100.0,10.0,kg N", "unit measures nothing that duties are charged on (kg N)", "quantity"),
    ("2009,2203000100", "2009,", "no code", "row"),
    ("2009,2203000100", ",2203000100", "no period", "row"),
    (",DEU,", ",,", "no partner", "row"),
    ("2009,2203000100", "2009,2203O00100", "code has other characters than digits (2203O00100)", "row"),
    ("2009,2203000100", "2009,٢٢٠٣٠٠٠١٠٠", "code has other characters than digits (٢٢٠٣٠٠٠١٠٠)", "row"),
    ("2009,2203000100", "2009,220", "code shorter than 4 digits (220)", "row"),
    ("2009,2203000100", "2009,2203000100000", "code longer than 12 digits (2203000100000)", "row"),
    ("2009,2203000100", "2009,220300010", "code of an odd number of digits (220300010)", "row"),
    (
        "2009,0203290000",
        "2009,203290000",
        "code of an odd number of digits (it may have lost a leading zero: 0203290000)",
        "row",
    ),
    (
        "2009,2203000100",
        "2009,229900010012",
        "code longer than the tariff's 10 digits, and no line begins it (229900010012)",
        "row",
    ),
]


@pytest.mark.parametrize(("old", "new", "reason", "lost"), ASIDE, ids=[one[1] for one in ASIDE])
def test_bad_rows_are_set_aside_with_a_reason(tmp_path, old, new, reason, lost):
    study = fa.Study.load(put(tmp_path, {"trade.csv": swapped(TRADE, old, new)}))
    (one,) = study.set_aside.table().to_pylist()
    # rows of 100, 200 and 300 USD; the bad one is the first or the third
    number = next(number for number, text in enumerate(TRADE.splitlines()) if old in text)
    assert (one["file"], one["row"], one["reason"], one["lost"]) == ("trade.csv", number, reason, lost)
    assert study.set_aside.counts() == {(lost, reason.split(" (")[0]): 1}
    # a void quantity leaves its row's value in the weights; the other rows are untouched
    assert study.checked.trade.rows.value.sum() == (600.0 if lost == "quantity" else 600.0 - 100.0 * number)


@pytest.mark.parametrize(
    ("number", "cure"),
    [
        ("1,000.5", 'say decimal = ".", thousands = "," under'),
        ("1.000,5", "give the column one form"),  # the other rows have a decimal point
        ("1 000", 'say decimal = ".", thousands = " " under'),
        ("1'000", 'say decimal = ".", thousands = "\'" under'),
        ("100,0", "give the column one form"),
        ("1,000", 'say decimal = ".", thousands = "," under'),
    ],
)
def test_a_number_in_another_form_is_a_fault_of_the_file(tmp_path, number, cure):
    put(tmp_path, {"trade.csv": swapped(TRADE, "100.0,10.0,l", f'"{number}",10.0,l')})
    with pytest.raises(fa.InputError) as caught:
        fa.Study.load(tmp_path / "study.toml")
    says(str(caught.value), "trade.csv, row 1, column value", "in another form", f'"{number}"', cure)


def test_numbers_that_can_be_read_in_two_ways_stop_the_study(tmp_path):
    trade = 'period,line,partner,value,quantity,unit\n2009,2203000100,DEU,"90,500",100,l\n2009,2203000100,POL,850,9,l\n'
    put(tmp_path, {"trade.csv": trade})
    with pytest.raises(fa.InputError) as caught:
        fa.Study.load(tmp_path / "study.toml")
    says(str(caught.value), "column value", '"90,500"', "may be 90.5 or 90500", 'decimal = ","', 'thousands = ","')


def test_the_rows_own_values_stand_beside_the_reason(tmp_path):
    study = fa.Study.load(put(tmp_path, {"trade.csv": swapped(TRADE, "100.0,10.0,l", "-100.0,10.0,l")}))
    (one,) = study.set_aside.table().to_pylist()
    assert (one["period"], one["line"], one["partner"], one["value"]) == ("2009", "2203000100", "DEU", "-100")
    assert (one["quantity"], one["unit"], one["net_mass_kg"]) == ("10", "l", None)


def test_codes_longer_than_the_tariff_are_no_fault_where_a_line_begins_them(tmp_path):
    study = fa.Study.load(put(tmp_path, {"trade.csv": swapped(TRADE, "2203000100", "220300010012")}))
    assert study.set_aside.table().num_rows == 0
    assert {one["line"]: one["imports"] for one in study.rates().table.to_pylist()}["2203000100"] == 100.0


def test_all_rows_set_aside_is_an_error(tmp_path):
    text = message(tmp_path, {"trade.csv": "period,line,partner,value\n2009,2203000100,DEU,-1\n2009,22,DEU,1\n"})
    says(text, "trade.csv: no row of the trade table can be used: ", "negative value (1)", "shorter than 4 digits")


STRICT = STUDY + "[options]\nstrict = true\n"


@pytest.mark.parametrize(("new", "reason"), [("-100.0,10.0,l", "negative value"), ("100.0,10.0,ell", "unknown unit")])
def test_strict_makes_either_an_error(tmp_path, new, reason):
    text = message(tmp_path, {"study.toml": STRICT, "trade.csv": swapped(TRADE, "100.0,10.0,l", new)})
    says(text, "trade.csv, row 1: ", reason, "2009, 2203000100, DEU", "mend it", "strict = false")


def test_strict_lets_rows_be_dropped_on_purpose(tmp_path):
    drop = "period,line,partner,reason\n2009,2203000100,DEU,in grams\n"
    path = put(tmp_path, {"study.toml": STRICT + '[drop]\nfile = "drop.csv"\n', "drop.csv": drop})
    (one,) = fa.Study.load(path).set_aside.table().to_pylist()
    assert (one["row"], one["reason"]) == (1, "dropped as the study says (in grams)")


# ---- tables: schedules, exchange rates, partners, groups

TABLES = [
    ("applied.csv", "10%", "ten percent", ["row 2, column duty", "2203000900", '"ten percent"', "Expected", "mend it"]),
    ("applied.csv", "10%", "", ["row 2, column duty", "a line without a duty", "Expected", 'write "0%"']),
    ("applied.csv", "EUR/kg", "EUR/furlong", ["row 3, column duty", "0203290000", "furlong", "kg"]),
    ("applied.csv", "2203000900", "2203000100", ["row 2, column line", "stands twice", "2009", "applied.csv, row 1"]),
    ("applied.csv", "0203290000", "203290000", ["row 3, column line", "9 digits", '"0203290000"', "text"]),
    ("applied.csv", "0203290000", "02032900", ["row 3, column line", "8 digits", "others of the year have 10"]),
    ("applied.csv", "0203290000", "02032900X0", ["row 3, column line", "other characters than digits", "02032900X0"]),
    ("applied.csv", "0203290000", "", ["row 3, column line", "no code", "digits, as text"]),
    ("applied.csv", "2009,0203290000", "MMIX,0203290000", ["row 3, column year", '"MMIX"', "such as 2012"]),
    ("applied.csv", "2009,0203290000", "9,0203290000", ["row 3, column year", "not a year", "such as 2012"]),
    ("applied.csv", "2009,0203290000", ",0203290000", ["row 3, column year", "not a year"]),
    ("applied.csv", "year,line,duty", "year,line,rate", ["column duty", "no such column", "it has year, line, rate"]),
    (
        "applied.csv",
        "0.1 EUR",
        "0.1 JPY",
        ["no exchange rate for JPY in 2009", "applied schedule of 2009", "add a row"],
    ),
    ("fx.csv", "1.2", "0", ["row 1, column fx", '"0.0"', "a positive number", "USD for one EUR"]),
    ("fx.csv", "1.2", "-1.2", ["row 1, column fx", '"-1.2"', "a positive number"]),
    ("fx.csv", "1.2", "", ["row 1, column fx", "not an exchange rate"]),
    ("fx.csv", "1.2", "1;2", ["row 1, column fx", '"1;2"']),
    ("fx.csv", "2009,EUR,1.2", "2010,EUR,1.2", ["no exchange rate for EUR in 2009", "2009,EUR,<USD for one EUR>"]),
    ("fx.csv", "2009,EUR,1.2", "2009,EUR,1.2\n2009,EUR,1.3", ["row 2", "two rates for EUR in 2009", '"1.3"']),
    ("fx.csv", "2009,EUR,1.2", "2009,EUR,1.2\n2009,USD,1.1", ["row 2", "own currency", "other than 1"]),
    ("fx.csv", "2009,EUR,1.2", ",EUR,1.2", ["row 1, column period", "an empty cell", "Expected"]),
]


@pytest.mark.parametrize(("file", "old", "new", "words"), TABLES, ids=[f"{one[0]}:{one[2]}" for one in TABLES])
def test_bad_cells_of_tables(tmp_path, file, old, new, words):
    before = {"applied.csv": APPLIED, "fx.csv": FX}[file]
    text = message(tmp_path, {file: swapped(before, old, new)})
    assert text.startswith("fx.csv: no exchange rate" if "exchange rate for" in words[0] else file)
    says(text, *words)


def test_the_first_of_several_unreadable_duties_is_named(tmp_path):
    text = message(tmp_path, {"applied.csv": APPLIED.replace("10%", "oops").replace("0.1 EUR/kg", "och")})
    says(text, "row 2", "2203000900", "1 more duty texts cannot be read either")


MORE_FILES = [
    ('[groups]\nindustry = "more.csv"\n', "prefix,group\n22x,food\n", ["row 1, column prefix", '"22x"', "digits"]),
    ('[groups]\nindustry = "more.csv"\n', "prefix,group\n22,food\n22,fuel\n", ["row 2, column prefix", "two groups"]),
    ('[groups]\nindustry = "more.csv"\n', "prefix,group\n22,\n", ["row 1, column group", "without a group"]),
    ('[groups]\nindustry = "more.csv"\n', "prefix,grup\n22,food\n", ["no such column", 'Did you mean "grup"?']),
    ('[partners]\nfile = "more.csv"\n', "partner,treatment\nDEU,exclude\n", ["row 1", '"exclude"', '"excluded"?']),
    ('[partners]\nfile = "more.csv"\n', "partner,treatment\n,excluded\n", ["row 1, column partner", "without"]),
    ('[drop]\nfile = "more.csv"\n', "period,line,partner\n2009,2203,DEU\n", ["column reason", "no such column"]),
]


@pytest.mark.parametrize(("section", "content", "words"), MORE_FILES, ids=[one[1] for one in MORE_FILES])
def test_bad_cells_of_other_tables(tmp_path, section, content, words):
    text = message(tmp_path, {"study.toml": STUDY + section, "more.csv": content})
    assert text.startswith("more.csv")
    says(text, *words)


# ---- files


def as_parquet() -> bytes:
    stream = io.BytesIO()
    table = pa.table(
        {"period": ["2009"] * 99, "line": ["2203000100"] * 99, "partner": ["DEU"] * 99, "value": [1.0] * 99}
    )
    parquet.write_table(table, stream)
    return stream.getvalue()


def as_feather() -> bytes:
    stream = io.BytesIO()
    feather.write_feather(pa.table({"period": ["2009"]}), stream)
    return stream.getvalue()


FILES: list[tuple[str, bytes, list[str]]] = [
    ("trade.parquet", as_parquet()[:-30], ["cannot be read", "write the file anew", "cut off"]),
    ("trade.parquet", as_parquet()[: len(as_parquet()) // 2], ["cannot be read"]),
    ("trade.parquet", b"", ["cannot be read", "0 bytes"]),
    ("trade.parquet", TRADE.encode(), ["cannot be read", "of another kind than its name says"]),
    ("trade.csv.gz", gzip.compress(TRADE.encode())[:-15], ["cannot be read", "cut off"]),
    ("trade.csv.gz", TRADE.encode(), ["cannot be read", "of another kind"]),
    ("trade.csv.gz", b"", ["cannot be read", "Empty CSV file"]),
    ("trade.feather", as_feather()[:-30], ["cannot be read"]),
    ("trade.feather", b"", ["cannot be read"]),
    ("trade.csv", b"", ["cannot be read", "Empty CSV file", "with a header"]),
    ("trade.csv", b"period,line,partner,value\n", ["the trade table has no rows", "fill it in"]),
    ("trade.csv", TRADE.encode() + b"2009,2203\n", ["cannot be read", "Expected 6 columns, got 2", "2009,2203"]),
    ("trade.csv", TRADE.replace(",", "/").encode(), ["column period", "it has period/line/partner"]),
    ("trade.csv", TRADE.replace(",l", ",л").encode("cp1251"), ["cannot be read", "save the file as UTF-8"]),
    ("trade.csv", TRADE.replace("value", "valeu").encode(), ["column value", 'Did you mean "valeu"?']),
    ("trade.doc", b"PK", ["unknown kind of file", ".parquet", ".csv.gz", ".xlsx"]),
    ("trade.csv.zip", b"PK", ["unknown kind of file", "unpack the archive"]),
    ("trade.xlsx", b"PK\x03\x04", ["cannot be read", "a whole workbook", "save the table as CSV"]),
    ("trade.xlsx", TRADE.encode(), ["cannot be read", "plain text, such as CSV", "let its name end in .csv"]),
]


@pytest.mark.parametrize(("name", "content", "words"), FILES, ids=range(len(FILES)))
def test_bad_files(tmp_path, name, content, words):
    text = message(tmp_path, {"study.toml": swapped(STUDY, "trade.csv", name), name: content})
    assert text.startswith(name)
    says(text, *words)


@pytest.mark.parametrize("named", ["trades.csv", "Trade.csv"])
def test_a_file_that_is_not_there_brings_the_near_one_to_mind(tmp_path, named):
    text = message(tmp_path, {"study.toml": swapped(STUDY, "trade.csv", named)})
    says(text, "study.toml, key trade.files", f'no such file "{named}"', "relative to", 'Did you mean "trade.csv"?')


def test_a_pattern_that_matches_nothing(tmp_path):
    text = message(tmp_path, {"study.toml": swapped(STUDY, "trade.csv", "months/*.parquet")})
    says(text, "study.toml, key trade.files", 'no such file "months/*.parquet"')


def test_a_file_that_must_not_be_read(tmp_path, monkeypatch):
    path = put(tmp_path, {})
    opened = Path.open

    def refuse(self: Path, *more: Any, **named: Any) -> Any:
        if self.name == "trade.csv":
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return opened(self, *more, **named)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(fa.InputError, match=r"^trade\.csv: the file cannot be read .*Permission denied"):
        fa.Study.load(path)


def test_a_folder_where_a_file_should_be(tmp_path):
    (tmp_path / "months").mkdir()
    text = message(tmp_path, {"study.toml": swapped(STUDY, "trade.csv", "months")})
    says(text, "months: the file cannot be read", "directory")


def test_codes_that_a_file_holds_as_numbers(tmp_path):
    stream = io.BytesIO()
    parquet.write_table(pa.table({"period": ["2009"], "line": [203290000], "partner": ["DEU"], "value": [1.0]}), stream)
    files = {"study.toml": swapped(STUDY, "trade.csv", "t.parquet"), "t.parquet": stream.getvalue()}
    text = message(tmp_path, files)
    says(text, "t.parquet, column line", "codes are text", '"203290000"', "leading zeros stay")


# ---- the study file

SECTIONS = [
    ("[options]\noutlyer = 3\n", ["unknown key in [options]", '"outlyer"', 'Did you mean "outlier"?']),
    ("[option]\noutlier = 3\n", ['unknown key "option"', 'Did you mean "options"?']),
    ("[base]\nfirst_yaer = 2009\n", ["unknown key in [base]", 'Did you mean "first_year"?']),
    ('[partners]\nexlude = ["BLR"]\n', ["unknown key in [partners]", 'Did you mean "exclude"?']),
    ('[[bridges]]\nprefx = "22"\n', ["unknown key in [bridges[0]]", 'Did you mean "prefix"?']),
    ('[[valuation]]\npartner = "T"\nfacto = 1\n', ["unknown key in [valuation[0]]", 'Did you mean "factor"?']),
    ('[trade.columns]\nvaleu = "v"\n', ['"valeu"', 'Did you mean "value"?']),
    ('[options]\noutlier = "3"\n', ["key options.outlier", '"3"', "a number"]),
    ("[options]\noutlier = 0\n", ["key options.outlier", '"0"', "a number above 0"]),
    ("[options]\nmin_value = -1\n", ["key options.min_value", "a number of at least 0"]),
    ('[options]\nstrict = "yes"\n', ["key options.strict", '"yes"', "true or false"]),
    ("[options]\nlevels = 8\n", ["key options.levels", "a list in square brackets"]),
    ('[options]\nlevels = [8, "6"]\n', ["key options.levels[1]", '"6"', "a whole number"]),
    ("[options]\nlevels = [13]\n", ["key options.levels[0]", '"13"', "at most 12"]),
    ("[options]\nlevels = [4, 6, 8]\n", ["options", "levels go from the longest to the shortest"]),
    ("[options]\nlevels = [8, 8]\n", ["options", "each once"]),
    ('[options]\nmatch_on = "import"\n', ["key options.match_on", '"import"', 'Did you mean "imports"?']),
    ('[options]\nmethod = "mean"\n', ["key options.method", '"partner" or "pooled"']),
    ('[base]\nperiods = "2009"\n', ["key base.periods", '"2009"', "a list in square brackets"]),
    ('[base]\nperiods = ["2090"]\n', ["key base.periods", "that no trade has", '"2090"', "2009"]),
    ('[base]\nperiods = ["2009", "2009"]\n', ["key base.periods", "named twice"]),
    ("[base]\napplied_year = 2011\n", ["key base.applied_year", "no applied schedule", '"2011"', "2009"]),
    ("[bridges]\nprefix = 22\n", ["key bridges", "a list"]),
    ('[[bridges]]\nprefix = "22"\nfrom = "kg"\nto = "l"\n', ["key bridges[0]", 'missing key "factor"', "add factor"]),
    (
        '[[bridges]]\nprefix = "22"\nfrom = "kg"\nto = "furlong"\nfactor = 1\n',
        ["key bridges[0]", "unknown unit", '"furlong"', "kg, carat"],
    ),
    ('[[bridges]]\nprefix = "22"\nfrom = "kg"\nto = "t"\nfactor = 1\n', ["key bridges[0]", "to itself"]),
    ('[[bridges]]\nprefix = "22"\nfrom = "kg"\nto = "l"\nfactor = 0\n', ["key bridges[0].factor", "above 0"]),
    ('[[bridges]]\nprefix = "22."\nfrom = "kg"\nto = "l"\nfactor = 1\n', ["bridges[0].prefix", "digits, as text"]),
    (
        '[[bridges]]\nprefix = "22"\nfrom = "kg"\nto = "l"\nfactor = 1\n'
        '[[bridges]]\nprefix = "22"\nfrom = "t"\nto = "hl"\nfactor = 1\n',
        ["key bridges[1]", "a second bridge from t to hl", '"22"', "leave one"],
    ),
    ('[[valuation]]\npartner = "TUR"\nfactor = -1\n', ["key valuation[0].factor", '"-1"', "above 0"]),
    ('[[valuation]]\npartner = "TUR"\nfactor = inf\n', ["key valuation[0]", '"inf"', "a positive number"]),
    (
        '[[valuation]]\npartner = "TUR"\nfactor = 1.1\n[[valuation]]\npartner = "TUR"\nfactor = 1.2\n',
        ["key valuation[1]", "a second factor", '"TUR"', "leave one"],
    ),
    ('[groups]\nindustry = "fx.cvs"\n', ["key groups.industry", "no such file", 'Did you mean "fx.csv"?']),
]


@pytest.mark.parametrize(("section", "words"), SECTIONS, ids=[one[0] for one in SECTIONS])
def test_bad_sections(tmp_path, section, words):
    text = message(tmp_path, {"study.toml": STUDY + section})
    says(text, *words)
    assert text.startswith(("study.toml", "trade.csv"))


HEADS = [
    ('name = "small"', 'nam = "small"', ['"nam"', 'Did you mean "name"?']),
    ('name = "small"', "", ['missing key "name"', "add name"]),
    ('name = "small"', "name = 7", ["key name", '"7"', "text in quotes"]),
    ('name = "small"', 'name = "small"\ncurrency = "usd"', ["key currency", '"usd"', 'such as "USD"']),
    ('name = "small"', 'name = "small"\nvalue_basis = "cif"', ["key value_basis", '"cif"', '"CIF" or "FOB"']),
    ('files = ["trade.csv"]', 'file = ["trade.csv"]', ["[trade]", '"file"', 'Did you mean "files"?']),
    ('files = ["trade.csv"]', 'files = "trade.csv"', ["key trade.files", "a list in square brackets"]),
    ('files = ["trade.csv"]', "", ["the study has no trade", "[trade]"]),
    ('applied = ["applied.csv"]', "", ["no applied schedule", "[schedules]"]),
    ('applied = ["applied.csv"]', 'bound = ["applied.csv"]', ["no applied schedule", "bound rates"]),
    ("[trade]", "[trade", ["is no TOML", "line 2"]),
    ("[fx]", "[trade]", ["is no TOML"]),
]


@pytest.mark.parametrize(("old", "new", "words"), HEADS, ids=[one[1] for one in HEADS])
def test_bad_study_files(tmp_path, old, new, words):
    text = message(tmp_path, {"study.toml": swapped(STUDY, old, new)})
    assert text.startswith("study.toml")
    says(text, *words)


def test_study_files_that_cannot_be_read(tmp_path):
    path = put(tmp_path, {})
    with pytest.raises(fa.InputError, match=r'No such file.*Did you mean "study.toml"\?'):
        fa.Study.load(tmp_path / "studi.toml")
    with pytest.raises(fa.InputError, match="directory"):
        fa.Study.load(tmp_path)
    path.write_bytes(STUDY.replace("small", "малый").encode("cp1251"))
    with pytest.raises(fa.InputError, match="not in UTF-8"):
        fa.Study.load(path)


# ---- inputs that do not fit each other


def test_a_schedule_year_without_trade(tmp_path):
    text = message(tmp_path, {"applied.csv": APPLIED + "2010,2203000100,5%\n"})
    says(text, "study.toml", "2010 has no trade of its own", '"2010H1"', "[base] periods")


def test_a_year_recorded_whole_and_in_parts(tmp_path):
    text = message(tmp_path, {"trade.csv": TRADE + "2009M03,2203000100,DEU,1.0,1.0,l\n"})
    says(text, "the trade of 2009 stands in two periods that overlap", "2009, 2009M03", "leave one of the two out")


def test_a_base_year_without_a_base(tmp_path):
    text = message(tmp_path, {"study.toml": STUDY + "[base]\nfirst_year = 2009\n"})
    says(text, "study.toml, key base.periods", "2009 rests on a base period, and none is named")


def test_bound_years_without_the_applied_schedule_they_name(tmp_path):
    base = '[base]\nperiods = ["2009"]\napplied_year = 2011\n'
    text = message(tmp_path, BOUND | {"study.toml": WITH_BOUND + base})
    says(text, "key base.applied_year", "no applied schedule of that year", '"2011"', "one of 2009")


def test_bound_years_without_trade_or_base(tmp_path):
    says(message(tmp_path, BOUND | {"study.toml": WITH_BOUND}), "2012 has no trade of its own", "[base]")


def test_a_rate_that_only_the_schedule_year_lacks(tmp_path):
    files = BOUND | {"bound.csv": BOUND["bound.csv"].replace("5%", "5 EUR/l")}
    options = '[base]\nperiods = ["2009"]\n[options]\nfx_period = "schedule"\n'
    text = message(tmp_path, files | {"study.toml": WITH_BOUND + options})
    says(text, "no exchange rate for EUR in 2012", "the bound schedule of 2012")


def test_check_finds_a_missing_rate_without_computing(tmp_path):
    study = fa.Study.load(put(tmp_path, {"fx.csv": FX.replace("EUR", "GBP")}))
    with pytest.raises(fa.InputError, match="no exchange rate for EUR in 2009"):
        study.check()


# ---- from memory

GOOD = columns([row("2009", "2203000100", "DEU", 100.0)])
DUTIES = schedule({2009: {"2203000100": "5%"}})

MEMORY = [
    ({"line": [2203000100]}, {}, ["<trade>, column line", "codes are text", "leading zeros"]),
    ({"line": pa.array([2203000100]).dictionary_encode()}, {}, ["<trade>, column line", "codes are text"]),
    ({"line": [["2203"]]}, {}, ["<trade>, column line", "a column of text"]),
    ({"value": ["a lot"]}, {}, ["<trade>", "value is not a number (1)"]),
    ({"value": ["1_000"]}, {}, ["<trade>", "value is not a number (1)"]),
    ({"value": [True]}, {}, ["<trade>, column value", "a column of bool", "numbers"]),
    ({"value": [[1.0]]}, {}, ["<trade>, column value", "a column of numbers"]),
    ({"value": [1.0, 2.0]}, {}, ["<trade>", "columns of one length"]),
    ({"value": [object()]}, {}, ["<trade>", "cannot be taken"]),
    ({name: [] for name in GOOD}, {}, ["<trade>", "no rows"]),
    ({}, {"year": [True]}, ["<applied>, column year", "bool"]),
    ({}, {"duty": [None]}, ["<applied>, row 1, column duty", "without a duty"]),
    ({}, {"duty": ["5 %%"]}, ["<applied>, row 1, column duty", "5 %%"]),
]


@pytest.mark.parametrize(("trade", "applied", "words"), MEMORY, ids=range(len(MEMORY)))
def test_bad_tables_from_memory(trade, applied, words):
    with pytest.raises(fa.InputError) as caught:
        fa.Study(GOOD | trade, DUTIES | applied).rates()
    says(str(caught.value), *words)


def test_two_columns_of_one_name():
    cells = [GOOD[name] for name in ("period", "line", "partner", "value", "value")]
    twice = pa.Table.from_arrays([pa.array(some) for some in cells], ["period", "line", "partner", "value", "value"])
    with pytest.raises(fa.InputError, match='<trade>, column value: two columns of one name "value"'):
        fa.Study(twice, DUTIES)


@pytest.mark.parametrize("what", ["trade.csv", 7, [1, 2], object()])
def test_what_is_no_table(what):
    with pytest.raises(fa.InputError, match=r"cannot take .* as a table\. Expected a dataframe that speaks Arrow"):
        fa.Study(what, DUTIES)


SETTINGS = [
    ({"options": {"outlyer": 1}}, ["the study: unknown key in options", 'Did you mean "outlier"?']),
    ({"currency": "usd"}, ["the study, argument currency", '"usd"']),
    ({"base": {"period": ["2009"]}}, ['Did you mean "periods"?']),
    ({"partners": {"exlude": ["BLR"]}}, ['Did you mean "exclude"?']),
    (
        {"groups": {"industry": {"prefix": [22], "group": ["food"]}}},
        ["<groups industry>, column prefix", "codes are text"],
    ),
    ({"columns": {"trad": {"value": "v"}}}, ['"trad"', 'Did you mean "trade"?']),
    ({"columns": {"trade": {"valeu": "value"}}}, ["<trade>", '"valeu"', 'Did you mean "value"?']),
    ({"columns": {"trade": {"value": "values"}}}, ["<trade>, column value", '"values"', 'Did you mean "value"?']),
    ({"bridges": [{"prefix": "22", "from": "kg", "to": "l"}]}, ["the study, argument bridges[0]", '"factor"']),
]


@pytest.mark.parametrize(("settings", "words"), SETTINGS, ids=range(len(SETTINGS)))
def test_bad_settings_from_memory(settings, words):
    with pytest.raises(fa.InputError) as caught:
        fa.Study(GOOD, DUTIES, **settings)
    says(str(caught.value), *words)


QUESTIONS = [
    (lambda rates: rates.by("chaptr"), ['"chaptr"', 'Did you mean "chapter"?']),
    (lambda rates: rates.year(2010), ["no schedule of that year", '"2010"', "2009"]),
    (lambda rates: rates.observations("2203000101"), ["no such line", "begin alike: 2203000100"]),
    (lambda rates: rates.observations("beer"), ["no such line", '"beer"']),
    (lambda rates: rates.observations("2203000100", 2010), ["no schedule of that year", '"2010"']),
]


@pytest.mark.parametrize(("ask", "words"), QUESTIONS, ids=range(len(QUESTIONS)))
def test_bad_questions(ask, words):
    rates = fa.Study(GOOD, DUTIES).rates()
    with pytest.raises(fa.InputError) as caught:
        ask(rates)
    says(str(caught.value), *words)


def test_a_duty_of_too_many_parts():
    duty = " + ".join(f"{n} USD/kg" for n in range(1, 41))
    with pytest.raises(fa.InputError, match="a duty of too many parts"):
        fa.Study(GOOD, DUTIES | {"duty": [duty]}).rates()


def test_lines_without_a_duty_are_listed_with_all_that_cannot_be_read_and_may_be_set_aside() -> None:
    duties = ["10%", "", "n/a", None, "12.5%"]
    lines = [f"2203001{place}" for place in range(5)]
    given = {
        "trade": {"period": ["2023"], "line": [lines[0]], "partner": ["DEU"], "value": [1.0]},
        "applied": {"year": [2023] * 5, "line": lines, "duty": duties},
    }
    with pytest.raises(fa.DutyError) as raised:
        fa.Study(**given)
    message = str(raised.value)
    assert '"n/a"' in message
    assert "2 rows, first <applied> row 2, line 22030011" in message
    study = fa.Study(**given, schedules={"unreadable": "set_aside"})
    assert study.rates().table.num_rows == 2
