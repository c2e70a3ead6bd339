"""Duty expressions: their grammar, reading, printing and meaning."""

from fastavs.duty.duty import Duty
from fastavs.duty.expr import Add, Expr, Max, Min, Percent, Specific, Sub
from fastavs.duty.pieces import Piecewise
from fastavs.duty.reading import duty_of, parse_duty, read_duty
from fastavs.kernels.names import ADD, CONST, MAX, MIN, SUB, TERM

__all__ = [
    "ADD",
    "CONST",
    "MAX",
    "MIN",
    "SUB",
    "TERM",
    "Add",
    "Duty",
    "Expr",
    "Max",
    "Min",
    "Percent",
    "Piecewise",
    "Specific",
    "Sub",
    "duty_of",
    "parse_duty",
    "read_duty",
]
