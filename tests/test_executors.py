"""Executors of every sort: the same bits, an index mapped once a worker, and what a death or Ctrl-C leaves."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import make_study
import numpy as np
import pytest
from test_sweep import scenarios_for
from test_twin import study_of

import fastavs as fa
from fastavs.evaluation.blocks import BLOCK
from fastavs.evaluation.workplace import load_plan, map_index
from fastavs.tables.arrays import stamp_of

SELECTING, PLAIN = 1, 2


class Through(Executor):
    """Hands everything to another executor, with something done to it before."""

    def __init__(self, inner: Executor, prepare: Callable[..., tuple[Any, ...]]) -> None:
        self.inner = inner
        self.prepare = prepare
        self.futures: list[Future[Any]] = []

    def submit(self, work: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        self.futures.append(self.inner.submit(*self.prepare(len(self.futures), work, *args), **named))
        return self.futures[-1]


class OneByOne(Executor):
    """The least that the protocol asks for, as a pool over MPI has it: pickled work to a process, its answer back."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        code = "import pickle, sys; work, args = pickle.load(sys.stdin.buffer); " \
            "sys.stdout.buffer.write(pickle.dumps(work(*args)))"  # fmt: skip
        done = subprocess.run([sys.executable, "-c", code], input=pickle.dumps((work, args)), stdout=-1, check=True)
        future: Future[Any] = Future()
        future.set_result(pickle.loads(done.stdout))
        return future


