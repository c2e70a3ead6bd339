"""``fastavs export``: tariffs by sector, region and year as files that models read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fastavs.cli.progress_bar import ProgressBar
from fastavs.cli.study_argument import study_argument

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

    from fastavs.exporting.model_table import ModelTable
    from fastavs.scenario.scenario import Scenario
    from fastavs.study import Study

T = TypeVar("T")
AS_IT_IS = "as it is"
FORMATS = ("har", "gdx", "netcdf", "dta", "csv", "shocks")
DESTINED = ("har", "gdx", "shocks")
"""Formats that need the region of destination."""
WORDS: dict[str, tuple[str, ...]] = {
    "to": FORMATS,
    "empty": ("null", "zero", "sector"),
    "aves": ("region", "partner", "all"),
    "rates": ("governing", "applied", "bound", "ad_valorem"),
    "weights": ("imports", "fixed", "simple"),
    "fallback": ("own", "line"),
    "inside": ("drop", "keep"),
    "excluded": ("leave out", "duty free"),
    "destinations": ("home", "regions"),
    "nulls": ("refuse", "leave", "zero"),
}
"""What each option of words takes; of those that a study is asked with, the first is the default."""
RENAMED = {("empty", "line"): "sector"}
"""Words that options have taken under another name."""
ASKED = (
    "sectors",
    "regions",
    "fallback",
    "aves",
    "rates",
    "weights",
    "empty",
    "home",
    "inside",
    "excluded",
    "rest_sector",
    "rest_region",
)
"""Options that a study is asked with; a saved tariff function has been."""


@click.command()
@study_argument
@click.option("--to", "to", metavar="FORMAT", help=f"One of {', '.join(FORMATS)}; the ending of FILE tells by default.")
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), required=True, help="Where it goes.")
@click.option(
    "--sectors", metavar="NAME|FILE", help="A grouping of the study, chapter, section, gtap, or a table.  [industry]"
)
@click.option("--regions", metavar="NAME|FILE", help="region, partner, all, or a table of partners.  [region]")
@click.option("--years", metavar="YEARS", help="As 2011,2020 or 2011-2020; all by default.")
@click.option("--scenario", metavar="FILE[:NAME]", help="A scenario instead of the study as it is.")
@click.option("--against", metavar="FILE[:NAME]", help='The baseline of changes: a scenario, or "as it is".')
@click.option(
    "--empty", metavar="WORD", help="Cells without imports: null, zero, or sector (all partners' tariff).  [null]"
)
@click.option("--home", metavar="LABEL", help="The importing country, or its region: the destination.")
@click.option("--aves", metavar="WORD", help="AVEs over the partners of a region, each partner, or all.  [region]")
@click.option("--rates", metavar="WORD", help="governing, applied, bound, or ad_valorem.  [governing]")
@click.option(
    "--weights",
    metavar="WORD",
    help="imports, fixed (of the study as it is), or simple.  [imports; fixed with a baseline]",
)
@click.option("--fallback", metavar="WORD", help="Lines without observations of a region: own, or line.  [own]")
@click.option("--inside", metavar="WORD", help="Trade inside the home region: drop, or keep.  [drop]")
@click.option("--excluded", metavar="WORD", help='Excluded partners: "leave out", or "duty free".  [leave out]')
@click.option("--rest-sector", metavar="LABEL", help="Where lines in no sector go.")
@click.option("--rest-region", metavar="LABEL", help="Where partners in no region go.")
@click.option("--destinations", metavar="WORD", help="har, shocks: home alone, or all regions, others 0.  [home]")
@click.option("--years-together", is_flag=True, help="har: all years in one file, as a last dimension YEAR.")
@click.option("--sparse", is_flag=True, help="har: store arrays that are mostly 0 by place.")
@click.option("--millions", is_flag=True, help="Imports and revenue in millions.")
@click.option(
    "--nulls", metavar="WORD", help="har, shocks: refuse cells without a tariff, zero, or leave (shocks).  [refuse]"
)
@click.option("--plain", is_flag=True, help="shocks: a statement a cell, without a HAR file.")
@click.option(
    "--set",
    "sets",
    metavar="SET=NAME",
    multiple=True,
    help="har, shocks: what the model calls COMM, REG, DEST, TARS or YEAR. Repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines instead of tables.")
def export(study_file: Path, out: Path, as_json: bool, **given: Any) -> None:
    """Write tariffs by sector, region and year for models.

    STUDY may also be a tariff function that was saved.
    """
    from fastavs.cli.inputs_kept import inputs_of, refuse_inputs
    from fastavs.cli.sweep_files import check_folder
    from fastavs.exporting.exports import Exported, choices_for, format_of, planned
    from fastavs.exporting.plan import Choices

    check_words(given)
    kind = as_option(lambda: format_of(out, given["to"]), "--out")
    check_folder("--out", out)
    chosen = {name: given[name] for name in ("sparse", "years_together", "plain")}
    chosen |= {name: given[name] or WORDS[name][0] for name in ("destinations", "nulls")}
    chosen["sets"] = dict(one.split("=", 1) if "=" in one else (one, "") for one in given["sets"])
    choices = as_option(lambda: choices_for(kind, Choices(**chosen)))
    of_function = study_file.is_file() and _is_function(study_file)
    if not of_function:
        check_needs(kind, given)
    kept = [study_file] if of_function else inputs_of(study_file)
    kept += [path for path in _given_files(given) if path.exists()]
    refuse_inputs([out], kept)
    with ProgressBar() as steps:
        table, baseline = _tables(study_file, kind, given, steps)
        steps("writing", 0, 1)
        plan = planned(table, out, kind, baseline, choices, given["millions"])
        refuse_inputs(plan.files, kept)
        plan.write()
    written = Exported(tuple(plan.files), plan.log)
    shown = table if baseline is None else table.beside(baseline)
    from fastavs.cli.export_screen import export_record, show_export

    if as_json:
        from fastavs.tables.write import to_json

        click.echo(to_json(export_record(shown, written)), nl=False)
        return
    show_export(shown, written)


def check_words(given: Mapping[str, Any]) -> None:
    """Raise an InputError for a word that an option does not take."""
    from fastavs.errors import InputError, did_you_mean

    for name, known in WORDS.items():
        word = given[name]
        if word is not None and word not in known:
            raise InputError(
                "no such word", key=f"--{name}", value=word,
                expected=f"one of {', '.join(known)}.{did_you_mean(RENAMED.get((name, word), word), known)}",
            )  # fmt: skip


def check_needs(kind: str, given: Mapping[str, Any]) -> None:
    """Raise an InputError for what a format needs of a study's options and they do not give."""
    from fastavs.errors import InputError

    if kind in DESTINED and given["home"] is None:
        raise InputError(
            f"the format {kind} has a region of destination", key="--home",
            cure="name the importing country, or its region: --home RUS",
        )  # fmt: skip
    if kind == "shocks" and given["against"] is None and given["scenario"] is None:
        raise InputError(
            "shocks are changes from a baseline, and there is none", key="--against",
            cure="give --scenario FILE:NAME, whose baseline is the study as it is, or --against FILE:NAME",
        )  # fmt: skip


