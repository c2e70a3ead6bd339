"""Messages name arguments to who called Python, and keys to who wrote a study file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import fastavs as fa
from fastavs.inputs.in_python import ARGUMENTS, in_python

PACKAGE = Path(fa.__file__).parent
SECTION = re.compile(rf"\[\[?({'|'.join(ARGUMENTS)})(\.columns)?\]")
SAID = [
    ('[schedules] dollar = "CAD"', 'schedules={"dollar": "CAD"}'),
    ('[trade] decimal = ",", thousands = "."', 'trade_options={"decimal": ",", "thousands": "."}'),
    ('[fx] decimal = ","', 'numbers={"fx": {"decimal": ","}}'),
    ('[published] thousands = "."', 'numbers={"published": {"thousands": "."}}'),
    ("under [base] periods, or", 'in base["periods"], or'),
    ("[base] periods and first_year", 'base["periods"] and first_year'),
    ("say under [trade.columns] which", 'say in columns["trade"] which'),
    ("unknown key in [options]", "unknown key in options"),
    ("set strict = false to", 'set options={"strict": False} to'),
    ('decimal = ","', '"decimal": ","'),
    ("say in the study what they are: currency = ...", "say in the study what they are: currency=..."),
    (
        'say decimal = ".", thousands = "," under the table\'s heading in the study file, or',
        'say trade_options={"decimal": ".", "thousands": ","} (of exchange rates: numbers={"fx": {"decimal": ".", '
        '"thousands": ","}}), or',
    ),
    (
        'decimal = "," or thousands = "," under the table\'s heading in the study file',
        'trade_options={"decimal": ","} or trade_options={"thousands": ","} (of exchange rates: numbers={"fx": '
        '{"decimal": ","}} or numbers={"fx": {"thousands": ","}})',
    ),
    ("partners.exclude: no trade with: ARM.", 'partners["exclude"]: no trade with: ARM.'),
    ("groups.my own: no line of any", 'groups["my own"]: no line of any'),
    ("trade.csv: no rows", "trade.csv: no rows"),
    ("drop: no such row", "drop: no such row"),
    ("valuation[1]", "valuation[1]"),
    ("schedules.bound", "bound"),
    ("threads", "threads"),
]


@pytest.mark.parametrize(("text", "said"), SAID, ids=[one[0] for one in SAID])
def test_settings_become_arguments(text: str, said: str) -> None:
    assert in_python(text) == said
    assert in_python(said) == said


def sentences() -> Iterator[tuple[str, str]]:
    """Texts of the package that name a section of a study file: docstrings and what writes study files excepted."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.parts[len(PACKAGE.parts)] == "replica" or path.name == "in_python.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        loose = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}  # docstrings
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) and id(node) not in loose else None
            if isinstance(text, str) and SECTION.search(text):
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", text


@pytest.mark.parametrize(("where", "text"), list(sentences()), ids=lambda one: one[:40])
def test_no_section_of_a_file_is_left(where: str, text: str) -> None:
    assert not SECTION.search(in_python(text)), where
    assert " under " not in in_python(text), where


TRADE = {
    "period": ["2023"],
    "line": ["22030010"],
    "partner": ["DEU"],
    "value": [100.0],
    "quantity": [1.0],
    "unit": ["l"],
}
APPLIED = {"year": [2023], "line": ["22030010"], "duty": ["10%"]}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"base": {"applied_year": 2020}}, 'argument base["applied_year"]: '),
        ({"trade_options": {"unit": "furlong"}}, 'argument trade_options["unit"]: unknown unit "furlong"'),
        ({"trade_options": {"decimals": ","}}, 'unknown key in trade_options "decimals"'),
        ({"options": {"strict": 1}}, 'argument options["strict"]: not what it takes "1". Expected True or False.'),
        ({"bridges": [{"prefix": "x"}]}, 'argument bridges[0]["prefix"]: '),
        ({"applied": None}, "the study has no applied schedule. To mend it: give it: applied=..."),
        ({"trade": TRADE | {"value": ["1.234"]}}, 'say trade_options={"decimal": '),
        ({"applied": APPLIED | {"duty": ["oops"]}}, 'without their lines: schedules={"unreadable": "set_aside"}.'),
    ],
)  # fmt: skip
def test_studies_from_python_are_told_of_arguments(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(fa.InputError) as error:
        fa.Study(**({"trade": TRADE, "applied": APPLIED} | settings))
    assert words in str(error.value)


def test_study_files_are_told_of_keys(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text('name = "x"\n[trade]\nfiles = []\nunit = "kg"\n[base]\nperiods = 3\n')
    with pytest.raises(fa.InputError, match=r"study\.toml, key base\.periods: not what the key takes"):
        fa.Study.load(path)
    path.write_text('name = "x"\n')
    with pytest.raises(fa.InputError, match=r"the study has no trade\. To mend it: name its files under \[trade\]\."):
        fa.Study.load(path)


def test_arguments_of_other_calls_are_called_arguments() -> None:
    study = fa.Study(TRADE, APPLIED)
    with pytest.raises(fa.InputError, match=r'^argument outputs: no such output "mean"'):
        fa.sweep(study, fa.Scenario("as it is"), outputs="mean")
    with pytest.raises(fa.InputError, match=r"^argument factor: FxShock cannot be made"):
        fa.FxShock("EUR", -1.0)
