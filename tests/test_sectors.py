"""Sectors of models: shares, names, tables, what comes with the package, and what is left out."""

from __future__ import annotations

import csv
import importlib.util
import random
import sys
import types
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from odd_calls import VALUES
from small import row, study

import fastavs as fa
from fastavs.codes import to_key
from fastavs.models.concordances import sectors_of, shipped
from fastavs.models.left_out import lines_left_out, refuse_left_out
from fastavs.models.regions import regions_of
from fastavs.models.sectors import Entry, Sectors, make_sectors, of_mapping, of_table
from fastavs.models.tariff_function import unused, with_rest
from fastavs.replica import facts

ROOT = Path(__file__).parents[1]
DUTIES = {
    2011: {"0203110000": "15%", "0805100000": "5%", "2203000100": "max(10%, 0.5 EUR/l)", "8703221000": "25%"},
    2012: {"0203110000": "15%", "2203000100": "max(10%, 0.5 EUR/l)", "9801000000": "3%"},
}
TRADE = [
    row("2009", "0203110000", "BRA", 600.0, 100.0),
    row("2009", "2203000100", "DEU", 300.0, 100.0, "l"),
    row("2010", "8703221000", "DEU", 80.0, 10.0),
    row("2010", "9801000000", "BLR", 20.0, 10.0),
]
GROUPS = {"industry": {"prefix": ["02", "22", "8703"], "group": ["b", "b", "a"], "name": ["food", "food", None]}}


@pytest.fixture(scope="module")
def index() -> fa.SortedIndex:
    return four_lines().index(records=True)


def four_lines(**more: Any) -> fa.Study:
    base = {"periods": ["2009", "2010"], "first_year": 2011, "applied_year": 2011}
    return study(TRADE, DUTIES, base=base, **more)


def refused(*entries: Entry) -> str:
    with pytest.raises(fa.InputError) as told:
        make_sectors("it", entries)
    return str(told.value)


# ---- members


def naive(sectors: Sectors, code: str) -> dict[int, float]:
    """The shares of a code, prefix by prefix from its whole length down."""
    for length in range(len(code), -1, -1):
        if code[:length] in sectors.prefixes:
            rows = sectors.rows[sectors.prefixes.index(code[:length])]
            return {sector: share for sector, share in rows if share > 0.0}
    return {}


@pytest.mark.parametrize("seed", range(8))
def test_members_are_those_of_the_longest_prefix(seed: int) -> None:
    rng = random.Random(seed)
    digits = rng.choice([6, 8, 10])
    prefixes = {str(rng.randint(0, 10**n - 1)).zfill(n) for n in rng.choices(range(1, 13), k=60)}
    entries = []
    for prefix in sorted(prefixes, key=lambda one: rng.random()):
        some = rng.sample("abcdef", rng.randint(1, 3))
        parts = [rng.randint(0 if len(some) > 1 else 1, 4) for _ in some]
        total = sum(parts) or 1
        parts[0] += total - sum(parts)
        entries += [Entry(prefix, one, part / total) for one, part in zip(some, parts, strict=True)]
    sectors = make_sectors("it", entries)
    if seed % 2:
        sectors = sectors.with_rest("rest")
    codes = [rng.choice(sorted(prefixes))[:digits].ljust(digits, "0") for _ in range(200)]
    codes += [str(rng.randint(0, 10**digits - 1)).zfill(digits) for _ in range(200)]
    found = sectors.members(np.array([to_key(one) for one in codes]), digits)
    for place, code in enumerate(codes):
        pairs = slice(found.start[place], found.start[place + 1])
        assert dict(zip(found.sector[pairs].tolist(), found.share[pairs].tolist(), strict=True)) == naive(sectors, code)
        assert (np.diff(found.sector[pairs]) > 0).all()
    assert found.start[-1] == found.sector.size == found.share.size
    inside = np.diff(found.start) > 0
    sums = np.add.reduceat(np.append(found.share, 0.0), found.start[:-1])[inside]
    assert np.abs(sums - 1.0).max() < 1e-15 * 8


def test_no_codes_and_no_prefixes() -> None:
    some = make_sectors("it", [Entry("01", "a")])
    assert some.members(np.empty(0, dtype=np.int64), 10).start.tolist() == [0]
    assert some.members(np.array([to_key("9901")]), 4).start.tolist() == [0, 0]


# ---- shares and order