class Never(Executor):
    """Works out the first task and leaves all others waiting."""

    def __init__(self) -> None:
        self.futures: list[Future[Any]] = []

    def submit(self, work: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if not self.futures:
            future.set_result(work(*args))
        self.futures.append(future)
        return future


def die_once(mark: str, work: Callable[..., Any], *args: Any) -> Any:
    """Kill the worker that gets this first; whoever gets it again works it out."""
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return work(*args)
    os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    return None


def with_a_death(inner: Executor, mark: Path, at: int) -> Through:
    """Let the worker of one task die over it."""
    return Through(inner, lambda n, *call: (die_once, str(mark), *call) if n == at else call)


def pool(workers: int = 2) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


@contextmanager
def cluster(folder: Path) -> Iterator[Any]:
    """A cluster of dask, of two processes."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0",
            local_directory=str(folder), silence_logs=50,
        ) as found,
        distributed.Client(found) as client,
    ):  # fmt: skip
        yield client


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> fa.SortedIndex:
    """A saved index, mapped."""
    made = make_study.make(8200, method="partner")
    path = tmp_path_factory.mktemp("index") / "i.avs"
    fa.build_index(study_of(made), scenarios(SELECTING)).save(path)
    return fa.SortedIndex.load(path)


def scenarios(sort: int) -> list[fa.Scenario]:
    """Scenarios that tell lines apart and set duties, or none of that."""
    if sort == SELECTING:
        return scenarios_for(make_study.make(8200, method="partner"), 1, many=2 * BLOCK + 5)
    return [fa.Scenario(f"s{i}", fa.FxShock("EUR", 0.8 + i / 1000), fa.ScaleDuty(0.9)) for i in range(3 * BLOCK)]


def assert_same_bits(index: fa.SortedIndex, executor: Executor, sort: int = SELECTING, groups: bool = True) -> None:
    """Hold a sweep on an executor, with its groups, against one on a single thread."""
    some = scenarios(sort)
    by = ["chapter"] if groups else []
    expected = fa.sweep(index, some[-20:], by=by, threads=1)
    assert fa.sweep(index, some[-20:], by=by, executor=executor).groups == expected.groups
    found = fa.sweep(index, some, executor=executor).figures
    assert np.array_equal(fa.sweep(index, some, threads=1).figures, found, equal_nan=True)


@pytest.mark.parametrize("sort", [SELECTING, PLAIN])
def test_threads_and_processes_change_no_bit(index: fa.SortedIndex, sort: int) -> None:
    some = scenarios(sort)
    expected = fa.sweep(index, some, threads=1).figures
    assert np.array_equal(expected, fa.sweep(index, some, threads=2).figures, equal_nan=True)
    with ThreadPoolExecutor(2) as threads:
        assert_same_bits(index, threads, sort)
    with pool() as processes:
        assert_same_bits(index, processes, sort)


def test_the_least_executor_will_do(index: fa.SortedIndex) -> None:
    some = scenarios(PLAIN)[:2]
    found = fa.sweep(index, some, lines=["1701110000"], executor=OneByOne())
    expected = fa.sweep(index, some, lines=["1701110000"], threads=1)
    assert np.array_equal(expected.figures, found.figures, equal_nan=True)
    assert expected.chosen == found.chosen


def test_a_dead_process_costs_a_retry(index: fa.SortedIndex, tmp_path: Path) -> None:
    with pool() as processes, pytest.warns(RuntimeWarning, match=r"executor .*BrokenProcessPool.*in this process"):
        assert_same_bits(index, with_a_death(processes, tmp_path / "died", 3))
    assert (tmp_path / "died").exists()


def test_an_executor_that_was_shut_down_is_told_once_and_done_without(index: fa.SortedIndex) -> None:
    over = ThreadPoolExecutor(1)
    over.shutdown()
    some = scenarios(PLAIN)[:3]
    with pytest.warns(RuntimeWarning, match="takes no work .*after shutdown.*in this process instead") as said:
        found = fa.sweep(index, some, by="chapter", executor=over)
    assert len(said) == 1
    assert np.array_equal(found.figures, fa.sweep(index, some, threads=1).figures, equal_nan=True)


def test_dask_gives_the_same_bits_and_maps_the_index_once_a_worker(index: fa.SortedIndex, tmp_path: Path) -> None:
    def loads() -> tuple[int, int]:
        from fastavs.evaluation.workplace import map_index

        return map_index.cache_info().misses, os.getpid()

    some = scenarios(SELECTING)
    with cluster(tmp_path) as client:
        found = fa.sweep(index, some, by=["chapter"], executor=client.get_executor())
        counted = list(client.run(loads).values())
        assert len({process for _, process in counted} | {os.getpid()}) == 3
        assert max(misses for misses, _ in counted) == 1
        dying = with_a_death(client.get_executor(), tmp_path / "died", 2)
        again = fa.sweep(index, some, executor=dying)
        assert (tmp_path / "died").exists()
        assert not any(future.exception() for future in dying.futures)  # dask itself tried again
    expected = fa.sweep(index, some, by=["chapter"], threads=1)
    assert expected.groups == found.groups
    for one in (found, again):
        assert np.array_equal(expected.figures, one.figures, equal_nan=True)


def test_an_error_of_ours_in_a_worker_surfaces_as_it_is(index: fa.SortedIndex, tmp_path: Path) -> None:
    path = tmp_path / "i.avs"
    index.save(path)
    copy = fa.SortedIndex.load(path)

    def remove(n: int, *call: Any) -> tuple[Any, ...]:
        path.unlink(missing_ok=True)
        return call

    with pool(1) as processes, pytest.raises(fa.InputError, match=r"a worker does not find the index.*TMPDIR"):
        fa.sweep(copy, scenarios(PLAIN), executor=Through(processes, remove))
    error = fa.InputError("unknown unit", file="trade.csv", value="kgs")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert pickle.loads(pickle.dumps(error)).file == "trade.csv"


def test_what_waits_is_called_off_and_no_file_is_left(
    index: fa.SortedIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    never = Never()

    def stop(step: str, done: int, of: int) -> None:
        assert list(tmp_path.iterdir())  # what workers map
        raise KeyboardInterrupt

    unsaved = replace(index, saved=None)
    with pytest.raises(KeyboardInterrupt):
        fa.sweep(unsaved, scenarios(SELECTING), executor=never, progress=stop)
    assert len(never.futures) > 2
    assert all(future.cancelled() for future in never.futures[1:])
    assert not list(tmp_path.iterdir())


def test_a_saved_index_is_mapped_where_it_lies(
    index: fa.SortedIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    path = tmp_path / "i.avs"
    index.save(path)
    copy = fa.SortedIndex.load(path)
    seen: list[set[str]] = []

    def look(n: int, *call: Any) -> tuple[Any, ...]:
        seen.append({file.name for file in tmp_path.rglob("*.avs")})
        return call

    with pool(1) as processes:
        assert_same_bits(copy, Through(processes, look), PLAIN)
        assert set.union(*seen) == {"i.avs"}
        path.write_bytes(b"another file by now")  # the copy is written anew from the map of the old one
        assert stamp_of(path) != copy.saved.stamp
        fresh = fa.SortedIndex.load(saved_again(index, path))
        path.unlink()
        assert_same_bits(fresh, Through(processes, look), PLAIN)
        assert "plan-0.avs" in set.union(*seen)
    load_plan.cache_clear()
    map_index.cache_clear()


def saved_again(index: fa.SortedIndex, path: Path) -> Path:
    index.save(path)
    return path
