"""Which of the two sets of origin values is in use: rotation adds the other, switches to it and drops the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Slot = Literal["blue", "green"]


@dataclass(frozen=True)
class Origin:
    """sent: the slot whose values CloudFront sends; also_accepted: the other one, while both are taken.

    Written `blue`, `blue+green`, `green+blue` or `green`: first the slot that is sent.
    """

    sent: Slot = "blue"
    also_accepted: bool = False

    @property
    def other(self) -> Slot:
        return "green" if self.sent == "blue" else "blue"

    @property
    def accepted(self) -> tuple[Slot, ...]:
        return (self.sent, self.other) if self.also_accepted else (self.sent,)

    def __str__(self) -> str:
        return "+".join(self.accepted)

    @classmethod
    def parse(cls, text: str) -> Origin:
        """Raises ValueError when it is none of the four."""
        for each in (cls("blue"), cls("blue", True), cls("green"), cls("green", True)):
            if text == str(each):
                return each
        raise ValueError(f"The origin's values are blue, blue+green, green+blue or green, not {text}.")
