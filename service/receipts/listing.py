"""From what was found to the receipts themselves: offsets, values, reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from service.receipts.evidence import Evidence
from service.receipts.figures import Figure
from service.receipts.matching import Match
from service.receipts.nearby import Nearby
from service.receipts.numerals import Numeral
from service.receipts.plain import utf16_offsets
from service.receipts.receipt import (
    ChangeSource,
    DifferenceSource,
    RatioSource,
    Reason,
    Receipt,
    Source,
    Unmatched,
)

Found = Sequence[tuple[Nearby, Match | None]]


def listed(answer: str, found: Found, evidence: Evidence) -> Iterator[Receipt]:
    """A receipt for each figure; those that only would have been figures if they had matched are left out."""
    kept = [position for position, (nearby, match) in enumerate(found) if match or not nearby.figure.optional]
    places = {position: place for place, position in enumerate(kept)}
    offsets = utf16_offsets(answer)
    for position in kept:
        nearby, match = found[position]
        figure = nearby.figure
        yield Receipt(
            start=offsets[figure.start],
            end=offsets[figure.end],
            text=answer[figure.start : figure.end],
            kind=figure.kind,
            value=value_of(figure),
            source=_moved(match.source, places) if match else Unmatched(_reason(figure, evidence)),
            rounded=match.rounded if match else False,
        )


def value_of(figure: Figure) -> int | str:
    """Cents, hundredths of a percent, a whole number; text for a date, a time, and what is finer than that."""
    if figure.kind in ("date", "time"):
        return figure.value
    scaled = figure.numeral.scaled(0 if figure.kind == "count" else 2)
    return scaled if scaled is not None else _decimal(figure.numeral)


def _decimal(numeral: Numeral) -> str:
    digits = str(abs(numeral.digits)).rjust(numeral.decimals + 1, "0")
    sign = "-" if numeral.digits < 0 else ""
    return f"{sign}{digits[: -numeral.decimals]}.{digits[-numeral.decimals :]}"


def _moved(source: Source, places: dict[int, int]) -> Source:
    """Figures that were left out no longer count in the positions that a derivation names."""
    if not isinstance(source, DifferenceSource | ChangeSource | RatioSource):
        return source
    first, second = source.of
    return replace(source, of=(places[first], places[second]))


def _reason(figure: Figure, evidence: Evidence) -> Reason:
    if figure.foreign:
        return "currency"
    if figure.date is not None:
        return "contradiction" if figure.date.contradicted else "nowhere"
    if figure.kind in ("date", "time") or figure.order:
        return "nowhere"
    hundredths = figure.numeral.scaled(2)
    return "elsewhere" if hundredths is not None and (figure.kind, hundredths) in evidence.values else "nowhere"
