"""The exceptions of fastavs and the form of their messages.

Every message says where (file, row, column), what stood there, what was expected and how to mend it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

LONGEST_VALUE = 300  # letters of a value in a message


class FastavsError(Exception):
    """Root of everything that fastavs raises on purpose."""


class DataWarning(UserWarning):
    """The data of a study, or its settings, most likely hold a mistake; nothing stops for it.

    Examples
    --------
    To stop at the first:

    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", DataWarning)
    """


READ_BY = ", read by "
"""Stands in what messages call a table that a reader made of files; its rows are not those of the files."""


def own_row(file: str | None, row: int | None) -> int | None:
    """Return the number of a row in its file; None for a row of a table that a reader made.

    Examples
    --------
    >>> own_row("trade.csv", 3), own_row("tariff.csv, read by eaeu_tariff", 3)
    (3, None)
    """
    return None if file and READ_BY in file else row


def place_of(file: str, row: int, word: str = " row") -> str:
    """Say where a row stands, for people: see `own_row`.

    Examples
    --------
    >>> place_of("trade.csv", 3), place_of("tariff.csv, read by eaeu_tariff", 3)
    ('trade.csv row 3', 'tariff.csv, read by eaeu_tariff')
    """
    return file if own_row(file, row) is None else f"{file}{word} {row}"


class InputError(FastavsError):
    """A study, a table or a row of it is wrong.

    Parameters
    ----------
    problem : str
        What is wrong, one sentence without a full stop.
    file : str, optional
        The file (or the table's name, for data that came from memory).
    row : int, optional
        Row of the data, from 1; a header does not count.
    column : str, optional
        Column of the table.
    key : str, optional
        Key of a file, as "base.periods"; an argument, where there is no file; or an option of the command line, as
        "--out".
    about : str, optional
        What a person looks for there, as "line 2203000100".
    value : object, optional
        What stood there.
    expected : str, optional
        What would have been right.
    cure : str, optional
        How to mend it.

    Examples
    --------
    >>> print(InputError("unknown unit", file="trade.csv", row=3, column="unit", value="kgs", cure='write "kg"'))
    trade.csv, row 3, column unit: unknown unit "kgs". To mend it: write "kg".
    """

    _called = "key"  # what the place of a setting is: a key of a file, or an argument

    def __init__(
        self,
        problem: str,
        *,
        file: str | None = None,
        row: int | None = None,
        column: str | None = None,
        key: str | None = None,
        about: str | None = None,
        value: object = None,
        expected: str | None = None,
        cure: str | None = None,
    ) -> None:
        self.problem = problem
        self.file = file
        self.row = own_row(file, row)
        self.column = column
        self.key = key
        self.about = about
        self.value = value
        self.expected = expected
        self.cure = cure
        super().__init__(self._message())

    def _message(self) -> str:
        row = None if self.row is None else f"row {self.row}"
        column = None if self.column is None else f"column {self.column}"
        word = self._called if self.file else "argument"
        word = "option" if self.key is not None and self.key.startswith("--") else word
        key = None if self.key is None else f"{word} {self.key}"
        where = ", ".join(part for part in (self.file, row, column, key) if part)
        if self.about:
            where = f"{where} ({self.about})" if where else self.about
        what = self.problem if self.value is None else f'{self.problem} "{_shown(self.value)}"'
        text = f"{where}: {what}." if where else f"{what}."
        if self.expected:
            text += f" Expected {_ended(self.expected)}"
        if self.cure:
            text += f" To mend it: {_ended(self.cure)}"
        return printable(text)

    def __reduce__(self) -> tuple[Any, ...]:
        return _remade, (type(self), self.args, self.__dict__)

    def placed(self, file: str) -> Self:
        """Name the file that the trouble is in, where the message names none yet; returns the same error."""
        if self.file is None:
            self.file = file
            self.args = (self._message(),)
        return self

    def told_of(self, about: str) -> Self:
        """Say what the trouble is about, where the message says it nowhere yet; returns the same error."""
        if self.about is None:
            self.about = about
            self.args = (self._message(),)
        return self

    def renamed(self, names: Mapping[str, str]) -> Self:
        """Give the file that the message names the name that people know it by; returns the same error."""
        if self.file is not None and self.file in names:
            self.file = names[self.file]
            self.args = (self._message(),)
        return self

    def said(self, say: Callable[[str], str]) -> Self:
        """Name settings as `say` does, as arguments and not as keys of a file; returns the same error."""
        self.problem = say(self.problem)
        self.expected = self.expected and say(self.expected)
        self.cure = self.cure and say(self.cure)
        self.key = self.key and say(self.key)
        self._called = "argument"
        self.args = (self._message(),)
        return self


def _remade(kind: type[InputError], args: tuple[str, ...], fields: dict[str, Any]) -> InputError:
    """Return an error that came from another process, its message as it was."""
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(fields)
    return error


def _shown(value: object) -> str:
    """Return a value as a message shows it: not at endless length."""
    try:
        text = printable(str(value)[: LONGEST_VALUE + 1])
    except Exception:  # a number of thousands of digits; or whatever an object of another's does
        return type(value).__name__
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "..."


def printable(text: str) -> str:
    """Return a text in one line, with a code in place of each letter that a screen does not show.

    Examples
    --------
    >>> print(printable("two" + chr(10) + "lines" + chr(0)))
    two\\nlines\\x00
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def _ended(text: str) -> str:
    """Return a text with the full stop that it may lack."""
    return text if text.endswith((".", "?")) else text + "."


class DutyError(InputError):
    """A duty text cannot be read, or a duty is asked for something it cannot give."""


class UnitError(InputError):
    """A quantity unit is unknown, or is no unit that a duty can be charged on.

    Attributes
    ----------
    known : bool
        True where the unit is understood but measures nothing that duties are charged on.
    """

    known: bool = False


def did_you_mean(value: str, known: Iterable[str]) -> str:
    """Return `` Did you mean "x"?`` for the nearest known word, or an empty string.

    Examples
    --------
    >>> did_you_mean("outlyer", ["outlier", "levels"])
    ' Did you mean "outlier"?'
    """
    near = difflib.get_close_matches(value, list(known), n=1, cutoff=0.6)
    return f' Did you mean "{near[0]}"?' if near else ""
