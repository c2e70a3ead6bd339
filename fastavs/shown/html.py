"""A card as HTML, for notebooks: it takes the page's own colours, light or dark, and loads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from fastavs.shown.card import Card, Grid
from fastavs.shown.text import LONGEST, LONGEST_NOTE, cut

CELL = 80  # letters of a cell
STYLE = """<style>
.fastavs-card{line-height:1.45;max-width:60em}
.fastavs-card .fa-title{font-weight:600;font-size:1.1em;overflow-wrap:anywhere}
.fastavs-card .fa-kind,.fastavs-card .fa-quiet{opacity:.7}
.fastavs-card .fa-note,.fastavs-card .fa-caution{border-left:4px solid #d9822b;padding:.1em .6em;margin:.35em 0}
.fastavs-card .fa-note{font-weight:600}
.fastavs-card dl{display:grid;grid-template-columns:max-content 1fr;gap:.1em 1em;margin:.4em 0}
.fastavs-card dl dt{float:none;width:auto;font-weight:400;opacity:.7}
.fastavs-card dl dd{margin:0;overflow-wrap:anywhere}
.fastavs-card table{border-collapse:collapse;margin:.5em 0!important;font-variant-numeric:tabular-nums}
.fastavs-card th,.fastavs-card td{padding:.15em .7em;border-bottom:1px solid rgba(128,128,128,.3);text-align:right}
.fastavs-card .fa-word{text-align:left!important}
</style>"""


def as_html(card: Card) -> str:
    """Return a card as a part of a page; every text in it is escaped."""
    parts = [
        STYLE,
        f'<div class="fa-title"><span class="fa-kind">fastavs.{_told(card.kind)}</span> {_told(card.title)}</div>',
    ]
    parts += [f'<div class="fa-note">{_told(card.note, LONGEST_NOTE)}</div>'] if card.note else []
    if card.facts:
        facts = "".join(f"<dt>{_told(about)}</dt><dd>{_told(told)}</dd>" for about, told in card.facts)
        parts.append(f"<dl>{facts}</dl>")
    parts += [_grid(card.grid)] if card.grid is not None and card.grid.rows else []
    parts += [f'<div class="fa-caution">{_told(one)}</div>' for one in card.told_cautions()]
    parts += [f'<div class="fa-quiet">{_told(card.calls)}</div>'] if card.calls else []
    return '<div class="fastavs-card">' + "\n".join(parts) + "</div>"


def _told(words: str, most: int = LONGEST) -> str:
    return escape(cut(words, most))


def _grid(grid: Grid) -> str:
    head = _row(grid.head, grid.words, "th")
    rows = "".join(f"<tr>{_row(row, grid.words, 'td')}</tr>" for row in grid.rows)
    about = f'<div class="fa-quiet">{_told(grid.about)}</div>' if grid.about else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{about}"


def _row(cells: Sequence[str], words: int, tag: str) -> str:
    looks = [' class="fa-word"' if place < words else "" for place, _ in enumerate(cells)]
    return "".join(f"<{tag}{look}>{_told(cell, CELL)}</{tag}>" for look, cell in zip(looks, cells, strict=True))
