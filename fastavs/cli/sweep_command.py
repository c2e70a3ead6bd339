"""``fastavs sweep``: every scenario, one table."""

from __future__ import annotations

from pathlib import Path

import click

from fastavs.cli.console import make_console, make_table, percent, say
from fastavs.cli.steps import Steps


@click.command()
@click.argument("study_file", metavar="STUDY.toml", type=click.Path(path_type=Path))
@click.argument("scenario_file", metavar="SCENARIOS.toml", type=click.Path(path_type=Path))
@click.option(
    "--out", metavar="FILE", type=click.Path(path_type=Path), help="Write all columns to a .csv or .parquet file."
)
@click.option(
    "--lines", metavar="FILE", type=click.Path(path_type=Path), help="Write every line's rate to a Parquet file."
)
@click.option(
    "--index", "index_file", metavar="FILE", type=click.Path(path_type=Path),
    help="Where the study's sorted index is kept: used if it is there, else built and saved.",
)  # fmt: skip
@click.option("--year", "years", type=int, multiple=True, help="Show only these years; the last by default.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines instead of tables.")
def sweep(
    study_file: Path,
    scenario_file: Path,
    out: Path | None,
    lines: Path | None,
    index_file: Path | None,
    years: tuple[int, ...],
    as_json: bool,
) -> None:
    """Work out every scenario of a file over all years of a study."""
    from fastavs.index_build import build_index
    from fastavs.output import to_json
    from fastavs.scenario_file import read_scenarios
    from fastavs.sorted_index import SortedIndex
    from fastavs.study import Study
    from fastavs.sweeping.sweep import sweep as work_out

    scenarios = read_scenarios(scenario_file)
    check_name(out)
    with Steps() as steps:
        study = Study.load(study_file, steps)
        index = None
        if study.options.method != "pooled":
            steps("indexing", 0, 1)
            if index_file is not None and index_file.exists():
                index = SortedIndex.load(index_file, study)
            else:
                index = build_index(study, scenarios)
                if index_file is not None:
                    index.save(index_file)
        steps("scenarios", 0, 1)
        found = work_out(study, scenarios, whole_lines=lines, index=index)
        table = found.summary()
    if out is not None:
        write_table(table, out)
    rows = table.to_pylist()
    if as_json:
        click.echo(to_json(rows), nl=False)
        return
    console = make_console()
    shown = years or found.years[-1:]
    screen = make_table("scenario", "year", "simple\nmean", "sd", "weighted\nmean", "by HS6\nfirst", left=(0,))
    for row in rows:
        if row["year"] in shown:
            figures = (row[name] for name in ("simple_mean", "simple_sd", "weighted_mean", "hs6_mean"))
            screen.add_row(row["scenario"], str(row["year"]), *map(percent, figures))
    say(console, f"{study.title}: {len(scenarios)} scenarios, rates in percent", style="bold")
    console.print(screen)
    for path in (out, lines):
        if path is not None:
            say(console, f"Written: {path}")


def check_name(out: Path | None) -> None:
    """Make sure that a file is of a kind that can be written."""
    from fastavs.errors import InputError

    if out is not None and out.suffix not in (".csv", ".parquet"):
        raise InputError("no such kind of file", key="--out", value=out.name, expected="a name in .csv or .parquet")


def write_table(table: object, out: Path) -> None:
    """Write a table as CSV or Parquet, by the file's name."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    assert isinstance(table, pa.Table)
    if out.suffix == ".parquet":
        pa.parquet.write_table(table, out)
        return
    plain = table.set_column(0, "scenario", table["scenario"].cast(pa.string()))
    pa.csv.write_csv(plain, out)
