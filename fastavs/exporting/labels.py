"""Names as a file format takes them: cut and cleaned without two becoming one, and every change said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple

ELEMENT = 12  # letters of an element of a set in GEMPACK
RENAMED = '" is written "'
"""Stands in what is said of a name that is written otherwise."""
UEL = 63  # bytes of a label in GAMS


class Labels(NamedTuple):
    """Names as they are written.

    Attributes
    ----------
    written : tuple of str
        One for each name, in order; no two are the same but for upper and lower case.
    log : tuple of str
        A sentence for each that is written otherwise.
    """

    written: tuple[str, ...]
    log: tuple[str, ...]


def elements(word: str, names: Sequence[str]) -> Labels:
    """Return names as elements of a GEMPACK set: 12 letters of A to Z, 0 to 9 and _, a letter first.

    Parameters
    ----------
    word : str
        What they are, as "sector"; its first letter goes before a name that begins with no letter.
    names : sequence of str

    Examples
    --------
    >>> elements("sector", ["food", "13", "Textiles and apparel", "Textiles and footwear"]).written
    ('food', 's13', 'Textiles_and', 'Textiles_an2')
    >>> for line in elements("region", ["Россия", "Côte d'Ivoire"]).log:
    ...     print(line)
    region 1 "Россия" is written "r1"
    region 2 "Côte d'Ivoire" is written "Cote_d_Ivoir"
    """
    return _labels(word, names, lambda name: _ascii_name(name, word[0]), _cut_letters, ELEMENT)


def uels(word: str, names: Sequence[str]) -> Labels:
    """Return names as labels of GAMS: 63 bytes, one kind of quotes, no blank at the end.

    Examples
    --------
    >>> uels("sector", ["food", "Food "]).written
    ('food', 'Food2')
    """
    return _labels(word, names, _gams_name, _cut_bytes, UEL)


def ascii_text(text: str) -> str:
    """Return a text in ASCII: letters without their marks, and ? for what has no such letter.

    Examples
    --------
    >>> ascii_text("Côte – Россия")
    'Cote - ??????'
    """
    dashes = text.replace("–", "-").replace("—", "-").replace("’", "'")
    plain = "".join(one for one in unicodedata.normalize("NFKD", dashes) if not unicodedata.combining(one))
    return "".join(one if one.isascii() and one.isprintable() else "?" for one in plain)


def _labels(
    word: str, names: Sequence[str], clean: Callable[[str], str], cut: Callable[[str, int], str], longest: int
) -> Labels:
    cleaned = [clean(name) or f"{word[0]}{at}" for at, name in enumerate(names, 1)]
    written: list[str | None] = [None] * len(names)
    taken: set[str] = set()
    whole = [at for at, name in enumerate(names) if name == cleaned[at] == cut(name, longest)]
    for at in (*whole, *(at for at in range(len(names)) if at not in set(whole))):  # who can keep his name keeps it
        label, number = cut(cleaned[at], longest), 1
        while label.casefold() in taken:
            number += 1
            label = cut(cleaned[at], longest - len(str(number))) + str(number)
        taken.add(label.casefold())
        written[at] = label
    final = tuple(str(one) for one in written)
    log = [
        f'{word} {at} "{name}{RENAMED}{label}"'
        for at, (name, label) in enumerate(zip(names, final, strict=True), 1)
        if name != label
    ]
    return Labels(final, tuple(log))


def _ascii_name(name: str, first: str) -> str:
    plain = "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))
    text = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_")
    return f"{first}{text}" if text[:1].isdigit() else text


def _gams_name(name: str) -> str:
    text = "".join(one if one.isprintable() else " " for one in name).strip()
    return text.replace('"', "'")


def _cut_letters(text: str, longest: int) -> str:
    return text[:longest].rstrip("_")


def _cut_bytes(text: str, longest: int) -> str:
    return text.encode()[:longest].decode(errors="ignore").rstrip()
