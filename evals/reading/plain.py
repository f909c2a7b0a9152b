"""An answer as its reader sees it: without the marks of Markdown and HTML."""

from __future__ import annotations

import html
import re


def plain(text: str) -> str:
    """`**a\\_b** &lt;c` -> `a_b <c`."""
    return html.unescape(re.sub(r"\\([\\`*_{}\[\]()#+.!|<>~-])", r"\1", text.replace("**", "")))


def folded(text: str) -> str:
    """For comparing: plain, in small letters, with single spaces."""
    return " ".join(plain(text).casefold().split())
