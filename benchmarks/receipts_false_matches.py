"""How often receipts bless an invented figure, and how long they take.

    python -m benchmarks.receipts_false_matches [--tries 40] [--seed 1]

Takes true answers over 35 daily rows, 10 items, 20 orders and tool results, puts a random figure in the place of each
true one in turn (everything around it stays true: the worst case), and counts how often the invention is matched. A
second block appends inventions in sentences of their own. Three forms are shown apart, for no checker can do much
better: where one small count of 32 is right, one invention in 32 is; one whole percentage of 101 likewise; and 35 days
of ten years are days that the rows do have.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from msgspec import Struct

from benchmarks.receipts_answers import ANSWERS, LONG, Answer
from benchmarks.receipts_example import TODAY, money
from service.receipts import receipts

Draw = Callable[[random.Random], str]


class Form(Struct, frozen=True):
    """A way to write a random figure. `counted`: whether it belongs to the rate that has to stay under 1 %."""

    name: str
    kind: str
    draw: Draw
    sentences: tuple[str, ...]
    counted: bool = True


_MONEY = ("You also took {}.", "Net revenue was {} in total.", "That is {} more.", "The average was {} a day.")
_COUNT = (
    "There were {} orders.",
    "In total you sold {} items.",
    "That is {} more orders.",
    "{} orders were cancelled.",
)
_PERCENT = ("That is {} more.", "That is {} of revenue.", "It fell {} against the week before.")
_DATE = ("It was on {}.", "The best day was {}.")


def _day(chance: random.Random) -> str:
    day = TODAY - timedelta(days=chance.randrange(3_652))
    return f"{day.day} {day:%B %Y}"


FORMS = (
    Form("money, cents", "money", lambda c: money(c.randint(1, 2_000_000)), _MONEY),
    Form("money, whole", "money", lambda c: f"${c.randint(1, 20_000):,}", _MONEY),
    Form("money, 1.2k", "money", lambda c: f"${c.randint(10, 999) / 10:.1f}k", _MONEY),
    Form("count to 999", "count", lambda c: str(c.randint(0, 999)), _COUNT),
    Form("count to 31", "count", lambda c: str(c.randint(0, 31)), _COUNT, counted=False),
    Form("percent, 0.01", "percent", lambda c: f"{c.randint(0, 10_000) / 100:.2f}%", _PERCENT),
    Form("percent, 0.1", "percent", lambda c: f"{c.randint(0, 1_000) / 10:.1f}%", _PERCENT),
    Form("percent, whole", "percent", lambda c: f"{c.randint(0, 100)}%", _PERCENT, counted=False),
    Form("date, ten years", "date", _day, _DATE, counted=False),
)


class Tally(Struct):
    tried: int = 0
    matched: int = 0

    def add(self, matched: bool) -> None:
        self.tried += 1
        self.matched += matched

    @property
    def percent(self) -> float:
        return 100 * self.matched / self.tried if self.tried else 0.0


def false_matches(form: Form, *, tries: int, seed: int) -> tuple[Tally, Tally]:
    """Matched inventions in the places of true figures, and in sentences of their own."""
    chance = random.Random(f"{seed} {form.name}")  # noqa: S311
    replaced, appended = Tally(), Tally()
    for answer in ANSWERS:
        for start, end in _places(answer, form.kind):
            for _ in range(tries):
                replaced.add(_blessed(answer, answer.text[:start], form.draw(chance), answer.text[end:]))
        for sentence in form.sentences:
            before, after = sentence.split("{}")
            for _ in range(tries):
                appended.add(_blessed(answer, f"{answer.text} {before}", form.draw(chance), after))
    return replaced, appended


def _places(answer: Answer, kind: str) -> Iterator[tuple[int, int]]:
    for receipt in receipts(answer.text, answer.slices, today=TODAY):
        part_of_range = receipt.kind == "date" and len(receipt.text) < 5
        if receipt.kind == kind and not part_of_range:
            yield receipt.start, receipt.end


def _blessed(answer: Answer, before: str, invention: str, after: str) -> bool:
    """Whether the invention is matched; one that happens to be what the answer said there is no invention."""
    if answer.text == f"{before}{invention}{after}":
        return False
    found = receipts(f"{before}{invention}{after}", answer.slices, today=TODAY)
    there = (r for r in found if len(before) <= r.start < len(before) + len(invention))
    return any(receipt.matched for receipt in there)


def microseconds(answer: Answer, runs: int = 50) -> tuple[float, float]:
    """Median and best of a call."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        receipts(answer.text, answer.slices, today=TODAY)
        times.append((time.perf_counter() - began) * 1e6)
    return statistics.median(times), min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--tries", type=int, default=40, help="inventions for each place")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for answer in ANSWERS:
        found = receipts(answer.text, answer.slices, today=TODAY)
        missed = [receipt.text for receipt in found if not receipt.matched]
        print(f"{answer.name:28} {len(found):3} true figures, {len(missed)} unmatched {missed or ''}")
    print(f"\n{'invented':18}{'in place of a true one':>28}{'in a sentence of its own':>28}")
    total = Tally()
    for form in FORMS:
        replaced, appended = false_matches(form, tries=options.tries, seed=options.seed)
        cells = (f"{t.matched:5} of {t.tried:6} {t.percent:6.2f} %" for t in (replaced, appended))
        print(f"{form.name:18}" + "".join(f"{cell:>28}" for cell in cells) + ("" if form.counted else "  (floor)"))
        for tally in (replaced, appended) if form.counted else ():
            total.tried, total.matched = total.tried + tally.tried, total.matched + tally.matched
    print(f"{'all':18}{total.matched:5} of {total.tried:6} {total.percent:6.2f} %")
    median, best = microseconds(LONG)
    words, figures = len(LONG.text.split()), len(receipts(LONG.text, LONG.slices, today=TODAY))
    print(f"\n{words} words with {figures} figures: median {median:.0f} us, best {best:.0f} us")


if __name__ == "__main__":
    main()
