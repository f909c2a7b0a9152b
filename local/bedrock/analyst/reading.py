"""One question being read: what has been recognised is taken out of the text, so that what is left over shows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from re import Match

from .vocabulary import FILLER, SHORT_FORMS

TAKEN = "~"
DATE_MARK = re.compile(r"d_\d+|~|d")


@dataclass
class Reading:
    """`whole` keeps every word, `text` those not recognised yet; `flags` are what was recognised."""

    whole: str
    text: str = ""
    flags: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.text = self.text or self.whole

    def take(self, pattern: re.Pattern[str]) -> Match[str] | None:
        """The first place where the pattern matches; all of them are taken out."""
        found = pattern.search(self.text)
        if found:
            self.text = " ".join(pattern.sub(f" {TAKEN} ", self.text).split())
        return found

    def flag(self, name: str, pattern: re.Pattern[str]) -> None:
        if self.take(pattern):
            self.flags.add(name)

    def has(self, pattern: re.Pattern[str]) -> bool:
        return pattern.search(self.whole) is not None

    def said(self, *flags: str) -> bool:
        return any(flag in self.flags for flag in flags)

    def left_over(self) -> list[str]:
        """Runs of words that nothing explains, marks of known names among them: names of things, or not understood."""
        runs: list[list[str]] = [[]]
        for word in self.text.split():
            if word == "of" and runs[-1]:
                runs[-1].append(word)
            elif DATE_MARK.fullmatch(word) or word in FILLER or word in SHORT_FORMS or word.isdigit():
                runs.append([])
            else:
                runs[-1].append(word)
        return [" ".join(run).removesuffix(" of") for run in runs if run]


def whole_words(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b")
