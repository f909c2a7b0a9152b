"""<thinking> in plain text, split wherever it likes."""

from __future__ import annotations

from itertools import groupby, pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.model.stream import ReasoningChunk, TextChunk
from service.model.thinking import ThinkingSplitter

Told = list[tuple[type, str]]

WORDS = st.sampled_from(
    [
        "<thinking>",
        "</thinking>",
        "<",
        ">",
        "/",
        "<thin",
        "king>",
        "</think",
        "<<thinking>",
        "thinking",
        " ",
        "\n",
        "a €",
    ]
)
TEXTS = st.lists(WORDS | st.text(max_size=3), max_size=12).map("".join)


def told(*deltas: str) -> Told:
    """What the deltas amount to: runs of reasoning and of text."""
    splitter = ThinkingSplitter()
    chunks = [chunk for delta in deltas for chunk in splitter.feed(delta)]
    chunks += splitter.finish()
    assert all(chunk.text for chunk in chunks)
    return [(kind, "".join(chunk.text for chunk in run)) for kind, run in groupby(chunks, type)]


def cut(text: str, points: list[int]) -> list[str]:
    bounds = [0, *sorted(min(point, len(text)) for point in points), len(text)]
    return [text[start:end] for start, end in pairwise(bounds)]


@given(TEXTS, st.lists(st.integers(0, 60), max_size=8))
@example("So <thinking>hm \n</thinking>", [3, 16])
def test_the_same_however_it_is_split(text: str, points: list[int]) -> None:
    assert told(*cut(text, points)) == told(text)
    assert told(*text) == told(text)


@given(TEXTS)
@example("<thinking >")
def test_nothing_is_lost_but_tags_and_white_space(text: str) -> None:
    expected, rest = "", text
    while "<thinking>" in rest:
        before, _, rest = rest.partition("<thinking>")
        inside, _, rest = rest.partition("</thinking>")
        expected += before + inside
    said = "".join(words for _, words in told(text))
    assert "".join(said.split()) == "".join((expected + rest).split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<thinking>hm</thinking>\n\nYes.", [(ReasoningChunk, "hm"), (TextChunk, "Yes.")]),
        ("  \n<thinking> hm </thinking>Yes. \n", [(ReasoningChunk, "hm "), (TextChunk, "Yes. \n")]),
        ("So\n<thinking>hm</thinking> yes", [(TextChunk, "So\n"), (ReasoningChunk, "hm"), (TextChunk, "yes")]),
        ("<thinking>never closed", [(ReasoningChunk, "never closed")]),
        ("<thinking>half </thinki", [(ReasoningChunk, "half </thinki")]),
        ("No tag: <thinkin", [(TextChunk, "No tag: <thinkin")]),
        ("5 < 6 and <think> is none", [(TextChunk, "5 < 6 and <think> is none")]),
        ("<<thinking>hm</thinking>", [(TextChunk, "<"), (ReasoningChunk, "hm")]),
        ("<thinking><thinking>a</thinking>b", [(ReasoningChunk, "<thinking>a"), (TextChunk, "b")]),
        ("a</thinking>b", [(TextChunk, "a</thinking>b")]),
        ("<thinking></thinking>", []),
        ("<thinking> </thinking> \n", []),
        ("", []),
    ],
)
def test_what_becomes_of(text: str, expected: Told) -> None:
    assert told(text) == expected


def test_only_what_may_become_a_tag_is_held_back() -> None:
    splitter = ThinkingSplitter()
    assert list(splitter.feed("Wait <thin")) == [TextChunk("Wait ")]
    assert list(splitter.feed("ner")) == [TextChunk("<thinner")]
    assert list(splitter.feed(" ")) == [TextChunk(" ")]
