"""`TariffFunction`: tariffs by year, sector and region under factors on prices and exchange rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pyarrow as pa

from fastavs.arguments import a_path, a_text, a_year, misfit, or_none, takes
from fastavs.kernels.options import readonly
from fastavs.kernels.tariffs import evaluate, evaluation_in_c, table_of
from fastavs.models.curve_table import curve_table
from fastavs.models.factors import (
    Factor,
    Frame,
    apart_from,
    cell_factor,
    check_names,
    check_out,
    fx_factor,
    out_of_bounds,
    refuse_odd_imports,
)
from fastavs.models.function_file import read_parts, write_parts
from fastavs.models.function_tables import cell_table, critical_lines, place_among, revenue_of, to_dataset
from fastavs.models.jacobian import Jacobian, check_jacobian
from fastavs.models.parts import FunctionParts, counts_of
from fastavs.models.plots import FunctionPlots
from fastavs.models.selection import selected
from fastavs.tables.frames import Tabular

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, repr=False, eq=False)
class TariffFunction(Tabular):
    """Tariffs by year, sector and region, as a function of prices and exchange rates, with exact derivatives.

    Made by `tariff_function`. A cell is a year, a sector and a region; its tariff, a fraction (0.05 is 5 %), is the
    weighted mean over the sector's lines of what the region's partners pay. Under factors each observation moves with

        phi = fx[c] * specific / (price * ad_valorem)

    What is left out, borrowed and weighed is held as it is at the base. Any number of threads may call one function
    at once. Whoever speaks Arrow takes it for `table`.

    Attributes
    ----------
    parts : FunctionParts
        What it is evaluated from.

    Examples
    --------
    >>> import fastavs as fa
    >>> study = fa.Study(
    ...     trade={"period": ["2020"], "line": ["2203000100"], "partner": ["DEU"],
    ...            "value": [1000.0], "quantity": [1000.0], "unit": ["l"]},
    ...     applied={"year": [2020], "line": ["2203000100"], "duty": ["max(25%, 0.125 USD/l)"]}, name="beer",
    ... )
    >>> f = fa.tariff_function(study, sectors="chapter", regions="all")
    >>> f().tolist(), f(specific=4.0).tolist()
    ([[[0.25]]], [[[0.5]]])
    >>> T, J = f.value_and_jacobian(price=[[0.5]], fx={"USD": 1.2})
    >>> T.item(), J.price.item(), J.fx.item()  # 0.125 USD/l bind: half the price, a dearer dollar
    (0.3, -0.6, 0.25)
    >>> f.curve("22", "all", 2020).select(["factor", "rate", "slope"]).to_pylist()
    [{'factor': 0.0, 'rate': 0.25, 'slope': 0.0}, {'factor': 2.0, 'rate': 0.25, 'slope': 0.125}]
    """

    parts: FunctionParts
    _frame_of: Frame = field(init=False)
    _arrays: tuple[np.ndarray, ...] = field(init=False)
    _table: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        parts = self.parts
        if not isinstance(parts, FunctionParts):
            raise misfit("parts", parts, "FunctionParts: fastavs.tariff_function(study, ...) makes a tariff function")
        shape = (len(parts.years), len(parts.sectors), len(parts.regions))
        ones = readonly(np.ones(max(len(parts.currencies), 1)), np.float64)
        given = (*parts.curves, *parts.mixed, parts.borrowed_cell, parts.borrowed_price)
        arrays = tuple(readonly(one, np.float64 if one.dtype.kind == "f" else np.int64) for one in given)
        object.__setattr__(
            self, "_frame_of", Frame(shape, parts.currencies, parts, ones[:1], ones[: len(parts.currencies)])
        )
        object.__setattr__(self, "_arrays", arrays)  # the table knows no more of them than their addresses
        object.__setattr__(self, "_table", readonly(table_of(counts_of(parts), arrays, ones), np.int64))

    def __reduce__(self) -> tuple[Any, ...]:
        return TariffFunction, (self.parts,)

    def __call__(
        self,
        price: Any = None,
        fx: Any = None,
        ad_valorem: Any = 1.0,
        specific: Any = 1.0,
        out: np.ndarray | None = None,
    ) -> np.ndarray:
        """Return tariffs under factors.

        Parameters
        ----------
        price : float64[sectors, regions] or [years, sectors, regions], or a number
            Factors on base unit values; positive. An observation that is borrowed from another sector moves with the
            price there. What has labels (of pandas or xarray) is matched by them, whole or not at all; arrays and
            lists go by place. So do the other factors.
        fx : float64[currencies] or [years, currencies], or a mapping such as ``{"EUR": 1.2}``
            Factors on base exchange rates of `currencies`; positive. The study's own currency is always among them. A
            mapping leaves the others at 1.
        ad_valorem, specific : float, or float64 that broadcasts to [years, sectors, regions]
            Scales of percentages and of amounts of the cell's own lines; 0 or more.
        out : float64[years, sectors, regions], optional
            Where to put the answer; nothing is allocated then.

        Returns
        -------
        float64[years, sectors, regions]
            Fractions; NaN where no tariff is known. With both scales 0 tariffs are 0.

        Raises
        ------
        InputError
            A factor of another shape, or out of bounds (1e-100 to 1e100); nothing is written to `out` then.
        """
        shape = self._frame_of.shape
        given = self._given(price, fx, ad_valorem, specific)
        if out is None:
            out = np.empty(shape)
        else:
            check_out(out, shape)
            given = apart_from(self._frame_of, given, out)
        self._evaluate(given, out.reshape(-1), False)
        return out

    def value_and_jacobian(
        self,
        price: Any = None,
        fx: Any = None,
        ad_valorem: Any = 1.0,
        specific: Any = 1.0,
        out: Jacobian | None = None,
    ) -> tuple[np.ndarray, Jacobian]:
        """Return tariffs under factors, and their exact derivatives.

        At a kink, and where the two sides of a line tie, derivatives are those for specific duties rising (prices
        falling); where both sides rise alike, the applied side's. With both scales 0 they are those for both rising
        from there alike.

        Parameters
        ----------
        price, fx, ad_valorem, specific
            As for a call.
        out : Jacobian, optional
            An earlier one of this function, to be filled anew; nothing is allocated then.

        Returns
        -------
        value : float64[years, sectors, regions]
            ``jacobian.value``.
        jacobian : Jacobian

        Raises
        ------
        InputError
            As for a call.
        """
        shape = self._frame_of.shape
        given = self._given(price, fx, ad_valorem, specific)
        if out is None:
            out = self._empty_jacobian()
        else:
            check_jacobian(out, shape, self.parts.currencies, self.parts.borrowed_cell.size)
            given = apart_from(self._frame_of, given, out.values)
        self._evaluate(given, out.values, True)
        return out.value, out

    def _given(self, price: Any, fx: Any, ad_valorem: Any, specific: Any) -> list[Factor]:
        frame = self._frame_of
        return [
            cell_factor(frame, "price", price, True),
            fx_factor(frame, fx),
            cell_factor(frame, "ad_valorem", ad_valorem, False),
            cell_factor(frame, "specific", specific, False),
        ]

    def _evaluate(self, given: Sequence[Factor], out: np.ndarray, derivatives: bool) -> None:
        (price, p), (fx, x), (ad_valorem, a), (specific, s) = given
        status = evaluate(self._table, price, p, fx, x, ad_valorem, a, specific, s, out, derivatives)
        if status:
            raise out_of_bounds(self._frame_of, status, given)

    def _empty_jacobian(self) -> Jacobian:
        parts, shape = self.parts, self._frame_of.shape
        cells, rates = shape[0] * shape[1] * shape[2], len(parts.currencies)
        values = np.empty(cells * (4 + rates) + parts.borrowed_cell.size)
        return Jacobian(values, shape, parts.currencies, parts.borrowed_cell, parts.borrowed_price)

    @property
    def years(self) -> list[int]:
        """The years, in the order of the first axis."""
        return list(self.parts.years)

    @property
    def sectors(self) -> list[str]:
        """The sectors, in the order of the second axis."""
        return list(self.parts.sectors)

    @property
    def regions(self) -> list[str]:
        """The regions, in the order of the third axis."""
        return list(self.parts.regions)

    @property
    def currencies(self) -> list[str]:
        """The currencies that duties are in, and the study's own, in the order of `fx`."""
        return list(self.parts.currencies)

    @property
    def sector_names(self) -> dict[str, str]:
        """What sectors are called, of those that have a name."""
        return dict(self.parts.sector_names)

    @property
    def facts(self) -> dict[str, Any]:
        """The study, and what was asked for: see `FunctionParts`."""
        return dict(self.parts.facts)

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be known of it: cells without trade, what is borrowed, what goes line by line."""
        return self.parts.notes

    @property
    def weights(self) -> np.ndarray:
        """float64[years, sectors, regions]: what a cell's tariff is divided by; 0 where no tariff is known."""
        return readonly(self.parts.weights, np.float64)

    @property
    def imports(self) -> np.ndarray:
        """float64[years, sectors, regions]: imports of lines with a known rate, on which the tariff is paid, in the
        study's currency, at base prices."""
        return readonly(self.parts.imports, np.float64)

    @property
    def unknown_imports(self) -> np.ndarray:
        """float64[years, sectors, regions]: imports of lines whose rate is not known, which no revenue goes with."""
        return readonly(self.parts.unknown_imports, np.float64)

    @property
    def lines(self) -> pa.Table:
        """A row for each line with a specific part in each cell: see `FunctionParts`."""
        return self.parts.lines

    @takes(sector=a_text, region=a_text, year=a_year, currency=or_none(a_text))
    def curve(self, sector: str, region: str, year: int, currency: str | None = None) -> pa.Table:
        """Return a cell's tariff as one piecewise-linear function of a common factor on its specific duties.

        Exact: from a row's factor to the next row's, and from the last on, the tariff is
        ``rate + slope * (factor - row's factor)``. All other factors are 1, prices of borrowed observations too.

        Parameters
        ----------
        sector, region : str
        year : int
        currency : str, optional
            Move duties in this currency alone.

        Returns
        -------
        pyarrow.Table
            ``factor`` (from 0 on, ascending), ``rate`` (fraction), ``slope``, ``kinks`` (how many observations, or
            lines that go line by line, have a kink there). One row with null where no tariff is known. `critical`
            tells which lines the kinks are of.

        Raises
        ------
        InputError
            No such sector, region, year or currency.
        """
        place = None if currency is None else place_among(self.parts.currencies, currency, "currency")
        return curve_table(self.parts, self._cell(sector, region, year), place)

    @takes(sector=a_text, region=a_text, year=a_year)
    def critical(self, sector: str, region: str, year: int) -> pa.Table:
        """Return the rows of `lines` of a cell, those first whose specific duties bind at the least factor.

        Raises
        ------
        InputError
            No such sector, region or year.
        """
        self._cell(sector, region, year)
        return critical_lines(self.parts, sector, region, year)

    def _cell(self, sector: str, region: str, year: int) -> int:
        parts = self.parts
        place = place_among(parts.years, year, "year")
        place = place * len(parts.sectors) + place_among(parts.sectors, sector, "sector")
        return place * len(parts.regions) + place_among(parts.regions, region, "region")

    def revenue(self, value: Any, out: np.ndarray | None = None, **factors: Any) -> np.ndarray:
        """Return what is paid on imports.

        Parameters
        ----------
        value : float64[sectors, regions] or [years, sectors, regions]
            Imports at CIF, or as the study's values are; 0 or more.
        out : float64[years, sectors, regions], optional
            Where to put the answer; it may be `value` itself.
        **factors
            As for a call.

        Returns
        -------
        float64[years, sectors, regions]
            ``value`` times the tariff. 0 where nothing is imported, NaN where something is and no tariff is known.

        Raises
        ------
        InputError
            As for a call; imports that are negative or not finite.
        """
        check_names("revenue", factors)
        amount, step = cell_factor(self._frame_of, "value", value, True)
        if not step:
            raise misfit("value", value, "imports of each cell")
        shape = self._frame_of.shape
        if out is not None:
            check_out(out, shape)
        imports = amount.reshape(shape)
        refuse_odd_imports(self._frame_of, imports)
        found = revenue_of(imports, self(**factors))
        if out is None:
            return found
        out[...] = found
        return out

    def table(self, **factors: Any) -> pa.Table:
        """Return tariffs under factors as a table.

        Parameters
        ----------
        **factors
            As for a call.

        Returns
        -------
        pyarrow.Table
            A row a cell: ``year, sector, region, weight, imports, unknown_imports, rate, ad_valorem, specific``
            (fractions; the latter two add up to the rate: what of it is paid by percentages, and what by amounts;
            ``rates="ad_valorem"`` is another thing, METHOD's part of each duty), ``revenue, ad_valorem_revenue,
            specific_revenue`` (rates times ``imports``, which are those at base prices). Null where no
            tariff is known. Where weights are not imports, the note in its metadata says so: revenue is not the sum
            over lines then.

        Raises
        ------
        InputError
            As for a call.
        """
        return cell_table(self.parts, *self._rates_and_parts(factors))

    def to_xarray(self, **factors: Any) -> xarray.Dataset:
        """Return the columns of `table` as arrays over year, sector and region, with units, title, note and source.

        Raises
        ------
        InputError
            As for a call; or xarray is not installed.
        """
        return to_dataset(self.parts, *self._rates_and_parts(factors))

    def _rates_and_parts(self, factors: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return tariffs, their ad valorem and their specific parts."""
        check_names("a table", factors)
        rates, jacobian = self.value_and_jacobian(**factors)
        shape, scales = self._frame_of.shape, []
        for name in ("ad_valorem", "specific"):
            values, step = cell_factor(self._frame_of, name, factors.get(name, 1.0), False)
            scales.append(values.reshape(shape) if step else values[0])
        return rates, scales[0] * jacobian.ad_valorem, scales[1] * jacobian.specific

    def _frame(self) -> pa.Table:
        return self.table()

    def select(
        self,
        years: Sequence[int] | None = None,
        sectors: Sequence[str] | None = None,
        regions: Sequence[str] | None = None,
    ) -> TariffFunction:
        """Return the function of some years, sectors and regions, in the order given.

        Raises
        ------
        InputError
            None of these, one twice; or a sector borrows from one that is left out, whose price moves it.
        """
        return TariffFunction(selected(self.parts, years, sectors, regions))

    @takes(path=a_path)
    def save(self, path: str | Path) -> Path:
        """Write the function to a file, whole or not at all; returns its path. C and Fortran read it without us.

        Raises
        ------
        InputError
            The file cannot be written.
        """
        write_parts(self.parts, Path(path))
        return Path(path)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a saved function into memory.

        Raises
        ------
        InputError
            No such file, none of ours, one of another version, or a damaged one.
        """
        return cls(read_parts(a_path("path", path)))

    @property
    def plot(self) -> FunctionPlots:
        """Figures: ``f.plot.curve()``, ``f.plot.cells()``."""
        return FunctionPlots(self)

    @property
    def address(self) -> int:
        """The address of the compiled evaluation, a ``fastavs_tariff_function`` of ``fastavs_tariff.h``."""
        return int(evaluation_in_c().address)

    def handle(self) -> int:
        """Return what C passes to `address`, or to ``fastavs_tariff_evaluate``; it holds as long as this object lives.

        Examples
        --------
        ``library.solve(ctypes.c_void_p(f.address), ctypes.c_void_p(f.handle()))``
        """
        return int(self._table.ctypes.data)

    def __repr__(self) -> str:
        from fastavs.models.shown import function_card
        from fastavs.shown.text import as_text

        return as_text(function_card(self.parts, *self._rates_and_parts({})))

    def _repr_html_(self) -> str:
        from fastavs.models.shown import function_card
        from fastavs.shown.html import as_html

        return as_html(function_card(self.parts, *self._rates_and_parts({})))
