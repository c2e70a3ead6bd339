"""A duty as a function of the quantity ratio: straight pieces between breakpoints.

Worked out in rational numbers, so that a breakpoint is the double nearest to the true one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import pairwise

from fastavs.duty.expr import Add, Expr, Max, Percent, Specific, Sub, children
from fastavs.duty.meaning import fraction_rate


@dataclass(frozen=True, slots=True)
class Piecewise:
    """The rate of a duty over r, the quantity (in base units of its kind) for a unit of value.

    Parameters
    ----------
    kind : str or None
        Kind of quantity; None for a purely ad valorem duty.
    breakpoints : tuple of float
        Ascending ratios r at which one piece gives way to the next; `1 / r` is a unit value.
    intercepts, slopes : tuple of float
        Piece i is ``intercepts[i] + slopes[i] * r``; one more piece than breakpoints. Slopes may be negative.
    binds : tuple of str
        The part of the duty that governs on each piece, as canonical text.
    """

    kind: str | None
    breakpoints: tuple[float, ...]
    intercepts: tuple[float, ...]
    slopes: tuple[float, ...]
    binds: tuple[str, ...]

    def piece(self, ratio: float) -> int:
        """Index of the piece that holds at a ratio; at a breakpoint the earlier one, where both give the same rate."""
        return bisect_left(self.breakpoints, ratio)

    def rate(self, ratio: float) -> float:
        """The rate at a quantity ratio, within rounding of what the duty's program gives."""
        i = self.piece(ratio)
        return self.intercepts[i] + self.slopes[i] * ratio


@dataclass(frozen=True, slots=True)
class _Piece:
    """A straight piece from `start` to where the next one begins."""

    start: Fraction
    intercept: Fraction
    slope: Fraction
    governs: Expr

    def at(self, ratio: Fraction) -> Fraction:
        return self.intercept + self.slope * ratio


_Curve = tuple[_Piece, ...]


def pieces_of(expr: Expr, kind: str | None, coefficients: Mapping[Specific, float]) -> Piecewise:
    """Break an expression of at most one kind into straight pieces over r > 0.

    Parameters
    ----------
    expr : Expr
        The duty.
    kind : str or None
        Its kind of quantity.
    coefficients : mapping
        c of each specific term: the study's currency for one base unit of the kind.

    Returns
    -------
    Piecewise
    """
    usual = usual_pieces(expr, coefficients)
    if usual is not None:
        return usual
    kept = _within_doubles(_curve(expr, coefficients))
    return Piecewise(
        kind,
        tuple(float(piece.start) for piece in kept[1:]),
        tuple(float(piece.intercept) for piece in kept),
        tuple(float(piece.slope) for piece in kept),
        tuple(str(piece.governs) for piece in kept),
    )


def usual_pieces(expr: Expr, coefficients: Mapping[Specific, float]) -> Piecewise | None:
    """Return the pieces of a duty of one of the forms that nearly all have; None of any other.

    The forms are a percentage, an amount, and a percentage before an amount: their sum, the greater, the lesser. What
    `pieces_of` would give without this, to the bit, and many times sooner.

    Examples
    --------
    >>> from fastavs.duty import parse_duty
    >>> duty = parse_duty("max(15%, 0.5 EUR/kg)")
    >>> usual_pieces(duty.expr, {duty.specifics[0]: 0.5}).breakpoints
    (0.3,)
    """
    if isinstance(expr, Percent):
        return Piecewise(None, (), (fraction_rate(expr),), (0.0,), (str(expr),))
    if isinstance(expr, Specific):
        return Piecewise(expr.kind, (), (0.0,), (coefficients[expr],), (str(expr),))
    percent, term, *more = children(expr)
    if more or not (isinstance(percent, Percent) and isinstance(term, Specific)):
        return None
    rate, c = fraction_rate(percent), coefficients[term]
    if isinstance(expr, Add):
        return Piecewise(term.kind, (), (rate,), (c,), (str(expr),))
    start = _crossing(rate, c)
    if isinstance(expr, Sub) or start is None:
        return None
    if isinstance(expr, Max):
        return Piecewise(term.kind, (start,), (rate, 0.0), (0.0, c), (str(percent), str(term)))
    return Piecewise(term.kind, (start,), (0.0, rate), (c, 0.0), (str(term), str(percent)))


