"""Exchange rates: the study's currency for one unit of another, period average."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fastavs.arguments import LARGEST
from fastavs.errors import InputError
from fastavs.tables.columns import about_row, number_column, text_column
from fastavs.tables.tables import Columns, Piece

COLUMNS = Columns("fx", ("period", "currency"), ("fx",), ("period", "currency", "fx"))


@dataclass(frozen=True, slots=True)
class Fx:
    """Rates by (period, currency).

    Attributes
    ----------
    own : str
        The study's currency, whose rate is 1.
    rates : dict
        (period, currency) to the study's currency for one unit.
    label : str
        The table's name in messages.
    """

    own: str
    rates: dict[tuple[str, str], float]
    label: str

    def rate(self, period: str, currency: str) -> float | None:
        """Return the rate, or None where the table has none."""
        if currency == self.own:
            return 1.0
        return self.rates.get((period, currency))

    def vector(self, periods: Sequence[str], currency: str, needed_by: str) -> np.ndarray:
        """Return the rates of one currency, float64[periods].

        Raises
        ------
        InputError
            A period without a rate.
        """
        found = [self.rate(period, currency) for period in periods]
        missing = [period for period, rate in zip(periods, found, strict=True) if rate is None]
        if missing:
            known = sorted({currency for _, currency in self.rates} | {self.own})
            raise InputError(
                f"no exchange rate for {currency} in {', '.join(missing)}, which {needed_by} needs",
                file=self.label,
                expected=f"the {self.own} for one {currency}; the table has {', '.join(known)}",
                cure=f"add a row: {missing[0]},{currency},<{self.own} for one {currency}>"
                if self.rates
                else "name a table of exchange rates under [fx], file = ...",
            )
        return np.array(found, dtype=np.float64)


def read_fx(pieces: Sequence[Piece], own: str) -> Fx:
    """Check an fx table.

    Raises
    ------
    InputError
        A rate that is absent or not positive, two rates for one (period, currency), or an own rate other than 1.
    """
    rates: dict[tuple[str, str], float] = {}
    for piece in pieces:
        periods, period_names = text_column(piece, "period")
        currencies, currency_names = text_column(piece, "currency")
        values, bad = number_column(piece, "fx")
        for i in range(values.size):
            if periods[i] < 0 or currencies[i] < 0:
                column = "period" if periods[i] < 0 else "currency"
                what = 'a period of the trade, such as "2009"' if column == "period" else 'a currency, such as "EUR"'
                raise InputError(
                    "an empty cell", file=piece.label, row=i + 1, column=column, about=about_row(piece, i),
                    expected=what,
                )  # fmt: skip
            period, currency = period_names[periods[i]], currency_names[currencies[i]].upper()
            value = float(values[i])
            if bad[i] or not value > 0.0 or value > LARGEST:
                raise InputError(
                    "not an exchange rate",
                    file=piece.label,
                    row=i + 1,
                    column="fx",
                    about=f"{currency} in {period}",
                    value=piece.table.column("fx")[i].as_py(),
                    expected=f"a positive number: {own} for one {currency}",
                )
            if currency == own:
                if value != 1.0:
                    raise InputError(
                        "the study's own currency has a rate other than 1",
                        file=piece.label,
                        row=i + 1,
                        column="fx",
                        about=f"{currency} in {period}",
                        value=value,
                        cure="leave the row out, or mend `currency` in the study",
                    )
                continue
            if rates.get((period, currency), value) != value:
                raise InputError(
                    f"two rates for {currency} in {period}",
                    file=piece.label,
                    row=i + 1,
                    column="fx",
                    about=f"{currency} in {period}",
                    value=value,
                    cure="leave one of them out",
                )
            rates[period, currency] = value
    return Fx(own, rates, ", ".join(piece.label for piece in pieces) or "the fx table")
