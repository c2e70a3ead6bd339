"""Outputs are whole or not there: written under a name of their own, put in place together, and never in part."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faults
import pyarrow as pa
import pytest

import fastavs as fa
from fastavs.replica import make_replica
from fastavs.results.lines import LineFile
from fastavs.tables import outputs
from fastavs.tables.outputs import own_name, reason_of, remove_leftovers, whole_files, whole_folder, whole_tree


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# ---- files


def test_files_take_their_places_together(tmp_path: Path) -> None:
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    one.write_text("old")
    one.chmod(0o640)
    with whole_files([one, other]) as new:
        for path in new:
            assert path.parent == tmp_path
            path.write_text("new")
        assert one.read_text() == "old"
        assert not other.exists()
    assert (one.read_text(), other.read_text()) == ("new", "new")
    assert one.stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == ["one.csv", "other.csv"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, OSError])
def test_an_error_leaves_what_stood_there(tmp_path: Path, error: type[BaseException]) -> None:
    one = tmp_path / "one.csv"
    one.write_text("old")
    with pytest.raises(error), whole_files([one, tmp_path / "other.csv"]) as new:  # noqa: PT012
        new[0].write_text("new")
        raise error
    assert one.read_text() == "old"
    assert names(tmp_path) == ["one.csv"]


@pytest.mark.parametrize("second", ["names", "no names"])
def test_a_move_that_fails_takes_the_others_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, second: str) -> None:
    files = [tmp_path / f"{number}.csv" for number in range(4)]
    for path in files[:2]:
        path.write_text("old")
    replace, calls = Path.replace, 0

    def refuse(self: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise OSError(errno.EIO, "")
        return replace(self, target)

    def without(*_: object) -> None:
        raise OSError(errno.EPERM, "")

    monkeypatch.setattr(Path, "replace", refuse)
    if second == "no names":
        monkeypatch.setattr(os, "link", without)
    with pytest.raises(OSError, match=str(errno.EIO)), whole_files(files) as new:  # noqa: PT012
        for path in new:
            path.write_text("new")
    assert names(tmp_path) == ["0.csv", "1.csv"]
    assert [path.read_text() for path in files[:2]] == ["old", "old"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    with whole_files([tmp_path / "link.csv"]) as (new,):
        new.write_text("new")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "new"


def test_only_ordinary_files_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "pipe"):
        with pytest.raises(OSError), whole_files([tmp_path / name]):  # noqa: PT011
            pass
    assert names(tmp_path) == ["folder", "pipe"]


def test_the_longest_name_is_taken(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 255)
    with whole_files([path]) as (new,):
        new.write_text("new")
    assert path.read_text() == "new"
    with pytest.raises(OSError, match="too long"), whole_files([tmp_path / ("a" * 256)]) as (new,):
        new.write_text("new")
    assert len(names(tmp_path)) == 1


def test_the_last_of_many_writers_wins(tmp_path: Path) -> None:
    path, parts = tmp_path / "one.txt", set()
    done = threading.Event()

    def write(text: str) -> None:
        for _ in range(30):
            with whole_files([path]) as (new,):
                new.write_text(text * 5000)

    def look() -> None:
        while not done.is_set():
            if path.exists():
                parts.add(path.read_text())

    reader = threading.Thread(target=look)
    writers = [threading.Thread(target=write, args=(text,)) for text in "abc"]
    for thread in [reader, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert parts <= {text * 5000 for text in "abc"}
    assert names(tmp_path) == ["one.txt"]


# ---- folders


def nothing(_: Path) -> None:
    """Whatever stands there may go."""


def test_a_folder_takes_the_place_of_another(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "down" / "out"
    for text in ("first", "second"):
        with whole_folder(target, nothing) as new:
            (new / "file").write_text(text)
        assert (target / "file").read_text() == text
    assert names(tmp_path) == ["deep", "deep/down", "deep/down/out", "deep/down/out/file"]


def test_parents_that_were_made_for_nothing_go(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no"), whole_folder(tmp_path / "deep" / "down" / "out", nothing):
        raise ValueError("no")
    assert names(tmp_path) == []


def test_what_came_to_stand_there_is_put_back_if_it_must_not_go(tmp_path: Path) -> None:
    target = tmp_path / "out"

    def refuse(old: Path) -> None:
        if (old / "letter").exists():
            raise fa.InputError("a stranger")

    with pytest.raises(fa.InputError, match="a stranger"), whole_folder(target, refuse) as new:  # noqa: PT012
        (new / "file").write_text("new")
        target.mkdir()
        (target / "letter").write_text("to mother")
    assert names(tmp_path) == ["out", "out/letter"]


def test_a_quicker_writer_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "out"
    rivals = 0

    def intrude(_: Path) -> None:
        nonlocal rivals
        rivals += 1
        if rivals < 3:
            target.mkdir()
            (target / "other").write_text("another's")

    with whole_folder(target, intrude) as new:
        (new / "file").write_text("new")
    assert names(tmp_path) == ["out", "out/file"]
    assert rivals == 3


def test_a_tree_leaves_what_else_is_there(tmp_path: Path) -> None:
    target = tmp_path / "replica"
    (target / "trade").mkdir(parents=True)
    for name in ("notes.txt", "trade/2001", "trade/mine"):
        (target / name).write_text("old")
    with pytest.raises(OSError, match="full"), whole_tree(target) as new:  # noqa: PT012
        (new / "study.toml").write_text("new")
        raise OSError("full")
    with whole_tree(target) as new:
        (new / "trade").mkdir()
        (new / "trade" / "2001").write_text("new")
        (new / "fresh").mkdir()
        (new / "fresh" / "file").write_text("new")
    assert names(target) == ["fresh", "fresh/file", "notes.txt", "trade", "trade/2001", "trade/mine"]
    assert (target / "trade" / "2001").read_text() == "new"
    assert names(tmp_path)[0] == "replica"


def test_no_file_of_a_tree_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def refuse(path: Any) -> Any:
        if str(path).endswith("deep"):
            raise PermissionError(errno.EACCES, "")
        return scandir(path)

    with pytest.raises(PermissionError), whole_tree(tmp_path / "replica") as new:  # noqa: PT012
        (new / "deep").mkdir()
        (new / "deep" / "file").write_text("new")
        (new / "file").write_text("new")
        with monkeypatch.context() as patch:
            patch.setattr(os, "scandir", refuse)
            list(outputs._files_below(new))


# ---- what killed writers leave


def dead_process() -> int:
    """The number of a process that is gone."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_what_killed_writers_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    host, own = own_name().split("-")[1:3]
    dead = dead_process()
    left = [f".fastavs-{host}-{dead}-00000000", f".fastavs-{host}-{dead}-0000000f", ".fastavs-01234567-1-00000000"]
    kept = [
        f".fastavs-{host}-{own}-00000000",  # at work
        ".fastavs-01234567-1-00000001",  # of another host, of today
        f".fastavs-{host}-{dead}-0000000", f".fastavs-{host}-{dead}-00000000.csv", ".fastavs-notes", "notes",
    ]  # fmt: skip
    for name in [*left, *kept]:
        (tmp_path / name).write_text("")
    (tmp_path / left[1]).unlink()
    (tmp_path / left[1] / "new").mkdir(parents=True)
    (tmp_path / left[1] / "new" / "part").write_text("")
    long_ago = time.time() - 8 * 86400
    for name in (left[2], *kept[2:]):
        os.utime(tmp_path / name, (long_ago, long_ago))
    remove_leftovers(tmp_path)
    assert names(tmp_path) == sorted(kept)
    remove_leftovers(tmp_path / "nowhere")


