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
TALK: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening)|hey there|hi there|yo)"), f"Hello! {CAN}"),
    (
        re.compile(r"(?:ok |okay |great |cool |nice |perfect )*(?:thanks|thank you|many thanks|thank)(?: \w+){0,4}|ok|okay|great|cool|nice|perfect"),
        "You're welcome.",
    ),
    (re.compile(r"(?:bye|goodbye|good night|see you(?: later)?)"), "Goodbye."),
    (
        re.compile(r"help(?: me)?(?: please)?|(?:what|how) (?:can|do|could) you (?:do|help|answer|know|tell)\b.*|what can i ask.*|how (?:can|may) (?:i|you) (?:use|help)\b.*|who are you|what are you"),
        CAN,
    ),
    (re.compile(r"how are you(?: doing)?(?: today)?"), f"Ready to help. {CAN}"),
)  # fmt: skip
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