def _given_files(given: Mapping[str, Any]) -> list[Path]:
    """Return the files that options name."""
    from fastavs.scenario.file import file_and_name
    from fastavs.tables.workbooks import sheet_of

    tables = [sheet_of(Path(given[name]))[0] for name in ("sectors", "regions") if given[name]]
    return tables + [Path(file_and_name(given[name])[0]) for name in ("scenario", "against") if given[name]]


def years_of(text: str | None) -> list[int] | None:
    """Return the years in a text, as "2011,2015-2017"; None for all.

    Raises
    ------
    InputError
        What is no year.

    Examples
    --------
    >>> years_of("2011, 2015-2017")
    [2011, 2015, 2016, 2017]
    """
    from fastavs.errors import InputError

    if text is None:
        return None
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = (one.strip() for one in part.partition("-"))
        ends = (first, last) if dash else (first, first)
        if not all(one.isascii() and one.isdigit() and len(one) == 4 for one in ends) or ends[0] > ends[1]:
            raise InputError("no year", key="--years", value=part.strip(), expected="years as 2011,2020 or 2011-2020")
        found += range(int(ends[0]), int(ends[1]) + 1)
    return list(dict.fromkeys(found))


def _tables(
    study_file: Path, kind: str, given: Mapping[str, Any], steps: ProgressBar
) -> tuple[ModelTable, ModelTable | None]:
    """Return the tariffs that were asked for, and those of the baseline."""
    from fastavs.study import Study

    years = years_of(given["years"])
    if study_file.is_file() and _is_function(study_file):
        return _saved_tables(study_file, given, years)
    against = given["against"] or (AS_IT_IS if kind == "shocks" and given["scenario"] else None)
    scenario = _scenario(given["scenario"])
    baseline = None if against is None else _scenario(against)
    named = {name: given[name] for name in ASKED if given[name] is not None}
    if against is not None:  # so that rates alone change
        named.setdefault("weights", "fixed")
    study = Study.load(study_file, steps)
    groups = study.config.groups
    named |= {
        name: _name_or_file(given[name], groups if name == "sectors" else ())
        for name in ("sectors", "regions")
        if given[name] is not None
    }
    steps("working out tariffs", 0, 1)
    table = _worked_out(study, scenario, years, named)
    return table, None if against is None else _worked_out(study, baseline, years, named)


