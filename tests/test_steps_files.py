"""Files of scenarios in steps: what they make, and what they say when they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

import fastavs as fa

FILE = """
[[scenario]]
name = "capped"
title = "A cap on all but telephones"
author = "A. Modeller"
reference = "Protocol of accession, part II"
date = 2012-08-22
lists = { spared = ["09", "30", "8542"], ita = "lists/ita.csv" }
shares = { steel = "lists/steel.csv" }
draws = { n = 1000, seed = 1, fx = { EUR = 0.1 }, price = 0.2, cut = 0.05, partners = true }

[[scenario.step]]
cap = "10%"
lists = ["ita"]
except = { prefixes = ["8517"] }

[[scenario.step]]
add = 0.1
years = ["2015-2017", 2020]
except = { sensitive = 0.05, by = "imports" }

[[scenario]]
name = "capped, later"
base = "capped"

[[scenario.step]]
delay = 2
schedule = "bound"

[[scenario.step]]
put = "new.csv"
schedule = "applied"

[[scenario.step]]
exclude = { partners = ["CHN"], periods = ["2009"] }

[[scenario.step]]
resample = 7

[[scenario]]
name = "weak euro"
fx = [{ currency = "EUR", factor = 0.9 }]
title = "As in version 0.1.0"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "ita.csv").write_text("hs6,name\n847130,laptops\n854231,chips\n")
    (tmp_path / "s.toml").write_text(FILE)
    return tmp_path


def test_a_file_in_steps(folder: Path) -> None:
    capped, later, weak = fa.read_scenarios(folder / "s.toml")
    assert capped == fa.Scenario(
        "capped",
        fa.Cap(0.1, lists="ita", except_={"prefixes": "8517"}),
        fa.Add("10%", years=[2015, 2016, 2017, 2020], except_={"sensitive": "5%", "by": "imports"}),
        title="A cap on all but telephones", author="A. Modeller", reference="Protocol of accession, part II",
        date="2012-08-22", lists={"spared": ["09", "30", "8542"], "ita": folder / "lists" / "ita.csv"},
        shares={"steel": folder / "lists" / "steel.csv"},
        draws=fa.Sampling(1000, 1, fx={"EUR": 0.1}, price=0.2, cut=0.05, partners=True),
    )  # fmt: skip
    assert capped.lists[1].codes == ("847130", "854231")
    assert later == fa.Scenario(
        "capped, later", fa.Delay(2, schedule="bound"), fa.Put(folder / "new.csv", "applied"),
        fa.Exclude("CHN", periods="2009"), fa.Resample(7), base=capped,
    )  # fmt: skip
    assert len(later.resolved().steps) == 6
    assert weak == fa.Scenario("weak euro", fa.FxShock("EUR", 0.9), title="As in version 0.1.0")
    assert not weak.has_steps


def test_paths_are_relative_to_the_file_and_to_where_it_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = fa.read_scenarios(folder / "s.toml")
    (folder / "out").mkdir()
    fa.write_scenarios(folder / "out" / "again.toml", some)
    text = (folder / "out" / "again.toml").read_text()
    assert 'ita = "../lists/ita.csv"' in text
    assert 'put = "../new.csv"' in text
    assert "date = 2012-08-22" in text
    assert fa.read_scenarios(folder / "out" / "again.toml") == some
    monkeypatch.chdir(folder)
    assert fa.read_scenarios("s.toml") == some
    assert fa.read_scenarios("out/again.toml") == some


