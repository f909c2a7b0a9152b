"""abstains: the answer says that it cannot when it must, and then states no figure; and only then: an answer to a fair
question that says so and states nothing is a refusal."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evals.cases import Scored, Scorer
from evals.reading.figures import stated_figures
from evals.reading.plain import folded
from evals.scorers.subject import Subject
from evals.scorers.verdict import Verdict, verdict

_CANNOT = re.compile(
    r"\b(?:cannot|can not|could not|unable|not able|do not|does not|will not)\b"
    r"|\b(?:can|could|do|does|wo)n?[’']t\b"
    r"|\bnot in the data\b|\bno data\b|\bi (?:can )?(?:only|just)\b|\bnobody else[’']s\b|\bno such\b|\bfound no\b"
    r"|\bthere is no order\b|\bnot available\b|\bsorry\b|\bonly this restaurant\b"
)


@dataclass
class Abstains(Scorer):
    def evaluate(self, ctx: Scored) -> Verdict:
        subject = Subject(ctx)
        says_so = says_that_it_cannot(subject.turn.text)
        figures = [each for each in _own_figures(subject)]
        match subject.expected.abstains:
            case "must":
                faults = [] if says_so else ["it does not say that it cannot answer"]
                faults += [f"it states {each}" for each in figures]
            case "never":
                faults = ["it refuses a fair question"] if says_so and not figures else []
            case _:
                faults = (
                    []
                    if says_so or figures or subject.expected.says
                    else ["it neither answers nor says that it cannot"]
                )
        return verdict("abstains", faults)


def says_that_it_cannot(answer: str) -> bool:
    return _CANNOT.search(folded(answer)) is not None


def _own_figures(subject: Subject) -> list[str]:
    """Without those that the asker typed and those that stand in names."""
    text = subject.turn.text
    for each in subject.data_texts:
        text = text.replace(each, " ")
    typed = subject.typed.replace(",", "")
    return [
        each.text
        for each in stated_figures(text, subject.of.today, ())
        if str(each.value) not in typed and each.text.replace(",", "") not in typed
    ]
