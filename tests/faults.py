"""Faults of the system while outputs are written, and what becomes of the outputs.

``python tests/faults.py 300`` makes so many trials of each fault. A trial is the same from the same seed, but for the
moment at which a process is killed. In each, old outputs stand where new ones should go; afterwards there must be all
old ones, or all new ones, and nothing else, and the program must have said in one sentence what went wrong.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from study_files import write_study

import fastavs as fa
from fastavs.cli import main

SCENARIOS = (
    '[[scenario]]\nname = "as it is"\n[[scenario]]\nname = "{name}"\nfx = {{ currency = "EUR", factor = {factor} }}\n'
)
OTHER_INDEX = 3
Snapshot = dict[str, bytes]


class Commands:
    """Commands that write outputs into a folder, with inputs elsewhere, and what they write."""

    def __init__(self, folder: Path, kinds: Sequence[str]) -> None:
        self.kinds = kinds
        self.inputs = folder / "inputs"
        self.outputs = folder / "outputs"
        self.outputs.mkdir(parents=True)
        self.study = {"old": write_study(self.inputs / "old"), "new": write_study(self.inputs / "new")}
        trade = self.inputs / "new" / "trade.csv"
        trade.write_text(trade.read_text().replace("CZE,900,", "CZE,800,"))
        for factor, name in enumerate(self.study, start=1):
            (self.inputs / f"{name}.toml").write_text(SCENARIOS.format(name=name, factor=factor))
        load_kernels(self.study["old"])
        self.expected = {(kind, age): self.made(kind, age) for kind in set(kinds) for age in ("old", "new")}

    def words(self, kind: str, age: str) -> list[str]:
        out = self.outputs
        if kind == "run":
            return ["run", str(self.study[age]), "--out", str(out / "results" / "small")]
        if kind == "replica":
            return ["replica", str(out / "replica"), "--scale", "0.001", "--seed", "1" if age == "old" else "2"]
        return [
            "sweep", str(self.study[age]), str(self.inputs / f"{age}.toml"), "--out", str(out / "sweep.csv"),
            "--by", "chapter", "--line", "2203000100", "--whole-lines", str(out / "lines.parquet"),
            "--index", str(out / "study.avs"),
        ]  # fmt: skip

    def clear(self) -> None:
        for path in self.outputs.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def made(self, kind: str, age: str) -> Snapshot:
        """What a command leaves where nothing stands in its way."""
        self.clear()
        status, told = apart(self.words(kind, age))
        assert status == 0, told
        return self.snapshot()

    def put(self, snapshot: Snapshot) -> None:
        """Put outputs where they may be overwritten; an index that stands there is read instead, so it goes."""
        self.clear()
        for name, content in snapshot.items():
            path = self.outputs / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def snapshot(self) -> Snapshot:
        """What there is, folders included; times aside, which differ from run to run."""
        found: Snapshot = {}
        for path in sorted(self.outputs.rglob("*")):
            name = str(path.relative_to(self.outputs))
            if path.is_dir():
                if not any(path.iterdir()):
                    found[name + "/"] = b""
                continue
            found[name] = path.read_bytes()
        return found


def load_kernels(study: Path) -> None:
    """Load what the processes of all trials will need."""
    scenarios = [fa.Scenario("as it is"), fa.Scenario("other", fa.FxShock("EUR", 2.0))]
    found = fa.Study.load(study)
    found.rates().summary()
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "lines.parquet"
        fa.sweep(found, scenarios, by="chapter", lines=["2203000100"], whole_lines=lines, threads=1)


def same(found: Snapshot, expected: Snapshot) -> bool:
    """Whether outputs are the same, but for the seconds that a run took."""

    def settled(one: Snapshot) -> Snapshot:
        return {name: _timeless(content) if name.endswith(("run.json", "report.html")) else content
                for name, content in one.items()}  # fmt: skip

    return settled(found) == settled(expected)


def _timeless(content: bytes) -> bytes:
    try:
        record = json.loads(content)
    except ValueError:
        return b"" if content.rstrip().endswith(b"</html>") else content  # a page tells the seconds as well
    for name in ("seconds", "digests"):
        record.pop(name)
    return json.dumps(record, sort_keys=True).encode()


def apart(
    words: list[str], before: Callable[[], object] = lambda: None, kill_after: float | None = None
) -> tuple[int, str]:
    """Run a command in a process of its own; returns its exit status and what it said on standard error."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        status = 70
        try:
            os.close(read)
            nothing = os.open(os.devnull, os.O_RDWR)
            os.dup2(nothing, 1)
            os.dup2(write, 2)
            sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
            sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115
            before()
            main(words)
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else 70
        except BaseException as error:
            os.write(2, f"Traceback: {type(error).__name__}: {error}".encode())
        finally:
            with contextlib.suppress(Exception):
                sys.stderr.flush()
            os._exit(status)
    os.close(write)
    if kill_after is not None:
        time.sleep(kill_after)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    told = b""
    while some := os.read(read, 1 << 16):
        told += some
    os.close(read)
    _, how = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(how), told.decode(errors="replace")


