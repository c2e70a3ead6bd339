"""What was made for scenarios, kept with the index for the next call."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any


class Kept:
    """The things used last, by key, within a number of things and of bytes (as their `nbytes` has it).

    A copy made by pickling is empty.
    """

    def __init__(self, most: int, most_bytes: int | None = None) -> None:
        self._limits = (most, most_bytes)
        self._lock = Lock()
        self._found: OrderedDict[Hashable, Any] = OrderedDict()
        self._bytes = 0

    def __reduce__(self) -> tuple[Any, ...]:
        return (Kept, self._limits)

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what has this key, made if need be; two threads may make it at the same time."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = make()
        with self._lock:
            if key in self._found:
                return self._found[key]
            self._found[key] = made
            self._bytes += _bytes(made)
            while len(self._found) > 1 and self._too_much():
                self._bytes -= _bytes(self._found.popitem(last=False)[1])
        return made

    def _too_much(self) -> bool:
        most, most_bytes = self._limits
        return len(self._found) > most or (most_bytes is not None and self._bytes > most_bytes)


def _bytes(one: Any) -> int:
    return int(getattr(one, "nbytes", 0))
