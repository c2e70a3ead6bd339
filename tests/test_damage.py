"""Damaged files are refused in one sentence, or read as if nothing were: no wrong figure, no crash."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import make_study
import numpy as np
import pyarrow as pa
import pytest
from damages import HARMLESS, KINDS, REFUSED, SCENARIOS, try_all

import fastavs as fa
from fastavs.index.forms import FORMS, READY, sizes_of
from fastavs.tables.arrays import VERSION, read_arrays, write_arrays
from fastavs.tables.forms import Form, check_forms, check_values, form, starts


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    study = fa.Study.load(make_study.to_toml(make_study.make(7, method="partner", min_value=0.0), folder))
    path = folder / "study.avs"
    fa.build_index(study, SCENARIOS).save(path)
    return path


def test_a_damaged_index_gives_no_wrong_figure() -> None:
    """The same trials by the thousand: ``python tests/damages.py index 1000``."""
    counts = try_all(KINDS["index"], range(120))
    assert set(counts) <= {REFUSED, HARMLESS}
    assert counts[REFUSED] > 80


# ---- arrays and facts in a file


ARRAYS = {
    "numbers": np.arange(5000, dtype=np.float64),
    "table": np.arange(6, dtype=np.int32).reshape(2, 3),
    "flags": np.array([True, False]),
    "nothing": np.empty((0, 2), dtype=np.int8),
}


def test_arrays_come_back_read_only(tmp_path: Path) -> None:
    write_arrays(tmp_path / "some.avs", ARRAYS, {"years": [2001, None], "name": "ä"})
    for mapped in (True, False):
        found, facts = read_arrays(tmp_path / "some.avs", mapped)
        assert facts == {"years": [2001, None], "name": "ä"}
        assert list(found) == list(ARRAYS)
        for name, array in ARRAYS.items():
            assert found[name].dtype == array.dtype
            assert np.array_equal(found[name], array)
            assert found[name] is found[name]
            assert not found[name].flags.writeable
    assert sorted(path.name for path in tmp_path.iterdir()) == ["some.avs"]


def test_an_array_is_checked_when_it_is_first_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "some.avs"
    write_arrays(path, ARRAYS, {})
    content = bytearray(path.read_bytes())
    at = bytes(content).index(ARRAYS["numbers"][100:110].tobytes())
    content[at + 3] ^= 4
    path.write_bytes(content)
    found, _ = read_arrays(path)
    assert "numbers" in found
    assert found["table"].sum() == 15
    for _ in range(2):
        with pytest.raises(
            fa.InputError, match=r"damaged \(numbers is not what was written\).*delete the file"
        ) as error:
            found["numbers"]
        assert str(path) in str(error.value)


def head(path: Path, change: dict[bytes, bytes | None]) -> None:
    """Write a file's head anew."""
    with pa.OSFile(str(path)) as stream:
        batch = pa.ipc.open_file(stream).get_batch(0)
        marks = {key: value for key, value in {**batch.schema.metadata, **change}.items() if value is not None}
        batch = batch.replace_schema_metadata(marks)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)


def test_a_head_is_checked_at_once(tmp_path: Path) -> None:
    path = tmp_path / "some.avs"
    older = json.dumps({"version": 2, "shapes": {}, "facts": {}}).encode()
    newer = json.dumps({"version": VERSION + 1}).encode()
    cases: list[tuple[dict[bytes, bytes | None], str]] = [
        ({b"fastavs": b"{}"}, "damaged .its head is not"),
        ({b"fastavs.crc32": b"1"}, "damaged .its head is not"),
        ({b"fastavs.crc32": None}, "damaged .its head has lost its checksum"),
        ({b"fastavs": None}, "no index of fastavs, or a damaged one"),
        ({b"fastavs": b"{", b"fastavs.crc32": None}, "damaged .its head cannot be read"),
        ({b"fastavs": older, b"fastavs.crc32": None}, 'another version of fastavs "2"'),
        ({b"fastavs": newer, b"fastavs.crc32": str(zlib.crc32(newer)).encode()}, "another version"),
    ]
    for change, words in cases:
        write_arrays(path, ARRAYS, {})
        head(path, change)
        with pytest.raises(fa.InputError, match=words) as error:
            read_arrays(path)
        assert "To mend it: " in str(error.value)
    for content in (b"", b"no Arrow at all", b"ARROW1" + bytes(100)):
        path.write_bytes(content)
        with pytest.raises(fa.InputError, match="no index of fastavs, or a damaged one"):
            read_arrays(path)
    with pytest.raises(fa.InputError, match="no such file"):
        read_arrays(tmp_path / "nowhere.avs")


