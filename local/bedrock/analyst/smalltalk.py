"""Greetings, thanks, and questions about the analyst's own reach or the restaurant's name and day."""

from __future__ import annotations

import re
from datetime import date

from .answer.wording import long_date

CAN = (
    "I can tell you about sales, orders, refunds and menu items for any day or range of days, "
    "compare two ranges, find your "
    "best and worst days or sellers, and look up an order by its number."
)
TALK: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile("|".join(patterns)), answer)
    for answer, *patterns in (
        (f"Hello! {CAN}", r"hi|hello|hey|hiya|yo|hey there|hi there|good (?:morning|afternoon|evening)"),
        (
            "You're welcome.",
            r"(?:ok |okay |great |cool |nice |perfect )*(?:thanks|thank you|many thanks|thank)(?: \w+){0,4}",
            r"ok|okay|great|cool|nice|perfect",
        ),
        ("Goodbye.", r"bye|goodbye|good night|see you(?: later)?"),
        (
            CAN,
            r"help(?: me)?(?: please)?|what can i ask.*|who are you|what are you",
            r"(?:what|how) (?:can|do|could) you (?:do|help|answer|know|tell)\b.*",
            r"how (?:can|may) (?:i|you) (?:use|help)\b.*",
        ),
        (f"Ready to help. {CAN}", r"how are you(?: doing)?(?: today)?"),
    )
)
WHICH_DAY = re.compile(
    r"(?:what|which) (?:day|date) is (?:it|today)(?: today)?|what is today|what is the (?:date"
    r"|day)(?: today)?|today date"
)
WHICH_RESTAURANT = re.compile(
    r"(?:what|which) restaurant is (?:this|it|mine)|what is (?:the|my|our|this) restaurant(?: name| called)?"
)


def small_talk(text: str, restaurant: str, today: date) -> str | None:
    text = text.removesuffix(" please")
    if WHICH_DAY.fullmatch(text):
        return f"Today is **{long_date(today)}**."
    if WHICH_RESTAURANT.fullmatch(text):
        return f"This is **{restaurant}**."
    return next((answer for pattern, answer in TALK if pattern.fullmatch(text)), None)