def test_shares_that_were_rounded_are_made_to_add_up() -> None:
    thirds = make_sectors("it", [Entry("01", one, 0.333333) for one in "abc"])
    assert sum(share for _, share in thirds.rows[0]) == pytest.approx(1.0, abs=1e-15)
    with_zero = make_sectors("it", [Entry("01", "a", 1.0), Entry("01", "b", 0.0)])
    assert with_zero.sectors == ("a", "b")
    assert with_zero.members(np.array([to_key("0101")]), 4).sector.tolist() == [0]


def test_shares_that_do_not_add_up_are_refused() -> None:
    told = refused(Entry("0203", "a", 0.5, file="it.csv", row=1), Entry("0203", "b", 0.4, file="it.csv", row=2))
    assert told.startswith(
        "it.csv, row 2, column share (prefix 0203): the shares of a prefix add up to 0.9. Expected 1."
    )
    assert "0203" in refused(Entry("0203", "a", 0.5))
    assert "write percentages as fractions: 0.6" in refused(Entry("01", "a", 60.0), Entry("01", "b", 40.0))
    assert "not a share" in refused(Entry("01", "a", -0.1))
    assert "not a share" in refused(Entry("01", "a", float("inf")))


def test_several_sectors_without_shares_are_offered_some() -> None:
    told = refused(Entry("0203", "a"), Entry("0203", "b"))
    assert 'a prefix in 2 sectors, without shares "a, b"' in told
    assert "fractions that add up to 1 (such as 0.5 each)" in told
    assert "a row without a share beside" in refused(Entry("0203", "a", 1.0), Entry("0203", "b"))
    assert make_sectors("it", [Entry("0203", "a"), Entry("0203", "a")]).rows == (((0, 1.0),),)  # stands twice


def test_prefixes_and_sectors_must_be_there() -> None:
    for prefix in ("", "02.03", "2a", "1" * 13, "٢"):
        assert "no code prefix" in refused(Entry(prefix, "a"))
    assert "a prefix without a sector" in refused(Entry("02", ""))


def test_order_is_as_first_seen_and_numbers_go_by_number() -> None:
    assert make_sectors("it", [Entry("01", "z"), Entry("02", "a"), Entry("03", "z")]).sectors == ("z", "a")
    assert make_sectors("it", [Entry("01", "10"), Entry("02", "9"), Entry("03", "1")]).sectors == ("1", "9", "10")
    assert make_sectors("it", [Entry("01", "b")], order=["a", "b"]).sectors == ("a", "b")


# ---- what comes with the package


def test_sections_are_those_of_the_nomenclature() -> None:
    sections = shipped("section")
    assert len(sections.sectors) == 21
    assert sections.prefixes == tuple(f"{n:02d}" for n in range(1, 98) if n != 77)
    of = {prefix: sections.sectors[some[0][0]] for prefix, some in zip(sections.prefixes, sections.rows, strict=True)}
    firsts = ["01", "06", "15", "16", "25", "28", "39", "41", "44", "47", "50", "64", "68", "71", "72", "84", "86",
              "90", "93", "94", "97"]  # fmt: skip
    assert [of[one] for one in firsts] == list(sections.sectors)
    assert set(sections.names) == set(sections.sectors)


def test_industries_are_those_of_the_published_tables() -> None:
    industry = shipped("industry")
    assert industry.sectors == tuple(map(str, [*range(1, 16), 17, 22]))
    table4 = {row["chapter"]: row["industry"].split("|")[-1] for row in facts.table("published/table4_chapters")}
    wrong = {one for one, label in table4.items() if facts.concordance()[one] != int(label)}
    assert wrong == {"29", "30", "31", "32", "36", "37", "39", "40"}  # printed 8 and meant 9: METHOD.md section 5
    assert {int(row["industry"]) for row in facts.table("published/table2_industry_rates")} == set(
        facts.industry_names()
    )
    assert (facts.industry_of("2709"), facts.industry_of("0803"), facts.industry_of("3901")) == (2, 17, 9)


def test_gtap_has_its_own_order_and_shares_that_add_up() -> None:
    gtap = shipped("gtap")
    assert gtap.sectors[:3] == ("pdr", "wht", "gro")
    assert gtap.sectors[-2:] == ("omf", "ely")
    assert set(gtap.names) == set(gtap.sectors)
    used = {sector for some in gtap.rows for sector, _ in some}
    assert [label for place, label in enumerate(gtap.sectors) if place not in used] == ["rmk"]
    for code, label in {"100630": "pcr", "1001": "wht", "270900": "oil", "870323": "mvh", "300490": "bph"}.items():
        assert {gtap.sectors[one] for one in naive(gtap, code)} == {label}


