"""Make the concordances that come with the package out of the files that fastavs/models/data/SOURCE.md names.

    python data/concordances/make.py FOLDER [--out DIR]

FOLDER holds the sources of GTAP's sectors under the paths of `CROSSWALK` and `REVISIONS`. The industries are made from
the published tables that the package has, the sections from the ranges below. The same files give the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import fastavs

PACKAGE = Path(fastavs.__file__).parent
OUT = PACKAGE / "models" / "data"
CROSSWALK = "us-policy-2025-26/hs10_gtap_crosswalk.csv.gz"
REVISIONS = "hs-nomenclature/hs_correlations.csv.gz"
STEPS = ("2022 to 2017", "2017 to 2012", "2012 to 2007", "2007 to 2002", "2002 to 1996")

Shares = dict[str, Fraction]  # sector to share
Rows = list[tuple[str, str, str]]

SECTIONS = {  # label, first and last chapter, name
    "I": (1, 5, "Animals and animal products"),
    "II": (6, 14, "Vegetable products"),
    "III": (15, 15, "Fats and oils"),
    "IV": (16, 24, "Food, drinks, tobacco"),
    "V": (25, 27, "Mineral products"),
    "VI": (28, 38, "Chemicals"),
    "VII": (39, 40, "Plastics and rubber"),
    "VIII": (41, 43, "Hides, leather, furs"),
    "IX": (44, 46, "Wood, cork, basketware"),
    "X": (47, 49, "Pulp, paper, print"),
    "XI": (50, 63, "Textiles and clothing"),
    "XII": (64, 67, "Footwear and headgear"),
    "XIII": (68, 70, "Stone, ceramics, glass"),
    "XIV": (71, 71, "Jewellery, precious metals"),
    "XV": (72, 83, "Base metals"),
    "XVI": (84, 85, "Machinery, electrical equipment"),
    "XVII": (86, 89, "Vehicles, aircraft, ships"),
    "XVIII": (90, 92, "Instruments, clocks"),
    "XIX": (93, 93, "Arms and ammunition"),
    "XX": (94, 96, "Other manufactures"),
    "XXI": (97, 97, "Art and antiques"),
}
RESERVED = 77  # a chapter that the nomenclature leaves empty

SPLIT = {  # industries within a chapter, where Table 2 tells them apart
    "0811": "14", "0812": "14", "0813": "14", "0814": "14",
    "2701": "5", "2702": "5", "2703": "6", "2709": "2", "2711": "4", "2716": "1",
}  # fmt: skip
CHEMICALS = ("29", "30", "31", "32", "36", "37", "39", "40")  # Table 4 prints 8 where it means 9

GTAP = {  # in GTAP's order
    "pdr": "Paddy rice", "wht": "Wheat", "gro": "Other cereals", "v_f": "Vegetables, fruit, nuts", "osd": "Oil seeds",
    "c_b": "Sugar cane and beet", "pfb": "Plant fibres", "ocr": "Other crops", "ctl": "Cattle, sheep, goats, horses",
    "oap": "Other animal products", "rmk": "Raw milk", "wol": "Wool, silk", "frs": "Forestry", "fsh": "Fishing",
    "coa": "Coal", "oil": "Oil", "gas": "Gas", "oxt": "Other extraction", "cmt": "Beef and sheep meat",
    "omt": "Other meat", "vol": "Vegetable oils and fats", "mil": "Dairy products", "pcr": "Processed rice",
    "sgr": "Sugar", "ofd": "Other food", "b_t": "Drinks and tobacco", "tex": "Textiles", "wap": "Clothing",
    "lea": "Leather products", "lum": "Wood products", "ppp": "Paper and print", "p_c": "Petroleum and coke",
    "chm": "Chemicals", "bph": "Medicines", "rpp": "Rubber and plastics", "nmm": "Other mineral products",
    "i_s": "Iron and steel", "nfm": "Other metals", "fmp": "Metal products", "ele": "Electronics and optics",
    "eeq": "Electrical equipment", "ome": "Other machinery", "mvh": "Motor vehicles", "otn": "Other vehicles, ships",
    "omf": "Other manufactures", "ely": "Electricity",
}  # fmt: skip


def main() -> None:
    """Read the sources, write the tables, print what was placed and how."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder of the sources")
    parser.add_argument("--out", type=Path, default=OUT, help="where the tables go")
    wanted = parser.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    write(wanted.out / "section.csv", ("prefix", "sector", "name"), sections())
    write(wanted.out / "industry.csv", ("prefix", "sector", "name"), industries())
    placed = older_codes(crosswalk(wanted.folder / CROSSWALK), wanted.folder / REVISIONS)
    rows = shortened(placed)
    write(wanted.out / "gtap.csv", ("prefix", "sector", "share"), rows)
    write(wanted.out / "gtap_sectors.csv", ("sector", "name"), GTAP.items())
    lengths = Counter(len(prefix) for prefix in {prefix for prefix, _, _ in rows})
    print(f"{len(placed)} six-digit codes, {sum(len(one) > 1 for one in placed.values())} of them shared out")
    print(f"{len(rows)} rows, prefixes by length: {dict(sorted(lengths.items()))}")


