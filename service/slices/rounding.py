"""Whole numbers from a division: halves are rounded away from zero, as on paper and as PostgreSQL's round() does."""

from __future__ import annotations


def rounded_quotient(numerator: int, denominator: int) -> int:
    """numerator / denominator for a positive denominator, to the nearest whole number; 0.5 is 1 and -0.5 is -1."""
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -quotient if numerator < 0 else quotient


def basis_points(part: int, whole: int) -> int:
    """`part` as hundredths of a percent of `whole`; 0 when there is no whole to be a part of."""
    return rounded_quotient(part * 10_000, whole) if whole else 0