# ---- forms


def test_every_array_of_an_index_has_its_form(saved: Path) -> None:
    found, facts = read_arrays(saved)
    assert set(found) == {*FORMS, *READY}
    found.expect({**FORMS, **READY}, sizes_of(facts))
    for name in found:
        found[name]


@pytest.mark.parametrize("name", [*FORMS, *READY])
def test_an_array_that_is_written_whole_and_wrong_is_refused(saved: Path, tmp_path: Path, name: str) -> None:
    sound, facts = read_arrays(saved)
    array, one = sound[name], {**FORMS, **READY}[name]
    wrong = [np.zeros(array.shape, dtype=np.float32)]
    wrong += [array.astype(array.dtype.newbyteorder())] if array.dtype.itemsize > 1 else []
    wrong += [array[None]] if array.size else []
    for title, field in one.fields.items():
        most = [np.iinfo(array.dtype[title]).max] if field.below or field.rises else []
        for value in (-2, *most):
            changed = array.copy()
            changed[title][-1 if field.rises else 0] = value
            wrong.append(changed)
    if array.size and (one.below or one.rises or one.low is not None):
        most = [(-1, np.iinfo(array.dtype).max)] if one.below or one.rises else []
        for place, value in ((0, -2), *most):
            changed = array.copy()
            changed.flat[place] = value
            wrong.append(changed)
    for changed in wrong:
        write_arrays(tmp_path / "wrong.avs", {**sound, name: changed}, facts)
        with pytest.raises(fa.InputError, match=f"damaged .{name}[ .]"):  # noqa: PT012
            found, again = read_arrays(tmp_path / "wrong.avs")
            found.expect({**FORMS, **READY}, sizes_of(again))
            found[name]
    write_arrays(tmp_path / "wrong.avs", {other: sound[other] for other in sound if other != name}, facts)
    found, again = read_arrays(tmp_path / "wrong.avs")
    with pytest.raises(fa.InputError, match=f"damaged .{name} is lacking"):
        found.expect({**FORMS, **READY}, sizes_of(again))


def test_sizes_are_learnt_from_the_first_array_that_has_them() -> None:
    forms = {"a": starts("parts", "things"), "b": form("int8", "parts*2", "things"), "c": form("int8", "more+things")}
    heads = {"a": ("<i8", (4,)), "b": ("|i1", (6, 5)), "c": ("|i1", (7,))}
    wrong, sizes = check_forms(heads, forms, {"things": 5})
    assert (wrong, sizes) == (None, {"parts": 3, "things": 5, "more": 2})
    assert check_forms(heads | {"b": ("|i1", (5, 5))}, forms, {"things": 5})[0] == "b has the length 5"
    assert check_forms(heads | {"c": ("|i1", (4,))}, forms, {"things": 5})[0] == "c has the length 4"
    assert check_forms(heads | {"c": ("rubbish", (7,))}, forms, {"things": 5})[0] == "c is of type rubbish"


def test_values_are_held_against_bounds() -> None:
    rising = Form("int64", ("parts+1",), rises=True, ends="things")
    assert check_values("a", np.array([0, 2, 5]), rising, {"things": 5}) is None
    for wrong in ([0, 2, 4], [1, 2, 5], [0, 6, 5]):
        assert check_values("a", np.array(wrong), rising, {"things": 5}) == "a does not rise from 0 to 5"
    places = form("int64", "n", low=-1, below="things")
    assert check_values("a", np.array([-1, 4]), places, {"things": 5}) is None
    assert check_values("a", np.array([-2, 4]), places, {"things": 5}) == "a holds -2"
    assert check_values("a", np.array([-1, 5]), places, {"things": 5}) == "a holds 5"
