"""The numbers by which kernels know operations, forms and places; nothing here needs numba."""

# operations of a duty's program
CONST = 0
"""Push the operand, a rate."""
TERM = 1
"""Push specific term number `operand`: its amount in the study's currency times the quantity ratio."""
ADD = 2
"""Replace the two topmost by their sum."""
SUB = 3
"""Replace the two topmost by their difference."""
MAX = 4
"""Replace the two topmost by the greater."""
MIN = 5
"""Replace the two topmost by the lesser."""

STACK = 64
"""Operations and terms that a program has at most; whoever compiles duties checks it."""

WORK = 8
"""Rows of `STACK` numbers that rare forms are worked out in."""

# forms of duties
ANY, ALONE, GREATER, SUM, LESSER, PERCENT, NESTED, POOLED = 0, 1, 2, 3, 4, 5, 6, 7
"""Any program; s, max(a, s), a + s, min(a, s) with one amount s; a alone; any other of one quantity without minus; any
with an amount by the pooled method."""

TIE = 1e-12
"""Relative: applied and bound nearer than this are equal."""

STRIP = 16
"""Scenarios, or classes, whose numbers lie side by side in accumulators."""

# sums that the lines of a year add up to: where each one's accumulators begin
RATE, MATCHED, WEIGHTED = 0, 3, 6
BOUND, PART, HEADING, PART_WEIGHTED = 12, 15, 18, 24
SQUARES, MATCHED_SQUARES, PART_SQUARES, WEIGHTED_SQUARES = 30, 34, 38, 42
KNOWN = 49
"""The weights of lines whose rate is known, by piece."""
ACCUMULATORS = 55

# numbers of a class: how many lines, how many of them are matched, and pieces of weights
LINES_OF, MATCHED_OF, WEIGHT_OF, HEADING_OF = 0, 1, 2, 8
NUMBERS = 14
PIECES = 6
"""Of a weight."""

# and counts
LINES, MATCHED_LINES, HEADINGS, BOUND_LINES, SPECIFIC, WATER, UNRESOLVED = 0, 1, 2, 3, 4, 5, 6
COUNTS = 7

SPECIFIC_LINES, SIMPLE_MEAN, SIMPLE_SD, WEIGHTED_MEAN, WEIGHTED_SD, BOUND_MEAN, WATER_LINES = 0, 1, 2, 3, 4, 5, 6
UNRESOLVED_LINES, AD_VALOREM_SIMPLE_MEAN, AD_VALOREM_SIMPLE_SD, AD_VALOREM_WEIGHTED_MEAN = 7, 8, 9, 10
ALL_MATCHED_LINES, MATCHED_MEAN, MATCHED_SD, WEIGHTED_MEAN_UNADJUSTED, ADJUST, HS6_MEAN = 11, 12, 13, 14, 15, 16
FIGURES = 17
"""Columns of the summary from `specific_lines` on."""

# columns of a group
GROUP_SPECIFIC, GROUP_MEAN, GROUP_DEVIATION, GROUP_WEIGHTED, GROUP_SHARE, GROUP_WATER = 0, 1, 2, 3, 4, 5