def test_the_eaeu_tariff_is_placed_but_for_ten_lines() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        index = fa.examples.eaeu().index(records=True)
    left = {name: lines_left_out(index, sectors_of(index, name)[0], index.year_numbers)
            for name in ("chapter", "section", "industry", "gtap")}  # fmt: skip
    assert {name: len(some) for name, some in left.items()} == {"chapter": 0, "section": 0, "industry": 0, "gtap": 10}
    assert {one.code[:6] for one in left["gtap"]} == {
        "010612", "020830", "020840", "120300", "262110", "270500", "292424"
    }  # fmt: skip


def test_the_shipped_tables_are_what_their_script_makes() -> None:
    path = ROOT / "data" / "concordances" / "make.py"
    spec = importlib.util.spec_from_file_location("make_concordances", path)
    assert spec is not None
    assert spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    data = Path(fa.__file__).parent / "models" / "data"
    for name, rows in (("section", make.sections()), ("industry", make.industries())):
        with (data / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            assert [tuple(one) for one in csv.reader(stream)][1:] == rows
    assert "Copyright (c) 2025-2026 The Budget Lab at Yale" in (data / "LICENSE.budget-lab").read_text("utf-8")


# ---- by name, mapping and table


def test_a_grouping_of_the_study_comes_before_what_is_shipped(index: fa.SortedIndex) -> None:
    own, _ = sectors_of(four_lines(groups=GROUPS).index(records=True), "industry")
    assert (own.sectors, own.names) == (("b", "a"), {"b": "food"})
    assert len(sectors_of(index, "industry")[0].sectors) == 17


def test_chapters_are_those_of_all_lines(index: fa.SortedIndex) -> None:
    found, _ = sectors_of(index, "chapter")
    assert found.sectors == ("02", "08", "22", "87", "98")
    assert found.names["22"] == "Drinks and vinegar"
    assert sectors_of(index, "all")[0].members(index.lines.key, 10).share.tolist() == [1.0] * index.lines.key.size


def test_names_that_are_none_get_the_nearest(index: fa.SortedIndex) -> None:
    with pytest.raises(fa.InputError, match=r'no such sectors "industy".*Did you mean "industry"\?'):
        sectors_of(index, "industy")
    with pytest.raises(fa.InputError, match="no file is"):
        sectors_of(index, "no/such.csv")


def test_tables_in_all_forms_give_the_same(index: fa.SortedIndex, tmp_path: Path) -> None:
    columns = {"prefix": ["02", "08", "22", "22", "87", "98"], "sector": ["food", "food", "drinks", "food", "car", "x"],
               "share": [None, None, 0.75, 0.25, None, None], "name": ["Food", *[None] * 5]}  # fmt: skip
    wanted = make_sectors("", [Entry(*one) for one in zip(*columns.values(), strict=True)])
    path = tmp_path / "sectors.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([tuple(columns), *zip(*columns.values(), strict=True)])
    grouped = {("group" if name == "sector" else name): column for name, column in columns.items()}
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    forms = [columns, grouped, pa.table(columns), str(path), path, pandas.DataFrame(columns), polars.DataFrame(columns),
             polars.DataFrame(columns).lazy()]  # fmt: skip
    for one in forms:
        found, told = sectors_of(index, one)
        assert told == ()
        assert (found.sectors, found.names, found.prefixes, found.rows) == (
            wanted.sectors, wanted.names, wanted.prefixes, wanted.rows
        )  # fmt: skip


def test_a_mapping_of_prefixes(index: fa.SortedIndex) -> None:
    found, _ = sectors_of(index, {"02": "food", "08": "food", "2203": "drinks", "87.03": "cars", "98": "x"})
    assert (found.sectors, found.prefixes[3]) == (("food", "drinks", "cars", "x"), "8703")
    for odd, words in (
        ({"02": 17}, 'sectors["02"]'),
        ({}, "sectors"),
        ({2: "x"}, "sectors"),
        ({"food": "02"}, "prefix"),
    ):
        with pytest.raises(fa.InputError, match=r"sectors") as told:
            of_mapping(odd)
        assert words in str(told.value)


def test_tables_that_lack_something_are_told_what(tmp_path: Path) -> None:
    with pytest.raises(fa.InputError, match=r"sectors table has no such column.*To mend it: rename it"):
        of_table({"code": ["02"], "sector": ["x"]})
    with pytest.raises(fa.InputError, match="a column sector and a column group"):
        of_table({"prefix": ["02"], "sector": ["x"], "group": ["x"]})
    with pytest.raises(fa.InputError, match="one column of sectors, called sector or group"):
        of_table({"prefix": ["02"], "industry": ["x"]})
    with pytest.raises(fa.InputError, match=r"row 2, column share.*half"):
        of_table({"prefix": ["02", "03"], "sector": ["x", "y"], "share": ["1", "half"]})
    with pytest.raises(fa.InputError, match=r"row 1, column share.*write 0\.5"):
        of_table({"prefix": ["02", "02"], "sector": ["x", "y"], "share": ["0,5", "0,5"]})
    path = tmp_path / "whole.csv"
    path.write_text("prefix,sector,share\n02,x,1.000\n03,y,1.000\n")
    assert of_table(path).sectors == ("x", "y")
    with pytest.raises(fa.InputError, match="codes are text"):
        of_table({"prefix": [2, 3], "sector": ["x", "y"]})
    with pytest.raises(fa.InputError, match="no rows"):
        of_table(pa.table({"prefix": pa.array([], pa.string()), "sector": pa.array([], pa.string())}))


def test_prefixes_that_meet_no_line_are_told_of_with_the_nearest(index: fa.SortedIndex) -> None:
    _, told = sectors_of(index, {"02": "food", "0304": "fish", "9909": "x"})
    assert [str(one) for one in told] == [
        "Sectors (the mapping): 2 prefixes of 3 begin no line of any schedule: 0304 (nearest: 0203), "
        "9909 (nearest: 9801)."
    ]
    assert sectors_of(index, "gtap")[1] == ()  # it is of all tariffs
    with pytest.raises(fa.InputError, match=r'may have lost its zero "203".*"0203"'):
        sectors_of(index, {"203": "food"})


# ---- left out


def test_lines_in_no_sector_are_one_error_with_their_trade(index: fa.SortedIndex) -> None:
    some, everyone = sectors_of(index, {"02": "food", "22": "drinks"})[0], regions_of(index, "all")[0]
    with pytest.raises(fa.InputError) as told:
        refuse_left_out(index, some, everyone, (2011, 2012))
    assert str(told.value) == (
        "3 lines are in no sector (the mapping), with 8.16 % of the base imports: 8703221000 (80, 8.16 %), "
        "0805100000 (0, 0 %), 9801000000 (0, 0 %). To mend it: put them together with rest_sector=\"rest\", or place "
        "them in the table; fa.left_out lists all."
    )  # fmt: skip
    rest, _ = with_rest(index, some, everyone, "rest", None)
    refuse_left_out(index, rest, everyone, (2011, 2012))
    assert rest.sectors == ("food", "drinks", "rest")
    assert with_rest(index, some, everyone, "food", None)[0].sectors == ("food", "drinks")


def test_a_dozen_are_listed_and_all_counted() -> None:
    lines = {f"22030{n:05d}": "5%" for n in range(30)}
    rows = [row("2009", line, "DEU", 100.0 + int(line[-2:]), 1.0) for line in lines]
    index = study(rows, {2009: lines}).index(records=True)
    with pytest.raises(fa.InputError) as told:
        refuse_left_out(index, sectors_of(index, {"01": "a"})[0], regions_of(index, {"FR": "EU"})[0], (2009,))
    text = str(told.value)
    assert text.startswith("30 lines are in no sector (the mapping), with 100 % of the base imports: 2203000029 (129, ")
    assert "2203000024 (124, 3.61 %) and 24 more; 1 partner is in no region (the mapping), with 100 %" in text
    assert text.count("2203") == 6
    table = fa.left_out(index, sectors={"01": "a"}, regions={"FR": "EU"})
    assert (table.num_rows, table["imports"].to_pylist()[:2]) == (31, [3435.0, 129.0])
    assert sum(table.filter(pa.compute.equal(table["what"], "line"))["share"].to_pylist()) == pytest.approx(1.0)


def test_lines_of_several_years_are_counted_once_and_of_one_total() -> None:
    years = {2009: ["22030001", "22030002"], 2010: ["22030001", "22030003"], 2012: ["22030001", "22030004"]}
    rows = [
        row(str(year), line, "DEU", value, 1.0)
        for year, lines in years.items()
        for line, value in zip(lines, (300.0 if year == 2010 else 100.0, 900.0), strict=True)
    ]
    index = study(rows, {year: dict.fromkeys(lines, "5%") for year, lines in years.items()}).index(records=True)
    found = lines_left_out(index, sectors_of(index, {"01": "a"})[0], (2012, 2009, 2010))
    assert len({one.code for one in found}) == len(found) == 4
    assert sum(one.share for one in found) == pytest.approx(1.0)
    assert {one.year for one in found if one.code == "22030001"} == {2010}
    with pytest.raises(fa.InputError, match=r"4 lines are in no sector .*, with 100 % of the base imports"):
        refuse_left_out(index, sectors_of(index, {"01": "a"})[0], regions_of(index, "all")[0], (2009, 2010, 2012))


def test_nothing_left_out_is_an_empty_table(index: fa.SortedIndex) -> None:
    table = fa.left_out(index, sectors="chapter", regions=None, years=2011)
    assert (table.num_rows, table.column_names[:3]) == (0, ["what", "code", "year"])


def test_sectors_without_lines_stay_and_are_told_of(index: fa.SortedIndex) -> None:
    some = sectors_of(index, {"02": "food", "2203": "drinks", "0304": "fish"})[0]
    assert some.sectors == ("food", "drinks", "fish")
    assert unused(regions_of(index, {"DEU": "EU", "JPN": "Japan"})[0]) == (
        "1 of 2 regions have no partner in the trade, and weight 0: Japan.",
    )


def test_a_sector_without_a_line_is_told_once_with_its_years(index: fa.SortedIndex) -> None:
    f = fa.tariff_function(index, sectors={"02": "food", "0304": "fish"}, regions="all", rest_sector="rest")
    told = [note for note in f.notes if "fish" in note and "line" in note]
    assert told == ["2011-2012: 1 sector (fish) has no tariff line; its tariff is null"]
    assert "weights: lines weigh by their imports from the region" in f.notes
    cut = fa.Scenario("weak", fa.FxShock("EUR", 0.9))
    f = fa.tariff_function(index, sectors="all", regions="all", scenario=cut)
    assert "weights: lines weigh by their imports from the region, those of the scenario" in f.notes


# ---- the public call


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Builder and function in name alone; what the builder is called with is kept."""
    calls: list[Any] = []
    build, function, options = (types.ModuleType(f"fastavs.models.{one}") for one in ("build", "function", "options"))

    def build_parts(*given: Any) -> Any:
        calls.append(given)
        from fastavs.models.parts import FunctionParts

        empty: Any = None
        return FunctionParts((), (), (), (), {}, *[empty] * 8, ("built",), {})

    options.Options = lambda *given: given  # type: ignore[attr-defined]
    build.build_parts = build_parts  # type: ignore[attr-defined]
    function.TariffFunction = lambda parts: parts  # type: ignore[attr-defined]
    for one in (build, function, options):
        monkeypatch.setitem(sys.modules, one.__name__, one)
    return calls


SOUND: dict[str, Any] = {
    "study": None, "sectors": "section", "regions": None, "years": None, "scenario": None, "fallback": "own",
    "aves": "region", "rates": "governing", "weights": "imports", "empty": "null", "home": None, "inside": "drop",
    "excluded": "leave out", "rest_sector": "rest", "rest_region": None,
}  # fmt: skip


def test_what_is_asked_for_reaches_the_builder(index: fa.SortedIndex, built: list[Any]) -> None:
    weak = fa.Scenario("weak euro", fa.FxShock("EUR", 0.9))
    with pytest.warns(fa.DataWarning, match="2 prefixes of 3 begin no line"):
        made = fa.tariff_function(
            index, sectors={"02": "food", "0304": "fish", "9909": "x"}, regions={"DE": "EU", "BRA": "Brazil"},
            years=range(2011, 2013), scenario=weak, fallback="line", empty="zero", home="Germany", rest_sector="rest",
            rest_region="others",
        )  # fmt: skip
    (given,) = built
    assert given[1].sectors == ("food", "fish", "x", "rest")
    assert (given[2].regions, given[2].home) == (("EU", "Brazil", "others"), "EU")
    assert [given[2].regions[one] for one in given[2].region_of] == ["others", "Brazil", "EU"]
    assert given[3:] == ((2011, 2012), weak, ("line", "region", "governing", "imports", "zero", "drop", "leave out"))
    assert made.notes[0].startswith("Sectors (the mapping): 2 prefixes")
    assert made.notes[1:] == ("built",)


@pytest.mark.parametrize("argument", SOUND)
def test_odd_arguments(index: fa.SortedIndex, built: list[Any], argument: str) -> None:
    for name, function in (("tariff_function", fa.tariff_function), ("left_out", fa.left_out)):
        sound = SOUND | {"study": index}
        if name == "left_out":
            sound = {key: sound[key] for key in ("study", "sectors", "regions", "years")}
        told = 0
        for what, value in VALUES.items() if argument in sound else ():
            try:
                function(**(sound | {argument: value}))
            except fa.InputError as error:
                told += argument in str(error) and str(error).isprintable()
            except Exception as error:
                pytest.fail(f"{name}, {argument} of {what}: {type(error).__name__}: {error}")
        assert told >= 8 or argument not in sound


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({"fallback": "owm"}, 'argument fallback does not fit "owm". Expected one of own, line. Did you mean "own"?'),
        ({"rates": "govern"}, 'Did you mean "governing"?'),
        (
            {"years": 2013},
            'argument years: the study has no schedule of that year "2013". Expected one of 2011, 2012, or several',
        ),
        ({"years": ()}, "no years"),
        ({"empty": 0}, 'argument empty does not fit "0". Expected one of null, sector, zero.'),
        ({"home": "Brasil"}, 'home is neither one of the regions nor a country that is known "Brasil".'),
        ({"home": "Brasil"}, 'Did you mean "brazil"?'),
        ({"home": "rest of it", "rest_region": "rest of them"}, "neither one of the regions"),
        (
            {"sectors": {22: "a"}},
            'a key of sectors is a number "22". Expected text: {"0203": "meat"}. To mend it: write',
        ),
        ({"regions": {76: "a"}}, 'a key of regions is a number "76". Expected text: {"076": "South America"}'),
        ({"sectors": {"22": "a\0b"}}, "a name that cannot be written"),
        ({"regions": {"DEU": "a\ud800"}}, "a name that cannot be written"),
        ({"rest_sector": "a\0b"}, "a name that cannot be written"),
        ({"regions": ""}, 'no such regions "".'),
        ({"years": "2011"}, "argument years does not fit"),
        ({"scenario": fa.Scenario("x", fa.FxShock("CHF", 2.0))}, "CHF"),
        ({"rest_sector": " "}, "argument rest_sector does not fit"),
        ({"study": "study.toml"}, 'neither a study nor an index "study.toml"'),
    ],
)
def test_what_does_not_fit_is_told(index: fa.SortedIndex, named: dict[str, Any], words: str) -> None:
    with pytest.raises(fa.InputError) as told:
        fa.tariff_function(**(SOUND | {"study": index} | named))
    assert words in str(told.value)


def test_an_index_must_hold_the_recorded_trade() -> None:
    with pytest.raises(fa.InputError, match=r"recorded trade.*study\.index\(records=True\)"):
        fa.tariff_function(four_lines().index(), regions="all")


def test_names_are_in_one_piece() -> None:
    """Two spellings of one letter are one name, and a sector has one name."""
    found = of_mapping({"02": "Caf\u00e9", "03": "Cafe\u0301"})
    assert found.sectors == ("Caf\u00e9",)
    entries = [Entry("02", "a", name="meat", row=1), Entry("03", "a", name="fish", row=2)]
    with pytest.raises(fa.InputError, match='a sector with two names "meat, fish"'):
        make_sectors("made up", entries)
    assert make_sectors("made up", [*entries[:1], Entry("03", "a")]).names == {"a": "meat"}


def test_years_keep_the_order_in_which_they_are_asked_for(index: fa.SortedIndex) -> None:
    named: dict[str, Any] = {"sectors": "section", "regions": "partner", "rest_sector": "rest"}
    f = fa.tariff_function(index, years=(2012, 2011), **named)
    assert f.years == [2012, 2011]
    np.testing.assert_array_equal(f(), fa.tariff_function(index, **named)()[::-1])


def test_an_importing_country_outside_the_regions_is_told_of(index: fa.SortedIndex) -> None:
    named: dict[str, Any] = {"sectors": "section", "regions": "partner", "rest_sector": "rest"}
    said = "is in none of the regions: no trade is left out as its own."
    assert any(said in one for one in fa.tariff_function(index, home="Kazakhstan", **named).notes)
    assert not any(said in one for one in fa.tariff_function(index, home="Brazil", **named).notes)
    with_rest_home = fa.tariff_function(
        index, sectors="section", rest_sector="rest", regions={"DEU": "EU"}, rest_region="ROW", home="ROW"
    )
    assert not any(said in one for one in with_rest_home.notes)
