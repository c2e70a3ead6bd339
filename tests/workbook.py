"""Small workbooks, written by hand: no package that writes them is needed."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from xml.sax.saxutils import escape

Cell = str | float | None

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def workbook(sheets: Mapping[str, Sequence[Sequence[Cell]]], far: str = "") -> bytes:
    """The bytes of an .xlsx with some sheets, row by row; None is an empty cell, and `far` the place of one more."""
    names = list(sheets)
    numbers = range(1, len(names) + 1)
    book = "".join(
        f'<sheet name="{escape(n)}" sheetId="{i}" r:id="r{i}"/>' for i, n in zip(numbers, names, strict=True)
    )
    links = "".join(
        f'<Relationship Id="r{i}" Type="{_OFFICE}/worksheet" Target="worksheets/s{i}.xml"/>' for i in numbers
    )
    parts = "".join(
        f'<Override PartName="/xl/worksheets/s{i}.xml" ContentType="{_KIND}.worksheet+xml"/>' for i in numbers
    )
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>{parts}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r0" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{book}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>',
    }
    for i, rows in zip(numbers, sheets.values(), strict=True):
        lines = "".join(f'<row r="{y}">{_cells(y, row)}</row>' for y, row in enumerate(rows, 1))
        if far:
            lines += f'<row><c r="{far}"><v>1</v></c></row>'
        files[f"xl/worksheets/s{i}.xml"] = f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>'
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + content)
    return stream.getvalue()


def _cells(y: int, row: Sequence[Cell]) -> str:
    found = ""
    for x, cell in enumerate(row):
        at = f"{chr(65 + x)}{y}"
        if isinstance(cell, str):
            found += f'<c r="{at}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
        elif cell is not None:
            found += f'<c r="{at}"><v>{cell!r}</v></c>'
    return found