def sections() -> Rows:
    """Return chapter, section, name."""
    return [
        (f"{chapter:02d}", label, name)
        for label, (first, last, name) in SECTIONS.items()
        for chapter in range(first, last + 1)
        if chapter != RESERVED
    ]


def industries() -> Rows:
    """Return prefix, industry, name: Table 4's column, corrected as METHOD.md section 5 says."""
    published = PACKAGE / "replica" / "data" / "published"
    names = {row["industry"]: row["industry_name"] for row in read(published / "table2_industry_rates.csv")}
    found = {}
    for row in read(published / "table4_chapters.csv"):
        chapter = row["chapter"]
        found[chapter] = "9" if chapter in CHEMICALS else row["industry"].split("|")[-1]
    return [(prefix, industry, names[industry]) for prefix, industry in sorted((found | SPLIT).items())]


def crosswalk(path: Path) -> dict[str, Shares]:
    """Return the sectors of the six-digit codes of HS 2022, shared out by their ten-digit items.

    Chapters 98 and 99 are national, and have no sector.
    """
    items: dict[str, Counter[str]] = defaultdict(Counter)
    for row in read(path):
        if row["gtap_code"] != "NA":
            items[row["hs6_code"]][row["gtap_code"].lower()] += 1
    return {
        code: {sector: Fraction(n, some.total()) for sector, n in some.items()} for code, some in sorted(items.items())
    }


def older_codes(placed: Mapping[str, Shares], path: Path) -> dict[str, Shares]:
    """Add the codes of earlier revisions, each shared out by the codes that it went to.

    A code that a later revision has keeps what it means there.
    """
    found = dict(placed)
    links: dict[str, dict[str, set[str]]] = {step: defaultdict(set) for step in STEPS}
    for row in read(path):
        if row["step"] in links:
            links[row["step"]][row["code_older"]].add(row["code_newer"])
    for step in STEPS:
        new = {}
        for code, targets in sorted(links[step].items()):
            known = [found[one] for one in sorted(targets) if one in found]
            if code not in found and known:
                sectors = {sector for one in known for sector in one}
                new[code] = {
                    sector: sum((one.get(sector, Fraction(0)) for one in known), Fraction(0)) / len(known)
                    for sector in sorted(sectors)
                }
        print(f"{step}: {len(new)} codes placed, {sum(len(one) > 1 for one in new.values())} of them shared out")
        found |= new
    return found


def shortened(placed: Mapping[str, Shares]) -> Rows:
    """Return rows by the shortest prefixes, of 2, 4, 5 or 6 digits, all codes behind which lie in one sector."""
    rows: Rows = []
    for code, shares in sorted(placed.items()):
        for digits in (2, 4, 5, 6):
            prefix = code[:digits]
            alike = [other for one, other in placed.items() if one.startswith(prefix)]
            if all(one == shares for one in alike) and (digits == 6 or len(shares) == 1):
                break
        several = len(shares) > 1
        rows += [(prefix, sector, decimal(shares[sector]) if several else "") for sector in GTAP if sector in shares]
    return list(dict.fromkeys(rows))


def decimal(share: Fraction) -> str:
    return f"{float(share):.12g}"


def read(path: Path) -> list[dict[str, str]]:
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(text.decode("utf-8").splitlines()))


def write(path: Path, names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
