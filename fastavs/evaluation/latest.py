"""What was made last, kept while others may want it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """The last few things made, by key. Threads that want the same one wait for the first to make it."""

    def __init__(self, most: int = 2) -> None:
        self._most = most
        self._lock = Lock()
        self._places: dict[Hashable, _Place[T]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return Latest, (self._most,)  # made anew elsewhere

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what has this key, made if need be."""
        with self._lock:
            place = self._places.get(key)
            if place is None:
                place = self._places[key] = _Place()
                while len(self._places) > self._most:
                    del self._places[next(iter(self._places))]
        with place.lock:
            if not place.found:
                place.found.append(make())
            return place.found[0]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._places.clear()


class _Place(Generic[T]):
    def __init__(self) -> None:
        self.lock = Lock()
        self.found: list[T] = []
