"""``fastavs sweep``: every scenario, one table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fastavs.cli.console import make_console, make_table, percent, say
from fastavs.cli.steps import Steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from fastavs.scenario import Scenario
    from fastavs.sorted_index import SortedIndex
    from fastavs.study import Study
    from fastavs.sweeping.sweep import Sweep

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("study_file", metavar="STUDY.toml", type=FILE)
@click.argument("scenario_file", metavar="SCENARIOS.toml", type=FILE)
@click.option("--out", metavar="FILE", type=FILE, help="Write all columns to a .csv or .parquet file.")
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
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines instead of tables.")
def sweep(
    study_file: Path,
    scenario_file: Path,
    out: Path | None,
    by: tuple[str, ...],
    lines: tuple[str, ...],
    whole_lines: Path | None,
    index_file: Path | None,
    threads: int | None,
    years: tuple[int, ...],
    as_json: bool,
) -> None:
    """Work out every scenario of a file over all years of a study."""
    from fastavs.cli.sweep_files import files_of, write_files
    from fastavs.scenario_file import read_scenarios
    from fastavs.study import Study
    from fastavs.sweeping.sweep import sweep as work_out

    scenarios = read_scenarios(scenario_file)
    files = files_of(out, by, lines, whole_lines)
    with Steps() as steps:
        study = Study.load(study_file, steps)
        _check_years(study, years)
        steps("indexing", 0, 1)
        index = _kept_index(study, scenarios, index_file)
        found = work_out(
            study, scenarios, by=by, lines=lines, whole_lines=whole_lines, threads=threads, index=index, progress=steps
        )
        steps("writing", 0, 1)
        write_files(found, files)
    if as_json:
        from fastavs.output import to_json

        click.echo(to_json(_record(found)), nl=False)
        return
    console = make_console()
    many = f"{len(scenarios)} scenario{'s' if len(scenarios) > 1 else ''}"
    say(console, f"{study.title}: {many}, rates in percent", style="bold")
    _show(console, found, years or found.years[-1:], tables=not files)
    for path in (*files.values(), *([] if whole_lines is None else [whole_lines])):
        say(console, f"Written: {path}")


def _check_years(study: Study, years: Sequence[int]) -> None:
    from fastavs.errors import InputError

    for year in years:
        if year not in study.plan.years:
            raise InputError(
                "the study has no schedule of that year", key="--year", value=year,
                expected=", ".join(str(known) for known in study.plan.years),
            )  # fmt: skip


def _kept_index(study: Study, scenarios: Sequence[Scenario], file: Path | None) -> SortedIndex | None:
    """Return the index that is kept in a file, made first if need be; None where none is kept."""
    from fastavs.index_build import build_index
    from fastavs.sorted_index import SortedIndex

    if file is None or study.options.method == "pooled":
        return None
    if file.exists():
        return SortedIndex.load(file, study)
    index = build_index(study, scenarios)
    index.save(file)
    return index


def _record(found: Sweep) -> dict[str, Any]:
    """Return a sweep as JSON has it."""
    record: dict[str, Any] = {"summary": found.summary().to_pylist()}
    if found.groups:
        record["groups"] = {title: table.to_pylist() for title, table in found.groups.items()}
    if found.chosen is not None:
        record["lines"] = found.chosen.to_pylist()
    return record


def _show(console: Console, found: Sweep, years: Sequence[int], tables: bool) -> None:
    """Show the summary, and with `tables` groups and lines as well."""
    screen = make_table("scenario", "year", "simple\nmean", "sd", "weighted\nmean", "by HS6\nfirst", left=(0,))
    for row in found.summary().to_pylist():
        if row["year"] in years:
            figures = (row[name] for name in ("simple_mean", "simple_sd", "weighted_mean", "hs6_mean"))
            screen.add_row(row["scenario"], str(row["year"]), *map(percent, figures))
    console.print(screen)
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
