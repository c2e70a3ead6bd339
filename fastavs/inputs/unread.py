"""Duties that cannot be read: all of them, by text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from fastavs.errors import DutyError, place_of, printable

SET_ASIDE = "set_aside"
LONGEST_SHOWN = 120  # letters
MOST_SHOWN = 50
"""Texts that a message lists."""
TO_GO_ON = 'To go on without their lines: [schedules] unreadable = "set_aside".'


@dataclass(frozen=True, slots=True)
class Unread:
    """A duty text of one file that cannot be read, and the lines that have it.

    Attributes
    ----------
    kind : str
        "applied" or "bound".
    file : str
    text : str
    error : DutyError
        Why not.
    rows : tuple of int
        From 1.
    years : tuple of int
        Of each row.
    lines : tuple of str
        Of each row.
    """

    kind: str
    file: str
    text: str
    error: DutyError
    rows: tuple[int, ...]
    years: tuple[int, ...]
    lines: tuple[str, ...]

    @property
    def reason(self) -> str:
        return self.error.problem.removesuffix("; in the duty")


class UnreadDuties(DutyError):
    """Duties that cannot be read; the message has the first in full and then all.

    Parameters
    ----------
    unread : sequence of Unread
        At least one.

    Attributes
    ----------
    texts : tuple of str
        Each distinct text with how many rows have it, the first of these, and why it cannot be read.
    several : bool
        Whether more than one row has such a text.
    """

    def __init__(self, unread: Sequence[Unread]) -> None:
        self.texts = tuple(_listed(some) for some in by_text(unread))
        self.to_go_on = TO_GO_ON
        self.several = sum(len(one.rows) for one in unread) > 1
        first = unread[0]
        more = f" ({len(self.texts) - 1} more duty texts cannot be read either)" if len(self.texts) > 1 else ""
        super().__init__(
            f"the duty of line {first.lines[0]} cannot be read: {first.reason}{more}"
            + ("; its text is" if first.text else ""),
            file=first.file, row=first.rows[0], column="duty", value=first.text or None,
            expected=first.error.expected, cure=first.error.cure,
        )  # fmt: skip

    def _shown(self) -> list[str]:
        more = len(self.texts) - MOST_SHOWN
        return [*self.texts[:MOST_SHOWN], *([f"and {more} more"] if more > 0 else [])]

    def _message(self) -> str:
        all_of_them = f" All of them: {'; '.join(self._shown())}." if self.several else ""
        return f"{super()._message()}{all_of_them} {self.to_go_on}"

    def said(self, say: Callable[[str], str]) -> Self:
        self.to_go_on = say(self.to_go_on)
        return super().said(say)

    def in_lines(self) -> str:
        """Return the message for a screen, a line for each text."""
        if not self.several:
            return f"{super()._message()}\n{self.to_go_on}"
        return "\n".join([super()._message(), "All of them:", *(f"  {one}" for one in self._shown()), self.to_go_on])


def by_text(unread: Sequence[Unread]) -> list[list[Unread]]:
    """Return what cannot be read by text, as it stands in the files."""
    groups: dict[str, list[Unread]] = {}
    for one in unread:
        groups.setdefault(one.text, []).append(one)
    return list(groups.values())


def _listed(some: Sequence[Unread]) -> str:
    rows = sum(len(one.rows) for one in some)
    first = some[0]
    where = f"{place_of(first.file, first.rows[0])}, line {first.lines[0]}"
    count = f"{rows:,} rows, first {where}" if rows > 1 else where
    return printable(f'"{_short(first.text)}" ({count}): {_short(first.reason)}')


def _short(text: str) -> str:
    """Return a text as far as a list has room for it."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
