"""Words to calls, and exit statuses: 0 done, 2 the study or its data are wrong, 130 interrupted."""

from __future__ import annotations

import gc
import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

import fastavs
from fastavs.cli.console import make_console
from fastavs.cli.export_command import export
from fastavs.cli.progress_bar import ProgressBar
from fastavs.cli.study_argument import study_argument
from fastavs.cli.sweep_command import sweep
from fastavs.environment import check_environment
from fastavs.errors import FastavsError
from fastavs.inputs.unread import UnreadDuties
from fastavs.warned import told_on_screen

DONE, WRONG, INTERRUPTED = 0, 2, 130
FEW_CYCLES = 400_000
"""New objects between two looks for cycles: a run makes many objects and few cycles, and the looks take 4 % of it."""


class Commands(click.Group):
    """A group of commands that ends the program with our exit statuses."""

    def main(  # type: ignore[override]  # what click overloads for its standalone mode is settled here
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> Any:
        extra["standalone_mode"] = False
        with warnings.catch_warnings(), told_on_screen():
            if not sys.warnoptions:
                warnings.simplefilter("ignore")  # a library's advice to programmers is noise here
            sys.exit(self._status(args, prog_name or "fastavs", extra))

    def _status(self, args: Sequence[str] | None, prog_name: str, extra: dict[str, Any]) -> int:
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # Arrow's own pools keep 50 MB for later
        closed = _open_streams()
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")  # a terminal without Cyrillic still gets its answer
        try:
            check_environment()
            gc.set_threshold(FEW_CYCLES)
            status = super().main(args, prog_name, **extra)
            sys.stdout.flush()
        except click.ClickException as error:
            with suppress(OSError):
                error.show()
            return WRONG
        except UnreadDuties as error:
            return _wrong(prog_name, error.in_lines())
        except FastavsError as error:
            return _wrong(prog_name, str(error))
        except (click.Abort, KeyboardInterrupt):
            _wrong(prog_name, "interrupted")
            return INTERRUPTED
        except SystemExit:  # rich raises it when the reader of our output has closed it
            return DONE
        except BrokenPipeError:
            _discard_output()
            return DONE
        except OSError as error:
            return _wrong(prog_name, _told(error))
        except MemoryError:
            return _wrong(prog_name, "there is not enough memory. To mend it: close other programs, or take less data.")
        if closed:
            return _wrong(prog_name, "the output cannot be written (it is closed).")
        return status if isinstance(status, int) else DONE


def _open_streams() -> bool:
    """Open what is closed of the standard streams, lest a file take their number; returns whether the output was."""
    closed = sys.stdout is None
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if closed:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (open as long as the program runs)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    return closed


def _told(error: OSError) -> str:
    """Return a sentence on what the system refuses, where nobody who knows more has said it."""
    from fastavs.tables.outputs import reason_of

    *_, (last, _) = traceback.walk_tb(error.__traceback__)
    writer = last.f_globals.get("__name__", "")
    if writer == __name__ or writer.split(".")[0] in ("click", "rich"):
        _discard_output()
        return f"the output cannot be written ({reason_of(error)}). To mend it: send it elsewhere."
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}the system refuses to read or write ({reason_of(error)})."