# ---- faults


def full_at(size: int) -> Callable[[], None]:
    """No file may grow beyond a size."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


# what removes files is not among them: where it fails, something must stay
LASTING = ("mkdir", "link", "chmod")  # where others fail for good, nothing can be undone
CALLS = ("replace", "rename", "mkdir", "link", "open", "listdir", "stat", "chmod", "scandir")


def failing(rng: random.Random) -> Callable[[], None]:
    """One call of the system, or every one from there on, fails for paths among the outputs."""
    name = rng.choice(CALLS)
    number = rng.choice([errno.ENOSPC, errno.EACCES, errno.EIO, errno.EROFS, errno.EDQUOT])
    after, once = rng.randrange(12), name not in LASTING or rng.random() < 0.5
    real = getattr(os, name)
    calls = 0

    def refuse(*words: object, **more: object) -> object:
        nonlocal calls
        if words and "outputs" in str(words[0]):
            calls += 1
            if calls == after + 1 or (calls > after and not once):
                raise OSError(number, os.strerror(number), words[0])
        return real(*words, **more)

    def put() -> None:
        setattr(os, name, refuse)
        if name == "open":
            import io

            real_open = io.open

            def refuse_open(*words: object, **more: object) -> object:
                mode = words[1] if len(words) > 1 else more.get("mode", "r")
                if "outputs" in str(words[0]) and set(str(mode)) & set("wxa"):
                    raise OSError(number, os.strerror(number), words[0])
                return real_open(*words, **more)

            io.open = refuse_open

    return put


def without_rights() -> None:
    """Give up root's right to write where no one may, if one has it."""
    if sys.platform == "linux" and os.getuid() == 0:
        overriding = 1 << 1  # CAP_DAC_OVERRIDE
        head = (ctypes.c_uint32 * 2)(0x20080522, 0)
        rights = (ctypes.c_uint32 * 6)()
        libc = ctypes.CDLL(None)
        assert libc.capget(head, rights) == 0
        rights[0] &= ~overriding
        rights[1] &= ~overriding
        assert libc.capset(head, rights) == 0


# ---- trials


def verdict(commands: Commands, kind: str, old: Snapshot, status: int, told: str) -> str:
    """Say what became of a trial."""
    new = commands.expected[kind, "new"]
    found = commands.snapshot()
    if status == 0:
        return "done" if same(found, new) else f"done, but not whole: {names_that_differ(found, new)}"
    if status != 2 or "Traceback" in told or told.count("\n") != 1:
        return f"badly said ({status}): {told[-300:]}"
    return "refused" if same(found, old) else f"refused, but changed: {names_that_differ(found, old)}"


def names_that_differ(found: Snapshot, expected: Snapshot) -> list[str]:
    return [name for name in {*found, *expected} if found.get(name) != expected.get(name)][:6]


def old_outputs(commands: Commands, kind: str, rng: random.Random) -> Snapshot:
    """Put old outputs in place, or none; an old index would be read, so there is none."""
    old = dict(commands.expected[kind, "old"]) if rng.random() < 0.7 else {}
    old.pop("study.avs", None)
    commands.put(old)
    return old


