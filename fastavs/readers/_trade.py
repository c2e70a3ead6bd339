"""What the readers of trade files share: checks of values and quantities, periods, what is outside the tariff."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from fastavs.errors import UnitError
from fastavs.readers._addup import FLAG, MEASURES, add_up
from fastavs.readers._groups import Column, whole
from fastavs.readers._periods import labels, read_period
from fastavs.readers._reading import Reading, Sieve, total
from fastavs.units.units import NO_UNIT, read_unit

Flag = Callable[[pa.Table], pa.Array]
"""Says which number of each row of a native trade table is mislabelled: "quantity", "mass" or "unclear"; else null."""

COLUMNS = ("period", "line", "partner", "value", "quantity", "unit", "net_mass_kg")

CLASSIFIED = r"^[^0-9]+$"
PARTLY_CLASSIFIED = r"^[0-9]+[A-Z]"
# HS has chapters 01 to 97 without 77; heading 00 stands in no chapter, so 28000000 names chapter 28 and no more.
NO_CHAPTER = r"^(00|77|98|99)[0-9]*$"
CHAPTER_ALONE = r"^[0-9]{2}00[0-9]*$"
OVERLAP = "do files overlap?"
"""What a note on rows that stand twice ends with."""


def map_distinct(text: pa.ChunkedArray, function: Callable[[str], str | None]) -> pa.Array:
    """Apply a function to every distinct text; None becomes null."""
    encoded = pa.chunked_array(text).combine_chunks().dictionary_encode()
    mapped = pa.array([function(one) for one in encoded.dictionary.to_pylist()], pa.string())
    return mapped.take(encoded.indices)


def canonical_unit(text: str, local: dict[str, str] | None = None) -> str | None:
    """Return the canonical name of a unit, None for none, and the text itself where it is no unit of a duty.

    The study that reads the table then says which units it could not use.
    """
    text = text.strip()
    if text in NO_UNIT:
        return None
    try:
        return read_unit((local or {}).get(text, text)).text
    except UnitError:
        return text


def period_labels(
    text: pa.ChunkedArray, sieve: Sieve, by: str, part_years: Mapping[int, str] | None, file: str
) -> pa.Array:
    """Return the label that each row's period is added up to; rows without one are set aside."""
    read_as = {one: read_period(one) for one in pc.unique(text).to_pylist()}
    named = labels([period for period in read_as.values() if period], by, part_years or {}, file)

    def label(one: str) -> str | None:
        period = read_as[one]
        return named[period] if period else None

    period = map_distinct(text, label)
    sieve.lose(pc.is_null(period), "period is no month or year")
    return period


def outside_reason(line: pa.ChunkedArray, partner: pa.ChunkedArray, own_chapters: bool = False) -> pa.Array:
    """Return why a row's trade belongs to no line of any tariff, null where it may belong to one.

    `own_chapters` says that chapters 98 and 99 are lines of the tariff, as they are in the United States.
    """
    reason = pc.if_else(pc.is_null(partner), "partner is classified or unknown", pa.scalar(None, pa.string()))
    patterns = {CHAPTER_ALONE: "code names a chapter alone", CLASSIFIED: "code is classified"}
    patterns[PARTLY_CLASSIFIED] = "code is classified beyond its first digits"
    if not own_chapters:
        patterns[NO_CHAPTER] = "code is of no chapter of the nomenclature"
    for pattern, words in patterns.items():
        reason = pc.if_else(pc.match_substring_regex(line, pattern), words, reason)
    return reason


def sift_numbers(sieve: Sieve, value: pa.ChunkedArray, bad_value: pa.ChunkedArray) -> None:
    """Set rows aside whose value cannot weigh anything (METHOD.md section 7, Quantities)."""
    sieve.lose(bad_value, "value is not a number")
    sieve.lose(pc.is_null(value), "no value")
    sieve.lose(pc.fill_null(pc.less(value, 0.0), False), "negative value")
    sieve.lose(pc.fill_null(pc.equal(value, 0.0), False), "zero value")


def sift_quantity(sieve: Sieve, name: str, amount: pa.ChunkedArray, bad: pa.ChunkedArray) -> pa.ChunkedArray:
    """Set aside what is no quantity; return it with null for zero."""
    sieve.lose(pc.fill_null(pc.less(amount, 0.0), False), f"negative {name}")
    sieve.lose(bad, f"{name} is not a number", "quantity")
    return pc.if_else(pc.fill_null(pc.greater(amount, 0.0), False), amount, pa.scalar(None, pa.float64()))


