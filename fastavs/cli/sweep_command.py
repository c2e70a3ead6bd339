"""``fastavs sweep``: every scenario, one table."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fastavs.cli.console import count, make_console, make_table, percent, say
from fastavs.cli.progress_bar import ProgressBar
from fastavs.cli.study_argument import study_argument
from fastavs.results.thin import matched_by_scenario, thin_by_scenario
from fastavs.shown.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import Console

    from fastavs.index.sorted_index import SortedIndex
    from fastavs.results.sweep import Sweep
    from fastavs.scenario.scenario import Scenario
    from fastavs.study import Study

FILE = click.Path(path_type=Path)


@click.command()
@study_argument
@click.argument("scenario_file", metavar="SCENARIOS.toml", type=FILE)
@click.option("--out", metavar="FILE", type=FILE, help="Write all columns to a .csv or .parquet file.")
@click.option(
    "--tidy", metavar="FILE", type=FILE,
    help="Write every figure, revenue too, to a .csv or .parquet file: scenario, year, group, statistic, value,"
    " difference from the baseline.",
)  # fmt: skip
@click.option("--report", metavar="FILE.html", type=FILE, help="Write a page with every scenario beside the baseline.")
@click.option(
    "--baseline", metavar="NAME",
    help="The scenario that --tidy and --report hold the others against. By default the first that changes nothing;"
    ' "as it is" is put before the others where there is none.',
)  # fmt: skip
@click.option(
    "--by", multiple=True, metavar="GROUPING",
    help="Report groups too: chapter, or a grouping of the study. Repeatable. With --out FILE.csv they go to"
    " FILE_chapter.csv and the like.",
)  # fmt: skip
@click.option(
    "--line", "lines", multiple=True, metavar="LINE",
    help="Report this tariff line too. Repeatable. With --out FILE.csv they go to FILE_lines.csv.",
)  # fmt: skip
@click.option("--whole-lines", metavar="FILE", type=FILE, help="Write every line's rates to a .parquet file.")
@click.option(
    "--index", "index_file", metavar="FILE", type=FILE,
    help="Where the study's sorted index is kept: used if it is there, else built and saved.",
)  # fmt: skip
@click.option(
    "--threads", type=click.IntRange(min=1), metavar="N", help="How many threads to work on; all processors by default."
)
@click.option("--year", "years", type=int, multiple=True, help="Show only these years; the last by default.")
@click.option("--check", is_flag=True, help="Show what each step of each scenario touches, and work out nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines instead of tables.")
def sweep(
    study_file: Path,
    scenario_file: Path,
    out: Path | None,
    tidy: Path | None,
    report: Path | None,
    baseline: str | None,
    by: tuple[str, ...],
    lines: tuple[str, ...],
    whole_lines: Path | None,
    index_file: Path | None,
    threads: int | None,
    years: tuple[int, ...],
    check: bool,
    as_json: bool,
) -> None:
    """Work out every scenario of a file over all years of a study."""
    from fastavs.cli.sweep_files import check_folder, files_of, placed, write_files
    from fastavs.scenario.file import read_scenarios
    from fastavs.study import Study
    from fastavs.sweeping import account
    from fastavs.sweeping import sweep as work_out

    scenarios: Sequence[Scenario] = read_scenarios(scenario_file)
    if check:
        from fastavs.cli.account_screen import show_account

        with ProgressBar() as steps:
            study = Study.load(study_file, steps)
            _check_years(study, years)
            steps("indexing", 0, 1)
            with _cured(index_file, scenario_file):
                told = account(study, scenarios, index=index_file if index_file and index_file.exists() else None)
        show_account(told, scenarios, years, as_json)
        return
    if tidy or report:
        scenarios = _with_baseline(scenarios, baseline)
    files = files_of(out, by, lines, whole_lines, index_file, tidy)
    for option, file in (("--report", report), ("--index", index_file)):
        if file is not None:
            check_folder(option, file)
    made = [] if whole_lines is None else [whole_lines]
    made += [] if index_file is None or index_file.exists() else [index_file]
    with ProgressBar() as steps:
        study = Study.load(study_file, steps)
        _check_years(study, years)
        steps("indexing", 0, 1)
        with placed([*files.values(), *made]) as new:
            with _cured(index_file, scenario_file):
                index = _kept_index(study, scenarios, index_file, new)
                found = work_out(
                    study, scenarios, by=by, lines=lines, whole_lines=whole_lines and new[whole_lines], threads=threads,
                    index=index, progress=steps,
                )  # fmt: skip
            steps("writing", 0, 1)
            write_files(found, files, new, baseline)
    if report is not None:
        found.report(report, baseline=baseline)
    if as_json:
        from fastavs.tables.write import to_json

        click.echo(to_json(_record(found)), nl=False)
        return
    console = make_console()
    say(console, f"{study.title}: {plural(len(scenarios), 'scenario')}, rates in percent", style="bold")
    zero = study.options.unresolved == "zero"
    for one in found.warnings:
        say(console, one, style="yellow")
    _show(console, found, years or found.years[-1:], tables=not files, zero=zero)
    for path in (*files.values(), *(one for one in (whole_lines, report) if one is not None)):
        say(console, f"Written: {path}")


def _with_baseline(scenarios: Sequence[Scenario], baseline: str | None) -> Sequence[Scenario]:
    """Return scenarios with one that others can be held against.

    Raises
    ------
    InputError
        The one that is named is not there.
    """
    from fastavs.results.difference import baseline_place
    from fastavs.scenario.chain import AS_IT_IS
    from fastavs.scenario.scenario import Scenario

    if baseline in (None, AS_IT_IS) and not any(one.leaves_all for one in scenarios):
        return (Scenario(AS_IT_IS), *scenarios)
    baseline_place(scenarios, baseline)
    return scenarios


def _check_years(study: Study, years: Sequence[int]) -> None:
    from fastavs.errors import InputError

    for year in years:
        if year not in study.checked.serving.years:
            raise InputError(
                "the study has no schedule of that year", key="--year", value=year,
                expected=", ".join(str(known) for known in study.checked.serving.years),
            )  # fmt: skip


def _kept_index(
    study: Study, scenarios: Sequence[Scenario], file: Path | None, new: Mapping[Path, Path]
) -> SortedIndex | None:
    """Return the index that is kept in a file, made first if need be; None where none is kept.

    `new` has the name that a file is written under until it is whole.
    """
    from fastavs.index.sorted_index import SortedIndex
    from fastavs.reform.build import build_index

    if file is None or study.options.method == "pooled":
        return None
    if file not in new:
        return SortedIndex.load(file, study)
    index = build_index(study, scenarios)
    index.save(new[file])
    return index


@contextmanager
def _cured(file: Path | None, scenario_file: Path) -> Iterator[None]:
    """Where a kept index is of other inputs or lacks a new duty, say what to do about its file; name the scenarios'."""
    from fastavs.errors import InputError

    try:
        yield
    except InputError as error:
        if error.key and error.problem.startswith("the scenario "):
            raise error.placed(str(scenario_file)) from None
        if file is None or "build_index" not in (error.cure or ""):  # that cure is a call from Python
            raise
        raise InputError(
            error.problem, file=str(file), key=error.key, value=error.value, expected=error.expected,
            cure=f"delete {file} and run again: it is built anew",
        ) from None  # fmt: skip