def trial(commands: Commands, fault: str, seed: int) -> str:
    """Make one trial of a fault."""
    rng = random.Random(f"{fault} {seed}")
    kind = rng.choice(commands.kinds)
    words = commands.words(kind, "new")
    old = old_outputs(commands, kind, rng)
    if fault == "two":
        return two_writers(commands, kind, rng)
    if fault == "disk":
        with small_disk(commands, old, rng):
            return verdict(commands, kind, old, *apart(words))
    if fault == "full":
        largest = max(map(len, commands.expected[kind, "new"].values()))
        return verdict(commands, kind, old, *apart(words, full_at(int(largest ** rng.random()))))
    if fault == "failing":
        return verdict(commands, kind, old, *apart(words, failing(rng)))
    if fault == "forbidden":
        folder = rng.choice([commands.outputs, *(path for path in commands.outputs.rglob("*") if path.is_dir())])
        folder.chmod(0o555)
        try:
            return verdict(commands, kind, old, *apart(words, without_rights))
        finally:
            folder.chmod(0o755)
    status, _ = apart(words, kill_after=rng.random() * LONGEST[kind])
    if status == 0:
        return verdict(commands, kind, old, status, "")
    state = commands.snapshot()
    left = {name for name in state if ".fastavs-" in name or name.endswith("/")}  # a folder still empty, too
    for name in {*state, *old} - left:
        ages = [old.get(name), commands.expected[kind, "new"].get(name)]
        if not any(
            same({name: state[name]} if name in state else {}, {} if one is None else {name: one}) for one in ages
        ) and (name in state or kind != "run"):
            return f"killed, and left a part of {name}"
    (commands.outputs / "study.avs").unlink(missing_ok=True)
    again = verdict(commands, kind, {}, *apart(words))
    return f"killed, then {again}" + (" and cleared" if left and again == "done" else "")


@contextlib.contextmanager
def small_disk(commands: Commands, old: Snapshot, rng: random.Random) -> Iterator[None]:
    """Put the outputs on a disk that has room for the old ones and for a part of new ones; root alone can."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", commands.outputs], check=True)
    try:
        commands.put(old)
        size = sum(path.stat().st_blocks for path in commands.outputs.rglob("*")) * 512
        room = int(4096 * (2_000_000 / 4096) ** rng.random())
        subprocess.run(["mount", "-o", f"remount,size={size + room}", commands.outputs], check=True)
        yield
    finally:
        subprocess.run(["umount", commands.outputs], check=True)


def two_writers(commands: Commands, kind: str, rng: random.Random) -> str:
    """Let two write the same outputs at a time, and read them meanwhile."""
    ages = [commands.expected[kind, age] for age in ("old", "new")]
    children = []
    for age in rng.sample(["old", "new"], 2):
        child = os.fork()
        if child == 0:
            status, told = apart(commands.words(kind, age))
            other = "the index was built from other data" in told  # the quicker one's, whose study is another
            os._exit(OTHER_INDEX if other else status)
        children.append(child)
        time.sleep(rng.random() * 0.2)
    statuses = []
    while len(statuses) < len(children):
        for path in [Path(one) / name for one, _, found in os.walk(commands.outputs) for name in found]:
            if ".fastavs-" in str(path):
                continue
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                name, content = str(path.relative_to(commands.outputs)), path.read_bytes()
                if name != "study.avs" and not any(same({name: content}, {name: age[name]}) for age in ages):
                    return f"a reader saw a part of {name}"
        for child in children:
            with contextlib.suppress(ChildProcessError):
                done, how = os.waitpid(child, os.WNOHANG)
                if done:
                    statuses.append(os.waitstatus_to_exitcode(how))
    if sorted(statuses) not in ([0, 0], [0, OTHER_INDEX]):
        return f"one of two failed: {statuses}"
    found = commands.snapshot()
    if any(same(found, age) for age in ages):
        return "done"
    mixed = all(any(same({name: found.get(name, b"")}, {name: age[name]}) for age in ages) for name in ages[0])
    return (
        "done, files of both" if mixed and set(found) == set(ages[0]) else f"two: {sorted(set(found) ^ set(ages[0]))}"
    )


LONGEST = {"run": 1.0, "sweep": 0.5, "replica": 3.0}
FAULTS = ("full", "disk", "failing", "forbidden", "killed", "two")


@contextlib.contextmanager
def commands(kinds: Sequence[str]) -> Iterator[Commands]:
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    folder.chmod(0o755)
    try:
        yield Commands(folder, kinds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def try_all(fault: str, seeds: range, some: Commands) -> Counter[str]:
    counts: Counter[str] = Counter()
    for seed in seeds:
        found = trial(some, fault, seed)
        counts[found.split(":")[0]] += 1
        if found not in GOOD:
            print(f"{fault} {seed}: {found}", flush=True)
    return counts


GOOD = ("done", "refused", "killed, then done", "killed, then done and cleared")

if __name__ == "__main__":
    number = int(sys.argv[1])
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    with commands([*["run", "sweep"] * 5, "replica"]) as made:
        for one in sys.argv[2].split(",") if len(sys.argv) > 2 else FAULTS:
            for what, count in try_all(one, range(first, first + number), made).most_common():
                print(f"{one}: {count:6} {what}", flush=True)