def with_unit(sieve: Sieve, amount: Column, unit: Column) -> tuple[pa.Array, pa.Array]:
    """Return amounts and units where both are there; amounts without a unit are set aside."""
    sieve.lose(pc.and_(pc.is_valid(amount), pc.is_null(unit)), "quantity without a unit", "quantity")
    both = pc.and_(pc.is_valid(amount), pc.is_valid(unit))
    return (
        whole(pc.if_else(both, amount, pa.scalar(None, pa.float64()))),
        whole(pc.if_else(both, unit, pa.scalar(None, pa.string()))),
    )


def parted_by_mass(
    first: pa.Array, first_unit: pa.Array, second: pa.Array, second_unit: pa.Array
) -> tuple[dict[str, pa.Array], int]:
    """Return quantity, unit and net mass out of two quantities, and how many second ones found no place.

    Of two quantities one is a mass as a rule: kilograms go to ``net_mass_kg``, the other to ``quantity``.
    """
    second_is_mass = pc.fill_null(pc.equal(second_unit, "kg"), False)
    first_is_mass = pc.and_not(pc.fill_null(pc.equal(first_unit, "kg"), False), second_is_mass)
    swap = pc.and_(first_is_mass, pc.is_valid(second))
    nowhere = pc.and_not(pc.and_not(pc.is_valid(second), second_is_mass), swap)
    mass = pc.if_else(second_is_mass, second, pc.if_else(swap, first, pa.scalar(None, pa.float64())))
    columns = {
        "quantity": pc.if_else(swap, second, first),
        "unit": pc.if_else(swap, second_unit, first_unit),
        "net_mass_kg": mass,
    }
    return columns, int(pc.sum(nowhere).as_py() or 0)


def finish(
    rows: pa.Table,
    raw_partner: pa.Array,
    sieve: Sieve,
    counts: dict[str, float],
    notes: Sequence[str],
    flag: Flag | None,
    strict: bool,
    own_chapters: bool = False,
    own: Mapping[str, str] | None = None,
) -> Reading:
    """Part trade inside from trade outside the tariff, add both up, and report.

    Parameters
    ----------
    rows : pyarrow.Table
        `COLUMNS`, a row for each row of the file; partner is null where no country can be told.
    raw_partner : string[n]
        The file's own name of each partner.
    own_chapters : bool
        See `outside_reason`.
    own : mapping of str to str, optional
        Native columns to those of the file: what is set aside has their text where nothing native can be read.
    """
    set_aside = sieve.table(strict, rows.select(COLUMNS), own)
    repeated = sieve.repeated(rows.column("value"))
    if repeated:
        many = "1 row equals" if repeated == 1 else f"{repeated:,} rows equal"
        notes = [*notes, f"{many} another one in every column that was read, and are added up; {OVERLAP}"]
    kept = pa.array(sieve.kept)
    rows = rows.append_column("raw_partner", raw_partner).filter(kept)
    reason = outside_reason(rows.column("line"), rows.column("partner"), own_chapters)
    apart = pc.is_valid(reason)
    inside = rows.filter(pc.invert(apart)).select(COLUMNS)
    outside = rows.append_column("reason", reason).filter(apart)
    counts |= {"rows added up": inside.num_rows, "value": total(inside.column("value"))}
    if flag is not None:
        inside = inside.append_column(FLAG, flag(inside).cast(pa.string()))
        counts["rows that look mislabelled"] = inside.num_rows - inside.column(FLAG).null_count
    table = add_up(inside)
    counts |= {"native rows": table.num_rows, "codes": pc.count_distinct(table.column("line")).as_py()}
    counts |= {"rows outside the tariff": outside.num_rows, "value outside": total(outside.column("value"))}
    return Reading(table, set_aside, _add_up_outside(outside), counts, tuple(notes))


def _add_up_outside(outside: pa.Table) -> pa.Table:
    """Add rows outside the tariff up by reason; a partner that cannot be told keeps the file's own name."""
    partner = pc.coalesce(outside.column("partner"), outside.column("raw_partner"))
    outside = outside.set_column(outside.column_names.index("partner"), "partner", partner)
    parts = []
    for reason in sorted(pc.unique(outside.column("reason")).to_pylist()):
        part = add_up(outside.filter(pc.equal(outside.column("reason"), reason)).select(COLUMNS))
        parts.append(part.append_column("reason", pa.array([reason] * part.num_rows, pa.string())))
    names = [*COLUMNS, "reason"]
    empty = pa.table({name: pa.array([], pa.float64() if name in MEASURES else pa.string()) for name in names})
    return pa.concat_tables([empty, *parts])