def _record(found: Sweep) -> dict[str, Any]:
    """Return a sweep as JSON has it."""
    record: dict[str, Any] = {"summary": found.summary().to_pylist()}
    if found.warnings:
        record["warnings"] = list(found.warnings)
    if found.groups:
        record["groups"] = {title: table.to_pylist() for title, table in found.groups.items()}
    if found.chosen is not None:
        record["lines"] = found.chosen.to_pylist()
    return record


def _show(console: Console, found: Sweep, years: Sequence[int], tables: bool, zero: bool) -> None:
    """Show the summary, and with `tables` groups and lines as well; `zero`: what is not known counts as zero."""
    shown = [row for row in found.summary().to_pylist() if row["year"] in years]
    unknown = ["not\nknown"] if any(row["unresolved_lines"] for row in shown) else []
    adjusted = {"weighted_mean": "ad-\njusted"} if any(row["adjust"] for row in shown) else {}
    means = ("simple_mean", "simple_sd", "weighted_mean_unadjusted", *adjusted, "hs6_mean")
    columns = (
        "scenario", "year", "simple\nmean", "sd", "weighted\nmean", *adjusted.values(), "by HS6\nfirst", *unknown,
    )  # fmt: skip
    screen = make_table(*columns, left=(0,))
    for row in shown:
        figures = (row[name] for name in means)
        counts = [count(row["unresolved_lines"])] if unknown else []
        screen.add_row(row["scenario"], str(row["year"]), *map(percent, figures), *counts)
    console.print(screen)
    if adjusted:
        matched = matched_by_scenario(shown)
        say(console, f"Adjusted: the weighted mean corrected for lines without trade. Lines matched: {matched}.")
    caution = thin_by_scenario(shown)
    if caution:
        say(console, caution, style="yellow")
    if unknown:
        say(console, "Not known: lines without a rate. " + ("They count as zero." if zero else "They are in no mean."))
    if not tables:
        return
    for title, table in found.groups.items():
        screen = make_table(
            title, "name", "year", "scenario", "lines", "simple\nmean", "weighted\nmean", left=(0, 1, 3)
        )
        rows = [row for row in table.to_pylist() if row["year"] in years]
        for row in sorted(rows, key=lambda row: (row["group"], row["year"])):  # scenarios side by side
            figures = (percent(row[name]) for name in ("simple_mean", "weighted_mean"))
            words = (row["group"], row["name"] or "", str(row["year"]), row["scenario"], f"{row['lines']:,}")
            screen.add_row(*words, *figures)
        console.print(screen)
    if found.chosen is not None:
        say(console)
        screen = make_table("line", "year", "scenario", "rate", "applied", "bound", "governs", left=(0, 2, 6))
        rows = [row for row in found.chosen.to_pylist() if row["year"] in years]
        for row in sorted(rows, key=lambda row: (row["line"], row["year"])):
            figures = (percent(row[name]) for name in ("rate", "applied", "bound"))
            screen.add_row(row["line"], str(row["year"]), row["scenario"], *figures, row["governs"])
        console.print(screen)
