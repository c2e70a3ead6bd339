"""Tables of tariffs made by hand, as they are exported."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from fastavs.exporting.model_table import ModelTable

SECTORS = ("food", "13", "Textiles and apparel", "Textiles and footwear", "прочее")
REGIONS = ("EU27", "CHN", "Rest of the world")
YEARS = (2011, 2020)


def made(years: tuple[int, ...] = YEARS, seed: int = 1, **changes: Any) -> ModelTable:
    """Return a table without nulls: tariffs of 0 to 30 %, some of 0."""
    draw = np.random.default_rng(seed)
    shape = (len(years), len(SECTORS), len(REGIONS))
    ad_valorem = draw.uniform(0.0, 0.2, shape)
    specific = draw.uniform(0.0, 0.1, shape)
    ad_valorem[:, 1, 0] = specific[:, 1, 0] = 0.0
    imports = draw.uniform(1e3, 1e9, shape)
    facts = {
        "title": "made up", "note": "synthetic", "currency": "USD", "value_basis": "CIF", "rates": "governing",
        "aves": "region", "weights": "imports", "home": "RUS",
    }  # fmt: skip
    table = ModelTable(
        years, SECTORS, REGIONS, "RUS", {"13": "Motor cars"}, facts, ("2 lines borrow",), ad_valorem + specific,
        ad_valorem, specific, imports, imports,
    )  # fmt: skip
    return replace(table, **changes)


def with_nulls(table: ModelTable) -> ModelTable:
    """Return a table with a cell without trade, and one with trade but no known rate; both in the first year."""
    rate, ad_valorem, specific = table.rate.copy(), table.ad_valorem.copy(), table.specific.copy()
    imports, weights, unknown = table.imports.copy(), table.weights.copy(), table.unknown_imports.copy()
    for one in (rate, ad_valorem, specific):
        one[0, 0, 0] = one[0, 2, 1] = np.nan
    unknown[0, 2, 1] = imports[0, 2, 1]
    imports[0, 0, 0] = weights[0, 0, 0] = imports[0, 2, 1] = weights[0, 2, 1] = 0.0
    return replace(
        table, rate=rate, ad_valorem=ad_valorem, specific=specific, imports=imports, weights=weights,
        unknown_imports=unknown,
    )  # fmt: skip


class Function:
    """Stands for a tariff function: what an export asks of one."""

    def __init__(self, table: ModelTable) -> None:
        self.years, self.sectors, self.regions = list(table.years), list(table.sectors), list(table.regions)
        self.facts, self.notes, self.sector_names = table.facts, list(table.notes), table.sector_names
        self._table = table

    def table(self) -> Any:
        """Return a row a cell, in no order that an export may rely on."""
        found = self._table.to_arrow().drop_columns(["sector_name", "destination"])
        return found.take(list(reversed(range(found.num_rows))))
