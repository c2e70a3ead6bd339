"""Files are told for what they are: tables of another kind than their names say, text in another encoding, TOML."""

from __future__ import annotations

import gzip
import io
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather
from test_bad_input import APPLIED, STUDY, TRADE, message, put, swapped

import fastavs as fa
from fastavs.errors import printable
from fastavs.scenario.file import read_scenarios

TABLE = pa.table({"period": ["2009"], "line": ["2203000100"], "partner": ["DEU"], "value": [1.0]})


def content(kind: str) -> bytes:
    """A file of some kind."""
    stream = io.BytesIO()
    if kind == "parquet":
        pq.write_table(TABLE, stream, write_page_checksum=True)
    elif kind == "feather":
        feather.write_feather(TABLE, stream)
    elif kind == "stream":
        with pa.ipc.new_stream(stream, TABLE.schema) as writer:
            writer.write_table(TABLE)
    else:
        return {
            "csv": TRADE.encode(), "old feather": b"FEA1", "gzip": gzip.compress(TRADE.encode()),
            "bzip2": b"BZh91AY", "zstd": b"(\xb5/\xfd$",
            "excel": b"PK\x03\x04", "old excel": b"\xd0\xcf\x11\xe0", "pdf": b"%PDF-1.7", "page": b" <!DOCTYPE html>",
            "xml": b"\xef\xbb\xbf<?xml", "utf-16": TRADE.encode("utf-16"), "utf-16-be": TRADE.encode("utf-16-be"),
            "utf-32": TRADE.encode("utf-32"), "sqlite": b"SQLite format 3\0",
        }[kind]  # fmt: skip
    return stream.getvalue()


KINDS = [
    ("trade.csv", "parquet", "a Parquet file", "let its name end in .parquet"),
    ("trade.csv", "feather", "an Arrow file", "let its name end in .arrow"),
    ("trade.csv", "old feather", "a Feather file", "let its name end in .arrow"),
    ("trade.csv", "stream", "an Arrow stream", "save the table as CSV or Parquet"),
    ("trade.csv", "gzip", "compressed by gzip", "let its name end in .gz"),
    ("trade.csv", "excel", "an Excel workbook", "save the table as CSV"),
    ("trade.csv", "old excel", "an Excel workbook of before 2007", "save the table as CSV"),
    ("trade.csv", "pdf", "a PDF", "save the table"),
    ("trade.csv", "sqlite", "an SQLite database", "save the table"),
    ("trade.csv", "page", "a web page", "save the table"),
    ("trade.csv", "xml", "XML", "save the table"),
    ("trade.csv", "utf-16", "text in UTF-16", "save the file as UTF-8"),
    ("trade.csv", "utf-16-be", "text in UTF-16", "save the file as UTF-8"),
    ("trade.csv", "utf-32", "text in UTF-32", "save the file as UTF-8"),
    ("trade.csv.gz", "csv", "plain text, such as CSV", "let its name end in .csv"),
    ("trade.csv.gz", "bzip2", "compressed by bzip2", ".bz2"),
    ("trade.csv.bz2", "zstd", "compressed by zstd", ".zst"),
    ("trade.parquet", "csv", "plain text, such as CSV", "let its name end in .csv"),
    ("trade.parquet", "feather", "an Arrow file", "let its name end in .arrow"),
    ("trade.feather", "parquet", "a Parquet file", "let its name end in .parquet"),
    ("trade.arrow", "excel", "an Excel workbook", "save the table as CSV"),
]


@pytest.mark.parametrize(("name", "kind", "what", "cure"), KINDS, ids=[f"{one[1]} as {one[0]}" for one in KINDS])
def test_a_table_is_told_for_what_it_is(tmp_path: Path, name: str, kind: str, what: str, cure: str) -> None:
    text = message(tmp_path, {"study.toml": swapped(STUDY, "trade.csv", name), name: content(kind)})
    assert text.startswith(f"{name}: the file cannot be read (it is {what}")
    assert "than its name says" in text
    assert cure in text.partition("To mend it: ")[2]


@pytest.mark.parametrize("table", ["applied.csv", "fx.csv", "more.csv"])
def test_every_table_is_told_for_what_it_is(tmp_path: Path, table: str) -> None:
    for section in ('[groups]\nuse = "more.csv"\n', '[published]\nsummary = "more.csv"\n'):
        files = {"study.toml": STUDY + section, "more.csv": "prefix,group,year\n22,food,2009\n"}
        text = message(tmp_path, {**files, table: content("excel")})
        assert text.startswith(f"{table}: the file cannot be read (it is an Excel workbook")


