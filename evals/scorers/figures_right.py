"""figures_right: the answer states what SQL counts, with its unit, rounded no further than it says, of the right day,
under the right name; and it says what it has to say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from evals.cases import Scored, Scorer
from evals.reading.days import fits, mentions
from evals.reading.figures import Stated, is_value_of, stated_figures
from evals.reading.passages import Passage, passages, spoken_before
from evals.reading.plain import folded
from evals.scorers.subject import Subject
from evals.scorers.verdict import Verdict, verdict
from evals.truth.rights import Right

_UP = re.compile(
    r"\b(?:up|more|higher|rose|risen|increased?|grew|grown|growth|above|gain(?:ed)?|better|ahead|stronger)\b"
)
_DOWN = re.compile(
    r"\b(?:down|less|lower|fewer|fell|fallen|decreased?|dropped|drop|below|behind|worse|declined?|weaker)\b"
)


@dataclass
class FiguresRight(Scorer):
    def evaluate(self, ctx: Scored) -> Verdict:
        subject = Subject(ctx)
        if not (subject.rights or subject.expected.says or subject.expected.never_says):
            return {}
        reading = Reading(subject)
        faults = [fault for right in subject.rights if (fault := reading.fault(right))]
        return verdict("figures_right", faults + _words(subject))


class Reading:
    """An answer, read once for all that it has to state. evidence: for each right that was found, the figure."""

    def __init__(self, subject: Subject) -> None:
        self._of, self._names = subject.of, subject.names
        self.answer = subject.turn.text
        self._passages = passages(self.answer)
        self.figures = stated_figures(self.answer, self._of.today, subject.data_texts)
        self.evidence: list[tuple[Right, Stated]] = []
        self.misplaced: list[tuple[Right, Stated]] = []

    def fault(self, right: Right) -> str | None:
        """What is wrong with how the answer states it; None when nothing is."""
        if isinstance(right.value, str):
            return self._name_fault(right)
        if isinstance(right.value, date):
            said = [each for each in mentions(self.answer, self._of.today) if each.first == each.last == right.value]
            return None if said else f"{right.what}: {right.value} is not named"
        return self._figure_fault(right)

    def _figure_fault(self, right: Right) -> str | None:
        same = [figure for figure in self.figures if is_value_of(figure, right, self._of.currency)]
        if not same:
            return f"{right.what}: {written(right, self._of.currency)} is not stated"
        faults = []
        for figure in same:
            fault = self._misplaced(figure, right)
            if fault is None:
                self.evidence.append((right, figure))
                return None
            faults.append(fault)
        self.misplaced += [(right, figure) for figure in same]
        return f"{right.what}: {same[0].text} is stated, but {faults[0]}"

    def _misplaced(self, figure: Stated, right: Right) -> str | None:
        own, *_ = around = spoken_before(figure.start, self._passages)
        if right.first and right.last and not self._of_its_days(around, right.first, right.last):
            return f"not of {right.first}" + (f" to {right.last}" if right.last != right.first else "")
        if right.about and not self._under(right.about, own):
            return f"under another name than {right.about}"
        if right.signed and not _right_way(right, figure, own.text):
            return "the wrong way: " + (
                "it went down" if isinstance(right.value, Decimal) and right.value < 0 else "it went up"
            )
        return None

    def _of_its_days(self, around: list[Passage], first: date, last: date) -> bool:
        """The nearest passage that names days decides; one that names but weekdays may look further."""
        for passage in around:
            said = mentions(passage.text, self._of.today)
            if fits(first, last, said):
                return True
            if any(not each.weekday for each in said):
                return False
        return False

    def _under(self, about: str, own: Passage) -> bool:
        """Its passage names it, or nothing else."""
        text = folded(own.text)
        if all(word.rstrip("s") in text for word in folded(about).split()):
            return True
        return not any(folded(name) in text for name in self._names)

    def _name_fault(self, right: Right) -> str | None:
        """At its place among all that is named."""
        text, name = folded(self.answer), folded(str(right.value))
        if name not in text:
            return f"{right.what}: {right.value!r} is not named"
        if right.rank is None:
            return None
        at = {folded(each): text.find(folded(each)) for each in self._names if folded(each) in text}
        category = right.what.startswith("ranked_category")
        peers = sorted(place for each, place in at.items() if (each in self._categories()) == category)
        if name in at and peers.index(at[name]) + 1 != right.rank:
            return f"{right.what}: {right.value!r} is named at place {peers.index(at[name]) + 1}, not {right.rank}"
        return None

    def _categories(self) -> set[str]:
        end = self._of.canaries.category.casefold()
        return {folded(name) for name in self._names if folded(name).endswith(end)}


def written(right: Right, currency: str) -> str:
    """For a reader."""
    if right.kind == "money" and isinstance(right.value, Decimal):
        return f"{currency} {right.value / 100:,.2f}"
    return f"{right.value}%" if right.kind == "percent" else f"{right.value}"


def _right_way(right: Right, figure: Stated, passage: str) -> bool:
    assert isinstance(right.value, Decimal)  # noqa: S101 (only figures are signed)
    if right.value == 0:
        return True
    if figure.negative:
        return right.value < 0
    return (_DOWN if right.value < 0 else _UP).search(passage.casefold()) is not None


def _words(subject: Subject) -> list[str]:
    text = folded(subject.turn.text)
    missing = [each for each in subject.expected.says if not any(folded(one) in text for one in each.split("|"))]
    there = [each for each in subject.expected.never_says if folded(each) in text]
    return [f"{each!r} is not said" for each in missing] + [f"{each!r} is said" for each in there]