def _worked_out(
    study: Study, scenario: Scenario | None, years: Sequence[int] | None, named: dict[str, Any]
) -> ModelTable:
    from fastavs.exporting.model_table import of_function
    from fastavs.models.tariff_function import tariff_function

    asked = dict(named, years=years) if years is not None else named
    return of_function(tariff_function(study, scenario=scenario, **asked))


def _saved_tables(
    file: Path, given: Mapping[str, Any], years: Sequence[int] | None
) -> tuple[ModelTable, ModelTable | None]:
    """Return what a saved tariff function holds, and what another does as the baseline."""
    from fastavs.errors import InputError

    for name in (*ASKED, "scenario"):
        if given[name] is not None and name != "home":
            raise InputError(
                "a saved tariff function has its own", key=f"--{name.replace('_', '-')}", value=given[name],
                cure="leave the option out, or give the study",
            )  # fmt: skip
    against = None if given["against"] is None else _saved(Path(given["against"]), years, given["home"])
    return _saved(file, years, given["home"]), against


def _is_function(file: Path) -> bool:
    """Whether a file holds a saved tariff function."""
    from fastavs.models.function_file import MAGIC

    with file.open("rb") as stream:
        return stream.read(len(MAGIC)) == MAGIC


def _saved(file: Path, years: Sequence[int] | None, home: str | None) -> ModelTable:
    """Return what a saved function holds; one that was made without a home takes the name of one."""
    from fastavs.errors import InputError
    from fastavs.exporting.model_table import of_function
    from fastavs.models.function import TariffFunction

    function = TariffFunction.load(file)
    table = of_function(function if years is None else function.select(years=years))
    if home is None or home == table.home:
        return table
    if table.home is not None:
        raise InputError(
            "a saved tariff function has a home of its own", file=str(file), key="--home", value=home,
            expected=table.home, cure="leave the option out, or give the study",
        )  # fmt: skip
    note = f'"{home}" is the name of the destination alone: trade with a region of that name is not left out.'
    return replace(table, home=home, notes=(*table.notes, note))


def _scenario(text: str | None) -> Scenario | None:
    from fastavs.scenario.file import scenario_named

    return None if text is None or text == AS_IT_IS else scenario_named(text)


def _name_or_file(text: str, groups: Container[str]) -> str | Path:
    path = Path(text)
    if text in groups:
        return text
    return path if path.suffix or len(path.parts) > 1 else text


def as_option(call: Callable[[], T], option: str | None = None) -> T:
    """Return what a call gives; its error names the option, which is called as the argument if that is not said."""
    from fastavs.errors import InputError

    try:
        return call()
    except InputError as error:
        key = option or {"sets": "--set"}.get(str(error.key), f"--{error.key}".replace("_", "-"))
        raise InputError(error.problem, key=key, value=error.value, expected=error.expected, cure=error.cure) from None
