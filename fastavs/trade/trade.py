"""The trade table: its checks, and its rows as columns of numbers.

Strings and units end here: a row becomes places into sorted lists of codes, periods and partners, a value in the
study's currency, and amounts in base units of the kinds that duties name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fastavs.countries.partner import named
from fastavs.errors import InputError
from fastavs.inputs.set_aside import OTHER_FLOW, SetAside
from fastavs.inputs.trade_columns import DROP_COLUMNS
from fastavs.progress import Progress, quiet
from fastavs.tables.columns import about_row, text_column
from fastavs.tables.sources import FileSource, Source, ahead
from fastavs.tables.tables import Piece
from fastavs.trade.beside import note_lost, sift
from fastavs.trade.reading import Reading
from fastavs.trade.rows import Rows, amounts_by_kind
from fastavs.trade.rules import Rules
from fastavs.trade.suspects import Suspects
from fastavs.units.units import Bridge


@dataclass(frozen=True, slots=True)
class Trade:
    """All trade of a study.

    Attributes
    ----------
    codes, periods, partners : list of str
        Sorted; rows hold places into them.
    kinds : tuple of str
        Quantity kinds that duties name.
    rows : Rows
    bridges : tuple of Bridge
    excluded : bool[partners, periods]
    labels : list of str
        The files, for `Rows.origin`.
    read : int
        Rows of the files, those set aside and those that readers added up included.
    suspicion : Suspects
    not_dropped : tuple of str
        Rows that the study drops and the trade does not have.
    respelled : dict of str to list of str
        Partners that the trade writes in several ways, by the ISO alpha-3 code under which they are one.
    again : callable, optional
        Reads the same trade from its files again, rows in the order in which they stand there.
    remarks : tuple of str
        What people should know of the rows: repeated ones, sums, columns that no one named.
    in_order : bool
        Whether rows stand by code, period and partner, not as they were read.
    """

    codes: list[str]
    periods: list[str]
    partners: list[str]
    kinds: tuple[str, ...]
    rows: Rows
    bridges: tuple[Bridge, ...]
    excluded: np.ndarray
    labels: list[str]
    read: int
    suspicion: Suspects
    not_dropped: tuple[str, ...]
    respelled: dict[str, list[str]]
    again: Callable[[], Trade] | None
    remarks: tuple[str, ...] = ()
    in_order: bool = False

    @property
    def suspects(self) -> pa.Table:
        """Rows whose quantities look mislabelled."""
        return self.suspicion.table()

    def let_go_of_details(self) -> None:
        """Free the memory of what rows say besides their keys and values; who asks for it has the files read again.

        Suspects are looked for before that. What does not come from files stays.
        """
        if self.again is not None:
            self.look_for_suspects()
            self.rows.details.let_go()

    def look_for_suspects(self) -> None:
        """Look now for rows whose quantities look mislabelled, not when they are first asked for."""
        self.suspicion.table()

    def amounts(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what `amounts_by_kind` says of some rows: the quantity of each of `kinds`, and the bridges."""
        return amounts_by_kind(self.rows, at, self.codes, self.kinds, self.bridges)


def read_trade(
    sources: Sequence[Source], rules: Rules, aside: SetAside, progress: Progress, added_up: int = 0
) -> Trade:
    """Check every row, note in `aside` what takes no part, and return the rest as columns of numbers.

    `added_up` is how many more rows the files have than the tables that readers made of them.
    """
    reading = Reading(rules, aside, sum(source.rows() for source in sources))
    for number, piece in ahead(sources):
        if piece.first == 0:
            progress("reading trade", number, len(sources))
        reading.take(number, piece)
    pa.default_memory_pool().release_unused()  # otherwise Arrow keeps the memory of batches that are gone
    if not reading.kept:
        raise _nothing_left(sources, aside)

    def again() -> Trade:
        return read_trade(sources, rules, SetAside(), quiet)

    rows_beside = reading.trade_rows([source.label for source in sources])
    gone = sift(rows_beside, rules, sources)
    note_lost(rows_beside, sources, aside)
    if gone.size == reading.kept:
        raise _nothing_left(sources, aside)
    from_files = all(isinstance(source, FileSource) for source in sources)  # dataframes may have changed since
    rows, (code_names, period_names, partner_names), respelled = reading.rows(
        (lambda: again().rows.details.get()) if from_files else None, gone
    )
    if rules.partners.valuation:
        factors = rules.partners.factors(partner_names)
        for stretch in rows.stretches():
            rows.value[stretch] *= factors[rows.partner[stretch]]
    labels = [source.label for source in sources]
    suspicion = Suspects(rows, code_names, (period_names, partner_names), labels)
    if rules.mislabelled == "drop":
        suspicion.void(sources, aside)
    return Trade(
        code_names,
        period_names,
        partner_names,
        rules.kinds,
        rows,
        rules.bridges,
        rules.partners.exclusion_matrix(partner_names, period_names),
        labels,
        int(rows.origin.start[-1]) + added_up,
        suspicion,
        tuple(", ".join(key) for key in rules.drop or {} if key not in reading.dropped),
        respelled,
        again if from_files else None,
        tuple(rows_beside.remarks),
    )


def _nothing_left(sources: Sequence[Source], aside: SetAside) -> InputError:
    """Return the error of trade of which every row is set aside."""
    flows = all(reason.startswith(OTHER_FLOW) for _, reason in aside.counts())
    return InputError(
        f"no row of the trade table can be used: {_reasons(aside)}",
        file=", ".join(source.label for source in sources[:3]) + (", ..." if len(sources) > 3 else ""),
        expected="rows with a period, a code of the tariff, a partner and a positive value",
        cure="leave flow out under [trade], or name the other one"
        if flows
        else "mend the rows, or say under [trade.columns] which columns are meant",
    )


def _reasons(aside: SetAside) -> str:
    return "; ".join(f"{reason} ({count})" for (_, reason), count in list(aside.counts().items())[:3])


def read_drop(pieces: Sequence[Piece]) -> dict[tuple[str, str, str], str]:
    """Return the reason by (period, line, partner) of the rows to drop.

    Raises
    ------
    InputError
        An empty cell.
    """
    drop = {}
    for piece in pieces:
        cells = {column: text_column(piece, column) for column in DROP_COLUMNS.text}
        for i in range(piece.table.num_rows):
            row = []
            for column, (places, names) in cells.items():
                if places[i] < 0:
                    about = about_row(piece, i)
                    raise InputError("an empty cell", file=piece.label, row=i + 1, column=column, about=about)
                row.append(names[places[i]])
            drop[row[0], row[1], named(row[2])] = row[3]
    return drop
