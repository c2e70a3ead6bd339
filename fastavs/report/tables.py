"""The report's tables, for any study (METHOD.md section 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from fastavs.report.averages import (
    ad_valorem_table,
    chapter_comparison,
    group_tables,
    histogram,
    main_grouping,
    matched_table,
    yearly,
)
from fastavs.report.table import ReportTable, Skipped, Tables, beside
from fastavs.report.water import (
    breach_table,
    line_tables,
    staging_table,
    water_by_group,
    water_by_year,
)

if TYPE_CHECKING:
    from fastavs.checked import Checked
    from fastavs.results.rates import Rates

Made = Iterable[ReportTable | Skipped]
_MAKERS: tuple[Callable[[Rates], Made], ...] = (
    yearly,
    group_tables,
    chapter_comparison,
    histogram,
    water_by_group,
    line_tables,
    water_by_year,
    staging_table,
    breach_table,
    ad_valorem_table,
    matched_table,
)
_PUBLISHED = {
    "1": "summary",
    "2": "table2",
    "3": "table3",
    "4": "table4",
    "5": "table5",
    "6": "table6",
    "A1": "tableA1",
    "A2": "tableA2",
}
_BY_INDUSTRY = ("2", "3")


def build_tables(rates: Rates) -> Tables:
    """Make every table that a study allows, with the figures of others beside ours where the study names them.

    Parameters
    ----------
    rates : Rates

    Returns
    -------
    Tables
        Tables by id, in the order of a report; its `skipped` says which cannot be made, and why.

    Examples
    --------
    >>> import fastavs as fa
    >>> study = fa.Study(
    ...     trade={"period": ["2020"], "line": ["2203000100"], "partner": ["DEU"], "value": [900.0]},
    ...     applied={"year": [2020], "line": ["2203000100"], "duty": ["15%"]},
    ... )
    >>> tables = build_tables(study.rates())
    >>> tables["1"].table.column("simple_mean_pct").to_pylist()
    [15.0]
    >>> tables.skipped["5"]
    'the study has no bound schedule'
    """
    tables = Tables()
    for make in _MAKERS:
        for one in make(rates):
            if isinstance(one, Skipped):
                tables.skipped[one.id] = one.reason
            else:
                tables[one.id] = with_published(one, rates.checked)
    return tables


def write_tables(tables: Mapping[str, ReportTable], folder: str | Path) -> list[Path]:
    """Write each table to ``tables/table_<id>.csv`` within a folder; return the files.

    Null is empty, and floats read back to the same bits.
    """
    from fastavs.tables.write import safe_name, write_csv

    inside = Path(folder) / "tables"
    inside.mkdir(parents=True, exist_ok=True)
    files = []
    for one in tables.values():
        files.append(inside / f"table_{safe_name(one.id)}.csv")
        write_csv(one.table, files[-1])
    return files


def with_published(made: ReportTable, checked: Checked) -> ReportTable:
    """Set the published figures beside a table, if the study names some."""
    from fastavs.inputs.published import KEYS

    key = _PUBLISHED.get(made.id, "")
    if key not in checked.published:
        return made
    if made.id in _BY_INDUSTRY and main_grouping(checked) != "industry":
        return made.noted("The published figures are by industry, and the study has no grouping of that name.")
    return beside(made, checked.published[key], KEYS[key], _calibrated(checked.published, key))


def _calibrated(published: Mapping[str, pa.Table], key: str) -> dict[str, bool]:
    if "calibrated" not in published:
        return {}
    rows = published["calibrated"].to_pylist()
    return {row["column"]: row["calibrated"] for row in rows if row["table"] == key}
