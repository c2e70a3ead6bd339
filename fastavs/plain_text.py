"""Plain text in files: TOML, and what a file is that should be text in UTF-8 and is not."""

from __future__ import annotations

import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from fastavs.errors import InputError, did_you_mean

HEAD = 1024
"""How many bytes of a file tell what it is."""
SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"FEA1", "a Feather file"),
    (b"\xff\xff\xff\xff", "an Arrow stream"),
    (b"\x1f\x8b", "compressed by gzip"),
    (b"BZh", "compressed by bzip2"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd"),
    (b"PK\x03\x04", "an Excel workbook, or another zip archive"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook of before 2007"),
    (b"%PDF", "a PDF"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\xff\xfe\x00\x00", "text in UTF-32"),
    (b"\x00\x00\xfe\xff", "text in UTF-32"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
)
"""How files begin and what they are; the longer of two alike beginnings first."""
MARKUP = {b"<!doctype html": "a web page", b"<html": "a web page", b"<table": "a web page", b"<?xml": "XML"}
LARGEST_TOML = 1 << 24  # bytes: ten thousand scenarios have one


def sign_of(head: bytes) -> str | None:
    """Return what a file is by how it begins, None where that does not tell."""
    return next((what for sign, what in SIGNS if head.startswith(sign)), None)


def other_than_text(head: bytes) -> str | None:
    """Return what a file is that should be plain text, None where its beginning does not tell.

    Examples
    --------
    >>> other_than_text("period,line".encode("utf-16")), other_than_text(b"<!DOCTYPE html>"), other_than_text(b"a,b")
    ('text in UTF-16', 'a web page', None)
    """
    found = sign_of(head)
    if found is None and len(head) > 3 and (_zeros(head[::2]) or _zeros(head[1::2])):
        found = "text in UTF-16"
    return found or markup_of(head)


def markup_of(head: bytes) -> str | None:
    """Return what a file of markup is by how it begins, None where it is none."""
    trimmed = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return next((what for sign, what in MARKUP.items() if trimmed.startswith(sign)), None)


def _zeros(some: bytes) -> bool:
    """Whether nearly all bytes are zero, as every second one is in a text in UTF-16."""
    return 10 * some.count(0) >= 9 * len(some)


def not_utf8(content: bytes) -> str | None:
    r"""Return where text is no UTF-8 and what it may be instead; None where it is UTF-8.

    Examples
    --------
    >>> not_utf8("period,unit\n2009,kg\n2009,пара\n".encode("cp1251"))
    'line 3 is text in a Cyrillic code page such as Windows-1251, not in UTF-8'
    >>> not_utf8("unit\nStück".encode("latin-1")), not_utf8("Stück".encode())
    ('line 2 is text in Latin-1 or another code page, not in UTF-8', None)
    """
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        words = re.search(rb"[\x80-\xff]{3}", content[error.start : error.start + 4096])  # all letters are such
        page = "a Cyrillic code page such as Windows-1251" if words else "Latin-1 or another code page"
        return f"line {line} is text in {page}, not in UTF-8"
    return None


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """Read a TOML file; `what` is what messages call it, as "the study file".

    Raises
    ------
    InputError
        No such file, or none of TOML in UTF-8.
    """
    try:
        content = _content(path, what)
    except (OSError, ValueError) as error:  # a path with a zero in it is a ValueError
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no such file"
        raise InputError(f"{what} cannot be read ({reason}){_nearby(path)}", file=str(path)) from None
    trouble = other_than_text(content[:HEAD])
    trouble = f"it is {trouble}" if trouble else not_utf8(content)
    if trouble:
        raise InputError(f"{what} cannot be read ({trouble})", file=str(path), cure="save it as plain text in UTF-8")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # a number of too many digits is a ValueError as well
        reason = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise InputError(f"{what} is no TOML ({reason})", file=str(path)) from None


def _content(path: Path, what: str) -> bytes:
    """Return a file's bytes, if it is an ordinary file and not endless."""
    kind = path.stat().st_mode
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):  # nobody may ever write to a pipe
        raise InputError(f"{what} is no ordinary file", file=str(path))
    with path.open("rb") as stream:
        content = stream.read(LARGEST_TOML + 1)
    if len(content) > LARGEST_TOML:
        raise InputError(
            f"{what} is longer than any", file=str(path), expected=f"at most {LARGEST_TOML >> 20} MB of TOML"
        )  # fmt: skip
    return content


def _nearby(path: Path) -> str:
    """Name the file that may be meant."""
    try:
        names = [one.name for one in path.parent.glob("*.toml")]
    except (OSError, ValueError):
        return ""
    return f".{did_you_mean(path.name, names)}".rstrip(".")