def test_a_step_alone_may_be_a_change_of_before(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text('[[scenario]]\nname = "x"\n[[scenario.step]]\nresample = 7\n')
    assert fa.read_scenarios(tmp_path / "s.toml") == [fa.Scenario("x", fa.Resample(7))]


def test_long_lists_are_written_over_several_lines(tmp_path: Path) -> None:
    codes = [f"{n:06d}" for n in range(10101, 10401)]
    one = fa.Scenario("long", fa.Cap(0.1, lists="many", except_={"prefixes": codes[::2]}), lists={"many": codes})
    fa.write_scenarios(tmp_path / "s.toml", one)
    assert max(map(len, (tmp_path / "s.toml").read_text().splitlines())) <= 120
    assert fa.read_scenarios(tmp_path / "s.toml") == [one]


# ---- one scenario of a file


def test_a_scenario_by_file_and_name(folder: Path) -> None:
    path = folder / "s.toml"
    assert fa.scenario_named(f"{path}:capped, later").base == fa.scenario_named(f"{path}:capped")
    with pytest.raises(fa.InputError, match=r'no such scenario in the file "caped".*Did you mean "capped"'):
        fa.scenario_named(f"{path}:caped")
    for text in (str(path), f"{path}:"):
        with pytest.raises(
            fa.InputError, match=r"several scenarios.*one of capped, capped, later, weak euro.*s.toml:capped"
        ):
            fa.scenario_named(text)
    with pytest.raises(fa.InputError, match=r"none.toml: the scenario file cannot be read"):
        fa.scenario_named(f"{folder}/none.toml:capped")
    with pytest.raises(fa.InputError, match=r'cannot be read .*Did you mean "s.toml"'):
        fa.scenario_named(f"{folder}/ss.toml")


def test_the_file_is_the_longest_part_before_a_colon(tmp_path: Path) -> None:
    (tmp_path / "a").write_text('[[scenario]]\nname = "b:c"\n[[scenario.step]]\ncap = 0.1\n')
    assert fa.scenario_named(f"{tmp_path}/a:b:c").steps == (fa.Cap(0.1),)
    (tmp_path / "a:b").write_text('[[scenario]]\nname = "c"\n[[scenario.step]]\ncap = 0.2\n')
    assert fa.scenario_named(f"{tmp_path}/a:b:c").steps == (fa.Cap(0.2),)
    assert fa.scenario_named(f"{tmp_path}/a:b").name == "c"
    assert fa.scenario_named(f"{tmp_path}/a").name == "b:c"


# ---- wrong files

NAMED = '[[scenario]]\nname = "reform"\n'
STEP = NAMED + "[[scenario.step]]\n"
WRONG: list[tuple[str, str]] = [
    (
        STEP + 'capp = "10%"',
        's.toml (the scenario "reform", step 1): an unknown verb "capp". Expected one of set, scale, add, cap, ',
    ),
    (STEP + 'capp = "10%"', 'Did you mean "cap"?'),
    (
        STEP + 'cap = "10%"\nfloor = "5%"',
        's.toml (the scenario "reform", step 1): 2 verbs in one step "cap, floor". Expected exactly one. To mend it: '
        "give each a [[scenario.step]] of its own, in the order in which they are taken.",
    ),
    (STEP + 'prefixes = ["85"]', "a step without a verb. Expected one of set, "),
    (STEP + 'measure = { id = "x" }', 'a verb that is not there yet "measure"'),
    (
        STEP + "cap = 5",
        's.toml, key cap (the scenario "reform", step 1 (cap)): not what the key takes "5". Expected a fraction of at '
        'most 1: 5 is 500 %. To mend it: write "5%" for 5 percent, or "500%" if that is meant.',
    ),
    (STEP + "cap = true", 'not what the key takes "true"'),
    (
        STEP + 'cap = "10%"\nbase = "other"',
        's.toml, key base (the scenario "reform", step 1 (cap)): a key of the scenario in a step "other". Expected a '
        "verb and its keys: base is the scenario's. To mend it: move it above the first [[scenario.step]].",
    ),
    (STEP + 'cap = "10%"\ntitle = "x"', "key title"),
    (STEP + 'cap = "10%"\nshares = { a = "a.csv" }', "key shares"),
    (STEP + 'cap = "10%"\nname = "x"', "key name"),
    (STEP + 'cap = "10%"\nlists = { ita = ["8542"] }', "lists as a table are the scenario's. To mend it: move it"),
    (
        STEP + 'cap = "10%"\nyear = 2012',
        'cap has no such key "year". Expected one of prefixes, lists, groups, years, schedule, form, currency, unit, '
        'except, of. Did you mean "years"?',
    ),
    (STEP + 'cap = "10%"\nexcept = { prefix = ["85"] }', 'key except (the scenario "reform", step 1 (cap)): cap has'),
    (STEP + 'cap = "10%"\nexcept = "ita"', "such as { prefixes = ["),
    (STEP + 'cap = "10%"\nexcept = { sensitive = 5, by = "rates" }', 'key except.sensitive (the scenario "reform"'),
    (STEP + 'cap = "10%"\nexcept = { sensitive = 0.05 }', 'something is missing. Expected by beside sensitive, such as '
     'sensitive = "5%", by = "imports"'),
    (STEP + "tiers = [{ above = 0.0, cut = 20 }]", "key tiers[0].cut"),
    (STEP + "tiers = [0.1]", "such as [{ above = 0.0, cut = 0.2 }, { above = 0.15, cut = 0.5 }]."),
    (STEP + 'fx = { EUR = { "2009" = 0 } }', "key fx.EUR.2009"),
    (STEP + "fx = { euro = 1.1 }", 'key fx (the scenario "reform", step 1 (fx)): not what the key takes "euro"'),
    (STEP + "fx = 1.2", 'such as { EUR = 1.2 }, or { EUR = { "2009" = 1.1 } }'),
    (STEP + 'exclude = ["CHN"]\nperiods = ["2009"]', 'exclude = { partners = ["CHN"], periods = ["2009"] }'),
    (STEP + 'only = { partner = ["CHN"] }', 'only has no such key "partner". Expected one of partners, regions'),
    (STEP + "include = {}", "key include.partners"),
    (STEP + "price = 0.8\nyears = 2011", "Trade has periods in place of years."),
    (STEP + "options = { outlyer = 5 }", 'options has no such key "outlyer"'),
    (STEP + "options = { verb = 5 }", 'options has no such key "verb"'),
    (STEP + "options = 5", "options takes a table"),
    (STEP + "options = { strict = 1 }", 'key options.strict (the scenario "reform", step 1 (options))'),
    (STEP + "base_period = { first = 2011 }", 'Did you mean "first_year"?'),
    (STEP + 'resample = "x"', 'key resample (the scenario "reform", step 1 (resample)): not what the key takes "x"'),
    (STEP + "resample = 1\nyears = 2012", "Expected resample alone."),
    (STEP + "drop_specific = false", "Expected true alone"),
    (STEP + 'put = "new.csv"', "key schedule"),
    (STEP + "put = 5\nschedule = 'applied'", "key put"),
    (
        NAMED + 'fx = [{ currency = "EUR", factor = 0.9 }]\n[[scenario.step]]\ncap = "10%"',
        's.toml (the scenario "reform"): a scenario with steps and with changes of version 0.1.0 "step, fx". Expected '
        "the ones or the others.",
    ),
    (NAMED + 'base = "x"\nscale = [{ ad_valorem = 0.9 }]', '"base, scale". Expected the ones or the others.'),
    (NAMED + 'cap = "10%"', 'a verb that stands in no step "cap". To mend it: write [[scenario.step]] in a line'),
    (NAMED + "scale = 0.9", "to make it a step, write [[scenario.step]] in a line of its own above scale"),
    (NAMED + '[scenario.step]\ncap = "10%"', "write it with two brackets on each side"),
    (NAMED + "step = [5]", 'not a step "5"'),
    (NAMED + 'titel = "x"\n[[scenario.step]]\ncap = "10%"', 'unknown key "titel"'),
    (NAMED + "title = 5", 's.toml, key title (the scenario "reform"): not what a scenario has there "5"'),
    (NAMED + 'base = "reform"', "has itself as its base"),
    (NAMED + 'base = "b"\n[[scenario]]\nname = "bb"', 'a base that is not there "b". Expected one of bb.'),
    (NAMED + 'base = "b"\n[[scenario]]\nname = "b"\nbase = "reform"', 'in a circle: "reform" -> "b" -> "reform"'),
    (NAMED + 'base = "b"\n[[scenario]]\nname = "b"\nscale = [{ ad_valorem = 0.9 }]', "write them as steps"),
    (NAMED + 'base = "b"\n[[scenario]]\nname = "b"\n[[scenario]]\nname = "b"', "two scenarios of one name"),
    (NAMED + 'lists = ["ita"]', 'such as { spared = ["09", "30"], ita = "ita.xlsx" }'),
    (NAMED + 'lists = { ita = "8542" }', 'key lists.ita (the scenario "reform"): a list that is one text'),
    (NAMED + 'lists = { ita = "none.csv" }', "the list cannot be read (no such file)"),
    (NAMED + 'lists = { ita = "bad.csv" }', 'key lists.ita (the scenario "reform", cell A3): a range of codes'),
    (NAMED + "draws = { n = 5, fx = { EUR = 10 } }", 'key draws.fx.EUR (the scenario "reform"): not what'),
    (NAMED + "draws = { m = 5 }", 'draws has no such key "m"'),
    (NAMED + "draws = true", 'no draws "true". Expected a table, such as { n = 1000, seed = 1, fx = { EUR = 0.1 } }'),
    ('[[scenario]]\nname = "as it is"\n[[scenario.step]]\ncap = 0.1', "is the study and has no steps"),
    ("[[scenario]]\nname = 5\n[[scenario.step]]\ncap = 0.1", "key scenario[0].name"),
    ("[[scenario]]\n[[scenario.step]]\ncap = 0.1", "a scenario without a name"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), WRONG, ids=[one[1][:40] for one in WRONG])
def test_a_wrong_file_says_where_and_how_to_mend_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.toml").write_text(text)
    Path("bad.csv").write_text("code,name\n8542,chips\n8541-8542,more\n")
    with pytest.raises(fa.InputError) as error:
        fa.read_scenarios("s.toml")
    told = str(error.value)
    assert words in told
    assert told.startswith(("s.toml", str(tmp_path)))
    assert "except_" not in told
    assert "True" not in told
