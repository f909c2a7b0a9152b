"""Order numbers in a table, which its header tells from counts."""

from __future__ import annotations

import re

from msgspec.structs import replace

from service.receipts.figures import Figure, Reading
from service.receipts.layout import Layout
from service.receipts.mentions import Mention

_HEADER = re.compile(r"order(?: (?:#|no\.?|number|id|nr\.?))?|(?:number|ticket|receipt)")


def with_order_cells(reading: Reading, layout: Layout) -> Reading:
    """The same, with bare whole numbers under `Order` read as numbers of orders."""
    if not any(segment.cells for segment in layout.segments):
        return reading
    figures = [_read(figure, reading.words, layout) for figure in reading.figures]
    found = [new for new, old in zip(figures, reading.figures, strict=True) if new is not old]
    named = [Mention(f.start, f.end, "order", number=f.numeral.digits) for f in found]
    mentions = sorted([*reading.mentions, *named], key=lambda m: m.start)
    return replace(reading, figures=tuple(figures), mentions=tuple(mentions))


def _read(figure: Figure, words: str, layout: Layout) -> Figure:
    if not figure.bare or figure.numeral.decimals or figure.numeral.digits < 0:
        return figure
    cells = layout.segments[layout.at(figure.start)].cells
    header = next((words[slice(*c.header)] for c in cells if c.start <= figure.start < c.end), "")
    if not _HEADER.fullmatch(header.strip(" *_`|")):
        return figure
    return replace(figure, value=str(figure.numeral.digits), order=True, bare=False)
