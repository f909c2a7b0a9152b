"""An answer as the page shows it: Markdown drawn, every figure marked with its verdict. Nothing in it is live: HTML is
shown as text, links and pictures are words."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markupsafe import Markup

from evals.marked import MarkedFigure
from evals.report.words import source_in_words

# Characters of the private use area stand for the marks while the Markdown is drawn.
_OPEN, _CLOSE, _FIRST = "\ue000", "\ue001", 0xE100
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_MARKED = re.compile(f"{_OPEN}([\ue100-\uf8ff])(.*?){_CLOSE}", re.DOTALL)
_MOST = 0xF8FF - _FIRST
_ALIGNED = re.compile(r'style="text-align:(left|right|center)"')
"""The page's policy admits no style in an element."""

_markdown = (
    MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable(["link", "image", "autolink"])
)


def drawn(answer: str, figures: Sequence[MarkedFigure]) -> Markup:
    """figures: in order, none across another; those beyond a few thousand stay unmarked."""
    text = _PRIVATE.sub("\ufffd", answer)
    pieces, at = [], 0
    for number, figure in enumerate(figures[:_MOST]):
        if figure.start < at:
            continue
        pieces += [text[at : figure.start], _OPEN, chr(_FIRST + number), text[figure.start : figure.end], _CLOSE]
        at = figure.end
    page = _ALIGNED.sub(r'class="\1"', _markdown.render("".join([*pieces, text[at:]])))
    return Markup(_MARKED.sub(lambda found: _mark(found, figures), page))  # noqa: S704 (markdown-it has escaped it)


def _mark(found: re.Match[str], figures: Sequence[MarkedFigure]) -> str:
    figure = figures[ord(found[1]) - _FIRST]
    words = " · ".join(part for part in (figure.mark, figure.right, source_in_words(figure.source)) if part)
    return f'<mark class="{figure.mark}" title="{html.escape(words)}">{found[2]}</mark>'
