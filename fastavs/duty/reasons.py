"""Why a part of a duty text has no reading, and how the reader says so."""

from __future__ import annotations

from lark import Token

REASONS = {
    "VOL": "strength by volume is no quantity that trade is counted in",
    "ALCOHOL": "the alcohol content is no quantity that trade is counted in",
    "CLEAN": "the clean yield is no net mass",
    "DRAINED": "the drained mass is no net mass",
    "DRY": "the mass of dry matter is no net mass",
    "LACTIC": "the content of lactic matter is no net mass",
    "SACCHAR": "the duty goes by sugar content",
    "STANDARD": "the duty goes by a standard quality",
    "GROSS_MASS": "the gross mass is no net mass",
    "SUBSTANCE": "the content of a substance is no net mass",
    "DEGREE": "the duty goes by degrees of a test",
    "FOR_EACH": "the duty goes by a property of the good",
    "JEWEL": "jewels are no quantity that trade is counted in",
    "LINE": "button lines are no quantity that trade is counted in",
    "PACK": "packs vary in content",
    "TON": "a ton may have 907, 1000 or 1016 kg; metric ones are tonnes",
    "BIG_M": "M may be metre or thousand",
    "PART": "it is charged on a part of the good or of its value, or on more than the good",
    "SEASON": "the rate depends on the time of year; give each season's duty by itself",
    "MEURSING": "the agricultural component depends on the recipe",
    "ENTRY_PRICE": "the duty depends on the entry price",
    "ELSEWHERE": "the rate stands elsewhere",
    "GAP": "the duty is what the value lacks to a price",
    "NO_RATE": "no rate stands there",
    "CONDITION": "it is free on a condition only",
    "PROGRAMME": "the rate is for some programmes or partners only; give each one's duty by itself",
    "PROGRAMMES": "the rate is for some programmes or partners only; give each one's duty by itself",
    "FOOTNOTE": "a footnote, which may change the rate",
    "LOST_SUPERSCRIPT": "a lost superscript, which may be m2 or m3",
}
"""Why a duty cannot be read, by the terminal that says so."""

QUALIFIERS = {
    "A": REASONS["ALCOHOL"],
    "C": "it is for 1000 of the unit; write that number before it",
    "E": REASONS["DRAINED"],
    "F": "the mass of common wheat is no net mass",
    "G": REASONS["GROSS_MASS"],
    "L": "the live weight is no net mass",
    "M": REASONS["DRY"],
    "P": REASONS["LACTIC"],
    "R": REASONS["STANDARD"],
    "S": "the mass of raw sugar is no net mass",
    "T": REASONS["LACTIC"],
    "X": REASONS["VOL"],
    "Z": REASONS["SACCHAR"],
}
"""What the letter behind a unit's code means in TARIC."""

NO_CURE = "give a duty that goes by value or by a quantity of trade, or leave the line out"


class NoReading(Exception):
    """A part of a duty's text has no reading; the reader adds the whole text.

    Parameters
    ----------
    part : Token
        The part, with its position.
    reason : str
        Why it has none.
    cure : str
        How to mend it.
    """

    def __init__(self, part: Token, reason: str, cure: str = NO_CURE) -> None:
        super().__init__(reason)
        self.part = part
        self.reason = reason
        self.cure = cure
