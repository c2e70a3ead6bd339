"""Outputs put in place: each has a name of its own until it is whole, and then takes its target's.

Of two writers of one target the last one wins, and a reader finds the one result or the other, never a part of one.
What a killed writer leaves behind is removed by the next that writes to the same folder.
"""

from __future__ import annotations

import errno
import os
import platform
import re
import secrets
import shutil
import signal
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from fastavs.errors import InputError

_OWN_NAME = re.compile(r"\.fastavs-([0-9a-f]{8})-([0-9]+)-[0-9a-f]{8}")
_FORGOTTEN = 7 * 86400.0  # seconds after which a name of another host is taken to be left behind
_RIVALS = 100  # other writers of a folder that may be quicker, one after another


def own_name() -> str:
    """Return a short name that no other writer has; it says which host and process it is of."""
    return f".fastavs-{_host()}-{os.getpid()}-{secrets.token_hex(4)}"


@contextmanager
def whole_files(targets: Sequence[Path]) -> Iterator[list[Path]]:
    """Give a name beside each target to write to; the files take their places when the block ends well: all or none.

    A link is followed. A file that is replaced leaves its permissions to the new one.

    Raises
    ------
    OSError
        A target cannot be written to; what stood there stays.
    """
    places = [Path(os.path.realpath(target)) for target in targets]
    new = [place.with_name(own_name()) for place in places]
    try:
        for folder in dict.fromkeys(place.parent for place in places):
            remove_leftovers(folder)
        for place in places:
            _check_target(place)
        yield new
        with uninterrupted():
            _place(new, places)
    finally:
        _unlink(new)


@contextmanager
def whole_folder(target: Path, check: Callable[[Path], object]) -> Iterator[Path]:
    """Give a new folder to write into; it takes the place of `target` when the block ends well.

    Parameters
    ----------
    target : Path
        Its parents are made, and removed again if nothing comes of it.
    check : callable
        Called with what stood in the target's place, moved aside; an error puts it back.

    Raises
    ------
    OSError
        The folder cannot be written; what stood there stays.
    """
    made = _make_parents(target)
    holder = target.with_name(own_name())
    try:
        remove_leftovers(target.parent)
        holder.mkdir()
        (holder / "target").write_text(target.name, encoding="utf-8")
        (holder / "new").mkdir()
        yield holder / "new"
        with uninterrupted():
            _swap(holder, target, check)
    finally:
        shutil.rmtree(holder, ignore_errors=True)
        for folder in made:
            with suppress(OSError):  # a folder that holds something by now stays
                folder.rmdir()


@contextmanager
def whole_tree(target: Path) -> Iterator[Path]:
    """Give a new folder to write into; its files take their places in `target` when the block ends well.

    All or none do; what else `target` holds stays there.

    Raises
    ------
    OSError
        A file cannot be written; what stood there stays.
    """
    target = Path(os.path.realpath(target))
    made = _make_parents(target / "file")
    holder = target.with_name(own_name())
    try:
        remove_leftovers(target.parent)
        holder.mkdir()
        yield holder
        new = sorted(path for path in holder.rglob("*") if path.is_file())
        places = [target / path.relative_to(holder) for path in new]
        for place in places:
            made = _make_parents(place) + made
            _check_target(place)
        with uninterrupted():
            _place(new, places)
    finally:
        shutil.rmtree(holder, ignore_errors=True)
        for folder in made:
            with suppress(OSError):  # a folder that holds something by now stays
                folder.rmdir()


def cannot_write(what: str, error: OSError, file: str, cure: str) -> InputError:
    """Return what to raise where an output cannot be written.

    Parameters
    ----------
    what : str
        The output, as "the index".
    error : OSError
    file : str
        Its target; the name that it was written under says nothing to anyone.
    cure : str
    """
    return InputError(f"{what} cannot be written ({reason_of(error)})", file=file, cure=cure)


def reason_of(error: OSError) -> str:
    """Return in a few words why the system refuses.

    Examples
    --------
    >>> reason_of(OSError(28, "while writing 3 bytes to a file"))
    'No space left on device'
    """
    words = os.strerror(error.errno) if error.errno else str(error).splitlines()[0] if str(error) else ""
    return words or type(error).__name__


