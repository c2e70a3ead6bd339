"""What a duty expression means: its program, its ad valorem part, its sense (METHOD.md section 2)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial, reduce

from fastavs.duty.expr import Add, Expr, Max, Min, Percent, Specific, Sub, children, leaves
from fastavs.kernels.names import ADD, CONST, MAX, MIN, SUB, TERM

Program = tuple[tuple[int, float], ...]

_FOLDS = {Add: ADD, Sub: SUB, Max: MAX, Min: MIN}


def fraction_rate(percent: Percent) -> float:
    """A percentage as a rate, rounded once: 12.5 % is 0.125."""
    return float(percent.value / 100)


def distinct_specifics(expr: Expr) -> tuple[Specific, ...]:
    """Distinct specific terms in order of first appearance."""
    return tuple(dict.fromkeys(leaf for leaf in leaves(expr) if isinstance(leaf, Specific)))


def compile_program(expr: Expr, specifics: Sequence[Specific]) -> Program:
    """Write an expression as a postfix program; max and min of more than two fold from the left.

    Parameters
    ----------
    expr : Expr
        The expression.
    specifics : sequence of Specific
        Its distinct specific terms; a TERM's operand is the index into them.

    Returns
    -------
    tuple of (opcode, operand)
    """
    program: list[tuple[int, float]] = []
    index = {term: j for j, term in enumerate(specifics)}

    def emit(node: Expr) -> None:
        if isinstance(node, Percent):
            program.append((CONST, fraction_rate(node)))
        elif isinstance(node, Specific):
            program.append((TERM, index[node]))
        else:
            for position, part in enumerate(children(node)):
                emit(part)
                if position:
                    program.append((_FOLDS[type(node)], 0))

    emit(expr)
    return tuple(program)


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


def ad_valorem_part(expr: Expr) -> float:
    """What is left of an expression when its specific terms are taken out; 0 if nothing is.

    `min(10%, 2 EUR/kg)` leaves 10 %, a corridor its percentage, a purely specific duty nothing. Reckoned in double
    in the program's order, so that a purely ad valorem duty's rate is its ad valorem part to the bit.
    """
    left = _without_specifics(expr)
    return 0.0 if left is None else left


def _without_specifics(expr: Expr) -> float | None:
    if isinstance(expr, Percent):
        return fraction_rate(expr)
    if isinstance(expr, Sub):
        left, right = _without_specifics(expr.left), _without_specifics(expr.right)
        return left if right is None else (left or 0.0) - right
    kept = [part for part in map(_without_specifics, children(expr)) if part is not None]
    return reduce(partial(_apply, _FOLDS[type(expr)]), kept) if kept else None


def rises_with_quantity(expr: Expr) -> bool:
    """Whether no specific term counts negatively, so that the rate never falls as the quantity ratio grows."""
    return not _has_negative_term(expr, negative=False)


def _has_negative_term(expr: Expr, *, negative: bool) -> bool:
    if isinstance(expr, Specific):
        return negative and expr.amount != 0
    if isinstance(expr, Sub):
        return _has_negative_term(expr.left, negative=negative) or _has_negative_term(expr.right, negative=not negative)
    return any(_has_negative_term(part, negative=negative) for part in children(expr))