@pytest.mark.parametrize(
    ("text", "encoding", "words"),
    [
        (TRADE.replace("CHN,200.0", "Österreich,200.0"), "latin-1", "line 3 is text in Latin-1 or another code page"),
        (
            TRADE.replace("CHN,200.0", "Китай,200.0"),
            "cp1251",
            "line 3 is text in a Cyrillic code page such as Windows-1251",
        ),
        (TRADE.replace("period", "Größe"), "latin-1", "line 1 is text in Latin-1"),
    ],
)
@pytest.mark.parametrize("name", ["trade.csv", "trade.csv.gz"])
def test_text_in_a_code_page(tmp_path: Path, name: str, text: str, encoding: str, words: str) -> None:
    written = text.encode(encoding)
    files = {"study.toml": swapped(STUDY, "trade.csv", name), name: gzip.compress(written) if "gz" in name else written}
    told = message(tmp_path, files)
    assert told.startswith(f"{name}: the file cannot be read ({words}")
    assert told.endswith("save the file as UTF-8.")


def test_text_in_utf8_with_its_mark_is_read(tmp_path: Path) -> None:
    files = {"trade.csv": TRADE, "applied.csv": APPLIED, "study.toml": STUDY}
    study = fa.Study.load(put(tmp_path, {name: b"\xef\xbb\xbf" + text.encode() for name, text in files.items()}))
    assert study.set_aside.table().num_rows == 0


def test_a_page_of_parquet_with_another_checksum(tmp_path: Path) -> None:
    written = bytearray(content("parquet"))
    written[written.index(b"2203000100")] ^= 1
    text = message(tmp_path, {"study.toml": swapped(STUDY, "trade.csv", "t.parquet"), "t.parquet": bytes(written)})
    assert text.startswith("t.parquet: the file cannot be read (")


def test_a_table_in_memory_that_breaks_the_rules() -> None:
    for offsets, letters in (([0, 1 << 28, 4], b"2203"), ([0, 1, 2], b"2\xff")):
        buffers = [None, pa.py_buffer(np.array(offsets, dtype=np.int32)), pa.py_buffer(letters)]
        lines = pa.Array.from_buffers(pa.string(), 2, buffers)
        trade = pa.table({"period": ["2009"] * 2, "line": lines, "partner": ["DEU"] * 2, "value": [1.0] * 2})
        with pytest.raises(fa.InputError, match=r"<trade>: the table is damaged .*make it anew"):
            fa.Study(trade, {"year": [2009], "line": ["2203000100"], "duty": ["5%"]})


# ---- TOML


TOML = [
    ("a = " + "[" * 5000, "is no TOML (it is nested too deep)"),
    ("a" + ".a" * 5000 + " = 1", "unknown key"),
    ("a = " + "9" * 5000, "is no TOML ("),
    ("name = ", "is no TOML ("),
    ('name = "x"'.encode("utf-16"), "cannot be read (it is text in UTF-16)"),
    ('name = "Österreich"'.encode("latin-1"), "cannot be read (line 1 is text in Latin-1"),
    (b"PK\x03\x04", "cannot be read (it is an Excel workbook"),
    (b"# " + b"-" * (1 << 24), "is longer than any"),
    (b'name = "a\\u0000b"\n', ""),
]


@pytest.mark.parametrize(("text", "words"), TOML, ids=range(len(TOML)))
def test_toml_that_cannot_be_read(tmp_path: Path, text: str | bytes, words: str) -> None:
    path = tmp_path / "some.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    for read in (fa.Study.load, read_scenarios):
        with pytest.raises(fa.InputError) as error:
            read(path)
        told = str(error.value)
        assert told.startswith(f"{path}")
        assert words in told
        assert told.isprintable()


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no endless file")
@pytest.mark.parametrize("name", ["/dev/zero", "/dev/null", "pipe", "folder", "gone.toml", "a\0b", "a" * 300])
def test_what_is_no_file_at_all(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    told = r"the (study|scenario) file (cannot be read|is no ordinary file)|argument path"
    for read in (fa.Study.load, read_scenarios):
        with pytest.raises(fa.InputError, match=told):
            read(tmp_path / name)


def test_messages_are_one_line_that_a_screen_shows() -> None:
    assert printable("a\u2028b\x1b[31m") == r"a\u2028b\x1b[31m"
    assert str(fa.InputError("no", value="x" * 999)) == f'no "{"x" * 300}...".'
    assert str(fa.InputError("no", value=10**5000)) == 'no "int".'
