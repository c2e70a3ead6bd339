"""Partner countries: who is treated how, and when."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from fastavs.countries.partner import answers_to, named
from fastavs.errors import InputError, did_you_mean
from fastavs.periods import as_label, natural
from fastavs.tables.columns import about_row, text_column
from fastavs.tables.tables import Columns, Piece

COLUMNS = Columns(
    "partners",
    ("partner", "treatment", "region", "first_period", "last_period"),
    (),
    ("partner",),
)
TREATMENTS = ("mfn", "excluded")

Value = TypeVar("Value", float, str)


@dataclass(frozen=True, slots=True)
class Span:
    """A partner's exclusion from one period to another, both included; None is open."""

    first: str | None
    last: str | None

    def covers(self, period: str) -> bool:
        """Whether a period lies within. "2009" as a last period covers every part of 2009."""
        after = self.first is None or natural(period) >= natural(self.first)
        before = self.last is None or natural(period) <= natural(self.last) or period.startswith(self.last)
        return after and before


@dataclass(frozen=True, slots=True)
class Partners:
    """Who is excluded from the MFN partners.

    Partners stand here as `fastavs.countries.partner.named` gives them; the trade may write them otherwise.

    Attributes
    ----------
    excluded : dict
        Partner to the spans in which it is excluded.
    regions : dict
        Partner to its region, where the table has one.
    valuation : dict
        Partner to the factor that lifts its values (METHOD.md section 2); 1 for all others.
    """

    excluded: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)
    valuation: dict[str, float] = field(default_factory=dict)

    def is_excluded(self, partner: str, period: str) -> bool:
        """Whether a partner of the trade, as the trade writes it, is excluded in a period."""
        return any(span.covers(period) for span in self._spans(partner))

    def _spans(self, partner: str) -> list[Span]:
        return [span for one in answers_to(partner) for span in self.excluded.get(one, ())]

    def exclusion_matrix(self, partners: Sequence[str], periods: Sequence[str]) -> np.ndarray:
        """Return bool[partners, periods]: True where a partner is excluded."""
        matrix = np.zeros((len(partners), len(periods)), dtype=bool)
        for i, partner in enumerate(partners):
            if self._spans(partner):
                matrix[i] = [self.is_excluded(partner, period) for period in periods]
        return matrix

    def factors(self, partners: Sequence[str]) -> np.ndarray:
        """Return the valuation factor of each partner, float64[partners]."""
        return np.array([_first(self.valuation, partner, 1.0) for partner in partners], dtype=np.float64)

    def regions_of(self, partners: Sequence[str]) -> dict[str, str]:
        """Return the region of each partner of the trade that has one."""
        found = {partner: _first(self.regions, partner, "") for partner in partners}
        return {partner: region for partner, region in found.items() if region}


def _first(values: Mapping[str, Value], partner: str, other: Value) -> Value:
    """Return what settings say of a partner of the trade; what they say of it by its own spelling comes first."""
    return next((values[one] for one in answers_to(partner) if one in values), other)


def read_partners(
    pieces: Sequence[Piece],
    exclude: Sequence[str] = (),
    exclude_by_period: Mapping[str, Sequence[str]] | None = None,
    valuation: Mapping[str, float] | None = None,
) -> Partners:
    """Bring lists and table into one `Partners`. `exclude_by_period` comes on top of `exclude`.

    Raises
    ------
    InputError
        A row without a partner, or an unknown treatment.
    """
    spans: dict[str, list[Span]] = {named(partner): [Span(None, None)] for partner in exclude}
    for period, some in (exclude_by_period or {}).items():
        if not re.match(r"[0-9]{4}([^0-9]|\Z)", as_label(period)):
            raise InputError(
                "not a period", key="partners.exclude_by_period", value=period, expected='such as "2008" or "2011H1"'
            )
        for partner in some:
            spans.setdefault(named(partner), []).append(Span(as_label(period), as_label(period)))
    regions: dict[str, str] = {}
    for piece in pieces:
        cells = {column: text_column(piece, column) for column in COLUMNS.text}
        if not {"treatment", "region"} & set(piece.table.column_names):
            raise InputError(
                "the partners table says neither treatment nor region",
                file=piece.label,
                expected=f"a column treatment ({' or '.join(TREATMENTS)}), or region",
            )
        for i in range(piece.table.num_rows):
            row = {column: names[places[i]] if places[i] >= 0 else None for column, (places, names) in cells.items()}
            partner, treatment = named(str(row["partner"] or "")), str(row["treatment"] or "mfn").lower()
            if not partner:
                raise InputError("a row without a partner", file=piece.label, row=i + 1, column="partner")
            if treatment not in TREATMENTS:
                raise InputError(
                    "unknown treatment",
                    file=piece.label,
                    row=i + 1,
                    column="treatment",
                    about=about_row(piece, i),
                    value=treatment,
                    expected=" or ".join(TREATMENTS) + "." + did_you_mean(treatment, TREATMENTS),
                )
            _check_span(row, treatment, piece, i + 1)
            if treatment == "excluded":
                spans.setdefault(partner, []).append(Span(row["first_period"], row["last_period"]))
            if row["region"]:
                regions[partner] = str(row["region"])
    excluded = {partner: tuple(some) for partner, some in spans.items()}
    return Partners(excluded, regions, {named(partner): factor for partner, factor in (valuation or {}).items()})


def _check_span(row: Mapping[str, str | None], treatment: str, piece: Piece, number: int) -> None:
    first, last = row["first_period"], row["last_period"]
    if (first or last) and treatment != "excluded":
        raise InputError(
            "periods beside a partner that is not excluded say nothing",
            file=piece.label,
            row=number,
            column="first_period" if first else "last_period",
            about=about_row(piece, number - 1),
            value=first or last,
            cure="give the periods to the row that excludes the partner",
        )
    if first and last and natural(first) > natural(last) and not first.startswith(last):
        raise InputError(
            "the first period is after the last", file=piece.label, row=number, about=about_row(piece, number - 1),
            value=f"{first}, {last}",
        )  # fmt: skip
