"""Names as GEMPACK and GAMS take them: no two become one, and every change is said."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastavs.exporting.labels import ascii_text, elements, uels

NAMES = st.lists(st.one_of(st.text(max_size=80), st.text("aA_ 1é", max_size=16)), max_size=30, unique=True)


@given(NAMES)
def test_elements_are_what_gempack_takes(names: list[str]) -> None:
    found = elements("sector", names)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,11}", one) for one in found.written)
    assert len({one.casefold() for one in found.written}) == len(names)
    changed = [one for one, written in zip(names, found.written, strict=True) if one != written]
    assert len(found.log) == len(changed)
    assert elements("sector", names) == found


@given(NAMES)
def test_labels_are_what_gams_takes(names: list[str]) -> None:
    found = uels("region", names)
    assert all(0 < len(one.encode()) <= 63 and one == one.strip() and '"' not in one for one in found.written)
    assert len({one.casefold() for one in found.written}) == len(names)
    assert len(found.log) == sum(one != written for one, written in zip(names, found.written, strict=True))


def test_who_fits_keeps_his_name() -> None:
    names = ["Textiles and clothing", "Textiles_and", "TEXTILES_AND", "food"]
    assert elements("sector", names).written == ("Textiles_an3", "Textiles_and", "TEXTILES_AN2", "food")


def test_many_of_one_beginning() -> None:
    found = elements("sector", [f"Manufacture of {at}" for at in range(1200)]).written
    assert found[0] == "Manufacture"
    assert max(map(len, found)) == 12
    assert len({one.casefold() for one in found}) == 1200


@pytest.mark.parametrize(
    ("text", "plain"), [("naïve", "naive"), ("a\nb", "a?b"), ("№5", "No5"), ("5 – 6", "5 - 6"), ("ж", "?")]
)
def test_text_in_ascii(text: str, plain: Any) -> None:
    assert ascii_text(text) == plain