def test_a_result_that_was_moved_aside_is_put_back(tmp_path: Path) -> None:
    host, dead = own_name().split("-")[1], dead_process()
    for number, target in enumerate(("gone", "there", "../there", "")):
        holder = tmp_path / f".fastavs-{host}-{dead}-0000000{number}"
        for part in ("old", "new"):
            (holder / part).mkdir(parents=True)
            (holder / part / "file").write_text(part)
        (holder / "target").write_text(target)
    (tmp_path / "there").mkdir()
    remove_leftovers(tmp_path)
    assert names(tmp_path) == ["gone", "gone/file", "there"]
    assert (tmp_path / "gone" / "file").read_text() == "old"


def test_another_host_has_other_process_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    own = own_name()
    outputs._host.cache_clear()
    monkeypatch.setattr(outputs.platform, "node", lambda: "another")
    assert own_name()[:17] != own[:17]
    outputs._host.cache_clear()


# ---- what is told


def test_reasons() -> None:
    assert reason_of(OSError(errno.ENOSPC, "of no use")) == "No space left on device"
    assert reason_of(OSError("of use\nand more")) == "of use"
    assert reason_of(PermissionError()) == "PermissionError"


class Full:
    """Stands for a Parquet writer on a full disk."""

    def __init__(self, path: Any, *_: object, **__: object) -> None:
        Path(path).write_text("a part")

    def write_table(self, *_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "while writing")

    close = write_table


def test_lines_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastavs.results.lines.pq.ParquetWriter", Full)
    (tmp_path / "lines.parquet").write_text("old")
    full = r"lines.parquet: the lines cannot be written .No space left.*has room"
    with pytest.raises(fa.InputError, match=full), LineFile(tmp_path / "lines.parquet") as file:
        file.write(pa.table({}))
    with pytest.raises(fa.InputError, match=full), LineFile(tmp_path / "lines.parquet"):
        pass
    assert names(tmp_path) == ["lines.parquet"]
    assert (tmp_path / "lines.parquet").read_text() == "old"


# ---- faults of the system; the same trials by the hundred: ``python tests/faults.py 100``


@pytest.fixture(scope="module")
def made() -> Iterator[faults.Commands]:
    with faults.commands(["run", "sweep"]) as some:
        yield some


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a trial forks")
@pytest.mark.parametrize(("fault", "trials"), [("full", 10), ("failing", 30), ("forbidden", 10), ("two", 3)])
def test_outputs_are_old_or_new_whatever_fails(made: faults.Commands, fault: str, trials: int) -> None:
    counts = faults.try_all(fault, range(trials), made)
    assert set(counts) <= {"done", "refused", "done, files of both"}
    assert counts["done" if fault == "two" else "refused"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a trial forks")
def test_a_killed_run_leaves_nothing_that_the_next_does_not_clear(made: faults.Commands) -> None:
    counts = faults.try_all("killed", range(6), made)
    assert set(counts) <= set(faults.GOOD)


def test_a_replica_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(folder: Path, *_: object) -> Path:
        (folder / "applied.parquet").write_text("new")
        raise OSError(errno.ENOSPC, "while writing")

    monkeypatch.setattr("fastavs.replica.making._write", write)
    (tmp_path / "replica").mkdir()
    (tmp_path / "replica" / "applied.parquet").write_text("old")
    (tmp_path / "replica" / "study.toml").write_text("synthetic replica")
    for folder in ("replica", "new/replica"):
        with pytest.raises(fa.InputError, match=f"{folder}: the replica cannot be written .No space left on device"):
            make_replica(tmp_path / folder)
    assert names(tmp_path) == ["replica", "replica/applied.parquet", "replica/study.toml"]
    assert (tmp_path / "replica" / "applied.parquet").read_text() == "old"
