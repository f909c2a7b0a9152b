"""How cost grows, computed from what was measured: streams a process, questions a machine, and Lambda's price."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from benchmarks.results import Results
from infra.prices import read_prices
from service.config import Config

TOKENS, PACE = 200, 0.02
ANSWER_SECONDS = TOKENS * PACE
HEADROOM = 0.7
"""Of a processor: what is left over keeps first tokens quick."""
_FULL_PROCESSOR_MB = 1769
"""AWS: a function with so much memory has one processor, and others in proportion."""
SIZES = (256, 512, 1024)


class LambdaCost(Struct, frozen=True):
    """A thousand questions of 200 tokens. processor: the share of one that such a function has."""

    memory_mb: int
    processor: float
    seconds: float
    dollars: Decimal


def lambda_costs(found: Results) -> Iterator[LambdaCost]:
    """A function answers one question at a time and is paid for while the model streams. What it computes itself takes
    as much longer as it has less of a processor; what it computes for a token takes no time that the model does not."""
    prices = read_prices().prices
    work = (_of(found, "cpu_question_ms")) / 1e3
    for memory in SIZES:
        processor = min(memory / _FULL_PROCESSOR_MB, 1.0)
        seconds = ANSWER_SECONDS + work / processor
        time = Decimal(str(seconds)) * memory / 1024 * prices["lambda_arm"].dollars
        asked = prices["lambda_requests"].dollars / 1_000_000
        yield LambdaCost(memory, processor, seconds, 1000 * (time + asked))


def said(found: Results) -> str:
    """Markdown."""
    question, token = _of(found, "cpu_question_ms"), _of(found, "cpu_paced_20_us")
    whole = question / 1e3 + TOKENS * token / 1e6
    a_second = HEADROOM / whole
    pool = Config.__struct_defaults__[_position("database_pool_size")]
    lines = [
        f"An answer of {TOKENS} tokens takes {question:.1f} ms of a processor for the question and "
        f"{TOKENS} x {token:.0f} us for its tokens: {whole * 1e3:.0f} ms. With {HEADROOM:.0%} of a processor used:",
        "",
        "| | |",
        "|---|---|",
        f"| questions a second of one process | {a_second:.1f} |",
        f"| streams that are live then, at 50 tokens a second | {a_second * ANSWER_SECONDS:.0f} |",
        f"| processes a machine | one a processor: nothing is shared but the database; {os_cores(found)} here |",
        f"| connections to PostgreSQL | at most {pool} a process, each for the milliseconds of a context or a tool |",
        f"| Lambda's concurrency | questions a second x {ANSWER_SECONDS:.0f} s, for a function answers one at a time: "
        "10 a second are 40 functions at once, and as many connections |",
        "",
        "| Lambda, memory | of a processor | seconds a question | a thousand questions |",
        "|---|---|---|---|",
        *(
            f"| {each.memory_mb:,} MB | {each.processor:.2f} | {each.seconds:.2f} | ${each.dollars:.3f} |"
            for each in lambda_costs(found)
        ),
    ]
    return "\n".join(lines)


def os_cores(found: Results) -> int:
    return int(found.measured["machine"]["cores"])


def _of(found: Results, name: str) -> float:
    return found.figures["ours"][name].median


def _position(field: str) -> int:
    fields = Config.__struct_fields__
    return fields.index(field) - (len(fields) - len(Config.__struct_defaults__))
