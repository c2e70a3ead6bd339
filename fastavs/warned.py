"""What most likely is a mistake and stops nothing: sentences that know what they concern, given as warnings."""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import FrameType
from typing import Self

from fastavs.errors import DataWarning

_PACKAGE = f"{Path(__file__).parent}{os.sep}"
_on_screen: ContextVar[bool] = ContextVar("on_screen", default=False)


class Caution(str):
    """A sentence or two on what most likely is a mistake; a text like any other, with what it concerns.

    Parameters
    ----------
    text : str
        What was found.
    rows : int, optional
        How many rows it concerns: of the trade, or of the table that the text names.
    value : float, optional
        The trade that it concerns, in the study's currency.
    cure : str, optional
        How to mend it, where the text does not say so.

    Examples
    --------
    >>> caution = Caution("2 rows stand twice.", rows=2, value=150.0, cure="drop them")
    >>> caution.startswith("2 rows"), caution.in_full
    (True, '2 rows stand twice. Trade: 150. To mend it: drop them.')
    """

    rows: int | None
    value: float | None
    cure: str

    def __new__(cls, text: str, *, rows: int | None = None, value: float | None = None, cure: str = "") -> Self:
        made = super().__new__(cls, text)
        made.rows, made.value, made.cure = rows, value, cure
        return made

    @property
    def in_full(self) -> str:
        """The text, then rows and trade (study's currency) where it does not name them, then the cure."""
        rows, value = (None if one is None else f"{one:,.0f}" for one in (self.rows, self.value))
        text = str(self)
        text += f" Rows: {rows}." if rows and not _names(self, rows) else ""
        text += f" Trade: {value}." if value and not _names(self, value) else ""
        return f"{text} To mend it: {self.cure}." if self.cure else text

    def said(self, say: Callable[[str], str]) -> Caution:
        """Return the caution with settings named as `say` does."""
        return Caution(say(str(self)), rows=self.rows, value=self.value, cure=say(self.cure))


def _names(text: str, number: str) -> bool:
    return re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d]|[.,]\d)", text) is not None


def as_caution(text: str) -> Caution:
    """Return a text as a caution; one that is a caution already stays what it is."""
    return text if isinstance(text, Caution) else Caution(text)


@contextmanager
def told_on_screen() -> Iterator[None]:
    """Give no warnings meanwhile: a screen says the same."""
    token = _on_screen.set(True)
    try:
        yield
    finally:
        _on_screen.reset(token)


def warn_of(texts: Callable[[], Iterable[str]]) -> None:
    """Give texts as a `DataWarning` each, which point at the line outside the package that called it.

    They are asked for only where no screen tells the same.
    """
    if _on_screen.get():
        return
    level = _level_of_caller(sys._getframe(1))
    for one in texts():
        warnings.warn(as_caution(one).in_full, DataWarning, stacklevel=level)


def _level_of_caller(frame: FrameType) -> int:
    """Return how many calls above `warn_of` the first file that is not the package's stands, as `stacklevel`."""
    level = 2
    above: FrameType | None = frame
    while above is not None and above.f_code.co_filename.startswith(_PACKAGE):
        above, level = above.f_back, level + 1
    return level
