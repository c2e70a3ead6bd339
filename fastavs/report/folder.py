"""The folder that a run leaves behind: written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastavs.errors import InputError
from fastavs.inputs.config import marks_of
from fastavs.progress import Progress, quiet
from fastavs.results.unread_duties import unread_lines
from fastavs.tables.outputs import cannot_write, whole_folder
from fastavs.tables.tables import file_digest
from fastavs.tables.write import safe_name, to_json, write_csv, write_parquet
from fastavs.threads import side_by_side

if TYPE_CHECKING:
    from fastavs.results.rates import Rates

RECORD = "run.json"
OURS = re.compile(
    r"run\.json|report\.html|(rates|set_aside)\.parquet|(summary|breaches|mislabelled|unread_duties|group_[^/]+)\.csv"
    r"|tables/table_[^/]+\.csv|figures/[^/]+\.svg"
)
"""Names that a run writes: no other file is ever removed."""
ELSEWHERE = "choose another folder with --out"
LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})  # file managers leave these behind unasked


def default_folder(name: str, scenario: str | None = None) -> Path:
    """Return where a study's results go unless told otherwise, or those of a scenario on it.

    Examples
    --------
    >>> default_folder("Russia 2001/2020").as_posix()
    'out/Russia-2001-2020'
    >>> default_folder("Russia", "two years late").as_posix()
    'out/Russia-two-years-late'
    """
    return Path("out") / safe_name(name if scenario is None else f"{name} {scenario}")


def write_results(
    rates: Rates,
    folder: str | Path,
    *,
    study_digest: Mapping[str, str] | None = None,
    seconds: Mapping[str, float] | None = None,
    report: bool = False,
    line: str | None = None,
    progress: Progress = quiet,
) -> dict[str, Any]:
    """Write everything that a run makes into a folder, whole or not at all.

    Parameters
    ----------
    rates : Rates
    folder : path-like
        Made if need be. An earlier result there is replaced once the new one is complete.
    study_digest : mapping of str to str, optional
        The study file and its SHA-256, for ``run.json``; what the study was loaded from by default.
    seconds : mapping of str to float, optional
        Time by step, for ``run.json``.
    report : bool
        Whether ``report.html`` and ``figures/`` are made.
    line : str, optional
        The tariff line that the report shows by itself; otherwise one is chosen.
    progress : callable, optional
        Called with a step's name, how much is done, and of how much.

    Returns
    -------
    dict
        What ``run.json`` says.

    Raises
    ------
    InputError
        The folder holds files that fastavs did not write, or cannot be written.
    """
    from fastavs.report.tables import build_tables, write_tables
    from fastavs.results.record import run_record

    start = time.perf_counter()
    with replaced(Path(folder)) as new:
        progress("writing", 0, 1)
        _write_tables(rates, new)
        tables = build_tables(rates)
        write_tables(tables, new)
        record = run_record(rates, rates.checked.study_digest if study_digest is None else study_digest, seconds or {})
        if report:
            from fastavs.report.page import write_report

            progress("drawing the report", 0, 1)
            write_report(rates, new, record, tables=tables, line=line)
        record["seconds"]["writing"] = time.perf_counter() - start
        names = sorted(_files_in(new))
        record["digests"] = dict(zip(names, side_by_side(lambda name: file_digest(new / name), names), strict=True))
        record["files"] = sorted([*record["digests"], RECORD])
        record["replaced_although_edited"] = _edited(Path(folder).resolve(), new)
        (new / RECORD).write_text(to_json(record), encoding="utf-8", newline="\n")
    return record


def _write_tables(rates: Rates, folder: Path) -> None:
    checked = rates.checked
    marks = marks_of(checked.config)
    lines, set_aside = rates.as_written, checked.set_aside.table()

    def tables_for_machines() -> None:
        write_parquet(lines, folder / "rates.parquet", marks)
        write_parquet(set_aside, folder / "set_aside.parquet", marks)

    with ThreadPoolExecutor(1) as beside:
        written = beside.submit(tables_for_machines)
        write_csv(rates.summary(), folder / "summary.csv")
        for name, file in _group_files(checked.groups).items():
            write_csv(rates.groups_as_written(name), folder / file)
        write_csv(rates.breaches(), folder / "breaches.csv")
        write_csv(checked.trade.suspects, folder / "mislabelled.csv")
        if checked.unread:
            write_csv(unread_lines(checked), folder / "unread_duties.csv")
        written.result()


def _group_files(groups: Mapping[str, object]) -> dict[str, str]:
    """Return the file of each grouping, those by chapter included."""
    files: dict[str, str] = {}
    for name in dict.fromkeys(["chapter", *groups]):
        file = f"group_{safe_name(name)}.csv"
        for other, taken in files.items():
            if taken.casefold() == file.casefold():
                raise InputError(
                    f'the groupings "{other}" and "{name}" would both be written to {file}',
                    key="groups",
                    cure="rename one of them",
                )
        files[name] = file
    return files


def digest_of(path: Path) -> dict[str, str]:
    """Return a file's name and its SHA-256; nothing if it cannot be read (whoever reads it will say so)."""
    try:
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}
    except OSError:
        return {}


