"""Days that go by a name and fall on the same date, or the same weekday of a month, each year."""

from __future__ import annotations

from datetime import date, timedelta

FIXED = {
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "christmas": (12, 25),
    "xmas eve": (12, 24),
    "xmas day": (12, 25),
    "xmas": (12, 25),
    "boxing day": (12, 26),
    "new years eve": (12, 31),
    "new year eve": (12, 31),
    "nye": (12, 31),
    "new years day": (1, 1),
    "new year day": (1, 1),
    "new years": (1, 1),
    "new year": (1, 1),
    "valentines day": (2, 14),
    "valentine day": (2, 14),
    "valentines": (2, 14),
    "valentine": (2, 14),
    "st patricks day": (3, 17),
    "st patrick day": (3, 17),
    "paddys day": (3, 17),
    "fourth of july": (7, 4),
    "independence day": (7, 4),
    "bastille day": (7, 14),
    "australia day": (1, 26),
    "anzac day": (4, 25),
    "bonfire night": (11, 5),
    "guy fawkes night": (11, 5),
    "halloween": (10, 31),
    "veterans day": (11, 11),
}
MOVING = ("thanksgiving day", "thanksgiving", "black friday", "easter sunday", "good friday", "easter monday")


def holiday(name: str, year: int) -> date:
    """Raises KeyError for a name that is in neither table."""
    if name.startswith("thanksgiving"):
        return _thanksgiving(year)
    if name == "black friday":
        return _thanksgiving(year) + timedelta(days=1)
    if name in MOVING:
        away = {"easter sunday": 0, "good friday": -2, "easter monday": 1}[name]
        return _easter(year) + timedelta(days=away)
    month, day = FIXED[name]
    return date(year, month, day)


def _thanksgiving(year: int) -> date:
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)


def _easter(year: int) -> date:
    """Gregorian Easter Sunday, from the paschal full moon."""
    golden, century = year % 19, year // 100
    skipped = century - century // 4 - (8 * century + 13) // 25
    moon = (19 * golden + skipped + 15) % 30
    moon -= (moon // 28) * (1 - (moon // 28) * (29 // (moon + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    offset = moon - weekday
    month = 3 + (offset + 40) // 44
    return date(year, month, offset + 28 - 31 * (month // 4))
