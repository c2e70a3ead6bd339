"""What a duty expression means: its program, its ad valorem part, its sense (METHOD.md section 2)."""

from __future__ import annotations

from collections.abc import Sequence

from fastavs.duty.expr import Add, Expr, Max, Min, Percent, Specific, Sub, children
from fastavs.kernels.names import ADD, CONST, MAX, MIN, SUB, TERM

Program = tuple[tuple[int, float], ...]

_FOLDS = {Add: ADD, Sub: SUB, Max: MAX, Min: MIN}


def fraction_rate(percent: Percent) -> float:
    """A percentage as a rate, rounded once: 12.5 % is 0.125."""
    return percent.value.numerator / (percent.value.denominator * 100)


class Meaning:
    """What an expression means, gathered in one walk over it.

    Attributes
    ----------
    specifics : list of Specific
        Distinct specific terms in order of first appearance.
    program : list of (int, float)
        Postfix program; max and min of more than two fold from the left. A TERM's operand is the place in `specifics`.
    ad_valorem : float
        What is left when the specific terms are taken out; 0 if nothing is. `min(10%, 2 EUR/kg)` leaves 10 %, a
        corridor its percentage, a purely specific duty nothing. Reckoned in double in the program's order, so that a
        purely ad valorem duty's rate is its ad valorem part to the bit.
    rises : bool
        Whether no specific term counts negatively, so that the rate never falls as the quantity ratio grows.
    """

    __slots__ = ("ad_valorem", "program", "rises", "specifics")

    def __init__(self, expr: Expr) -> None:
        self.specifics: list[Specific] = []
        self.program: list[tuple[int, float]] = []
        self.rises = True
        self.ad_valorem = self._walk(expr, negative=False) or 0.0

    def _walk(self, node: Expr, *, negative: bool) -> float | None:
        """Take in a node, counted negatively or not; return its ad valorem part, None for nothing."""
        if isinstance(node, Percent):
            rate = fraction_rate(node)
            self.program.append((CONST, rate))
            return rate
        if isinstance(node, Specific):
            if negative and node.amount.numerator:
                self.rises = False
            if node not in self.specifics:
                self.specifics.append(node)
            self.program.append((TERM, self.specifics.index(node)))
            return None
        if isinstance(node, Sub):
            left, right = self._walk(node.left, negative=negative), self._walk(node.right, negative=not negative)
            self.program.append((SUB, 0))
            return left if right is None else (left or 0.0) - right
        fold, left = _FOLDS[type(node)], None
        for place, part in enumerate(children(node)):
            right = self._walk(part, negative=negative)
            if place:
                self.program.append((fold, 0))
            if right is not None:
                left = right if left is None else _apply(fold, left, right)
        return left


def run_program(program: Program, terms: Sequence[float]) -> float:
    """Evaluate a program in double, given the value c*r of each specific term."""
    stack: list[float] = []
    for opcode, operand in program:
        if opcode == CONST:
            stack.append(operand)
        elif opcode == TERM:
            stack.append(terms[int(operand)])
        else:
            right = stack.pop()
            left = stack.pop()
            stack.append(_apply(opcode, left, right))
    return stack[0]


def _apply(opcode: int, left: float, right: float) -> float:
    if opcode == ADD:
        return left + right
    if opcode == SUB:
        return left - right
    return max(left, right) if opcode == MAX else min(left, right)
