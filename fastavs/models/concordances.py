"""Sectors by name: those of the study, chapters, and the concordances that come with the package."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fastavs.arguments import misfit
from fastavs.chapters import CHAPTER_NAMES
from fastavs.codes import chapters, to_code
from fastavs.errors import InputError, did_you_mean
from fastavs.models.sectors import Entry, Sectors, make_sectors, of_grouping, of_mapping, of_table
from fastavs.tables.kinds import ARROW_ENDINGS, CSV_ENDINGS, PARQUET_ENDINGS, WORKBOOK_ENDINGS
from fastavs.warned import Caution

if TYPE_CHECKING:
    from fastavs.index.sorted_index import SortedIndex

SHIPPED = ("section", "industry", "gtap")
"""Concordances that come with the package."""
NAMED = ("chapter", *SHIPPED, "all")
"""Sectors that every study has."""
SHOWN = 8
"""How many prefixes a caution lists."""

_DATA = Path(__file__).parent / "data"
_ENDINGS = CSV_ENDINGS + ARROW_ENDINGS + PARQUET_ENDINGS + WORKBOOK_ENDINGS


@lru_cache
def shipped(name: str) -> Sectors:
    """Return a concordance that comes with the package; see ``models/data/SOURCE.md``.

    Parameters
    ----------
    name : str
        "section": the 21 sections of the Harmonized System; "industry": 17 industries; "gtap": GTAP's sectors of goods
        and electricity.

    Examples
    --------
    >>> len(shipped("section").sectors), len(shipped("industry").sectors), len(shipped("gtap").sectors)
    (21, 17, 46)
    """
    rows = _read(f"{name}.csv")
    listed = _read(f"{name}_sectors.csv") if name == "gtap" else rows
    names = {row["sector"]: row["name"] for row in listed}
    entries = (
        Entry(row["prefix"], row["sector"], float(row["share"]) if row.get("share") else None, names[row["sector"]])
        for row in rows
    )
    found = make_sectors(name, entries, tuple(names))
    found.names.update(names)
    return found


def _read(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def sectors_of(index: SortedIndex, wanted: Any) -> tuple[Sectors, tuple[Caution, ...]]:
    """Return the sectors that are asked for, and what of a table of them meets nothing.

    Parameters
    ----------
    index : SortedIndex
    wanted : str, mapping, dataframe or path
        A grouping of the study, one of `NAMED`, prefixes to sectors, or a table of them.

    Raises
    ------
    InputError
        A name that is not known; a mapping or table that `make_sectors` refuses, or one whose prefixes lost a zero.
    """
    if isinstance(wanted, str) and (wanted in index.groups or not is_path(wanted)):
        return _by_name(index, wanted), ()
    if isinstance(wanted, Mapping) and "prefix" not in wanted:
        given = of_mapping(wanted)
    elif is_table(wanted):
        given = of_table(wanted)
    else:
        raise misfit(
            "sectors", wanted, "the name of a grouping, a mapping of prefixes to sectors, a table, or the path of one"
        )
    return given, _unmet(index, given)


def _by_name(index: SortedIndex, name: str) -> Sectors:
    own = index.groups
    if name in own:
        return of_grouping(own[name])
    if name == "chapter":
        found = chapters(np.unique(index.lines.key))
        names = {label: CHAPTER_NAMES[label] for label in found.members if label in CHAPTER_NAMES}
        return make_sectors("chapter", (Entry(one, one, name=names.get(one)) for one in found.members))
    if name == "all":
        return Sectors("all", ("all",), {}, ("",), (((0, 1.0),),))
    if name in SHIPPED:
        return shipped(name)
    known = list(dict.fromkeys([*own, *NAMED]))
    raise InputError(
        "no such sectors", key="sectors", value=name,
        expected=f"one of {', '.join(known)}, or a table of prefixes and sectors.{did_you_mean(name, known)}",
    )  # fmt: skip


def is_path(text: str) -> bool:
    """Whether a text is the path of a table, and not a name."""
    return text.lower().split("#")[0].endswith(_ENDINGS) or os.sep in text or os.path.isfile(text)


def is_table(value: Any) -> bool:
    """Whether a value may be a table, the path of one, or several of them."""
    if isinstance(value, type):
        return False
    if isinstance(value, Mapping | str | os.PathLike | list | tuple):
        return True
    return any(hasattr(value, one) for one in ("__arrow_c_stream__", "collect", "to_table"))


def _unmet(index: SortedIndex, given: Sectors) -> tuple[Caution, ...]:
    """Say which prefixes begin no line of any schedule, with the nearest that does.

    Raises
    ------
    InputError
        A prefix of odd length that begins none, where lines do begin with it once a zero stands before it.
    """
    begins = index.prefixes.begins_line
    without = [prefix for prefix in given.prefixes if not begins(prefix)]
    for prefix in without:
        if len(prefix) % 2 == 1 and begins("0" + prefix):
            raise InputError(
                "a prefix that may have lost its zero", file=given.title, column="prefix", value=prefix,
                cure=f'keep the column as text, so that it is "0{prefix}"',
            )  # fmt: skip
    if not without:
        return ()
    keys = np.unique(index.lines.key)
    some = ", ".join(f"{one} (nearest: {_nearest(keys, one)})" for one in without[:SHOWN])
    more = f" and {len(without) - SHOWN} more" if len(without) > SHOWN else ""
    what = f"1 prefix of {len(given.prefixes):,} begins" if len(without) == 1 else (
        f"{len(without):,} prefixes of {len(given.prefixes):,} begin"
    )  # fmt: skip
    text = f"Sectors ({given.title}): {what} no line of any schedule: {some}{more}."
    return (Caution(text, cure="mend what is misspelt; what other tariffs have may stay"),)


def _nearest(keys: np.ndarray, prefix: str) -> str:
    """Return the beginning of a line, as long as a prefix, that is nearest to it. `keys` ascend."""
    starts = sorted({to_code(key, len(prefix)) for key in keys.tolist()})
    return min(starts, key=lambda one: abs(int(one) - int(prefix)))