def remove_leftovers(folder: Path) -> None:
    """Remove what killed writers left in a folder: under our names alone, of processes that are gone or long ago.

    A result that such a writer had moved aside is put back, if nothing has taken its place.
    """
    with suppress(OSError):
        for name in os.listdir(folder):
            found = _OWN_NAME.fullmatch(name)
            if found and _is_left(folder / name, found[1], int(found[2])):
                _remove(folder / name)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C off for the moment that it takes to put outputs in place."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)


@cache
def _host() -> str:
    """Return what tells processes of one numbering from those of another: hosts, and containers of a host."""
    try:
        numbering = os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        numbering = 0
    return f"{zlib.crc32(f'{platform.node()} {numbering}'.encode()):08x}"


def _is_left(path: Path, host: str, process: int) -> bool:
    if host == _host() and os.name == "posix":  # elsewhere, asking for a process may end it
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        except (OSError, OverflowError):  # of another user; or no process number at all
            pass
    with suppress(OSError):
        return time.time() - path.lstat().st_mtime > _FORGOTTEN
    return False


def _remove(path: Path) -> None:
    if not path.is_dir() or path.is_symlink():
        path.unlink()
        return
    with suppress(OSError, ValueError):
        target = path.with_name((path / "target").read_text(encoding="utf-8"))
        if (path / "old").is_dir() and not target.exists():
            (path / "old").rename(target)
    shutil.rmtree(path, ignore_errors=True)


def _check_target(place: Path) -> None:
    """Raise an OSError where no file may be put."""
    if place.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(place))
    if place.exists() and not place.is_file():  # a device would be gone afterwards
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(place))
    if place.exists() and not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))


def _place(new: Sequence[Path], places: Sequence[Path]) -> None:
    """Move the files that were written to their places, all or none."""
    done: list[tuple[Path, Path | None]] = []
    second: list[Path] = []
    try:
        for one, place in zip(new, places, strict=True):
            if not one.exists():
                continue
            before = place.with_name(own_name()) if place.exists() else None
            if before is not None:
                shutil.copymode(place, one)
                if len(places) > 1:
                    second.append(before)
                    _keep(place, before)
            one.replace(place)
            done.append((place, before))
    except BaseException:
        for place, before in reversed(done):
            with suppress(OSError):
                place.unlink() if before is None else before.replace(place)
        raise
    finally:
        _unlink(second)


def _keep(place: Path, before: Path) -> None:
    """Give a file a second name, under which it stays when another takes its place."""
    try:
        os.link(place, before)
    except OSError:  # not every file system knows second names
        shutil.copy2(place, before)


def _unlink(files: Sequence[Path]) -> None:
    for one in files:
        with suppress(OSError):
            one.unlink(missing_ok=True)


def _make_parents(target: Path) -> list[Path]:
    """Make the folders that a target lies in; returns those that were not there, the innermost first."""
    missing = []
    for folder in target.parents:
        if folder.exists():
            break
        missing.append(folder)
    made: list[Path] = []
    try:
        for folder in reversed(missing):
            folder.mkdir(exist_ok=True)
            made.insert(0, folder)
    except OSError:
        for folder in made:
            with suppress(OSError):
                folder.rmdir()
        raise
    return made


def _swap(holder: Path, target: Path, check: Callable[[Path], object]) -> None:
    """Put a new folder in the place of what stands there."""
    new, old = holder / "new", holder / "old"
    for _ in range(_RIVALS):
        with suppress(FileNotFoundError):
            target.rename(old)
        try:
            check(old)
            new.rename(target)
            return
        except BaseException as error:
            rival = isinstance(error, OSError) and error.errno in (errno.ENOTEMPTY, errno.EEXIST)
            if not (rival and target.exists()):
                with suppress(OSError):
                    old.rename(target)
                raise
        shutil.rmtree(old, ignore_errors=True)  # another writer was quicker: ours replaces its result
    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(target))