def check_folder(folder: Path) -> None:
    """Make sure that results may be written to a folder.

    Raises
    ------
    InputError
        It is a file, or the folder one works in, or holds anything that fastavs did not write.
    """
    try:
        folder = folder.resolve()
        if folder == Path.cwd() or folder in Path.cwd().parents:
            raise InputError("results cannot replace the folder that one works in", file=str(folder), cure=ELSEWHERE)
        if folder.exists() and not folder.is_dir():
            raise InputError("a file stands where the results should go", file=str(folder), cure=ELSEWHERE)
    except OSError as error:
        raise _not_writable(folder, error) from None
    _check_ours(folder, folder)


def _check_ours(folder: Path, name: Path) -> None:
    """Make sure that a folder, which messages call `name`, holds what fastavs wrote there and nothing else."""
    if not folder.exists():
        return
    try:
        strangers = sorted(set(_files_in(folder)) - _written_before(folder).keys())
    except OSError as error:
        raise _not_writable(name, error) from None
    if strangers:
        more = f" and {len(strangers) - 1} more" if len(strangers) > 1 else ""
        raise InputError(
            f"the folder for the results holds what fastavs did not write there: {strangers[0]}{more}",
            file=str(name),
            expected="a folder that is new, empty, or the result of an earlier run and nothing else",
            cure=f"move that away, or {ELSEWHERE}",
        )


def _edited(folder: Path, new: Path) -> list[str]:
    """Return the files of an earlier result that were edited since, all of which the new result has as well.

    Raises
    ------
    InputError
        One that the new result does not have, so that nothing would stand in its place.
    """
    edited = sorted(
        name
        for name, digest in _written_before(folder).items()
        if digest is not None and (folder / name).is_file() and file_digest(folder / name) != digest
    )
    for name in edited:
        if not (new / name).is_file():
            raise InputError(
                f"a file of an earlier run was edited since, and this run writes none of that name: {name}",
                file=str(folder), cure=f"move it away, or {ELSEWHERE}",
            )  # fmt: skip
    return edited


def _files_in(folder: Path) -> list[str]:
    found = []
    for path, folders, names in os.walk(folder, onerror=_raise):
        links = [name for name in folders if (Path(path) / name).is_symlink()]
        here = [name for name in names + links if name not in LITTER]
        found += [(Path(path) / name).relative_to(folder).as_posix() for name in here]
    return found


def _raise(error: OSError) -> None:
    raise error


def _written_before(folder: Path) -> dict[str, str | None]:
    """Return the files that an earlier run wrote, and the digest of each, None where it noted none.

    Only names that runs write count, whatever the record lists.
    """
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        digests = record.get("digests")  # of results by version 0.1.0, none
        names = [str(name) for name in record["files"]] if "fastavs" in record["versions"] else []
        known = [name for name in names if digests is None or name == RECORD or name in digests]
        found = {name: None if digests is None or name == RECORD else str(digests[name]) for name in known}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}
    return {name: digest for name, digest in found.items() if OURS.fullmatch(name)}


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """Give a new folder to write into; it takes the place of `folder` when the block ends well.

    An error, or an interruption, leaves `folder` as it was.

    Raises
    ------
    InputError
        See `check_folder`; or something cannot be written.
    """
    folder = folder.resolve()
    check_folder(folder)
    try:
        with whole_folder(folder, lambda old: _check_ours(old, folder)) as new:
            yield new
    except OSError as error:
        raise _not_writable(folder, error) from None


def _not_writable(folder: Path, error: OSError) -> InputError:
    cure = "choose another folder with --out, or mend what stands in the way"
    return cannot_write("the results", error, str(folder), cure)