def _crossing(rate: float, slope: float) -> float | None:
    """Return the double nearest to rate / slope; None where the two do not cross at a ratio above 0 within doubles."""
    if not (rate > 0.0 and slope > 0.0):
        return None
    (above, over), (below, under) = rate.as_integer_ratio(), slope.as_integer_ratio()
    try:
        return (above * under) / (over * below) or None  # whole numbers divide with one rounding, however large
    except OverflowError:
        return None


def _curve(expr: Expr, coefficients: Mapping[Specific, float]) -> _Curve:
    zero = Fraction(0)
    if isinstance(expr, Percent):
        return (_Piece(zero, Fraction(fraction_rate(expr)), zero, expr),)
    if isinstance(expr, Specific):
        return (_Piece(zero, zero, Fraction(coefficients[expr]), expr),)
    curves = [_curve(part, coefficients) for part in children(expr)]
    if isinstance(expr, Add):
        return _sum(curves[0], curves[1], 1)
    if isinstance(expr, Sub):
        return _sum(curves[0], curves[1], -1)
    sign = 1 if isinstance(expr, Max) else -1
    return reduce(lambda left, right: _envelope(left, right, sign), curves)


def _overlaps(left: _Curve, right: _Curve) -> Iterator[tuple[Fraction, Fraction | None, _Piece, _Piece]]:
    """Stretches on which both curves are straight: start, end (None at infinity), and the piece of each."""
    starts = sorted({piece.start for piece in (*left, *right)})
    left_starts, right_starts = [p.start for p in left], [p.start for p in right]
    for start, end in pairwise([*starts, None]):
        assert start is not None
        yield start, end, left[bisect_right(left_starts, start) - 1], right[bisect_right(right_starts, start) - 1]


def _sum(left: _Curve, right: _Curve, sign: int) -> _Curve:
    node = Add if sign > 0 else Sub
    return _merged(
        _Piece(start, p.intercept + sign * q.intercept, p.slope + sign * q.slope, node(p.governs, q.governs))
        for start, _, p, q in _overlaps(left, right)
    )


def _envelope(left: _Curve, right: _Curve, sign: int) -> _Curve:
    """The greater (sign 1) or lesser (sign -1) of two curves; where they agree, the left one governs."""

    def parts() -> Iterator[_Piece]:
        for start, end, p, q in _overlaps(left, right):
            yield _at(_ahead(p, q, start, sign), start)
            if p.slope != q.slope:
                crossing = (q.intercept - p.intercept) / (p.slope - q.slope)
                if crossing > start and (end is None or crossing < end):
                    yield _at(_ahead(p, q, crossing, sign), crossing)

    return _merged(parts())


def _ahead(p: _Piece, q: _Piece, ratio: Fraction, sign: int) -> _Piece:
    """Which of two pieces governs just right of a ratio."""
    return q if (sign * q.at(ratio), sign * q.slope) > (sign * p.at(ratio), sign * p.slope) else p


def _at(piece: _Piece, start: Fraction) -> _Piece:
    return _Piece(start, piece.intercept, piece.slope, piece.governs)


def _merged(pieces: Iterator[_Piece]) -> _Curve:
    """Drop pieces that go on as the one before them."""
    kept: list[_Piece] = []
    for piece in pieces:
        if not kept or (piece.intercept, piece.slope) != (kept[-1].intercept, kept[-1].slope):
            kept.append(piece)
    return tuple(kept)


def _within_doubles(curve: _Curve) -> _Curve:
    """Drop pieces that are empty once their starts are doubles, or begin beyond all doubles."""
    kept = [curve[0]]
    for piece in curve[1:]:
        try:
            start = float(piece.start)
        except OverflowError:
            break
        if start == float(kept[-1].start):
            kept[-1] = _at(piece, kept[-1].start)
        else:
            kept.append(piece)
    return tuple(kept)
