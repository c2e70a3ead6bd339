"""Duties as web pages print them: marks of HTML out, characters by name in."""

from __future__ import annotations

import html
import re

from fastavs.errors import DutyError

_POWER = re.compile(r"(?<=m)\s*<sup[^<>]*>\s*([23])\s*</sup>", re.IGNORECASE)
_RAISED = re.compile(r"<su[pb][^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def without_markup(text: str) -> str:
    """Return a duty's text without tags and with the characters that entities name.

    A tag becomes a tab, which no number goes across.

    Raises
    ------
    DutyError
        If something is raised or lowered but the 2 of m2 or the 3 of m3: a footnote's number, most likely.

    Examples
    --------
    >>> without_markup("<span>5</span> EUR / m<sup>2</sup>")
    '\\t5\\t EUR / m2'
    """
    if "<" not in text and "&" not in text:
        return text
    text = _POWER.sub(r"\1", text)
    if _RAISED.search(text):
        raise DutyError(
            "a raised or lowered mark, which may be a footnote's", value=text, cure="write it out or leave it out"
        )
    return html.unescape(_TAG.sub("\t", text))