def _discard_output() -> None:
    """Let go what could not be written, so that Python does not try once more as it ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _wrong(prog_name: str, message: str) -> int:
    with suppress(OSError):  # the error output is closed as well
        click.echo(f"{prog_name}: {message}", err=True)
    return WRONG


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(fastavs.__version__, prog_name="fastavs")
def main() -> None:
    """Ad valorem equivalents of customs duties, per tariff line, partner and year.

    A STUDY is a TOML file, or "eaeu": a study that comes along.
    """


JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines instead of tables.")


@main.command()
@study_argument
@click.option(
    "--out", metavar="DIR", type=click.Path(path_type=Path), help="Where the results go; out/<study's name> by default."
)
@click.option("--no-report", is_flag=True, help="Leave report.html and the figures out: tables alone.")
@click.option(
    "--line", metavar="LINE", help="The tariff line that the report shows by itself; one is chosen otherwise."
)
@click.option(
    "--scenario", "named", metavar="FILE[:NAME]",
    help="Take a scenario for the study; a file that holds one needs no name.",
)  # fmt: skip
@JSON
def run(
    study_file: Path, out: Path | None, no_report: bool, line: str | None, named: str | None, as_json: bool
) -> None:
    """Compute every rate of a study and write the results."""
    from fastavs.inputs.config import load_config
    from fastavs.report.folder import check_folder, default_folder, digest_of, write_results
    from fastavs.scenario.file import scenario_named
    from fastavs.study import Study
    from fastavs.tables.write import to_json

    scenario = None if named is None else scenario_named(named)
    folder = out or default_folder(load_config(study_file).name, None if scenario is None else scenario.name)
    check_folder(folder)
    with ProgressBar() as steps:
        digest = digest_of(study_file)
        study = Study.load(study_file, steps)
        if no_report and scenario is None:  # the report alone shows observations of a line
            steps("checking quantities", 0, 1)
            study.checked.trade.look_for_suspects()  # while there is little else in memory
            study.index(progress=steps)
            study.checked.trade.let_go_of_details()
        rates = study.rates(steps, scenario=scenario)
        record = write_results(
            rates, folder, study_digest=digest, seconds=steps.seconds, report=not no_report, line=line, progress=steps
        )
    if as_json:
        summary = rates.summary().to_pylist()
        click.echo(to_json({"folder": str(folder), "summary": summary, "run": record}), nl=False)
        return
    from fastavs.cli.run_screen import show_run

    show_run(make_console(), rates, record, folder)


@main.command()
@study_argument
@JSON
def check(study_file: Path, as_json: bool) -> None:
    """Read and check a study and its data; compute nothing."""
    from fastavs.cli.check_screen import check_record, show_check
    from fastavs.study import Study
    from fastavs.tables.write import to_json

    with ProgressBar() as steps:
        study = Study.load(study_file, steps)
        study.checked.check_exchange_rates()
    record = check_record(study.checked)
    if as_json:
        click.echo(to_json(record), nl=False)
        return
    show_check(make_console(), study.checked, record)


@main.command()
@click.argument("text")
@click.option(
    "--unit-value", "unit_values", metavar="X", multiple=True,
    help="Rate at this value of one base unit (of a kg, not of 100 kg). Repeatable; kg=2.1 names the unit.",
)  # fmt: skip
@click.option(
    "--fx", "quotes", metavar="CUR=RATE", multiple=True, help="Value of one unit of the duty's currency, as EUR=1.08."
)
@click.option(
    "--currency", metavar="CUR", default=None,
    help="The currency of unit values, which --fx is quoted in. USD by default; the duty's own without --fx.",
)  # fmt: skip
@JSON
def duty(text: str, unit_values: tuple[str, ...], quotes: tuple[str, ...], currency: str | None, as_json: bool) -> None:
    """Read one duty, as a tariff prints it or in canonical text, and say what it means."""
    from fastavs.cli.duty_screen import duty_record, show_duty
    from fastavs.tables.write import to_json

    record = duty_record(text, unit_values, quotes, currency)
    if as_json:
        click.echo(to_json(record), nl=False)
        return
    show_duty(make_console(), record)


@main.command()
@study_argument
@click.argument("line")
@click.option("--year", type=int, help="The last year by default.")
@JSON
def explain(study_file: Path, line: str, year: int | None, as_json: bool) -> None:
    """Prove the rate of one line: every observation behind it, and the arithmetic."""
    from fastavs.results.proof import line_proof
    from fastavs.study import Study
    from fastavs.tables.write import to_json

    with ProgressBar() as steps:
        rates = Study.load(study_file, steps).rates(steps)
    proof = line_proof(rates, line, year)
    if as_json:
        click.echo(to_json(proof), nl=False)
        return
    from fastavs.cli.explain_screen import show_proof

    show_proof(make_console(), rates.checked, proof)


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option("--scale", type=float, default=1.0, show_default=True, help="Trade rows relative to the paper's.")
@JSON
def replica(folder: Path, seed: int, scale: float, as_json: bool) -> None:
    """Write a synthetic replica of the Russian study 2001-2020, ready to run."""
    from fastavs.replica import make_replica
    from fastavs.tables.write import to_json

    with ProgressBar() as steps:
        study_file = make_replica(folder, seed, scale, steps)
    if as_json:
        click.echo(
            to_json({"study": str(study_file), "seed": seed, "scale": scale, "seconds": steps.seconds}), nl=False
        )
        return
    click.echo("A synthetic replica: its shape and averages are the paper's, its trade is made up.")
    click.echo(f"{study_file} ({sum(steps.seconds.values()):.1f} seconds). Next: fastavs run {study_file}")


main.add_command(sweep)
main.add_command(export)
